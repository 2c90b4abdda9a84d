// The order of a plan. Producers come before what is made on them, consumers leave before what they stand on, and what does
// not depend shares a wave. Only direct links between items count: a service between two items that stays as it is
// keeps serving, and the loop does not wait for anything behind it either; an order the loop does not keep would be a lie.
//
// Two kinds of edges. Hard ones follow the links of one direction (all coming, or all leaving) and cannot make a circle.
// Soft ones go from a changed consumer to the departure of what it used before; where they would close a
// circle they give way, in key order, because the loop reaches the goal in either order.

import { EngineError } from '../model/errors.ts';
import { compareText } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { ServiceLink } from '../model/service.ts';
import type { Draft } from './draft.ts';
import type { PlanVerb } from './shape.ts';

/** One item with its edges. Its wave is one more than the highest of those before it. */
export class Node {
  readonly key: ServiceKey;
  draft: Draft;
  before: Node[] = [];
  softBefore: Node[] = [];
  wave = 0;
  /** Made when there is somebody: most items have no follower. */
  next: Set<Node> | undefined;
  /** How many before it are not placed yet. */
  open = 0;
  /** Whose links reached this one last, so that an edge is drawn once; a list is new whenever edges are drawn anew. */
  reachedBy: readonly Node[] | undefined;
  leftBy: Node | undefined;

  constructor(draft: Draft) {
    this.key = draft.key;
    this.draft = draft;
  }

  follow(node: Node): void {
    this.next ??= new Set();
    this.next.add(node);
  }

  after(): readonly ServiceKey[] {
    if (this.before.length + this.softBefore.length === 0) return NONE;
    return [...new Set([...this.before, ...this.softBefore].map(({ key }) => key))].sort();
  }
}

const NONE: readonly ServiceKey[] = [];

export type Nodes = Map<ServiceKey, Node>;
export type Groups = (key: ServiceKey) => Iterable<ServiceKey> | undefined;

/** Not there as wanted until its step is done: what links to it waits, whatever it is about to do itself. */
const MAKES: ReadonlySet<PlanVerb> = new Set(['create', 'replace', 'revive', 'adopt', 'rename', 'move']);
/** Waits for the producers it links to (the language's rule 18). */
const WAITS: ReadonlySet<PlanVerb> = new Set(['create', 'replace', 'revive', 'move']);

export function order(drafts: Iterable<Draft>, groups: Groups): Nodes {
  const nodes: Nodes = new Map();
  const renamed = new Map<ServiceKey, ServiceKey>();
  const leaving: Node[] = [];
  for (const draft of drafts) {
    const node = new Node(draft);
    nodes.set(draft.key, node);
    if (draft.from !== undefined) renamed.set(draft.from, draft.key);
    if (draft.direction === 'away') leaving.push(node);
  }
  for (const node of nodes.values()) {
    linkProducers(node, nodes, groups);
    if (leaving.length > 0) linkFormer(node, nodes, renamed, groups);
  }
  if (leaving.length > 0) shrinkGroups(leaving);
  for (const node of nodes.values()) {
    node.open = node.before.length + node.softBefore.length;
    for (const producer of node.before) producer.follow(node);
    for (const producer of node.softBefore) producer.follow(node);
  }
  placeAll(nodes);
  return nodes;
}

/** What it links to and what comes or changes too. */
export function linkProducers(node: Node, nodes: Nodes, groups: Groups): void {
  const { draft } = node;
  if (draft.links.length === 0) return;
  const waits = WAITS.has(draft.verb) || restartsWith(draft);
  for (const producer of targets(draft.links, nodes, groups)) {
    if (producer === node || producer.reachedBy === node.before || producer.draft.direction !== 'forward') continue;
    producer.reachedBy = node.before;
    // What is blocked and there goes on serving as it is.
    const holdsUp = producer.draft.verb === 'blocked' ? makes(producer.draft) : waits || makes(producer.draft);
    if (holdsUp) node.before.push(producer);
  }
}

function linkFormer(node: Node, nodes: Nodes, renamed: ReadonlyMap<ServiceKey, ServiceKey>, groups: Groups): void {
  const { draft } = node;
  if (draft.oldLinks.length === 0) return;
  for (const old of targets(draft.oldLinks, nodes, groups, renamed)) {
    if (old === node || old.leftBy === node) continue;
    old.leftBy = node;
    if (draft.direction === 'away') {
      // It leaves before what it stands on leaves, or is taken away to be made anew.
      if (old.draft.direction === 'away' || old.draft.verb === 'replace') old.before.push(node);
    } else if (old.draft.direction === 'away') old.softBefore.push(node);
  }
}

