// One declared service against what is known of it: the item it makes in the plan, without its place in the order.
// Undefined means unchanged. Looks at this service alone, so that one change costs the work of one service.

import type { AnyActor, Status, Step } from '../model/actor.ts';
import { why } from '../model/drift.ts';
import type { JsonObject } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Registry } from '../model/registry.ts';
import type { DesiredService, ServiceRecord } from '../model/service.ts';
import { changesOf, NO_CHANGES, type Changes } from './changes.ts';
import { fillSpec, type Outputs } from './fill.ts';
import { factsOf, sayChange } from './measure.ts';
import { masked } from './mask.ts';
import { removes, verbOf } from './ops.ts';
import { changeRefusal, ownershipRefusal, unowned } from './safety.ts';
import { ABSENT, diffOf, StepList } from './steps.ts';
import type { Claim } from './rename.ts';
import { choiceNotes } from './chosen.ts';
import { blocked, draft, subjectOf, type Draft, type Subject } from './draft.ts';
import type { PlanOptions, PlanStep, PlanVerb, Refusal } from './shape.ts';
import type { View } from './view.ts';

/** The usual reason of a creation: not worth repeating on paper. */
export const NEW = 'declared and not there yet';

export interface Question {
  readonly service: DesiredService;
  readonly view: View;
  readonly registry: Registry;
  readonly options: PlanOptions;
  readonly outputs: Outputs;
  readonly claim: Claim | undefined;
  readonly wasRefused: Refusal | undefined;
}

interface Situation {
  readonly question: Question;
  readonly service: DesiredService;
  readonly actor: AnyActor;
  /** What the store has of it, also under its former key or as kept. */
  readonly record: ServiceRecord | undefined;
  readonly status: Status | undefined;
  readonly kept: 'retired' | 'deleted' | undefined;
}

export function assess(question: Question): Draft | undefined {
  const { service, view, registry, claim } = question;
  const { key } = service;
  const source = claim?.from ?? key;
  const tombstone = view.record(key) === undefined ? view.tombstone(source) : undefined;
  const record = view.record(source) ?? tombstone?.record;
  const own = view.observed(key)?.status;
  const status =
    claim !== undefined && (own === undefined || own.presence === 'absent') ? view.observed(source)?.status : own;
  const subject = subjectOf(service, record, status, registry.actor(service.actor)?.schema['x-holdsData'] === true);

  const refusal = question.wasRefused ?? ownershipRefusal(service, view, record);
  if (refusal !== undefined) return blocked(subject, refusal, true);
  const actor = registry.actor(service.actor);
  if (actor === undefined) {
    const message = `${key}: no actor for ${service.actor}`;
    return blocked(
      subject,
      { code: 'KIND_UNKNOWN', key, message, hint: `known kinds: ${registry.kinds().join(', ')}` },
      true,
    );
  }
  const situation: Situation = { question, service, actor, record, status, kept: tombstone?.state };
  if (status?.presence === 'foreign') return stranger(situation, subject, status);
  return settle(situation, subject);
}

/** Something that is not ours stands where the service belongs. */
function stranger({ question, actor }: Situation, subject: Subject, status: Status): Draft {
  const { key } = subject;
  const id = status.foreign?.id;
  if (id === undefined || question.options.adopt?.get(key) !== id) return blocked(subject, unowned(key, status), false);
  const steps = new StepList(key);
  steps.engine('adopt', `label ${id} as ${key}`, why('label', status.foreign?.label ?? null, key));
  const changes = changesOf(
    question.registry,
    actor.schema,
    question.service.spec,
    status.config,
    undefined,
    question.service.common,
  );
  const notes = ['what differs is changed after the adoption'];
  return draft(subject, {
    verb: 'adopt',
    steps: steps.list,
    changes: changes.list,
    because: `adopts ${id}`,
    notes,
  });
}

function settle(situation: Situation, subject: Subject): Draft | undefined {
  const { question, service, actor, record, status, kept } = situation;
  const { key, common } = service;
  const { fill } = question.options;
  const spec =
    fill === undefined || !service.links.some(({ type }) => type === 'status')
      ? service.spec
      : fillSpec(service.spec, fill, question.outputs);
  const want = { ...spec, running: common.running };
  const present = status?.presence === 'present';
  const rebuild = kept === 'deleted' && present;
  const wanted = rebuild
    ? [...diffOf(actor, key, 'absent', status), ...diffOf(actor, key, want, ABSENT)]
    : withRebuild(actor, key, want, status ?? ABSENT);
  const sameRecord = record === undefined || (kept === undefined && record.hash === service.hash);
  if (wanted.length === 0 && sameRecord && question.claim === undefined && actor.refusals === undefined)
    return undefined;

  const changes =
    present && !rebuild
      ? changesOf(question.registry, actor.schema, spec, status.config, sameRecord ? undefined : record, common)
      : NO_CHANGES;
  const ops = present && !rebuild ? wanted.map(({ op }) => op) : [];
  // Refusals rest on what was seen; of what was never seen nothing is known, and the pass will ask again.
  const refusal =
    rebuild || status === undefined ? undefined : changeRefusal(service, { actor, want, status, changes, ops });
  // What stops a service that nobody changed (a disk too many is gone) stops it alone, not the plan.
  if (refusal !== undefined)
    return blocked(subject, refusal, record === undefined || record.hash !== service.hash, changes.list);
  if (wanted.length === 0 && sameRecord && question.claim === undefined) return undefined;

  const steps = new StepList(key);
  bookkeeping(situation, steps);
  const first = steps.list.length;
  steps.actor(actor, wanted, rebuild ? 'standing' : 'needed', question.registry);
  if (steps.list.length === 0) steps.engine('record', 'store the new settings', settingsWhy(changes, record, service));
  const verb = verbFor(situation, wanted);
  const notes = notesFor(situation, changes, verb);
  const because = reason(situation, steps.list[first], changes, verb);
  // A new name and a return to use are work in the world too; a stored setting is not.
  if (common.paused && (wanted.length > 0 || question.claim !== undefined || kept !== undefined)) {
    return draft(subject, {
      verb: 'blocked',
      steps: [],
      changes: changes.list,
      because: `paused: ${because}`,
      notes: [...notes, `ays resume ${key}`],
    });
  }
  const made = verb === 'create';
  return draft(subject, {
    verb,
    steps: steps.list,
    changes: changes.list,
    because,
    notes,
    from: question.claim?.from,
    spec: made ? (masked(spec) as JsonObject) : undefined, // a map stays a map when it is masked
    facts: made ? factsOf(question.registry, actor.schema) : undefined,
  });
}

