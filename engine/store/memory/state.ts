// All that a grid's store holds, in memory, and the one way it changes: effects, each of which can be undone. A journal writes
// effects and replays them, so what is on disk never depends on how a transaction is decided. Documents are kept as text: nobody
// can change what lies here by holding on to an object, and a cold document costs little more than its bytes.

import type { ServiceKey } from '../../model/key.ts';
import type { Collection, StoreMeta } from '../port.ts';
import { DueIndex } from './due-index.ts';
import { Leases } from './leases.ts';
import { LogRing, type LogRow } from './log-ring.ts';
import { SortedIds } from './sorted-ids.ts';

export interface Kept {
  readonly version: number;
  readonly text: string;
  /** Gone at this time of the store's clock. */
  readonly until: number | undefined;
}

export type Effect =
  | {
      readonly kind: 'document';
      readonly collection: Collection;
      readonly id: string;
      /** Undefined: not there. */ readonly kept: Kept | undefined;
    }
  | { readonly kind: 'due'; readonly key: ServiceKey; /** Null: not in the index. */ readonly at: number | null }
  | { readonly kind: 'log'; readonly row: LogRow }
  | { readonly kind: 'unlog' }
  | { readonly kind: 'meta'; readonly meta: StoreMeta | undefined }
  | { readonly kind: 'tokens'; readonly upTo: number };

interface Documents {
  readonly byId: Map<string, Kept>;
  readonly ids: SortedIds;
}

/** How many log entries are kept unless somebody says otherwise. */
export const LOG_LIMIT = 100_000;

export class StoreState {
  meta: StoreMeta | undefined = undefined;
  readonly due = new DueIndex();
  readonly leases = new Leases();
  readonly log: LogRing;
  /** The number of the last log entry. */
  logged = 0;
  /** The last token given, and the last that may be given before more are reserved. */
  token = 0;
  tokensUpTo: number;
  readonly #collections = new Map<Collection, Documents>();
  /** `collection id` of what is gone by itself. */
  readonly #ends = new DueIndex();

  constructor(options: { readonly logLimit?: number; readonly tokensUpTo?: number } = {}) {
    this.log = new LogRing(options.logLimit ?? LOG_LIMIT);
    this.tokensUpTo = options.tokensUpTo ?? Infinity;
  }

  get(collection: Collection, id: string): Kept | undefined {
    return this.#collections.get(collection)?.byId.get(id);
  }

  count(collection: Collection): number {
    return this.#collections.get(collection)?.byId.size ?? 0;
  }

  list(collection: Collection, prefix: string, after: string | undefined, limit: number): (readonly [string, Kept])[] {
    const documents = this.#collections.get(collection);
    const found: (readonly [string, Kept])[] = [];
    if (documents === undefined || limit <= 0) return found;
    const resumes = after !== undefined && after >= prefix;
    for (const id of documents.ids.from(resumes ? after : prefix, resumes)) {
      if (!id.startsWith(prefix)) break;
      found.push([id, documents.byId.get(id)!]); // every listed id has its document
      if (found.length >= limit) break;
    }
    return found;
  }

  /** Takes away what has ended. Not an effect: the end stands in the document. */
  expire(now: number): void {
    for (let first = this.#ends.first(); first !== undefined && first.at <= now; first = this.#ends.first()) {
      const [collection, id] = splitEnd(first.name);
      this.#keep(collection, id, undefined);
    }
  }

  /** Returns what undoes it. */
  apply(effect: Effect): Effect {
    switch (effect.kind) {
      case 'document': {
        const { collection, id } = effect;
        const before = this.get(collection, id);
        this.#keep(collection, id, effect.kept);
        return { kind: 'document', collection, id, kept: before };
      }
      case 'due': {
        const before = this.due.get(effect.key) ?? null;
        if (effect.at === null) this.due.delete(effect.key);
        else this.due.set(effect.key, effect.at);
        return { kind: 'due', key: effect.key, at: before };
      }
      case 'log':
        this.log.push(effect.row);
        this.logged = effect.row.n;
        return { kind: 'unlog' };
      case 'unlog':
        // The number is not given again: somebody may have been told of it.
        this.log.pop();
        return effect;
      case 'meta': {
        const before = this.meta;
        this.meta = effect.meta;
        return { kind: 'meta', meta: before };
      }
      case 'tokens': {
        const before = this.tokensUpTo;
        this.tokensUpTo = effect.upTo;
        return { kind: 'tokens', upTo: before };
      }
    }
  }

  /** Everything, as the effects that make it from nothing. */
  *effects(): Generator<Effect, void, undefined> {
    if (this.meta !== undefined) yield { kind: 'meta', meta: this.meta };
    if (Number.isFinite(this.tokensUpTo)) yield { kind: 'tokens', upTo: this.tokensUpTo };
    for (const [collection, { byId, ids }] of this.#collections) {
      for (const id of ids.from('', false)) yield { kind: 'document', collection, id, kept: byId.get(id) };
    }
    for (const { name, at } of this.due.entries()) yield { kind: 'due', key: name as ServiceKey, at }; // only keys go in
    for (const row of this.log.rows()) yield { kind: 'log', row };
  }

  #keep(collection: Collection, id: string, kept: Kept | undefined): void {
    let documents = this.#collections.get(collection);
    if (documents === undefined) {
      if (kept === undefined) return;
      this.#collections.set(collection, (documents = { byId: new Map(), ids: new SortedIds() }));
    }
    const before = documents.byId.get(id);
    if (kept === undefined) {
      if (documents.byId.delete(id)) documents.ids.remove(id);
    } else {
      if (before === undefined) documents.ids.add(id);
      documents.byId.set(id, kept);
    }
    if (kept?.until !== undefined) this.#ends.set(endName(collection, id), kept.until);
    else if (before?.until !== undefined) this.#ends.delete(endName(collection, id));
  }
}

function endName(collection: Collection, id: string): string {
  return `${collection} ${id}`;
}

function splitEnd(name: string): readonly [Collection, string] {
  const space = name.indexOf(' ');
  return [name.slice(0, space) as Collection, name.slice(space + 1)]; // made by endName
}
