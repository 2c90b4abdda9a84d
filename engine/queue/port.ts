// Pokes on their way to a worker. A poke says which service, never what happened; the store is the record and the due index
// repairs whatever a queue loses, so a queue only has to be prompt. It promises: one pass per key at a time in this queue, a poke
// during a pass gives exactly one more, a more urgent poke lifts one that waits.

import type { ServiceKey } from '../model/key.ts';

/** In this order: a person's change, a failure, a first creation, a look without cause. */
export const LANES = ['person', 'failure', 'creation', 'resync'] as const;
export type Lane = (typeof LANES)[number];

export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  readonly byLane: Readonly<Record<Lane, number>>;
}

export interface QueueWorker {
  /** Starts no more, waits for what runs (at most `ms`), then gives up its place. */
  stop(ms: number): Promise<void>;
}

export interface Queue {
  readonly mode: 'memory' | 'bullmq';
  poke(keys: readonly ServiceKey[], lane: Lane): Promise<void>;
  /** A handler that throws loses the poke, not the service: the due index brings it back. */
  process(
    handler: (key: ServiceKey, lane: Lane, signal: AbortSignal) => Promise<void>,
    options: { readonly concurrency: number },
  ): Promise<QueueWorker>;
  counts(): Promise<QueueCounts>;
  /** Forgets all that waits. */
  drain(): Promise<void>;
  close(): Promise<void>;
}
