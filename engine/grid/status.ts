// How things stand, service by service: what state its machine is in, how healthy the thing is, and what differs from the wish, as
// answers to different questions. Converged with a broken thing, or healthy and about to be changed, must both be readable.

import type { Status, Want, Why } from '../model/actor.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Registry } from '../model/registry.ts';
import { maskedWhy } from '../plan/mask.ts';
import { diffOf } from '../plan/steps.ts';
import type { LoggedEntry, Store } from '../store/port.ts';
import type { Overlay, StoredObserved, StoredService, StoredTombstone } from '../store/records.ts';
import { find } from './find.ts';
import { entriesOf, type OverlayEntry } from './overlays.ts';
import { everyDocument, isPaused } from './state.ts';

/** `due`: it has not been looked at since its wish last changed. */
export type StateWord =
  'due' | 'reconciling' | 'converged' | 'waiting' | 'backing off' | 'parked' | 'paused' | 'retired' | 'deleting';

export interface ServiceStatus {
  readonly key: ServiceKey;
  readonly actor: string;
  readonly blueprint: string;
  readonly revision: number;
  readonly want: 'present' | 'retired' | 'absent';
  readonly state: StateWord;
  readonly health: 'ok' | 'warning' | 'error' | 'unknown';
  /** What differs from the wish, each with its why; null: never seen. */
  readonly drift: readonly Why[] | null;
  readonly presence: Status['presence'] | null;
  readonly milestone: string | null;
  /** When it was last seen, and by which robot. */
  readonly seen: { readonly at: number; readonly ageMs: number; readonly by: string } | null;
  readonly waitingOn: readonly ServiceKey[];
  readonly cause: { readonly code: string; readonly message: string; readonly hint?: string } | null;
  /** Steps that wait for somebody's yes. */
  readonly proposal: readonly { readonly op: string; readonly text: string }[];
  /** When it is looked at by itself, at the latest. */
  readonly nextAt: number | null;
  /** Since when it is in this state; null: not asked for, or longer than the log goes back. */
  readonly since: number | null;
  readonly paused: Overlay['paused'];
  readonly overlays: readonly OverlayEntry[];
  /** Of what is retired. */
  readonly until: number | null;
}

/** What is read here of a snapshot; it is written by the turn (engine/runtime/loaded.ts). */
export interface SnapshotView {
  readonly snapshot: {
    readonly value: string;
    readonly context: {
      readonly generation: number;
      readonly waitingOn: readonly ServiceKey[];
      readonly cause: ServiceStatus['cause'];
      readonly proposal: ServiceStatus['proposal'];
    };
  };
  readonly due: { readonly at: number } | null;
}

export interface StatusOrder {
  readonly registry: Registry;
  /** One service or group; absent: all, or all of a blueprint. */
  readonly name?: string;
  readonly blueprint?: string;
  /** Reads the log as well: costs a question for each service. */
  readonly since?: boolean;
}

const WORDS: Readonly<Record<string, StateWord>> = {
  due: 'reconciling',
  reconciling: 'reconciling',
  moving: 'reconciling',
  retiring: 'reconciling',
  deleting: 'deleting',
  converged: 'converged',
  retired: 'retired',
  waiting: 'waiting',
  backingOff: 'backing off',
  asking: 'parked',
  quarantine: 'parked',
  parked: 'parked',
  paused: 'paused',
  gone: 'deleting',
};

const AT_ONCE = 500;
const LOG_PAGE = 50;

/** In key order; retired and going ones too. */
export async function statusOf(store: Store, order: StatusOrder): Promise<readonly ServiceStatus[]> {
  const wanted: (StoredService | StoredTombstone)[] = [];
  if (order.name !== undefined) {
    const { services, tombstones } = await find(store, order.name);
    wanted.push(...services, ...tombstones);
  } else {
    for await (const { value } of everyDocument<StoredService>(store, 'service')) wanted.push(value);
    for await (const { value } of everyDocument<StoredTombstone>(store, 'tombstone')) wanted.push(value);
  }
  const { blueprint } = order;
  const chosen = wanted.filter((one) => blueprint === undefined || recordOf(one).blueprint === blueprint);
  chosen.sort((a, b) => (a.key < b.key ? -1 : 1));
  const now = await store.now();
  const all: ServiceStatus[] = [];
  for (let i = 0; i < chosen.length; i += AT_ONCE)
    all.push(...(await page(store, order, chosen.slice(i, i + AT_ONCE), now)));
  return all;
}

