// Where a grid's record lies. The port is small and knows no word of the engine but documents: collections of JSON
// documents with versions, changed in transactions that check what they saw. What the documents mean stands in
// records.ts and grid.ts, once for all stores; an adapter is only this file, held to one conformance suite.
//
// Two kinds of writes. *Intent* (revisions, tombstones, secrets, consents, pauses, runs) is acknowledged after it is on disk
// (`durable: true`). The *working set* (observed, metrics) may lose a second. A transaction is all or nothing in both.

import type { JsonValue } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';

/** Tokens and generations: epochs first. An epoch begins when a store came back older or with another id. */
export interface Stamp {
  readonly epoch: number;
  readonly n: number;
}

export function compareStamps(a: Stamp, b: Stamp): number {
  return a.epoch - b.epoch || a.n - b.n;
}

export type Collection =
  | 'meta'
  | 'blueprint' // head of each blueprint: number, hash, pin
  | 'revision' // `shop@000007`
  | 'content' // by SHA-256
  | 'service' // ServiceRecord by key
  | 'tombstone'
  | 'overlay' // set, stop, pause: by key
  | 'snapshot' // lifecycle snapshot by key
  | 'observed'
  | 'consent'
  | 'secret'
  | 'run'
  | 'job'
  | 'schedule'
  | 'robot'
  | 'node'
  | 'token'
  | 'idempotency';

export interface Document<Value extends JsonValue = JsonValue> {
  readonly id: string;
  /** Counts the writes of this document; 0 means absent. */
  readonly version: number;
  readonly value: Value;
}

export interface Check {
  readonly collection: Collection;
  readonly id: string;
  /** The version that was seen; 0: it must not be there. */
  readonly version: number;
}

export interface Put {
  readonly collection: Collection;
  readonly id: string;
  readonly value: JsonValue;
  /** Gone by itself after this long (idempotency keys). */
  readonly ttlMs?: number;
}

export interface Claim {
  readonly key: ServiceKey;
  /** Incarnation of the robot that holds it: void once that robot's liveness has lapsed. */
  readonly robot: string;
  readonly token: Stamp;
}

export interface LogEntry {
  /** Service, run or blueprint it is about; undefined for the grid. */
  readonly about?: string;
  readonly type: string;
  readonly body: JsonValue;
}

export interface LoggedEntry extends LogEntry {
  /** Orders all entries of a grid, as text: a later one is greater. */
  readonly id: string;
  /** Store's clock. */
  readonly at: number;
}

export interface Transaction {
  readonly checks?: readonly Check[];
  /** These claims must still be held, with these tokens, by living robots. */
  readonly claims?: readonly Claim[];
  readonly puts?: readonly Put[];
  readonly deletes?: readonly { readonly collection: Collection; readonly id: string }[];
  /** When keys are to be looked at next, on the store's clock; null takes one out of the index. */
  readonly due?: readonly { readonly key: ServiceKey; readonly at: number | null }[];
  /** As `due`, but only ever earlier than what is there. */
  readonly hasten?: readonly { readonly key: ServiceKey; readonly at: number }[];
  readonly log?: readonly LogEntry[];
  /** Resolve only after it is on disk. */
  readonly durable?: boolean;
}

export type Committed =
  | {
      readonly ok: true;
      readonly now: number;
      /** New versions, in the order of the puts. */ readonly versions: readonly number[];
    }
  | { readonly ok: false; readonly why: 'version'; readonly check: Check; readonly found: number }
  | { readonly ok: false; readonly why: 'claim'; readonly claim: Claim };

export interface StoreMeta {
  readonly grid: string;
  /** An older program refuses a newer format. */
  readonly format: number;
  readonly epoch: number;
}

export interface Listing {
  readonly prefix?: string;
  /** Ids after this one; for pages. It need not be there. */
  readonly after?: string;
  readonly limit?: number;
}

export interface Store {
  readonly mode: 'memory' | 'journal' | 'redis';
  /** One line for people: where it is and what it survives. */
  readonly where: string;

  /** Undefined when the store is empty: nobody has founded a grid here. */
  meta(): Promise<StoreMeta | undefined>;
  /** Founds a grid or begins an epoch; refuses when what is there is not what was seen (`before`). */
  found(meta: StoreMeta, before: StoreMeta | undefined): Promise<boolean>;
  /** The store's clock, milliseconds since 1970. */
  now(): Promise<number>;

  get<Value extends JsonValue = JsonValue>(collection: Collection, id: string): Promise<Document<Value> | undefined>;
  /** In the order asked; undefined for what is absent. */
  getMany(
    wanted: readonly { readonly collection: Collection; readonly id: string }[],
  ): Promise<readonly (Document | undefined)[]>;
  /** In id order. */
  list<Value extends JsonValue = JsonValue>(
    collection: Collection,
    listing?: Listing,
  ): Promise<readonly Document<Value>[]>;
  count(collection: Collection): Promise<number>;
  commit(transaction: Transaction): Promise<Committed>;

  /** Keys whose time has come, earliest first, equal times in key order. They stay in the index until somebody moves them. */
  due(limit: number): Promise<readonly { readonly key: ServiceKey; readonly at: number }[]>;
  dueCount(): Promise<{ readonly all: number; readonly overdue: number }>;

  /**
   * Renews a robot's liveness for `ttlMs` on the store's clock. A new incarnation takes the place of the one before at once: that
   * one's claims are void, and it gets false from now on.
   */
  beat(robot: string, incarnation: string, ttlMs: number): Promise<boolean>;
  /** Incarnations that live now. */
  alive(): Promise<readonly string[]>;
  /** Takes a key unless another living incarnation holds it; who holds it gets a new token and the old one is void. Tokens of one key only grow. */
  claim(key: ServiceKey, incarnation: string): Promise<Stamp | { readonly heldBy: string }>;
  /** Nothing happens when the claim is no longer held. */
  release(claim: Claim): Promise<void>;

  log(listing?: {
    readonly about?: string;
    /** Entries behind this one in the order asked for: later ones, or earlier ones with `newestFirst`. */
    readonly after?: string;
    readonly limit?: number;
    readonly newestFirst?: boolean;
  }): Promise<readonly LoggedEntry[]>;
  /** Best effort: told of new log entries and moved due times of any robot. A lost message costs a sweep. */
  watch(
    onChange: (change: { readonly log?: LoggedEntry; readonly due?: ServiceKey }) => void,
  ): Promise<() => Promise<void>>;

  close(): Promise<void>;
}
