// Work with a time limit. The timer is a port; the work gets a signal and is expected to heed it. When the limit passes
// the caller goes on at once: work that ignores its signal is left behind, and its late answer is dropped.

import { EngineError } from './errors.ts';

export interface Timers {
  /** Calls back once after so long; the answer takes that back. */
  after(ms: number, call: () => void): () => void;
}

/** Simulated time knows no slow work: nothing ever times out by itself. */
export const NO_TIMERS: Timers = { after: () => () => undefined };

export async function within<T>(
  timers: Timers,
  ms: number,
  what: string,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  return await new Promise<T>((resolve, reject) => {
    const stop = (error: EngineError): void => {
      end();
      reject(error);
      controller.abort(error);
    };
    const onAbort = (): void =>
      stop(new EngineError('DRIVER_TIMEOUT', `${what}: the pass was called off`, { hint: 'it is tried again' }));
    const cancel = timers.after(ms, () =>
      stop(new EngineError('DRIVER_TIMEOUT', `${what}: no answer within ${ms} ms`, { hint: 'it is tried again' })),
    );
    const end = (): void => {
      cancel();
      outer?.removeEventListener('abort', onAbort);
    };
    if (outer?.aborted === true) {
      onAbort();
      return;
    }
    outer?.addEventListener('abort', onAbort, { once: true });
    // An async function, so that a driver that throws at once is a failed pass too.
    const begin = async (): Promise<T> => await work(controller.signal);
    begin().then(resolve, reject).finally(end);
  });
}
