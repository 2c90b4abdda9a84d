// Typed params of a blueprint (rule 9). Order: --set, then the last values file, then `fromEnv`, then the default; where a value
// came from is recorded. A value given explicitly last time and left out now is refused: silence is not a wish.

import type { Place, Report, SourceFile } from '../../model/diagnostic.ts';
import { isDeferred } from '../../model/expression.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { nearest } from '../../model/nearest.ts';
import type { FieldSchema, KindSchema } from '../../model/schema.ts';
import type { ParamValue, RevisionRecord } from '../../model/service.ts';
import { formatMeasure } from '../../model/units.ts';
import { clip, place, type Draft, type Located } from '../sources/draft.ts';
import { measureOf, type ShapeContext } from './context.ts';
import { nodeOf } from './scalar.ts';
import { type ObjectShape, type Shaper } from './shape.ts';
import { hasTemplate } from '../template/index.ts';
import { coreValue, sayNode, ScalarNode, type MapNode, type Node } from '../tree.ts';
import type { Validator } from './validate.ts';

export interface Given {
  readonly node: Node;
  readonly file: SourceFile;
  /** The name, where it stands in a file. */
  readonly key?: ScalarNode;
  readonly from: ParamValue['from'];
  /** A value that may be known only later: what a package was given. */
  readonly value?: JsonValue;
}

const TYPES = ['string', 'integer', 'number', 'boolean', 'array', 'object'];
const KEYWORDS = [
  'type',
  'enum',
  'default',
  'description',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'items',
  'properties',
  'required',
  'additionalProperties',
  'minItems',
  'maxItems',
  'uniqueItems',
  'examples',
  'fromEnv',
];

interface Declared {
  readonly name: string;
  readonly schema: FieldSchema & { readonly fromEnv?: string };
  readonly at: Place;
}

export interface ParamsInput {
  readonly draft: Draft;
  /** Values by name, the stronger source already chosen. */
  readonly given: ReadonlyMap<string, Given>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly previous: RevisionRecord | undefined;
  readonly shaper: Shaper;
  readonly validator: Validator;
  /** The package block that gives the values; undefined for the blueprint itself. */
  readonly owner?: { readonly name: string; readonly at: Place };
  /** A context without params: param values may not be templates themselves. */
  readonly context: (file: SourceFile, subject: string) => ShapeContext;
}

const HOME: KindSchema = { $id: 'params', title: 'params', description: '', type: 'object', properties: {} };

export function resolveParams(input: ParamsInput): Record<string, ParamValue> {
  const values: Record<string, ParamValue> = {};
  const declared = new Map<string, Declared>();
  for (const [name, located] of input.draft.params) {
    const schema = declarationOf(name, located, input);
    if (schema !== undefined)
      declared.set(name, { name, schema, at: place(located.file, located.key ?? located.node) });
  }
  for (const [name, given] of input.given) {
    if (declared.has(name) || input.draft.params.has(name)) continue;
    const like = nearest(name, declared.keys());
    const known = [...declared.keys()].join(', ');
    input
      .context(given.file, 'params')
      .report.error(
        'PARAM_UNKNOWN',
        place(given.file, given.key ?? given.node),
        `${input.owner === undefined ? '' : `${input.owner.name}: `}there is no param "${clip(name)}"`,
        like !== undefined
          ? `did you mean ${like}?`
          : known === ''
            ? `this ${input.owner === undefined ? 'blueprint' : 'package'} declares no params`
            : `params are: ${known}`,
      );
  }
  for (const param of declared.values()) {
    const value = valueOf(param, input);
    if (value !== undefined) values[param.name] = value;
  }
  for (const name of input.draft.params.keys()) if (values[name] === undefined) input.draft.withoutValue.add(name);
  refuseOmitted(values, input);
  return values;
}

