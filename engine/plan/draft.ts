// An item before it has its place in the order: all that can be said of one service alone. All drafts have one shape,
// made in one place: a hundred thousand of them are made in one plan.

import type { Status } from '../model/actor.ts';
import type { JsonObject } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { DesiredService, ServiceLink, ServiceRecord } from '../model/service.ts';
import type { KindFacts } from './measure.ts';
import type { FieldChange, PlanStep, PlanVerb, Refusal } from './shape.ts';

/** Whom it is about. */
export interface Subject {
  readonly key: ServiceKey;
  /** `away`: it leaves; consumers go first. `forward`: it comes or changes; producers go first. */
  readonly direction: 'forward' | 'away';
  readonly links: readonly ServiceLink[];
  /** What it consumed before this plan. */
  readonly oldLinks: readonly ServiceLink[];
  readonly group: { readonly key: ServiceKey; readonly index: number } | undefined;
  readonly uid: string | undefined;
  readonly generation: number | undefined;
  /** Hash of the spec wanted; empty when it leaves. */
  readonly wanted: string;
  readonly holdsData: boolean;
  readonly status: Status | undefined;
}

/** What is to be done. */
export interface Outcome {
  readonly verb: PlanVerb;
  readonly steps: readonly PlanStep[];
  readonly because: string;
  readonly changes?: readonly FieldChange[];
  readonly notes?: readonly string[];
  readonly from?: ServiceKey | undefined;
  readonly spec?: JsonObject | undefined;
  readonly facts?: KindFacts | undefined;
  readonly blocked?: Refusal | undefined;
  /** A blocked one that stops the whole plan, not only itself. */
  readonly refused?: boolean;
}

export interface Draft extends Subject {
  readonly verb: PlanVerb;
  readonly steps: readonly PlanStep[];
  readonly because: string;
  readonly changes: readonly FieldChange[];
  readonly notes: readonly string[];
  readonly from: ServiceKey | undefined;
  readonly spec: JsonObject | undefined;
  readonly facts: KindFacts | undefined;
  readonly blocked: Refusal | undefined;
  readonly refused: boolean;
}

const NONE: readonly never[] = [];

export function draft(subject: Subject, outcome: Outcome): Draft {
  return {
    key: subject.key,
    direction: subject.direction,
    links: subject.links,
    oldLinks: subject.oldLinks,
    group: subject.group,
    uid: subject.uid,
    generation: subject.generation,
    wanted: subject.wanted,
    holdsData: subject.holdsData,
    status: subject.status,
    verb: outcome.verb,
    steps: outcome.steps,
    because: outcome.because,
    changes: outcome.changes ?? NONE,
    notes: outcome.notes ?? NONE,
    from: outcome.from,
    spec: outcome.spec,
    facts: outcome.facts,
    blocked: outcome.blocked,
    refused: outcome.refused ?? false,
  };
}

/** `refused`: it stops the whole plan, not only this service. */
export function blocked(
  subject: Subject,
  refusal: Refusal,
  refused: boolean,
  changes: readonly FieldChange[] = NONE,
): Draft {
  return draft(subject, { verb: 'blocked', steps: NONE, because: refusal.message, blocked: refusal, refused, changes });
}

export function subjectOf(
  service: DesiredService,
  record: ServiceRecord | undefined,
  status: Status | undefined,
  holdsData: boolean,
): Subject {
  return {
    key: service.key,
    direction: 'forward',
    links: service.links,
    oldLinks: record === undefined ? NONE : record.links,
    group: service.group,
    uid: record?.uid,
    generation: record?.generation,
    wanted: service.hash,
    holdsData,
    status,
  };
}

export function leavingSubject(record: ServiceRecord, status: Status | undefined, holdsData: boolean): Subject {
  return {
    key: record.key,
    direction: 'away',
    links: NONE,
    oldLinks: record.links,
    group: record.group,
    uid: record.uid,
    generation: record.generation,
    wanted: '',
    holdsData,
    status,
  };
}
