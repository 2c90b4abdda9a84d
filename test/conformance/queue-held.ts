// Workers whose passes end when the test says so, and how a test waits without sleeping.

import type { ServiceKey } from '../../engine/model/key.ts';
import type { Lane, Queue, QueueWorker } from '../../engine/queue/port.ts';

export interface Run {
  readonly key: ServiceKey;
  readonly lane: Lane;
  readonly signal: AbortSignal;
  end(error?: Error): void;
}

/** A worker whose passes end when the test says so. */
export interface Held {
  readonly worker: QueueWorker;
  /** The next run that starts. */
  next(): Promise<Run>;
  /** All that have started, also those that were never asked for. */
  readonly started: readonly Run[];
}

/** Poked last in the last lane: when it runs, everything before it has run. */
export const LAST: ServiceKey = 'last/one';

export async function held(queue: Queue, concurrency = 1): Promise<Held> {
  const started: Run[] = [];
  const askers: (() => void)[] = [];
  let seen = 0;
  const worker = await queue.process(
    async (key, lane, signal) => {
      await new Promise<void>((resolve, reject) => {
        started.push({ key, lane, signal, end: (error) => (error === undefined ? resolve() : reject(error)) });
        askers.shift()?.();
      });
    },
    { concurrency },
  );
  return {
    worker,
    started,
    async next() {
      const at = seen++;
      if (started.length <= at) await new Promise<void>((resolve) => askers.push(resolve));
      const run = started[at];
      if (run === undefined) throw new Error('nothing started');
      return run;
    },
  };
}

/** Ends runs as they come until `key` has run; says which ran. */
export async function runUntil(from: Held, key: ServiceKey = LAST): Promise<string[]> {
  const ran: string[] = [];
  for (;;) {
    const run = await from.next();
    run.end();
    if (run.key === key) return ran;
    ran.push(`${run.lane} ${run.key}`);
  }
}

export async function quiet(queue: Queue): Promise<void> {
  for (;;) {
    const { waiting, active } = await queue.counts();
    if (waiting === 0 && active === 0) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
