// What recurs. A schedule is wanted by an `actions:` block or by an actor for each of its services; it has one document with its next
// time. It never overlaps itself: while its run is on, it has no next time. Ticks missed while nobody was there
// run once. The first time of a period is spread at random over it, so that a thousand backups do not begin together.

import { createHash } from 'node:crypto';
import { canonicalJson, type JsonObject } from '../model/json.ts';
import { kindOf, nameOf, type ServiceKey } from '../model/key.ts';
import type { RecurringAction } from '../model/actor.ts';
import type { DesiredAction } from '../model/service.ts';
import type { Random } from '../model/world.ts';
import { cronNext } from './cron-next.ts';
import type { RunService } from './graph-order.ts';

export type Recurrence = NonNullable<DesiredAction['recurring']>;

export interface WantedSchedule {
  /** Stays the same when its time, its targets or `keep` change: history and the last time go on. */
  readonly id: string;
  /** Who wants it: what one owner no longer wants is removed. A blueprint's name. */
  readonly owner: string;
  readonly action: string;
  readonly targets: readonly ServiceKey[];
  readonly args: JsonObject;
  readonly when: Recurrence;
  /** Ended runs that are kept. */
  readonly keep: number;
}

export interface Schedule extends WantedSchedule {
  readonly nextAt: number | null;
  /** When its last run began. */
  readonly lastAt: number | null;
  /** Its run that is on, or was when last looked. */
  readonly running: string | null;
  /** Its ended runs, oldest first. */
  readonly history: readonly string[];
  /** Why its last tick made no run. */
  readonly problem: string | null;
}

export const KEEP = 10;

/** Schedules of the `actions:` blocks of one blueprint. */
export function schedulesOfBlocks(blueprint: string, actions: readonly DesiredAction[]): readonly WantedSchedule[] {
  const seen = new Map<string, number>();
  return actions.flatMap(({ action, targets, args, recurring, keep }) => {
    if (recurring === undefined) return [];
    const base = `${blueprint}/${action}/${digest(args)}`;
    const twin = (seen.get(base) ?? 0) + 1;
    seen.set(base, twin);
    const id = twin === 1 ? base : `${base}/${twin}`;
    return [{ id, owner: blueprint, action, targets, args, when: recurring, keep: keep ?? KEEP }];
  });
}

/** Schedules that the actor of a service brings along. */
export function schedulesOfActor(
  service: RunService,
  recurring: readonly RecurringAction[],
): readonly WantedSchedule[] {
  return recurring.map(({ action, everyMs, args = {} }) => ({
    id: `${service.blueprint}/${kindOf(service.key)}/${nameOf(service.key)}/${action}/${digest(args)}`,
    owner: service.blueprint,
    action,
    targets: [service.key],
    args,
    when: { everyMs },
    keep: KEEP,
  }));
}

/** The schedule as it should be now. The same object when nothing changes. */
export function renewed(wanted: WantedSchedule, known: Schedule | undefined, now: number, random: Random): Schedule {
  if (known === undefined) {
    return {
      ...wanted,
      nextAt: firstTime(wanted.when, now, random),
      lastAt: null,
      running: null,
      history: [],
      problem: null,
    };
  }
  const { id, owner, action, targets, args, when, keep } = known;
  if (canonicalJson({ id, owner, action, targets, args, when, keep }) === canonicalJson({ ...wanted })) return known;
  const moved = { ...known, ...wanted };
  if (canonicalJson(when) === canonicalJson(wanted.when) || known.nextAt === null) return moved;
  const next =
    known.lastAt === null ? firstTime(wanted.when, now, random) : followingTime(wanted.when, known.lastAt, now);
  return { ...moved, nextAt: next };
}

/** After a run that began at `begun` has ended. A time that has passed meanwhile is due at once, and once only. */
export function followingTime(when: Recurrence, begun: number, now: number): number | null {
  if ('everyMs' in when) return Math.max(begun + when.everyMs, now);
  const next = cronNext(when.cron, when.timezone, begun);
  return next === undefined ? null : Math.max(next, now);
}

function firstTime(when: Recurrence, now: number, random: Random): number | null {
  if ('everyMs' in when) return now + 1 + Math.floor(random() * when.everyMs);
  return cronNext(when.cron, when.timezone, now) ?? null;
}

function digest(args: JsonObject): string {
  return createHash('sha256').update(canonicalJson(args)).digest('hex').slice(0, 12);
}
