// What ajv says of a shaped spec, in our words and at the right place. The schema that ajv sees is the *spec view* of a kind: refs
// followed, sizes and durations as integers, content and folders as what they were read into. Values that are not known
// yet are objects of ours; complaints about them are dropped, their type was checked where they stood.

import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Place, SourceFile } from '../../model/diagnostic.ts';
import { isDeferred } from '../../model/expression.ts';
import { isObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import { nearest } from '../../model/nearest.ts';
import type { Registry } from '../../model/registry.ts';
import { SCHEMA_KEYWORDS, type FieldSchema, type KindSchema } from '../../model/schema.ts';
import { clip, place } from '../sources/draft.ts';
import { measureOf, type ShapeContext } from './context.ts';
import type { ObjectShape } from './shape.ts';
import type { MapNode, Node, ScalarNode } from '../tree.ts';

export class Validator {
  readonly #registry: Registry;
  readonly #compiled = new Map<string, ValidateFunction>();
  #ajv: Ajv2020 | undefined;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Checks a shaped value; true when ajv had nothing to say that counts. */
  check(
    name: string,
    schema: FieldSchema,
    home: KindSchema,
    value: JsonValue,
    where: Where,
    context: ShapeContext,
  ): boolean {
    const validate = this.#validator(name, schema, home);
    if (validate(value)) return true;
    const before = context.report.errors;
    const said = new Set<string>();
    for (const error of meant(validate.errors ?? [])) {
      if (concernsDeferred(value, error) || concernsBad(error, context.bad)) continue;
      const key = `${error.instancePath} ${error.keyword} ${error.propertyName ?? ''}`;
      if (said.has(key) || error.keyword === 'if' || error.keyword === 'propertyNames') continue;
      said.add(key);
      report(error, where, context);
    }
    return context.report.errors === before;
  }

  #validator(name: string, schema: FieldSchema, home: KindSchema): ValidateFunction {
    let validate = this.#compiled.get(name);
    if (validate === undefined) {
      this.#ajv ??= new Ajv2020({
        allErrors: true,
        strict: true,
        strictTypes: false,
        strictTuples: false,
        verbose: true,
        validateSchema: false,
        // Generated once and run once per service: tidying the code costs more than it saves.
        code: { optimize: false },
        keywords: [...SCHEMA_KEYWORDS],
      });
      validate = this.#ajv.compile(specView(schema, home, this.#registry) as object);
      this.#compiled.set(name, validate);
    }
    return validate;
  }
}

/** Where the parts of a value were written. */
export interface Where {
  readonly file: SourceFile;
  /** The whole: the block's body, or its key when the body is empty. */
  readonly node: Node;
  readonly shape: ObjectShape | undefined;
}

/** The schema of the *resolved* spec. */
export function specView(schema: FieldSchema, home: KindSchema, registry: Registry, depth = 0): JsonObject {
  const field = registry.follow(schema, home);
  if (depth > 24) return {};
  if (field['x-folder'] === true) return {};
  if (field['x-content'] === true) return contentView(field, home, registry, depth);
  const view: Record<string, JsonValue> = {};
  if (measureOf(field) !== undefined) return { type: 'integer', minimum: 0 };
  for (const keyword of [
    'type',
    'enum',
    'const',
    'pattern',
    'minimum',
    'maximum',
    'minLength',
    'maxLength',
    'minItems',
    'maxItems',
    'uniqueItems',
    'minProperties',
    'maxProperties',
    'examples',
  ] as const) {
    const value = field[keyword];
    if (value !== undefined) view[keyword] = value;
  }
  if (field['x-form'] !== undefined) view['x-form'] = field['x-form'];
  if (field.required !== undefined)
    view['required'] = field.required.filter((name) => field.properties?.[name]?.default === undefined);
  if (field.items !== undefined) view['items'] = specView(field.items, home, registry, depth + 1);
  if (field.propertyNames !== undefined)
    view['propertyNames'] = specView(field.propertyNames, home, registry, depth + 1);
  if (field.properties !== undefined) {
    view['properties'] = Object.fromEntries(
      Object.entries(field.properties).map(([name, member]) => [name, specView(member, home, registry, depth + 1)]),
    );
  }
  if (typeof field.additionalProperties === 'object')
    view['additionalProperties'] = specView(field.additionalProperties, home, registry, depth + 1);
  if (field.oneOf !== undefined)
    view['anyOf'] = field.oneOf.map((option) => specView(option, home, registry, depth + 1));
  return view;
}

