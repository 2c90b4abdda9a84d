// What an actor's author gives so that the shared contract (actor-contract.ts) can judge it: how to make a fresh world,
// which specs are possible, and what hands, crashes and time may do to the world. The contract does the rest; a case
// holds no expectations of its own. Members that take a driver are methods, so that a list of cases needs no cast.

import type fc from 'fast-check';
import type { AnyActor, Status } from '../../engine/model/actor.ts';
import type { JsonObject, JsonValue } from '../../engine/model/json.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import type { Milestone } from '../../engine/model/service.ts';

export interface Disturbance<Driver = unknown> {
  /** "killed", "edited by hand", "device torn out". */
  readonly name: string;
  /** Must be harmless when the thing is not there. */
  act(driver: Driver, key: ServiceKey): void;
}

/** What a person or another service does to the contents, so that "the data is kept" can be checked. */
export interface DataProbe<Driver = unknown> {
  /** Leaves a mark in the thing; false when it is not in a state that can hold one. */
  write(driver: Driver, key: ServiceKey, mark: string): boolean;
  read(driver: Driver, key: ServiceKey): JsonValue | undefined;
}

export interface ActorCase<Driver = unknown> {
  readonly actor: AnyActor;
  /** A fresh memory driver. */
  makeDriver(): Driver;
  /** Resolved specs (bytes, milliseconds, defaults filled in), valid by the schema, without the common fields. */
  readonly specs: fc.Arbitrary<JsonObject>;
  readonly disturb: readonly Disturbance<Driver>[];
  /**
   * Allowed changes of a spec (no shrink of a disk). Default: any other spec. Where most changes mean that the thing is made
   * again, change one field at a time: beside many changes a forgotten one does not show.
   */
  followUp?(spec: JsonObject): fc.Arbitrary<JsonObject>;
  /** Puts there what other services of the grid would have made first (a pool for a filesystem). Called before the first pass and again whenever the spec changes. */
  prepare?(driver: Driver, key: ServiceKey, spec: JsonObject): void;
  /** Lets the world move on by itself, called after each step: a task ends, a rebuild makes progress. */
  passTime?(driver: Driver, key: ServiceKey): void;
  /**
   * Milestones at which a converged service may be seen. Default: `ready` or `done` when it is to run, `exists` when it
   * is not and when it is retired. Give it where `running` means nothing to the kind, or where rest comes earlier.
   */
  ends?(want: JsonObject & { readonly running: boolean }): readonly Milestone[];
  /**
   * A converged service that runs may be seen with health `warning` here, without a refusal that says why: a disk that is
   * nearly full, a lost shard with no spare left. Default: never.
   */
  mayWarn?(want: JsonObject, status: Status): boolean;
  /** Puts a stranger there that would do for any spec after some steps; called on a world without the thing. */
  putForeign?(driver: Driver, key: ServiceKey, spec: JsonObject): void;
  /** For kinds that hold data: `retired` and revived again must keep it. */
  readonly data?: DataProbe<Driver>;
  /** Steps with risk `destructive` that the spec itself asks for, such as dropping a namespace: consented to in the contract. */
  readonly consents?: readonly string[];
  /** Mutants (by name, see mutants.test.ts) that cannot be told from the original, each with the reason. */
  readonly equivalent?: Readonly<Record<string, string>>;
}
