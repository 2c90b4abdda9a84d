// Scalars: templates evaluated, sizes and durations converted, numbers and booleans read, text taken as written; and what may
// stand for a value that is known only later.

import { isDeferred, isSecretValue, type Deferred } from '../../model/expression.ts';
import { isObject, type JsonValue } from '../../model/json.ts';
import type { FieldSchema } from '../../model/schema.ts';
import { formatMeasure, parseMeasure, type Measure } from '../../model/units.ts';
import { clip, isPrototypeName, place } from '../sources/draft.ts';
import {
  booleanHint,
  emptyHint,
  escapePointer,
  fieldName,
  measureOf,
  mismatch,
  numberHint,
  sayType,
  unitHint,
  type Shape,
  type ShapeContext,
} from './context.ts';
import { evaluateScalar, hasTemplate } from '../template/index.ts';
import { coreScalar, coreValue, MapNode, ScalarNode, SeqNode, type Node } from '../tree.ts';

export const notTemplate = Symbol('not a template');
export const failed = Symbol('failed');

/** The value of a templated scalar; `notTemplate` for everything else. */
export function templateValue(
  node: Node,
  context: ShapeContext,
  loose: boolean,
): JsonValue | typeof notTemplate | typeof failed {
  if (loose || node.kind !== 'scalar' || !hasTemplate(node.text)) return notTemplate;
  const value = evaluateScalar(node, context.file, context.scope, context.references, context.report);
  return value === undefined ? failed : value;
}

/** A value of a template as a tree at the place of its scalar, so that one set of rules shapes both. */
export function nodeOf(value: JsonValue, at: Node): Node {
  const { start, end } = at;
  if (value === null) return new ScalarNode(start, end, '', 'plain');
  if (Array.isArray(value)) {
    const seq = new SeqNode(start, end);
    for (const item of value) seq.items.push(nodeOf(item as JsonValue, at));
    return seq;
  }
  if (isObject(value)) {
    const map = new MapNode(start, end);
    for (const [key, item] of Object.entries(value)) {
      if (item !== undefined)
        map.pairs.push({ key: new ScalarNode(start, end, key, 'single'), value: nodeOf(item, at) });
    }
    return map;
  }
  if (typeof value === 'string') return new ScalarNode(start, end, value, 'single');
  return new ScalarNode(start, end, JSON.stringify(value), 'plain');
}

export function scalarShape(field: FieldSchema): Shape {
  const { type } = field;
  const measure = measureOf(field);
  return (node, pointer, context, loose) => {
    if (node.kind !== 'scalar') return mismatch(node, sayType(field), field, pointer, context);
    const value = templateValue(node, context, loose);
    if (value === failed) return undefined;
    if (value !== notTemplate) {
      if (isDeferred(value)) return deferredScalar(value, node, field, context, pointer);
      const made = nodeOf(value, node);
      return made.kind === 'scalar'
        ? scalarShape(field)(made, pointer, context, true)
        : mismatch(made, sayType(field), field, pointer, context);
    }
    if (field['x-secret'] === 'required') {
      context.report.error(
        'SECRET_LITERAL',
        place(context.file, node),
        `${context.subject}: this field is secret and must not stand in a blueprint`,
        `write '{{secret "NAME"}}' and set it with: ays secret set NAME`,
      );
      return undefined;
    }
    if (measure !== undefined) return measured(node, measure, field, pointer, context);
    if (type === 'string') {
      if (node.style === 'plain' && node.tag === undefined && coreScalar(node.text) === null) {
        context.report.error(
          'FIELD_NULL',
          place(context.file, node),
          `${context.subject}: "${fieldName(pointer)}" is empty; expected text`,
          emptyHint(field, pointer),
        );
        return undefined;
      }
      return node.text;
    }
    // A number or boolean: quotes make it text, unless a template printed it.
    const core = loose && node.style !== 'plain' ? coreScalar(node.text) : coreValue(node);
    if (type === 'boolean')
      return typeof core === 'boolean'
        ? core
        : mismatch(node, 'true or false', field, pointer, context, booleanHint(node));
    if (typeof core !== 'number' || !Number.isFinite(core))
      return mismatch(node, sayType(field), field, pointer, context, numberHint(node));
    if (type === 'integer' && !Number.isSafeInteger(core))
      return mismatch(
        node,
        Number.isInteger(core) ? `a whole number up to ${Number.MAX_SAFE_INTEGER}` : 'a whole number',
        field,
        pointer,
        context,
      );
    return core;
  };
}

