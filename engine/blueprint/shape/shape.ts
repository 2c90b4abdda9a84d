// From what was written to typed values, led by the schema: the schema decides the type (rule 7), fills in defaults, converts
// sizes and durations, accepts AYS spellings of field names (rule 5), evaluates templates (rule 8) and says what
// is wrong at the place where it is wrong. What remains (ranges, patterns, required fields) is ajv's, in validate.ts.
//
// A schema is compiled to closures once; shaping ten thousand services must cost no more than walking their text.

import { Report, SourceFile } from '../../model/diagnostic.ts';
import { EngineError } from '../../model/errors.ts';
import { isDeferred } from '../../model/expression.ts';
import { isObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import { nearest } from '../../model/nearest.ts';
import type { Registry } from '../../model/registry.ts';
import type { FieldSchema, KindSchema } from '../../model/schema.ts';
import { clip, isPrototypeName, place } from '../sources/draft.ts';
import { rememberJson } from '../hash.ts';
import {
  escapePointer,
  fieldName,
  mismatch,
  sayOptions,
  type ContentShaper,
  type Shape,
  type ShapeContext,
} from './context.ts';
import { anyShape, failed, nodeOf, notTemplate, scalarShape, templateValue, unknownYet } from './scalar.ts';
import { coreValue, ScalarNode, type MapNode } from '../tree.ts';

const NOWHERE = new SourceFile('(schema default)', '');
const NO_CONTENT: ContentShaper = { content: () => undefined, folder: () => undefined };

export interface ObjectShape {
  /** Shapes the pairs of a map; `node` undefined means an empty block, which still has its defaults. */
  readonly shape: (
    node: MapNode | undefined,
    pointer: string,
    context: ShapeContext,
    loose: boolean,
    skip?: ReadonlySet<string>,
  ) => JsonObject;
  /** The schema's name for what was written, or undefined. */
  readonly fieldOf: (written: string) => string | undefined;
}

/** Distinct sets of fields that are remembered per kind. */
const MOST_TEMPLATES = 500;

export class Shaper {
  readonly #registry: Registry;
  readonly #objects = new Map<string, ObjectShape>();
  readonly #common: ReadonlySet<string>;

  constructor(registry: Registry, commonFields: Iterable<string>) {
    this.#registry = registry;
    this.#common = new Set(commonFields);
  }

  /** The shape of a kind's fields; common fields in the same map are passed over. */
  kind(name: string, schema: KindSchema): ObjectShape {
    let shape = this.#objects.get(name);
    if (shape === undefined) {
      shape = this.object(schema, schema, this.#common);
      this.#objects.set(name, shape);
    }
    return shape;
  }

  object(schema: FieldSchema, home: KindSchema, elsewhere: ReadonlySet<string> = new Set()): ObjectShape {
    const properties = Object.entries(schema.properties ?? {});
    const shapes = new Map<string, Shape>(properties.map(([name, field]) => [name, this.field(field, home)]));
    const defaults = new Map<string, JsonValue>();
    for (const [name, field] of properties) {
      const value = this.defaultOf(field, home);
      if (value !== undefined) defaults.set(name, value);
    }
    // Services that give the same fields begin as copies of one object that has them all, in the order of the schema: copying
    // is far cheaper than setting thirty members one by one.
    const templates = new Map<string, Record<string, JsonValue>>();
    const templateFor = (given: readonly (string | undefined)[]): Record<string, JsonValue> => {
      const signature = given.join();
      let template = templates.get(signature);
      if (template === undefined) {
        const names = new Set(given);
        template = {};
        for (const [name] of properties)
          if (names.has(name) || defaults.has(name)) template[name] = defaults.get(name) ?? null;
        if (templates.size < MOST_TEMPLATES) templates.set(signature, template);
      }
      return template;
    };
    const free = schema.additionalProperties;
    const freeShape =
      typeof free === 'object'
        ? this.field(free, home)
        : free === true || free === undefined
          ? this.field({}, home)
          : undefined;
    const isFree = properties.length === 0 || freeShape !== undefined;
    const members = schema['x-oneOf'];
    const fieldOf = (written: string): string | undefined => {
      if (shapes.has(written)) return written;
      const camel = written.replace(/[._]+([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());
      return camel !== written && shapes.has(camel) ? camel : undefined;
    };
    return {
      fieldOf,
      shape: (node, pointer, context, loose, skip) => {
        const pairs = node?.pairs ?? [];
        const names = pairs.map(({ key }) => fieldOf(key.text));
        const template = templateFor(names);
        const result: Record<string, JsonValue> = isFree
          ? Object.assign(Object.create(null) as Record<string, JsonValue>, template)
          : { ...template };
        for (const [at, { key, value }] of pairs.entries()) {
          const written = key.text;
          if (isPrototypeName(written)) {
            context.report.error(
              'FIELD_VALUE',
              place(context.file, key),
              `${context.subject}: "${written}" is not allowed as a name`,
            );
            continue;
          }
          const name = names[at];
          if (name !== undefined) {
            if (name !== written && isTwice(name, key, pairs, fieldOf, context)) continue;
            const shaped = shapes.get(name)!(value, `${pointer}/${name}`, context, loose);
            if (shaped === undefined) {
              context.bad.add(`${pointer}/${name}`);
              delete result[name];
            } else result[name] = shaped;
          } else if (freeShape !== undefined) {
            if (written.startsWith('$ays')) {
              context.report.error(
                'FIELD_VALUE',
                place(context.file, key),
                `${context.subject}: names that begin with $ays are the engine's own`,
              );
              continue;
            }
            const shaped = freeShape(value, `${pointer}/${escapePointer(written)}`, context, loose);
            if (shaped === undefined) context.bad.add(`${pointer}/${escapePointer(written)}`);
            else result[written] = shaped;
          } else if (skip?.has(written) !== true && !elsewhere.has(written)) {
            const like = unknownField(written, key, shapes, elsewhere, pointer, context);
            context.bad.add(`${pointer}/${escapePointer(written)}`);
            // What is only misspelt is not missing as well.
            if (like !== undefined) context.bad.add(`${pointer}/${like}`);
          }
        }
        if (members !== undefined) exactlyOne(members, node, pointer, context, fieldOf);
        return result;
      },
    };
  }

  field(schema: FieldSchema, home: KindSchema): Shape {
    const field = this.#registry.follow(schema, home);
    // The number of replicas was read and judged before there was anything to shape (expand.ts).
    if (field['x-replicas'] === true) return () => undefined;
    const shape = this.#byType(field, home);
    if (field['x-content'] === true) return contentShape(shape);
    return shape;
  }

  /** Defaults are written as in a blueprint; here they are shaped once. */
  defaultOf(schema: FieldSchema, home: KindSchema): JsonValue | undefined {
    const field = this.#registry.follow(schema, home);
    if (field.default === undefined) return undefined;
    if (field.default === null) return undefined;
    // Written like any other value, so `default: {}` brings the defaults of its members and `"5s"` becomes milliseconds.
    const context: ShapeContext = {
      file: NOWHERE,
      report: new Report(),
      scope: { params: {} },
      references: 'forbidden',
      subject: home.title,
      bad: new Set(),
      deferred: [],
      content: NO_CONTENT,
      outputType: () => undefined,
    };
    const value = this.field(field, home)(nodeOf(field.default, new ScalarNode(0, 0, '', 'plain')), '', context, true);
    const [problem] = context.report.diagnostics;
    if (problem !== undefined)
      throw new EngineError(
        'ACTOR_INVALID',
        `${home.$id}: the default ${JSON.stringify(field.default)} does not fit its own schema: ${problem.message}`,
      );
    return value === undefined ? undefined : rememberJson(deepFreeze(value));
  }

  #byType(field: FieldSchema, home: KindSchema): Shape {
    if (field.oneOf !== undefined) return this.#union(field, home);
    if (field['x-folder'] === true) {
      return (node, pointer, context, loose) => {
        const text = scalarShape(field)(node, pointer, context, loose);
        return typeof text === 'string' ? context.content.folder(text, node, context) : undefined;
      };
    }
    switch (field.type) {
      case 'object':
        return this.#map(field, home);
      case 'array':
        return this.#list(field, home);
      case 'string':
      case 'integer':
      case 'number':
      case 'boolean':
        return scalarShape(field);
      default:
        return anyShape(field);
    }
  }

  #map(field: FieldSchema, home: KindSchema): Shape {
    const object = this.object(field, home);
    const self: Shape = (node, pointer, context, loose) => {
      if (node.kind === 'map') return object.shape(node, pointer, context, loose);
      const value = templateValue(node, context, loose);
      if (value === failed) return undefined;
      if (value !== notTemplate)
        return isDeferred(value)
          ? unknownYet(value, node, field, context, pointer)
          : self(nodeOf(value, node), pointer, context, true);
      return mismatch(node, 'a map of fields', field, pointer, context);
    };
    return self;
  }

  #list(field: FieldSchema, home: KindSchema): Shape {
    const item = field.items === undefined ? anyShape({}) : this.field(field.items, home);
    const self: Shape = (node, pointer, context, loose) => {
      if (node.kind === 'seq') {
        const result: JsonValue[] = [];
        let complete = true;
        node.items.forEach((each, i) => {
          const shaped = item(each, `${pointer}/${i}`, context, loose);
          if (shaped === undefined) complete = false;
          else result.push(shaped);
        });
        return complete ? result : undefined;
      }
      const value = templateValue(node, context, loose);
      if (value === failed) return undefined;
      if (value !== notTemplate)
        return isDeferred(value)
          ? unknownYet(value, node, field, context, pointer)
          : self(nodeOf(value, node), pointer, context, true);
      return mismatch(node, 'a list', field, pointer, context);
    };
    return self;
  }

  /** One of several forms, told apart by their YAML type. */
  #union(field: FieldSchema, home: KindSchema): Shape {
    const options = (field.oneOf ?? []).map((option) => {
      const followed = this.#registry.follow(option, home);
      return { schema: followed, shape: this.field(option, home), type: followed.type };
    });
    const pick = (type: string): Shape | undefined => options.find((option) => option.type === type)?.shape;
    const self: Shape = (node, pointer, context, loose) => {
      if (node.kind === 'map' || node.kind === 'seq') {
        const shape = pick(node.kind === 'map' ? 'object' : 'array');
        return shape === undefined
          ? mismatch(node, sayOptions(options), field, pointer, context)
          : shape(node, pointer, context, loose);
      }
      const value = templateValue(node, context, loose);
      if (value === failed) return undefined;
      if (value !== notTemplate) {
        if (isDeferred(value)) return unknownYet(value, node, field, context, pointer);
        return self(nodeOf(value, node), pointer, context, true);
      }
      const core = coreValue(node);
      const exact =
        typeof core === 'boolean'
          ? pick('boolean')
          : typeof core === 'number'
            ? Number.isInteger(core)
              ? (pick('integer') ?? pick('number'))
              : pick('number')
            : undefined;
      const shape = exact ?? pick('string');
      if (shape === undefined || (core === null && exact === undefined))
        return mismatch(node, sayOptions(options), field, pointer, context);
      return shape(node, pointer, context, loose);
    };
    return self;
  }
}

