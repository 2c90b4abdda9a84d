// The whole store in memory: what simulation runs on, and what a journal keeps on disk. Every promise of the port holds but one:
// it does not outlive its process. Times are the given clock's: records by `now`, which may jump, leases by `monotonic`, which
// may not, so a jump of the clock takes nobody's claim.

import { EngineError } from '../model/errors.ts';
import type { JsonValue } from '../model/json.ts';
import type { Clock } from '../model/world.ts';
import type { Document, LoggedEntry, Stamp, Store, StoreMeta } from './port.ts';
import type { LogRow } from './memory/log-ring.ts';
import { StoreState, type Effect, type Kept } from './memory/state.ts';
import { prepare, transact } from './memory/transact.ts';

/** What several stores have in common when they are doors to one grid. */
export interface MemoryGrid {
  readonly state: StoreState;
  readonly watchers: Set<Watcher>;
}

type Watcher = Parameters<Store['watch']>[0];

/** Takes effects further than memory. What it throws or rejects with goes to the caller of `commit`. */
export interface Keeper {
  /** Before anything is decided; throws when nothing may be written now. */
  ready(characters: number): Promise<void> | undefined;
  /** The effects are made already. Resolves when they are as safe as was asked. */
  keep(effects: readonly Effect[], undo: readonly Effect[], durable: boolean): Promise<void> | undefined;
  close(): Promise<void>;
}

const TOKENS_AT_ONCE = 1_000_000;

export interface MemoryStoreOptions {
  readonly clock: Clock;
  /** Another door to the same grid: several robots, or the same again after a close. */
  readonly grid?: MemoryGrid;
  /** How many log entries are kept: the newest. */
  readonly logLimit?: number;
}

export function memoryGrid(options: { readonly logLimit?: number; readonly tokensUpTo?: number } = {}): MemoryGrid {
  return { state: new StoreState(options), watchers: new Set() };
}

export function memoryStore(options: MemoryStoreOptions): Store {
  const grid = options.grid ?? memoryGrid(options.logLimit === undefined ? {} : { logLimit: options.logLimit });
  return keptStore('memory', 'in memory: ends with this process', grid, options.clock, undefined);
}

