// How a service leaves the record: buried when it is gone, dismissed when nobody asks for it, parked when this program does not
// know its kind.

import type { ServiceKey } from '../model/key.ts';
import type { Claim, Transaction } from '../store/port.ts';
import type { StoredService } from '../store/records.ts';
import type { Loaded, TurnWorld } from './loaded.ts';

/** It is gone from the world: the record follows. False: it was declared again in the meantime. */
export async function bury(key: ServiceKey, loaded: Loaded, { store }: TurnWorld, claim: Claim): Promise<boolean> {
  const id = key;
  const uid = loaded.tombstone?.uid;
  const consents = uid === undefined ? [] : await store.list('consent', { prefix: `${id} ${uid} ` });
  const { service, tombstone } = loaded.versions;
  const transaction: Transaction = {
    // Declared again in the meantime: then nothing is taken off the record.
    checks: [
      { collection: 'service', id, version: service },
      { collection: 'tombstone', id, version: tombstone },
    ],
    claims: [claim],
    deletes: [
      ...(['tombstone', 'snapshot', 'observed', 'overlay'] as const).map((collection) => ({ collection, id })),
      ...consents.map((consent) => ({ collection: 'consent' as const, id: consent.id })),
    ],
    due: [{ key: key, at: null }],
    log: [{ about: key, type: 'gone', body: { uid: uid ?? null } }],
    durable: true,
  };
  return (await store.commit(transaction)).ok;
}

/** Neither wanted nor buried: nothing is done to it, and nothing is kept for it. */
export async function dismiss(key: ServiceKey, loaded: Loaded, { store }: TurnWorld, claim: Claim): Promise<void> {
  const deletes = loaded.stored === undefined ? [] : [{ collection: 'snapshot' as const, id: key }];
  const id = key;
  // Declared in the meantime: then it is due, and stays so.
  await store.commit({
    checks: [
      { collection: 'service', id, version: 0 },
      { collection: 'tombstone', id, version: 0 },
    ],
    claims: [claim],
    deletes,
    due: [{ key: key, at: null }],
  });
}

/** Its actor is not in this program: a person is needed, and the record stays. */
export async function parkUnknownKind(
  key: ServiceKey,
  record: StoredService,
  { store }: TurnWorld,
  claim: Claim,
): Promise<void> {
  const now = await store.now();
  await store.commit({
    claims: [claim],
    due: [{ key: key, at: now + 60_000 }],
    log: [
      {
        about: key,
        type: 'decision',
        body: {
          decision: 'park',
          reason: `there is no actor "${record.actor}" in this program`,
          code: 'KIND_UNKNOWN',
        },
      },
    ],
    durable: true,
  });
}
