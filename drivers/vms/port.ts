// Virtual machines: what the kind asks of a node. A machine is defined once, started and stopped any number of times, and its
// disks and cards come and go while it runs. Its data lies on vdisks, so removing it loses none.

import type { JsonObject } from '../../engine/model/json.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import type { Absent, Foreign, Identity } from '../presence.ts';

export type DiskWish = {
  readonly vdisk: string;
  readonly maxIops: number;
  readonly readOnly: boolean;
  readonly boot: boolean;
};

export type NicWish = {
  readonly name: string;
  readonly network?: string;
  readonly mac?: string;
  readonly address?: string;
};

/** Everything of the machine but its disks and cards; secrets stand in it as sealed expressions. */
export type VmSettings = JsonObject;

export interface VmPresent {
  readonly presence: 'present';
  /** `crashed`: it ended and nobody asked for it. */
  readonly state: 'stopped' | 'running' | 'paused' | 'crashed';
  /** As set; secrets as fingerprints. */
  readonly settings: JsonObject;
  readonly disks: readonly DiskWish[];
  readonly nics: readonly NicWish[];
  readonly address: string | undefined;
}

export type VmView = Absent | Foreign | VmPresent;

export interface Vms {
  inspectVm(key: ServiceKey): Promise<VmView>;
  /** Defined, with no disks and cards, and not started. */
  createVm(key: ServiceKey, identity: Identity, settings: VmSettings, signal?: AbortSignal): Promise<void>;
  /** DEPENDENCY_UNREADY while a disk of it is not ready. Also after a crash. */
  startVm(key: ServiceKey): Promise<void>;
  /** Asks it to shut down, and switches it off after `withinMs`. */
  stopVm(key: ServiceKey, withinMs: number, signal?: AbortSignal): Promise<void>;
  pauseVm(key: ServiceKey): Promise<void>;
  resumeVm(key: ServiceKey): Promise<void>;
  resetVm(key: ServiceKey): Promise<void>;
  removeVm(key: ServiceKey): Promise<void>;
  rekey(from: ServiceKey, to: ServiceKey, identity: Identity): Promise<void>;
  adopt(key: ServiceKey, nativeId: string, identity: Identity): Promise<void>;
}

export interface VmHardware {
  /** Processors, memory and what it boots from are refused while it runs. */
  configureVm(key: ServiceKey, changes: JsonObject): Promise<void>;
  /** One that is attached gets the new limits; one that another machine has is refused. */
  attachDisk(key: ServiceKey, disk: DiskWish): Promise<void>;
  detachDisk(key: ServiceKey, vdisk: string): Promise<void>;
  /** One of this name is made anew. */
  attachNic(key: ServiceKey, nic: NicWish): Promise<void>;
  detachNic(key: ServiceKey, name: string): Promise<void>;
}

export interface VmDriver extends Vms, VmHardware {}
