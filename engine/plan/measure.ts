// Sizes and durations are whole numbers inside the engine and have units for people. The schema of the field says which.

import { sayValue } from '../model/drift.ts';
import { isObject, type JsonObject, type JsonValue } from '../model/json.ts';
import type { Registry } from '../model/registry.ts';
import type { FieldSchema, KindSchema } from '../model/schema.ts';
import { formatMeasure, parseMeasure, type Measure } from '../model/units.ts';

/** Of a path such as `namespaces[name=a].size`; undefined where the schema names no unit. */
export function measureOf(registry: Registry, schema: KindSchema, path: string): Measure | undefined {
  let field: FieldSchema | undefined = schema;
  for (const part of path.match(/[^.[\]{}]+|\[[^\]]*\]|\{.*/g) ?? []) {
    if (field === undefined) return undefined;
    const here: FieldSchema = registry.follow(field, schema);
    if (part.startsWith('[')) field = here.items;
    else if (here.properties !== undefined && Object.hasOwn(here.properties, part)) field = here.properties[part];
    else field = typeof here.additionalProperties === 'object' ? here.additionalProperties : undefined;
  }
  const format = field === undefined ? undefined : registry.follow(field, schema).format;
  return format === 'size' || format === 'duration' ? format : undefined;
}

/** What printing a new service needs to know of its kind: the units of its fields, and what it need not mention. */
export interface KindFacts {
  /** In the order of the schema: what matters most comes first. */
  readonly fields: readonly string[];
  readonly measures: Readonly<Record<string, Measure>>;
  /** The same of what lies deeper: `devices[].size`, `ulimits{}`. */
  readonly inside: ReadonlyMap<string, Measure>;
  readonly defaults: JsonObject;
  /** Maps whose keys are the author's own (`env`). */
  readonly free: ReadonlySet<string>;
}

const KNOWN = new WeakMap<KindSchema, KindFacts>();

/** Of the top-level fields of a kind; worked out once. */
export function factsOf(registry: Registry, schema: KindSchema): KindFacts {
  let known = KNOWN.get(schema);
  if (known === undefined) {
    const measures: Record<string, Measure> = {};
    const defaults: Record<string, JsonValue> = {};
    const free = new Set<string>();
    const inside = new Map<string, Measure>();
    for (const [field, rule] of Object.entries(schema.properties)) {
      const measure = measureOf(registry, schema, field);
      const { default: value, additionalProperties } = registry.follow(rule, schema);
      if (typeof additionalProperties === 'object') free.add(field);
      const parsed = measure !== undefined && typeof value === 'string' ? parseMeasure(measure, value) : undefined;
      if (measure !== undefined) measures[field] = measure;
      else collect(registry, schema, rule, field, inside);
      if (value !== undefined) defaults[field] = parsed?.ok === true ? parsed.value : value;
    }
    known = { fields: Object.keys(schema.properties), measures, inside, defaults, free };
    KNOWN.set(schema, known);
  }
  return known;
}

/** A schema may refer to itself; no value of a blueprint is deeper than this. */
const DEEPEST = 8;

function collect(
  registry: Registry,
  home: KindSchema,
  rule: FieldSchema,
  path: string,
  into: Map<string, Measure>,
  depth = 0,
): void {
  const here = registry.follow(rule, home);
  if (here.format === 'size' || here.format === 'duration') into.set(path, here.format);
  if (depth === DEEPEST) return;
  const next = (child: FieldSchema, name: string): void => {
    collect(registry, home, child, `${path}${name}`, into, depth + 1);
  };
  for (const [name, child] of Object.entries(here.properties ?? {})) next(child, `.${name}`);
  if (here.items !== undefined) next(here.items, '[]');
  if (typeof here.additionalProperties === 'object') next(here.additionalProperties, '{}');
}

/** A value with units for people all the way down. */
export function withUnits(value: JsonValue, path: string, facts: KindFacts): JsonValue {
  if (typeof value === 'number') {
    const measure = facts.measures[path] ?? facts.inside.get(path);
    return measure === undefined || value < 0 ? value : formatMeasure(measure, value);
  }
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item) => withUnits(item, `${path}[]`, facts));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const own = `${path}.${name}`;
      const known = facts.inside.has(own) || [...facts.inside.keys()].some((one) => one.startsWith(own));
      return [name, item === undefined ? undefined : withUnits(item, known ? own : `${path}{}`, facts)];
    }),
  );
}

/** The settings of a spec in the order of its schema. */
export function inOrder(spec: JsonObject, { fields }: KindFacts): readonly (readonly [string, JsonValue])[] {
  return fields.flatMap((field) => {
    const value = spec[field];
    return value === undefined ? [] : [[field, value] as const];
  });
}

export function sayAs(value: JsonValue | undefined, measure: Measure | undefined): string {
  if (value === '') return '""';
  return measure !== undefined && typeof value === 'number' && value >= 0
    ? formatMeasure(measure, value)
    : sayValue(value);
}

/** The same, however long. */
export function sayWhole(value: JsonValue | undefined, measure: Measure | undefined): string {
  return isObject(value) || Array.isArray(value)
    ? JSON.stringify(value)
    : typeof value === 'string' && value !== ''
      ? value
      : sayAs(value, measure);
}

/** `size: 1GiB → 2GiB` */
export function sayChange(change: { field: string; have?: JsonValue; want?: JsonValue; measure?: Measure }): string {
  return `${change.field}: ${sayAs(change.have, change.measure)} → ${sayAs(change.want, change.measure)}`;
}
