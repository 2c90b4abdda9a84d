// Networks of a node as the network kind knows them. Its parts (address translation, name service, DHCP, routes) can be
// lost one by one; the network is repaired around what is joined to it. Making what is there is success, removing
// the absent too; a range that overlaps another network is refused with DRIVER_REFUSED, a stranger with UNOWNED.

import type { JsonObject } from '../../engine/model/json.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import type { Absent, Foreign, Identity } from '../presence.ts';

export type NetworkPart = 'nat' | 'dns' | 'dhcp' | 'routes';

/** The settings of the spec that a node must know, in the shape of the spec. */
export type NetworkConfig = JsonObject & { readonly cidr: string; readonly gateway?: string };

export interface NetworkPresent {
  readonly presence: 'present';
  readonly state: 'up' | 'down';
  readonly config: JsonObject;
  /** Parts that should work and do not, in name order. */
  readonly missing: readonly NetworkPart[];
  /** The node's own address in it. */
  readonly gateway: string;
  /** Name of its interface on the node. */
  readonly device: string;
}

export type NetworkView = Absent | Foreign | NetworkPresent;

export interface NetworksDriver {
  inspect(key: ServiceKey, signal?: AbortSignal): Promise<NetworkView>;
  /** Makes it and leaves it down. */
  create(key: ServiceKey, identity: Identity, config: NetworkConfig, signal?: AbortSignal): Promise<void>;
  /** Takes effect at once; what is joined stays joined. */
  update(key: ServiceKey, identity: Identity, changes: JsonObject, signal?: AbortSignal): Promise<void>;
  setUp(key: ServiceKey, up: boolean, signal?: AbortSignal): Promise<void>;
  /** Makes the parts work again; a part that works stays as it is. */
  repair(key: ServiceKey, parts: readonly NetworkPart[], signal?: AbortSignal): Promise<void>;
  remove(key: ServiceKey, signal?: AbortSignal): Promise<void>;
  rekey(from: ServiceKey, to: ServiceKey, identity: Identity): Promise<void>;
  adopt(key: ServiceKey, nativeId: string, identity: Identity): Promise<void>;
}
