// What the documents of each collection are. All plain JSON; a change here is a change of the store's format.

import type { Status } from '../model/actor.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { DesiredAction, DesiredEventFilter, DesiredService, ParamValue, ServiceRecord } from '../model/service.ts';
import type { Stamp } from './port.ts';

/** Who asked for something: a person's name from the token, `robot`, `event`, `schedule`. */
export interface Author {
  readonly name: string;
  readonly via: 'cli' | 'api' | 'robot' | 'event' | 'schedule' | 'webhook';
}

/** `blueprint/shop` */
export interface BlueprintHead {
  readonly blueprint: string;
  readonly revision: number;
  readonly hash: string;
  /** Set by rollback: the healer and `apply` never go back to what was rejected without being asked. */
  readonly pinned: {
    readonly revision: number;
    readonly rejected: number;
    readonly by: Author;
    readonly at: number;
  } | null;
  readonly services: number;
}

/** `revision/shop@000007`: immutable. */
export interface Revision {
  readonly blueprint: string;
  readonly number: number;
  readonly parent: number;
  readonly hash: string;
  readonly author: Author;
  readonly at: number;
  /** What made it: `apply`, `set`, `rollback`, `give`, `rename`, `destroy`, … */
  readonly cause: string;
  readonly planHash: string | null;
  readonly scope: string;
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly choices: Readonly<Record<string, readonly ServiceKey[]>>;
  readonly actors: Readonly<Record<string, string>>;
  readonly services: readonly DesiredService[];
  readonly actions: readonly DesiredAction[];
  readonly eventfilters: readonly DesiredEventFilter[];
  readonly secrets: Readonly<Record<string, { readonly generate?: number }>>;
  readonly outputs: Readonly<Record<string, JsonValue>>;
  readonly packages: Readonly<
    Record<string, { readonly from: string; readonly version: string; readonly digest: string }>
  >;
  readonly contents: readonly string[];
}

/** `service/container/web`: what is wanted of one service, and by whom. */
export interface StoredService extends Omit<ServiceRecord, 'generation'> {
  readonly generation: Stamp;
  /** Status values put in at the last pass; a vanished value keeps the last one. */
  readonly filled: JsonObject | null;
}

export interface StoredTombstone {
  readonly key: ServiceKey;
  readonly uid: string;
  readonly record: StoredService;
  readonly state: 'retired' | 'deleted';
  readonly generation: Stamp;
  /** End of a retired one, milliseconds since 1970. */
  readonly until: number | null;
  readonly by: Author;
  readonly at: number;
  readonly lost?: boolean;
}

/** `overlay/container/web`: what was asked for beside the blueprint. What was set stands in the service's spec already; here is who did it. */
export interface Overlay {
  readonly key: ServiceKey;
  /** By path of the field; `was` is what the blueprint says, null for nothing. */
  readonly set: Readonly<
    Record<string, { readonly value: JsonValue; readonly was: JsonValue; readonly by: Author; readonly at: number }>
  >;
  readonly running: { readonly value: boolean; readonly by: Author; readonly at: number } | null;
  readonly paused: {
    readonly by: Author;
    readonly at: number;
    readonly until: number | null;
    readonly reason: string;
  } | null;
}

export interface StoredObserved {
  readonly key: ServiceKey;
  readonly uid: string;
  readonly status: Status;
  readonly seenAt: number;
  readonly by: string;
}

export interface StoredConsent {
  readonly key: ServiceKey;
  readonly uid: string;
  readonly op: string;
  readonly reason: string;
  readonly by: Author;
  readonly at: number;
}

/** Sealed by the grid's data key; see engine/secrets. */
export interface StoredSecret {
  readonly name: string;
  readonly keyId: string;
  readonly sealed: string;
  /** Keyed digest of the value: drift compares these, never values. */
  readonly print: string;
  readonly at: number;
  readonly by: Author;
}
