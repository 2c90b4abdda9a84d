// Where two values differ, place by place: maps by key, lists by what identifies their items (else by longest common
// subsequence), text that is JSON or YAML by its content, other long text by line. Bounded: past MAX_DIFFERENCES
// the rest is only counted.

import { driftOf } from '../model/drift.ts';
import { isDeferred, isSecretValue } from '../model/expression.ts';
import { canonicalJson, isObject, jsonEqual, own, type JsonObject, type JsonValue } from '../model/json.ts';
import type { KindSchema } from '../model/schema.ts';
import { embedded } from './embedded.ts';
import { editScript } from './sequence.ts';
import { masked } from './mask.ts';

export interface Difference {
  readonly field: string;
  readonly sign: '+' | '-' | '~';
  readonly have?: JsonValue;
  readonly want?: JsonValue;
}

export const MAX_DIFFERENCES = 200;

/** Members that tell the items of a list apart, most telling first. */
export const IDENTITIES = [
  'id',
  'key',
  'name',
  'at',
  'host',
  'path',
  'to',
  'device',
  'file',
  'address',
  'port',
] as const;

export interface Differences {
  readonly list: readonly Difference[];
  /** How many more there are than the list holds. */
  readonly more: number;
}

export function differences(field: string, have: JsonValue | undefined, want: JsonValue | undefined): Differences {
  const found = new Found();
  compare(field, have, want, found);
  return { list: found.list, more: found.more };
}

class Found {
  readonly list: Difference[] = [];
  more = 0;

  add(field: string, sign: '+' | '-' | '~', have: JsonValue | undefined, want: JsonValue | undefined): void {
    if (this.list.length >= MAX_DIFFERENCES) {
      this.more += 1;
      return;
    }
    const secret = isSecretValue(want) || isSecretValue(have);
    const [before, after] = [shown(have, secret), shown(want, secret)];
    this.list.push({
      field,
      sign,
      ...(before !== undefined && { have: before }),
      ...(after !== undefined && { want: after }),
    });
  }
}

function shown(value: JsonValue | undefined, secret: boolean): JsonValue | undefined {
  if (value === undefined || value === null) return undefined;
  return secret ? '(secret)' : masked(value);
}

function compare(field: string, have: JsonValue | undefined, want: JsonValue | undefined, found: Found): void {
  if (missing(have) || missing(want)) {
    if (!missing(want)) found.add(field, '+', undefined, want);
    else if (!missing(have)) found.add(field, '-', have, undefined);
    return;
  }
  if (isDeferred(want) || isDeferred(have)) {
    if (laterDiffers(have, want)) found.add(field, '~', have, want);
  } else if (isObject(have) && isObject(want)) {
    compareMaps(field, have, want, found);
  } else if (Array.isArray(have) && Array.isArray(want)) {
    compareLists(field, have as readonly JsonValue[], want as readonly JsonValue[], found);
  } else if (typeof have === 'string' && typeof want === 'string') {
    compareTexts(field, have, want, found);
  } else if (!jsonEqual(have, want)) {
    found.add(field, '~', have, want);
  }
}

function missing(value: JsonValue | undefined): value is null | undefined {
  return value === undefined || value === null;
}

const ONE_FIELD = { properties: { value: {} } } as unknown as KindSchema; // driftOf reads the names of the properties only

/** A later value is judged by the engine's one comparison, so that plan and loop never disagree on it. */
function laterDiffers(have: JsonValue | undefined, want: JsonValue | undefined): boolean {
  if (isDeferred(have)) return !jsonEqual(have, want);
  return driftOf(ONE_FIELD, { value: want }, { value: have }).length > 0;
}

function compareMaps(field: string, have: JsonObject, want: JsonObject, found: Found): void {
  // Content with its text on both sides: the digest and the size say nothing that the text does not.
  const content = typeof have['sha256'] === 'string' && typeof want['sha256'] === 'string';
  const onlyText = content && typeof have['text'] === 'string' && typeof want['text'] === 'string';
  for (const key of new Set([...Object.keys(have), ...Object.keys(want)])) {
    if (onlyText && (key === 'sha256' || key === 'size')) continue;
    compare(member(field, key), own(have, key), own(want, key), found);
  }
}

