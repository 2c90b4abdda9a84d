// One field of a spec by its path (`image`, `env.LOG`): read, set in a copy, and whether a person may set it by hand at all. What
// makes links, ships content or holds a secret belongs to the blueprint's text, where it is resolved.

import { EngineError } from '../model/errors.ts';
import { eachDeferred, isDeferred } from '../model/expression.ts';
import { isObject, own, type JsonObject, type JsonValue } from '../model/json.ts';
import { nearest } from '../model/nearest.ts';
import type { Registry } from '../model/registry.ts';
import { RESERVED_FIELDS, type FieldSchema, type KindSchema } from '../model/schema.ts';
import type { DesiredService } from '../model/service.ts';

/** The field of a kind that says how many there are; it stands in no spec. */
export const REPLICAS = 'replicas';

const SETTABLE = ['running', 'protect'] as const;
export type SettableCommon = (typeof SETTABLE)[number];

const DEEPEST = 100;

export function commonFieldOf(field: string): SettableCommon | undefined {
  return SETTABLE.find((one) => one === field);
}

export function fieldOf(spec: JsonObject, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = spec;
  for (const part of path.split('.')) {
    if (!isObject(value) || isDeferred(value)) return undefined;
    value = own(value, part);
  }
  return value;
}

/** A copy with the field set; undefined takes it away. */
export function withField(spec: JsonObject, path: string, value: JsonValue | undefined): JsonObject {
  const [first = '', ...rest] = path.split('.');
  const inner = own(spec, first);
  const next = rest.length === 0 ? value : withField(isObject(inner) ? inner : {}, rest.join('.'), value);
  const { [first]: _old, ...others } = spec;
  return next === undefined ? others : { ...others, [first]: next };
}

/** The schema of the field; refuses what may not be set beside the blueprint. */
export function settableField(
  registry: Registry,
  { key, actor, spec, origin }: DesiredService,
  path: string,
): FieldSchema {
  const schema = registry.actor(actor)?.schema;
  if (schema === undefined)
    throw new EngineError('KIND_UNKNOWN', `${key}: there is no actor "${actor}" in this program`, {
      hint: `known kinds: ${registry.kinds().join(', ')}`,
    });
  const parts = path.split('.');
  const [top = ''] = parts;
  const inBlueprint = `change it in the blueprint (${origin.file}:${origin.line}) and apply`;
  const refuse = (why: string, hint = inBlueprint): never => {
    throw new EngineError('CHANGE_REFUSED', `${key}: "${path}" ${why}`, { hint });
  };
  if (RESERVED_FIELDS.some((field) => field === top)) refuse('cannot be set beside the blueprint');
  let field: FieldSchema = schema;
  for (const part of parts) {
    const next: FieldSchema | undefined = member(field, part);
    if (next === undefined) {
      const like = nearest(part, Object.keys(field.properties ?? {}));
      throw new EngineError('FIELD_UNKNOWN', `${key}: ${actor} has no field "${path}"`, {
        hint: like === undefined ? `ays explain ${actor} lists them` : `did you mean "${like}"?`,
      });
    }
    field = registry.follow(next, schema);
  }
  if (holds(registry, schema, field, (one) => one['x-link'] !== undefined)) refuse('links to other services');
  if (holds(registry, schema, field, (one) => one['x-content'] === true || one['x-folder'] === true))
    refuse('ships content');
  if (holds(registry, schema, field, (one) => one['x-secret'] === 'required')) refuse('holds a secret');
  let later = false;
  eachDeferred(fieldOf(spec, path), () => (later = true));
  if (later) refuse('holds a value that is known only later');
  for (let i = 1; i < parts.length; i++)
    if (isDeferred(fieldOf(spec, parts.slice(0, i).join('.')))) refuse('is part of a value that is known only later');
  return field;
}

function member(field: FieldSchema, name: string): FieldSchema | undefined {
  const known = field.properties;
  if (known !== undefined && Object.hasOwn(known, name)) return known[name];
  if (typeof field.additionalProperties === 'object') return field.additionalProperties;
  return undefined;
}

/** Whether the field, or anything in it, is of this sort. */
function holds(
  registry: Registry,
  home: KindSchema,
  field: FieldSchema,
  is: (field: FieldSchema) => boolean,
  depth = 0,
): boolean {
  if (depth > DEEPEST) return false;
  const here = registry.follow(field, home);
  if (is(here)) return true;
  const inside = [
    ...Object.values(here.properties ?? {}),
    ...(here.oneOf ?? []),
    ...(here.items === undefined ? [] : [here.items]),
    ...(typeof here.additionalProperties === 'object' ? [here.additionalProperties] : []),
  ];
  return inside.some((one) => holds(registry, home, one, is, depth + 1));
}
