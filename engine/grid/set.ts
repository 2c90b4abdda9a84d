// A partial change: fields set by hand, workloads stopped and started. Each is a revision of its own, made of the last one, so the
// loop, the history and a rollback know it like any other; who set what is noted beside, since the next apply undoes it.

import { EngineError } from '../model/errors.ts';
import { jsonEqual, type JsonObject, type JsonValue } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { FieldSchema } from '../model/schema.ts';
import type { DesiredService, DesiredState } from '../model/service.ts';
import type { Store } from '../store/port.ts';
import type { Author, Overlay } from '../store/records.ts';
import type { GridClock } from './apply.ts';
import type { Change } from './change.ts';
import { withServices } from './desired.ts';
import { commonFieldOf, fieldOf, REPLICAS, settableField, withField } from './fields.ts';
import { findDeclared, refuseReplica } from './find.ts';
import { serviceHash } from './hashes.ts';
import { withReplicas } from './replicas.ts';
import { revise, type Ask, type Present, type Revised } from './revise.ts';

/**
 * Judges one value by the schema of its field and gives it as a spec holds it (bytes, milliseconds); throws what is wrong with it.
 * A parameter, since reading what people write is the blueprint reader's.
 */
export type FieldCheck = (
  field: FieldSchema,
  value: JsonValue,
  place: { readonly key: ServiceKey; readonly path: string; readonly actor: string },
) => JsonValue;

export interface SetOrder extends Ask {
  /** A service, or a group of replicas. */
  readonly name: string;
  /** By path: `image`, `env.LOG`, `replicas`, `running`, `protect`. */
  readonly fields: Readonly<Record<string, JsonValue>>;
  readonly check: FieldCheck;
}

export async function setFields(store: Store, clock: GridClock, order: SetOrder): Promise<Revised> {
  return await lay(store, clock, order, 'set', order.fields, order.check);
}

/** `ays do stop|start`: the same overlay. */
export async function setRunning(
  store: Store,
  clock: GridClock,
  order: Ask & { readonly name: string; readonly running: boolean },
): Promise<Revised> {
  const { running } = order;
  return await lay(store, clock, order, running ? 'start' : 'stop', { running }, (_field, value) => value);
}

/** Back to what the blueprint says; without names all that was set. */
export async function unsetFields(
  store: Store,
  clock: GridClock,
  order: Ask & { readonly name: string; readonly fields?: readonly string[] },
): Promise<Revised> {
  const { key } = await findDeclared(store, order.name);
  const overlay = (await store.get('overlay', key))?.value as unknown as Overlay | undefined;
  const laid: Record<string, JsonValue | undefined> = Object.fromEntries(
    Object.entries(overlay?.set ?? {}).map(([field, { was }]) => [field, was ?? undefined]),
  );
  if (overlay !== undefined && overlay.running !== null) laid['running'] = !overlay.running.value;
  const names = order.fields ?? Object.keys(laid);
  const unknown = names.find((field) => !Object.hasOwn(laid, field));
  if (unknown !== undefined || names.length === 0) {
    const set = Object.keys(laid);
    throw new EngineError('USAGE', `${key}: ${unknown === undefined ? 'nothing' : `"${unknown}"`} was set by hand`, {
      hint: set.length === 0 ? 'it is as its blueprint says' : `set by hand: ${set.join(', ')}`,
    });
  }
  const fields = Object.fromEntries(names.map((field) => [field, laid[field]]));
  return await lay(store, clock, order, 'unset', fields, (_field, value) => value);
}

async function lay(
  store: Store,
  clock: GridClock,
  order: Ask & { readonly name: string },
  cause: string,
  fields: Readonly<Record<string, JsonValue | undefined>>,
  check: FieldCheck,
): Promise<Revised> {
  const found = await findDeclared(store, order.name);
  refuseReplica(found, cause);
  const { blueprint } = found.services[0]!; // findDeclared gives at least one
  return await revise(store, clock, order, { blueprint, cause }, ({ desired }: Present) => {
    const before = membersOf(desired, found.key);
    let state = desired;
    const was: Record<string, JsonValue> = {};
    for (const [path, value] of Object.entries(fields)) {
      if (path === REPLICAS && countsReplicas(order, before)) {
        was[path] = before.length;
        state = withReplicas(state, found.key, countOf(found.key, value));
      } else {
        const [first] = before;
        was[path] =
          (commonFieldOf(path) === undefined ? fieldOf(first!.spec, path) : first!.common[commonFieldOf(path)!]) ??
          null;
        state = withEach(state, found.key, (service) => withValue(order, service, path, value, check));
      }
    }
    contradictionsOf(order, membersOf(state, found.key));
    const also = (draft: Change): Promise<void> => note(draft, found.key, order.author, fields, state, was);
    return { desired: state, also, keepOverlays: true };
  });
}

