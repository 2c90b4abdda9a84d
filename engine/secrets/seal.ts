// One sealed text: `v1.<key id>.<nonce, ciphertext and tag>`, AES-256-GCM. The key id and the place it was made for (grid,
// purpose, name) are authenticated with it, so that a text neither opens after any change nor in another place. Text is
// decoded strictly: two different texts never stand for the same bytes.

import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

/** Chance from a cryptographic source is a parameter as well: `randomBytes` of node:crypto in every real process. */
export type RandomBytes = (size: number) => Uint8Array;

export interface SealingKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** Where a sealed text belongs: every part counts and none can run into the next. */
export type Place = readonly string[];

const NONCE = 12;
const TAG = 16;
const SEALED = /^v1\.([A-Za-z0-9]{1,64})\.([A-Za-z0-9_-]+)$/;

export function seal(key: SealingKey, place: Place, plain: Uint8Array, random: RandomBytes): string {
  const nonce = random(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key.key, nonce, { authTagLength: TAG });
  cipher.setAAD(authenticated(key.id, place));
  const parts = [nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()];
  return `v1.${key.id}.${Buffer.concat(parts).toString('base64url')}`;
}

/** Undefined when it was sealed with another key, for another place, or is not what was written. */
export function unseal(key: SealingKey, place: Place, sealed: string): Buffer | undefined {
  const [, id, text = ''] = SEALED.exec(sealed) ?? [];
  const bytes = decodeBase64url(text);
  if (id !== key.id || bytes === undefined || bytes.length < NONCE + TAG) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key.key, bytes.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(authenticated(id, place));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG));
  const plain = decipher.update(bytes.subarray(NONCE, bytes.length - TAG));
  try {
    decipher.final();
    return plain;
  } catch {
    wipe(plain);
    return undefined;
  }
}

/** Which key opens it; undefined when it is no sealed text. */
export function keyIdOf(sealed: string): string | undefined {
  return SEALED.exec(sealed)?.[1];
}

/** Undefined unless it is the one way to write those bytes. */
export function decodeBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

/** What was opened does not stay in memory longer than it is used. Copies that the runtime made are out of reach. */
export function wipe(bytes: Uint8Array): void {
  bytes.fill(0);
}

function authenticated(keyId: string, place: Place): Buffer {
  return Buffer.from(JSON.stringify(['ays sealed v1', keyId, ...place]));
}
