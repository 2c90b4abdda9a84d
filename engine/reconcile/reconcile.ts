// One pass over one service: look, compare, at most one step.
//
// Level-triggered: the caller says *which* service, never *what happened*, so a lost, doubled or late message costs a
// pass and not correctness. One step, then the world is read again: a plan older than the last write is a guess. Never
// throws; whatever goes wrong is an outcome, and every decision, also the one not to act, leaves with its reason.

import type { AnyActor, Status, Step, StepContext, Stuck, Want, Why } from '../model/actor.ts';
import { asEngineError, EngineError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import { nameOf, type ServiceKey } from '../model/key.ts';
import type { Rung } from '../model/policy.ts';
import { within, type Timers } from '../model/deadline.ts';
import { lifted, riskOf, rungOf } from './rung.ts';

/** Lives on the revision: somebody agreed to this step of this very service. */
export interface Consent {
  readonly key: ServiceKey;
  readonly uid: string;
  readonly op: string;
  readonly reason: string;
}

/** All that a pass needs; it can be sent to the node where the driver is. */
export interface Pass<Driver = unknown> {
  readonly actor: AnyActor;
  readonly driver: Driver;
  readonly key: ServiceKey;
  readonly uid: string;
  readonly generation: number;
  readonly hash: string;
  /** Resolved, with `running`; nothing deferred is left in it. */
  readonly want: Want<JsonObject>;
  readonly consents: readonly Consent[];
  /** Producers that are not far enough, and consumers that still stand on it. */
  readonly blockers: { readonly producers: readonly ServiceKey[]; readonly consumers: readonly ServiceKey[] };
  readonly limits: { readonly observeMs: number; readonly stepMs: number };
  readonly timers: Timers;
  /** Repairs what was right before: never by a destructive step, whoever agreed. */
  readonly healing?: boolean;
  /** Lower rungs of the ladder did not hold. */
  readonly rung?: Rung | null;
  /** A person asked for another try: what had given up begins again. */
  readonly retry?: boolean;
  /** Look and plan; do nothing. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

export interface PassDecision {
  readonly decision: string;
  readonly reason: string;
}

interface Seen {
  /** What stood there when the pass looked; undefined when it could not. */
  readonly status?: Status;
  readonly decisions: readonly PassDecision[];
}

export type Outcome = Seen &
  (
    | { readonly kind: 'converged'; readonly refused: readonly Why[] }
    | { readonly kind: 'progressed'; readonly step: Step }
    | { readonly kind: 'planned'; readonly steps: readonly Step[] }
    | { readonly kind: 'waiting'; readonly on: readonly ServiceKey[] }
    | { readonly kind: 'failed'; readonly error: EngineError; readonly step?: Step }
    | { readonly kind: 'retired' }
    | { readonly kind: 'absent' }
  );

export async function reconcile(pass: Pass): Promise<Outcome> {
  const { actor, driver, key, want } = pass;
  let status: Status | undefined;
  let step: Step | undefined;
  try {
    const { observeMs } = pass.limits;
    status = await within(pass.timers, observeMs, `${key}: observe`, pass.signal, (signal) =>
      actor.observe(driver, contextOf(pass, signal)),
    );
    if (status.presence === 'foreign') return stranger(pass, status);

    let steps = lifted(actor, status, actor.diff(want, status), pass.rung);
    if (steps.length === 0) {
      const stuck = actor.stuck?.(want, status);
      if (stuck !== undefined && (stuck.again === undefined || pass.retry !== true)) return gaveUp(pass, status, stuck);
      if (stuck?.again !== undefined) steps = [stuck.again];
    }
    [step] = steps;
    if (step === undefined) return nothingToDo(pass, status);
    if (pass.dryRun === true) return { kind: 'planned', steps, status, decisions: [said('plan', step)] };

    const on = blockersOf(pass, status, steps);
    if (on.length > 0) {
      return {
        kind: 'waiting',
        on,
        status,
        decisions: [{ decision: 'wait', reason: `${step.op} waits for ${on.join(', ')}` }],
      };
    }
    const refusal = refusalOf(pass, step);
    if (refusal !== undefined) return failed(refusal, status, step);

    await run(pass, step);
    return { kind: 'progressed', step, status, decisions: [said('step', step)] };
  } catch (error) {
    return failed(asEngineError(error), status, step);
  }
}

async function run(pass: Pass, step: Step): Promise<void> {
  const definition = pass.actor.steps[step.op];
  if (definition === undefined)
    throw new EngineError(
      'INTERNAL',
      `${pass.key}: the actor ${pass.actor.kind} plans "${step.op}", which it cannot do`,
    );
  const ms = definition.timeoutMs ?? pass.limits.stepMs;
  await within(pass.timers, ms, `${pass.key}: ${step.op}`, pass.signal, (signal) =>
    definition.run(pass.driver, step.args, contextOf(pass, signal)),
  );
}

function contextOf(pass: Pass, signal: AbortSignal): StepContext {
  return { key: pass.key, name: nameOf(pass.key), uid: pass.uid, generation: pass.generation, hash: pass.hash, signal };
}

/** What we did not make is not ours: it is reported, and left alone also when our own thing has to go. */
function stranger(pass: Pass, status: Status): Outcome {
  const id = status.foreign?.id ?? 'something';
  const whose =
    status.foreign?.label === undefined ? 'it has no label of ours' : `its label is ${status.foreign.label}`;
  if (typeof pass.want === 'string') {
    const decisions = [
      { decision: 'ignore', reason: `${id} stands there and is not ours (${whose}): it is left alone` },
    ];
    return { kind: pass.want, status, decisions };
  }
  const message = `${pass.key}: ${id} stands there and is not ours (${whose})`;
  return failed(
    new EngineError('UNOWNED', message, { hint: `ays adopt ${pass.key} --from ${id}, or take it away` }),
    status,
  );
}

/** Parked. Looked at again only where the world may have undone it: what failed for good does not mend by itself. */
function gaveUp({ key }: Pass, status: Status, { message, hint, mayClear }: Stuck): Outcome {
  const code = mayClear === true ? 'NOT_CONVERGED' : 'RETRIES_EXHAUSTED';
  return failed(new EngineError(code, `${key}: ${message}`, hint === undefined ? {} : { hint }), status);
}

function nothingToDo(pass: Pass, status: Status): Outcome {
  const { actor, want, key } = pass;
  if (want === 'retired')
    return { kind: 'retired', status, decisions: [{ decision: 'retired', reason: 'nothing is left to detach' }] };
  if (want === 'absent') {
    if (status.presence === 'absent')
      return { kind: 'absent', status, decisions: [{ decision: 'gone', reason: 'seen absent' }] };
    // Complete only when it is observed absent; some things take their time to go.
    return failed(
      new EngineError('DRIVER_FAILED', `${key}: asked to go, still there, and no step is left`, {
        hint: 'it is looked at again',
      }),
      status,
    );
  }
  const refused = actor.refusals?.(want, status) ?? [];
  if (status.health === 'error') {
    // Green but broken is the one thing a service may never be: what no step can mend needs a person.
    const because = refused.map(({ text }) => text).join('; ');
    return failed(
      new EngineError(
        'NOT_CONVERGED',
        `${key}: its health is error and no step helps${because === '' ? '' : ` (${because})`}`,
        {
          hint: `ays why ${key}; it goes on by itself when the cause is gone`,
        },
      ),
      status,
    );
  }
  const decisions: PassDecision[] = refused.map(({ text }) => ({ decision: 'refuse', reason: text }));
  if (status.health === 'warning')
    decisions.push({ decision: 'report', reason: 'its health is warning and no step helps' });
  if (decisions.length === 0) decisions.push({ decision: 'converged', reason: 'nothing differs' });
  return { kind: 'converged', refused, status, decisions };
}

/** Producers gate making and replacing only: one that fails later never stops its consumer. Consumers gate going. */
function blockersOf(pass: Pass, status: Status, steps: readonly Step[]): readonly ServiceKey[] {
  if (typeof pass.want === 'string') return pass.blockers.consumers;
  const makes = status.presence === 'absent' || steps.some(({ op }) => rungOf(op) === 'recreate');
  return makes ? pass.blockers.producers : [];
}

function refusalOf(pass: Pass, step: Step): EngineError | undefined {
  if (riskOf(pass.actor, step) !== 'destructive') return undefined;
  const { key, uid } = pass;
  const what = `${key}: ${step.op} may lose data (${step.why.text})`;
  if (pass.healing === true)
    return new EngineError('CONSENT_MISSING', `${what}, and healing never does that`, {
      hint: `ays apply with consent to ${step.op} ${key}`,
    });
  if (pass.consents.some((consent) => consent.key === key && consent.uid === uid && consent.op === step.op))
    return undefined;
  return new EngineError('CONSENT_MISSING', `${what}, and nobody has agreed to it`, {
    hint: `ays apply with consent to ${step.op} ${key}`,
  });
}

function failed(error: EngineError, status: Status | undefined, step?: Step): Outcome {
  return {
    kind: 'failed',
    error,
    ...(status !== undefined && { status }),
    ...(step !== undefined && { step }),
    decisions: [{ decision: error.disposition, reason: `${error.code}: ${error.message}` }],
  };
}

function said(decision: string, step: Step): PassDecision {
  return { decision, reason: `${step.op}: ${step.why.text}` };
}
