// Secrets as they stand in a resolved spec: an expression and the fingerprint of the value, never the value.

import fc from 'fast-check';
import type { JsonObject } from '../../../engine/model/json.ts';

export function sealed(name: string, print: string): JsonObject {
  return { $ays: { template: `{{secret "${name}"}}`, whole: true, status: [], secrets: [name], print } };
}

/** One of two values of one secret, so that rotation happens. */
export function someSecret(name: string): fc.Arbitrary<JsonObject> {
  return fc.constantFrom(sealed(name, 'print-1'), sealed(name, 'print-2'));
}
