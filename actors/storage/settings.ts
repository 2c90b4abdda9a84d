// The members of a spec that a driver keeps as settings: those that are there, as they stand. A member that is absent is
// unmanaged, so it is not sent.

import { compareText, type JsonObject } from '../../engine/model/json.ts';

export function pick(spec: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(fields.flatMap((field) => (spec[field] === undefined ? [] : [[field, spec[field]]])));
}

/** Things known by the text in `name`, in the order of their names: the order of a list is nobody's wish. */
export function byName(items: readonly JsonObject[], name = 'name'): readonly JsonObject[] {
  return [...items].sort((a, b) => compareText(a[name] as string, b[name] as string));
}

/** Observed settings in the shape of the spec; null says "seen, and not set". */
export function seen(settings: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(fields.map((field) => [field, settings[field] ?? null]));
}
