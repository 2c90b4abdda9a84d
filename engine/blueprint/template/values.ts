// What values are to the helpers: their names for people, what holds as a condition, what fits an argument.

import { isObject, type JsonValue } from '../../model/json.ts';

export type ArgumentType =
  'any' | 'text' | 'number' | 'list' | 'map' | 'list or map' | 'text, list or map' | 'number or text';

/** False, null, 0, and what is empty do not hold; everything else does. */
export function truthy(value: JsonValue | undefined): boolean {
  if (typeof value !== 'object' || value === null) return Boolean(value);
  return Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0;
}

export function fits(type: ArgumentType, value: JsonValue): boolean {
  switch (type) {
    case 'any':
      return true;
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'number or text':
      return typeof value === 'number' || typeof value === 'string';
    case 'list':
      return Array.isArray(value);
    case 'map':
      return isObject(value);
    case 'list or map':
      return typeof value === 'object' && value !== null;
    case 'text, list or map':
      return typeof value === 'string' || (typeof value === 'object' && value !== null);
  }
}

export function sayValue(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return `the text "${value.length > 40 ? `${value.slice(0, 37)}…` : value}"`;
  return typeof value === 'number' ? `the number ${value}` : `the boolean ${value}`;
}

/** A text, number or boolean: what can stand inside text. */
export function isPlain(value: JsonValue): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
