// What a plan is: data for a person to read, for a machine to check, and for an apply to be held to. It is made once and
// never changed. Nothing in it is a secret: secret values appear as `(secret)`, later values as their expression.

import type { Risk, Why } from '../model/actor.ts';
import type { ErrorCode } from '../model/errors.ts';
import type { DeferredBody } from '../model/expression.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { ChangeClass } from '../model/schema.ts';
import type { Measure } from '../model/units.ts';
import type { KindFacts } from './measure.ts';

export type PlanVerb =
  | 'create'
  | 'update'
  | 'restart'
  | 'replace'
  | 'move'
  | 'rename'
  | 'adopt'
  | 'delete'
  | 'retire'
  | 'revive'
  | 'blocked';

export const PLAN_VERBS: readonly PlanVerb[] = [
  'create',
  'update',
  'restart',
  'replace',
  'move',
  'rename',
  'adopt',
  'revive',
  'retire',
  'delete',
  'blocked',
];

export interface PlanStep {
  /** `container/web#1`: unique in the plan. */
  readonly id: string;
  readonly op: string;
  readonly summary: string;
  readonly why: Why;
  readonly risk: Risk;
  /** `engine`: bookkeeping of the engine itself (a label, a record); `actor`: done by the kind's driver. */
  readonly by: 'actor' | 'engine';
  /** Of a destructive step: must be asked for, or was given beforehand (the end of `retain`, a destroy). */
  readonly consent?: 'needed' | 'standing';
}

/** One difference at one place, inside lists and inside JSON or YAML text too. */
export interface FieldChange {
  /** `env.LOG`, `mounts[at=/data].readOnly`, `files[at=/etc/x].text{json}.port`. */
  readonly field: string;
  readonly sign: '+' | '-' | '~';
  readonly have?: JsonValue;
  readonly want?: JsonValue;
  /** What a change of the top-level field does to the service. */
  readonly change: ChangeClass;
  /** What `have` is: seen in the world, or only known from the last revision. */
  readonly source: 'observed' | 'record';
  /** The values are bytes or milliseconds. */
  readonly measure?: Measure;
}

export interface Refusal {
  readonly code: ErrorCode;
  readonly key: ServiceKey;
  readonly message: string;
  /** The next move. */
  readonly hint?: string;
}

export interface PlanItem {
  readonly key: ServiceKey;
  readonly verb: PlanVerb;
  readonly steps: readonly PlanStep[];
  readonly changes: readonly FieldChange[];
  /** One sentence: why this service is in the plan. */
  readonly because: string;
  /** Items that must finish first. */
  readonly after: readonly ServiceKey[];
  /** Items of one wave do not wait for each other; counted from 1. */
  readonly wave: number;
  /** The highest risk of its steps. */
  readonly risk: Risk;
  readonly notes: readonly string[];
  /** The key it had before, of `rename`. */
  readonly from?: ServiceKey;
  /** Of `create`: what will be made. */
  readonly spec?: JsonObject;
  /** Of `create`: units and defaults of its kind, for printing. */
  readonly facts?: KindFacts;
  /** Of `blocked`: what stands in the way. */
  readonly blocked?: Refusal;
}

export interface Consent {
  readonly key: ServiceKey;
  readonly uid?: string;
  readonly op: string;
  readonly reason: string;
}

/** What stands in the world and belongs to nobody here: reported, never touched. */
export interface UnknownThing {
  readonly key: ServiceKey;
  /** Its native id and label, when it is not ours. */
  readonly foreign?: { readonly id: string; readonly label?: string };
}

/** A list that is cut for people: how many there are, and the first of them in key order. */
export interface KeyList {
  readonly count: number;
  readonly first: readonly ServiceKey[];
}

export interface BlastRadius {
  /** Services with a disruptive or destructive step. */
  readonly interrupted: KeyList;
  /** Services that depend on an interrupted one, directly or through others, of all blueprints. */
  readonly consumers: KeyList;
  /** Services that hold data and have a destructive step. */
  readonly data: KeyList;
  /** Producers of placement links of what changes. */
  readonly nodes: KeyList;
}

export interface PlanSummary {
  readonly verbs: Readonly<Partial<Record<PlanVerb, number>>>;
  /** Steps by risk. */
  readonly risks: Readonly<Record<Risk, number>>;
  readonly steps: number;
  readonly waves: number;
  readonly unchanged: number;
}

export interface Plan {
  readonly format: 1;
  readonly blueprint: string;
  readonly scope: string;
  /** The revision it starts from; absent before the first. */
  readonly base?: number;
  /** In the order of execution: by wave, then by key. */
  readonly items: readonly PlanItem[];
  readonly summary: PlanSummary;
  readonly blast: BlastRadius;
  readonly consents: readonly Consent[];
  /** With one of these the plan cannot be applied. */
  readonly refusals: readonly Refusal[];
  readonly unknown: readonly UnknownThing[];
  /** SHA-256 of what it does, to what, seen in which state. */
  readonly hash: string;
}

export interface PlanOptions {
  /** The time, for the dates of retired services. Without it no retention ends in this plan. */
  readonly now?: number;
  /** Fills a later value from outputs already seen. Without it later values stay "known later". */
  readonly fill?: Fill;
  /** Foreign things a person has said to adopt: key → native id. */
  readonly adopt?: ReadonlyMap<ServiceKey, string>;
}

export type Fill = (
  body: DeferredBody,
  values: { status(key: ServiceKey, field: string): JsonValue | undefined; secret(name: string): string | undefined },
) => JsonValue;
