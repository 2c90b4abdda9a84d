// From files to state. A tail that was never acknowledged may be torn by a crash: it is cut off. Damage before what is known to
// have been on the medium is another matter: every record says how far that was when it was written, so a damaged record with a
// later one that counted on it is refused, never dropped.

import { EngineError } from '../../model/errors.ts';
import { isObject } from '../../model/json.ts';
import type { StoreState } from '../memory/state.ts';
import { effectsOf, encode, FORMAT, headOf, nextMark, wholeRecord, type FileHead } from './codec.ts';
import { corrupt, newerFormat } from './faults.ts';
import type { JournalFile, JournalFiles } from './files.ts';
import { fileName, readName, type FileKind } from './names.ts';

export interface Recovered {
  readonly file: JournalFile;
  readonly generation: number;
  /** Where the next record goes. */
  readonly size: number;
  /** The last transaction. */
  readonly number: number;
  /** Bytes of all that was read: journals that a new snapshot would make needless, and the snapshot. */
  readonly journalBytes: number;
  readonly snapshotBytes: number;
  /** Bytes that a crash had left behind the last whole record. */
  readonly torn: number;
}

export async function recover(files: JournalFiles, state: StoreState): Promise<Recovered> {
  const names = (await files.list()).flatMap((name) => {
    const parts = readName(name);
    return parts === undefined ? [] : [{ name, ...parts }];
  });
  const newest = (kind: FileKind): number =>
    Math.max(0, ...names.filter((file) => file.finished && file.kind === kind).map(({ generation }) => generation));
  const base = newest('snapshot');
  const first = Math.max(base, 1);
  const last = await lastInUse(files, first, newest('journal'));

  let number = 0;
  let snapshotBytes = 0;
  if (base > 0) {
    const name = fileName('snapshot', base);
    const bytes = await bufferOf(files, name);
    number = replaySnapshot(files.where, name, base, bytes, state);
    snapshotBytes = bytes.length;
  }
  let size = 0;
  let torn = 0;
  let journalBytes = 0;
  for (let generation = first; generation <= last; generation++) {
    const name = fileName('journal', generation);
    if (!names.some((file) => file.name === name)) {
      if (names.length === 0) break; // a new folder
      throw corrupt(files.where, name, 0, 'the file is missing');
    }
    const bytes = await bufferOf(files, name);
    const read = replayJournal(files.where, name, generation, bytes, state, number, generation === last);
    ({ number, size } = read);
    torn = bytes.length - size;
    journalBytes += size;
  }

  for (const { name, finished, generation } of names) {
    if (!finished || generation < first || generation > last) await files.remove(name);
  }
  const generation = last;
  const file = await files.open(fileName('journal', generation));
  if (torn > 0) await file.truncate(size);
  if (size === 0) size = await beginJournal(file, generation, number + 1);
  // A process that was killed leaves bytes that can be read and are not on the medium.
  else await file.sync();
  await files.syncFolder();
  return { file, generation, size, number, journalBytes, snapshotBytes, torn };
}

/**
 * A journal that was begun and holds no transaction yet does not count, so the one before it may still be torn: beginning one can
 * fail half way, and then the one before it goes on.
 */
async function lastInUse(files: JournalFiles, first: number, newest: number): Promise<number> {
  for (let generation = newest; generation > first; generation--) {
    const name = fileName('journal', generation);
    const bytes = await bufferOf(files, name);
    const head = wholeRecord(bytes, 0);
    if (head !== undefined && wholeRecord(bytes, head) !== undefined) return generation;
    refuseDamage(files.where, name, bytes, head ?? 0);
  }
  return first;
}

/** Writes the head of a journal, onto the medium; resolves to its size. */
export async function beginJournal(file: JournalFile, generation: number, first: number): Promise<number> {
  const head = encode({ ays: 'journal', format: FORMAT, generation, first }, []);
  await file.write(head, 0);
  await file.sync();
  return head.length;
}

