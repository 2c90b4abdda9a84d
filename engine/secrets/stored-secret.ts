// A secret as the store keeps it, read with care: what a hand or a broken disk changed is reported as damaged, never taken.

import { EngineError } from '../model/errors.ts';
import { isObject, type JsonObject, type JsonValue } from '../model/json.ts';
import type { Document, Store } from '../store/port.ts';
import type { StoredSecret } from '../store/records.ts';
import { KEYRING_ID, type Keyring } from './keyring.ts';
import { unseal, type Place } from './seal.ts';

/** What of a store the secrets need. */
export type SecretStore = Pick<Store, 'get' | 'list' | 'commit'>;

export interface SecretDocument {
  readonly secret: StoredSecret;
  readonly version: number;
}

/** All that is stored beside the value belongs to its place: a changed print or author is noticed as well. */
export function secretPlace(grid: string, { name, print, at, by }: Omit<StoredSecret, 'keyId' | 'sealed'>): Place {
  return [grid, 'secret', name, print, String(at), by.name, by.via];
}

const PAGE = 200;

/** All secrets in name order, page by page, without the keyring. */
export async function* eachSecret(store: SecretStore): AsyncGenerator<Document> {
  let after: string | undefined;
  for (;;) {
    const page = await store.list('secret', { limit: PAGE, ...(after !== undefined && { after }) });
    for (const document of page) if (document.id !== KEYRING_ID) yield document;
    if (page.length < PAGE) return;
    after = page.at(-1)?.id;
  }
}

/** Undefined when the key is not in this keyring: it may be older than the store. */
export function openStored(grid: string, keyring: Keyring, secret: StoredSecret): Buffer | undefined {
  const key = keyring.keys.get(secret.keyId);
  if (key === undefined) return undefined;
  const plain = unseal(key, secretPlace(grid, secret), secret.sealed);
  if (plain === undefined) throw damagedSecret(secret.name);
  return plain;
}

export function readSecret(id: string, value: JsonValue): StoredSecret {
  const whole =
    isObject(value) &&
    value['name'] === id &&
    ['keyId', 'sealed', 'print'].every((field) => typeof value[field] === 'string') &&
    typeof value['at'] === 'number' &&
    isObject(value['by']) &&
    ['name', 'via'].every((field) => typeof (value['by'] as JsonObject)[field] === 'string'); // looked at just above
  if (!whole) throw damagedSecret(id);
  return value as unknown as StoredSecret; // every field was looked at above
}

export function secretJson(secret: StoredSecret): JsonObject {
  return { ...secret, by: { ...secret.by } };
}

export function damagedSecret(name: string): EngineError {
  return new EngineError(
    'SECRET_DAMAGED',
    `secret ${name}: what the store holds is not what was sealed for this name`,
    {
      hint: `set it again: ays secret set ${name}; or ays restore, from the copy that each robot keeps`,
    },
  );
}

export function isDamaged(error: unknown): boolean {
  return error instanceof EngineError && error.code === 'SECRET_DAMAGED';
}

export function unlessDamaged<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    if (isDamaged(error)) return undefined;
    throw error;
  }
}
