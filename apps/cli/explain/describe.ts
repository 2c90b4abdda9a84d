// What the schema of a kind says, as data in plain words: the one source of `ays explain`, in text and in JSON.

import type { AnyActor } from '../../../engine/model/actor.ts';
import { EngineError } from '../../../engine/model/errors.ts';
import type { JsonValue } from '../../../engine/model/json.ts';
import { nearest } from '../../../engine/model/nearest.ts';
import type { Registry } from '../../../engine/model/registry.ts';
import type { FieldSchema, KindSchema, LinkRule } from '../../../engine/model/schema.ts';

export interface FieldInfo {
  /** `mounts[].at` */
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  readonly default?: JsonValue;
  readonly bounds: readonly string[];
  readonly change?: string;
  readonly link?: string;
  readonly secret?: string;
  readonly description: string;
  readonly examples: readonly JsonValue[];
  /** Every kind has it. */
  readonly common?: boolean;
}

const COMMON = 'common.schema.json';

export function describeFields(registry: Registry, actor: AnyActor): readonly FieldInfo[] {
  const { schema } = actor;
  return members(registry, schema, schema, '');
}

export function describeCommon(registry: Registry, actor: AnyActor): readonly FieldInfo[] {
  const common = registry.shared()[COMMON];
  return common === undefined
    ? []
    : members(registry, common, actor.schema, '').map((field) => ({ ...field, common: true }));
}

export function describeOutputs(registry: Registry, actor: AnyActor): readonly FieldInfo[] {
  return Object.entries(actor.schema['x-outputs'] ?? {}).map(([name, field]) =>
    describe(registry, actor.schema, field, name, false),
  );
}

/** The field at a dotted path with what is inside it; indexes may be written or left out. */
export function describePath(
  registry: Registry,
  actor: AnyActor,
  path: readonly string[],
): { readonly field: FieldInfo; readonly inside: readonly FieldInfo[] } {
  const { schema } = actor;
  let current: FieldSchema = schema;
  let at = '';
  let required = false;
  let isCommon = false;
  for (const part of path) {
    const name = part.replace(/\[\d*\]/g, '');
    const { open, suffix } = opened(registry, schema, current);
    const own = open.flatMap((field) => Object.entries(field.properties ?? {}));
    let found = own.find(([key]) => key === name)?.[1];
    const common = at === '' ? registry.shared()[COMMON]?.properties : undefined;
    if (found === undefined && common !== undefined && Object.hasOwn(common, name)) {
      found = common[name];
      isCommon = true;
    }
    const free = open.map((field) => field.additionalProperties).find((rule) => typeof rule === 'object');
    if (found === undefined && free === undefined) {
      const known = [...own.map(([key]) => key), ...Object.keys(common ?? {})];
      const guess = nearest(name, known);
      const where = at === '' ? actor.kind : `${actor.kind}.${at}`;
      throw new EngineError('FIELD_UNKNOWN', `${where} has no field "${name}"`, {
        hint:
          guess !== undefined
            ? `did you mean ${where}.${guess}?`
            : known.length > 0
              ? `it has ${known.join(', ')}`
              : 'it has no fields inside',
      });
    }
    required = open.some((field) => field.required?.includes(name) === true);
    at = `${at}${suffix}${at === '' ? '' : '.'}${found === undefined ? '*' : name}`;
    current = found ?? free!;
  }
  const field = { ...describe(registry, schema, current, at, required), ...(isCommon && { common: true }) };
  const { open, suffix } = opened(registry, schema, current);
  return { field, inside: open.flatMap((inner) => members(registry, inner, schema, `${at}${suffix}.`)) };
}

function members(registry: Registry, parent: FieldSchema, home: KindSchema, prefix: string): readonly FieldInfo[] {
  return Object.entries(parent.properties ?? {}).map(([name, field]) =>
    describe(registry, home, field, `${prefix}${name}`, parent.required?.includes(name) === true),
  );
}

/** The objects a field can be: through refs, lists and short forms. */
function opened(
  registry: Registry,
  home: KindSchema,
  field: FieldSchema,
): { readonly open: readonly FieldSchema[]; readonly suffix: string } {
  const followed = registry.follow(field, home);
  if (followed.oneOf !== undefined) {
    const inner = followed.oneOf.map((option) => opened(registry, home, option));
    return {
      open: inner.flatMap(({ open }) => open),
      suffix: inner.find(({ open, suffix }) => open.length > 0 && suffix !== '')?.suffix ?? '',
    };
  }
  if (followed.items !== undefined) {
    const inner = opened(registry, home, followed.items);
    return { open: inner.open, suffix: `[]${inner.suffix}` };
  }
  return {
    open: followed.properties !== undefined || typeof followed.additionalProperties === 'object' ? [followed] : [],
    suffix: '',
  };
}

