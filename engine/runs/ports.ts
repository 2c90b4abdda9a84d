// What runs need of the world: a store, chance, timers, somebody who performs an action where its driver is, somebody who posts. All
// given, so that the same engine runs in simulation.

import type { JsonObject, JsonValue } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Random } from '../model/world.ts';
import type { Timers } from '../model/deadline.ts';
import type { Store } from '../store/port.ts';
import type { RunView } from './plan-run.ts';

export interface JobOrder {
  /** Id of the run, and the job's place in it. */
  readonly id: string;
  readonly n: number;
  readonly key: ServiceKey;
  readonly uid: string;
  readonly action: string;
  readonly args: JsonObject;
  /** `run` of the action's context: the same each time this job is executed. */
  readonly run: string;
  /** From 1. */
  readonly execution: number;
  readonly timeoutMs: number;
}

export interface JobContext {
  /** Aborted by the timeout, a cancellation, or when this robot may no longer run it. */
  readonly signal: AbortSignal;
  readonly log: (text: string) => void;
}

export interface Call {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface RunPorts {
  readonly store: Store;
  /** This life of this robot, as in its liveness. */
  readonly incarnation: string;
  readonly random: Random;
  readonly timers: Timers;
  /** Services and actors as they are now; asked often, so the giver keeps it at hand. */
  readonly view: () => Promise<RunView>;
  /**
   * Does the action where the driver of the service is. Executed at least once: after the death of a robot the same order may
   * come again, with the same `run`.
   */
  readonly perform: (order: JobOrder, context: JobContext) => Promise<JsonValue>;
  readonly post: (call: Call, signal: AbortSignal) => Promise<{ readonly status: number }>;
  /** The value of a secret; undefined when it is not set. */
  readonly secret: (name: string) => Promise<string | Uint8Array | undefined>;
  /** Takes secrets out of what is kept. */
  readonly redact: (text: string) => string;
  /** False while this robot's lease may have lapsed: then it begins nothing. */
  readonly mayAct: () => boolean;
  /** What went wrong inside, for the log; nothing is thrown into the air. */
  readonly report: (error: unknown, about: string) => void;
}

export interface RunOptions {
  /** Jobs at once in this robot. */
  readonly concurrency: number;
  /** Runs that this robot moves at once. */
  readonly openRuns: number;
  /** Ended runs that are kept, and for how long. Runs of a schedule are kept by its `keep`. */
  readonly history: { readonly count: number; readonly ageMs: number };
}

export const RUN_OPTIONS: RunOptions = {
  concurrency: 32,
  openRuns: 64,
  history: { count: 1_000, ageMs: 30 * 86_400_000 },
};
