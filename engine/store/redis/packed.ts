// How things lie in Redis, and back: a document is `<version>:<JSON>`, or `<version>~<ends>:<JSON>` when it ends by itself.

import type { JsonValue } from '../../model/json.ts';
import type { Document, LoggedEntry, StoreMeta } from '../port.ts';

export interface Unpacked {
  readonly document: Document;
  readonly ends: number | undefined;
}

export function unpack(id: string, packed: string): Unpacked {
  const colon = packed.indexOf(':');
  const [version, ends] = packed.slice(0, colon).split('~');
  const value = JSON.parse(packed.slice(colon + 1)) as JsonValue;
  return {
    document: { id, version: Number(version), value },
    ends: ends === undefined ? undefined : Number(ends),
  };
}

export function metaText({ grid, format, epoch }: StoreMeta): string {
  return JSON.stringify([grid, format, epoch]);
}

export function metaOf(text: string): StoreMeta {
  const [grid, format, epoch] = JSON.parse(text) as [string, number, number]; // written by metaText
  return { grid, format, epoch };
}

/** The bounds of a page in id order, as ZRANGEBYLEX wants them. Redis orders by bytes, as UTF-8 orders by code points. */
export function lexRange(prefix: string, after: string | undefined): readonly [string | Buffer, string | Buffer] {
  // 0xff is in no UTF-8 text, so it is behind everything that begins with the prefix.
  const high = prefix === '' ? '+' : Buffer.concat([Buffer.from(`[${prefix}`), Buffer.from([0xff])]);
  if (after !== undefined && Buffer.compare(Buffer.from(after), Buffer.from(prefix)) >= 0) return [`(${after}`, high];
  return [prefix === '' ? '-' : `[${prefix}`, high];
}

/** `[n-0, [at, …, about, …, type, …, body, …]]` */
export function loggedEntry([id, fields]: readonly [string, readonly string[]]): LoggedEntry {
  const [, at = '', , about = '-', , type = '', , body = 'null'] = fields;
  return entryOf(id.slice(0, id.indexOf('-')), at, about, type, body);
}

export function entryOf(n: string, at: string, about: string, type: string, body: string): LoggedEntry {
  return {
    id: n.padStart(16, '0'),
    at: Number(at),
    ...(about !== '-' && { about: about.slice(1) }),
    type,
    body: JSON.parse(body) as JsonValue,
  };
}
