// S3 services over zerodbs. The gateway may stop, move and be configured at will; what it wrote lies in shards, any dataShards
// of which are enough. Nothing here gives up a shard before its copy stands somewhere else.

import type { JsonObject } from '../../engine/model/json.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import type { Absent, Foreign, Identity } from '../presence.ts';

export type BucketWish = {
  readonly name: string;
  readonly versioning: boolean;
  readonly objectLock: boolean;
  readonly publicRead: boolean;
  readonly quota: number;
  readonly expireAfter: number;
};

export interface BucketView {
  readonly settings: JsonObject & { readonly name: string };
  readonly objects: number;
}

export interface ShardView {
  readonly zerodb: string;
  readonly state: 'ok' | 'failed';
  /** For how long, on the clock of the node. */
  readonly failedForMs: number;
}

export interface ObjectStorePresent {
  readonly presence: 'present';
  readonly state: 'running' | 'stopped' | 'failed';
  /** As set; secrets as fingerprints. */
  readonly settings: JsonObject;
  readonly shards: readonly ShardView[];
  /** Of the zerodbs and spares in its settings, those that answer. */
  readonly answering: readonly string[];
  /** Only those asked for by its own spec; undefined while it does not run, because then nobody can see them. */
  readonly buckets: readonly BucketView[] | undefined;
  readonly url: string;
}

export type ObjectStoreView = Absent | Foreign | ObjectStorePresent;

export interface ObjectStores {
  inspectStore(key: ServiceKey): Promise<ObjectStoreView>;
  /** Makes its namespaces; not started. DEPENDENCY_UNREADY when a zerodb does not answer. */
  createStore(key: ServiceKey, identity: Identity, settings: JsonObject, signal?: AbortSignal): Promise<void>;
  startStore(key: ServiceKey): Promise<void>;
  stopStore(key: ServiceKey): Promise<void>;
  /** Address, port, region and certificate take effect at the next start. */
  configureStore(key: ServiceKey, changes: JsonObject): Promise<void>;
  destroyStore(key: ServiceKey): Promise<void>;
  rekey(from: ServiceKey, to: ServiceKey, identity: Identity): Promise<void>;
  adopt(key: ServiceKey, nativeId: string, identity: Identity): Promise<void>;
}

export interface ObjectData {
  putBucket(key: ServiceKey, bucket: BucketWish): Promise<void>;
  removeBucket(key: ServiceKey, name: string): Promise<void>;
  /** `in` alone adds a zerodb, `out` alone empties one first, both rebuild the shards of one on the other. */
  exchangeShard(
    key: ServiceKey,
    change: { readonly in?: string; readonly out?: string },
    signal?: AbortSignal,
  ): Promise<void>;
  /** Reads every object; with `repair`, rebuilds what is missing. */
  checkStore(
    key: ServiceKey,
    options: { readonly repair: boolean },
    signal?: AbortSignal,
  ): Promise<{ readonly objects: number; readonly damaged: number; readonly repaired: number }>;
}

export interface ObjectStoreDriver extends ObjectStores, ObjectData {}
