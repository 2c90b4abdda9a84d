// Hides secrets in everything that is written: plans, logs, events, errors. Any number of secrets costs one walk over the
// text: each place is looked up by the hash of its next four characters, and only there are whole secrets compared (measured in
// bench/redaction.ts). Overlapping secrets are hidden together, so no half of one is left. Without secrets, text is
// given back as it is. Secrets under `MIN_HIDDEN` characters are hidden only where they are a whole JSON value.

import { EngineError } from '../model/errors.ts';
import { isObject, type JsonValue } from '../model/json.ts';
import { PatternTable } from './pattern-table.ts';
import { MIN_HIDDEN, secretForms } from './secret-forms.ts';

export const HIDDEN = '(secret)';

export interface Redactor {
  readonly text: (text: string) => string;
  /** Strings and keys at any depth; the same object when there is nothing to hide. */
  readonly json: (value: JsonValue) => JsonValue;
  /** A copy with the same class of error, code and stack, without secrets in any of them. */
  readonly error: (error: unknown) => Error;
  /** For output that comes in pieces: a secret cut in two is still hidden. */
  readonly stream: () => RedactedStream;
  /** Hides these as well from now on. They are never taken out: a secret that was rotated is still one. */
  readonly add: (values: Iterable<string>) => void;
}

export interface RedactedStream {
  /** What of the output so far is safe to show. */
  push(text: string): string;
  /** The rest; ready for new output afterwards. */
  end(): string;
}

export function redactor(values: Iterable<string> = []): Redactor {
  const table = new PatternTable();
  const short = new Set<string>();
  const known = new Set<string>();

  function add(more: Iterable<string>): void {
    for (const value of more) {
      if (value === '' || known.has(value)) continue;
      known.add(value);
      if (value.length < MIN_HIDDEN) short.add(value);
      else for (const form of secretForms(value)) table.add(form);
    }
  }

  function text(given: string): string {
    if (table.empty || given.length < MIN_HIDDEN) return given;
    const ranges = table.find(given);
    return ranges.length === 0 ? given : hidden(given, ranges, 0, given.length, mask());
  }

  // A secret that is part of the word itself would be shown by hiding it.
  function mask(): string {
    return table.find(HIDDEN).length === 0 ? HIDDEN : '*****';
  }

  function json(value: JsonValue): JsonValue {
    if (typeof value === 'string') return short.has(value) ? HIDDEN : text(value);
    if (Array.isArray(value)) {
      const items = value as readonly JsonValue[];
      const changed = items.map(json);
      return changed.some((item, i) => item !== items[i]) ? changed : items;
    }
    if (typeof value === 'number') return json(String(value)) === String(value) ? value : HIDDEN;
    if (!isObject(value)) return value;
    let same = true;
    const entries = Object.entries(value).map(([key, member]) => {
      const entry = [text(key), member === undefined ? undefined : json(member)] as const;
      if (entry[0] !== key || entry[1] !== member) same = false;
      return entry;
    });
    return same ? value : Object.fromEntries(entries);
  }

  function error(given: unknown, depth = 0): Error {
    if (!(given instanceof Error)) return new Error(text(String(given)));
    // Causes may go round in a circle.
    const cause = given.cause === undefined || depth === 8 ? undefined : error(given.cause, depth + 1);
    const copy = copied(given, cause);
    if (given.stack !== undefined) copy.stack = text(given.stack);
    return copy;
  }

  function copied(given: Error, cause: Error | undefined): Error {
    if (given instanceof EngineError) {
      // It goes to the wire, so it is JSON; and an object stays one.
      const detail = json(given.detail as JsonValue) as Record<string, unknown>;
      const hint = given.hint === undefined ? {} : { hint: text(given.hint) };
      return new EngineError(given.code, text(given.message), { ...hint, detail, cause });
    }
    const copy = new Error(text(given.message), cause && { cause });
    copy.name = given.name;
    return copy;
  }

  function stream(): RedactedStream {
    let held = '';
    // How many of the held characters are hidden already, by a mask that was given out.
    let covered = 0;
    const flush = (more: string, last: boolean): string => {
      const all = held + more;
      if (table.empty) {
        held = '';
        return all;
      }
      const from = last ? all.length : table.openTail(all);
      const ranges = table.find(all);
      const shown = hidden(all, ranges, covered, from, mask());
      const end = endAt(ranges, covered, from);
      held = all.slice(from);
      covered = Math.max(0, end - from);
      return shown;
    };
    return {
      push: (more) => flush(more, false),
      end: () => {
        const shown = flush('', true);
        covered = 0;
        return shown;
      },
    };
  }

  add(values);
  return { text, json, error: (given) => error(given), stream, add };
}

/** The text from `covered` to `to`, with a mask where a range begins; a range that runs past `to` is masked here. */
function hidden(text: string, ranges: readonly number[], covered: number, to: number, mask: string): string {
  let result = '';
  let at = covered;
  for (let i = 0; i < ranges.length; i += 2) {
    const start = ranges[i]!;
    const end = ranges[i + 1]!;
    if (start >= to) break;
    if (start >= at) result += text.slice(at, start) + mask;
    at = Math.max(at, end);
  }
  return at < to ? result + text.slice(at, to) : result;
}

/** Where the last range that begins before `to` ends. */
function endAt(ranges: readonly number[], covered: number, to: number): number {
  let end = covered;
  for (let i = 0; i < ranges.length && ranges[i]! < to; i += 2) end = Math.max(end, ranges[i + 1]!);
  return end;
}