/** A default is shared by all services that leave the field out. */
function deepFreeze(value: JsonValue): JsonValue {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member as JsonValue);
    Object.freeze(value);
  }
  return value;
}

function contentShape(shape: Shape): Shape {
  return (node, pointer, context, loose) => {
    const value = shape(node, pointer, context, loose);
    if (!isObject(value) || isDeferred(value)) return value;
    return context.content.content(value, node, pointer, context);
  };
}

/** Equal keys are YAML's to refuse; here one field stands in two spellings. Said once, at the second of them. */
function isTwice(
  name: string,
  key: ScalarNode,
  pairs: MapNode['pairs'],
  fieldOf: ObjectShape['fieldOf'],
  context: ShapeContext,
): boolean {
  const other = pairs.find((pair) => pair.key !== key && fieldOf(pair.key.text) === name)?.key;
  if (other === undefined) return false;
  const [first, second] = other.start < key.start ? [other, key] : [key, other];
  if (other.text !== name && second !== key) return false;
  context.report.add({
    severity: 'error',
    code: 'FIELD_TWICE',
    message: `${context.subject}: "${second.text}" and "${first.text}" are the same field`,
    place: place(context.file, second),
    related: [{ message: 'first set here', place: place(context.file, first) }],
  });
  return true;
}

