// What the tests of secrets need of a world: a clock, seeded chance that looks like the real one, and a store that can be made to fail
// at any one of its writes, before or after it was done.

import { createHash } from 'node:crypto';
import { SimulatedClock } from '../../../engine/model/world.ts';
import { memoryStore } from '../../../engine/store/memory.ts';
import type { Store } from '../../../engine/store/port.ts';
import { wrappingKey, type RandomBytes, type SealingKey } from '../../../engine/secrets/index.ts';
import { openVault, type Vault } from '../../../engine/secrets/vault.ts';
import type { Author } from '../../../engine/store/records.ts';

export const ANNA: Author = { name: 'anna', via: 'cli' };
export const CLOCK_START = Date.UTC(2026, 0, 1);

/** The bytes of a hash chain: one seed is one history, and no two calls give the same. */
export function seededBytes(seed: string): RandomBytes {
  let count = 0;
  return (size) => {
    const parts: Buffer[] = [];
    for (let left = size; left > 0; left -= 32) parts.push(createHash('sha256').update(`${seed} ${count++}`).digest());
    return Buffer.concat(parts).subarray(0, size);
  };
}

export function keyOf(seed: string): SealingKey {
  return wrappingKey(seededBytes(`key ${seed}`)(32));
}

export interface GridFixture {
  readonly store: Store;
  readonly clock: SimulatedClock;
  open(more?: {
    readonly wrapping?: readonly SealingKey[];
    readonly store?: Store;
    readonly grid?: string;
  }): Promise<Vault>;
}

export function gridFixture(seed = 'grid'): GridFixture {
  const clock = new SimulatedClock(CLOCK_START);
  const store = memoryStore({ clock });
  const random = seededBytes(seed);
  return {
    store,
    clock,
    open: (more = {}) => openVault({ store, grid: 'g1', wrapping: [keyOf('first')], random, clock, ...more }),
  };
}

export class Killed extends Error {}

/** A store whose process dies at write number `at`: with `after`, when the write is done and nobody was told. */
export function dyingStore(store: Store, at: number, when: 'before' | 'after'): { store: Store; writes: () => number } {
  let writes = 0;
  const commit: Store['commit'] = async (transaction) => {
    const mine = writes++;
    if (mine > at) throw new Killed();
    if (mine === at && when === 'before') throw new Killed();
    const done = await store.commit(transaction);
    if (mine === at) throw new Killed();
    return done;
  };
  return { store: { ...store, commit }, writes: () => writes };
}

/** The code an operation is refused with. */
export async function codeOf(work: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof work === 'function' ? work() : work);
    return 'nothing was refused';
  } catch (error) {
    return (error as { readonly code?: string }).code ?? String(error);
  }
}
