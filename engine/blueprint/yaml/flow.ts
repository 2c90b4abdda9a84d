// The flow collections of the fast reader (`[a, {b: c}]`), and what they share with the block structure around them:
// depth, aliases, keys that must be text and stand once.

import { MapNode, ScalarNode, SeqNode, coreScalar } from '../tree.ts';
import type { Node, Pair } from '../tree.ts';
import { Expansion, mergeInto, mergeSources } from './expansion.ts';
import type { YamlLimits } from './expansion.ts';
import {
  ASTERISK,
  CLOSE_LIST,
  CLOSE_MAP,
  COLON,
  COMMA,
  DOUBLE_QUOTE,
  HASH,
  NEWLINE,
  OPEN_LIST,
  OPEN_MAP,
  SINGLE_QUOTE,
  SPACE,
  TAB,
  Scanner,
  giveUp,
  isFlowIndicator,
} from './scanner.ts';

/** From this many keys on a map finds its duplicates by a set. */
const MANY_KEYS = 12;
/** The library wants the `:` of a key within 1024 characters. */
export const LONG_KEY = 1000;

export class FlowScanner extends Scanner {
  readonly limits: YamlLimits;
  expansion: Expansion;

  constructor(text: string, limits: YamlLimits) {
    super(text);
    this.limits = limits;
    this.expansion = new Expansion(limits);
  }

  /** Where the alias ends is its reader's to know: the node it gives stands elsewhere. */
  aliasEnd = 0;

  alias(depth: number): Node {
    const found = this.expansion.alias(this.anchorName(), depth);
    this.aliasEnd = this.at;
    return typeof found === 'string' ? giveUp() : found;
  }

  enter(depth: number): void {
    if (depth > this.limits.maxDepth) giveUp();
    this.expansion.nodes += 1;
    if (depth > this.expansion.deepest) this.expansion.deepest = depth;
  }

  plainKey(start: number, end: number): ScalarNode {
    if (end === start || this.at - start > LONG_KEY) giveUp();
    const text = this.#keyText(start, end);
    if (text.length <= 4 && coreScalar(text) === null) giveUp();
    return new ScalarNode(start, end, text, 'plain');
  }

  /** The same few keys return over and over: one string for each. */
  #keyText(start: number, end: number): string {
    const { text } = this;
    const middle = text.charCodeAt((start + end) >> 1);
    const hash =
      (text.charCodeAt(start) * 31 + text.charCodeAt(end - 1) * 7 + middle * 131 + (end - start) * 1031) & 1023;
    const known = this.#known[hash];
    if (known !== undefined && known.length === end - start && text.startsWith(known, start)) return known;
    return (this.#known[hash] = text.slice(start, end));
  }

  readonly #known: string[] = new Array<string>(1024);

  // Pairs and items wait on a stack until their collection closes, so that each array is made once, at its size.
  readonly #pairs: Pair[] = [];
  readonly #items: Node[] = [];
  pairTop = 0;
  itemTop = 0;

  /** Gives up on a key the map has already; the careful reader tells where both stand. */
  addPair(base: number, key: ScalarNode, value: Node, seen: Set<string> | undefined): Set<string> | undefined {
    const pairs = this.#pairs;
    const top = this.pairTop;
    if (seen === undefined && top - base >= MANY_KEYS) {
      seen = new Set();
      for (let index = base; index < top; index++) seen.add(pairs[index]!.key.text);
    }
    if (seen === undefined) {
      for (let index = base; index < top; index++) if (pairs[index]!.key.text === key.text) giveUp();
    } else {
      const { size } = seen;
      if (seen.add(key.text).size === size) giveUp();
    }
    pairs[top] = { key, value };
    this.pairTop = top + 1;
    return seen;
  }

  addItem(item: Node): void {
    this.#items[this.itemTop++] = item;
  }