function makes({ verb, status }: Draft): boolean {
  return MAKES.has(verb) || (verb === 'blocked' && status?.presence !== 'present');
}

/** Restarted because a producer is replaced: after it. */
function restartsWith(draft: Draft): boolean {
  return draft.verb === 'restart' && draft.steps.some(({ why }) => why.field === 'onReplace');
}

/** Whether two drafts of one service take the same place in the order. */
export function sameInOrder(a: Draft, b: Draft): boolean {
  return (
    a.links === b.links &&
    a.direction === b.direction &&
    a.group?.key === b.group?.key &&
    WAITS.has(a.verb) === WAITS.has(b.verb) &&
    makes(a) === makes(b) &&
    (a.verb === 'blocked') === (b.verb === 'blocked') &&
    !restartsWith(a) &&
    !restartsWith(b)
  );
}

function* targets(
  links: readonly ServiceLink[],
  nodes: Nodes,
  groups: Groups,
  renamed?: ReadonlyMap<ServiceKey, ServiceKey>,
): Iterable<Node> {
  for (const { to } of links) {
    const node = nodes.get(renamed?.get(to) ?? to);
    if (node !== undefined) yield node;
    const members = groups(to);
    if (members === undefined) continue;
    for (const member of members) {
      const part = nodes.get(member);
      if (part !== undefined) yield part;
    }
  }
}

/** Of a group that shrinks the highest number leaves first. */
function shrinkGroups(leaving: readonly Node[]): void {
  const groups = new Map<ServiceKey, Node[]>();
  for (const node of leaving) {
    const { group } = node.draft;
    if (group === undefined) continue;
    const members = groups.get(group.key);
    if (members === undefined) groups.set(group.key, [node]);
    else members.push(node);
  }
  for (const members of groups.values()) {
    members.sort((a, b) => (b.draft.group?.index ?? 0) - (a.draft.group?.index ?? 0));
    members.forEach((node, i) => i > 0 && node.softBefore.push(members[i - 1]!));
  }
}

function placeAll(nodes: Nodes): void {
  let placed = 0;
  let ready: Node[] = [];
  for (const node of nodes.values()) if (node.open === 0) ready.push(node);
  for (;;) {
    while (ready.length > 0) {
      const next: Node[] = [];
      for (const node of ready) {
        placed += 1;
        node.wave += 1;
        for (const follower of node.next ?? []) {
          follower.wave = Math.max(follower.wave, node.wave);
          if (--follower.open === 0) next.push(follower);
        }
      }
      ready = next;
    }
    if (placed === nodes.size) return;
    ready = giveWay(nodes);
  }
}

/** Drops the soft edges into the first stuck node that has some; it may then go on, or another one gives way. */
function giveWay(nodes: Nodes): Node[] {
  const stuck = [...nodes.values()].filter(({ open }) => open > 0).sort((a, b) => compareText(a.key, b.key));
  const yielding = stuck.find(({ softBefore }) => softBefore.some(({ open }) => open > 0));
  if (yielding === undefined) throw circle(stuck);
  const dropped = yielding.softBefore.filter(({ open }) => open > 0);
  yielding.softBefore = yielding.softBefore.filter(({ open }) => open === 0);
  yielding.open -= dropped.length;
  for (const producer of dropped) if (!yielding.before.includes(producer)) producer.next?.delete(yielding);
  return yielding.open === 0 ? [yielding] : [];
}

function circle(stuck: readonly Node[]): EngineError {
  const path: Node[] = [];
  let node = stuck[0]!; // called with at least one
  while (!path.includes(node)) {
    path.push(node);
    node = node.before.find(({ open }) => open > 0)!; // a stuck node without soft edges waits for a stuck one
  }
  const keys = [...path.slice(path.indexOf(node)), node].map(({ key }) => key);
  return new EngineError(
    'INTERNAL',
    `the plan has a circle that the resolver should have refused: ${keys.join(' → ')}`,
    {
      detail: { path: keys },
    },
  );
}
