// Consent is data: key, uid, step and reason. It is for the spec it was given for: when the spec changes or the thing comes back, it
// is gone, so nobody's yes of last month destroys what is there today.

import type { AnyActor } from '../model/actor.ts';
import type { ServiceKey } from '../model/key.ts';
import { ABSENT, diffOf } from '../plan/steps.ts';
import type { Store } from '../store/port.ts';
import type { StoredConsent, StoredObserved } from '../store/records.ts';
import type { Change } from './change.ts';
import { everyDocument } from './state.ts';

export type HeldConsents = ReadonlyMap<ServiceKey, readonly string[]>;

/** Ids of the consents there are, by service: few, so all at once. */
export async function heldConsents(store: Store): Promise<HeldConsents> {
  const held = new Map<ServiceKey, string[]>();
  for await (const { id, value } of everyDocument<StoredConsent>(store, 'consent'))
    held.set(value.key, [...(held.get(value.key) ?? []), id]);
  return held;
}

export function consent(draft: Change, given: Omit<StoredConsent, 'at'>): void {
  const { key, uid, op, reason, by } = given;
  draft.put('consent', `${key} ${uid} ${op}`, { ...given, at: draft.now } satisfies StoredConsent);
  draft.say('consent', { op, reason, by: by.name }, key);
}

export function dropConsents(draft: Change, held: HeldConsents, key: ServiceKey): void {
  for (const id of held.get(key) ?? []) draft.remove('consent', id);
}

/** Every step that may lose data on the way of a thing out of the world. */
export async function partingSteps(
  store: Store,
  key: ServiceKey,
  actor: AnyActor | undefined,
): Promise<readonly string[]> {
  if (actor === undefined) return [];
  const observed = (await store.get('observed', key))?.value as unknown as StoredObserved | undefined;
  const ops = new Set(Object.keys(actor.steps).filter((op) => actor.steps[op]?.risk === 'destructive'));
  // A step may be more dangerous on an occasion than its definition says.
  for (const { op } of diffOf(actor, key, 'absent', observed?.status ?? ABSENT)) ops.add(op);
  return [...ops].sort();
}
