// A value that is known only later: it names the status of another service or a secret. In a resolved spec such a
// value stands as one object with the key `$ays`, so it survives JSON; everything known at apply time has
// already been put in. A literal map with a key beginning `$ays` is refused by the blueprint reader.

import { isObject, type JsonObject, type JsonValue } from './json.ts';
import type { ServiceKey } from './key.ts';

export interface DeferredBody extends JsonObject {
  /** What remains to be evaluated, as template text: `{{status "container/db" "address"}}:5432`. */
  readonly template: string;
  /** True when the whole scalar is one expression, so its value keeps its type. */
  readonly whole: boolean;
  /** The outputs it reads. */
  readonly status: readonly { readonly key: ServiceKey; readonly field: string }[];
  /** The secrets it is built from; with one of these the value is secret whole. */
  readonly secrets: readonly string[];
  /** Keyed fingerprint of the secrets' present values, where the grid's key is at hand. */
  readonly print?: string;
}

export interface Deferred extends JsonObject {
  readonly $ays: DeferredBody;
}

export function isDeferred(value: unknown): value is Deferred {
  return isObject(value) && isObject(value['$ays']) && typeof value['$ays']['template'] === 'string';
}

export function isSecretValue(value: unknown): boolean {
  return isDeferred(value) && value.$ays.secrets.length > 0;
}

/** Walks a value and calls `visit` for each deferred one with its JSON pointer. */
export function eachDeferred(
  value: JsonValue | undefined,
  visit: (deferred: Deferred, pointer: string) => void,
  pointer = '',
): void {
  if (typeof value !== 'object' || value === null) return;
  if (isDeferred(value)) return visit(value, pointer);
  if (Array.isArray(value)) {
    value.forEach((item, i) => eachDeferred(item as JsonValue, visit, `${pointer}/${i}`));
    return;
  }
  for (const [key, item] of Object.entries(value as JsonObject)) eachDeferred(item, visit, `${pointer}/${key}`);
}
