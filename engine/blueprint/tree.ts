// A YAML document as the blueprint reader sees it: what was written and where, before anything has a type. A scalar keeps
// its exact text, because the schema decides what it is: `1.10` stays `1.10` where text is wanted (rule 7).
// Aliases are resolved (the same node stands in several places) and `<<` is merged before anybody reads the tree.

import type { JsonScalar, JsonValue } from '../model/json.ts';

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded';

export class ScalarNode {
  readonly kind = 'scalar' as const;
  readonly start: number;
  readonly end: number;
  /** The value as text: quotes and escapes undone, folds folded. An empty value is an empty plain scalar. */
  readonly text: string;
  readonly style: ScalarStyle;
  /** `!!str` and friends, as `str`; undefined for most. */
  readonly tag: string | undefined;

  constructor(start: number, end: number, text: string, style: ScalarStyle, tag?: string) {
    this.start = start;
    this.end = end;
    this.text = text;
    this.style = style;
    this.tag = tag;
  }
}

export class MapNode {
  readonly kind = 'map' as const;
  readonly start: number;
  end: number;
  /** In the order written; keys are unique. Merged pairs come last. */
  readonly pairs: Pair[];

  constructor(start: number, end: number, pairs: Pair[] = []) {
    this.start = start;
    this.end = end;
    this.pairs = pairs;
  }

  get(key: string): Node | undefined {
    return this.pairs.find((pair) => pair.key.text === key)?.value;
  }
}

export class SeqNode {
  readonly kind = 'seq' as const;
  readonly start: number;
  end: number;
  readonly items: Node[];

  constructor(start: number, end: number, items: Node[] = []) {
    this.start = start;
    this.end = end;
    this.items = items;
  }
}

export interface Pair {
  readonly key: ScalarNode;
  readonly value: Node;
}

export type Node = ScalarNode | MapNode | SeqNode;

/** What YAML 1.2 core makes of a scalar when no schema wants otherwise. */
export function coreValue(node: ScalarNode): JsonScalar {
  if (node.tag === 'str' || (node.style !== 'plain' && node.tag === undefined)) return node.text;
  return coreScalar(node.text);
}

/** YAML 1.2 core resolution of plain text: null, booleans, integers (also 0o and 0x), floats; else text. */
export function coreScalar(text: string): JsonScalar {
  const first = text.charCodeAt(0);
  // Only these can begin anything but text: digits + - . ~ n N t T f F, and nothing at all.
  if (text.length > 0 && !(first >= 48 && first <= 57) && !'+-.~nNtTfF'.includes(text[0]!)) return text;
  switch (text) {
    case '':
    case '~':
    case 'null':
    case 'Null':
    case 'NULL':
      return null;
    case 'true':
    case 'True':
    case 'TRUE':
      return true;
    case 'false':
    case 'False':
    case 'FALSE':
      return false;
    default:
  }
  if (/^[-+]?[0-9]+$/.test(text)) return Number(text);
  if (/^0o[0-7]+$/.test(text)) return Number.parseInt(text.slice(2), 8);
  if (/^0x[0-9a-fA-F]+$/.test(text)) return Number.parseInt(text.slice(2), 16);
  if (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(text)) return Number(text);
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^\.(?:nan|NaN|NAN)$/.test(text)) return NaN;
  return text;
}

/** The tree as plain JSON by core types. Objects have no prototype, so `__proto__` is only a name. */
export function toPlain(node: Node): JsonValue {
  switch (node.kind) {
    case 'scalar':
      return coreValue(node);
    case 'seq':
      return node.items.map(toPlain);
    case 'map': {
      const object = Object.create(null) as Record<string, JsonValue>;
      for (const { key, value } of node.pairs) object[key.text] = toPlain(value);
      return object;
    }
  }
}

/** What a node is, for messages: "a list", "text". */
export function sayNode(node: Node): string {
  if (node.kind === 'map') return 'a map';
  if (node.kind === 'seq') return 'a list';
  const value = coreValue(node);
  if (value === null) return 'nothing';
  if (typeof value === 'string') return `text "${node.text.length > 40 ? `${node.text.slice(0, 37)}…` : node.text}"`;
  return typeof value === 'boolean' ? `the boolean ${node.text}` : `the number ${node.text}`;
}
