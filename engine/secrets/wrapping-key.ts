// The key that opens the grid's data key: 32 bytes from the key file or from AYS_KEY. It has an id that can be told to
// anyone, so that a robot with the wrong key can say which one it holds and which one is needed. A passphrase is refused:
// 32 random bytes need no slow hashing and cannot be guessed.

import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { EngineError } from '../model/errors.ts';
import { wipe, type RandomBytes, type SealingKey } from './seal.ts';

export const KEY_BYTES = 32;
const FILE_FORM = /^ays-key-1 ([A-Za-z0-9_-]{43})\s*$/;

/** `bytes` is copied and may be wiped afterwards. */
export function wrappingKey(bytes: Uint8Array): SealingKey {
  if (bytes.length !== KEY_BYTES) throw invalid('the wrapping key', `${bytes.length} bytes`);
  return { id: keyIdFor(bytes), key: secretKey(bytes) };
}

/**
 * Reads a key file, or the value of AYS_KEY: the form that `keyText` writes, or 32 bytes as 64 hex digits or as base64.
 * `from` names it in errors, which never show what was found.
 */
export function readWrappingKey(text: string, from: string): SealingKey {
  const trimmed = text.trim();
  const encoded = FILE_FORM.exec(trimmed)?.[1] ?? trimmed;
  const bytes = /^[0-9A-Fa-f]{64}$/.test(encoded)
    ? Buffer.from(encoded, 'hex')
    : /^[A-Za-z0-9+/_-]{43}=?$/.test(encoded)
      ? Buffer.from(encoded, 'base64')
      : undefined;
  if (bytes === undefined) throw invalid(from, trimmed === '' ? 'nothing' : `${trimmed.length} characters`);
  const key = wrappingKey(bytes);
  wipe(bytes);
  return key;
}

/** A new key, as the text of a key file. */
export function keyText(random: RandomBytes): string {
  return `ays-key-1 ${Buffer.from(random(KEY_BYTES)).toString('base64url')}\n`;
}

export function secretKey(bytes: Uint8Array): KeyObject {
  return createSecretKey(Buffer.from(bytes));
}

/** 64 bits of a keyed digest: enough to tell keys apart, nothing of the key in it. */
function keyIdFor(bytes: Uint8Array): string {
  return createHmac('sha256', bytes).update('ays key id v1').digest('hex').slice(0, 16);
}

function invalid(from: string, found: string): EngineError {
  return new EngineError('SECRETS_LOCKED', `${from} holds ${found}; expected a key of 32 bytes`, {
    hint: 'put the key file back from its copy; a new one, for a grid without secrets: openssl rand -base64 32',
  });
}