/** A diff may stop at the removal, since the world is read again after it; the plan shows what follows. */
function withRebuild(
  actor: AnyActor,
  key: ServiceKey,
  want: JsonObject & { running: boolean },
  status: Status,
): readonly Step[] {
  const steps = diffOf(actor, key, want, status);
  const last = steps.at(-1);
  if (status.presence !== 'present' || last === undefined || !removes(last.op)) return steps;
  return [...steps, ...diffOf(actor, key, want, ABSENT)];
}

function bookkeeping({ question, service, kept, record }: Situation, steps: StepList): void {
  const { claim } = question;
  if (claim !== undefined) {
    const text =
      claim.via === 'was' ? `was: ${claim.from} → ${service.key}` : `replicas: ${claim.from} → ${service.key}`;
    steps.engine(
      'rekey',
      `give ${claim.from} the name ${service.key}, in place`,
      why(claim.via === 'was' ? 'was' : 'replicas', claim.from, service.key, text),
    );
  }
  if (kept === 'retired' && record !== undefined) {
    steps.engine('revive', 'take it back into use', why('block', 'retired', 'declared'));
  }
}

function verbFor({ question, record, status, kept }: Situation, steps: readonly Step[]): PlanVerb {
  if (question.claim !== undefined) return 'rename';
  if (kept === 'retired' && status?.presence !== 'absent') return 'revive';
  if (status?.presence !== 'present') return steps.length === 0 && record !== undefined ? 'update' : 'create';
  return steps.length === 0 ? 'update' : verbOf(steps.map(({ op }) => op));
}

function settingsWhy(
  changes: Changes,
  record: ServiceRecord | undefined,
  service: DesiredService,
): ReturnType<typeof why> {
  const [first] = changes.list;
  if (first !== undefined) return why(first.field, first.have, first.want);
  return why('spec', record?.hash.slice(0, 12) ?? null, service.hash.slice(0, 12));
}

function reason(
  { question, service, record, status, kept }: Situation,
  first: PlanStep | undefined,
  changes: Changes,
  verb: PlanVerb,
): string {
  const { claim } = question;
  if (claim !== undefined) return claim.via === 'was' ? `was ${claim.from}` : `takes the place of ${claim.from}`;
  if (kept === 'deleted') return 'declared again while its deletion goes on: it goes first and is made anew';
  if (verb === 'revive') return 'its block is back';
  if (verb === 'create') {
    if (kept === 'retired') return 'its block is back, but what was kept is gone';
    if (record === undefined) return NEW;
    return status === undefined ? 'declared and not seen yet' : 'it should be there and is gone';
  }
  if (verb === 'replace') {
    const forcing = changes.fields.find(({ change }) => change === 'replace');
    if (forcing !== undefined) return `${sayChange(forcing.first)} needs a new one (on change: replace)`;
  }
  if (first?.by === 'actor') return first.why.text;
  const [change] = changes.list;
  const more = changes.list.length + changes.more - 1;
  if (change !== undefined) return `${sayChange(change)}${more > 0 ? ` and ${more} more` : ''}`;
  return `the settings of ${service.key} changed`;
}

function notesFor(
  { question, service, record, status }: Situation,
  changes: Changes,
  verb: PlanVerb,
): readonly string[] {
  const notes: string[] = [];
  const { was } = service.common;
  // Of a group the first alone can take the place of a single one; the others are new in any case.
  if (was !== undefined && verb === 'create' && question.claim === undefined && (service.group?.index ?? 1) === 1)
    notes.push(`was: there is no ${was} to take over, so it is made new`);
  if (record !== undefined && status === undefined)
    notes.push('never observed: what is there already is left as it is');
  if (changes.more > 0) notes.push(`${changes.more} more differences`);
  if (service.auto === true && verb === 'create') notes.push('made by an automatic link');
  notes.push(
    ...choiceNotes(service.links, (field) => verb === 'create' || changes.fields.some((one) => one.field === field)),
  );
  return notes;
}
