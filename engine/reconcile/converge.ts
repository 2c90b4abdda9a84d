// Many services driven to rest in simulated time: the real lifecycle, the real pass, drivers that are given. Used by
// `quickstart` and the tests; one seed is one history. Services run beside each other: in simulated time passes overlap,
// and a service waits only for what it links to.

import type { JsonObject } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Registry } from '../model/registry.ts';
import type { DesiredService, Observed } from '../model/service.ts';
import type { LifecycleSnapshot, LifecycleState, Wish } from '../lifecycle/index.ts';
import type { Consent } from './reconcile.ts';
import { Simulation } from './simulation.ts';

/** What `converge` needs to know of a service; a DesiredService has it all. */
export type DrivenService = Pick<DesiredService, 'key' | 'actor' | 'spec' | 'common' | 'links' | 'hash'> & {
  readonly uid?: string;
  readonly generation?: number;
  /** Default `present`. */
  readonly want?: Wish;
};

export interface Disturbance {
  /** Simulated milliseconds after the start. */
  readonly atMs: number;
  /** For the history: "container/web killed". */
  readonly name: string;
  act(drivers: Readonly<Record<string, unknown>>): void;
}

export interface World {
  readonly services: Iterable<DrivenService>;
  readonly registry: Registry;
  /** By port name. */
  readonly drivers: Readonly<Record<string, unknown>>;
  readonly disturb?: readonly Disturbance[];
  readonly consents?: readonly Consent[];
  /** Services of other blueprints that are ready already. */
  readonly ready?: ReadonlySet<ServiceKey>;
  /** Puts deferred values (`status`, `secret`) into a spec; undefined while one is not known yet. Default: as it is. */
  readonly fill?: (spec: JsonObject, output: (key: ServiceKey, field: string) => unknown) => JsonObject | undefined;
  /** Called after each step, so that the world can move on by itself. */
  readonly passTime?: (key: ServiceKey, nowMs: number) => void;
  readonly seed?: number;
  /** Simulated time that one pass takes. Default 5 ms. */
  readonly passMs?: number;
  /** Simulated time until a change of the world is noticed. Default 20 ms. */
  readonly noticeMs?: number;
  readonly maxPasses?: number;
  readonly maxMs?: number;
  readonly onEvent?: (event: HistoryEvent) => void;
}

export interface HistoryEvent {
  readonly atMs: number;
  /** Undefined for what happened to the world. */
  readonly key?: ServiceKey;
  readonly decision: string;
  readonly why: string;
}

export interface EndState {
  readonly state: LifecycleState;
  /** Why it is not converged: the code and what to do. */
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string;
  readonly waitingOn?: readonly ServiceKey[];
}

export interface Convergence {
  /** Everything is converged, retired or gone, as it was asked. */
  readonly converged: boolean;
  /** False: the bound on passes or time was met first. */
  readonly quiet: boolean;
  readonly history: readonly HistoryEvent[];
  readonly states: ReadonlyMap<ServiceKey, EndState>;
  readonly observed: ReadonlyMap<ServiceKey, Observed>;
  readonly snapshots: ReadonlyMap<ServiceKey, LifecycleSnapshot>;
  readonly passes: number;
  /** Steps that were run. */
  readonly steps: number;
  /** Simulated time of the last step. */
  readonly elapsedMs: number;
}

export async function converge(world: World): Promise<Convergence> {
  return await new Simulation(world).run();
}
