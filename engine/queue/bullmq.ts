// The queue in Redis, through BullMQ: any number of processes poke and work. A key has at most one job that waits or runs;
// BullMQ's deduplication keeps one more for a key that is poked while it runs, and a script of ours makes the most urgent poke count.
// What BullMQ's defaults would cost is written where they are replaced (bullmq/worker.ts, bullmq/connection.ts).

import { Queue as BullQueue } from 'bullmq';
import { EngineError } from '../model/errors.ts';
import type { ServiceKey } from '../model/key.ts';
import { asStoreError, connectProducer, type RedisAddress } from './bullmq/connection.ts';
import { LOCK_MS, startWorker } from './bullmq/worker.ts';
import { laneCounts } from './lanes.ts';
import { LANES, type Lane, type Queue, type QueueWorker } from './port.ts';

export interface BullmqQueueOptions {
  readonly redis: RedisAddress;
  /** All keys begin with `<prefix>:<name>:`. */
  readonly prefix: string;
  readonly name: string;
  readonly timers: { after(ms: number, call: () => void): () => void };
  /** What handlers threw, and lost connections: one report for each outage. */
  readonly onError?: (error: unknown, key?: ServiceKey) => void;
  /** How long a worker may be silent before its jobs run elsewhere. */
  readonly lockMs?: number;
}

/** Where the robots of a grid meet. */
export function robotQueueAt(grid: string): { readonly prefix: string; readonly name: string } {
  return { prefix: `ays:${grid}:queue`, name: 'robot' };
}

/** The queue of one node, inside the prefix that its agent may use. */
export function nodeQueueAt(grid: string, node: string): { readonly prefix: string; readonly name: string } {
  return { prefix: `ays:${grid}:node:${node}`, name: 'queue' };
}

/** Short enough that a chunk never holds up the leases that share the server. */
const POKES_AT_ONCE = 500;
const FORGOTTEN_AT_ONCE = 1000;
/** Nobody reads BullMQ's event stream here. */
const EVENTS_KEPT = 100;

export async function bullmqQueue(options: BullmqQueueOptions): Promise<Queue> {
  const { redis, prefix, name, timers, lockMs = LOCK_MS } = options;
  const onError = oncePerOutage(options.onError ?? (() => undefined));
  const client = await connectProducer(redis, onError);
  const pokes = new BullQueue<unknown, void, ServiceKey>(name, {
    prefix,
    connection: client,
    streams: { events: { maxLen: EVENTS_KEPT } },
  });
  pokes.on('error', onError);
  const workers = new Set<QueueWorker>();
  const base = `${prefix}:${name}:`;
  // Ids are ours, so that an answer tells a new job from one that was there. Never the same twice, or a poke would be lost.
  const mine = pokes.token.slice(0, 18);
  let made = 0;
  let closed = false;

  async function ask<T>(question: () => Promise<T>): Promise<T> {
    if (closed) throw new EngineError('STORE_UNREACHABLE', 'the queue is closed', { hint: 'this robot is stopping' });
    try {
      const answer = await question();
      onError.over();
      return answer;
    } catch (error) {
      throw asStoreError(error);
    }
  }

  async function pokeSome(keys: readonly ServiceKey[], lane: Lane): Promise<void> {
    const priority = LANES.indexOf(lane) + 1;
    const wanted = keys.map((key) => ({
      name: key,
      data: null,
      opts: { jobId: `${mine}-${++made}`, priority, deduplication: { id: key, keepLastIfActive: true } },
    }));
    const ids = wanted.map(({ opts }) => opts.jobId);
    const jobs = await pokes.addBulk(wanted);
    const known = keys.filter((_, i) => jobs[i]?.id !== ids[i]);
    if (known.length > 0) await client.aysLift(`${base}prioritized`, `${base}pc`, base, priority, ...known);
  }

  return {
    mode: 'bullmq',

    async poke(keys, lane) {
      await ask(async () => {
        for (let at = 0; at < keys.length; at += POKES_AT_ONCE)
          await pokeSome(keys.slice(at, at + POKES_AT_ONCE), lane);
      });
    },

    async process(handler, { concurrency }) {
      return await ask(async () => {
        const worker: QueueWorker = await startWorker({
          name,
          prefix,
          redis,
          lockMs,
          concurrency,
          handler,
          timers,
          onError,
          giveBack: async (job, token) => {
            const keys = ['active', 'prioritized', 'stalled', 'marker'] as const;
            const [active, prioritized, stalled, marker] = keys.map((key) => base + key) as [
              string,
              string,
              string,
              string,
            ];
            // Without an answer the lock lapses, and the job runs elsewhere a little later.
            await client.aysGiveBack(active, prioritized, stalled, marker, base, job, token).catch(onError);
          },
          onStopped: () => workers.delete(worker),
        });
        workers.add(worker);
        if (closed) await worker.stop(0);
        return worker;
      });
    },

    async counts() {
      const counts = await ask(() =>
        client.aysCounts(`${base}prioritized`, `${base}wait`, `${base}active`, base, LANES.length),
      );
      const byLane = laneCounts((lane) => counts[LANES.indexOf(lane)] ?? 0);
      const waiting = LANES.reduce((sum, lane) => sum + byLane[lane], 0);
      return { waiting, active: counts[LANES.length] ?? 0, byLane };
    },

    async drain() {
      const some = (): Promise<number> =>
        ask(() => client.aysDrain(`${base}prioritized`, `${base}wait`, `${base}active`, base, FORGOTTEN_AT_ONCE));
      while ((await some()) > 0);
    },

    async close() {
      if (closed) return;
      closed = true;
      await Promise.all([...workers].map((worker) => worker.stop(0)));
      await pokes.close().catch(onError);
      client.disconnect();
    },
  };
}

/** Trouble with the server is reported once by each way of saying so until it serves again, not at every attempt. */
function oncePerOutage(report: (error: unknown, key?: ServiceKey) => void): {
  (error: unknown, key?: ServiceKey): void;
  over(): void;
} {
  const said = new Set<string>();
  const once = (error: unknown, key?: ServiceKey): void => {
    if (key === undefined) {
      if (said.has(String(error))) return;
      said.add(String(error));
    }
    report(error, key);
  };
  return Object.assign(once, { over: () => said.clear() });
}
