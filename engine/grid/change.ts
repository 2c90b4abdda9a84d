// A change of a grid as one transaction: what it saw (checks), what it writes, whom it pokes, what it says in the log. Built up in
// steps and committed once; when another change came first, the whole is built again on what is there now.

import { EngineError } from '../model/errors.ts';
import type { JsonValue } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Check, Collection, Committed, Document, LogEntry, Put, Store, Transaction } from '../store/port.ts';

export type Seen<Value> = Omit<Document, 'value'> & { readonly value: Value };

export class Change {
  readonly store: Store;
  readonly #checks = new Map<string, Check>();
  readonly #puts = new Map<string, Put>();
  readonly #deletes = new Map<string, { collection: Collection; id: string }>();
  readonly #hasten = new Map<ServiceKey, number>();
  readonly #undue = new Set<ServiceKey>();
  readonly #log: LogEntry[] = [];
  readonly now: number;

  constructor(store: Store, now: number) {
    this.store = store;
    this.now = now;
  }

  /** Reads a document and holds the change to what was read. */
  async see<Value>(collection: Collection, id: string): Promise<Seen<Value> | undefined> {
    const document = await this.store.get(collection, id);
    this.expect(collection, id, document?.version ?? 0);
    return document as unknown as Seen<Value> | undefined; // documents are what this program wrote: see records.ts
  }

  expect(collection: Collection, id: string, version: number): void {
    const name = `${collection} ${id}`;
    if (!this.#checks.has(name)) this.#checks.set(name, { collection, id, version });
  }

  put(collection: Collection, id: string, value: unknown, ttlMs?: number): void {
    this.#deletes.delete(`${collection} ${id}`);
    // Records are plain JSON by their types; the store copies them.
    this.#puts.set(`${collection} ${id}`, {
      collection,
      id,
      value: value as JsonValue,
      ...(ttlMs !== undefined && { ttlMs }),
    });
  }

  remove(collection: Collection, id: string): void {
    this.#puts.delete(`${collection} ${id}`);
    this.#deletes.set(`${collection} ${id}`, { collection, id });
  }

  /** To be looked at now. */
  poke(key: ServiceKey, at = this.now): void {
    this.#hasten.set(key, Math.min(at, this.#hasten.get(key) ?? at));
    this.#undue.delete(key);
  }

  /** Nothing is left to look at. */
  forget(key: ServiceKey): void {
    this.#hasten.delete(key);
    this.#undue.add(key);
  }

  say(type: string, body: JsonValue, about?: string): void {
    this.#log.push({ type, body, ...(about !== undefined && { about }) });
  }

  get pokes(): readonly ServiceKey[] {
    return [...this.#hasten.keys()];
  }

  transaction(): Transaction {
    return {
      checks: [...this.#checks.values()],
      puts: [...this.#puts.values()],
      deletes: [...this.#deletes.values()],
      hasten: [...this.#hasten].map(([key, at]) => ({ key, at })),
      due: [...this.#undue].map((key) => ({ key, at: null })),
      log: this.#log,
      durable: true,
    };
  }
}

/** How often a change is built anew before it gives up: more than this many writers at one document is a fight. */
const TRIES = 12;

/** Builds and commits; built again when somebody was faster. `build` must read everything through the change. */
export async function change<T>(
  store: Store,
  build: (change: Change) => Promise<T>,
): Promise<{ readonly result: T; readonly pokes: readonly ServiceKey[] }> {
  for (let attempt = 1; ; attempt++) {
    const draft = new Change(store, await store.now());
    const result = await build(draft);
    const committed = await commitSurely(store, draft.transaction());
    if (committed.ok) return { result, pokes: draft.pokes };
    if (attempt >= TRIES) {
      const what =
        committed.why === 'version'
          ? `${committed.check.collection} ${committed.check.id}`
          : `the claim of ${committed.claim.key}`;
      throw new EngineError(
        'STORE_CONFLICT',
        `${what} was changed by others ${TRIES} times while this was being written`,
        { hint: 'try again' },
      );
    }
  }
}

/** A commit whose answer was lost has an unknown outcome; the same transaction asked again tells it and does nothing twice. */
async function commitSurely(store: Store, transaction: Transaction): Promise<Committed> {
  try {
    return await store.commit(transaction);
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'STORE_UNREACHABLE' || store.mode !== 'redis') throw error;
    return await store.commit(transaction);
  }
}
