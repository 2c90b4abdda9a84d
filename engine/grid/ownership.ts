// Whose a service is. A service belongs to one blueprint; it is given to another, follows its blueprint to another name, or is left
// to itself. The thing in the world is not touched by any of it: only records change, in one transaction.

import { EngineError } from '../model/errors.ts';
import { NAME_PATTERN, type ServiceKey } from '../model/key.ts';
import type { DesiredService, DesiredState } from '../model/service.ts';
import type { Store } from '../store/port.ts';
import type { Author, BlueprintHead, StoredService, StoredTombstone } from '../store/records.ts';
import { change, type Change, type Seen } from './change.ts';
import { linksInto, refuseLinked } from './consumers.ts';
import { emptyState, stateOf, without } from './desired.ts';
import { find, headOf, refuseReplica } from './find.ts';
import { lastRevision, writeRevision } from './revisions.ts';
import { everyDocument } from './state.ts';

export interface Moved {
  readonly keys: readonly ServiceKey[];
  /** The new revision of each blueprint that changed. */
  readonly revisions: Readonly<Record<string, number>>;
}

/** `ays give KEY --to B`. B may be new: its first apply then finds what it declares. */
export async function give(
  store: Store,
  order: { readonly name: string; readonly to: string; readonly author: Author },
): Promise<Moved> {
  const { name, to, author } = order;
  checkName(to);
  const { result } = await change(store, async (draft) => {
    const found = await find(store, name);
    refuseReplica(found, 'give');
    const from = ownerOf(found);
    if (from === to)
      throw new EngineError('USAGE', `${found.key} belongs to ${to} already`, {
        hint: '`ays status` shows the owners',
      });
    const revisions = await hand(draft, {
      from,
      to,
      author,
      cause: 'give',
      services: found.services,
      tombstones: found.tombstones,
    });
    return { keys: keysOf(found), revisions };
  });
  return result;
}

/** `ays rename OLD NEW` of a blueprint: all that it owns, also what is retired or going. */
export async function renameBlueprint(
  store: Store,
  order: { readonly from: string; readonly to: string; readonly author: Author },
): Promise<Moved> {
  const { from, to, author } = order;
  checkName(to);
  const { result } = await change(store, async (draft) => {
    await headOf(store, from);
    const taken = (await draft.see<BlueprintHead>('blueprint', to))?.value;
    if (from === to || (taken !== undefined && taken.services > 0)) {
      throw new EngineError('CHANGE_REFUSED', `there is a blueprint "${to}" with ${taken?.services ?? 0} services`, {
        hint: `ays give KEY --to ${to} hands single services over`,
      });
    }
    const services: StoredService[] = [];
    for await (const { value } of everyDocument<StoredService>(store, 'service'))
      if (value.blueprint === from) services.push(value);
    const tombstones: StoredTombstone[] = [];
    for await (const { value } of everyDocument<StoredTombstone>(store, 'tombstone'))
      if (value.record.blueprint === from) tombstones.push(value);
    const revisions = await hand(draft, { from, to, author, cause: 'rename', services, tombstones, whole: true });
    return { keys: [...services, ...tombstones].map(({ key }) => key), revisions };
  });
  return result;
}

/** Leaves the thing running, unmanaged. Also the way out of a deletion that nobody can finish. */
export async function forget(store: Store, order: { readonly name: string; readonly author: Author }): Promise<Moved> {
  const { name, author } = order;
  const { result } = await change(store, async (draft) => {
    const found = await find(store, name);
    refuseReplica(found, 'forget');
    const gone = new Set(found.services.map(({ key }) => key));
    refuseLinked(await linksInto(store, gone), 'forget');
    const revisions: Record<string, number> = {};
    if (found.services.length > 0) {
      const blueprint = ownerOf(found);
      const last = await lastRevision(draft, blueprint);
      const desired = without(last.desired, gone);
      revisions[blueprint] = writeRevision(draft, last, { desired, author, cause: 'forget', changed: gone.size });
    }
    for (const { key, uid } of [...found.services, ...found.tombstones]) {
      await strike(draft, key);
      draft.say('forgotten', { uid, by: author.name }, key);
    }
    return { keys: keysOf(found), revisions };
  });
  return result;
}

