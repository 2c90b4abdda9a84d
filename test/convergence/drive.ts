// Drives one service in a bare loop of passes, without the lifecycle: what the contract says of an actor must not depend on
// how patient the engine is.

import type { AnyActor, Status, Step, StepContext, Want } from '../../engine/model/actor.ts';
import type { EngineError } from '../../engine/model/errors.ts';
import { canonicalJson, type JsonObject } from '../../engine/model/json.ts';
import { nameOf, serviceKey, type ServiceKey } from '../../engine/model/key.ts';
import { NO_TIMERS } from '../../engine/model/deadline.ts';
import { reconcile, type Outcome } from '../../engine/reconcile/reconcile.ts';
import type { ActorCase } from './actor-case.ts';

/** A thing of a bare 'present' that takes more passes than this never ends. */
export const MAX_PASSES = 120;

export interface Driven {
  readonly outcome: Outcome;
  readonly status: Status;
  readonly steps: readonly Step[];
  readonly passes: number;
  /** Every status that was seen on the way. */
  readonly seen: readonly Status[];
}

export interface DriveOptions {
  /** Cut off after so many steps. */
  readonly maxSteps?: number;
  /** Called with each planned step before it is run. */
  readonly onStep?: (step: Step, status: Status) => void | Promise<void>;
}

export function keyOf(actorCase: ActorCase): ServiceKey {
  return serviceKey(actorCase.actor.kind, 'thing');
}

export function contextFor(key: ServiceKey, want: Want<JsonObject>): StepContext {
  const hash = `h${canonicalJson(want).length}`;
  return {
    key,
    name: nameOf(key),
    uid: `uid-${nameOf(key)}`,
    generation: 1,
    hash,
    signal: new AbortController().signal,
  };
}

export async function passOnce(
  actor: AnyActor,
  driver: unknown,
  key: ServiceKey,
  want: Want<JsonObject>,
): Promise<Outcome> {
  const { uid, generation, hash } = contextFor(key, want);
  const consents = Object.keys(actor.steps).map((op) => ({
    key,
    uid,
    op,
    reason: 'the contract agrees to everything',
  }));
  return await reconcile({
    actor,
    driver,
    key,
    uid,
    generation,
    hash,
    want,
    consents,
    blockers: { producers: [], consumers: [] },
    limits: { observeMs: 1_000, stepMs: 1_000 },
    timers: NO_TIMERS,
  });
}

/** Passes until there is nothing to do; throws when that takes too long or a person would be needed. */
export async function drive(
  actorCase: ActorCase,
  driver: unknown,
  want: Want<JsonObject>,
  options: DriveOptions = {},
): Promise<Driven> {
  const { actor } = actorCase;
  const key = keyOf(actorCase);
  const steps: Step[] = [];
  const seen: Status[] = [];
  let refused: EngineError | undefined;
  for (let passes = 1; passes <= MAX_PASSES; passes++) {
    const outcome = await passOnce(actor, driver, key, want);
    if (outcome.status !== undefined) seen.push(outcome.status);
    if (outcome.kind === 'progressed') {
      steps.push(outcome.step);
      await options.onStep?.(outcome.step, outcome.status!);
    }
    if (outcome.kind === 'progressed' || (outcome.kind === 'failed' && outcome.step !== undefined))
      actorCase.passTime?.(driver, key);
    if (outcome.kind === 'failed') {
      refused = outcome.error;
      if (outcome.error.code === 'UNOWNED') return { outcome, status: outcome.status!, steps, passes, seen };
      if (!['retry', 'wait'].includes(outcome.error.disposition)) throw outcome.error;
    }
    const ended = ['converged', 'absent', 'retired'].includes(outcome.kind);
    if (ended || steps.length >= (options.maxSteps ?? Infinity))
      return { outcome, status: outcome.status!, steps, passes, seen };
  }
  const last = steps.slice(-4).map(({ op, why }) => `${op} (${why.text})`);
  throw new Error(
    `not at rest after ${MAX_PASSES} passes; the last steps: ${last.join(', ')}; last error: ${refused?.message ?? 'none'}`,
  );
}

export interface Call {
  readonly method: string;
  readonly number: number;
}

/** Sees every call of the driver; `world`, the hand of god, is not a call. */
export function watched<Driver>(driver: Driver, onCall: (call: Call, when: 'before' | 'after') => void): Driver {
  let made = 0;
  return new Proxy(driver as object, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== 'function' || typeof property !== 'string') return member;
      const method = member as (...args: unknown[]) => unknown;
      return async (...args: unknown[]): Promise<unknown> => {
        const call = { method: property, number: made++ };
        onCall(call, 'before');
        const answer = await method.apply(target, args);
        onCall(call, 'after');
        return answer;
      };
    },
  }) as Driver;
}

export function methodsOf(driver: unknown): readonly string[] {
  const own = Object.entries(driver as object).filter(([, member]) => typeof member === 'function');
  return own.map(([name]) => name).sort();
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
