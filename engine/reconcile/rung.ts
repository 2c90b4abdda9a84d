// Which rung of the healing ladder a step stands on, and how a pass is lifted to a higher one.

import type { AnyActor, Risk, Status, Step } from '../model/actor.ts';
import type { Rung } from '../model/policy.ts';

const RESTART = new Set(['start', 'stop', 'restart']);
const RECREATE = new Set(['create', 'remove', 'recreate', 'replace', 'destroy']);

/** By the name of the step, exactly: `start` restarts, `startScrub` is a change like any other and has no rung. */
export function rungOf(op: string): Rung | undefined {
  if (RESTART.has(op)) return 'restart';
  if (RECREATE.has(op)) return 'recreate';
  return op === 'move' ? 'move' : undefined;
}

/** A step may override the risk of its definition. */
export function riskOf(actor: AnyActor, step: Step): Risk {
  return step.risk ?? actor.steps[step.op]?.risk ?? 'destructive';
}

/**
 * When restarting did not hold, the thing is taken away first and made anew by the passes that follow. Never for a kind
 * that holds data, and never by a destructive step: then the lower rung is all there is.
 */
export function lifted(
  actor: AnyActor,
  status: Status,
  steps: readonly Step[],
  rung: Rung | null | undefined,
): readonly Step[] {
  const [first] = steps;
  if (rung !== 'recreate' || first === undefined || rungOf(first.op) !== 'restart') return steps;
  if (actor.schema['x-holdsData'] === true) return steps;
  const teardown = actor.diff('absent', status);
  if (teardown.length === 0 || teardown.some((step) => riskOf(actor, step) === 'destructive')) return steps;
  return teardown.map((step) => ({
    ...step,
    why: { ...first.why, text: `${first.why.text}; restarting did not hold, so it is made anew` },
  }));
}
