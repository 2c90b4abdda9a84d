// The ways out: a whole blueprint is destroyed, the data of what is retired is destroyed now, and a retention ends by itself. Each is a
// record first (a tombstone); the loop takes the thing away, consumers before producers, and says when it is seen to be gone.

import { EngineError } from '../model/errors.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Registry } from '../model/registry.ts';
import type { Store } from '../store/port.ts';
import type { Author, StoredService, StoredTombstone } from '../store/records.ts';
import type { GridClock } from './apply.ts';
import { change, type Change } from './change.ts';
import { consent, partingSteps } from './consents.ts';
import { linksInto, refuseLinked } from './consumers.ts';
import { emptyState, stateOf } from './desired.ts';
import { find } from './find.ts';
import { revise, type Ask, type Revised } from './revise.ts';

/** What holds data is retired, as when its block goes; what is protected or used by others refuses the whole. */
export async function destroyBlueprint(
  store: Store,
  clock: GridClock,
  order: Ask & { readonly blueprint: string },
): Promise<Revised> {
  const { blueprint } = order;
  return await revise(store, clock, order, { blueprint, cause: 'destroy' }, async ({ desired }) => {
    // Whoever links to it from outside, whatever minimum it needs: destroying is no way to change another blueprint.
    refuseLinked(await linksInto(store, new Set(desired.services.keys())), 'destroy');
    return { desired: stateOf({ ...emptyState(blueprint), scope: desired.scope, services: [] }) };
  });
}

export interface Destroyed {
  readonly keys: readonly ServiceKey[];
  readonly pokes: readonly ServiceKey[];
}

/** `ays destroy KEY --data`: what is retired goes now, and its data with it. */
export async function destroyData(
  store: Store,
  clock: Pick<GridClock, 'epoch'>,
  order: {
    readonly name: string;
    /** That the data goes too was said. */
    readonly data: boolean;
    readonly author: Author;
    readonly registry: Registry;
  },
): Promise<Destroyed> {
  const { name, data, author, registry } = order;
  const { result, pokes } = await change(store, async (draft) => {
    const found = await find(store, name);
    const [declared] = found.services;
    if (declared !== undefined) refuseDeclared(declared);
    const retired = found.tombstones.filter(({ state }) => state === 'retired');
    if (retired.length === 0) return []; // it is going already
    for (const { key, record } of retired) {
      if (record.common.protect)
        throw new EngineError('PROTECTED', `${key} is protected`, {
          hint: `put the block back into ${record.blueprint} with protect: false, apply, and remove it then`,
        });
      if (!data)
        throw new EngineError('CONSENT_MISSING', `${key} is retired, and its data would be lost`, {
          hint: `ays destroy ${key} --data`,
        });
    }
    refuseLinked(await linksInto(store, new Set(retired.map(({ key }) => key))), 'destroy');
    const reason = `destroy --data by ${author.name}`;
    for (const { key } of retired) await doom(draft, clock.epoch, registry, key, author, reason);
    return retired.map(({ key }) => key);
  });
  return { keys: result, pokes };
}

function refuseDeclared({ key, blueprint, origin }: StoredService): void {
  throw new EngineError(
    'DECLARED_AND_REMOVED',
    `${key} is declared by the blueprint ${blueprint} (${origin.file}:${origin.line})`,
    {
      hint: `remove the block and apply, or ays destroy ${blueprint}`,
    },
  );
}

/**
 * The end of `retain`: asked at each turn of what is retired. Gives whether the time had come. The blueprint's own rule is the
 * consent; what is protected meanwhile stays.
 */
export async function endRetention(store: Store, epoch: number, registry: Registry, key: ServiceKey): Promise<boolean> {
  const { result } = await change(store, async (draft) => {
    const tombstone = (await draft.see<StoredTombstone>('tombstone', key))?.value;
    if (tombstone === undefined || tombstone.state !== 'retired') return false;
    const { until, record } = tombstone;
    if (until === null || until > draft.now || record.common.protect) return false;
    const author: Author = { name: 'retain', via: 'schedule' };
    await doom(draft, epoch, registry, key, author, 'its retention has ended');
    return true;
  });
  return result;
}

async function doom(
  draft: Change,
  epoch: number,
  registry: Registry,
  key: ServiceKey,
  by: Author,
  reason: string,
): Promise<void> {
  const tombstone = (await draft.see<StoredTombstone>('tombstone', key))?.value;
  if (tombstone === undefined || tombstone.state !== 'retired') return; // somebody was faster
  const { uid, record, generation: last } = tombstone;
  const generation = last.epoch < epoch ? { epoch, n: 1 } : { epoch: last.epoch, n: last.n + 1 };
  draft.put('tombstone', key, {
    ...tombstone,
    state: 'deleted',
    generation,
    until: null,
    by,
    at: draft.now,
  } satisfies StoredTombstone);
  for (const op of await partingSteps(draft.store, key, registry.actor(record.actor)))
    consent(draft, { key, uid, op, reason, by });
  draft.poke(key);
  draft.say('deleted', { by: by.name, reason }, key);
}
