// Walks a spec and puts something else in the place of its later values. What does not change stays the same object, so a spec
// without secrets costs no copy. Pointers are escaped as RFC 6901 says: a free key may hold a slash.

import { isDeferred, type Deferred } from '../model/expression.ts';
import { isObject, type JsonValue } from '../model/json.ts';

export function mapDeferred(
  value: JsonValue,
  replace: (deferred: Deferred, pointer: string) => JsonValue,
  pointer = '',
): JsonValue {
  if (isDeferred(value)) return replace(value, pointer);
  return mapMembers(value, (member, name) => mapDeferred(member, replace, `${pointer}/${escapePointer(name)}`));
}

/** The same value when every member stays the same. */
export function mapMembers(value: JsonValue, change: (member: JsonValue, name: string) => JsonValue): JsonValue {
  if (Array.isArray(value)) {
    const items = value as readonly JsonValue[];
    const changed = items.map((item, i) => change(item, String(i)));
    return changed.some((item, i) => item !== items[i]) ? changed : items;
  }
  if (!isObject(value)) return value;
  const before = Object.entries(value).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
  const after = before.map(([name, member]) => [name, change(member, name)] as const);
  // From entries, and not member by member: `__proto__` is only a name.
  return after.some(([, member], i) => member !== before[i]?.[1]) ? Object.fromEntries(after) : value;
}

export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
