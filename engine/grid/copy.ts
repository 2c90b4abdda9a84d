// The copy of a grid's intent on a robot's disk: revisions, services, tombstones, secrets (sealed) and what else somebody asked for.
// Kept up to date from the log, so it is behind by moments; `ays restore` refills an empty store from it. What was only seen is not
// in it: it is seen again.

import { canonicalJson, type JsonValue } from '../model/json.ts';
import type { Collection, LoggedEntry, Store, StoreMeta } from '../store/port.ts';
import type { BlueprintHead, Revision } from '../store/records.ts';
import { checksum, lineOf, readRows, type CopyFile, type Row } from './copy-file.ts';
import { everyDocument, revisionId } from './state.ts';

/** Large ones are read by key when the log says that something happened to it. */
const BY_KEY = ['service', 'tombstone', 'overlay'] as const;
/** Small ones are read whole. */
const WHOLE = ['blueprint', 'consent', 'secret', 'token', 'schedule', 'meta'] as const;

export const COPIED: readonly Collection[] = [...BY_KEY, ...WHOLE, 'revision', 'content'];

/** Rows that say nothing any more, beyond which the file is written anew. */
const MOST_STALE = 10_000;
const AT_ONCE = 500;

export class GridCopy {
  readonly #store: Store;
  readonly #file: CopyFile;
  /** Checksum of each document as the file has it. */
  readonly #known = new Map<string, string>();
  #meta = '';
  #rows = 0;
  #working: Promise<void> = Promise.resolve();

  private constructor(store: Store, file: CopyFile) {
    this.#store = store;
    this.#file = file;
  }

  /** Reads what the file has, cuts a torn tail and brings it up to date. */
  static async open(store: Store, file: CopyFile): Promise<GridCopy> {
    const copy = new GridCopy(store, file);
    let lines = 0;
    await readRows(file, (row) => copy.#learn(row));
    for await (const _line of file.lines()) lines += 1;
    if (lines !== copy.#rows) await copy.#rewrite();
    await copy.sync();
    return copy;
  }

  /** Everything compared: at the start, and now and then. */
  async sync(): Promise<void> {
    await this.#alone(async () => {
      const rows: Row[] = [];
      for (const collection of [...BY_KEY, ...WHOLE]) await this.#whole(collection, rows);
      await this.#revisions(rows);
      await this.#write(rows);
    });
  }

