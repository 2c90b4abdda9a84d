// What the helpers do. Pure; what could grow is measured before it is made.

import { compareText, isObject, jsonEqual, type JsonValue } from '../../model/json.ts';
import { TEMPLATE_LIMITS } from './syntax.ts';
import { isPlain, sayValue } from './values.ts';

const MAX_TEXT = TEMPLATE_LIMITS.scalar;
const MAX_ITEMS = 100_000;

/** A helper that cannot do what it is asked, in words that follow its name. */
export class HelperProblem extends Error {
  readonly tooLarge: boolean;

  constructor(message: string, tooLarge = false) {
    super(message);
    this.tooLarge = tooLarge;
  }
}

/** A result that may be handed on: bounded, and a number that is one. */
export function checkResult(value: JsonValue): JsonValue {
  if (typeof value === 'string') bound(value.length);
  else if (Array.isArray(value) && value.length > MAX_ITEMS)
    throw new HelperProblem(`gives a list of ${value.length} items; at most ${MAX_ITEMS} are allowed`, true);
  else if (typeof value === 'number' && !Number.isFinite(value))
    throw new HelperProblem('gives a number that is too large');
  return value === 0 ? 0 : value; // never -0
}

function bound(length: number): void {
  if (length > MAX_TEXT)
    throw new HelperProblem(`gives a text of ${length} characters; at most ${MAX_TEXT} are allowed`, true);
}

export function order(a: JsonValue | undefined, b: JsonValue | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  throw new HelperProblem('compares two numbers or two texts, found one of each');
}

export function members(map: JsonValue | undefined): (readonly [string, JsonValue])[] {
  const found: (readonly [string, JsonValue])[] = [];
  if (isObject(map)) for (const [key, value] of Object.entries(map)) if (value !== undefined) found.push([key, value]);
  return found;
}

export function lookup(where: JsonValue | undefined, key: JsonValue | undefined): JsonValue {
  if (Array.isArray(where)) return (where[Number(key)] as JsonValue | undefined) ?? null;
  const name = `${key as string | number}`;
  return isObject(where) && Object.hasOwn(where, name) ? (where[name] ?? null) : null;
}

export function length(value: JsonValue | undefined): number {
  if (typeof value === 'string') {
    let count = 0;
    for (const _ of value) count += 1;
    return count;
  }
  return Array.isArray(value) ? value.length : members(value).length;
}

export function contains(where: JsonValue | undefined, what: JsonValue | undefined): boolean {
  if (Array.isArray(where)) return where.some((item) => jsonEqual(item as JsonValue, what));
  if (typeof what !== 'string')
    throw new HelperProblem('looks for a text in a text or for a key in a map, found neither');
  if (typeof where === 'string') return where.includes(what);
  return isObject(where) && Object.hasOwn(where, what);
}

export function concat(...all: readonly JsonValue[]): JsonValue {
  if (all.every((item) => Array.isArray(item))) {
    const count = all.reduce((sum, list) => sum + list.length, 0);
    if (count > MAX_ITEMS)
      throw new HelperProblem(`gives a list of ${count} items; at most ${MAX_ITEMS} are allowed`, true);
    return all.flat(1) as JsonValue[];
  }
  return join(all, '');
}

export function join(list: readonly JsonValue[], separator: string): string {
  let size = 0;
  const texts = list.map((item, index) => {
    if (!isPlain(item)) throw new HelperProblem(`puts plain values into a text, found ${sayValue(item)} at ${index}`);
    const text = String(item);
    size += text.length + separator.length;
    return text;
  });
  bound(size);
  return texts.join(separator);
}

export function split(text: string, separator: string): readonly string[] {
  if (separator === '') throw new HelperProblem('needs a separator that is not empty');
  return text.split(separator, MAX_ITEMS + 1);
}

export function replace(text: string, from: string, to: string): string {
  if (from === '') throw new HelperProblem('needs a text to look for that is not empty');
  let count = 0;
  for (let at = text.indexOf(from); at >= 0; at = text.indexOf(from, at + from.length)) count += 1;
  bound(text.length + count * (to.length - from.length));
  // A function, because a replacement text would read `$&` as a pattern.
  return text.replaceAll(from, () => to);
}

export function indent(spaces: number, text: string): string {
  if (!Number.isInteger(spaces) || spaces < 0 || spaces > 100)
    throw new HelperProblem(`needs 0 to 100 spaces, found ${spaces}`);
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  bound(text.length + lines * spaces);
  return text.replace(/^(?=[^\r\n])/gm, ' '.repeat(spaces));
}

export function unbase64(text: string): string {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64').replace(/=+$/, '') !== text.replace(/\s+/g, '').replace(/=+$/, ''))
    throw new HelperProblem('needs base64, found other characters');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new HelperProblem('gives bytes that are not UTF-8 text');
  }
}

export function unjson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new HelperProblem(`needs JSON, found ${sayValue(text)}`);
  }
}

export function notZero(divisor: JsonValue | undefined): number {
  if (divisor === 0) throw new HelperProblem('divides by zero');
  return divisor as number;
}
