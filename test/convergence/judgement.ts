// How the contract judges what it sees, independently of the actor's diff: is a spec reached, is a why true, are two
// statuses the same for all that the engine reads.

import { expect } from 'chai';
import type { AnyActor, Status, Step, Want } from '../../engine/model/actor.ts';
import { isDeferred } from '../../engine/model/expression.ts';
import { changedFields } from '../../engine/model/field-drift.ts';
import { isObject, jsonEqual, type JsonObject, type JsonValue } from '../../engine/model/json.ts';
import type { Milestone } from '../../engine/model/service.ts';
import { riskOf } from '../../engine/reconcile/rung.ts';
import type { ActorCase } from './actor-case.ts';
import type { Present } from './scenes.ts';

/** What two statuses must share to be the same; addresses and process numbers may differ. */
export function essence({ presence, milestone, config, health }: Status): object {
  return { presence, milestone, config, health };
}

const READY: readonly Milestone[] = ['ready', 'done'];
const STOPPED: readonly Milestone[] = ['exists'];

export function expectReached(actorCase: ActorCase, want: Present, status: Status): void {
  const { actor } = actorCase;
  expect(status.presence).to.equal('present');
  expectEnd(actorCase, want, status);
  const refusals = actor.refusals?.(want, status) ?? [];
  // A converged thing is well, or says what it needs that no step can give.
  const mayWarn = !want.running || refusals.length > 0 || actorCase.mayWarn?.(want, status) === true;
  if (status.health !== undefined) expect(mayWarn ? ['ok', 'warning'] : ['ok'], 'health').to.include(status.health);
  const refused = new Set(refusals.map(({ field }) => field));
  const left = changedFields(actor.schema, want, status.config).filter(
    ({ field, why }) => !refused.has(field) && !refused.has(why.field),
  );
  expect(
    left.map(({ why }) => why.text),
    'differences left',
  ).to.deep.equal([]);
}

/** What is retired looks like what does not run: nobody can use it, and it is there. */
export function expectEnd(actorCase: ActorCase, want: Present, status: Status): void {
  const ends = actorCase.ends?.(want) ?? (want.running ? READY : STOPPED);
  if (status.milestone !== undefined)
    expect(ends, `milestones of a ${actorCase.actor.kind} at rest`).to.include(status.milestone);
}

/** A why names a field and two different values, and what it claims to have seen and to want is what is there. */
export function expectHonest(
  actor: AnyActor,
  step: Step,
  want: Want<JsonObject>,
  status: Status,
  consents: readonly string[],
): void {
  const { why, op } = step;
  const where = `the why of ${op}`;
  expect(actor.steps, `steps of ${actor.kind}`).to.have.property(op);
  expect(why.field, where).to.match(/^\S+$/);
  expect(why.text.trim(), where).not.to.equal('');
  const secret = /secret/.test(why.text);
  if (!secret)
    expect(
      jsonEqual(why.have ?? null, why.want ?? null),
      `${where}: both values are ${JSON.stringify(why.have)}`,
    ).to.equal(false);
  expect(JSON.stringify([why.have, why.want]), where).not.to.contain('$ays');

  const seen = valueAt(status.config, why.field) ?? valueAt(status as unknown as JsonObject, why.field);
  if (!secret && isScalar(seen) && why.have !== undefined)
    expect(why.have, `${where}: ${why.field} as seen`).to.equal(seen);
  const wanted = isObject(want) ? valueAt(want, why.field) : undefined;
  if (!secret && isScalar(wanted) && why.want !== undefined)
    expect(why.want, `${where}: ${why.field} as wanted`).to.equal(wanted);

  if (isObject(want) && status.presence === 'present' && !consents.includes(op)) {
    expect(riskOf(actor, step), `${op} towards a spec`).not.to.equal('destructive');
  }
  if (want === 'retired') expect(riskOf(actor, step), `${op} while retiring`).not.to.equal('destructive');
}

function valueAt(root: JsonObject | undefined, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const part of path.split(/[.[\]]+/).filter((name) => name !== '')) {
    if (Array.isArray(value)) value = (value as readonly JsonValue[])[Number(part)];
    else if (isObject(value) && Object.hasOwn(value, part)) value = value[part];
    else return undefined;
  }
  return isDeferred(value) ? undefined : value;
}

function isScalar(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && typeof value !== 'object';
}
