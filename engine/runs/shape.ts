// What a run is: actions on services, cut into jobs that follow the links between the services. A run is one small document (the
// head) and one document per job, so that a job that ends writes itself and not its ten thousand siblings.
//
// A job that has ended is never executed again. A job that was being executed when its robot died is executed once more:
// at least once, with the same idempotency key, because nobody can know how far it came.

import type { JsonObject, JsonValue } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Author } from '../store/records.ts';

export type RunCause =
  | { readonly kind: 'action' }
  /** An `actions:` block of a revision. */
  | { readonly kind: 'apply'; readonly blueprint: string; readonly revision: number }
  | { readonly kind: 'schedule'; readonly schedule: string }
  | { readonly kind: 'event'; readonly channel: string; readonly command: string; readonly blueprint: string };

/**
 * `waiting`: to be begun. `backing off`: an attempt failed, the next one has a time. The last three are the ends.
 */
export type RunState = 'waiting' | 'running' | 'backing off' | 'done' | 'failed' | 'cancelled';
/** `skipped`: something it depends on did not succeed, and no attempt is left. */
export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'skipped' | 'cancelled';

export const RUN_STATES: readonly RunState[] = ['waiting', 'running', 'backing off', 'done', 'failed', 'cancelled'];

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export interface Job {
  /** Its place in the run, from 0. */
  readonly n: number;
  readonly key: ServiceKey;
  /** The service that was meant; another one of the same name is not. */
  readonly uid: string;
  readonly action: string;
  readonly args: JsonObject;
  readonly timeoutMs: number;
  /** Places of the jobs that must succeed before this one may begin. */
  readonly after: readonly number[];
  /** What the action gets as its `run`: the same at each execution, so that doing it twice can equal doing it once. */
  readonly token: string;
  readonly state: JobState;
  /** Executions that began. */
  readonly executions: number;
  /** Executions that nobody saw the end of, in a row. */
  readonly interrupted: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly result: JsonValue;
  readonly error: Failure | null;
}

export interface Callback {
  readonly url: string;
  /** Name of the secret that signs the body. */
  readonly secret: string | null;
}

export interface RunHead {
  readonly id: string;
  readonly cause: RunCause;
  readonly author: Author;
  readonly actions: readonly string[];
  readonly targets: readonly ServiceKey[];
  readonly at: number;
  readonly state: RunState;
  /** Waits between attempts, milliseconds. One attempt more than there are waits. */
  readonly retries: readonly number[];
  /** Attempts that began. A person who says retry begins again at 1. */
  readonly attempt: number;
  /** When the next attempt is due, in `waiting` and `backing off`. */
  readonly nextAt: number | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Incarnation of the robot that moves it, while it runs. */
  readonly robot: string | null;
  readonly cancelledBy: Author | null;
  readonly callback: Callback | null;
  /** Attempts told to the callback so far, to number the deliveries. */
  readonly told: number;
}

export interface Run extends RunHead {
  readonly jobs: readonly Job[];
}

export function isFinal(state: RunState): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

/** A job that nothing but a person's retry will move. */
export function isSettled(state: JobState): boolean {
  return state !== 'waiting' && state !== 'running';
}

export function headOf(run: Run): RunHead {
  const { jobs: _, ...head } = run;
  return head;
}

/** 10 s, 30 s, 1 m, 5 m, 10 m, 30 m: seven attempts in 46 minutes. */
export const RETRY_LADDER: readonly number[] = [10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000];
export const JOB_TIMEOUT_MS = 3_000_000;

export const LIMITS = {
  jobs: 10_000,
  retries: 32,
  retryMs: 7 * 86_400_000,
  resultBytes: 65_536,
  payloadBytes: 65_536,
  messageChars: 4_096,
  /** Robots that died over one job before it is called failed: a job that kills its robot must not kill them all. */
  interruptions: 5,
} as const;