function describe(registry: Registry, home: KindSchema, raw: FieldSchema, path: string, required: boolean): FieldInfo {
  const field = registry.follow(raw, home);
  const link =
    field['x-link'] ?? (field.items === undefined ? undefined : registry.follow(field.items, home)['x-link']);
  const secret = field['x-secret'];
  return {
    path,
    type: sayType(registry, home, field),
    required,
    ...(field.default !== undefined && { default: field.default }),
    bounds: [...sayBounds(field), ...eachBounds(registry, home, field)],
    ...(field['x-change'] !== undefined && { change: CHANGES[field['x-change']] }),
    ...(link !== undefined && { link: sayLink(link) }),
    ...(secret !== undefined && {
      secret: secret === 'required' ? 'only {{secret "…"}} may stand here' : 'may hold {{secret "…"}}',
    }),
    description: field.description ?? '',
    examples: field.examples ?? [],
  };
}

const CHANGES = {
  live: 'live: changed in place, nobody notices',
  restart: 'restart: changed in place, with a stop and a start',
  replace: 'replace: removed and made again',
  grow: 'grow: in place, upwards only',
  move: 'move: data or placement moves',
  refused: 'refused: make another one instead',
} as const;

function sayType(registry: Registry, home: KindSchema, field: FieldSchema, depth = 0): string {
  if (depth > 6) return '…';
  const inner = (child: FieldSchema): string => sayType(registry, home, registry.follow(child, home), depth + 1);
  if (field['x-content'] === true) return 'content (text: or from:)';
  if (field.oneOf !== undefined) return [...new Set(field.oneOf.map(inner))].join(' or ');
  if (field.const !== undefined) return JSON.stringify(field.const);
  if (field.enum !== undefined)
    return `one of ${field.enum.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(', ')}`;
  if (field.format === 'size') return 'size (2GiB)';
  if (field.format === 'duration') return 'duration (30s)';
  if (Array.isArray(field.type))
    return (field.type as readonly string[])
      .map((type) => sayType(registry, home, { ...field, type }, depth + 1))
      .join(' or ');
  switch (field.type) {
    case 'array':
      return field.items === undefined ? 'list' : `list of ${plural(inner(field.items))}`;
    case 'object':
      return typeof field.additionalProperties === 'object' && field.properties === undefined
        ? `map of ${plural(inner(field.additionalProperties))}`
        : 'map';
    case 'boolean':
      return 'true or false';
    case 'integer':
      return 'whole number';
    case 'number':
      return 'number';
    case 'string':
      return field['x-link'] === undefined ? 'text' : field['x-link'].kind === '*' ? 'kind/name' : 'name';
    default:
      return 'anything';
  }
}

function plural(type: string): string {
  if (/^(name|map|number|whole number|list)$/.test(type)) return `${type}s`;
  return type === 'text' ? 'texts' : type;
}

function sayBounds(field: FieldSchema): readonly string[] {
  const from = field['x-min'] ?? field.minimum;
  const to = field['x-max'] ?? field.maximum;
  const bounds: string[] = [];
  if (from !== undefined || to !== undefined) bounds.push(range(from, to, ''));
  const lists: readonly (readonly [number | undefined, number | undefined, string])[] = [
    [field.minLength, field.maxLength, ' characters'],
    [field.minItems, field.maxItems, ' items'],
    [field.minProperties, field.maxProperties, ' entries'],
  ];
  for (const [low, high, unit] of lists)
    if (low !== undefined || high !== undefined) bounds.push(range(low, high, unit));
  if (field.uniqueItems === true) bounds.push('no two alike');
  if (field.pattern !== undefined) bounds.push(`matches ${field.pattern}`);
  if (field['x-oneOf'] !== undefined) bounds.push(`exactly one of ${field['x-oneOf'].join(', ')}`);
  return bounds;
}

/** Of a list of maps, what holds for each. */
function eachBounds(registry: Registry, home: KindSchema, field: FieldSchema): readonly string[] {
  const one = field.items === undefined ? undefined : registry.follow(field.items, home)['x-oneOf'];
  return one === undefined ? [] : [`each has exactly one of ${one.join(', ')}`];
}

function range(from: string | number | undefined, to: string | number | undefined, unit: string): string {
  if (from === undefined) return `at most ${to}${unit}`;
  if (to === undefined) return `at least ${from}${unit}`;
  return from === to ? `exactly ${from}${unit}` : `${from} to ${to}${unit}`;
}

function sayLink(link: LinkRule): string {
  const kinds = link.kind === '*' ? 'any kind' : typeof link.kind === 'string' ? link.kind : link.kind.join(' or ');
  if (link.placement === true) return `${kinds}: where it runs; chosen when absent`;
  const facts: string[] = [];
  if (link.parent === true) facts.push(link.optional === true ? 'its parent, if any' : 'its parent');
  if (link.min !== undefined && link.min > 0) facts.push(`at least ${link.min}`);
  if (link.max !== undefined && link.max > 0) facts.push(`at most ${link.max}`);
  if (link.auto === true) facts.push('made when the blueprint has none');
  const until = link.until ?? 'ready';
  facts.push(
    until === 'ready'
      ? 'waits until it is ready'
      : until === 'started'
        ? 'waits until it is started'
        : 'waits until it exists',
  );
  if (link.onReplace === 'restart') facts.push('restarts when it is replaced');
  return `${kinds}: ${facts.join(', ')}`;
}
