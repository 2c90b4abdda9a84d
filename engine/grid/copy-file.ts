// The form of the copy that each robot keeps on its disk: lines, only ever added, each with a checksum of its own. What was added
// together counts when its last line, the end mark, is there; a torn tail is as if it had never been begun.

import { EngineError } from '../model/errors.ts';
import { isObject, type JsonValue } from '../model/json.ts';
import { sha256 } from '../plan/digest.ts';
import type { Collection, StoreMeta } from '../store/port.ts';

/** A file in the data folder. */
export interface CopyFile {
  /** Named in messages. */
  readonly where: string;
  /** In order, without line ends; nothing when there is no file yet. */
  lines(): AsyncIterable<string>;
  /** On disk when it resolves. */
  append(lines: readonly string[]): Promise<void>;
  /** The whole file anew: the old or the new one is there, whatever happens. */
  replace(lines: AsyncIterable<string>): Promise<void>;
}

export type Row =
  | { readonly kind: 'grid'; readonly meta: StoreMeta }
  | { readonly kind: 'put'; readonly collection: Collection; readonly id: string; readonly value: JsonValue }
  | { readonly kind: 'delete'; readonly collection: Collection; readonly id: string }
  | { readonly kind: 'end' };

export function lineOf(row: Row): string {
  const text = JSON.stringify(row);
  return `${checksum(text)} ${text}`;
}

/** Rows up to the last end mark. A damaged line before it is refused: what it said cannot be guessed. */
export async function readRows(file: CopyFile, onRow: (row: Row, line: string) => void): Promise<void> {
  let batch: { readonly row: Row; readonly line: string }[] = [];
  let damaged: number | undefined;
  let number = 0;
  for await (const line of file.lines()) {
    number += 1;
    const row = rowOf(line);
    if (row === undefined) {
      damaged ??= number;
      continue;
    }
    if (damaged !== undefined) {
      // Only the last thing that was written may be torn, and nothing is written behind a torn line.
      throw new EngineError('STORE_CORRUPT', `${file.where}: line ${damaged} is damaged, and good lines follow it`, {
        hint: 'take the copy of another robot, or a backup of this file',
      });
    }
    batch.push({ row, line });
    if (row.kind !== 'end') continue;
    for (const each of batch) onRow(each.row, each.line);
    batch = [];
  }
}

function rowOf(line: string): Row | undefined {
  const text = line.slice(9);
  if (line[8] !== ' ' || line.slice(0, 8) !== checksum(text)) return undefined;
  const row = JSON.parse(text) as unknown; // the checksum says that it is ours
  return isObject(row) ? (row as unknown as Row) : undefined;
}

export function checksum(text: string): string {
  return sha256(text).slice(0, 8);
}
