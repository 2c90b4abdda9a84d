// What is asked of one service now, read from its documents: which events its machine has not heard yet. The store is the
// record; a machine that is behind is told, whatever became of the poke that should have told it.

import { isPaused } from '../grid/state.ts';
import type { LifecycleContext, LifecycleEvent, Wish } from '../lifecycle/index.ts';
import type { Stamp } from '../store/port.ts';
import type { Overlay, StoredService, StoredTombstone } from '../store/records.ts';

export interface Asked {
  readonly want: Wish;
  readonly generation: number;
  readonly paused: boolean;
}

/** Epochs first, as one number: machines compare numbers. */
export function stampNumber({ epoch, n }: Stamp): number {
  return epoch * 2 ** 32 + n;
}

export function askedOf(
  service: StoredService | undefined,
  tombstone: StoredTombstone | undefined,
  overlay: Overlay | undefined,
  now: number,
): Asked | undefined {
  const pausedNow = isPaused(overlay, now);
  if (service !== undefined)
    return { want: 'present', generation: stampNumber(service.generation), paused: service.common.paused || pausedNow };
  if (tombstone === undefined) return undefined;
  return {
    want: tombstone.state === 'retired' ? 'retired' : 'absent',
    generation: stampNumber(tombstone.generation),
    paused: pausedNow,
  };
}

/** When what is retired is to go; never for all else. */
export function retentionEnd(tombstone: StoredTombstone | undefined): number {
  return tombstone?.state === 'retired' ? (tombstone.until ?? Infinity) : Infinity;
}

/** When time alone changes what is asked: a pause ends, a retention ends. Protected data stays, so its end is none. */
export function wakeAt(tombstone: StoredTombstone | undefined, overlay: Overlay | undefined, now: number): number {
  const pauseEnd = isPaused(overlay, now) ? (overlay?.paused?.until ?? Infinity) : Infinity;
  const end = tombstone?.record.common.protect === true ? Infinity : retentionEnd(tombstone);
  return Math.min(pauseEnd, end);
}

/** What the machine must be told to know what is asked. */
export function news(asked: Asked, context: LifecycleContext): readonly LifecycleEvent[] {
  const events: LifecycleEvent[] = [];
  if (asked.generation > context.generation) {
    const { generation } = asked;
    if (asked.want === 'absent') events.push({ type: 'REMOVE', generation });
    else if (asked.want === 'retired') events.push({ type: 'RETIRE', generation });
    else events.push({ type: context.want === 'present' ? 'SPEC' : 'REVIVE', generation });
  }
  if (asked.paused !== context.paused) events.push({ type: asked.paused ? 'PAUSE' : 'RESUME' });
  return events;
}
