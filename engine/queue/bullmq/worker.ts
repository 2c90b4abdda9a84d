// A BullMQ worker that keeps the promises of the port. What handlers throw never reaches BullMQ: there are no failed jobs and no
// retries, the due index does that. Stopping is made of three parts: no more starts, then what still runs is called off and given
// back at once, then, if Redis is away too, the connections are dropped.
//
// The times: a lock lives 400 ms, is renewed each 200 ms at the latest and looked after each 100 ms, so the job of a killed worker
// runs elsewhere within 500 ms. An idle worker looks by itself each 250 ms, because a worker that is killed between wake-up
// and fetch takes the wake-up with it.

import { WaitingError, Worker, type ConnectionOptions, type Job } from 'bullmq';
import { EngineError } from '../../model/errors.ts';
import type { ServiceKey } from '../../model/key.ts';
import { LANES, type Queue, type QueueWorker } from '../port.ts';
import { asStoreError, isAnswer, isRefusal, reconnectAfter, type RedisAddress } from './connection.ts';

export const LOCK_MS = 400;
export const STALLED_MS = 100;
const IDLE_LOOK_MS = 250;
const READY_MS = 5000;
const REST_MS = 250;
/** For giving back and for BullMQ's own goodbye, once the time of `stop` is over. */
const GOODBYE_MS = 1000;

export interface WorkerSetup {
  readonly name: string;
  readonly prefix: string;
  readonly redis: RedisAddress;
  readonly lockMs: number;
  readonly concurrency: number;
  readonly handler: Parameters<Queue['process']>[0];
  readonly giveBack: (job: string, token: string) => Promise<void>;
  readonly timers: { after(ms: number, call: () => void): () => void };
  readonly onError: (error: unknown, key?: ServiceKey) => void;
  readonly onStopped: () => void;
}

interface Running {
  readonly controller: AbortController;
  readonly cut: () => void;
}

export async function startWorker(setup: WorkerSetup): Promise<QueueWorker> {
  const { handler, timers, onError } = setup;
  const running = new Map<string, Running>();
  let stopping: Promise<void> | undefined;
  let resting = false;

  async function pass(job: Job<unknown, void, ServiceKey>, token: string | undefined): Promise<void> {
    const { id = '', name: key } = job;
    const controller = new AbortController();
    let wasCut = stopping !== undefined;
    if (!wasCut) {
      wasCut = await new Promise<boolean>((resolve) => {
        running.set(id, { controller, cut: () => resolve(true) });
        // An async function, so that a handler that throws at once is a lost pass too.
        const run = async (): Promise<void> =>
          await handler(key, LANES[job.priority - 1] ?? 'resync', controller.signal);
        run()
          .catch((error: unknown) => onError(error, key))
          .finally(() => resolve(false));
      });
      running.delete(id);
    }
    if (!wasCut) return;
    await setup.giveBack(id, token ?? '');
    // For BullMQ this means: leave the job where it is now.
    throw new WaitingError();
  }

  const connection = { ...setup.redis, maxRetriesPerRequest: null, retryStrategy: reconnectAfter };
  const worker = new Worker<unknown, void, ServiceKey>(setup.name, pass, {
    prefix: setup.prefix,
    // ioredis's own options, only looser about undefined than BullMQ's copy of the type.
    connection: connection as ConnectionOptions,
    autorun: false,
    concurrency: setup.concurrency,
    lockDuration: setup.lockMs,
    stalledInterval: STALLED_MS,
    maxStalledCount: Number.MAX_SAFE_INTEGER,
    drainDelay: IDLE_LOOK_MS / 1000,
    runRetryDelay: reconnectAfter(5),
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  });

  function callOff(): void {
    for (const { controller, cut } of running.values()) {
      controller.abort();
      cut();
    }
  }

  /** For a Redis that is away or refuses us: BullMQ would wait for it for ever. */
  function drop(): void {
    worker.disconnect().catch(() => undefined);
  }

  /** BullMQ asks again at once when Redis answers with an error, thousands of times a second. */
  function rest(): void {
    if (resting || stopping !== undefined) return;
    resting = true;
    void worker.pause(true).catch(onError);
    timers.after(REST_MS, () => {
      resting = false;
      if (stopping === undefined) void worker.resume().catch(onError);
    });
  }

  worker.on('error', (error) => {
    onError(isAnswer(error) ? asStoreError(error) : error);
    if (isRefusal(error)) void stop(0).then(drop);
    else if (isAnswer(error)) rest();
  });
  // Somebody else may have it by now: the pass is called off, its writes are refused by the store.
  worker.on('lockRenewalFailed', (jobs) => {
    for (const job of jobs) running.get(job)?.controller.abort();
  });

  function stop(ms: number): Promise<void> {
    stopping ??= worker
      .close()
      .catch(onError)
      .finally(() => setup.onStopped());
    return new Promise((resolve) => {
      let cancel = (): void => undefined;
      const overdue = (): void => {
        callOff();
        cancel = timers.after(GOODBYE_MS, () => {
          drop();
          resolve();
        });
      };
      void stopping?.then(() => {
        cancel();
        resolve();
      });
      if (ms <= 0) overdue();
      else cancel = timers.after(ms, overdue);
    });
  }

  try {
    await ready(worker, timers);
  } catch (error) {
    drop();
    throw asStoreError(error);
  }
  void worker.run().catch(onError);
  return { stop };
}

/** Run before it is ready, a worker without the right to INFO would spin. */
async function ready(worker: Worker<unknown, void, ServiceKey>, timers: WorkerSetup['timers']): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const cancel = timers.after(READY_MS, () =>
      reject(
        new EngineError('STORE_UNREACHABLE', `the queue got no connection to Redis within ${READY_MS} ms`, {
          hint: 'check the address and that Redis runs',
        }),
      ),
    );
    // BullMQ rejects with Errors.
    worker.waitUntilReady().then(resolve, reject).finally(cancel);
  });
}
