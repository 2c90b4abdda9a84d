// Pools of disks, filesystems in them and snapshots of those: what the storage kinds ask of a node. Three interfaces, one
// driver. Making what is there is success, removing what is absent is success, a stranger in the way is refused with
// UNOWNED, and what a wish cannot do without losing data is refused with DRIVER_REFUSED.

import type { JsonObject } from '../../engine/model/json.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import type { Absent, Foreign, Identity } from '../presence.ts';

export type Profile = 'single' | 'dup' | 'raid0' | 'raid1' | 'raid1c3' | 'raid10' | 'raid5' | 'raid6';

/** A device wanted: a block device of the node, or a file made when it is not there. */
export interface DeviceWish {
  readonly path: string;
  readonly file: boolean;
  readonly size?: number;
  /** It may be taken although it holds something else. */
  readonly overwrite: boolean;
}

export interface MemberView {
  readonly path: string;
  readonly size: number;
  readonly state: 'healthy' | 'missing' | 'failing';
}

/** A device of the node, whether or not a pool has it. */
export interface DeviceView {
  readonly path: string;
  readonly size: number;
  readonly state: 'present' | 'missing' | 'failing';
  /** What is on it: nothing, a part of a pool of ours, or the name of something else. */
  readonly holds: 'nothing' | 'member' | 'something-else';
  readonly content?: string;
}

export type PoolSettings = {
  readonly dataProfile: Profile;
  readonly metadataProfile: Profile;
  readonly mountpoint?: string;
  readonly compress?: string;
  readonly scrub?: JsonObject;
  readonly thresholds?: JsonObject;
};

export interface PoolPresent {
  readonly presence: 'present';
  readonly members: readonly MemberView[];
  readonly settings: JsonObject;
  /** `error`: more devices are gone than the profile bears. */
  readonly state: 'healthy' | 'degraded' | 'error';
  readonly mountedAt: string | undefined;
  /** Bytes that may be written altogether, and bytes written. */
  readonly capacity: number;
  readonly used: number;
  /** Files or disks that a scrub could not repair. */
  readonly uncorrectable: number;
}

export type PoolView = (Absent | Foreign | PoolPresent) & { readonly devices: readonly DeviceView[] };

export interface StoragePools {
  inspectPool(key: ServiceKey): Promise<PoolView>;
  createPool(
    key: ServiceKey,
    identity: Identity,
    devices: readonly DeviceWish[],
    settings: PoolSettings,
    signal?: AbortSignal,
  ): Promise<void>;
  /** Also degraded, as long as the profile bears it. */
  mountPool(key: ServiceKey): Promise<void>;
  unmountPool(key: ServiceKey): Promise<void>;
  /** `in` alone joins a device, `out` alone empties and releases one, both replace one by the other. */
  exchangeDevice(
    key: ServiceKey,
    change: { readonly in?: DeviceWish; readonly out?: string },
    signal?: AbortSignal,
  ): Promise<void>;
  /** Other profiles convert the pool; another mountpoint takes effect at the next mount. */
  configurePool(key: ServiceKey, changes: Partial<PoolSettings>, signal?: AbortSignal): Promise<void>;
  /** Reads everything against its checksums and repairs what has a good copy. */
  scrubPool(
    key: ServiceKey,
    signal?: AbortSignal,
  ): Promise<{ readonly corrected: number; readonly uncorrectable: number }>;
  destroyPool(key: ServiceKey): Promise<void>;
}

export type FilesystemSettings = JsonObject & { readonly quota?: number; readonly readOnly?: boolean };

export interface FilesystemPresent {
  readonly presence: 'present';
  readonly pool: string;
  readonly settings: JsonObject;
  readonly path: string;
  /** The pool is mounted. */
  readonly reachable: boolean;
  readonly used: number;
}

export interface Filesystems {
  inspectFilesystem(key: ServiceKey): Promise<Absent | Foreign | FilesystemPresent>;
  createFilesystem(key: ServiceKey, identity: Identity, pool: string, settings: FilesystemSettings): Promise<void>;
  configureFilesystem(key: ServiceKey, changes: FilesystemSettings): Promise<void>;
  /** Takes a snapshot that belongs to the filesystem and not to a service. */
  snapshotFilesystem(key: ServiceKey, name: string): Promise<void>;
  /** Puts a snapshot back; what was there before is kept as a snapshot whose name is given back. */
  rollbackFilesystem(key: ServiceKey, to: string): Promise<string>;
  /** Its own snapshots go with it. */
  destroyFilesystem(key: ServiceKey): Promise<void>;
}

export interface SnapshotSource {
  readonly kind: 'filesystem' | 'vdisk';
  readonly name: string;
}

export interface SnapshotPresent {
  readonly presence: 'present';
  readonly source: SnapshotSource;
  readonly settings: JsonObject;
  readonly path: string;
  readonly size: number;
}

export interface Snapshots {
  inspectSnapshot(key: ServiceKey): Promise<Absent | Foreign | SnapshotPresent>;
  /** Of a snapshot that is there already nothing is taken again. */
  takeSnapshot(key: ServiceKey, identity: Identity, source: SnapshotSource, settings: JsonObject): Promise<void>;
  configureSnapshot(key: ServiceKey, changes: JsonObject): Promise<void>;
  /** Puts it back into its source; the replaced state is kept. */
  restoreSnapshot(key: ServiceKey): Promise<string>;
  destroySnapshot(key: ServiceKey): Promise<void>;
}

/** The same for pools, filesystems and snapshots; the key says which. */
export interface StorageLabels {
  rekey(from: ServiceKey, to: ServiceKey, identity: Identity): Promise<void>;
  adopt(key: ServiceKey, nativeId: string, identity: Identity): Promise<void>;
}

export interface StorageDriver extends StoragePools, Filesystems, Snapshots, StorageLabels {}
