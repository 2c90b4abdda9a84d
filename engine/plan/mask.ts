// Values as a plan may show them: a secret is `(secret)`, a later value is its expression. Everything that goes from a spec
// or a status into a plan passes here.

import { isDeferred, isSecretValue } from '../model/expression.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { why } from '../model/drift.ts';
import type { Why } from '../model/actor.ts';

/** The value itself when there is nothing to hide in it. */
export function masked(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (isDeferred(value)) return isSecretValue(value) ? '(secret)' : value.$ays.template;
  if (Array.isArray(value)) {
    const list = value as readonly JsonValue[];
    for (let i = 0; i < list.length; i++) {
      if (masked(list[i]!) !== list[i]) return list.map(masked);
    }
    return list;
  }
  const object = value as JsonObject;
  if (typeof object['$print'] === 'string') return '(secret)';
  for (const key of Object.keys(object)) {
    const item = object[key];
    if (item !== undefined && masked(item) !== item) return maskedCopy(object);
  }
  return object;
}

function maskedCopy(object: JsonObject): JsonObject {
  const result: Record<string, JsonValue> = {};
  for (const key of Object.keys(object)) {
    const item = object[key];
    if (item !== undefined) define(result, key, masked(item));
  }
  return result;
}

/** `__proto__` is only a name. */
function define(object: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
  else object[key] = value;
}

export function maskedWhy(given: Why): Why {
  if (!isMaskable(given.have) && !isMaskable(given.want)) return given;
  const have = given.have === undefined ? undefined : masked(given.have);
  const want = given.want === undefined ? undefined : masked(given.want);
  if (have === given.have && want === given.want) return given;
  return why(given.field, have, want, given.text.includes('$ays') ? undefined : given.text);
}

function isMaskable(value: JsonValue | undefined): boolean {
  return typeof value === 'object' && value !== null;
}
