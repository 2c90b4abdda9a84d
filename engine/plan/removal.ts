// What is in the store and no longer in the blueprint. Absence in the world is never a wish; a record without its block is one.
// Kinds that hold data are detached and kept; destroying them is a decision of its own, made by a person or by `retain`.

import type { Status } from '../model/actor.ts';
import { why } from '../model/drift.ts';
import type { Registry } from '../model/registry.ts';
import type { ServiceRecord, Tombstone } from '../model/service.ts';
import { formatDuration } from '../model/units.ts';
import { protectedFrom, unowned } from './safety.ts';
import { ABSENT, diffOf, StepList } from './steps.ts';
import { blocked, draft, leavingSubject, type Draft, type Subject } from './draft.ts';
import type { PlanOptions, PlanVerb } from './shape.ts';

/** A record whose block is gone. */
export function removalOf(
  record: ServiceRecord,
  status: Status | undefined,
  registry: Registry,
  options: PlanOptions,
): Draft {
  const holdsData = registry.actor(record.actor)?.schema['x-holdsData'] === true;
  const because =
    record.group === undefined
      ? 'its block is gone'
      : `the group ${record.group.key} has no replica ${record.group.index} any more`;
  const subject = leavingSubject(record, status, holdsData);
  const refusal = protectedFrom(record);
  if (refusal !== undefined) return blocked(subject, refusal, true);
  if (!holdsData) return leave(subject, record, registry, 'delete', because, [], 'needed');
  const retain = formatDuration(record.common.retainMs);
  const until = options.now === undefined ? '' : ` until ${dateOf(options.now + record.common.retainMs)}`;
  const notes = [
    `its data is kept${until} (retain ${retain}) and taken back if the block returns; ays destroy ${record.key} --data is the faster way`,
  ];
  return leave(subject, record, registry, 'retire', because, notes, 'needed');
}

/** A deletion that was decided before: it goes on until the thing is seen to be gone. Undefined: nothing to do now. */
export function remainderOf(
  tombstone: Tombstone,
  status: Status | undefined,
  registry: Registry,
  options: PlanOptions,
): Draft | undefined {
  const { record, state, until } = tombstone;
  const holdsData = registry.actor(record.actor)?.schema['x-holdsData'] === true;
  const subject = leavingSubject(record, status, holdsData);
  if (state === 'deleted') {
    if (status === undefined || status.presence !== 'present') return undefined;
    return leave(subject, record, registry, 'delete', 'its deletion goes on', [], 'standing');
  }
  if (options.now === undefined || until === undefined || until > options.now) return undefined;
  const because = `its retention ended ${dateOf(until)}`;
  return leave(subject, record, registry, 'delete', because, ['the consent is the retention rule itself'], 'standing');
}

function leave(
  subject: Subject,
  record: ServiceRecord,
  registry: Registry,
  verb: PlanVerb,
  because: string,
  notes: readonly string[],
  consent: 'needed' | 'standing',
): Draft {
  const { key } = record;
  const { status } = subject;
  const actor = registry.actor(record.actor);
  if (actor === undefined) {
    const message = `${key} must go, and there is no actor for ${record.actor} to do it`;
    return blocked(
      subject,
      { code: 'KIND_UNKNOWN', key, message, hint: `ays forget ${key} leaves it running, unmanaged` },
      false,
    );
  }
  if (status?.presence === 'foreign') return blocked(subject, unowned(key, status), false);
  const steps = new StepList(key);
  steps.actor(actor, diffOf(actor, key, verb === 'retire' ? 'retired' : 'absent', status ?? ABSENT), consent, registry);
  const unseen = status === undefined;
  if (steps.list.length === 0) {
    const summary =
      verb === 'retire'
        ? 'keep its record as retired'
        : unseen
          ? 'look for it, and remove it if it is there'
          : 'remove its record';
    // What was not seen may be there, and its data with it.
    const worst = subject.holdsData ? 'destructive' : 'disruptive';
    steps.engine(
      'record',
      summary,
      why('block', 'declared', null),
      unseen && verb === 'delete' ? worst : 'safe',
      consent,
    );
  }
  const all = unseen ? [...notes, 'never observed'] : notes;
  return draft(subject, { verb, steps: steps.list, because, notes: all });
}

function dateOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
