// SHA-256 of canonical JSON, so that equal meaning has one name on every machine.

import { hash } from 'node:crypto';
import { canonicalJson, type JsonValue } from '../model/json.ts';

/** Texts of defaults: ten thousand specs hold the same objects. */
const known = new WeakMap<object, string>();

/** Says that this very object stands in many values and never changes. */
export function rememberJson<T extends JsonValue>(value: T): T {
  if (typeof value === 'object' && value !== null) known.set(value, canonicalJson(value));
  return value;
}

export function hashJson(value: JsonValue): string {
  return hash('sha256', canonicalJson(value, known), 'hex');
}

export function hashBytes(bytes: Uint8Array | string): string {
  return hash('sha256', bytes, 'hex');
}
