// The log as it grows, without a gap: told by the store's watch, read from the log itself, so a lost message costs a moment and never
// an entry. What `watch`, the stream of the API and the copy on disk listen to.

import type { Timers } from '../model/deadline.ts';
import type { LoggedEntry, Store } from '../store/port.ts';

export interface FollowOptions {
  /** Begins behind this entry; absent: with what comes from now on. */
  readonly after?: string;
  /** Looks by itself this often, should no message come. */
  readonly everyMs?: number;
  readonly onError?: (error: unknown) => void;
}

const EVERY_MS = 1_000;
const PAGE = 500;

/** Calls with entries in their order, one call at a time; the answer ends it. */
export async function follow(
  store: Store,
  timers: Timers,
  options: FollowOptions,
  onEntries: (entries: readonly LoggedEntry[]) => void | Promise<void>,
): Promise<() => Promise<void>> {
  const { everyMs = EVERY_MS, onError } = options;
  let ended = false;
  let ready = false;
  let again = false;
  let last = options.after;
  let cancel: (() => void) | undefined;
  let draining: Promise<void> | undefined;

  const drain = async (): Promise<void> => {
    while (again && !ended) {
      again = false;
      const entries = await store.log({ limit: PAGE, ...(last !== undefined && { after: last }) });
      if (ended || entries.length === 0) continue;
      await onEntries(entries);
      last = entries.at(-1)!.id;
      again ||= entries.length === PAGE;
    }
  };
  const look = (): void => {
    again = true;
    if (ended || !ready || draining !== undefined) return;
    draining = drain()
      .catch((error: unknown) => onError?.(error))
      .finally(() => {
        draining = undefined;
      });
  };
  const tick = (): void => {
    cancel = timers.after(everyMs, () => {
      look();
      if (!ended) tick();
    });
  };

  // The watch before the place, so that nothing falls between.
  const unwatch = await store.watch(({ log }) => {
    if (log !== undefined) look();
  });
  last ??= (await store.log({ newestFirst: true, limit: 1 }))[0]?.id;
  ready = true;
  tick();
  look();
  return async () => {
    ended = true;
    cancel?.();
    await unwatch();
    await draining;
  };
}