function exactlyOne(
  members: readonly string[],
  node: MapNode | undefined,
  pointer: string,
  context: ShapeContext,
  fieldOf: ObjectShape['fieldOf'],
): void {
  const written = new Set(node?.pairs.map(({ key }) => fieldOf(key.text)));
  const given = members.filter((name) => written.has(name));
  if (given.length === 1) return;
  const second =
    given.length > 1 ? node?.pairs.filter(({ key }) => given.includes(fieldOf(key.text) ?? ''))[1] : undefined;
  const at = node === undefined ? context.at : place(context.file, second?.key ?? node.pairs[0]?.key ?? node);
  const what = pointer === '' ? context.subject : `${context.subject}: "${fieldName(pointer)}"`;
  const [kind = '', name] = context.subject.split('/');
  const path = pointer.split('/').filter((part) => part !== '' && !/^\d+$/.test(part));
  if (given.length === 0)
    context.report.error(
      'FIELD_MISSING',
      at,
      `${what} needs one of ${members.join(', ')}`,
      name === undefined ? undefined : `ays explain ${[kind, ...path].join('.')}`,
    );
  else
    context.report.error(
      'FIELD_TWICE',
      at,
      `${what} has ${given.join(' and ')}; only one of ${members.join(', ')} may stand there`,
    );
  if (pointer !== '') context.bad.add(pointer);
}

function unknownField(
  written: string,
  key: ScalarNode,
  shapes: ReadonlyMap<string, Shape>,
  elsewhere: ReadonlySet<string>,
  pointer: string,
  context: ShapeContext,
): string | undefined {
  // Which field was meant is still worth knowing when the report is full: it is not missing as well.
  const names = [...shapes.keys(), ...elsewhere];
  const like = nearest(written.replace(/[._-]/g, ''), names);
  const inside = pointer === '' ? '' : ` in "${fieldName(pointer)}"`;
  const hint =
    like !== undefined
      ? `did you mean ${like}?`
      : `fields are: ${names.length > 24 ? `${names.slice(0, 24).join(', ')}, …` : names.join(', ')}`;
  context.report.error(
    'FIELD_UNKNOWN',
    place(context.file, key),
    `${context.subject}: there is no field "${clip(written)}"${inside}`,
    hint,
  );
  return like;
}
