// A token as the store keeps it: never its text, only a digest keyed by the grid. Who reads the store cannot use it, nor try it elsewhere.

import { isObject, type JsonObject, type JsonValue } from '../model/json.ts';
import type { Author } from '../store/records.ts';
import type { TokenKind } from './token-text.ts';

/**
 * `read`: see everything but secrets. `change`: also apply, run, pause. `secrets`: set, list and remove secrets (their values
 * are never shown). `admin`: all, and tokens, nodes and keys.
 */
export const SCOPES = ['read', 'change', 'secrets', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export interface TokenRecord {
  readonly id: string;
  readonly kind: TokenKind;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Keyed digest of the whole text, hexadecimal. */
  readonly hash: string;
  readonly at: number;
  readonly by: Author;
  /** Milliseconds since 1970; null: does not end. */
  readonly expires: number | null;
  /** To the hour: a write for each request would cost more than it tells. */
  readonly lastUsed: number | null;
  readonly revoked: { readonly at: number; readonly by: Author } | null;
  /** Of a join token: who came in with it. */
  readonly used: { readonly node: string; readonly publicKey: string; readonly at: number } | null;
}

export function allows(scopes: readonly Scope[], wanted: Scope): boolean {
  return scopes.includes('admin') || scopes.includes(wanted) || (wanted === 'read' && scopes.includes('change'));
}

export function tokenJson(record: TokenRecord): JsonObject {
  return record as unknown as JsonObject; // plain JSON all through; only interfaces lack the index signature
}

/** Undefined when it is not what this program writes. */
export function readToken(id: string, value: JsonValue): TokenRecord | undefined {
  const whole =
    isObject(value) &&
    value['id'] === id &&
    (value['kind'] === 'api' || value['kind'] === 'join') &&
    typeof value['name'] === 'string' &&
    typeof value['hash'] === 'string' &&
    /^[0-9a-f]{64}$/.test(value['hash']) &&
    Array.isArray(value['scopes']) &&
    (value['expires'] === null || typeof value['expires'] === 'number') &&
    (value['revoked'] === null || isObject(value['revoked'])) &&
    (value['used'] === null || isObject(value['used']));
  return whole ? (value as unknown as TokenRecord) : undefined; // what decides was looked at above
}
