// A pass's outcome as the lifecycle machine hears it: what kind of thing happened, not to what.

import type { AnyActor, Step } from '../model/actor.ts';
import { canonicalJson, type JsonValue } from '../model/json.ts';
import type { PassReport, StepReport } from '../lifecycle/index.ts';
import type { Outcome } from './reconcile.ts';
import { riskOf, rungOf } from './rung.ts';

export function reportOf(actor: AnyActor, outcome: Outcome): PassReport {
  switch (outcome.kind) {
    case 'progressed':
      return { kind: 'progressed', step: stepReport(actor, outcome.step) };
    case 'planned':
      return { kind: 'planned', steps: outcome.steps.map((step) => stepReport(actor, step)) };
    case 'waiting':
      return { kind: 'waiting', on: outcome.on };
    case 'failed': {
      const { code, message, hint } = outcome.error;
      const error = { code, message, ...(hint !== undefined && { hint }) };
      return { kind: 'failed', error, ...(outcome.step !== undefined && { step: stepReport(actor, outcome.step) }) };
    }
    default:
      return { kind: outcome.kind };
  }
}

function stepReport(actor: AnyActor, step: Step): StepReport {
  return {
    op: step.op,
    risk: riskOf(actor, step),
    text: step.why.text,
    signature: signatureOf(step),
    rung: rungOf(step.op) ?? null,
  };
}

/**
 * Equal for the same step against the same finding; short, since the machine remembers it. What was found counts, so a
 * rebuild that is asked for again after some progress is not taken for one that did not hold.
 */
export function signatureOf(step: Step): string {
  // Arguments of a step are JSON by construction: they are made from a spec.
  const text = canonicalJson([step.why.field, step.why.have ?? null, (step.args ?? null) as JsonValue]);
  let hash = 0x811c9dc5; // FNV-1a
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return `${step.op}:${(hash >>> 0).toString(36)}`;
}
