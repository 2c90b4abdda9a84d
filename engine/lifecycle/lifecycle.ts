// The lifecycle as the rest of the engine uses it: a snapshot goes in with an event, a snapshot and effects come out.
// Pure: the same arguments give the same answer, nothing runs, and a snapshot is plain JSON. A snapshot that this
// version does not know starts again at the beginning and keeps its counters.

import { initialTransition, transition } from 'xstate';
import { isObject } from '../model/json.ts';
import type { Policy } from '../model/policy.ts';
import { mayOnlyLook, rungOfPass } from './counters.ts';
import { describeMachine, type Description } from './describe.ts';
import { buildMachine, type LifecycleMachine } from './machine.ts';
import {
  freshContext,
  type Decision,
  type LifecycleContext,
  type LifecycleEffect,
  type LifecycleEvent,
  type LifecycleInput,
} from './words.ts';

export const MACHINE_VERSION = 1;

export const STATES = [
  'due',
  'reconciling',
  'deleting',
  'retiring',
  'converged',
  'retired',
  'waiting',
  'backingOff',
  'asking',
  'quarantine',
  'moving',
  'parked',
  'paused',
  'gone',
] as const;
export type LifecycleState = (typeof STATES)[number];

export interface LifecycleSnapshot {
  readonly machine: 'lifecycle';
  readonly version: number;
  readonly value: LifecycleState;
  readonly context: LifecycleContext;
}

export interface Turn {
  readonly snapshot: LifecycleSnapshot;
  readonly effects: readonly LifecycleEffect[];
}

export interface Moment {
  readonly now: number;
  /** In [0, 1). */
  readonly random: number;
}

export interface Lifecycle {
  readonly kind: string;
  readonly policy: Policy;
  readonly machine: LifecycleMachine;
  start(input: LifecycleInput, moment: Moment): Turn;
  /** Anything may stand in for the snapshot: what is not one of this version is started anew for `input`'s sake. */
  next(snapshot: LifecycleSnapshot, event: LifecycleEvent, moment: Moment): Turn;
  /** Mermaid and JSON of the compiled machine, with the live state marked. */
  describe(snapshot?: LifecycleSnapshot): Description;
}

/** Compiles the lifecycle of one kind with its policy. Worth keeping: one per kind and policy. */
export function compileLifecycle(kind: string, policy: Policy): Lifecycle {
  const machine = buildMachine(policy);

  const start = (input: LifecycleInput | LifecycleContext, moment: Moment): Turn => {
    const context = 'turn' in input ? input : freshContext(input);
    const [state, actions] = initialTransition(machine, context);
    return turn(state, actions, context.turn, moment);
  };

  const turn = (
    state: { value: unknown; context: LifecycleContext },
    actions: readonly Action[],
    before: number,
    moment: Moment,
  ): Turn => ({
    snapshot: {
      machine: 'lifecycle',
      version: MACHINE_VERSION,
      value: state.value as LifecycleState,
      context: state.context,
    },
    effects: effectsOf(actions, state.context, before, policy, moment),
  });

  return {
    kind,
    policy,
    machine,
    start,
    next(snapshot, event, moment) {
      if (!isKnown(snapshot)) {
        const begun = start(rescued(snapshot), moment);
        const then = this.next(begun.snapshot, event, moment);
        return { snapshot: then.snapshot, effects: [...begun.effects, ...then.effects] };
      }
      const type = event.type === 'DEADLINE' ? deadlineOf(machine, snapshot, event.turn) : event.type;
      if (type === undefined) return { snapshot, effects: [] };
      // A deadline travels under the name that xstate gave to this state's delay; guards see it only as `now`.
      const timed = { ...event, type, ...moment } as LifecycleEvent & Moment;
      const [state, actions] = transition(machine, machine.resolveState(snapshot), timed);
      return turn(state, actions, snapshot.context.turn, moment);
    },
    describe: (snapshot) => describeMachine(kind, machine, policy, snapshot?.value),
  };
}

interface Action {
  readonly type: string;
  readonly params: unknown;
}

function effectsOf(
  actions: readonly Action[],
  context: LifecycleContext,
  turnBefore: number,
  policy: Policy,
  { now }: Moment,
): readonly LifecycleEffect[] {
  const effects: LifecycleEffect[] = [];
  for (const { type, params } of actions) {
    if (type === 'askPass') {
      effects.push({
        kind: 'pass',
        pass: context.pass,
        want: context.want,
        generation: context.generation,
        mode: mayOnlyLook(context, policy, now) ? 'look' : 'step',
        healing: context.want === 'present' && context.settled && !context.granted,
        rung: rungOfPass(context, policy),
        retry: context.want === 'present' && context.granted && context.done.length === 0,
      });
    } else if (type === 'abortPass') {
      effects.push({ kind: 'abort', pass: context.pass });
    } else if (type === 'askMove') {
      effects.push({ kind: 'move', reason: `repaired ${context.repairs.length} times where it is` });
    } else if (type === 'record') {
      const { decision, reason } = params as { decision: Decision; reason: string }; // as machine.ts writes them
      effects.push({ kind: 'record', decision, reason });
    } else if (type === 'xstate.raise') {
      const { delay } = params as { delay?: number }; // xstate: a delayed event to oneself
      effects.push({ kind: 'due', turn: context.turn, afterMs: delay ?? 0 });
    } else if (type === 'xstate.cancel') {
      effects.push({ kind: 'cancel', turn: turnBefore });
    }
  }
  return effects;
}

/** The event that xstate waits for in this state; undefined when the deadline belongs to an earlier turn. */
function deadlineOf(machine: LifecycleMachine, snapshot: LifecycleSnapshot, turn: number): string | undefined {
  if (turn !== snapshot.context.turn) return undefined;
  for (const type of machine.states[snapshot.value]?.transitions.keys() ?? [])
    if (type.startsWith('xstate.after.')) return type;
  return undefined;
}

function isKnown(snapshot: LifecycleSnapshot): boolean {
  return (
    isObject(snapshot) &&
    snapshot.machine === 'lifecycle' &&
    snapshot.version === MACHINE_VERSION &&
    (STATES as readonly string[]).includes(snapshot.value) &&
    sameShape(snapshot.context)
  );
}

const SHAPE = Object.entries(freshContext({ key: 'any/any', generation: 0 }));

function sameShape(context: unknown): boolean {
  return isObject(context) && SHAPE.every(([name, fresh]) => isLike(fresh, context[name]));
}

/** Of a foreign snapshot everything that fits is kept; wishes and counters outlive the machine that wrote them. */
function rescued(snapshot: unknown): LifecycleContext {
  const old: Record<string, unknown> =
    isObject(snapshot) && isObject(snapshot['context']) ? { ...snapshot['context'] } : {};
  const context: Record<string, unknown> = { ...freshContext({ key: 'unknown/unknown', generation: 0 }) };
  for (const name of Object.keys(context))
    if (old[name] !== undefined && isLike(context[name], old[name])) context[name] = old[name];
  return context as unknown as LifecycleContext; // every member is of the kind that freshContext gave it
}

/** Same kind of JSON value; where the fresh one is null, an object or a number may stand. */
function isLike(fresh: unknown, value: unknown): boolean {
  if (fresh === null) return value === null || typeof value === 'object' || typeof value === 'number';
  return typeof fresh === typeof value && Array.isArray(fresh) === Array.isArray(value) && (value === null) === false;
}
