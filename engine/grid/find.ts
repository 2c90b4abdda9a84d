// What a person means by a name: a service, a group of replicas, a blueprint, a revision. A name that is nothing gets the one it
// may have been.

import { EngineError } from '../model/errors.ts';
import { compareText } from '../model/json.ts';
import { nameOf, parseKey, type ServiceKey } from '../model/key.ts';
import { nearest } from '../model/nearest.ts';
import type { Store } from '../store/port.ts';
import type { BlueprintHead, Revision, StoredService, StoredTombstone } from '../store/records.ts';
import { everyDocument, revisionId } from './state.ts';

/** How many names are read to find the one that was meant. */
const MOST_SUGGESTED = 20_000;

export interface Found {
  /** As it was named: the service's key, or the group's. */
  readonly key: ServiceKey;
  readonly isGroup: boolean;
  /** In the order of their numbers. */
  readonly services: readonly StoredService[];
  readonly tombstones: readonly StoredTombstone[];
}

/** A service, all replicas of a group, or what is retired or going under this key. */
export async function find(store: Store, name: string): Promise<Found> {
  const key = parseKey(name);
  if (key !== undefined) {
    const [service, tombstone] = await store.getMany([
      { collection: 'service', id: key },
      { collection: 'tombstone', id: key },
    ]);
    // Documents are what this program wrote: see records.ts.
    if (service !== undefined || tombstone !== undefined) {
      return {
        key,
        isGroup: false,
        services: service === undefined ? [] : [service.value as unknown as StoredService],
        tombstones: tombstone === undefined ? [] : [tombstone.value as unknown as StoredTombstone],
      };
    }
    const services: StoredService[] = [];
    for await (const { value } of everyDocument<StoredService>(store, 'service', `${key}.`))
      if (value.group?.key === key) services.push(value);
    const tombstones: StoredTombstone[] = [];
    for await (const { value } of everyDocument<StoredTombstone>(store, 'tombstone', `${key}.`))
      if (value.record.group?.key === key) tombstones.push(value);
    services.sort((a, b) => (a.group?.index ?? 0) - (b.group?.index ?? 0));
    if (services.length + tombstones.length > 0) return { key, isGroup: true, services, tombstones };
  }
  throw new EngineError('KEY_UNKNOWN', `there is no service "${name}"`, { hint: await suggestion(store, name) });
}

/** Declared services; what is retired or going is not enough. */
export async function findDeclared(store: Store, name: string): Promise<Found> {
  const found = await find(store, name);
  if (found.services.length > 0) return found;
  const [{ state, record }] = found.tombstones as [StoredTombstone]; // find gives one of the two
  throw new EngineError('KEY_UNKNOWN', `${found.key} is ${state === 'retired' ? 'retired' : 'being deleted'}`, {
    hint: `put its block back into ${record.blueprint} and apply`,
  });
}

/** One replica is not a thing to own, set or rename by itself: the next apply would not know of it. */
export function refuseReplica({ services }: Found, verb: string): void {
  const [first] = services;
  if (services.length === 1 && first?.group !== undefined && first.group.key !== first.key) {
    throw new EngineError('USAGE', `${first.key} is one of ${first.group.size} replicas of ${first.group.key}`, {
      hint: `ays ${verb} ${first.group.key}`,
    });
  }
}

async function suggestion(store: Store, name: string): Promise<string> {
  const keys = [
    ...(await store.list('service', { limit: MOST_SUGGESTED })),
    ...(await store.list('tombstone', { limit: MOST_SUGGESTED })),
  ].map(({ id }) => id);
  const key = parseKey(name);
  const near =
    nearest(key ?? name, keys) ??
    keys.find((id) => nameOf(id as ServiceKey) === (key === undefined ? name : nameOf(key))); // ids of services are keys
  return near === undefined ? '`ays status` lists them' : `did you mean ${near}?`;
}

export async function headOf(store: Store, blueprint: string): Promise<BlueprintHead> {
  const document = await store.get('blueprint', blueprint);
  if (document !== undefined) return document.value as unknown as BlueprintHead;
  const names = (await store.list('blueprint', { limit: MOST_SUGGESTED })).map(({ id }) => id).sort(compareText);
  const near = nearest(blueprint, names);
  const known = names.length === 0 ? 'nothing has been applied yet' : `known: ${names.slice(0, 10).join(', ')}`;
  throw new EngineError('KEY_UNKNOWN', `there is no blueprint "${blueprint}"`, {
    hint: near === undefined ? known : `did you mean ${near}?`,
  });
}

export async function revisionAt(store: Store, blueprint: string, number: number): Promise<Revision> {
  const document = await store.get('revision', revisionId(blueprint, number));
  if (document !== undefined) return document.value as unknown as Revision;
  const head = await headOf(store, blueprint);
  throw new EngineError('KEY_UNKNOWN', `there is no revision ${blueprint}@${number}`, {
    hint: `${blueprint} has the revisions 1 to ${head.revision}: ays history ${blueprint}`,
  });
}

/** `shop@6`; without a number undefined stands for it. */
export function parseRevision(text: string): { readonly blueprint: string; readonly number: number | undefined } {
  const match = /^([^@\s]+?)(?:@([1-9][0-9]{0,7}))?$/.exec(text);
  if (match === null)
    throw new EngineError('USAGE', `"${text}" names no revision`, { hint: 'write it as blueprint@number: shop@6' });
  return { blueprint: match[1]!, number: match[2] === undefined ? undefined : Number(match[2]) };
}
