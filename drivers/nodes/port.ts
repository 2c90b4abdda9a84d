// The machines of a grid as the node kind knows them. Joining what has joined is success, leaving what has left too. A reboot
// is told by the boot id: `preparedBoot` says for which boot the machine was last made ready. A machine of another
// grid is a stranger and refused with UNOWNED.

import type { JsonObject } from '../../engine/model/json.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import type { Absent, Foreign, Identity } from '../presence.ts';

export interface NodePresent {
  readonly presence: 'present';
  readonly state: 'up' | 'rebooting' | 'unreachable';
  /** Its stored identity, which outlives renames and reboots. */
  readonly id: string;
  readonly bootId: string;
  readonly preparedBoot?: string;
  /** Settings as they are on the machine, in the shape of the spec. */
  readonly config: JsonObject;
  readonly address: string;
  readonly hostname: string;
  /** Workloads on it that could be moved away. */
  readonly movable: number;
  readonly health: 'ok' | 'warning' | 'error';
}

export type NodeView = Absent | Foreign | NodePresent;

export interface NodesDriver {
  inspect(key: ServiceKey, signal?: AbortSignal): Promise<NodeView>;
  join(key: ServiceKey, identity: Identity, config: JsonObject, signal?: AbortSignal): Promise<void>;
  update(key: ServiceKey, identity: Identity, changes: JsonObject, signal?: AbortSignal): Promise<void>;
  /** Puts back what a boot has forgotten; for a boot that is over it does nothing. */
  prepare(key: ServiceKey, boot: string, config: JsonObject, signal?: AbortSignal): Promise<void>;
  /** Moves away what can be moved. */
  drain(key: ServiceKey, timeoutMs: number, signal?: AbortSignal): Promise<void>;
  reboot(key: ServiceKey, signal?: AbortSignal): Promise<void>;
  leave(key: ServiceKey, signal?: AbortSignal): Promise<void>;
  rekey(from: ServiceKey, to: ServiceKey, identity: Identity): Promise<void>;
  adopt(key: ServiceKey, nativeId: string, identity: Identity): Promise<void>;
}
