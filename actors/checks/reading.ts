// How contradictions read a spec. A value that is known only later stands there as a deferred object, in any field; whatever is
// not of the expected type is passed over, so a check never throws and never judges what it cannot know.

import type { Contradiction } from '../../engine/model/actor.ts';
import { isDeferred } from '../../engine/model/expression.ts';
import { isObject, own, type JsonObject, type JsonValue } from '../../engine/model/json.ts';

export type Found = readonly Contradiction[];
export const NOTHING: Found = [];

/** One contradiction in a list, or none: `when(size > limit, '/size', '…')`. */
export function when(wrong: boolean, at: string, message: () => string, hint?: string): Found {
  return wrong ? [{ at, message: message(), ...(hint !== undefined && { hint }) }] : NOTHING;
}

export function number(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

export function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Empty for what is no list. */
export function list(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

/** Empty for what is no map, or known only later. */
export function map(value: JsonValue | undefined): JsonObject {
  return isObject(value) && !isDeferred(value) ? value : {};
}

/** The maps of a list, each with its pointer. */
export function entries(spec: JsonObject, field: string, under = ''): readonly { at: string; entry: JsonObject }[] {
  return list(own(spec, field)).map((entry, i) => ({ at: `${under}/${field}/${i}`, entry: map(entry) }));
}

/** Known now, and more than nothing. */
export function given(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && !isDeferred(value);
}

export interface Claim {
  readonly at: string;
  /** What may be claimed once. */
  readonly claim: string | undefined;
}

/** Each claim after the first of its kind; `say` gets what is claimed. */
export function twice(claims: readonly Claim[], say: (claim: string) => string, hint?: string): Found {
  const seen = new Set<string>();
  return claims.flatMap(({ at, claim }) => {
    if (claim === undefined || seen.size !== seen.add(claim).size) return [];
    return [{ at, message: say(claim), ...(hint !== undefined && { hint }) }];
  });
}

/** A path with its dots and doubled slashes worked out, so that two spellings of one place are equal. */
export function plainPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '..' || !path.startsWith('/')) parts.push(part);
  }
  return `${path.startsWith('/') ? '/' : ''}${parts.join('/')}`;
}

/** Whether `path` lies below the folder; not when it is the folder. */
export function liesBelow(path: string, folder: string): boolean {
  return path !== folder && path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
