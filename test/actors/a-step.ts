// Steps in one line each, so that a table of (want, status) → steps can be read: `restart(disruptive): state: exited → running`.

import type { AnyActor, Status, Step, Want } from '../../engine/model/actor.ts';
import type { JsonObject } from '../../engine/model/json.ts';

export function opsOf(steps: readonly Step[]): readonly string[] {
  return steps.map(({ op }) => op);
}

/** Op, risk and the why's words. */
export function saySteps(actor: AnyActor, want: Want<JsonObject>, status: Status): readonly string[] {
  return actor.diff(want, status).map((step) => {
    const risk = step.risk ?? actor.steps[step.op]?.risk ?? 'unknown';
    return `${step.op} (${risk}) ${step.why.text}`;
  });
}

/**
 * The top-level fields whose drift goes unseen: each setting that the status reports is changed in turn, and some step must
 * name it. Exhaustive, so that a new field cannot be forgotten.
 */
export function unseenFields(actor: AnyActor, want: Want<JsonObject>, status: Status): readonly string[] {
  return Object.keys(status.config ?? {}).filter((field) => {
    const edited = { ...status, config: { ...status.config, [field]: 'changed by hand' } };
    return !actor.diff(want, edited).some(({ why }) => why.text.includes(field) && why.field.startsWith(field));
  });
}