function measured(
  node: ScalarNode,
  measure: Measure,
  field: FieldSchema,
  pointer: string,
  context: ShapeContext,
): number | undefined {
  const at = place(context.file, node);
  const parsed = parseMeasure(measure, node.text);
  const example = measure === 'size' ? '512MiB, 2GiB' : '500ms, 30s, 5m';
  if (coreValue(node) === null) {
    context.report.error(
      'FIELD_NULL',
      at,
      `${context.subject}: ${pointer === '' ? 'the value' : `"${fieldName(pointer)}"`} is empty; expected a ${measure}, such as ${example}`,
      emptyHint(field, pointer),
    );
    return undefined;
  }
  if (!parsed.ok) {
    const found = `${context.subject}: "${clip(node.text)}" is not a ${measure}`;
    if (parsed.problem === 'unit') {
      context.report.error(
        /^[\d. ]+$/.test(node.text) ? 'UNIT_MISSING' : 'UNIT_INVALID',
        at,
        /^[\d. ]+$/.test(node.text)
          ? `${context.subject}: the ${measure} ${node.text} has no unit`
          : `${found}: the unit is not known`,
        unitHint(node.text, measure, parsed.suggestion),
      );
    } else context.report.error('UNIT_INVALID', at, `${found}; a number and a unit, such as ${example}`);
    return undefined;
  }
  const what = pointer === '' ? 'the value' : `"${fieldName(pointer)}"`;
  const low = field['x-min'] === undefined ? undefined : parseMeasure(measure, field['x-min']);
  const high = field['x-max'] === undefined ? undefined : parseMeasure(measure, field['x-max']);
  if (low?.ok === true && parsed.value < low.value) {
    context.report.error(
      'FIELD_RANGE',
      at,
      `${context.subject}: ${what} is ${node.text}; at least ${formatMeasure(measure, low.value)}`,
    );
    return undefined;
  }
  if (high?.ok === true && parsed.value > high.value) {
    context.report.error(
      'FIELD_RANGE',
      at,
      `${context.subject}: ${what} is ${node.text}; at most ${formatMeasure(measure, high.value)}`,
    );
    return undefined;
  }
  return parsed.value;
}

/** Anything goes: core types, templates evaluated at any depth. */
export function anyShape(field: FieldSchema): Shape {
  const self: Shape = (node, pointer, context, loose) => {
    if (node.kind === 'seq') {
      const items = node.items.map((item, i) => self(item, `${pointer}/${i}`, context, loose));
      return items.includes(undefined) ? undefined : (items as JsonValue[]);
    }
    if (node.kind === 'map') {
      const result = Object.create(null) as Record<string, JsonValue>;
      for (const { key, value } of node.pairs) {
        if (isPrototypeName(key.text) || key.text.startsWith('$ays')) {
          context.report.error(
            'FIELD_VALUE',
            place(context.file, key),
            `${context.subject}: "${key.text}" is not allowed as a name`,
          );
          return undefined;
        }
        const shaped = self(value, `${pointer}/${escapePointer(key.text)}`, context, loose);
        if (shaped === undefined) return undefined;
        result[key.text] = shaped;
      }
      return result;
    }
    const value = templateValue(node, context, loose);
    if (value === failed) return undefined;
    if (value === notTemplate) return coreValue(node);
    return isDeferred(value) ? deferredScalar(value, node, field, context, pointer) : value;
  };
  return self;
}

function deferredScalar(
  value: Deferred,
  node: Node,
  field: FieldSchema,
  context: ShapeContext,
  pointer: string,
): JsonValue | undefined {
  context.deferred.push({ value, pointer });
  const at = place(context.file, node);
  if (isSecretValue(value) && field['x-secret'] === undefined) {
    context.report.error(
      'SECRET_FORBIDDEN',
      at,
      `${context.subject}: a secret may not stand here, where plans and logs show it`,
      'pass it in `env` or in a file under `files`',
    );
    return undefined;
  }
  if (field['x-secret'] === 'required' && !isSecretValue(value)) {
    context.report.error(
      'SECRET_LITERAL',
      at,
      `${context.subject}: this field is secret; only a secret may stand here`,
      `write '{{secret "NAME"}}'`,
    );
    return undefined;
  }
  const wanted = field.type;
  if (wanted === undefined || measureOf(field) !== undefined) return value;
  const given = value.$ays.whole ? context.outputType(value)?.type : 'string';
  const fits =
    given === undefined || wanted === 'string' || given === wanted || (wanted === 'number' && given === 'integer');
  if (!fits) {
    const what = typeof given === 'string' ? given : 'something else';
    context.report.error(
      'TEMPLATE_TYPE',
      at,
      `${context.subject}: expected ${sayType(field)}, but the expression gives ${what === 'string' ? 'text' : what}`,
    );
    return undefined;
  }
  return value;
}

export function unknownYet(
  value: Deferred,
  node: Node,
  field: FieldSchema,
  context: ShapeContext,
  pointer: string,
): JsonValue | undefined {
  const given = context.outputType(value)?.type;
  if (value.$ays.whole && (given === undefined || given === field.type || field.oneOf !== undefined))
    return deferredScalar(value, node, { ...field, type: given as string }, context, pointer);
  context.report.error(
    'TEMPLATE_TYPE',
    place(context.file, node),
    `${context.subject}: expected ${sayType(field)}, but the expression gives ${given === undefined ? 'text' : JSON.stringify(given)}`,
  );
  return undefined;
}
