// Names of what a grid has in Redis. Everything begins with `ays:<grid>:`, so an ACL of that prefix holds it all, two grids share
// a server without meeting, and nothing carries a hash tag: a transaction touches many keys, which a Cluster cannot do.

import type { Collection } from '../port.ts';

/** A new layout is a new number of the store's format (StoreMeta.format). */
export interface RedisKeys {
  readonly prefix: string;
  /** JSON `[grid, format, epoch]`. */
  readonly meta: string;
  /** Sorted set: service key by the time it is to be looked at. */
  readonly due: string;
  /** Hash: incarnation to `<lives until> <l|x> <robot>`; x: replaced. */
  readonly living: string;
  /** Hash: robot to its present incarnation. */
  readonly robots: string;
  /** Hash: service key to `<epoch> <n> <incarnation>` of who holds it. */
  readonly claims: string;
  /** Stream of log entries, `<n>-0`. */
  readonly log: string;
  /** Sorted set in text order, `<about>\0<n, 16 digits>`: the entries about one thing. */
  readonly logAbout: string;
  /** Hash of counters: token, log, writer. */
  readonly counters: string;
  /** Channel of the changes. */
  readonly changes: string;
  /** Hash: number of a commit of one writer to what was answered. */
  answers(writer: string): string;
  /** The three of a collection: hash of documents, sorted set of ids in text order, sorted set of ids by expiry. */
  collection(collection: Collection): readonly [documents: string, ids: string, expiry: string];
}

export function redisKeys(grid: string): RedisKeys {
  const prefix = `ays:${grid}:`;
  const known = new Map<Collection, readonly [string, string, string]>();
  return {
    prefix,
    meta: `${prefix}meta`,
    due: `${prefix}due`,
    living: `${prefix}living`,
    robots: `${prefix}robots`,
    claims: `${prefix}claims`,
    log: `${prefix}log`,
    logAbout: `${prefix}log-about`,
    counters: `${prefix}counters`,
    changes: `${prefix}changes`,
    answers: (writer) => `${prefix}answers:${writer}`,
    collection(collection) {
      let keys = known.get(collection);
      if (keys === undefined) {
        keys = [`${prefix}doc:${collection}`, `${prefix}ids:${collection}`, `${prefix}expiry:${collection}`];
        known.set(collection, keys);
      }
      return keys;
    },
  };
}
