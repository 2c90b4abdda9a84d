// The queue inside one process. It keeps the promises of the port with nothing but maps: what waits is lost with the process,
// which the due index repairs. It holds no timer of its own, so the simulation runs it on a clock that it moves.

import { EngineError } from '../model/errors.ts';
import type { ServiceKey } from '../model/key.ts';
import { WaitingRoom, laneCounts, moreUrgent } from './lanes.ts';
import type { Lane, Queue, QueueWorker } from './port.ts';

type Handler = Parameters<Queue['process']>[0];

export interface MemoryQueueOptions {
  /** The only timer: how long a stopping worker waits for its passes. */
  readonly timers: { after(ms: number, call: () => void): () => void };
  /**
   * Runs the dispatch a little later, never at once. A robot gives `setImmediate`, so that passes without I/O leave room for
   * other work; the default suits a simulation.
   */
  readonly turn?: (run: () => void) => void;
  /** What handlers threw. The queue itself makes nothing of it. */
  readonly onError?: (error: unknown, key: ServiceKey) => void;
}

interface Pass {
  readonly lane: Lane;
  readonly controller: AbortController;
  /** The most urgent poke since the pass began: it is owed one more. */
  again: Lane | undefined;
  /** Its worker gave it up before it ended: it is owed one more at another worker. */
  cut: boolean;
}

interface Place {
  readonly handler: Handler;
  readonly concurrency: number;
  readonly passes: Map<ServiceKey, Pass>;
  onIdle: () => void;
}

export function memoryQueue({ timers, turn = queueMicrotask, onError = () => undefined }: MemoryQueueOptions): Queue {
  const waiting = new WaitingRoom();
  const active = new Map<ServiceKey, Pass>();
  const places: Place[] = [];
  const workers = new Set<QueueWorker>();
  let turnAsked = false;
  let closed = false;

  function ensureOpen(): void {
    if (closed) throw new EngineError('STORE_UNREACHABLE', 'the queue is closed', { hint: 'this robot is stopping' });
  }

  function dispatchSoon(): void {
    if (turnAsked) return;
    turnAsked = true;
    turn(() => {
      turnAsked = false;
      dispatch();
    });
  }

  function dispatch(): void {
    while (waiting.size > 0) {
      const at = places.findIndex((place) => place.passes.size < place.concurrency);
      const place = places[at];
      if (place === undefined) return;
      const next = waiting.next();
      if (next === undefined) return;
      // In turns, so that two workers share the work.
      places.push(...places.splice(at, 1));
      void run(place, next.key, next.lane);
    }
  }

  async function run(place: Place, key: ServiceKey, lane: Lane): Promise<void> {
    const pass: Pass = { lane, controller: new AbortController(), again: undefined, cut: false };
    active.set(key, pass);
    place.passes.set(key, pass);
    try {
      await place.handler(key, lane, pass.controller.signal);
    } catch (error) {
      onError(error, key);
    }
    active.delete(key);
    place.passes.delete(key);
    const again = pass.cut ? moreUrgent(pass.again, lane) : pass.again;
    if (again !== undefined && !closed) waiting.enter(key, again);
    if (place.passes.size === 0) place.onIdle();
    dispatchSoon();
  }

  function workerAt(place: Place): QueueWorker {
    let idle: Promise<void> | undefined;
    const giveUp = (): void => {
      for (const pass of place.passes.values()) {
        pass.cut = true;
        pass.controller.abort();
      }
      place.onIdle();
    };
    const worker: QueueWorker = {
      async stop(ms) {
        workers.delete(worker);
        const at = places.indexOf(place);
        if (at >= 0) places.splice(at, 1);
        if (place.passes.size === 0) return;
        idle ??= new Promise((resolve) => (place.onIdle = resolve));
        if (ms <= 0) giveUp();
        const cancel = ms <= 0 ? () => undefined : timers.after(ms, giveUp);
        await idle;
        cancel();
      },
    };
    return worker;
  }

  return {
    mode: 'memory',

    async poke(keys, lane) {
      ensureOpen();
      for (const key of keys) {
        const pass = active.get(key);
        if (pass === undefined) waiting.enter(key, lane);
        else pass.again = moreUrgent(pass.again, lane);
      }
      if (keys.length > 0) dispatchSoon();
    },

    async process(handler, { concurrency }) {
      ensureOpen();
      const place: Place = { handler, concurrency, passes: new Map(), onIdle: () => undefined };
      places.push(place);
      const worker = workerAt(place);
      workers.add(worker);
      dispatchSoon();
      return worker;
    },

    async counts() {
      return { waiting: waiting.size, active: active.size, byLane: laneCounts((lane) => waiting.count(lane)) };
    },

    async drain() {
      waiting.clear();
      for (const pass of active.values()) pass.again = undefined;
    },

    async close() {
      closed = true;
      waiting.clear();
      await Promise.all([...workers].map((worker) => worker.stop(0)));
    },
  };
}