/** How many are in which state. */
export function countStates(all: readonly ServiceStatus[]): Readonly<Partial<Record<StateWord, number>>> {
  const counts: Partial<Record<StateWord, number>> = {};
  for (const { state } of all) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

async function page(
  store: Store,
  order: StatusOrder,
  chosen: readonly (StoredService | StoredTombstone)[],
  now: number,
): Promise<readonly ServiceStatus[]> {
  const collections = ['snapshot', 'observed', 'overlay'] as const;
  const documents = await store.getMany(
    chosen.flatMap(({ key: id }) => collections.map((collection) => ({ collection, id }))),
  );
  const made = chosen.map((one, i) => {
    const [snapshot, observed, overlay] = documents
      .slice(3 * i, 3 * i + 3)
      .map((document) => document?.value as unknown);
    // Documents are what this program wrote: see records.ts and SnapshotView.
    return statusFrom(order.registry, now, one, {
      snapshot: snapshot as SnapshotView | undefined,
      observed: observed as StoredObserved | undefined,
      overlay: overlay as Overlay | undefined,
    });
  });
  if (order.since !== true) return made;
  return await Promise.all(made.map(async (one) => ({ ...one, since: await sinceWhen(store, one.key) })));
}

interface Known {
  readonly snapshot: SnapshotView | undefined;
  readonly observed: StoredObserved | undefined;
  readonly overlay: Overlay | undefined;
}

function statusFrom(
  registry: Registry,
  now: number,
  one: StoredService | StoredTombstone,
  { snapshot, observed, overlay }: Known,
): ServiceStatus {
  const record = recordOf(one);
  const want = 'record' in one ? (one.state === 'retired' ? 'retired' : 'absent') : 'present';
  const context = snapshot?.snapshot.context;
  // A machine that has not heard of the last wish yet says nothing about it.
  const heard = context !== undefined && context.generation >= one.generation.epoch * 2 ** 32 + one.generation.n;
  const status = observed?.uid === one.uid ? observed.status : undefined;
  const state = heard ? (WORDS[snapshot!.snapshot.value] ?? 'reconciling') : 'due';
  return {
    key: one.key,
    actor: record.actor,
    blueprint: record.blueprint,
    revision: record.revision,
    want,
    state,
    health: healthOf(status, want),
    drift: status === undefined ? null : driftOf(registry, record, want, status),
    presence: status?.presence ?? null,
    milestone: status?.milestone ?? null,
    seen:
      status === undefined
        ? null
        : { at: observed!.seenAt, ageMs: Math.max(0, now - observed!.seenAt), by: observed!.by },
    waitingOn: heard ? context.waitingOn : [],
    cause: heard ? context.cause : null,
    proposal: heard ? context.proposal.map(({ op, text }) => ({ op, text })) : [],
    nextAt: snapshot?.due?.at ?? null,
    since: null,
    paused: isPaused(overlay, now) ? overlay!.paused : null,
    overlays: overlay === undefined ? [] : entriesOf(overlay),
    until: 'record' in one ? one.until : null,
  };
}

/** A thing without a health of its own is well when it is there. */
function healthOf(status: Status | undefined, want: ServiceStatus['want']): ServiceStatus['health'] {
  if (status === undefined) return 'unknown';
  if (status.health !== undefined) return status.health;
  return status.presence === 'present' || want !== 'present' ? 'ok' : 'error';
}

function driftOf(
  registry: Registry,
  { key, actor: kind, spec, common }: StoredService,
  want: ServiceStatus['want'],
  status: Status,
): readonly Why[] | null {
  const actor = registry.actor(kind);
  if (actor === undefined) return null;
  if (status.presence === 'foreign' && want === 'present')
    return [
      {
        field: 'presence',
        have: 'foreign',
        want: 'ours',
        text: `${status.foreign?.id ?? 'something'} stands there and is not ours`,
      },
    ];
  const wanted: Want<JsonObject> = want === 'present' ? { ...spec, running: common.running } : want;
  return diffOf(actor, key, wanted, status).map(({ why }) => maskedWhy(why));
}

function recordOf(one: StoredService | StoredTombstone): StoredService {
  return 'record' in one ? one.record : one;
}

/** The first of the decisions that led into the present state and kept it. */
async function sinceWhen(store: Store, about: ServiceKey): Promise<number | null> {
  let state: JsonValue | undefined;
  let since: number | null = null;
  for (let after: string | undefined; ;) {
    const entries: readonly LoggedEntry[] = await store.log({
      about,
      newestFirst: true,
      limit: LOG_PAGE,
      ...(after !== undefined && { after }),
    });
    for (const { type, body, at } of entries) {
      if (type !== 'decision') continue;
      const said = (body as JsonObject)['state'];
      state ??= said;
      if (said !== state) return since;
      since = at;
    }
    after = entries.at(-1)?.id;
    if (entries.length < LOG_PAGE) return since;
  }
}

/** Whether a status tells of the newest wish: for those who wait for the end of an apply. */
export function isSettled({ state }: Pick<ServiceStatus, 'state'>): boolean {
  return state === 'converged' || state === 'parked' || state === 'paused' || state === 'retired';
}
