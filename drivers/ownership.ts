// Whose a thing is. Everything a driver makes carries this label; what carries none, or another grid's, is foreign:
// seen, reported, never touched. Drivers strip the label from what they report, here and nowhere else.

import type { ServiceKey } from '../engine/model/key.ts';

export interface Ownership {
  readonly grid: string;
  readonly key: ServiceKey;
  readonly uid: string;
  /** Hash of the spec it was made for. */
  readonly hash: string;
}

export function labelOf(owner: Ownership): string {
  return `${owner.grid}:${owner.key}:${owner.uid}`;
}