function declarationOf(name: string, { node, file }: Located, input: ParamsInput): Declared['schema'] | undefined {
  const context = input.context(file, `params.${name}`);
  const { report } = context;
  const at = place(file, node);
  if (node.kind !== 'map') {
    report.error(
      'PARAM_INVALID',
      at,
      `params.${name}: expected a declaration, found ${sayNode(node)}`,
      `${name}: { type: ${typeOfValue(node)}, default: ${node.kind === 'scalar' && node.text !== '' ? clip(node.text) : '…'} }`,
    );
    return undefined;
  }
  for (const { key } of node.pairs) {
    if (KEYWORDS.includes(key.text)) continue;
    const like = nearest(key.text, KEYWORDS);
    report.error(
      'PARAM_INVALID',
      place(file, key),
      `params.${name}: "${clip(key.text)}" is not a word of a param declaration`,
      like === undefined ? `words are: ${KEYWORDS.join(', ')}` : `did you mean ${like}?`,
    );
    return undefined;
  }
  // The words are read as they are, except that a default is shaped by the type it is declared with.
  const raw = input.shaper
    .object({ type: 'object' }, HOME)
    .shape(
      { ...node, pairs: node.pairs.filter(({ key }) => key.text !== 'default') } as typeof node,
      '',
      context,
      true,
    );
  const type = raw['type'] ?? 'string';
  if (typeof type !== 'string' || !TYPES.includes(type)) {
    report.error(
      'PARAM_INVALID',
      place(file, node.get('type') ?? node),
      `params.${name}: the type is ${JSON.stringify(type)}; expected one of ${TYPES.join(', ')}`,
      typeof type === 'string' ? typeHint(type) : undefined,
    );
    return undefined;
  }
  if (raw['enum'] !== undefined && (!Array.isArray(raw['enum']) || raw['enum'].length === 0)) {
    report.error(
      'PARAM_INVALID',
      place(file, node.get('enum') ?? node),
      `params.${name}: "enum" is a list of the values allowed`,
    );
    return undefined;
  }
  // A text param keeps its listed values as written: `[1.10]` allows 1.10, not 1.1.
  const listed = node.get('enum');
  const words =
    type === 'string' && listed?.kind === 'seq'
      ? { enum: listed.items.map((item) => (item.kind === 'scalar' ? item.text : '')) }
      : {};
  const schema = { ...raw, ...words, type } as Declared['schema'];
  if (!checkWords(name, raw, node, file, report)) return undefined;
  try {
    input.validator.check(
      `params:${JSON.stringify(schema)}`,
      schema,
      HOME,
      null,
      { file, node, shape: undefined },
      { ...context, bad: new Set(['']) },
    );
  } catch (error) {
    report.error('PARAM_INVALID', at, `params.${name}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
  return schema;
}

const WORD_TYPES: Readonly<Record<string, (value: JsonValue) => string | undefined>> = {
  ...Object.fromEntries(
    ['minimum', 'maximum'].map((word) => [
      word,
      (value: JsonValue) => (typeof value === 'number' ? undefined : 'expected a number'),
    ]),
  ),
  ...Object.fromEntries(
    ['minLength', 'maxLength', 'minItems', 'maxItems'].map((word) => [
      word,
      (value: JsonValue) => (Number.isInteger(value) && Number(value) >= 0 ? undefined : 'expected a whole number'),
    ]),
  ),
  uniqueItems: (value) => (typeof value === 'boolean' ? undefined : 'expected true or false'),
  format: (value) => (value === 'size' || value === 'duration' ? undefined : 'expected size or duration'),
  fromEnv: (value) => (typeof value === 'string' && value !== '' ? undefined : 'expected the name of a variable'),
  pattern: (value) => {
    if (typeof value !== 'string') return 'expected a regular expression';
    try {
      new RegExp(value, 'u');
      return undefined;
    } catch (error) {
      return `this is no regular expression (${error instanceof Error ? error.message.replace(/^.*: /, '') : ''})`;
    }
  },
};

/** The words of a declaration are checked here, in our own words; what is left is ajv's. */
function checkWords(name: string, raw: JsonObject, node: MapNode, file: SourceFile, report: Report): boolean {
  for (const [word, value] of Object.entries(raw)) {
    const problem = Object.hasOwn(WORD_TYPES, word) && value !== undefined ? WORD_TYPES[word]?.(value) : undefined;
    if (problem === undefined) continue;
    const written = node.get(word) ?? node;
    report.error('PARAM_INVALID', place(file, written), `params.${name}: "${word}" is ${sayNode(written)}; ${problem}`);
    return false;
  }
  return true;
}

function typeOfValue(node: Node): string {
  if (node.kind !== 'scalar') return node.kind === 'seq' ? 'array' : 'object';
  const value = coreValue(node);
  return typeof value === 'number'
    ? Number.isInteger(value)
      ? 'integer'
      : 'number'
    : typeof value === 'boolean'
      ? 'boolean'
      : 'string';
}

function typeHint(type: string): string | undefined {
  const meant: Readonly<Record<string, string>> = {
    text: 'string',
    str: 'string',
    int: 'integer',
    float: 'number',
    double: 'number',
    bool: 'boolean',
    list: 'array',
    map: 'object',
    dict: 'object',
    size: 'string, with format: size',
    duration: 'string, with format: duration',
  };
  const like = Object.hasOwn(meant, type) ? meant[type] : nearest(type, TYPES);
  return like === undefined ? undefined : `did you mean ${like}?`;
}

function valueOf(param: Declared, input: ParamsInput): ParamValue | undefined {
  const located = input.draft.params.get(param.name);
  const report = input.context(located!.file, 'params').report;
  const given = input.given.get(param.name);
  if (given !== undefined && isDeferred(given.value)) return { value: given.value, from: given.from };
  if (given !== undefined) return shapeValue(param, given.node, given.file, given.from, input);
  const variable = param.schema.fromEnv;
  const fromEnv = variable !== undefined && Object.hasOwn(input.env, variable) ? input.env[variable] : undefined;
  if (fromEnv !== undefined) {
    const node = new ScalarNode(located!.node.start, located!.node.end, fromEnv, 'plain');
    return shapeValue(param, node, located!.file, 'env', input);
  }
  const fallback = located!.node.kind === 'map' ? located!.node.get('default') : undefined;
  if (fallback !== undefined) return shapeValue(param, fallback, located!.file, 'default', input);
  if (input.owner !== undefined) {
    report.error(
      'PARAM_MISSING',
      input.owner.at,
      `${input.owner.name}: the param "${param.name}" has no value and no default`,
      `with: { ${param.name}: … }`,
    );
    return undefined;
  }
  report.error(
    'PARAM_MISSING',
    param.at,
    `the param "${param.name}" has no value and no default`,
    `--set ${param.name}=VALUE, or default: … in its declaration`,
  );
  return undefined;
}

function shapeValue(
  param: Declared,
  node: Node,
  file: SourceFile,
  from: ParamValue['from'],
  input: ParamsInput,
): ParamValue | undefined {
  const said =
    from === 'env' ? `params.${param.name} from the variable ${param.schema.fromEnv}` : `params.${param.name}`;
  const context: ShapeContext = { ...input.context(file, said), bad: new Set() };
  const template = from === 'default' || from === 'file' ? templateIn(node) : undefined;
  if (template !== undefined) {
    context.report.error(
      'PARAM_INVALID',
      place(file, template),
      `params.${param.name}: a value of a param is not a template`,
      'write the template where the param is used',
    );
    return undefined;
  }
  const before = context.report.errors;
  const value = input.shaper.field(param.schema, HOME)(
    node,
    '',
    context,
    from === 'set' || from === 'env' || from === 'package',
  );
  if (value === undefined) return undefined;
  const shape: ObjectShape | undefined = undefined;
  const ok = input.validator.check(
    `params:${JSON.stringify(param.schema)}`,
    param.schema,
    HOME,
    value,
    { file, node, shape },
    context,
  );
  if (!ok || context.report.errors !== before) return undefined;
  // Checked as a measure, handed on as text: a field that wants a size wants it with its unit.
  const measure = measureOf(param.schema);
  return { value: measure !== undefined && typeof value === 'number' ? formatMeasure(measure, value) : value, from };
}

function templateIn(node: Node): ScalarNode | undefined {
  if (node.kind === 'scalar') return hasTemplate(node.text) ? node : undefined;
  for (const each of node.kind === 'seq' ? node.items : node.pairs.map(({ value }) => value)) {
    const found = templateIn(each);
    if (found !== undefined) return found;
  }
  return undefined;
}

function refuseOmitted(values: Readonly<Record<string, ParamValue>>, input: ParamsInput): void {
  const { previous } = input;
  if (previous === undefined) return;
  const omitted = Object.entries(previous.params).filter(([name, before]) => {
    const now = values[name];
    return (
      now !== undefined &&
      (before.from === 'set' || before.from === 'file') &&
      now.from === 'default' &&
      JSON.stringify(now.value) !== JSON.stringify(before.value)
    );
  });
  if (omitted.length === 0) return;
  const [name = '', before] = omitted[0] ?? [];
  const located = input.draft.params.get(name);
  const flags = omitted
    .map(
      ([each, value]) => `--set ${each}=${typeof value.value === 'string' ? value.value : JSON.stringify(value.value)}`,
    )
    .join(' ');
  input
    .context(located!.file, 'params')
    .report.error(
      'PARAM_OMITTED',
      place(located!.file, located!.key ?? located!.node),
      `the param "${name}" was given as ${JSON.stringify(before?.value)} for ${previous.blueprint}@${previous.number} and is left out now; its default would change it`,
      `say it again, or the new value: ays apply … ${flags}`,
    );
}

/** `--set a=1` as a node: plain, so that its type is the schema's to say. JSON is read for lists and maps. */
export function givenBySet(text: string, file: SourceFile): Given {
  const node = new ScalarNode(0, file.text.length, text, 'plain');
  if (/^\s*[[{]/.test(text)) {
    try {
      return { node: nodeOf(JSON.parse(text) as JsonValue, node), file, from: 'set' };
    } catch {
      // Not JSON: text, as it stands.
    }
  }
  return { node, file, from: 'set' };
}

export function paramScope(values: Readonly<Record<string, ParamValue>>): Readonly<Record<string, JsonValue>> {
  const scope = Object.create(null) as Record<string, JsonValue>;
  for (const [name, { value }] of Object.entries(values)) scope[name] = value;
  return scope;
}
