// How often is too often: backoff, the window of repairs, the rungs of the ladder. Pure arithmetic on counters; what the
// service is never matters here.

import { CATALOGUE, type Disposition, type ErrorCode } from '../model/errors.ts';
import type { Policy, Rung } from '../model/policy.ts';
import type { LifecycleContext, PassReport, Repair, StepReport } from './words.ts';

/** Rests in a row before a flapping service is parked. */
export const MAX_QUARANTINES = 3;
/** Parked because of how the world is: what the world did it can undo, so looking again is worth while. */
export const UNDONE_BY_THE_WORLD: ReadonlySet<string> = new Set(['UNOWNED', 'NOT_CONVERGED'] satisfies ErrorCode[]);
/** Signatures remembered since the last convergence; beyond this the oldest are forgotten. */
const MAX_DONE = 256;

/** Full jitter: anywhere between 1 ms and the exponential bound. `attempt` counts from 1. */
export function backoffMs(policy: Policy['backoff'], attempt: number, random: number): number {
  const bound = Math.min(policy.capMs, policy.baseMs * policy.factor ** (attempt - 1));
  return Math.max(1, Math.ceil(random * bound));
}

/** A code of another version is a bug until somebody knows better. */
export function dispositionOf(code: string): Disposition {
  return Object.hasOwn(CATALOGUE, code) ? CATALOGUE[code as ErrorCode].disposition : 'bug';
}

export function recent(repairs: readonly Repair[], windowMs: number, now: number): readonly Repair[] {
  return repairs.filter(({ at }) => now - at < windowMs);
}

/** Which kind of repair a step just done is; undefined when it is an ordinary step. */
export function repairKind(context: LifecycleContext, step: StepReport): Repair['kind'] | undefined {
  if (context.want !== 'present') return undefined;
  if (context.done.includes(step.signature)) return 'repeat';
  return context.settled && context.done.length === 0 ? 'again' : undefined;
}

/** The books after a step. A repeated step opens a new round, so that a round of several steps counts once. */
export function accountStep(
  context: LifecycleContext,
  step: StepReport,
  policy: Policy,
  now: number,
): Partial<LifecycleContext> {
  const kind = repairKind(context, step);
  const repairs = recent(context.repairs, policy.heal.windowMs, now);
  return {
    done: kind === 'repeat' ? [step.signature] : [...context.done.slice(1 - MAX_DONE), step.signature],
    repairs: kind === undefined ? repairs : [...repairs, { at: now, kind }],
    climbed: kind === 'repeat' ? step.rung === 'recreate' : context.climbed || step.rung === 'recreate',
  };
}

/** Repairs inside the window once this step is counted. */
export function repairsAfter(context: LifecycleContext, step: StepReport, policy: Policy, now: number): number {
  return accountStep(context, step, policy, now).repairs!.length; // accountStep always sets it
}

/** The attempts of a window are shared evenly among the rungs. */
export function rungAt(policy: Policy, attempts: number): Rung | undefined {
  if (policy.ladder.length === 0) return undefined;
  const share = Math.ceil(policy.heal.attempts / policy.ladder.length);
  return policy.ladder[Math.min(Math.floor(attempts / share), policy.ladder.length - 1)];
}

/** The rung the next pass has to use; null while the lowest will do, or the higher one was used in this repair. */
export function rungOfPass(context: LifecycleContext, policy: Policy): Rung | null {
  if (context.want !== 'present' || context.climbed) return null;
  const rung = rungAt(policy, Math.max(context.repairs.length, context.failedRestarts));
  if (rung === undefined || rung === policy.ladder[0]) return null;
  return rung === 'move' ? (policy.ladder.includes('recreate') ? 'recreate' : null) : rung;
}

export function budgetSpent(context: LifecycleContext, policy: Policy, now: number): boolean {
  return recent(context.repairs, policy.heal.windowMs, now).length >= policy.heal.attempts;
}

/** A pass only looks where repair is not ours to start: the mode says so, or it was repaired too often. */
export function mayOnlyLook(context: LifecycleContext, policy: Policy, now: number): boolean {
  if (context.want !== 'present' || !context.settled || context.granted || context.done.length > 0) return false;
  return policy.heal.mode !== 'auto' || budgetSpent(context, policy, now);
}

export function stepOf(outcome: PassReport): StepReport | undefined {
  return outcome.kind === 'progressed' ? outcome.step : undefined;
}