/** Takes all records of a service away. A pass that is on its way notices at its next write. */
async function strike(draft: Change, key: ServiceKey): Promise<void> {
  for (const collection of ['service', 'tombstone', 'overlay'] as const)
    if ((await draft.see(collection, key)) !== undefined) draft.remove(collection, key);
  for (const collection of ['snapshot', 'observed'] as const) draft.remove(collection, key);
  for (const what of ['ask', 'rekey', 'adopt']) draft.remove('meta', `${what} ${key}`);
  for (const { id } of await draft.store.list('consent', { prefix: `${key} ` })) draft.remove('consent', id);
  draft.forget(key);
}

interface Handover {
  readonly from: string;
  readonly to: string;
  readonly author: Author;
  readonly cause: string;
  readonly services: readonly StoredService[];
  readonly tombstones: readonly StoredTombstone[];
  /** All that the blueprint says goes too: params, secrets, outputs, actions. */
  readonly whole?: boolean;
}

async function hand(draft: Change, handover: Handover): Promise<Record<string, number>> {
  const { from, to, author, cause, services, tombstones, whole = false } = handover;
  const keys = new Set(services.map(({ key }) => key));
  const [giver, taker] = [await lastRevision(draft, from), await lastRevision(draft, to)];
  const declared = [...giver.desired.services.values()].filter(({ key }) => keys.has(key));
  const moved = declared.map((service): DesiredService => ({ ...service, blueprint: to }));
  const source: DesiredState = whole ? giver.desired : taker.desired;
  const received = stateOf({
    ...source,
    blueprint: to,
    scope: taker.number === 0 ? giver.desired.scope : source.scope,
    actors: { ...taker.desired.actors, ...pick(giver.desired.actors, declared) },
    choices: { ...taker.desired.choices, ...choicesOf(giver.desired, keys) },
    services: [...taker.desired.services.values(), ...moved],
  });
  const left = without(giver.desired, keys);
  const contents = [...new Set([...giver.contents, ...taker.contents])];
  const changed = services.length;
  const given = whole ? emptyState(from) : left;
  const newest = writeRevision(draft, taker, { desired: received, author, cause, changed, contents });
  const revisions = { [from]: writeRevision(draft, giver, { desired: given, author, cause, changed }), [to]: newest };
  for (const { key } of services) {
    const service = still(await draft.see<StoredService>('service', key), key);
    draft.put('service', key, { ...service, blueprint: to, revision: newest } satisfies StoredService);
    draft.say('given', { from, to, by: author.name }, key);
  }
  for (const { key } of tombstones) {
    const tombstone = still(await draft.see<StoredTombstone>('tombstone', key), key);
    const record = { ...tombstone.record, blueprint: to };
    draft.put('tombstone', key, { ...tombstone, record } satisfies StoredTombstone);
    draft.say('given', { from, to, by: author.name }, key);
  }
  return revisions;
}

function still<Value>(seen: Seen<Value> | undefined, key: ServiceKey): Value {
  if (seen !== undefined) return seen.value;
  throw new EngineError('STORE_CONFLICT', `${key} was taken away meanwhile`, { hint: 'try again' });
}

function pick(
  actors: Readonly<Record<string, string>>,
  services: readonly DesiredService[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(services.map(({ actor }) => [actor, actors[actor] ?? '']));
}

function choicesOf(state: DesiredState, keys: ReadonlySet<ServiceKey>): DesiredState['choices'] {
  return Object.fromEntries(
    Object.entries(state.choices).filter(([argument]) => keys.has(argument.split('#')[0] as ServiceKey)), // it begins with a key
  );
}

function ownerOf({ services, tombstones }: Pick<Handover, 'services' | 'tombstones'>): string {
  return services[0]?.blueprint ?? tombstones[0]?.record.blueprint ?? '';
}

function keysOf({ services, tombstones }: Pick<Handover, 'services' | 'tombstones'>): readonly ServiceKey[] {
  return [...new Set([...services, ...tombstones].map(({ key }) => key))];
}

function checkName(blueprint: string): void {
  if (!NAME_PATTERN.test(blueprint))
    throw new EngineError('BLUEPRINT_NAME', `"${blueprint}" is no name for a blueprint`, {
      hint: 'letters, digits, "-" and "_", at most 63, beginning with a letter or digit',
    });
}