/** What was read replaces `text`, `from` and `template`; the members beside them are checked as they are. */
function contentView(field: FieldSchema, home: KindSchema, registry: Registry, depth: number): JsonObject {
  const read = ['text', 'from', 'template'];
  const beside = Object.entries(field.properties ?? {}).filter(([name]) => !read.includes(name));
  return {
    type: 'object',
    properties: Object.fromEntries(beside.map(([name, member]) => [name, specView(member, home, registry, depth + 1)])),
    required: (field.required ?? []).filter((name) => !read.includes(name)),
  };
}

/** The error is about a value that is known only later, or about a choice because of one. */
function concernsDeferred(root: JsonValue, error: ErrorObject): boolean {
  let value: JsonValue | undefined = root;
  for (const part of error.instancePath.split('/').slice(1)) {
    if (isDeferred(value)) return true;
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    value = Array.isArray(value)
      ? (value as readonly JsonValue[])[Number(part)]
      : isObject(value)
        ? value[name]
        : undefined;
  }
  return isDeferred(value) || (['anyOf', 'oneOf', 'uniqueItems'].includes(error.keyword) && holdsDeferred(value));
}

function holdsDeferred(value: JsonValue | undefined): boolean {
  if (isDeferred(value)) return true;
  if (Array.isArray(value)) return value.some((item) => holdsDeferred(item as JsonValue));
  return isObject(value) && Object.values(value).some(holdsDeferred);
}

/**
 * Of a choice of forms only the one that was meant is worth a word: the form whose type fits. The choice itself is named when
 * no form has anything else to say.
 */
function meant(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const choices = errors.filter(({ keyword }) => keyword === 'anyOf');
  if (choices.length === 0) return errors;
  const dropped = new Set<ErrorObject>();
  for (const choice of choices) {
    const inside = errors.filter(
      (error) =>
        error !== choice &&
        error.schemaPath.startsWith(`${choice.schemaPath}/`) &&
        error.instancePath.startsWith(choice.instancePath),
    );
    const form = (error: ErrorObject): string =>
      error.schemaPath.slice(choice.schemaPath.length + 1).split('/')[0] ?? '';
    const wrong = new Set(
      inside
        .filter(({ keyword, instancePath }) => keyword === 'type' && instancePath === choice.instancePath)
        .map(form),
    );
    for (const error of inside) if (wrong.has(form(error))) dropped.add(error);
    if (inside.some((error) => !dropped.has(error))) dropped.add(choice);
  }
  return errors.filter((error) => !dropped.has(error));
}

function concernsBad(error: ErrorObject, bad: ReadonlySet<string>): boolean {
  if (bad.size === 0) return false;
  const missing = (error.params as { missingProperty?: string }).missingProperty;
  const path = missing === undefined ? error.instancePath : `${error.instancePath}/${missing}`;
  for (const pointer of bad)
    if (path === pointer || path.startsWith(`${pointer}/`) || pointer.startsWith(`${path}/`)) return true;
  return false;
}

