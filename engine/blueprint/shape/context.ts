// What the shapes of a blueprint share: the context they work in, and how they speak of types and of what they found.

import type { Place, Report, SourceFile } from '../../model/diagnostic.ts';
import type { Deferred } from '../../model/expression.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { FieldSchema } from '../../model/schema.ts';
import type { Measure } from '../../model/units.ts';
import { clip, place } from '../sources/draft.ts';
import type { References, TemplateScope } from '../template/index.ts';
import { coreScalar, coreValue, sayNode, type Node, type ScalarNode } from '../tree.ts';

export interface ShapeContext {
  readonly file: SourceFile;
  readonly report: Report;
  readonly scope: TemplateScope;
  readonly references: References | 'forbidden';
  /** What is being shaped, for messages: `container/web`. */
  readonly subject: string;
  /** Where the block begins, for what is missing from an empty one. */
  readonly at?: Place;
  /** Pointers of values that could not be shaped; later checks pass over them. */
  readonly bad: Set<string>;
  /** Values that are known only later are collected here with their pointers. */
  readonly deferred: { readonly value: Deferred; readonly pointer: string }[];
  /** Content is read and hashed by somebody who knows files. */
  readonly content: ContentShaper;
  /** Type of an output that a whole `status` expression reads; for checking it against the field. */
  outputType(deferred: Deferred): FieldSchema | undefined;
}

export interface ContentShaper {
  content(value: JsonObject, node: Node, pointer: string, context: ShapeContext): JsonValue | undefined;
  folder(value: string, node: Node, context: ShapeContext): JsonValue | undefined;
}

/** `loose`: the node was made from a template's value; it is not evaluated again and text may be a number. */
export type Shape = (node: Node, pointer: string, context: ShapeContext, loose: boolean) => JsonValue | undefined;

export function mismatch(
  node: Node,
  expected: string,
  field: FieldSchema,
  pointer: string,
  context: ShapeContext,
  hint?: string,
): undefined {
  const example = field.examples?.[0];
  const remedy =
    hint ??
    listHint(node, field) ??
    pairsHint(node, field) ??
    (example === undefined ? undefined : `for example ${JSON.stringify(example)}`);
  const what = pointer === '' ? '' : `"${fieldName(pointer)}": `;
  context.report.error(
    'FIELD_TYPE',
    place(context.file, node),
    `${context.subject}: ${what}expected ${expected}, found ${sayNode(node)}`,
    remedy,
  );
  return undefined;
}

function listHint(node: Node, field: FieldSchema): string | undefined {
  if (field.type !== 'array' || node.kind !== 'scalar' || coreValue(node) === null) return undefined;
  const words = node.text.trim().split(node.text.includes(',') ? /\s*,\s*/ : /\s+/);
  return `a list is written [${clip(words.join(', '))}]`;
}

/** `[A=1, B=2]` and `A=1` where a map with free names is wanted. */
function pairsHint(node: Node, field: FieldSchema): string | undefined {
  if (field.type !== 'object' || typeof field.additionalProperties !== 'object' || node.kind === 'map')
    return undefined;
  const texts =
    node.kind === 'scalar' ? [node.text] : node.items.map((item) => (item.kind === 'scalar' ? item.text : ''));
  const pairs = texts.map((text) => /^([A-Za-z_][\w.-]*)\s*[=:]\s*(.*)$/s.exec(text));
  if (pairs.length === 0 || pairs.includes(null)) return undefined;
  return `a map is written { ${clip(pairs.map((pair) => `${pair?.[1]}: ${pair?.[2]}`).join(', '))} }`;
}

export function booleanHint(node: ScalarNode): string | undefined {
  const meant: Readonly<Record<string, string>> = {
    yes: 'true',
    on: 'true',
    y: 'true',
    '1': 'true',
    true: 'true',
    no: 'false',
    off: 'false',
    n: 'false',
    '0': 'false',
    false: 'false',
  };
  const word = node.text.toLowerCase();
  return Object.hasOwn(meant, word)
    ? `write ${meant[word]}${node.style === 'plain' ? '' : ', without quotes'}`
    : undefined;
}

export function numberHint(node: ScalarNode): string | undefined {
  return node.style !== 'plain' && typeof coreScalar(node.text) === 'number'
    ? `write ${node.text} without quotes`
    : undefined;
}

/** What to do about an empty value where text is wanted. */
export function emptyHint(field: FieldSchema, pointer: string): string {
  if (/\/\d+$/.test(pointer)) return "remove the entry, or write '' for empty text";
  if (field.default !== undefined) return "leave the line out for the default, or write '' for empty text";
  return field.pattern === undefined && field.minLength === undefined
    ? "write a value, or '' for empty text"
    : 'write a value, or remove the line';
}

/** A bare number may have meant any unit: nobody should get 512GiB of memory for following a hint. */
export function unitHint(text: string, measure: Measure, suggestion: string | undefined): string {
  if (suggestion === undefined)
    return `units are ${measure === 'size' ? 'KiB MiB GiB TiB, kB MB GB TB' : 'ms s m h d w'}`;
  const bare = text.trim();
  if (!/^[\d.]+$/.test(bare)) return `did you mean ${suggestion}?`;
  return measure === 'size'
    ? `did you mean ${bare}MiB or ${bare}GiB?`
    : `did you mean ${bare}s? (${bare}m is minutes, ${bare}h hours, ${bare}d days)`;
}

export function sayOptions(options: readonly { readonly schema: FieldSchema }[]): string {
  return options.map(({ schema }) => sayType(schema)).join(' or ');
}

export function sayType(field: FieldSchema): string {
  if (field.format === 'size') return 'a size such as 2GiB';
  if (field.format === 'duration') return 'a duration such as 30s';
  if (field.enum !== undefined) return `one of ${field.enum.map(String).join(', ')}`;
  if (field.oneOf !== undefined) return field.oneOf.map(sayType).join(' or ');
  switch (field.type) {
    case 'string':
      return 'text';
    case 'integer':
      return 'a whole number';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    case 'object':
      return 'a map of fields';
    default:
      return 'a value';
  }
}

export function measureOf(field: FieldSchema): Measure | undefined {
  return field.type === 'string' && (field.format === 'size' || field.format === 'duration') ? field.format : undefined;
}

export function fieldName(pointer: string): string {
  const parts = pointer.split('/').slice(1);
  return parts
    .map((part, i) =>
      /^\d+$/.test(part) ? `[${part}]` : `${i === 0 ? '' : '.'}${part.replaceAll('~1', '/').replaceAll('~0', '~')}`,
    )
    .join('');
}

export function escapePointer(name: string): string {
  return name.includes('~') || name.includes('/') ? name.replaceAll('~', '~0').replaceAll('/', '~1') : name;
}
