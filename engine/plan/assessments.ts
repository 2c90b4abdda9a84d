// The drafts of all services and the indexes they need, kept up to date change by change. A draft depends on its own service,
// record and observation, on who takes whose place, and (where later values are filled) on the producers it reads:
// these and no others are looked at again.

import { EngineError } from '../model/errors.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Registry } from '../model/registry.ts';
import type { DesiredService, DesiredState, GridState, Observed } from '../model/service.ts';
import type { assess as Assess } from './assess.ts';
import { Consumers } from './consumers.ts';
import type { Outputs } from './fill.ts';
import { removalOf, remainderOf } from './removal.ts';
import { Takeovers } from './takeover.ts';
import type { Draft } from './draft.ts';
import type { PlanOptions, UnknownThing } from './shape.ts';
import { View } from './view.ts';

export class Assessments {
  readonly view: View;
  readonly consumers = new Consumers();
  /** What changes; what is not here is as wanted. */
  readonly drafts = new Map<ServiceKey, Draft>();
  readonly unknown = new Map<ServiceKey, UnknownThing>();
  /** Drafts that leave. */
  readonly away = new Set<ServiceKey>();
  /** How many services are declared. */
  count = 0;
  readonly #registry: Registry;
  readonly #options: PlanOptions;
  readonly #assess: typeof Assess;
  readonly #takeovers: Takeovers;
  readonly #members = new Map<ServiceKey, Set<ServiceKey>>();
  readonly #replaced = new Set<ServiceKey>();

  constructor(desired: DesiredState, grid: GridState, registry: Registry, options: PlanOptions, assess: typeof Assess) {
    this.view = new View(desired.blueprint, desired.services, grid);
    this.#registry = registry;
    this.#options = options;
    this.#assess = assess;
    this.#takeovers = new Takeovers(this.view);
    for (const service of desired.services.values()) this.#index(service);
    for (const record of grid.records.values()) if (record.blueprint !== desired.blueprint) this.consumers.add(record);
    this.#settle(this.#everyKey(desired, grid));
  }

  /** Gives the keys whose drafts were made again. */
  change(
    services: ReadonlyMap<ServiceKey, DesiredService | undefined>,
    observed: ReadonlyMap<ServiceKey, Observed | undefined>,
  ): ReadonlySet<ServiceKey> {
    const changed = new Set([...services.keys(), ...observed.keys()]);
    const touched = new Set<ServiceKey>();
    const touch = (): void => {
      for (const key of changed) for (const one of this.#takeovers.related(key)) touched.add(one);
    };
    touch();
    for (const [key, seen] of observed) this.view.setObserved(key, seen);
    for (const [key, service] of services) {
      const before = this.view.desired(key);
      if (before !== undefined) this.#unindex(before);
      this.view.setDesired(key, service);
      if (service !== undefined) this.#index(service);
    }
    for (const key of changed) this.#takeovers.refresh(key);
    touch();
    this.#spread(touched);
    for (const key of touched) this.#forget(key);
    this.#settle(touched);
    return touched;
  }

  members(group: ServiceKey): ReadonlySet<ServiceKey> | undefined {
    return this.#members.get(group);
  }

  groupOf(key: ServiceKey): ServiceKey | undefined {
    return (this.view.desired(key) ?? this.view.record(key))?.group?.key;
  }

  replaced(): readonly Draft[] {
    return [...this.#replaced].flatMap((key) => this.drafts.get(key) ?? []);
  }

  #index(service: DesiredService): void {
    this.count += 1;
    this.consumers.add(service);
    this.#takeovers.add(service);
    const group = service.group?.key;
    if (group === undefined) return;
    const members = this.#members.get(group);
    if (members === undefined) this.#members.set(group, new Set([service.key]));
    else members.add(service.key);
  }

  #unindex(service: DesiredService): void {
    this.count -= 1;
    this.consumers.remove(service);
    const record = this.view.record(service.key);
    if (record !== undefined && record.blueprint !== this.view.blueprint) this.consumers.add(record);
    this.#takeovers.remove(service);
    if (service.group !== undefined) this.#members.get(service.group.key)?.delete(service.key);
  }

