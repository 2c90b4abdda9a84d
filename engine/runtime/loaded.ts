// The documents of one service as a turn loads them, and what a turn may use of the world.

import type { AnyActor, Status } from '../model/actor.ts';
import type { Timers } from '../model/deadline.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Registry } from '../model/registry.ts';
import type { Lifecycle, LifecycleEffect, LifecycleEvent, LifecycleSnapshot } from '../lifecycle/index.ts';
import type { Outcome } from '../reconcile/reconcile.ts';
import type { Store } from '../store/port.ts';
import type { Overlay, StoredObserved, StoredService, StoredTombstone } from '../store/records.ts';

export type PassEffect = Extract<LifecycleEffect, { kind: 'pass' }>;

/** `snapshot/container/web`. */
export interface StoredSnapshot {
  readonly snapshot: LifecycleSnapshot;
  /** The deadline of the present state. */
  readonly due: { readonly turn: number; readonly at: number } | null;
  /** The pass that was asked for and has no answer yet: whoever takes the next turn makes it. */
  readonly pass: PassEffect | null;
  /** How often it was looked at in the present wait. */
  readonly looks: number;
  /** What was last said of it: the same again is no news. */
  readonly said: string;
  /** What its last pass came to, for those who wait for it. */
  readonly last: Outcome['kind'] | null;
}

/** `meta/ask container/web`: what persons asked of the machine since it last looked. */
export interface Asks {
  readonly events: readonly LifecycleEvent[];
}

export interface TurnWorld {
  readonly store: Store;
  readonly registry: Registry;
  /** By port name. */
  readonly drivers: Readonly<Record<string, unknown>>;
  readonly timers: Timers;
  readonly random: () => number;
  /** False once this robot may no longer start an effect: it has not renewed its life in time, now or since it claimed the key. */
  readonly mayAct: () => boolean;
  readonly lifecycleOf: (actor: AnyActor, service: StoredService) => Lifecycle;
  /** As far as this robot has heard: whom to tell. */
  readonly consumers: (key: ServiceKey) => readonly ServiceKey[];
  /** Without exception: who must go first. */
  readonly allConsumers: (key: ServiceKey) => Promise<readonly ServiceKey[]>;
  /** Puts status values and secrets into a spec. Undefined while one is not known. */
  readonly fill: (
    spec: JsonObject,
    output: (key: ServiceKey, field: string) => JsonValue | undefined,
  ) => Promise<JsonObject | undefined>;
  readonly robot: string;
}

export interface TurnResult {
  /** Who should look again because of this turn. */
  readonly neighbours: readonly ServiceKey[];
  readonly passes: number;
  readonly steps: number;
  /** Another robot holds the key. */
  readonly heldBy?: string;
}

/** Producers, as far as a consumer must know them. */
export type Around = ReadonlyMap<ServiceKey, { readonly converged: boolean; readonly status: Status | undefined }>;

export interface Loaded {
  readonly service: StoredService | undefined;
  readonly tombstone: StoredTombstone | undefined;
  readonly overlay: Overlay | undefined;
  asks: readonly LifecycleEvent[];
  rekey: { readonly from: ServiceKey } | undefined;
  adopt: { readonly id: string } | undefined;
  stored: StoredSnapshot | undefined;
  observed: StoredObserved | undefined;
  /** Of the documents that say what is asked, as they were read or as this turn has written them since. */
  versions: Readonly<Record<'snapshot' | 'asks' | 'service' | 'tombstone' | 'overlay', number>>;
}

export async function loadService(store: Store, id: ServiceKey): Promise<Loaded> {
  const [service, tombstone, overlay, snapshot, observed, asks, rekey, adopt] = await store.getMany([
    { collection: 'service', id },
    { collection: 'tombstone', id },
    { collection: 'overlay', id },
    { collection: 'snapshot', id },
    { collection: 'observed', id },
    { collection: 'meta', id: `ask ${id}` },
    { collection: 'meta', id: `rekey ${id}` },
    { collection: 'meta', id: `adopt ${id}` },
  ]);
  // Documents are what this program wrote: see records.ts and the types above.
  return {
    service: service?.value as unknown as StoredService | undefined,
    tombstone: tombstone?.value as unknown as StoredTombstone | undefined,
    overlay: overlay?.value as unknown as Overlay | undefined,
    asks: (asks?.value as unknown as Asks | undefined)?.events ?? [],
    rekey: rekey?.value as unknown as Loaded['rekey'],
    adopt: adopt?.value as unknown as Loaded['adopt'],
    stored: snapshot?.value as unknown as StoredSnapshot | undefined,
    observed: observed?.value as unknown as StoredObserved | undefined,
    versions: {
      snapshot: snapshot?.version ?? 0,
      asks: asks?.version ?? 0,
      service: service?.version ?? 0,
      tombstone: tombstone?.version ?? 0,
      overlay: overlay?.version ?? 0,
    },
  };
}
