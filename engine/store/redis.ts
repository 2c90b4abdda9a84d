// A grid in Redis or Valkey. Every change is one Lua script, so it is whole or not at all; what must last is acknowledged when the
// server has it on disk, the way the boot check found out (boot-check.ts). All clocks are the server's: one grid, one clock.
//
// A commit whose answer is lost has an unknown outcome. It is sent again under its own number, by the connection after a cut or by
// the caller with the same transaction object, and then tells what happened the first time; nothing is done twice.

import type { RedisOptions } from 'ioredis';
import { EngineError } from '../model/errors.ts';
import { compareText, type JsonValue } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { BootVerdict } from './boot-check.ts';
import type { Collection, Document, Listing, Stamp, Store, StoreMeta, Transaction } from './port.ts';
import { showRedisAddress } from './redis/address.ts';
import { redisKeys } from './redis/keys.ts';
import { Lines } from './redis/lines.ts';
import { lexRange, loggedEntry, metaOf, metaText, unpack, type Unpacked } from './redis/packed.ts';
import * as scripts from './redis/scripts.ts';
import { COMMIT } from './redis/commit-script.ts';
import { commitCall, committed, type CommitCall } from './redis/transaction.ts';
import { watchChanges } from './redis/watch.ts';

export interface RedisStoreOptions {
  readonly connection: RedisOptions;
  /** The grid's id: the prefix of every key. */
  readonly grid: string;
  /** How many log entries are kept: the newest. */
  readonly logLimit?: number;
  /** The server is gone, not only the connection: somebody may start it again. Called at each further attempt. */
  readonly onLost?: () => void;
  /** What was found at start and whenever the server came back. */
  readonly onVerdict?: (verdict: BootVerdict) => void;
}

export interface RedisStore extends Store {
  readonly mode: 'redis';
  /** What the server is and how writes are made safe. */
  verdict(): BootVerdict;
  /** Looks again: for `ays doctor`, and after somebody has changed a setting. */
  look(): Promise<BootVerdict>;
}

const LOG_LIMIT = 100_000;
const PAGE = 500;
/** Answers that are known to have arrived are taken away with the next commits. */
const ACKNOWLEDGED_AT_ONCE = 256;