function membersOf(state: DesiredState, key: ServiceKey): readonly DesiredService[] {
  const keys = state.groups.get(key) ?? [key];
  const members = keys.flatMap((one) => state.services.get(one) ?? []);
  if (members.length > 0) return members;
  throw new EngineError('PLAN_STALE', `${key} is no longer declared`, { hint: '`ays status` lists what is' });
}

function withEach(
  state: DesiredState,
  key: ServiceKey,
  edit: (service: DesiredService) => DesiredService,
): DesiredState {
  const members = new Set(membersOf(state, key).map((one) => one.key));
  return withServices(
    state,
    [...state.services.values()].map((service) => (members.has(service.key) ? edit(service) : service)),
  );
}

function withValue(
  { registry }: Ask,
  service: DesiredService,
  path: string,
  value: JsonValue | undefined,
  check: FieldCheck,
): DesiredService {
  const common = commonFieldOf(path);
  if (common !== undefined) {
    if (typeof value !== 'boolean')
      throw new EngineError(
        'FIELD_TYPE',
        `${service.key}: "${path}" is ${JSON.stringify(value)}; expected true or false`,
        {
          hint: `ays set ${service.key} ${path}=true`,
        },
      );
    return hashed({ ...service, common: { ...service.common, [common]: value } });
  }
  const field = settableField(registry, service, path);
  const { key, actor } = service;
  const typed = value === undefined ? undefined : check(field, value, { key, path, actor });
  return hashed({ ...service, spec: withField(service.spec, path, typed) });
}

function hashed(service: DesiredService): DesiredService {
  return { ...service, hash: serviceHash(service) };
}

function countsReplicas({ registry }: Ask, [first]: readonly DesiredService[]): boolean {
  return registry.actor(first?.actor ?? '')?.schema.properties[REPLICAS]?.['x-replicas'] === true;
}

function countOf(key: ServiceKey, value: JsonValue | undefined): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value;
  throw new EngineError(
    'REPLICAS_INVALID',
    `${key}: "replicas" is ${JSON.stringify(value)}; expected a whole number from 1`,
    {
      hint: value === 0 ? `ays do stop ${key} keeps it stopped` : `ays set ${key} replicas=3`,
    },
  );
}

/** Fields that do not go together, as at the door of an apply. */
function contradictionsOf({ registry }: Ask, services: readonly DesiredService[]): void {
  for (const { key, actor, spec } of services) {
    const [first] = registry.actor(actor)?.contradictions?.(spec) ?? [];
    if (first === undefined) continue;
    throw new EngineError('FIELD_CONTRADICTION', `${key}: ${first.at}: ${first.message}`, {
      ...(first.hint !== undefined && { hint: first.hint }),
    });
  }
}

/** What is as the blueprint says is no overlay any more; the first value that was set over is what the blueprint says. */
async function note(
  draft: Change,
  key: ServiceKey,
  by: Author,
  fields: Readonly<Record<string, JsonValue | undefined>>,
  state: DesiredState,
  was: Readonly<Record<string, JsonValue>>,
): Promise<void> {
  const before = (await draft.see<Overlay>('overlay', key))?.value;
  const set: Record<string, Overlay['set'][string]> = { ...before?.set };
  let running = before?.running ?? null;
  const members = membersOf(state, key);
  const at = draft.now;
  const said: Record<string, JsonObject> = {};
  for (const path of Object.keys(fields)) {
    const { spec, common } = members[0]!; // membersOf gives at least one
    const wide = commonFieldOf(path);
    const value =
      (path === REPLICAS && !Object.hasOwn(spec, path)
        ? members.length
        : wide === undefined
          ? fieldOf(spec, path)
          : common[wide]) ?? null;
    said[path] = { have: was[path] ?? null, want: value };
    if (path === 'running') {
      running = running !== null && running.value !== value ? null : { value: value === true, by, at };
      continue;
    }
    const declared = Object.hasOwn(set, path) ? set[path]!.was : (was[path] ?? null);
    delete set[path];
    if (!jsonEqual(declared, value)) set[path] = { value, was: declared, by, at };
  }
  const overlay: Overlay = { key, set, running, paused: before?.paused ?? null };
  if (Object.keys(set).length === 0 && running === null && overlay.paused === null) draft.remove('overlay', key);
  else draft.put('overlay', key, overlay);
  draft.say('set', { fields: said, by: by.name }, key);
}
