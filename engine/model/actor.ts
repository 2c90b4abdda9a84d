// An actor is the meaning of a kind: its schema, how to look (observe), what is missing (diff, pure), and how each
// typed step is done. A step without an executor, or with the wrong arguments, does not compile.
//
// diff serves four masters: the plan a person reads, the dry run, the loop and the drift view. It gets what is wanted
// and what was seen, never what was done before, so crash recovery and adoption need no code of their own.

import { EngineError } from './errors.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { KIND_PATTERN, type ServiceKey } from './key.ts';
import { checkPolicy, type PolicyOverrides } from './policy.ts';
import { RESERVED_FIELDS, type FieldSchema, type KindSchema } from './schema.ts';
import type { Milestone } from './service.ts';

/** `safe`: nobody notices. `disruptive`: an interruption. `destructive`: data may be lost; needs consent. */
export type Risk = 'safe' | 'disruptive' | 'destructive';

/** Names the field and both values; `text` says it for people. `have`/`want` of secrets are never given. */
export interface Why {
  readonly field: string;
  readonly have: JsonValue | undefined;
  readonly want: JsonValue | undefined;
  readonly text: string;
}

/** What a driver saw. Kinds add their own fields; these are what the engine reads. */
export interface Status {
  /** `foreign`: something stands there under this name that is not ours. */
  readonly presence: 'absent' | 'present' | 'foreign';
  /** The furthest milestone reached; `exists` when present and nothing more. */
  readonly milestone?: Milestone;
  /** Observed settings in the shape of the spec; only what can be seen. Secret values appear as fingerprints. */
  readonly config?: JsonObject;
  readonly health?: 'ok' | 'warning' | 'error';
  /** Of a foreign thing: its native id and whose label it carries, if any. */
  readonly foreign?: { readonly id: string; readonly label?: string };
  readonly outputs?: Readonly<Record<string, JsonValue>>;
}

/** The resolved spec with the common fields a diff may look at; or that it must go; or be detached and kept. */
export type Want<Spec> = (Spec & { readonly running: boolean }) | 'retired' | 'absent';

export interface Step<Op extends string = string, Args = unknown> {
  readonly op: Op;
  readonly args: Args;
  readonly why: Why;
  /** Overrides the risk of the step's definition, upwards or downwards, for this one occasion. */
  readonly risk?: Risk;
}

/** Step names with their argument types. */
export type StepArguments = Record<string, unknown>;
export type StepOf<Ops extends StepArguments> = { readonly [Op in keyof Ops & string]: Step<Op, Ops[Op]> }[keyof Ops &
  string];

export interface StepContext {
  readonly key: ServiceKey;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly hash: string;
  readonly signal: AbortSignal;
}

export interface ActionContext extends StepContext {
  /** Id of this run, unique and in the order of time: what an action makes without a given name is called after it. */
  readonly run: string;
}

export interface StepDefinition<Driver, Args> {
  readonly risk: Risk;
  /** One phrase for people: "make the subvolume". */
  readonly summary: string;
  readonly timeoutMs?: number;
  readonly run: (driver: Driver, args: Args, context: StepContext) => Promise<void>;
}

export interface ActionDefinition<Driver> {
  readonly summary: string;
  readonly risk: Risk;
  /** JSON Schema of the arguments; an object schema. Absent: takes none. */
  readonly args?: FieldSchema;
  readonly timeoutMs?: number;
  readonly run: (driver: Driver, args: JsonObject, context: ActionContext) => Promise<JsonValue>;
}

export interface RecurringAction {
  readonly action: string;
  readonly everyMs: number;
  readonly args?: JsonObject;
}

/** A question asked of a running service again and again; the agent asks it, diff sees the answer as status. */
export interface Probe {
  readonly purpose: 'startup' | 'readiness' | 'liveness';
  readonly how:
    { readonly http: string; readonly port: number } | { readonly tcp: number } | { readonly exec: readonly string[] };
  readonly everyMs: number;
  readonly timeoutMs: number;
  readonly failures: number;
}

/** Fields of one spec that do not go together. */
export interface Contradiction {
  /** Pointer of the field to show: `/devices`, `/routes/1/port`. */
  readonly at: string;
  /** What was found and what was expected, without the key of the service. */
  readonly message: string;
  readonly hint?: string;
}

/** Nothing that the engine may do helps any more: a person is needed. */
export interface Stuck<S extends Step = Step> {
  /** Without the key of the service. */
  readonly message: string;
  readonly hint?: string;
  /** The world may undo it without us (a lost disk is plugged in again): parked, but looked at again. */
  readonly mayClear?: boolean;
  /** What to begin with when a person asks for another try. Absent: it is looked at once more. */
  readonly again?: S;
}

