// The words the statechart is written in: what its guards ask, what its assignments note, how long its delays are.
// Guards read outcomes and counters only; if one starts looking at a spec or a disk, the code is in the wrong file.

import { assign, setup } from 'xstate';
import type { Policy } from '../model/policy.ts';
import * as count from './counters.ts';
import {
  FRESH_COUNTERS,
  type Decision,
  type LifecycleContext,
  type LifecycleEvent,
  type LifecycleInput,
  type Wish,
} from './words.ts';

/** Every event brings the time and one random number, so a transition is a function of its arguments. */
export type Timed = LifecycleEvent & { readonly now: number; readonly random: number };

/** Kept apart from the deadlines of the steps themselves: a pass that reports its own timeout says more. */
const PASS_GRACE_MS = 5_000;

export function passLimitMs(policy: Policy): number {
  return policy.observeMs + policy.stepMs + PASS_GRACE_MS;
}

export function delaysOf(policy: Policy): Readonly<Record<string, number>> {
  return {
    passLimit: passLimitMs(policy),
    waitLimit: policy.waitMs,
    resync: policy.resyncMs,
    cooldown: policy.heal.cooldownMs,
  };
}

/** Late and doubled messages are told by their generation: a wish counts when it is newer than the last one. */
function wishOf(event: Timed): { readonly want: Wish; readonly generation: number } | undefined {
  if (event.type === 'SPEC' || event.type === 'REVIVE') return { want: 'present', generation: event.generation };
  if (event.type === 'RETIRE') return { want: 'retired', generation: event.generation };
  if (event.type === 'REMOVE') return { want: 'absent', generation: event.generation };
  return undefined;
}

