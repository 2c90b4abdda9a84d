// Containers as the container and task kinds know them, whatever runs them underneath. A stopped container keeps its layer, its
// network and its address. Making what is there is success, stopping the stopped and removing the absent too;
// a stranger in the way is refused with UNOWNED, what cannot be done as asked with DRIVER_REFUSED.

import type { JsonObject } from '../../engine/model/json.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import type { Absent, Foreign, Identity } from '../presence.ts';

export type ContainerState = 'created' | 'running' | 'paused' | 'exited';

/** The settings of the spec that a node must know, under the names and in the shape of the spec. */
export type ContainerConfig = JsonObject & {
  readonly image: string;
  /** `null`: the default network of the node. */
  readonly network?: string | null;
  readonly ports?: readonly string[];
  readonly hostNetwork?: boolean;
  readonly hostname?: string;
};

export interface ContainerPresent {
  readonly presence: 'present';
  readonly state: ContainerState;
  /** Of the last end. */
  readonly exitCode?: number;
  /** The attempt it is in or was in last, when it was started with one. */
  readonly attempt?: number;
  /** What it was made with; of secrets the fingerprints, of sign-in data nothing. */
  readonly config: JsonObject;
  /** `error`: it hangs. `warning`: it is not ready. */
  readonly health: 'ok' | 'warning' | 'error';
  /** Further processes that should run inside and do not. */
  readonly deadProcesses: readonly string[];
  readonly address?: string;
  readonly hostname: string;
  readonly node: string;
}

export type ContainerView = Absent | Foreign | ContainerPresent;

export interface StopOrder {
  readonly signal: string;
  readonly graceMs: number;
}

export interface StartOrder {
  /** It runs only when fewer attempts than this were made; so an order given twice is one attempt. */
  readonly attempt?: number;
  /** Forget earlier attempts first. */
  readonly fresh?: boolean;
}

export interface ExecOrder {
  readonly command: readonly string[];
  readonly user?: string;
  readonly workdir?: string;
  readonly input?: string;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ContainersDriver {
  inspect(key: ServiceKey, signal?: AbortSignal): Promise<ContainerView>;
  create(key: ServiceKey, identity: Identity, config: ContainerConfig, signal?: AbortSignal): Promise<void>;
  /** Makes it run with all its processes, whether it is new, has ended or is paused. */
  start(key: ServiceKey, order?: StartOrder, signal?: AbortSignal): Promise<void>;
  /** An attempt that is stopped on order does not count as made. */
  stop(key: ServiceKey, order: StopOrder, signal?: AbortSignal): Promise<void>;
  /** Stops it at once when it still runs. */
  remove(key: ServiceKey, signal?: AbortSignal): Promise<void>;
  /** Limits and interfaces take effect at once, files and processes at the next start. */
  update(key: ServiceKey, identity: Identity, changes: JsonObject, signal?: AbortSignal): Promise<void>;
  exec(key: ServiceKey, order: ExecOrder, signal?: AbortSignal): Promise<ExecResult>;
  logs(key: ServiceKey, lines: number, signal?: AbortSignal): Promise<string>;
  rekey(from: ServiceKey, to: ServiceKey, identity: Identity): Promise<void>;
  adopt(key: ServiceKey, nativeId: string, identity: Identity): Promise<void>;
}