/** The store over a state, with or without somebody who writes its changes down. */
export function keptStore(
  mode: 'memory' | 'journal',
  where: string,
  grid: MemoryGrid,
  clock: Clock,
  keeper: Keeper | undefined,
): Store {
  const { state, watchers } = grid;
  const own = new Set<Watcher>();
  let closed = false;
  let reserving: Promise<void> | undefined;

  const enter = (): void => {
    if (closed) throw new EngineError('STORE_UNREACHABLE', `the store (${where}) is closed`);
    state.expire(clock.now());
  };

  const tell = (effects: readonly Effect[]): void => {
    if (watchers.size === 0) return;
    for (const effect of effects) {
      const change =
        effect.kind === 'log' ? { log: logged(effect.row) } : effect.kind === 'due' ? { due: effect.key } : undefined;
      if (change === undefined) continue;
      for (const watcher of watchers) {
        // Later, so that nobody who listens runs inside somebody's commit, nor stops another listener.
        queueMicrotask(() => {
          if (watchers.has(watcher)) watcher(change);
        });
      }
    }
  };

  const make = async (effect: Effect): Promise<void> => {
    const undo = state.apply(effect);
    await keeper?.keep([effect], [undo], true);
  };

  const store: Store = {
    mode,
    where,

    async meta() {
      enter();
      return state.meta;
    },
    async found(meta, before) {
      enter();
      await keeper?.ready(0);
      if (!sameMeta(state.meta, before)) return false;
      const { grid: id, format, epoch } = meta;
      await make({ kind: 'meta', meta: Object.freeze({ grid: id, format, epoch }) });
      return true;
    },
    async now() {
      enter();
      return clock.now();
    },

    async get<Value extends JsonValue>(...[collection, id]: Parameters<Store['get']>) {
      enter();
      return documentOf<Value>(id, state.get(collection, id));
    },
    async getMany(wanted) {
      enter();
      return wanted.map(({ collection, id }) => documentOf(id, state.get(collection, id)));
    },
    async list<Value extends JsonValue>(...[collection, listing = {}]: Parameters<Store['list']>) {
      enter();
      const { prefix = '', after, limit = Infinity } = listing;
      return state.list(collection, prefix, after, limit).map(([id, kept]): Document<Value> => parsed<Value>(id, kept));
    },
    async count(collection) {
      enter();
      return state.count(collection);
    },
    async commit(transaction) {
      enter();
      const prepared = prepare(transaction);
      await keeper?.ready(prepared.characters);
      const made = transact(state, prepared, { now: clock.now(), monotonic: clock.monotonic() });
      if ('ok' in made) return made;
      const { committed, effects, undo } = made;
      await keeper?.keep(effects, undo, transaction.durable === true);
      tell(effects);
      return committed;
    },

    async due(limit) {
      enter();
      return state.due.until(clock.now(), limit).map(({ name, at }) => ({ key: name as `${string}/${string}`, at }));
    },
    async dueCount() {
      enter();
      return { all: state.due.size, overdue: state.due.countUntil(clock.now()) };
    },

    async beat(robot, incarnation, ttlMs) {
      enter();
      return state.leases.beat(robot, incarnation, clock.monotonic() + ttlMs);
    },
    async alive() {
      enter();
      return state.leases.alive(clock.monotonic());
    },
    async claim(key, incarnation) {
      enter();
      while (state.token >= state.tokensUpTo) await reserve();
      const heldBy = state.leases.holder(key, clock.monotonic());
      if (heldBy !== undefined && heldBy !== incarnation) return { heldBy };
      const token: Stamp = { epoch: state.meta?.epoch ?? 0, n: ++state.token };
      state.leases.take({ key, robot: incarnation, token });
      return token;
    },
    async release(claim) {
      enter();
      state.leases.release(claim);
    },

    async log(listing = {}) {
      enter();
      const { about, after, limit = Infinity, newestFirst = false } = listing;
      const rows = state.log.read(about, after === undefined ? undefined : Number(after), limit, newestFirst);
      return rows.map(logged);
    },
    async watch(onChange) {
      enter();
      const watcher: Watcher = (change) => onChange(change);
      own.add(watcher);
      watchers.add(watcher);
      return async () => {
        own.delete(watcher);
        watchers.delete(watcher);
      };
    },

    async close() {
      if (closed) return;
      closed = true;
      for (const watcher of own) watchers.delete(watcher);
      await keeper?.close();
    },
  };
  return store;

  /** Tokens are not written one by one: a block of them is set aside on disk before the first of it is given. */
  async function reserve(): Promise<void> {
    reserving ??= (async () => {
      await keeper?.ready(0);
      await make({ kind: 'tokens', upTo: state.tokensUpTo + TOKENS_AT_ONCE });
    })().finally(() => (reserving = undefined));
    await reserving;
  }
}

function documentOf<Value extends JsonValue>(id: string, kept: Kept | undefined): Document<Value> | undefined {
  return kept === undefined ? undefined : parsed<Value>(id, kept);
}

function parsed<Value extends JsonValue>(id: string, kept: Kept): Document<Value> {
  return { id, version: kept.version, value: JSON.parse(kept.text) as Value }; // the caller names what lies there
}

function logged({ n, at, about, type, text }: LogRow): LoggedEntry {
  const body = JSON.parse(text) as JsonValue;
  return { id: String(n).padStart(16, '0'), at, ...(about !== undefined && { about }), type, body };
}

function sameMeta(a: StoreMeta | undefined, b: StoreMeta | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.grid === b.grid && a.format === b.format && a.epoch === b.epoch;
}
