// What may be the value of a secret, and how one is made up. A value is text, since blueprints put it into text; it has at most 64 KiB
// and is never empty. Made-up values use letters and digits that cannot be mistaken for each other when read aloud or
// typed, and each is equally likely.

import { EngineError } from '../model/errors.ts';
import { NAME_PATTERN } from '../model/key.ts';
import { wipe, type RandomBytes } from './seal.ts';

export const MAX_SECRET_BYTES = 65_536;
export const GENERATED_LENGTH = { min: 8, max: 1024 } as const;

/** Without 0 O o, 1 I l, which look alike. */
export const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz';

/** `length` characters of the alphabet, each equally likely: bytes that would favour the first ones are thrown away. */
export function generateText(length: number, random: RandomBytes): string {
  const fair = 256 - (256 % ALPHABET.length);
  let text = '';
  while (text.length < length) {
    const bytes = random(length - text.length + 8);
    for (const byte of bytes) if (byte < fair && text.length < length) text += ALPHABET[byte % ALPHABET.length];
    wipe(bytes);
  }
  return text;
}

export function generateSecret(name: string, length: number, random: RandomBytes): string {
  const { min, max } = GENERATED_LENGTH;
  if (!Number.isInteger(length) || length < min || length > max)
    throw new EngineError(
      'SECRET_INVALID',
      `${name}: ${length} characters; expected a whole number from ${min} to ${max}`,
    );
  return generateText(length, random);
}

/** Always a copy, so that it can be wiped. Errors name the secret and never show what was given. */
export function secretBytes(name: string, value: string | Uint8Array): Buffer {
  const problem = (found: string, hint: string): EngineError =>
    new EngineError('SECRET_INVALID', `secret ${name}: the value ${found}`, { hint });
  if (typeof value === 'string' && /\p{Surrogate}/u.test(value))
    throw problem('is not well-formed text', 'give it as base64 and decode it where it is used');
  const bytes = Buffer.from(value as string); // a string or bytes, both are copied; the overloads know only one at a time
  if (bytes.length === 0) throw problem('is empty', `to take it away: ays secret rm ${name}`);
  if (bytes.length > MAX_SECRET_BYTES)
    throw problem(`has ${bytes.length} bytes; at most ${MAX_SECRET_BYTES} are kept`, 'keep large files on a vdisk');
  if (typeof value !== 'string' && !isUtf8(bytes))
    throw problem('is not UTF-8 text', 'give it as base64 and decode it where it is used');
  return bytes;
}

export function checkSecretName(name: string): void {
  if (NAME_PATTERN.test(name)) return;
  const shown = name.length > 40 ? `${name.slice(0, 37)}…` : name;
  throw new EngineError('NAME_INVALID', `"${shown}" is not a name for a secret`, {
    hint: 'a letter or digit, then letters, digits, _ or -, at most 63 in all',
  });
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
