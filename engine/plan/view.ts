// The two sides of a plan as the planner looks at them while the desired side may change under it: one lookup for each
// thing, nothing copied.

import type { ServiceKey } from '../model/key.ts';
import type { DesiredService, GridState, Observed, ServiceRecord, Tombstone } from '../model/service.ts';

export class View {
  readonly blueprint: string;
  readonly grid: GridState;
  readonly #services: ReadonlyMap<ServiceKey, DesiredService>;
  readonly #changedServices = new Map<ServiceKey, DesiredService | undefined>();
  readonly #changedObserved = new Map<ServiceKey, Observed | undefined>();

  constructor(blueprint: string, services: ReadonlyMap<ServiceKey, DesiredService>, grid: GridState) {
    this.blueprint = blueprint;
    this.grid = grid;
    this.#services = services;
  }

  desired(key: ServiceKey): DesiredService | undefined {
    if (this.#changedServices.size > 0 && this.#changedServices.has(key)) return this.#changedServices.get(key);
    return this.#services.get(key);
  }

  observed(key: ServiceKey): Observed | undefined {
    if (this.#changedObserved.size > 0 && this.#changedObserved.has(key)) return this.#changedObserved.get(key);
    return this.grid.observed.get(key);
  }

  record(key: ServiceKey): ServiceRecord | undefined {
    return this.grid.records.get(key);
  }

  ownRecord(key: ServiceKey): ServiceRecord | undefined {
    const record = this.grid.records.get(key);
    return record?.blueprint === this.blueprint ? record : undefined;
  }

  tombstone(key: ServiceKey): Tombstone | undefined {
    return this.grid.tombstones.get(key);
  }

  ownTombstone(key: ServiceKey): Tombstone | undefined {
    const tombstone = this.grid.tombstones.get(key);
    return tombstone?.record.blueprint === this.blueprint ? tombstone : undefined;
  }

  setDesired(key: ServiceKey, service: DesiredService | undefined): void {
    this.#changedServices.set(key, service);
  }

  setObserved(key: ServiceKey, observed: Observed | undefined): void {
    this.#changedObserved.set(key, observed);
  }
}