function replaySnapshot(where: string, name: string, generation: number, bytes: Buffer, state: StoreState): number {
  let at = 0;
  let head: FileHead | undefined;
  let records = 0;
  while (at < bytes.length) {
    const end = wholeRecord(bytes, at);
    if (end === undefined) throw corrupt(where, name, at, 'the record is not whole');
    const found = headOf(bytes, at);
    if (head === undefined) head = fileHead(where, name, 'snapshot', generation, found);
    else if (isObject(found)) {
      if (found['end'] !== records || end !== bytes.length)
        throw corrupt(where, name, at, 'it ends at the wrong place');
      return head.first - 1;
    } else {
      records++;
      replay(where, name, bytes, at, end, state);
    }
    at = end;
  }
  throw corrupt(where, name, at, 'the end of the snapshot is missing');
}

function replayJournal(
  where: string,
  name: string,
  generation: number,
  bytes: Buffer,
  state: StoreState,
  before: number,
  mayBeTorn: boolean,
): { readonly number: number; readonly size: number } {
  let at = 0;
  let number = before;
  while (at < bytes.length) {
    const end = wholeRecord(bytes, at);
    if (end === undefined) {
      if (!mayBeTorn) throw corrupt(where, name, at, 'the record is not whole');
      refuseDamage(where, name, bytes, at);
      break;
    }
    const head = headOf(bytes, at);
    if (at === 0) {
      const { first } = fileHead(where, name, 'journal', generation, head);
      if (first !== number + 1) {
        throw corrupt(where, name, at, `it begins with transaction ${first} where ${number + 1} was expected`);
      }
    } else {
      const found = Array.isArray(head) ? (head[0] as unknown) : head;
      if (found !== number + 1) {
        throw corrupt(where, name, at, `transaction ${JSON.stringify(found)} stands where ${number + 1} was expected`);
      }
      number++;
      replay(where, name, bytes, at, end, state);
    }
    at = end;
  }
  return { number, size: at };
}

/** A bad record is a torn tail unless a whole one behind it was written when it was already safe. */
function refuseDamage(where: string, name: string, bytes: Buffer, bad: number): void {
  for (let at = nextMark(bytes, bad + 1); at !== undefined;) {
    const end = wholeRecord(bytes, at);
    if (end !== undefined) {
      const head = headOf(bytes, at);
      const synced = Array.isArray(head) ? Number(head[1]) : 0;
      if (synced > bad) {
        throw corrupt(where, name, bad, `the record is not whole, and one at byte ${at} was written after it was safe`);
      }
    }
    at = nextMark(bytes, end ?? at + 1);
  }
}

function replay(where: string, name: string, bytes: Buffer, at: number, end: number, state: StoreState): void {
  try {
    for (const effect of effectsOf(bytes, at, end)) {
      // A snapshot may hold what the beginning of its journal says again; all but the log says it absolutely.
      if (effect.kind === 'log' && effect.row.n <= state.logged) continue;
      state.apply(effect);
    }
  } catch (error) {
    throw corrupt(
      where,
      name,
      at,
      `the record cannot be read (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

function fileHead(where: string, name: string, kind: FileKind, generation: number, head: unknown): FileHead {
  if (!isObject(head) || head['ays'] !== kind) throw corrupt(where, name, 0, `it does not begin as a ${kind}`);
  const { format, first } = head;
  if (typeof format !== 'number' || format > FORMAT) throw newerFormat(where, name, format, FORMAT);
  if (head['generation'] !== generation || typeof first !== 'number') {
    throw corrupt(where, name, 0, `it says that it is generation ${JSON.stringify(head['generation'])}`);
  }
  return { ays: kind, format, generation, first };
}

async function bufferOf(files: JournalFiles, name: string): Promise<Buffer> {
  try {
    const bytes = await files.read(name);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (error) {
    throw new EngineError('STORE_FAILED', `${files.where}/${name} cannot be read: ${String(error)}`, {
      hint: 'See the kernel log (`dmesg`) and the health of the disk, and who owns the file.',
      cause: error,
    });
  }
}
