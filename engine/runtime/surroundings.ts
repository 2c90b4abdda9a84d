// What a pass must know beyond its own record: how far its producers are, the values it takes from them, who still stands on
// it, and what somebody agreed to.

import { eachDeferred, type DeferredBody } from '../model/expression.ts';
import { isObject, jsonEqual, type JsonObject, type JsonValue } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Consent } from '../reconcile/reconcile.ts';
import type { Claim, LogEntry } from '../store/port.ts';
import type { StoredConsent, StoredObserved, StoredService } from '../store/records.ts';
import type { Around, StoredSnapshot, TurnWorld } from './loaded.ts';

/** Producers as they were last seen. */
export async function around(world: TurnWorld, record: StoredService): Promise<Around> {
  const keys = [...new Set(record.links.map(({ to }) => to))];
  const documents = await world.store.getMany(
    keys.flatMap((id) => [
      { collection: 'snapshot' as const, id },
      { collection: 'observed' as const, id },
    ]),
  );
  return new Map(
    keys.map((key, i) => {
      const snapshot = documents[2 * i]?.value as unknown as StoredSnapshot | undefined;
      const observed = documents[2 * i + 1]?.value as unknown as StoredObserved | undefined;
      return [key, { converged: snapshot?.last === 'converged', status: observed?.status }];
    }),
  );
}

/** A vanished value keeps the last one; a changed one is a change of the spec and is said. */
export async function fill(
  key: ServiceKey,
  world: TurnWorld,
  claim: Claim,
  spec: JsonObject,
  record: StoredService,
  around: Around,
): Promise<JsonObject | undefined> {
  const last = record.filled ?? {};
  const now: Record<string, JsonValue> = {};
  const output = (key: ServiceKey, field: string): JsonValue | undefined => {
    const name = `${key}#${field}`;
    const value = around.get(key)?.status?.outputs?.[field] ?? last[name];
    if (value !== undefined) now[name] = value;
    return value;
  };
  let later = false;
  eachDeferred(spec, ({ $ays: body }: { $ays: DeferredBody }) => {
    later = true;
    for (const { key, field } of body.status) output(key, field);
  });
  if (!later) return spec;
  const filled = await world.fill(spec, output);
  if (!jsonEqual(now, last)) {
    const changes = Object.keys(now).filter((name) => !jsonEqual(now[name], last[name]));
    const log: LogEntry[] = changes.map((name) => ({
      about: key,
      type: 'value',
      body: { of: name, have: last[name] ?? null, want: now[name] ?? null },
    }));
    const fresh = await world.store.get('service', key);
    if (fresh !== undefined && isObject(fresh.value) && fresh.value['uid'] === record.uid) {
      await world.store.commit({
        checks: [{ collection: 'service', id: key, version: fresh.version }],
        claims: [claim],
        puts: [{ collection: 'service', id: key, value: { ...fresh.value, filled: now } }],
        log,
        durable: true,
      });
    }
  }
  return filled;
}

export async function consents(key: ServiceKey, world: TurnWorld, uid: string): Promise<readonly Consent[]> {
  const documents = await world.store.list('consent', { prefix: `${key} ${uid} ` });
  return documents.map(({ value }) => value as unknown as StoredConsent);
}

/** Consumers that are not gone yet. */
export async function standingOn(key: ServiceKey, world: TurnWorld): Promise<readonly ServiceKey[]> {
  const keys = await world.allConsumers(key);
  const documents = await world.store.getMany(keys.map((id) => ({ collection: 'snapshot' as const, id })));
  return keys.filter((_, i) => {
    const stored = documents[i]?.value as unknown as StoredSnapshot | undefined;
    // What its last pass came to counts: a retired consumer that is being looked at again is still detached.
    return stored !== undefined && stored.last !== 'absent' && stored.last !== 'retired';
  });
}