export interface ActorDefinition<Spec, S extends Status, Driver, Ops extends StepArguments> {
  /** `container`, or a variant such as `node.ovc`. */
  readonly kind: string;
  readonly version: string;
  readonly schema: KindSchema;
  /** Name of the driver port it needs: `containers`. */
  readonly port: string;
  readonly observe: (driver: Driver, context: StepContext) => Promise<S>;
  readonly diff: (want: Want<Spec>, status: S) => readonly StepOf<Ops>[];
  /** What is asked for and will not be done (a disk made smaller): diff gives no step for it, the plan and the loop say so. */
  readonly refusals?: (want: Want<Spec>, status: S) => readonly Why[];
  /**
   * What the words of a schema cannot say of one resolved spec; asked at the door, so that it is an error with a line.
   * Values that are known only later are deferred objects there: pass over what is not of the expected type.
   */
  readonly contradictions?: (spec: Spec) => readonly Contradiction[];
  /** Asked when diff has no step: has it failed for good, so that it must be parked? */
  readonly stuck?: (want: Want<Spec>, status: S) => Stuck<StepOf<Ops>> | undefined;
  readonly steps: { readonly [Op in keyof Ops]: StepDefinition<Driver, Ops[Op]> };
  /** Gives the thing another key, in place: `was`, `rename`, replica renumbering. */
  readonly rekey: (driver: Driver, from: ServiceKey, context: StepContext) => Promise<void>;
  /** Labels a foreign thing as ours. */
  readonly adopt: (driver: Driver, nativeId: string, context: StepContext) => Promise<void>;
  readonly actions?: Readonly<Record<string, ActionDefinition<Driver>>>;
  readonly recurring?: readonly RecurringAction[];
  readonly probes?: (spec: Spec) => readonly Probe[];
  readonly policy?: PolicyOverrides;
}

/** An actor with its types forgotten: what the engine holds. */
export type AnyActor = ActorDefinition<JsonObject, Status, unknown, Record<string, unknown>>;

/**
 * Checks a definition and freezes it. Called with the types first, `defineActor<Spec, Status, Driver, Ops>()({...})`,
 * so that the compiler can check the steps against them.
 */
export function defineActor<Spec, S extends Status, Driver, Ops extends StepArguments>() {
  return (definition: ActorDefinition<Spec, S, Driver, Ops>): ActorDefinition<Spec, S, Driver, Ops> => {
    const problem = problemOf(definition as unknown as AnyActor);
    if (problem !== undefined) throw new EngineError('ACTOR_INVALID', `actor ${definition.kind}: ${problem}`);
    return Object.freeze(definition);
  };
}

function problemOf(actor: AnyActor): string | undefined {
  const { kind, schema } = actor;
  if (!KIND_PATTERN.test(kind)) return `the kind "${kind}" is not of the form ${KIND_PATTERN.source}`;
  if (schema.type !== 'object' || schema.additionalProperties !== false) {
    return 'its schema must be an object with "additionalProperties": false';
  }
  const taken = RESERVED_FIELDS.find((field) => Object.hasOwn(schema.properties, field));
  if (taken !== undefined) return `its schema uses "${taken}", which every kind has already`;
  for (const [field, rule] of Object.entries(schema.properties)) {
    const link = rule['x-link'] ?? rule.items?.['x-link'];
    if (link === undefined) continue;
    if (link.parent === true && ((link.min ?? 1) > 1 || (link.max ?? 1) !== 1))
      return `"${field}": a parent is exactly one`;
    if (link.max !== undefined && link.max > 0 && (link.min ?? 0) > link.max)
      return `"${field}": min ${link.min} is above max ${link.max}`;
    if (link.auto === true && typeof link.kind !== 'string') return `"${field}": an auto link needs one kind to create`;
  }
  for (const [name, action] of Object.entries(actor.actions ?? {})) {
    if (!/^[a-z][a-z0-9-]*$/.test(name)) return `the action name "${name}" is not lower case words`;
    if (action.args !== undefined && action.args.type !== 'object')
      return `the arguments of action "${name}" must be an object schema`;
  }
  for (const { action, everyMs } of actor.recurring ?? []) {
    if (actor.actions?.[action] === undefined) return `recurring names "${action}", which is not one of its actions`;
    if (!(everyMs >= 1000)) return `recurring "${action}" every ${everyMs} ms: the shortest period is 1 s`;
  }
  return checkPolicy(actor.policy);
}
