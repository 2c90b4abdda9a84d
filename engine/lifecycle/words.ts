// What the lifecycle machine remembers, hears and asks for. All of it is plain JSON (null, never undefined), so a
// snapshot survives the store unchanged and a report can travel from a node agent.

import type { Risk } from '../model/actor.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Rung } from '../model/policy.ts';

export type Wish = 'present' | 'retired' | 'absent';

/** A step as the machine sees it: what it was, not what it was for. */
export interface StepReport {
  readonly op: string;
  readonly risk: Risk;
  /** The why of the step, for people. */
  readonly text: string;
  /** Equal for equal steps: the same thing done again is a repair that did not hold. */
  readonly signature: string;
  readonly rung: Rung | null;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** What a pass came to. */
export type PassReport =
  | { readonly kind: 'converged' }
  | { readonly kind: 'progressed'; readonly step: StepReport }
  | { readonly kind: 'planned'; readonly steps: readonly StepReport[] }
  | { readonly kind: 'waiting'; readonly on: readonly ServiceKey[] }
  | { readonly kind: 'failed'; readonly error: Failure; readonly step?: StepReport }
  | { readonly kind: 'retired' }
  | { readonly kind: 'absent' };

export type LifecycleEvent =
  /** Look at it; never says what happened. */
  | { readonly type: 'POKE' }
  | { readonly type: 'PASS_DONE'; readonly pass: number; readonly outcome: PassReport }
  /** A `due` effect came due; one of an earlier turn is ignored. */
  | { readonly type: 'DEADLINE'; readonly turn: number }
  /** A person asks for another try. */
  | { readonly type: 'RETRY' }
  /** A person agrees to what was proposed, or to a destructive step. */
  | { readonly type: 'CONSENT' }
  | { readonly type: 'PAUSE' }
  | { readonly type: 'RESUME' }
  /** Four changes of the wish. Each has a generation of its own; one that is not newer is ignored. */
  | { readonly type: 'SPEC'; readonly generation: number }
  | { readonly type: 'RETIRE'; readonly generation: number }
  | { readonly type: 'REVIVE'; readonly generation: number }
  | { readonly type: 'REMOVE'; readonly generation: number }
  /** What made passes fail with this code is over. */
  | { readonly type: 'CAUSE_CLEARED'; readonly code: string }
  /** No other node can take the service. */
  | { readonly type: 'MOVE_REFUSED'; readonly reason: string };

export interface Repair {
  readonly at: number;
  /** `again`: it had converged and drifted. `repeat`: the same step had to be done twice before it converged. */
  readonly kind: 'again' | 'repeat';
}

export interface LifecycleContext {
  readonly key: ServiceKey;
  readonly generation: number;
  readonly want: Wish;
  readonly paused: boolean;
  /** Number of the last pass asked for; an answer to another one is void. */
  readonly pass: number;
  /** Counts entries into states that have a deadline. */
  readonly turn: number;
  /** Poked during the pass: one more. */
  readonly dirty: boolean;
  /** The wish changed during the pass: its answer is about the past. */
  readonly superseded: boolean;
  /** This generation has been converged once: what comes now is healing. */
  readonly settled: boolean;
  /** A person agreed to repair it this time. */
  readonly granted: boolean;
  /** Signatures of the steps since it last converged. */
  readonly done: readonly string[];
  /** Failures by code since it last converged. */
  readonly attempts: Readonly<Record<string, number>>;
  readonly failedRestarts: number;
  /** Repairs inside the window. */
  readonly repairs: readonly Repair[];
  /** The higher rung was used in this repair already. */
  readonly climbed: boolean;
  readonly unmovable: boolean;
  readonly quarantines: number;
  readonly quarantinedAt: number | null;
  readonly cause: Failure | null;
  readonly waitingOn: readonly ServiceKey[];
  readonly proposal: readonly StepReport[];
  /** Of the present backoff. */
  readonly delayMs: number;
}

export type Decision =
  | 'look'
  | 'converged'
  | 'step'
  | 'wait'
  | 'back off'
  | 'ask'
  | 'rest'
  | 'move'
  | 'park'
  | 'pause'
  | 'resume'
  | 'change'
  | 'retired'
  | 'gone'
  | 'ignore'
  | 'remember';

/** What the caller has to do. The machine does nothing itself. */
export type LifecycleEffect =
  | {
      readonly kind: 'pass';
      readonly pass: number;
      readonly want: Wish;
      readonly generation: number;
      /** `look`: plan, but do nothing. */
      readonly mode: 'step' | 'look';
      /** A repair of a thing that was right before; it may not use a destructive step. */
      readonly healing: boolean;
      /** Lower rungs did not hold. */
      readonly rung: Rung | null;
      /** A person asked for another try, and nothing was done since: what had given up may begin again. */
      readonly retry: boolean;
    }
  /** Send `DEADLINE` with this turn after so long. */
  | { readonly kind: 'due'; readonly turn: number; readonly afterMs: number }
  /** The deadline of this turn is void. */
  | { readonly kind: 'cancel'; readonly turn: number }
  /** The pass took too long: abort it. */
  | { readonly kind: 'abort'; readonly pass: number }
  /** Find another node; answer with SPEC or MOVE_REFUSED. */
  | { readonly kind: 'move'; readonly reason: string }
  /** To be kept: what was decided and why. */
  | { readonly kind: 'record'; readonly decision: Decision; readonly reason: string };

export interface LifecycleInput {
  readonly key: ServiceKey;
  readonly generation: number;
  readonly want?: Wish;
  readonly paused?: boolean;
}

export function freshContext(input: LifecycleInput): LifecycleContext {
  return {
    key: input.key,
    generation: input.generation,
    want: input.want ?? 'present',
    paused: input.paused ?? false,
    pass: 0,
    turn: 0,
    ...FRESH_COUNTERS,
  };
}

/** What a new spec, or a person's retry, begins with. */
export const FRESH_COUNTERS = {
  dirty: false,
  superseded: false,
  settled: false,
  granted: false,
  done: [],
  attempts: {},
  failedRestarts: 0,
  repairs: [],
  climbed: false,
  unmovable: false,
  quarantines: 0,
  quarantinedAt: null,
  cause: null,
  waitingOn: [],
  proposal: [],
  delayMs: 0,
} as const satisfies Partial<LifecycleContext>;