  /** What these entries of the log are about. Decisions change no intent. */
  async note(entries: readonly LoggedEntry[]): Promise<void> {
    const told = entries.filter(({ type }) => type !== 'decision');
    if (told.length === 0) return;
    await this.#alone(async () => {
      const rows: Row[] = [];
      const keys = [...new Set(told.flatMap(({ about }) => (about?.includes('/') === true ? [about] : [])))];
      for (let i = 0; i < keys.length; i += AT_ONCE) {
        const wanted = keys.slice(i, i + AT_ONCE).flatMap((id) => BY_KEY.map((collection) => ({ collection, id })));
        const documents = await this.#store.getMany(wanted);
        wanted.forEach(({ collection, id }, at) => this.#compare(collection, id, documents[at]?.value, rows));
      }
      for (const collection of WHOLE) await this.#whole(collection, rows);
      await this.#revisions(rows);
      await this.#write(rows);
    });
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    const next = this.#working.then(work);
    this.#working = next.catch(() => undefined);
    await next;
  }

  async #whole(collection: Collection, rows: Row[]): Promise<void> {
    const there = new Set<string>();
    for await (const { id, value } of everyDocument<JsonValue>(this.#store, collection)) {
      there.add(id);
      this.#compare(collection, id, value, rows);
    }
    const prefix = `${collection} `;
    for (const name of this.#known.keys()) {
      if (!name.startsWith(prefix)) continue;
      const id = name.slice(prefix.length);
      if (!there.has(id)) rows.push({ kind: 'delete', collection, id });
    }
  }

  /** They never change, so only new ones are read. Contents come before the revision that needs them. */
  async #revisions(rows: Row[]): Promise<void> {
    const meta = await this.#store.meta();
    // After a new epoch the same number may be another revision: the store went back, and somebody applied since.
    const again = meta !== undefined && metaText(meta) !== this.#meta;
    const valid = new Set<string>();
    const heads: BlueprintHead[] = [];
    for await (const { value } of everyDocument<BlueprintHead>(this.#store, 'blueprint')) heads.push(value);
    const noted = new Set<string>();
    for (const { blueprint, revision } of heads) {
      for (let number = 1; number <= revision; number++) {
        const id = revisionId(blueprint, number);
        valid.add(`revision ${id}`);
        if (!again && this.#known.has(`revision ${id}`)) continue;
        const document = await this.#store.get('revision', id);
        if (document === undefined) continue;
        const { contents } = document.value as unknown as Revision; // see records.ts
        const missing = contents.filter((sha) => !this.#known.has(`content ${sha}`) && !noted.has(sha));
        const found = await this.#store.getMany(missing.map((sha) => ({ collection: 'content' as const, id: sha })));
        for (const content of found) {
          if (content === undefined) continue;
          noted.add(content.id);
          this.#compare('content', content.id, content.value, rows);
        }
        this.#compare('revision', id, document.value, rows);
      }
    }
    if (!again) return;
    for (const name of this.#known.keys())
      if (name.startsWith('revision ') && !valid.has(name))
        rows.push({ kind: 'delete', collection: 'revision', id: name.slice('revision '.length) });
  }

  #compare(collection: Collection, id: string, value: JsonValue | undefined, rows: Row[]): void {
    const known = this.#known.get(`${collection} ${id}`);
    if (value === undefined) {
      if (known !== undefined) rows.push({ kind: 'delete', collection, id });
    } else if (known !== sum(value)) rows.push({ kind: 'put', collection, id, value });
  }

  async #write(rows: Row[]): Promise<void> {
    const meta = await this.#store.meta();
    if (meta === undefined) return; // a store that was emptied under us is nothing to copy
    if (metaText(meta) !== this.#meta) rows.unshift({ kind: 'grid', meta });
    if (rows.length === 0) return;
    rows.push({ kind: 'end' });
    await this.#file.append(rows.map(lineOf));
    for (const row of rows) this.#learn(row);
    if (this.#rows > 2 * this.#known.size + MOST_STALE) await this.#rewrite();
  }

  #learn(row: Row): void {
    this.#rows += 1;
    if (row.kind === 'grid') this.#meta = metaText(row.meta);
    else if (row.kind === 'put') this.#known.set(`${row.collection} ${row.id}`, sum(row.value));
    else if (row.kind === 'delete') this.#known.delete(`${row.collection} ${row.id}`);
  }

  /** The same without what is overtaken. */
  async #rewrite(): Promise<void> {
    const last = new Map<string, number>();
    let at = 0;
    await readRows(this.#file, (row) => {
      at += 1;
      if (row.kind === 'put' || row.kind === 'delete') last.set(`${row.collection} ${row.id}`, at);
      else if (row.kind === 'grid') last.set('grid', at);
    });
    const kept = new Set<number>(last.values());
    const file = this.#file;
    const end = at;
    let rows = 0;
    await file.replace(
      (async function* () {
        let number = 0;
        for await (const line of file.lines()) {
          number += 1;
          if (number > end) break;
          if (!kept.has(number) || line.startsWith('{"kind":"delete"', 9)) continue;
          rows += 1;
          yield line;
        }
        rows += 1;
        yield lineOf({ kind: 'end' });
      })(),
    );
    this.#rows = rows;
  }
}

function sum(value: JsonValue): string {
  return checksum(canonicalJson(value));
}

function metaText({ grid, format, epoch }: StoreMeta): string {
  return `${grid} ${format} ${epoch}`;
}