function member(field: string, key: string): string {
  return /^[\w$-]+$/.test(key) ? `${field}.${key}` : `${field}[${JSON.stringify(key)}]`;
}

function compareLists(field: string, have: readonly JsonValue[], want: readonly JsonValue[], found: Found): void {
  const identity = identityOf(have, want);
  if (identity !== undefined)
    return compareById(field, identity, have as readonly JsonObject[], want as readonly JsonObject[], found);
  const [haveText, wantText] = [have.map((item) => canonicalJson(item)), want.map((item) => canonicalJson(item))];
  const script = editScript(have.length, want.length, (i, j) => haveText[i] === wantText[j]);
  let at = 0;
  while (at < script.length) {
    if (script[at]!.sign === '=') {
      at++;
      continue;
    }
    // A run of removals and additions: paired in order, so that an item edited in place shows what changed in it.
    const gone: number[] = [];
    const come: number[] = [];
    for (; at < script.length && script[at]!.sign !== '='; at++) {
      const edit = script[at]!;
      if (edit.sign === '-') gone.push(edit.have);
      else come.push(edit.want);
    }
    for (let i = 0; i < Math.max(gone.length, come.length); i++) {
      const [before, after] = [gone[i], come[i]];
      if (before !== undefined && after !== undefined) compare(`${field}[${after}]`, have[before], want[after], found);
      else if (after !== undefined) found.add(`${field}[${after}]`, '+', undefined, want[after]);
      else if (before !== undefined) found.add(`${field}[${before}]`, '-', have[before], undefined);
    }
  }
}

function compareById(
  field: string,
  identity: string,
  have: readonly JsonObject[],
  want: readonly JsonObject[],
  found: Found,
): void {
  const before = new Map(have.map((item) => [item[identity], item]));
  const after = new Map(want.map((item) => [item[identity], item]));
  for (const [id, item] of before) compare(`${field}[${identity}=${idText(id)}]`, item, after.get(id), found);
  for (const [id, item] of after)
    if (!before.has(id)) compare(`${field}[${identity}=${idText(id)}]`, undefined, item, found);
}

/** An identity is text or a number; see `identifies`. */
function idText(id: JsonValue | undefined): string {
  return typeof id === 'string' || typeof id === 'number' ? String(id) : '';
}

function identityOf(have: readonly JsonValue[], want: readonly JsonValue[]): string | undefined {
  if (have.length === 0 && want.length === 0) return undefined;
  return IDENTITIES.find((name) => identifies(name, have) && identifies(name, want));
}

function identifies(name: string, items: readonly JsonValue[]): boolean {
  const seen = new Set<JsonValue>();
  for (const item of items) {
    if (!isObject(item) || isDeferred(item)) return false;
    const id = item[name];
    if ((typeof id !== 'string' && typeof id !== 'number') || seen.has(id)) return false;
    seen.add(id);
  }
  return true;
}

function compareTexts(field: string, have: string, want: string, found: Found): void {
  if (have === want) return;
  const inside = embedded(have, want);
  if (inside !== undefined) {
    const before = found.list.length + found.more;
    compare(`${field}{${inside.format}}`, inside.have, inside.want, found);
    if (found.list.length + found.more > before) return;
    found.add(`${field}{${inside.format}}`, '~', 'the same content', 'in another form');
    return;
  }
  if (!have.includes('\n') && !want.includes('\n')) return found.add(field, '~', have, want);
  const [haveLines, wantLines] = [have.split('\n'), want.split('\n')];
  const script = editScript(haveLines.length, wantLines.length, (i, j) => haveLines[i] === wantLines[j]);
  for (const edit of script) {
    if (edit.sign === '-') found.add(`${field}:${edit.have + 1}`, '-', haveLines[edit.have], undefined);
    else if (edit.sign === '+') found.add(`${field}:${edit.want + 1}`, '+', undefined, wantLines[edit.want]);
  }
}
