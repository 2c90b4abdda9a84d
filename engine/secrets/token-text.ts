// The text of a token: `ays_<id>_<random>` for the API, `aysjoin_<id>_<random>` for a node that joins. The id finds the record, the random part
// (43 characters of 54, 247 bits) proves it. The beginning is fixed, so that scanners for leaked tokens know it.

import { ALPHABET, generateText } from './secret-value.ts';
import type { RandomBytes } from './seal.ts';

export type TokenKind = 'api' | 'join';

export interface TokenText {
  readonly kind: TokenKind;
  readonly id: string;
  readonly text: string;
}

const ID_LENGTH = 12;
const RANDOM_LENGTH = 43;
const FORM = new RegExp(`^(ays|aysjoin)_([${ALPHABET}]{${ID_LENGTH}})_[${ALPHABET}]{${RANDOM_LENGTH}}$`);

export function newTokenText(kind: TokenKind, random: RandomBytes): TokenText {
  const id = generateText(ID_LENGTH, random);
  return { kind, id, text: `${kind === 'api' ? 'ays' : 'aysjoin'}_${id}_${generateText(RANDOM_LENGTH, random)}` };
}

export function readTokenText(text: string): TokenText | undefined {
  const [, prefix, id] = FORM.exec(text) ?? [];
  return id === undefined ? undefined : { kind: prefix === 'ays' ? 'api' : 'join', id, text };
}
