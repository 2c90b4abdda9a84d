// Where the links of a kind stand: the paths of its schema that carry `x-link`, found once per kind.

import type { JsonObject, JsonValue } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import type { Registry } from '../../model/registry.ts';
import type { FieldSchema, KindSchema, LinkRule } from '../../model/schema.ts';

export interface LinkPath {
  readonly rule: LinkRule;
  /** `['mounts', '*', 'vdisk']`; `*` is every item of a list or member of a map. */
  readonly path: readonly string[];
  /** The top-level field: AYS's argument name. */
  readonly argument: string;
  /** The value is a list of names (the rule stands on the list). */
  readonly list: boolean;
}

export function linkPaths(schema: KindSchema, registry: Registry): readonly LinkPath[] {
  const found: LinkPath[] = [];
  const visit = (field: FieldSchema, path: readonly string[], depth: number): void => {
    if (depth > 16) return;
    const followed = registry.follow(field, schema);
    const rule = followed['x-link'];
    if (rule !== undefined) {
      const list = followed.type === 'array';
      found.push({ rule, path: list ? [...path, '*'] : path, argument: path[0] ?? '', list });
      return;
    }
    if (followed.items !== undefined) {
      // A rule on the items of a list of names is a rule on the list.
      const item = registry.follow(followed.items, schema);
      if (item['x-link'] !== undefined && item.type === 'string')
        found.push({ rule: item['x-link'], path: [...path, '*'], argument: path[0] ?? '', list: true });
      else visit(item, [...path, '*'], depth + 1);
    }
    for (const [name, member] of Object.entries(followed.properties ?? {})) visit(member, [...path, name], depth + 1);
    if (typeof followed.additionalProperties === 'object')
      visit(followed.additionalProperties, [...path, '*'], depth + 1);
    for (const option of followed.oneOf ?? []) visit(option, path, depth + 1);
  };
  for (const [name, field] of Object.entries(schema.properties)) visit(field, [name], 0);
  return found;
}

/** Top-level fields of a kind that mean something to the engine, found once per schema. */
export interface MarkedFields {
  readonly replicas: string | undefined;
  readonly ports: readonly string[];
  readonly warnings: readonly (readonly [name: string, texts: Readonly<Record<string, string>>])[];
}

const marked = new WeakMap<KindSchema, MarkedFields>();

export function markedFields(schema: KindSchema, registry: Registry): MarkedFields {
  let fields = marked.get(schema);
  if (fields === undefined) {
    const all = Object.entries(schema.properties).map(
      ([name, field]) => [name, registry.follow(field, schema)] as const,
    );
    fields = {
      replicas: all.find(([, field]) => field['x-replicas'] === true)?.[0],
      ports: all
        .filter(([, field]) => field['x-port'] === true || field.items?.['x-port'] === true)
        .map(([name]) => name),
      warnings: all.flatMap(([name, field]) =>
        field['x-warn'] === undefined ? [] : [[name, field['x-warn']] as const],
      ),
    };
    marked.set(schema, fields);
  }
  return fields;
}

export interface LinkValue {
  readonly value: JsonValue;
  readonly pointer: string;
  /** The object or list that holds it, to put the full name in. */
  readonly holder: Record<string, JsonValue> | JsonValue[];
  readonly slot: string | number;
}

/** The values that stand at a link path of one spec. */
export function linkValues(spec: JsonObject, { path }: LinkPath): readonly LinkValue[] {
  const values: LinkValue[] = [];
  const walk = (holder: JsonValue | undefined, at: number, pointer: string): void => {
    const part = path[at];
    if (part === undefined) return;
    const entries: [string | number, JsonValue | undefined][] = Array.isArray(holder)
      ? part === '*'
        ? (holder as JsonValue[]).map((item, i) => [i, item])
        : []
      : isObject(holder)
        ? part === '*'
          ? Object.entries(holder)
          : Object.hasOwn(holder, part)
            ? [[part, holder[part]]]
            : []
        : [];
    for (const [slot, value] of entries) {
      if (value === undefined || value === null) continue;
      const next = `${pointer}/${slot}`;
      if (at === path.length - 1) {
        if (typeof value !== 'object')
          values.push({ value, pointer: next, holder: holder as Record<string, JsonValue> | JsonValue[], slot });
      } else walk(value, at + 1, next);
    }
  };
  walk(spec, 0, '');
  return values;
}
