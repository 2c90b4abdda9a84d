// Virtual disks: what the kind asks of a node. Data is never given up by any of these but destroyVdisk: a disk grows and
// never shrinks, a rollback keeps what it replaced, and a disk is attached once.

import type { JsonObject } from '../../engine/model/json.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import type { Absent, Foreign, Identity } from '../presence.ts';

/** Everything of the spec that a disk is made of; secrets stand in it as sealed expressions. */
export type VdiskSettings = JsonObject & {
  readonly size: number;
  readonly storagepool?: string;
  readonly zerodbs?: readonly string[];
  readonly readOnly: boolean;
};

export interface VdiskPresent {
  readonly presence: 'present';
  /** As set; secrets as fingerprints. */
  readonly settings: JsonObject;
  /** Where it is attached on the node; undefined when it is not. */
  readonly device: string | undefined;
  /** Attached without the right to write. */
  readonly attachedReadOnly: boolean;
  readonly url: string;
  /** `degraded`: readable, but parts are missing. `lost`: more is missing than its redundancy bears. */
  readonly parts: 'optimal' | 'degraded' | 'lost';
  /** The missing parts can be rebuilt now. */
  readonly rebuildable: boolean;
  readonly snapshots: readonly string[];
}

export type VdiskView = Absent | Foreign | VdiskPresent;

export interface Vdisks {
  inspectVdisk(key: ServiceKey): Promise<VdiskView>;
  /** DEPENDENCY_UNREADY when what it lies on is not there. */
  createVdisk(key: ServiceKey, identity: Identity, settings: VdiskSettings, signal?: AbortSignal): Promise<void>;
  /** In use too. A smaller size is refused. */
  growVdisk(key: ServiceKey, size: number): Promise<void>;
  /** Changes limits, schedules, the log, and how the blocks are spread (which rewrites them). */
  configureVdisk(key: ServiceKey, changes: JsonObject, signal?: AbortSignal): Promise<void>;
  attachVdisk(key: ServiceKey, options: { readonly readOnly: boolean }): Promise<void>;
  detachVdisk(key: ServiceKey): Promise<void>;
  destroyVdisk(key: ServiceKey): Promise<void>;
  rekey(from: ServiceKey, to: ServiceKey, identity: Identity): Promise<void>;
  adopt(key: ServiceKey, nativeId: string, identity: Identity): Promise<void>;
}

export interface VdiskData {
  /** Rebuilds the parts that are missing, on what is left. */
  repairVdisk(key: ServiceKey, signal?: AbortSignal): Promise<void>;
  snapshotVdisk(key: ServiceKey, name: string): Promise<void>;
  /** To a snapshot of it; what was there is kept as a snapshot whose name is given back. */
  rollbackVdisk(key: ServiceKey, to: string): Promise<string>;
  exportVdisk(key: ServiceKey, to: string, signal?: AbortSignal): Promise<{ readonly bytes: number }>;
}

export interface VdiskDriver extends Vdisks, VdiskData {}
