// What the schema of a kind may say beyond JSON Schema 2020-12. A schema file describes what a person *writes*;
// `format: size` and `format: duration` are text there (`2GiB`, `30s`) and whole numbers (bytes, milliseconds) in
// the resolved spec. One file per kind drives validation, links, editors, `ays explain`, docs and the types.

import type { JsonObject, JsonValue } from './json.ts';

/** What happens to a running service when the field changes; `ays explain` and the docs print it. */
export type ChangeClass =
  | 'live' // changed in place, nobody notices
  | 'restart' // in place, with a stop and start
  | 'replace' // removed and made again
  | 'grow' // in place, upwards only
  | 'move' // data or placement moves
  | 'refused'; // never: make another one

export interface LinkRule {
  /** The role linked to; a list where several fit; `*` where the value is `kind/name`. */
  readonly kind: string | readonly string[];
  /** The owner: exactly one, and deletion follows it. */
  readonly parent?: boolean;
  /** When nothing is named, take what the blueprint has or create `auto_1`, `auto_2`, … */
  readonly auto?: boolean;
  /** With `parent`: none is fine too. */
  readonly optional?: boolean;
  readonly min?: number;
  /** 0 or absent: no limit. */
  readonly max?: number;
  /** What a replaced producer does to this consumer. Default `nothing`. */
  readonly onReplace?: 'restart' | 'nothing';
  /** `node`: absent means the robot chooses. */
  readonly placement?: boolean;
  /** The producer serves one writer: read-write it has one consumer, and replicas are paired by number. A sibling `readOnly: true` lifts it. */
  readonly paired?: boolean;
  /** The producer need only exist, it need not be ready (a group of a gateway's routes). Default `ready`. */
  readonly until?: 'ready' | 'started' | 'exists';
}

export interface FieldSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: JsonValue;
  readonly enum?: readonly JsonValue[];
  readonly const?: JsonValue;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly items?: FieldSchema;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | FieldSchema;
  readonly propertyNames?: FieldSchema;
  /** Short forms: exactly one of them fits, told apart by the YAML type (`after: [a]` or `after: {a: done}`). */
  readonly oneOf?: readonly FieldSchema[];
  /** Exactly one of these members must be there. */
  readonly 'x-oneOf'?: readonly string[];
  readonly examples?: readonly JsonValue[];
  readonly deprecated?: boolean;
  readonly 'x-link'?: LinkRule;
  readonly 'x-change'?: ChangeClass;
  /** `required`: only a secret expression may stand here. `allowed`: it may. Elsewhere it is refused. */
  readonly 'x-secret'?: 'required' | 'allowed';
  /** Text or file from the author's side: `{text}` or `{from}`; hashed into the revision. */
  readonly 'x-content'?: boolean;
  /** A folder from the author's side, content-addressed (`mounts[].from`). */
  readonly 'x-folder'?: boolean;
  /** Bounds of a size or duration, in its own units. */
  readonly 'x-min'?: string;
  readonly 'x-max'?: string;
  /** The number of replicas of this service. */
  readonly 'x-replicas'?: boolean;
  /** A fixed host port claim (`8080:80`): one per node and protocol. */
  readonly 'x-port'?: boolean;
  /** The pattern in words, for messages and docs: "an absolute path". */
  readonly 'x-form'?: string;
  /** A warning to print when the value is one of these. */
  readonly 'x-warn'?: Readonly<Record<string, string>>;
  readonly $defs?: Readonly<Record<string, FieldSchema>>;
}

export interface KindSchema extends FieldSchema {
  readonly $id: string;
  readonly title: string;
  readonly description: string;
  readonly properties: Readonly<Record<string, FieldSchema>>;
  /** It keeps data: when its block goes it is retired, not deleted. */
  readonly 'x-holdsData'?: boolean;
  /** What `status "kind/name" "field"` may name, with its type. */
  readonly 'x-outputs'?: Readonly<Record<string, FieldSchema>>;
}

/** Common to every kind; `defineActor` refuses a schema that uses one. Defined in schemas/common.schema.json. */
export const RESERVED_FIELDS = [
  'after',
  'each',
  'heal',
  'labels',
  'paused',
  'protect',
  'retain',
  'running',
  'was',
  'when',
] as const;

/** The words above, for validators that must know which keywords are ours. */
export const SCHEMA_KEYWORDS = [
  'x-link',
  'x-change',
  'x-secret',
  'x-content',
  'x-folder',
  'x-min',
  'x-max',
  'x-replicas',
  'x-port',
  'x-form',
  'x-warn',
  'x-oneOf',
  'x-holdsData',
  'x-outputs',
] as const;

/** JSON imports are typed by their text; this is the one place that says they are schemas. */
export function asKindSchema(json: JsonObject | object): KindSchema {
  return json as KindSchema;
}
