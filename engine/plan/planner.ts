// The planner. A full plan looks at everything once; a change looks again at what the change may touch and gives exactly the
// plan that a full one would give (a property test compares them). Pure: it reads its arguments and keeps its own
// indexes; the order of maps does not matter.

import { EngineError } from '../model/errors.ts';
import { compareText } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Registry } from '../model/registry.ts';
import type { DesiredService, DesiredState, GridState, Observed } from '../model/service.ts';
import { assess } from './assess.ts';
import { Assessments } from './assessments.ts';
import { guardMinimums, restartConsumers, type Scene } from './consequences.ts';
import { digestPlan } from './digest.ts';
import { blastOf, consentsOf } from './impact.ts';
import { Ledger, type Entry } from './ledger.ts';
import { order, type Node, type Nodes } from './order.ts';
import { reorder } from './reorder.ts';
import { highestRisk } from './steps.ts';
import type { Draft } from './draft.ts';
import type { Plan, PlanItem, PlanOptions, Refusal } from './shape.ts';

export interface Change {
  /** `undefined`: the block is gone. */
  readonly services?: ReadonlyMap<ServiceKey, DesiredService | undefined>;
  readonly observed?: ReadonlyMap<ServiceKey, Observed | undefined>;
}

export function plan(desired: DesiredState, grid: GridState, registry: Registry, options: PlanOptions = {}): Plan {
  return new Planner(registry, options).full(desired, grid);
}

/** What the last plan left behind. */
interface Memory {
  readonly desired: DesiredState;
  readonly base: number | undefined;
  readonly all: Assessments;
  ledger: Ledger;
  nodes: Nodes;
  /** Nothing left and nothing followed from anything: the next order can be made from this one. */
  simple: boolean;
}

type DraftOf = (key: ServiceKey) => Draft | undefined;

export class Planner {
  readonly #registry: Registry;
  readonly #options: PlanOptions;
  #memory: Memory | undefined;

  constructor(registry: Registry, options: PlanOptions = {}) {
    this.#registry = registry;
    this.#options = options;
  }

  full(desired: DesiredState, grid: GridState): Plan {
    const base = grid.revisions.get(desired.blueprint)?.number;
    const all = new Assessments(desired, grid, this.#registry, this.#options, assess);
    this.#memory = { desired, base, all, ledger: new Ledger(), nodes: new Map(), simple: false };
    return this.#assemble(this.#memory, []);
  }

  /** After a full plan: what differs from then, on either side. The store's records stay as they were. */
  change(change: Change): Plan {
    const memory = this.#memory;
    if (memory === undefined) throw new EngineError('INTERNAL', 'Planner.change needs a full plan first');
    this.#memory = undefined; // what fails half way is not built upon
    const touched = memory.all.change(change.services ?? new Map(), change.observed ?? new Map());
    const made = this.#assemble(memory, touched);
    this.#memory = memory;
    return made;
  }

  #assemble(memory: Memory, touched: Iterable<ServiceKey>): Plan {
    const { all, desired, base } = memory;
    const adjusted = this.#consequences(all);
    const simple = all.away.size === 0 && adjusted.size === 0;
    const draftOf: DraftOf = (key) => adjusted.get(key) ?? all.drafts.get(key);
    if (!(simple && memory.simple && follow(memory, touched, draftOf))) orderAnew(memory, adjusted, draftOf);
    memory.simple = simple;

    const { ledger } = memory;
    const unsigned: Omit<Plan, 'hash'> = {
      format: 1,
      blueprint: desired.blueprint,
      scope: desired.scope,
      ...(base !== undefined && { base }),
      items: ledger.items(),
      summary: ledger.summary(all.count),
      blast: blastOf(ledger, (key) => all.consumers.of(key, all.groupOf(key))),
      consents: consentsOf(ledger),
      refusals: refusalsOf(ledger),
      unknown: [...all.unknown.values()].sort((a, b) => compareText(a.key, b.key)),
    };
    return { ...unsigned, hash: digestPlan(unsigned, ledger.digest()) };
  }

  #consequences(all: Assessments): ReadonlyMap<ServiceKey, Draft> {
    const replaced = all.replaced();
    if (all.away.size === 0 && replaced.length === 0) return new Map();
    const { view, consumers, drafts } = all;
    const scene: Scene = { view, registry: this.#registry, consumers, drafts, members: (group) => all.members(group) };
    return new Map([...guardMinimums(scene, all.away), ...restartConsumers(scene, replaced)]);
  }
}

function orderAnew(memory: Memory, adjusted: ReadonlyMap<ServiceKey, Draft>, draftOf: DraftOf): void {
  const { all } = memory;
  const drafts: Draft[] = [];
  for (const draft of all.drafts.values())
    drafts.push(adjusted.size === 0 ? draft : (adjusted.get(draft.key) ?? draft));
  for (const draft of adjusted.values()) if (!all.drafts.has(draft.key)) drafts.push(draft);
  memory.nodes = order(drafts, (group) => all.members(group));
  memory.ledger = new Ledger();
  memory.ledger.fill(Array.from(memory.nodes.values(), (node) => entryOf(node, draftOf)));
}

/** The order and the items from those before; false when that cannot be done. */
function follow(memory: Memory, touched: Iterable<ServiceKey>, draftOf: DraftOf): boolean {
  const { all, nodes, ledger } = memory;
  const changed = reorder({
    nodes,
    touched,
    draftOf,
    consumersOf: (key) => all.consumers.of(key, all.groupOf(key)),
    groups: (group) => all.members(group),
  });
  if (changed === undefined) return false;
  const gone = [...touched].filter((key) => !nodes.has(key) && ledger.entry(key) !== undefined);
  ledger.apply(
    gone,
    Array.from(changed, (node) => entryOf(node, draftOf)),
  );
  return true;
}

function refusalsOf(ledger: Ledger): readonly Refusal[] {
  return [...ledger.refused()].sort().flatMap((key) => ledger.entry(key)?.draft.blocked ?? []);
}

function entryOf(node: Node, draftOf: DraftOf): Entry {
  const { draft } = node;
  const after = node.after();
  const held = after.filter((one) => draftOf(one)?.verb === 'blocked');
  const notes =
    held.length === 0 ? draft.notes : [...draft.notes, ...held.map((one) => `waits for ${one}, which is blocked`)];
  return { draft, item: itemOf(draft, after, node.wave, notes) };
}

/** Two shapes cover nearly all items; members without a value are left out. */
function itemOf(draft: Draft, after: readonly ServiceKey[], wave: number, notes: readonly string[]): PlanItem {
  const { key, verb, steps, changes, because, from, spec, facts, blocked } = draft;
  const risk = highestRisk(steps);
  if (spec !== undefined && facts !== undefined && from === undefined && blocked === undefined) {
    return { key, verb, steps, changes, because, after, wave, risk, notes, spec, facts };
  }
  const common = { key, verb, steps, changes, because, after, wave, risk, notes };
  if (from === undefined && blocked === undefined) return common;
  return { ...common, ...(from !== undefined && { from }), ...(blocked !== undefined && { blocked }) };
}
