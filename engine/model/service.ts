// Desired state: what a blueprint asks for once everything that can be known at apply time is known.
// All of it is plain JSON and frozen by convention; equal text gives equal hashes.

import type { JsonObject, JsonValue } from './json.ts';
import type { ServiceKey } from './key.ts';
import type { Status } from './actor.ts';

/** How far a producer must be before its consumer may be created or replaced. */
export type Milestone = 'exists' | 'started' | 'ready' | 'done';

export type LinkType = 'parent' | 'consume' | 'placement' | 'after' | 'status';

export interface ServiceLink {
  readonly type: LinkType;
  /** Where it was written: the pointer of the field (`/mounts/0/vdisk`), or of the expression. */
  readonly path: string;
  /** Role of the producer; for AYS's argument name see `argument`. */
  readonly role: string;
  /** The top-level field that holds the link. */
  readonly argument: string;
  readonly to: ServiceKey;
  readonly until: Milestone;
  readonly onReplace: 'restart' | 'nothing';
  /** Fewest producers this argument needs; deletion of one may not break it. */
  readonly min: number;
  /** Chosen by the engine, not written by the author. */
  readonly chosen?: 'implicit' | 'auto' | 'stored';
}

export type HealMode = 'auto' | 'ask' | 'off';

export interface HealPolicy {
  readonly mode: HealMode;
  /** Attempts allowed inside the window before the service is parked. */
  readonly attempts: number;
  readonly windowMs: number;
  readonly cooldownMs: number;
}

/** The fields that every kind has. */
export interface CommonFields {
  readonly labels: Readonly<Record<string, string>>;
  readonly running: boolean;
  readonly paused: boolean;
  readonly protect: boolean;
  readonly retainMs: number;
  /** What the author wrote in `heal`; the actor's policy fills the rest. */
  readonly heal: Partial<HealPolicy>;
  readonly was?: ServiceKey;
}

export interface Origin {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface DesiredService {
  readonly key: ServiceKey;
  /** Role: the kind of the key. */
  readonly kind: string;
  /** The actor that makes it: the kind itself or a dotted variant. */
  readonly actor: string;
  readonly blueprint: string;
  /** Scope of the name: '' or `shop-dev` or `shop-dev.blog`. */
  readonly scope: string;
  /** Validated, defaults filled in, units converted; later values are deferred (see expression.ts). */
  readonly spec: JsonObject;
  readonly common: CommonFields;
  readonly links: readonly ServiceLink[];
  /** Hash of actor, spec and common fields: what "the same spec" means. */
  readonly hash: string;
  readonly origin: Origin;
  readonly group?: { readonly key: ServiceKey; readonly index: number; readonly size: number };
  /** Made by an `auto` link. */
  readonly auto?: boolean;
}

export interface DesiredAction {
  readonly action: string;
  readonly targets: readonly ServiceKey[];
  readonly args: JsonObject;
  readonly force: boolean;
  readonly recurring?: { readonly everyMs: number } | { readonly cron: string; readonly timezone: string };
  readonly keep?: number;
  /** Hash of the block for one target: a block runs once per target and hash. */
  readonly hash: string;
  readonly origin: Origin;
}

export interface DesiredEventFilter {
  readonly channel: string;
  readonly command: string;
  readonly actions: readonly string[];
  readonly targets: readonly ServiceKey[];
  /** Name of the secret a sender must prove. */
  readonly secret?: string;
  readonly origin: Origin;
}

export interface ParamValue {
  readonly value: JsonValue;
  readonly from: 'set' | 'file' | 'env' | 'default' | 'package';
}

/** One immutable desired state of one blueprint, before it has a number. */
export interface DesiredState {
  readonly format: 1;
  readonly blueprint: string;
  readonly scope: string;
  readonly params: Readonly<Record<string, ParamValue>>;
  /** In key order. */
  readonly services: ReadonlyMap<ServiceKey, DesiredService>;
  /** Groups of replicas: `container/web` → its members. */
  readonly groups: ReadonlyMap<ServiceKey, readonly ServiceKey[]>;
  readonly actions: readonly DesiredAction[];
  readonly eventfilters: readonly DesiredEventFilter[];
  readonly secrets: Readonly<Record<string, { readonly generate?: number }>>;
  readonly outputs: Readonly<Record<string, JsonValue>>;
  /** What implicit and auto links chose: `container/web#storagepool` → keys. Stored, kept while valid. */
  readonly choices: Readonly<Record<string, readonly ServiceKey[]>>;
  /** Actor name → version, pinned by the revision. */
  readonly actors: Readonly<Record<string, string>>;
  readonly packages: Readonly<
    Record<string, { readonly from: string; readonly version: string; readonly digest: string }>
  >;
  /** Content by SHA-256; the bytes travel beside the revision. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  readonly hash: string;
}

/** A service as the store keeps it. */
export interface ServiceRecord extends DesiredService {
  readonly uid: string;
  readonly generation: number;
  readonly revision: number;
}

/** Deletion is a record. */
export interface Tombstone {
  readonly key: ServiceKey;
  readonly uid: string;
  readonly record: ServiceRecord;
  /** `retired`: detached and kept until `until`; `deleted`: to be taken away now. */
  readonly state: 'retired' | 'deleted';
  readonly until?: number;
}

export interface Observed {
  readonly key: ServiceKey;
  readonly status: Status;
  /** When it was seen, milliseconds since 1970. */
  readonly seenAt: number;
}

/** The last revision of one blueprint, as far as resolving the next one needs it. */
export interface RevisionRecord {
  readonly blueprint: string;
  readonly number: number;
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly choices: Readonly<Record<string, readonly ServiceKey[]>>;
}

/** Everything known of a grid: the second argument of the planner. */
export interface GridState {
  readonly revisions: ReadonlyMap<string, RevisionRecord>;
  readonly records: ReadonlyMap<ServiceKey, ServiceRecord>;
  readonly tombstones: ReadonlyMap<ServiceKey, Tombstone>;
  readonly observed: ReadonlyMap<ServiceKey, Observed>;
  /** Names of secrets that have a value. */
  readonly secrets: ReadonlySet<string>;
}

export const EMPTY_GRID: GridState = {
  revisions: new Map(),
  records: new Map(),
  tombstones: new Map(),
  observed: new Map(),
  secrets: new Set(),
};
