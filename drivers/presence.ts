// What every driver says of a thing before its details: that it is absent, or that a stranger stands there. And
// who a call is made for: the label that goes on whatever it makes.

import { EngineError } from '../engine/model/errors.ts';
import type { Ownership } from './ownership.ts';

export type Identity = Pick<Ownership, 'uid' | 'hash'>;

export interface Absent {
  readonly presence: 'absent';
}

export interface Foreign {
  readonly presence: 'foreign';
  readonly foreign: { readonly id: string; readonly label?: string };
}

/** A call whose deadline has passed starts no effect. */
export function refuseLate(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted === true) throw new EngineError('DRIVER_TIMEOUT', `${what}: the time for it is over`);
}