  *#everyKey({ services }: DesiredState, grid: GridState): Iterable<ServiceKey> {
    yield* services.keys();
    for (const key of grid.records.keys()) if (!services.has(key)) yield key;
    for (const key of grid.tombstones.keys()) if (!services.has(key) && !grid.records.has(key)) yield key;
    for (const key of grid.observed.keys()) {
      if (!services.has(key) && !grid.records.has(key) && !grid.tombstones.has(key)) yield key;
    }
  }

  /** Later values read the outputs of producers: with a producer its readers are looked at again. */
  #spread(touched: Set<ServiceKey>): void {
    if (this.#options.fill === undefined) return;
    const waiting = [...touched];
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
      for (const consumer of this.consumers.of(key, undefined)) {
        if (touched.has(consumer) || !this.#readsStatus(consumer, key)) continue;
        touched.add(consumer);
        waiting.push(consumer);
      }
    }
  }

  #readsStatus(consumer: ServiceKey, producer: ServiceKey): boolean {
    const service = this.view.desired(consumer);
    return service !== undefined && service.links.some(({ type, to }) => type === 'status' && to === producer);
  }

  #forget(key: ServiceKey): void {
    this.drafts.delete(key);
    this.unknown.delete(key);
    this.away.delete(key);
    this.#replaced.delete(key);
  }

  /** Producers first where values are read from them; else the order does not matter. */
  #settle(keys: Iterable<ServiceKey>): void {
    if (this.#options.fill === undefined) {
      for (const key of keys) this.#assessOne(key);
      return;
    }
    const open = new Set(keys);
    const entered = new Set<ServiceKey>();
    for (const first of [...open]) {
      const stack = [first];
      for (let key = stack.at(-1); key !== undefined; key = stack.at(-1)) {
        if (!open.has(key)) {
          stack.pop();
          continue;
        }
        const before = entered.has(key) ? [] : this.#readBy(key).filter((producer) => open.has(producer));
        entered.add(key);
        if (before.length > 0) {
          const circle = before.find((producer) => entered.has(producer));
          if (circle !== undefined) throw inCircle(stack, circle);
          stack.push(...before);
          continue;
        }
        open.delete(key);
        stack.pop();
        this.#assessOne(key);
      }
    }
  }

  #readBy(key: ServiceKey): readonly ServiceKey[] {
    const links = this.view.desired(key)?.links ?? [];
    return links.filter(({ type }) => type === 'status').map(({ to }) => to);
  }

  #assessOne(key: ServiceKey): void {
    const { view } = this;
    const service = view.desired(key);
    if (service !== undefined) {
      const draft = this.#assess({
        service,
        view,
        registry: this.#registry,
        options: this.#options,
        outputs: (producer, field) => this.#output(producer, field),
        claim: this.#takeovers.claim(key),
        wasRefused: this.#takeovers.refusal(key),
      });
      if (draft !== undefined) this.#keep(draft);
      return;
    }
    if (this.#takeovers.contested(key)) return;
    const status = view.observed(key)?.status;
    const record = view.record(key);
    if (record !== undefined) {
      if (record.blueprint === view.blueprint) this.#keep(removalOf(record, status, this.#registry, this.#options));
      return;
    }
    const tombstone = view.tombstone(key);
    if (tombstone !== undefined) {
      const draft =
        tombstone.record.blueprint === view.blueprint
          ? remainderOf(tombstone, status, this.#registry, this.#options)
          : undefined;
      if (draft !== undefined) this.#keep(draft);
      return;
    }
    if (status === undefined || status.presence === 'absent') return;
    this.unknown.set(key, { key, ...(status.foreign && { foreign: status.foreign }) });
  }

  #keep(draft: Draft): void {
    this.drafts.set(draft.key, draft);
    if (draft.direction === 'away') this.away.add(draft.key);
    if (draft.verb === 'replace') this.#replaced.add(draft.key);
  }

  /** The output of a producer that stays as it is; what is about to be made or replaced has none yet. */
  #output(key: ServiceKey, field: string): ReturnType<Outputs> {
    const draft = this.drafts.get(key);
    if (draft !== undefined && (draft.verb === 'create' || draft.verb === 'replace' || draft.direction === 'away'))
      return undefined;
    const outputs = this.view.observed(key)?.status.outputs;
    return outputs !== undefined && Object.hasOwn(outputs, field) ? outputs[field] : undefined;
  }
}

function inCircle(stack: readonly ServiceKey[], first: ServiceKey): EngineError {
  const path = [...stack.slice(stack.indexOf(first)), first];
  return new EngineError(
    'INTERNAL',
    `later values go in a circle that the resolver should have refused: ${path.join(' → ')}`,
    { detail: { path } },
  );
}
