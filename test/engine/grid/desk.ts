// A grid without a loop for tests: a memory store on a simulated clock, the real kinds, and short ways to apply and to ask.

import { applyRevision, type Applied, type GridClock } from '../../../engine/grid/apply.ts';
import type { Ask } from '../../../engine/grid/revise.ts';
import type { FieldCheck } from '../../../engine/grid/set.ts';
import { everyDocument, readGrid } from '../../../engine/grid/state.ts';
import type { Status } from '../../../engine/model/actor.ts';
import { EngineError } from '../../../engine/model/errors.ts';
import type { JsonObject, JsonValue } from '../../../engine/model/json.ts';
import type { ServiceKey } from '../../../engine/model/key.ts';
import type { DesiredState } from '../../../engine/model/service.ts';
import { SimulatedClock } from '../../../engine/model/world.ts';
import type { Registry } from '../../../engine/model/registry.ts';
import { plan, type Plan } from '../../../engine/plan/index.ts';
import { memoryGrid, memoryStore } from '../../../engine/store/memory.ts';
import type { Collection, Store } from '../../../engine/store/port.ts';
import type {
  Author,
  BlueprintHead,
  Revision,
  StoredObserved,
  StoredService,
  StoredTombstone,
} from '../../../engine/store/records.ts';
import { read, realRegistry } from '../blueprint/reading.ts';

export const somebody: Author = { name: 'kim', via: 'cli' };

/** Takes what fits the type of the schema. */
export const check: FieldCheck = (field, value, { key, path }) => {
  const types = typeof field.type === 'string' ? [field.type] : (field.type ?? []);
  const is = Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
  const measured = field.format === 'size' || field.format === 'duration';
  if (measured ? typeof value === 'number' : types.includes(is)) return value;
  throw new EngineError('FIELD_TYPE', `${key}: "${path}" is ${JSON.stringify(value)}`, { hint: 'give another' });
};

export class Desk {
  readonly clock = new SimulatedClock(1_700_000_000_000);
  readonly grid = memoryGrid();
  readonly store: Store = memoryStore({ clock: this.clock, grid: this.grid });
  readonly registry: Registry;
  #ids = 0;
  readonly gridClock: GridClock = { epoch: 1, newId: () => `uid-${++this.#ids}` };

  constructor(registry: Registry = realRegistry) {
    this.registry = registry;
  }

  static async make(registry?: Registry): Promise<Desk> {
    const desk = new Desk(registry);
    await desk.store.found({ grid: 'test', format: 1, epoch: 1 }, undefined);
    return desk;
  }

  /** Another door to the same grid. */
  door(): Store {
    return memoryStore({ clock: this.clock, grid: this.grid });
  }

  get ask(): Ask {
    return { registry: this.registry, author: somebody };
  }

  async plan(text: string, options: { readonly as?: string } = {}): Promise<{ desired: DesiredState; made: Plan }> {
    const grid = await readGrid(this.store);
    const { desired, said } = read(text, { grid, registry: this.registry, ...options });
    if (desired === undefined) {
      const [first] = said.filter(({ severity }) => severity === 'error');
      throw new EngineError(first!.code, first!.message, { hint: first!.hint ?? 'mend the blueprint' });
    }
    return { desired, made: plan(desired, grid, this.registry, { now: this.clock.now() }) };
  }

  async apply(text: string, options: { readonly as?: string } = {}): Promise<Applied> {
    const { desired, made } = await this.plan(text, options);
    return await applyRevision(this.store, this.gridClock, {
      desired,
      plan: made,
      author: somebody,
      cause: 'apply',
      consents: made.consents.map(({ key, op, reason }) => ({ key, op, reason })),
    });
  }

  async service(key: string): Promise<StoredService | undefined> {
    return (await this.store.get('service', key))?.value as unknown as StoredService | undefined;
  }

  async tombstone(key: string): Promise<StoredTombstone | undefined> {
    return (await this.store.get('tombstone', key))?.value as unknown as StoredTombstone | undefined;
  }

  async head(blueprint: string): Promise<BlueprintHead | undefined> {
    return (await this.store.get('blueprint', blueprint))?.value as unknown as BlueprintHead | undefined;
  }

  async revisions(blueprint: string): Promise<readonly Revision[]> {
    const documents = await this.store.list('revision', { prefix: `${blueprint}@` });
    return documents.map(({ value }) => value as unknown as Revision);
  }

  async keys(collection: Collection = 'service'): Promise<readonly string[]> {
    return (await this.store.list(collection)).map(({ id }) => id);
  }

  /** What a pass would have seen. */
  async observe(key: string, status: Status, uid?: string): Promise<void> {
    const record = (await this.service(key)) ?? (await this.tombstone(key));
    const observed: StoredObserved = {
      key: key as ServiceKey,
      uid: uid ?? record?.uid ?? 'none',
      status,
      seenAt: this.clock.now(),
      by: 'robot-1',
    };
    await this.put('observed', key, observed);
  }

  /** What a machine would have come to. */
  async machine(key: string, value: string, context: JsonObject = {}): Promise<void> {
    const record = (await this.service(key)) ?? (await this.tombstone(key));
    const { epoch, n } = record!.generation;
    const known = { generation: epoch * 2 ** 32 + n, waitingOn: [], cause: null, proposal: [], ...context };
    await this.put('snapshot', key, {
      snapshot: { value, context: known },
      due: null,
      pass: null,
      looks: 0,
      said: '',
      last: null,
    });
    const body = { decision: 'look', reason: 'test', state: value, robot: 'robot-1' };
    await this.store.commit({ log: [{ about: key, type: 'decision', body }] });
  }

  async put(collection: Collection, id: string, value: object): Promise<void> {
    await this.store.commit({ puts: [{ collection, id, value: value as JsonValue }] });
  }

  async said(about: string, type: string): Promise<readonly JsonObject[]> {
    const log = await this.store.log({ about });
    return log.filter((entry) => entry.type === type).map(({ body }) => body as JsonObject);
  }

  /** What must hold after every change: each service has one owner, in whose last revision it stands as it is stored. */
  async check(): Promise<void> {
    const owned = new Map<string, string>();
    for await (const { value } of everyDocument<BlueprintHead>(this.store, 'blueprint')) {
      const all = await this.revisions(value.blueprint);
      const numbers = all.map(({ number }) => number);
      if (numbers.join() !== numbers.map((_, i) => i + 1).join() || numbers.at(-1) !== value.revision)
        throw new Error(`${value.blueprint} at ${value.revision} has the revisions ${numbers.join()}`);
      const last = all.at(-1)!;
      if (last.services.length !== value.services || last.hash !== value.hash)
        throw new Error(`${value.blueprint}: head and revision differ`);
      for (const service of last.services) {
        if (owned.has(service.key))
          throw new Error(`${service.key} is owned by ${owned.get(service.key)} and ${value.blueprint}`);
        owned.set(service.key, value.blueprint);
        const stored = await this.service(service.key);
        if (
          stored?.blueprint !== value.blueprint ||
          stored.hash !== service.hash ||
          service.blueprint !== value.blueprint
        )
          throw new Error(`${service.key} of ${value.blueprint} is not what its revision says`);
      }
    }
    for (const key of await this.keys()) {
      if (!owned.has(key)) throw new Error(`${key} is owned by nobody`);
      if ((await this.tombstone(key)) !== undefined) throw new Error(`${key} is declared and buried`);
    }
  }
}

/** The error that this work ends with. */
export async function refused(work: Promise<unknown>): Promise<EngineError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