  closeMap(start: number, end: number, base: number, merges: readonly MapNode[] | undefined): MapNode {
    const map = new MapNode(start, end, this.#pairs.slice(base, this.pairTop));
    this.pairTop = base;
    if (merges !== undefined) mergeInto(map, merges);
    return map;
  }

  closeSeq(start: number, end: number, base: number): SeqNode {
    const seq = new SeqNode(start, end, this.#items.slice(base, this.itemTop));
    this.itemTop = base;
    return seq;
  }

  /** A flow collection; its lines are indented more than the parent, but for the last bracket. */
  flow(parent: number, depth: number, level: number): Node {
    this.enter(depth);
    const node =
      this.text.charCodeAt(this.at) === OPEN_MAP
        ? this.#flowMap(parent, depth, level)
        : this.#flowSeq(parent, depth, level);
    this.aliasEnd = 0;
    return node;
  }

  #flowMap(parent: number, depth: number, level: number): MapNode {
    const start = this.at;
    const base = this.pairTop;
    let seen: Set<string> | undefined;
    let merges: readonly MapNode[] | undefined;
    this.at += 1;
    // A template nobody quoted; the careful reader says so.
    if (this.text.charCodeAt(this.at) === OPEN_MAP) giveUp();
    while (!this.#atClose(parent, level, CLOSE_MAP)) {
      const key = this.#flowKey();
      this.#flowSpace(parent, level, -1);
      const value = this.#flowValue(parent, depth, level);
      if (!isMergeKey(key)) seen = this.addPair(base, key, value, seen);
      else merges = merges === undefined ? (mergeSources(value) ?? giveUp()) : giveUp();
      if (!this.#atComma(parent, level, CLOSE_MAP)) break;
    }
    this.at += 1;
    return this.closeMap(start, this.at, base, merges);
  }

  #flowSeq(parent: number, depth: number, level: number): SeqNode {
    const start = this.at;
    const base = this.itemTop;
    this.at += 1;
    while (!this.#atClose(parent, level, CLOSE_LIST)) {
      this.addItem(this.#flowValue(parent, depth, level));
      if (!this.#atComma(parent, level, CLOSE_LIST)) break;
    }
    this.at += 1;
    return this.closeSeq(start, this.at, base);
  }

  #atClose(parent: number, level: number, close: number): boolean {
    this.#flowSpace(parent, level, close);
    return this.text.charCodeAt(this.at) === close;
  }

  /** Past the comma, or false before the closing bracket. */
  #atComma(parent: number, level: number, close: number): boolean {
    if (this.#atClose(parent, level, close)) return false;
    if (this.text.charCodeAt(this.at) !== COMMA) giveUp();
    this.at += 1;
    return true;
  }

  /** Spaces, comments and line ends between the parts of a flow collection. */
  #flowSpace(parent: number, level: number, close: number): void {
    let lineStart = -1;
    for (;;) {
      const from = this.at;
      this.skipSpaces();
      if (this.at >= this.length) giveUp();
      const next = this.text.charCodeAt(this.at);
      if (next === HASH && (this.at > from || lineStart === from)) {
        this.skipComment();
      } else if (next === NEWLINE) {
        this.at += 1;
      } else {
        if (lineStart < 0) return;
        const indent = this.at - lineStart;
        if (indent === 0 && this.atMarker(this.at)) giveUp();
        if (indent <= parent && !(next === close && level === 1 && indent === parent)) giveUp();
        return;
      }
      lineStart = this.at;
    }
  }

  #flowKey(): ScalarNode {
    const start = this.at;
    const first = this.text.charCodeAt(start);
    this.expansion.nodes += 1;
    let key: ScalarNode;
    const isQuoted = first === DOUBLE_QUOTE || first === SINGLE_QUOTE;
    if (isQuoted) key = this.quoted();
    else key = this.plainKey(start, this.#scanFlowPlain());
    const end = this.at;
    this.skipSpaces();
    if (this.text.charCodeAt(this.at) !== COLON) giveUp();
    // `{"a":1}` as JSON has it; else a space is needed.
    if (!this.blankAfter(this.at) && !(isQuoted && this.at === end)) giveUp();
    if (this.at - start > LONG_KEY) giveUp();
    this.at += 1;
    return key;
  }

  #flowValue(parent: number, depth: number, level: number): Node {
    const start = this.at;
    switch (this.text.charCodeAt(start)) {
      case OPEN_LIST:
      case OPEN_MAP:
        return this.flow(parent, depth + 1, level + 1);
      case ASTERISK:
        return this.alias(depth);
      case DOUBLE_QUOTE:
      case SINGLE_QUOTE:
        this.expansion.nodes += 1;
        return this.quoted();
      default: {
        this.expansion.nodes += 1;
        const end = this.#scanFlowPlain();
        if (this.text.charCodeAt(this.at) === COLON) giveUp();
        return new ScalarNode(start, end, this.text.slice(start, end), 'plain');
      }
    }
  }

  /** A plain scalar inside a flow collection, on one line; more text on the next is left to the careful reader. */
  #scanFlowPlain(): number {
    this.checkPlainStart(true);
    const { text, length } = this;
    let at = this.at;
    let end = at;
    for (; at < length; at++) {
      const char = text.charCodeAt(at);
      if (char === SPACE) {
        if (text.charCodeAt(at + 1) === HASH) break;
        continue;
      }
      if (char === TAB) giveUp();
      if (char === NEWLINE || isFlowIndicator(char)) break;
      if (char === COLON && (this.blankAfter(at) || isFlowIndicator(text.charCodeAt(at + 1)))) break;
      end = at + 1;
    }
    this.at = at;
    return end;
  }
}

export function isMergeKey(key: ScalarNode): boolean {
  return key.text === '<<' && key.style === 'plain';
}