function report(error: ErrorObject, where: Where, context: ShapeContext): void {
  const name = error.propertyName;
  const at = name === undefined ? locate(error.instancePath, where) : keyPlace(name, error.instancePath, where);
  const field = sayPath(error.instancePath);
  // A value that is checked by itself, such as a param, has no field: the subject names it.
  const what =
    name !== undefined
      ? `the name "${clip(name)}"${field === '' ? '' : ` in "${field}"`}`
      : field === ''
        ? 'the value'
        : `"${field}"`;
  const schema = error.parentSchema as FieldSchema | undefined;
  const say = (code: Parameters<typeof context.report.error>[0], message: string, hint?: string): void =>
    context.report.error(code, at, `${context.subject}: ${message}`, hint);
  const params = error.params as Record<string, unknown>;
  const value = sayValue(error.data as JsonValue);
  switch (error.keyword) {
    case 'required': {
      const missing = String(params['missingProperty']);
      const path = field === '' ? missing : `${field}.${missing}`;
      const kind = context.subject.includes('/') ? context.subject.split('/')[0] : undefined;
      return say(
        'FIELD_MISSING',
        `"${path}" is missing`,
        kind === undefined ? `add the line ${missing}: …` : `ays explain ${kind}.${path.replace(/\[\d+\]/g, '')}`,
      );
    }
    case 'enum': {
      const allowed = (schema?.enum ?? []).map(String);
      const like = nearest(value, allowed);
      return say(
        'FIELD_VALUE',
        `${what} is "${clip(value)}"; expected one of ${allowed.join(', ')}`,
        like === undefined ? undefined : `did you mean ${like}?`,
      );
    }
    case 'pattern': {
      const [example] = schema?.examples ?? [];
      const found = name === undefined ? `${what} is "${clip(value)}"` : `${what} is not allowed`;
      const form = schema?.['x-form'] ?? sayPattern(schema?.pattern ?? '');
      return say(
        'FIELD_VALUE',
        `${found}; expected ${form}`,
        example === undefined ? undefined : `for example ${JSON.stringify(example)}`,
      );
    }
    case 'minimum':
    case 'maximum':
      return say(
        'FIELD_RANGE',
        `${what} is ${value}; ${error.keyword === 'minimum' ? 'at least' : 'at most'} ${String(params['limit'])}`,
      );
    case 'maxLength':
      return say('VALUE_TOO_LONG', `${what} has ${value.length} characters; at most ${String(params['limit'])}`);
    case 'minLength':
      return say(
        'FIELD_RANGE',
        value === ''
          ? `${what} is empty; expected text`
          : `${what} has ${String(value).length} characters; at least ${String(params['limit'])}`,
      );
    case 'minItems':
    case 'minProperties':
      return say('FIELD_RANGE', `${what} has too few entries; at least ${String(params['limit'])}`);
    case 'maxItems':
    case 'maxProperties':
      return say('FIELD_RANGE', `${what} has too many entries; at most ${String(params['limit'])}`);
    case 'uniqueItems':
      return say('FIELD_TWICE', `${what} holds the same entry twice`);
    default:
      return say('FIELD_VALUE', `${what} ${error.message ?? 'is not right'}`);
  }
}

/** A pattern that can be read at a glance is shown; of a long one the example says more. */
function sayPattern(pattern: string): string {
  if (pattern === '^/') return 'a path that begins with /';
  if (pattern === '^(/|$)') return 'a path that begins with /, or nothing';
  return pattern.length > 60 ? 'another form' : `the form ${pattern}`;
}

/** The key of a map, when the name itself is wrong. */
function keyPlace(name: string, pointer: string, where: Where): Place {
  const node = nodeAt(pointer, where);
  const pair = node.kind === 'map' ? node.pairs.find(({ key }) => key.text === name) : undefined;
  return pair === undefined ? locate(pointer, where) : place(where.file, pair.key);
}

function locate(pointer: string, where: Where): Place {
  const node = nodeAt(pointer, where);
  // A whole map is pointed at by its first key: the caret under ten lines helps nobody.
  const target: Node = node.kind === 'map' ? (node.pairs[0]?.key ?? node) : node;
  return place(where.file, target);
}

function nodeAt(pointer: string, where: Where): Node {
  let node: Node = where.node;
  let shape = where.shape;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (node.kind === 'map') {
      const pair: MapNode['pairs'][number] | undefined = node.pairs.find(
        ({ key }) => key.text === name || shape?.fieldOf(key.text) === name || camel(key.text) === name,
      );
      if (pair === undefined) break;
      node = isEmpty(pair.value) ? pair.key : pair.value;
    } else if (node.kind === 'seq') {
      const item: Node | undefined = node.items[Number(name)];
      if (item === undefined) break;
      node = item;
    } else break;
    shape = undefined;
  }
  return node;
}

function isEmpty(node: Node): node is ScalarNode {
  return node.kind === 'scalar' && node.start === node.end;
}

function camel(written: string): string {
  return written.replace(/[._]+([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function sayPath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part, i) =>
      /^\d+$/.test(part) ? `[${part}]` : `${i === 0 ? '' : '.'}${part.replaceAll('~1', '/').replaceAll('~0', '~')}`,
    )
    .join('');
}

function sayValue(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
