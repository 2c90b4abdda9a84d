// Records as bytes. A record is a mark, its length, a CRC-32C over length and payload, and the payload: lines of JSON, so that a
// journal can be read with `strings` when all else has failed. The first line is the head; each effect is a line, documents and
// log entries have their value on a line of its own, which is kept as text and not parsed again. The mark begins with a byte that
// UTF-8 never has, so it is not found inside a payload.

import type { JsonObject } from '../../model/json.ts';
import type { ServiceKey } from '../../model/key.ts';
import type { Effect } from '../memory/state.ts';
import type { Collection, StoreMeta } from '../port.ts';
import { crc32c } from './crc32c.ts';

export const FORMAT = 1;
const MARK = Buffer.from([0xff, 0x41, 0x59, 0x53]);
/** Mark, length, sum. */
export const FRAME = 12;

/** The first record of each file. */
export interface FileHead {
  readonly ays: 'journal' | 'snapshot';
  readonly format: number;
  readonly generation: number;
  /** Number of the first transaction that is not in the files before. */
  readonly first: number;
}

/** The head of a transaction: its number, and how much of this file was on the medium when it was written. */
export type TransactionHead = readonly [number: number, synced: number];

export function encode(head: JsonObject | TransactionHead, effects: Iterable<Effect>): Buffer {
  let payload = `${JSON.stringify(head)}\n`;
  for (const effect of effects) payload += line(effect);
  const length = Buffer.byteLength(payload);
  const bytes = Buffer.allocUnsafe(FRAME + length);
  MARK.copy(bytes);
  bytes.writeUInt32LE(length, 4);
  bytes.write(payload, FRAME, 'utf8');
  bytes.writeUInt32LE(sumOf(bytes, 0, length), 8);
  return bytes;
}

/** The end of the whole record that begins here; undefined when none does. */
export function wholeRecord(bytes: Buffer, at: number): number | undefined {
  if (at + FRAME > bytes.length || MARK.compare(bytes, at, at + MARK.length) !== 0) return undefined;
  const length = bytes.readUInt32LE(at + 4);
  if (at + FRAME + length > bytes.length) return undefined;
  return bytes.readUInt32LE(at + 8) === sumOf(bytes, at, length) ? at + FRAME + length : undefined;
}

/** Where the next mark stands, at or behind this offset. */
export function nextMark(bytes: Buffer, from: number): number | undefined {
  const at = bytes.indexOf(MARK, from);
  return at < 0 ? undefined : at;
}

/** The first line, as it was given to `encode`. */
export function headOf(bytes: Buffer, at: number): unknown {
  return JSON.parse(bytes.toString('utf8', at + FRAME, bytes.indexOf(0x0a, at + FRAME))) as unknown;
}

/** The effects of a whole record. Throws on what this program did not write. */
export function* effectsOf(bytes: Buffer, start: number, end: number): Generator<Effect, void, undefined> {
  let at = bytes.indexOf(0x0a, start + FRAME) + 1;
  const next = (): string => {
    const newline = bytes.indexOf(0x0a, at);
    if (newline < 0 || newline >= end) throw new Error('a line is missing');
    const text = bytes.toString('utf8', at, newline);
    at = newline + 1;
    return text;
  };
  while (at < end) {
    const row = JSON.parse(next()) as Row; // only `line` writes them, and the sum says that nothing changed since
    switch (row[0]) {
      case 'p':
        yield {
          kind: 'document',
          collection: row[1],
          id: row[2],
          kept: { version: row[3], until: row[4], text: next() },
        };
        break;
      case 'x':
        yield { kind: 'document', collection: row[1], id: row[2], kept: undefined };
        break;
      case 'd':
        yield { kind: 'due', key: row[1], at: row[2] };
        break;
      case 'l':
        yield { kind: 'log', row: { n: row[1], at: row[2], about: row[3] ?? undefined, type: row[4], text: next() } };
        break;
      case 'm':
        yield { kind: 'meta', meta: row[1] ?? undefined };
        break;
      case 't':
        yield { kind: 'tokens', upTo: row[1] };
        break;
      default:
        throw new Error(`there is no effect ${JSON.stringify(row)}`);
    }
  }
}

type Row =
  | readonly ['p', Collection, string, version: number, until?: number]
  | readonly ['x', Collection, string]
  | readonly ['d', ServiceKey, number | null]
  | readonly ['l', n: number, at: number, about: string | null, type: string]
  | readonly ['m', StoreMeta | null]
  | readonly ['t', number];

function line(effect: Effect): string {
  switch (effect.kind) {
    case 'document': {
      const { collection, id, kept } = effect;
      if (kept === undefined) return `${row(['x', collection, id])}\n`;
      const head: Row =
        kept.until === undefined
          ? ['p', collection, id, kept.version]
          : ['p', collection, id, kept.version, kept.until];
      return `${row(head)}\n${kept.text}\n`;
    }
    case 'due':
      return `${row(['d', effect.key, effect.at])}\n`;
    case 'log': {
      const { n, at, about, type, text } = effect.row;
      return `${row(['l', n, at, about ?? null, type])}\n${text}\n`;
    }
    case 'meta':
      return `${row(['m', effect.meta ?? null])}\n`;
    case 'tokens':
      return `${row(['t', effect.upTo])}\n`;
    case 'unlog':
      return ''; // only ever undoes, and what is undone was not written
  }
}

function row(fields: Row): string {
  return JSON.stringify(fields);
}

function sumOf(bytes: Uint8Array, at: number, length: number): number {
  return crc32c(bytes, at + FRAME, at + FRAME + length, crc32c(bytes, at + 4, at + 8));
}