export async function redisStore(options: RedisStoreOptions): Promise<RedisStore> {
  const { grid, logLimit = LOG_LIMIT } = options;
  const address = showRedisAddress(options.connection);
  const lines = await Lines.open({
    connection: options.connection,
    where: address,
    ...(options.onLost && { onLost: options.onLost }),
    ...(options.onVerdict && { onVerdict: options.onVerdict }),
  });
  const { product, version } = lines.verdict;
  const where = `${product} ${version} at ${address}, on disk before a write is acknowledged`;
  const keys = redisKeys(grid);

  let expected = '';
  let closed = false;
  let lastNumber = 0;
  const acknowledged: number[] = [];
  const unknown = new WeakMap<
    Transaction,
    { readonly number: number; readonly done: readonly number[]; readonly call: CommitCall }
  >();
  const watches = new Set<() => Promise<void>>();

  const now = async (): Promise<number> => {
    const [seconds, micros] = (await lines.read('TIME', [])) as [string, string];
    return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  };

  // A number of the server and its time: also a server that has forgotten its counters gives no writer's name twice.
  const writer = await (async () => {
    try {
      const n = Number(await lines.read('HINCRBY', [keys.counters, 'writer', 1]));
      return `${n}-${await now()}`;
    } catch (error) {
      lines.close();
      throw error;
    }
  })();

  /** The server was emptied, or is another grid's, since we began. */
  const strange = (found: string): EngineError =>
    new EngineError(
      'STORE_REFUSED',
      found === ''
        ? `the store (${where}) is empty now; grid ${grid} was in it`
        : `the store (${where}) holds ${found} now, not grid ${grid}`,
      {
        hint: '`ays restore` refills it from the copy that a robot keeps on disk; or give the address of the right server.',
      },
    );

  const enter = (): void => {
    if (closed) throw new EngineError('STORE_UNREACHABLE', `the store (${where}) is closed`);
  };

  /** Those that may have ended by themselves need the server's clock. */
  const living = async (found: readonly (Unpacked | undefined)[]): Promise<readonly (Document | undefined)[]> => {
    const time = found.some((one) => one?.ends !== undefined) ? await now() : 0;
    return found.map((one) => (one === undefined || (one.ends ?? Infinity) <= time ? undefined : one.document));
  };

  const store: RedisStore = {
    mode: 'redis',
    where,
    verdict: () => lines.verdict,
    look: () => lines.look(),
    now: async () => {
      enter();
      return now();
    },

    async meta() {
      enter();
      const text = await lines.read('GET', [keys.meta]);
      if (typeof text !== 'string') return undefined;
      const meta = metaOf(text);
      expected = expectedOf(meta);
      return meta;
    },
    async found(meta, before) {
      enter();
      const args = [metaText(meta), before === undefined ? '' : metaText(before), `${writer}:${++lastNumber}`];
      if (Number(await lines.write(scripts.FOUND, [keys.meta, keys.counters], args, true)) !== 1) return false;
      expected = expectedOf(meta);
      return true;
    },

    async get<Value extends JsonValue>(collection: Collection, id: string) {
      enter();
      const packed = await lines.read('HGET', [keys.collection(collection)[0], id]);
      const one = typeof packed === 'string' ? unpack(id, packed) : undefined;
      if (one?.ends !== undefined && one.ends <= (await now())) return undefined;
      return one?.document as Document<Value> | undefined; // the caller names what lies there
    },
    async getMany(wanted) {
      enter();
      const byCollection = new Map<Collection, number[]>();
      wanted.forEach(({ collection }, i) => {
        const places = byCollection.get(collection);
        if (places === undefined) byCollection.set(collection, [i]);
        else places.push(i);
      });
      const found: (Unpacked | undefined)[] = new Array<undefined>(wanted.length).fill(undefined);
      const reads: Promise<void>[] = [];
      for (const [collection, places] of byCollection) {
        for (let from = 0; from < places.length; from += PAGE) {
          const page = places.slice(from, from + PAGE);
          const ids = page.map((i) => wanted[i]!.id);
          reads.push(
            lines.read('HMGET', [keys.collection(collection)[0], ...ids]).then((reply) => {
              (reply as readonly (string | null)[]).forEach((packed, k) => {
                if (packed !== null) found[page[k]!] = unpack(ids[k]!, packed);
              });
            }),
          );
        }
      }
      await Promise.all(reads);
      return living(found);
    },
    async list<Value extends JsonValue>(collection: Collection, listing: Listing = {}) {
      enter();
      const { prefix = '', limit = Infinity } = listing;
      const [documents, ids] = keys.collection(collection);
      const found: Document[] = [];
      let { after } = listing;
      while (found.length < limit) {
        const [low, high] = lexRange(prefix, after);
        const size = Math.min(PAGE, limit - found.length);
        const page = (await lines.ask(scripts.LIST, [documents, ids], [low, high, size])) as readonly string[];
        for (let i = 1; i + 1 < page.length; i += 2) found.push(unpack(page[i]!, page[i + 1]!).document);
        if (page[0] === undefined || page[0] === '') break;
        after = page[0];
      }
      return found as readonly Document[] as readonly Document<Value>[]; // as for get
    },
    async count(collection) {
      enter();
      const [documents, , expiry] = keys.collection(collection);
      return Number(await lines.ask(scripts.COUNT, [documents, expiry], []));
    },

    async commit(transaction) {
      enter();
      let sending = unknown.get(transaction);
      if (sending === undefined) {
        const number = ++lastNumber;
        const done = acknowledged.splice(0, ACKNOWLEDGED_AT_ONCE);
        const call = commitCall(transaction, keys, writer, { expected, number, acknowledged: done, logLimit });
        sending = { number, done, call };
      }
      const { number, done, call } = sending;
      // Kept until an answer is there; a failure leaves it for the caller's next attempt.
      unknown.set(transaction, sending);
      const answer = await lines.write(COMMIT, call.keys, call.arguments, transaction.durable === true);
      unknown.delete(transaction);
      const result = committed(answer, transaction);
      if ('strange' in result) throw strange(result.strange);
      // What was not done took nothing away either.
      acknowledged.push(...(result.ok ? [number] : done));
      return result;
    },

    async due(limit) {
      enter();
      const flat = (await lines.ask(scripts.DUE, [keys.due], [limit])) as readonly string[];
      const found: { readonly key: ServiceKey; readonly at: number }[] = [];
      for (let i = 0; i + 1 < flat.length; i += 2) found.push({ key: flat[i] as ServiceKey, at: Number(flat[i + 1]) }); // only keys go in
      return found;
    },
    async dueCount() {
      enter();
      const [all, overdue] = (await lines.ask(scripts.DUE_COUNT, [keys.due], [])) as [number, number];
      return { all, overdue };
    },

    async beat(robot, incarnation, ttlMs) {
      enter();
      const used = [keys.meta, keys.living, keys.robots];
      const answer = await lines.write(scripts.BEAT, used, [expected, robot, incarnation, ttlMs], false);
      if (Array.isArray(answer)) throw strange(String(answer[1]));
      return Number(answer) === 1;
    },
    async alive() {
      enter();
      const found = (await lines.ask(scripts.LIVING, [keys.living], [])) as readonly string[];
      return [...found].sort(compareText);
    },
    async claim(key, incarnation) {
      enter();
      const used = [keys.meta, keys.living, keys.claims, keys.counters];
      const [first, second] = (await lines.write(scripts.CLAIM, used, [expected, key, incarnation], false)) as [
        string,
        string,
      ];
      if (first === 'held') return { heldBy: second };
      if (first === 'meta') throw strange(second);
      return { epoch: Number(first), n: Number(second) } satisfies Stamp;
    },
    async release({ key, robot, token }) {
      enter();
      await lines.write(scripts.RELEASE, [keys.claims], [key, robot, token.epoch, token.n], false);
    },

    async log(listing = {}) {
      enter();
      const { about, limit = Infinity, newestFirst = false } = listing;
      const found: ReturnType<typeof loggedEntry>[] = [];
      let { after } = listing;
      while (found.length < limit) {
        const size = Math.min(PAGE, limit - found.length);
        const from = after === undefined ? '' : String(Number(after));
        const args = [about === undefined ? '-' : `+${about}`, from, size, newestFirst ? '1' : '0'];
        const page = (await lines.ask(scripts.READ_LOG, [keys.log, keys.logAbout], args)) as readonly [
          string,
          string[],
        ][];
        for (const entry of page) found.push(loggedEntry(entry));
        if (page.length < size) break;
        after = found.at(-1)!.id;
      }
      return found;
    },
    async watch(onChange) {
      enter();
      const end = await watchChanges(options.connection, keys.changes, address, onChange);
      const once = async (): Promise<void> => {
        if (watches.delete(once)) await end();
      };
      watches.add(once);
      return once;
    },

    async close() {
      if (closed) return;
      closed = true;
      await Promise.all([...watches].map((end) => end()));
      lines.close();
    },
  };
  return store;
}

/** How the meta value of the same grid begins, whatever its epoch. */
function expectedOf(meta: StoreMeta): string {
  return `[${JSON.stringify(meta.grid)},`;
}
