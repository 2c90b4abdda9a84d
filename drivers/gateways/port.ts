// Gateways as the gateway kind knows them: one thing with parts that die one by one. Every change is applied whole or not
// at all. Making what is there is success, stopping the stopped and removing the absent too; a taken port of the
// node, or settings that contradict each other, are refused with DRIVER_REFUSED, a stranger with UNOWNED.

import type { JsonObject } from '../../engine/model/json.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import type { Absent, Foreign, Identity } from '../presence.ts';

export type GatewayPart = 'dhcp' | 'firewall' | 'web';

export interface GatewayRoute {
  readonly host: string;
  readonly path: string;
  readonly tls: 'off' | 'optional' | 'required';
}

/** The settings of the spec that a node must know, in the shape of the spec. */
export type GatewayConfig = JsonObject & {
  readonly http: number;
  readonly https: number;
  readonly listen: string;
  readonly routes: readonly (JsonObject & GatewayRoute)[];
  readonly portforwards: readonly (JsonObject & {
    readonly port: number;
    readonly protocols: readonly string[];
    readonly from: string;
  })[];
  readonly networks: readonly (JsonObject & { readonly network: string; readonly public: boolean })[];
};

export interface GatewayPresent {
  readonly presence: 'present';
  readonly state: 'running' | 'stopped';
  /** Of secrets the fingerprints. */
  readonly config: JsonObject;
  /** Parts that should work and do not, in name order. */
  readonly dead: readonly GatewayPart[];
  readonly address: string;
}

export type GatewayView = Absent | Foreign | GatewayPresent;

export interface GatewaysDriver {
  inspect(key: ServiceKey, signal?: AbortSignal): Promise<GatewayView>;
  /** Makes it and leaves it stopped. */
  create(key: ServiceKey, identity: Identity, config: GatewayConfig, signal?: AbortSignal): Promise<void>;
  /** Takes effect at once, without losing connections where that is possible. */
  update(key: ServiceKey, identity: Identity, changes: JsonObject, signal?: AbortSignal): Promise<void>;
  /** With all its parts. */
  start(key: ServiceKey, signal?: AbortSignal): Promise<void>;
  stop(key: ServiceKey, signal?: AbortSignal): Promise<void>;
  /** Starts the parts again that are dead; the others go on. */
  repair(key: ServiceKey, parts: readonly GatewayPart[], signal?: AbortSignal): Promise<void>;
  remove(key: ServiceKey, signal?: AbortSignal): Promise<void>;
  rekey(from: ServiceKey, to: ServiceKey, identity: Identity): Promise<void>;
  adopt(key: ServiceKey, nativeId: string, identity: Identity): Promise<void>;
}
