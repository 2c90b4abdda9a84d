// Keeps a robot's index of links as the store has it. News are prompt, and may be lost; before something goes from under others, the
// log is read from where it was read last, so that no consumer is overlooked because nobody told of it.

import { everyDocument } from '../grid/state.ts';
import type { ServiceKey } from '../model/key.ts';
import type { LogEntry, Store } from '../store/port.ts';
import type { StoredService, StoredTombstone } from '../store/records.ts';
import { LinkIndex } from './links.ts';

const PAGE = 1_000;
/** What happened to a service that changes its links. */
const LINKS = new Set(['declared', 'changed', 'revived', 'renamed', 'deleted', 'retired', 'gone']);

export class LinkWatch {
  readonly #store: Store;
  readonly #links = new LinkIndex();
  readonly #onError: (error: unknown) => void;
  /** The last entry that was read; undefined when there was none. */
  #read: string | undefined;
  #reading: Promise<void> = Promise.resolve();
  #unwatch: (() => Promise<void>) | undefined;

  constructor(store: Store, onError: (error: unknown) => void) {
    this.#store = store;
    this.#onError = onError;
  }

  async start(): Promise<void> {
    await this.#rebuild();
    this.#unwatch = await this.#store.watch(({ log }) => {
      const key = log === undefined ? undefined : aboutLinks(log);
      if (key !== undefined) this.#relink([key]).catch(this.#onError);
    });
  }

  async stop(): Promise<void> {
    await this.#unwatch?.();
  }

  consumers(key: ServiceKey): readonly ServiceKey[] {
    return this.#links.consumers(key);
  }

  /** What was in the log when this was called is in the index when it resolves. One after the other: a read that began earlier would not do. */
  async catchUp(): Promise<void> {
    const turn = this.#reading.then(() => this.#readOn());
    this.#reading = turn.catch(() => undefined);
    await turn;
  }

  async #readOn(): Promise<void> {
    const [oldest] = await this.#store.log({ limit: 1 });
    if (oldest === undefined) return;
    // The log is bounded: what is older than all of it may have been missed.
    if (this.#read === undefined || oldest.id > this.#read) return await this.#rebuild();
    for (;;) {
      const page = await this.#store.log({ after: this.#read, limit: PAGE });
      await this.#relink([...new Set(page.flatMap((entry) => aboutLinks(entry) ?? []))]);
      this.#read = page.at(-1)?.id ?? this.#read;
      if (page.length < PAGE) return;
    }
  }

  async #rebuild(): Promise<void> {
    const [newest] = await this.#store.log({ limit: 1, newestFirst: true });
    for await (const { value } of everyDocument<StoredService>(this.#store, 'service')) this.#set(value);
    for await (const { value } of everyDocument<StoredTombstone>(this.#store, 'tombstone')) this.#set(value.record);
    this.#read = newest?.id;
  }

  async #relink(keys: readonly ServiceKey[]): Promise<void> {
    if (keys.length === 0) return;
    const documents = await this.#store.getMany(
      keys.flatMap((id) => [
        { collection: 'service' as const, id },
        { collection: 'tombstone' as const, id },
      ]),
    );
    for (const [i, key] of keys.entries()) {
      const service = documents[2 * i]?.value as unknown as StoredService | undefined;
      const tombstone = documents[2 * i + 1]?.value as unknown as StoredTombstone | undefined;
      const record = service ?? tombstone?.record;
      if (record === undefined) this.#links.remove(key);
      else this.#set(record);
    }
  }

  #set({ key, links }: StoredService): void {
    this.#links.set(
      key,
      links.map(({ to }) => to),
    );
  }
}

function aboutLinks({ about, type }: LogEntry): ServiceKey | undefined {
  return about !== undefined && LINKS.has(type) ? (about as ServiceKey) : undefined; // these are about services
}