export function vocabularyOf(policy: Policy) {
  type Args = { readonly context: LifecycleContext; readonly event: Timed };
  const done = (event: Timed) => (event.type === 'PASS_DONE' ? event.outcome : undefined);
  const failure = (event: Timed) => {
    const outcome = done(event);
    return outcome?.kind === 'failed' ? outcome.error : undefined;
  };
  const fails = (event: Timed, disposition: string) => {
    const error = failure(event);
    return error !== undefined && count.dispositionOf(error.code) === disposition;
  };
  const afterStep = ({ context, event }: Args, judge: (repairs: number, kind: 'again' | 'repeat') => boolean) => {
    const outcome = done(event);
    const kind = outcome?.kind === 'progressed' ? count.repairKind(context, outcome.step) : undefined;
    if (outcome?.kind !== 'progressed' || kind === undefined) return false;
    return judge(count.repairsAfter(context, outcome.step, policy, event.now), kind);
  };
  const { attempts } = policy.heal;
  const delays = delaysOf(policy);

  return setup({
    types: {
      context: {} as LifecycleContext,
      events: {} as Timed,
      input: {} as LifecycleInput | LifecycleContext,
      tags: {} as 'pass' | 'resting',
      meta: {} as { readonly word: string },
    },
    actions: {
      // Asked of the caller; see lifecycle.ts for what becomes of them.
      askPass: () => undefined,
      abortPass: () => undefined,
      askMove: () => undefined,
      record: (_, _params: { readonly decision: Decision; readonly reason: string }) => undefined,

      nextPass: assign({ pass: ({ context }) => context.pass + 1, dirty: false, superseded: false }),
      nextTurn: assign({ turn: ({ context }) => context.turn + 1 }),
      supersede: assign({ superseded: true }),
      noteDirty: assign({ dirty: true }),
      setPaused: assign((_, params: { readonly paused: boolean }) => ({ paused: params.paused })),
      takeWish: assign(({ context, event }) => {
        const want = wishOf(event);
        return want === undefined
          ? {}
          : { ...FRESH_COUNTERS, dirty: context.dirty, want: want.want, generation: want.generation };
      }),
      freshCounters: assign(({ context }) => ({
        ...FRESH_COUNTERS,
        dirty: context.dirty,
        superseded: context.superseded,
        settled: context.settled,
      })),
      grant: assign({ granted: true, cause: null, proposal: [] }),
      countStep: assign(({ context, event }) => {
        const outcome = done(event);
        return outcome?.kind === 'progressed'
          ? { ...count.accountStep(context, outcome.step, policy, event.now), waitingOn: [] }
          : {};
      }),
      settle: assign(({ context, event }) => ({
        settled: true,
        granted: false,
        done: [],
        attempts: {},
        failedRestarts: 0,
        climbed: false,
        unmovable: false,
        cause: null,
        waitingOn: [],
        proposal: [],
        delayMs: 0,
        ...(context.quarantinedAt !== null &&
          event.now - context.quarantinedAt >= policy.heal.windowMs && { quarantines: 0, quarantinedAt: null }),
      })),
      noteWaiting: assign(({ event }) => {
        const outcome = done(event);
        return { waitingOn: outcome?.kind === 'waiting' ? outcome.on : [] };
      }),
      noteProposal: assign(({ event }) => {
        const outcome = done(event);
        return { proposal: outcome?.kind === 'planned' ? outcome.steps : [] };
      }),
      noteCause: assign(({ event }) => {
        const error = failure(event);
        return error === undefined ? {} : { cause: error };
      }),
      setCause: assign((_, params: { readonly code: string; readonly message: string; readonly hint: string }) => ({
        cause: params,
      })),
      countFailure: assign(({ context, event }) => {
        const outcome = done(event);
        const error = failure(event) ?? {
          code: 'DRIVER_TIMEOUT',
          message: `the pass gave no answer within ${passLimitMs(policy)} ms`,
        };
        const attempt = (context.attempts[error.code] ?? 0) + 1;
        const restartFailed =
          outcome?.kind === 'failed' && outcome.step?.rung === 'restart' && error.code === 'DRIVER_FAILED';
        return {
          cause: error,
          attempts: { ...context.attempts, [error.code]: attempt },
          failedRestarts: context.failedRestarts + (restartFailed ? 1 : 0),
          climbed: false,
          delayMs: count.backoffMs(policy.backoff, attempt, event.random),
        };
      }),
      forgetCause: assign(({ context, event }) => {
        if (event.type !== 'CAUSE_CLEARED') return {};
        const { [event.code]: _gone, ...attempts } = context.attempts;
        return { attempts, ...(context.cause?.code === event.code && { cause: null, delayMs: 0 }) };
      }),
      noteQuarantine: assign(({ context, event }) => ({
        quarantines: context.quarantines + 1,
        quarantinedAt: event.now,
      })),
      endQuarantine: assign({ repairs: [], cause: null, proposal: [] }),
      noteUnmovable: assign({ unmovable: true }),
    },
    guards: {
      isPaused: ({ context }) => context.paused,
      mustGo: ({ context }) => context.want === 'absent',
      mustRetire: ({ context }) => context.want === 'retired',
      isStale: ({ context, event }) => event.type === 'PASS_DONE' && event.pass !== context.pass,
      isSuperseded: ({ context }) => context.superseded,
      isNews: ({ context, event }) => (wishOf(event)?.generation ?? -1) > context.generation,
      convergedButPoked: ({ context, event }) => done(event)?.kind === 'converged' && context.dirty,
      isConverged: ({ event }) => done(event)?.kind === 'converged',
      isRetired: ({ event }) => done(event)?.kind === 'retired',
      retiredButPoked: ({ context, event }) => done(event)?.kind === 'retired' && context.dirty,
      isAbsent: ({ event }) => done(event)?.kind === 'absent',
      isExhausted: (args) => afterStep(args, (repairs, kind) => kind === 'repeat' && repairs >= attempts),
      mustMove: (args) =>
        !args.context.unmovable && afterStep(args, (repairs) => count.rungAt(policy, repairs) === 'move'),
      hasProgressed: ({ event }) => done(event)?.kind === 'progressed',
      waitingButPoked: ({ context, event }) => done(event)?.kind === 'waiting' && context.dirty,
      isWaiting: ({ event }) => done(event)?.kind === 'waiting',
      mustAsk: ({ event }) => done(event)?.kind === 'planned' && policy.heal.mode !== 'auto',
      restedTooOften: ({ context, event }) =>
        done(event)?.kind === 'planned' && context.quarantines >= count.MAX_QUARANTINES,
      isFlapping: ({ event }) => done(event)?.kind === 'planned',
      failedForNow: ({ event }) => fails(event, 'retry'),
      failedByAnother: ({ event }) => fails(event, 'wait'),
      failedForGood: ({ event }) => failure(event) !== undefined,
      worldMayHaveChanged: ({ context }) => count.UNDONE_BY_THE_WORLD.has(context.cause?.code ?? ''),
      causeCleared: ({ context, event }) => event.type === 'CAUSE_CLEARED' && context.cause?.code === event.code,
    },
    delays: { ...delays, backoff: ({ context }) => context.delayMs },
  });
}
