// The fast reader: one pass over plain blueprint YAML, many times the speed of the library. It takes block maps and lists,
// flow collections, scalars, comments, anchors, `<<` and several documents, as long as every character is what it looks
// like. On anything else (tags, tabs, directives, `?`, odd indentation, any error) it gives up without a word and the
// careful reader decides. What it accepts the library accepts with the same tree; a fuzz test holds that.

import { ScalarNode } from '../tree.ts';
import type { Node, MapNode, SeqNode } from '../tree.ts';
import { Expansion, mergeSources } from './expansion.ts';
import type { YamlLimits } from './expansion.ts';
import { LONG_KEY, FlowScanner, isMergeKey } from './flow.ts';
import {
  AMPERSAND,
  ASTERISK,
  COLON,
  DASH,
  DOT,
  DOUBLE_QUOTE,
  GREATER,
  HASH,
  NEWLINE,
  OPEN_LIST,
  OPEN_MAP,
  PIPE,
  SINGLE_QUOTE,
  GiveUp,
  giveUp,
} from './scanner.ts';

// Control characters, CR (the careful reader knows CRLF) and byte order marks.
const UNUSUAL = /[\0-\x08\x0b-\x1f\x7f\ufeff]/;

/** One tree per document, undefined for an empty one; undefined alone when the text is not plain enough. */
export function parseFast(text: string, limits: YamlLimits): readonly (Node | undefined)[] | undefined {
  if (UNUSUAL.test(text)) return undefined;
  try {
    return new FastReader(text, limits).stream();
  } catch (error) {
    if (error instanceof GiveUp) return undefined;
    throw error;
  }
}

class FastReader extends FlowScanner {
  stream(): readonly (Node | undefined)[] {
    const documents: (Node | undefined)[] = [];
    this.seek();
    while (this.at < this.length) {
      if (this.column < 0) {
        if (this.text.charCodeAt(this.at) === DOT) giveUp();
        this.at += 3;
        this.endLine();
      }
      this.expansion = new Expansion(this.limits);
      const empty = this.column < 0;
      documents.push(empty ? undefined : this.#root());
      if (this.column >= 0) giveUp();
    }
    return documents;
  }

  #root(): Node {
    const node = this.#node(-1, 0);
    return node.kind === 'scalar' ? giveUp() : node;
  }

  /** A node that starts its line, indented more than its parent. */
  #node(parent: number, depth: number): Node {
    const first = this.text.charCodeAt(this.at);
    if (first === DASH && this.blankAfter(this.at)) return this.#seq(this.column, depth + 1);
    if (first === PIPE || first === GREATER) giveUp();
    // An outdented comment before a scalar makes the library read on into the next key.
    const outdented = this.commentColumn <= parent;
    const node = this.#inline(parent, depth, true);
    return outdented && node.kind === 'scalar' ? giveUp() : node;
  }

  /** A node from here on; a map only where one may start on this line. */
  #inline(parent: number, depth: number, mapAllowed: boolean): Node {
    const start = this.at;
    switch (this.text.charCodeAt(start)) {
      case DOUBLE_QUOTE:
      case SINGLE_QUOTE: {
        this.expansion.nodes += 1;
        const scalar = this.quoted();
        if (mapAllowed && this.#atColon()) return this.#map(scalar, this.column, depth + 1);
        this.endLine();
        return scalar;
      }
      case OPEN_LIST:
      case OPEN_MAP: {
        const node = this.flow(parent, depth + 1, 1);
        this.endLine();
        return node;
      }
      case PIPE:
      case GREATER:
        this.expansion.nodes += 1;
        return this.blockScalar(parent);
      case AMPERSAND:
        return this.#anchored(parent, depth);
      case ASTERISK: {
        const node = this.alias(depth);
        this.endLine();
        return node;
      }
      default: {
        this.checkPlainStart(false);
        this.expansion.nodes += 1;
        const end = this.scanPlain();
        if (this.at < this.length && this.text.charCodeAt(this.at) === COLON) {
          if (!mapAllowed) giveUp();
          return this.#map(this.plainKey(start, end), this.column, depth + 1);
        }
        return this.plain(start, end, parent);
      }
    }
  }

  #anchored(parent: number, depth: number): Node {
    const opened = this.expansion.open(this.anchorName(), depth);
    const name = this.at;
    this.skipSpaces();
    let node: Node;
    if (this.atLineEnd() || this.text.charCodeAt(this.at) === HASH) {
      this.at = name;
      this.endLine();
      if (this.column <= parent || this.#atProperty()) giveUp();
      node = this.#node(parent, depth);
    } else {
      if (this.at === name || this.text.charCodeAt(this.at) === ASTERISK) giveUp();
      if (this.text.charCodeAt(this.at) === AMPERSAND) giveUp();
      node = this.#inline(parent, depth, false);
    }
    this.expansion.close(opened, node, depth);
    return node;
  }

  #atColon(): boolean {
    const before = this.at;
    this.skipSpaces();
    if (this.text.charCodeAt(this.at) === COLON && this.blankAfter(this.at)) return true;
    this.at = before;
    return false;
  }

  #key(): ScalarNode {
    const start = this.at;
    const first = this.text.charCodeAt(start);
    this.expansion.nodes += 1;
    if (first === DOUBLE_QUOTE || first === SINGLE_QUOTE) {
      const key = this.quoted();
      if (!this.#atColon() || this.at - start > LONG_KEY) giveUp();
      return key;
    }
    this.checkPlainStart(false);
    const end = this.scanPlain();
    if (this.text.charCodeAt(this.at) !== COLON) giveUp();
    return this.plainKey(start, end);
  }

  /** A block map at this column; its first key is read and `at` stands on its colon. */
  #map(first: ScalarNode, column: number, depth: number): MapNode {
    this.enter(depth);
    if (this.at - first.start > LONG_KEY) giveUp();
    const base = this.pairTop;
    let key = first;
    let seen: Set<string> | undefined;
    let merges: readonly MapNode[] | undefined;
    let end = 0;
    for (;;) {
      this.at += 1;
      const value = this.#value(column, depth);
      end = this.#endOf(value);
      if (!isMergeKey(key)) seen = this.addPair(base, key, value, seen);
      else merges = merges === undefined ? (mergeSources(value) ?? giveUp()) : giveUp();
      if (this.column !== column) break;
      if (this.text.charCodeAt(this.at) === DASH && this.blankAfter(this.at)) giveUp();
      key = this.#key();
    }
    if (this.column > column) giveUp();
    return this.closeMap(first.start, end, base, merges);
  }

  /** What stands after the colon of a key in this column, on the same line or below. */
  #value(column: number, depth: number): Node {
    this.aliasEnd = 0;
    this.skipSpaces();
    const start = this.at;
    const first = start < this.length ? this.text.charCodeAt(start) : NEWLINE;
    if (first === AMPERSAND) return this.#anchoredValue(column, depth);
    if (first !== NEWLINE && first !== HASH) return this.#inline(column, depth, false);
    this.#restOfLine();
    if (this.column > column) return this.#node(column, depth);
    if (this.#atSameColumnList(column)) return this.#seq(column, depth + 1);
    this.expansion.nodes += 1;
    return new ScalarNode(start, start, '', 'plain');
  }

  #anchoredValue(column: number, depth: number): Node {
    const before = this.at;
    const name = this.anchorName();
    const after = this.at;
    this.skipSpaces();
    const below = this.atLineEnd() || this.text.charCodeAt(this.at) === HASH;
    this.at = below ? after : before;
    if (!below) return this.#anchored(column, depth);
    const opened = this.expansion.open(name, depth);
    this.endLine();
    if (this.#atProperty() || (this.column <= column && !this.#atSameColumnList(column))) giveUp();
    const node = this.column > column ? this.#node(column, depth) : this.#seq(column, depth + 1);
    this.expansion.close(opened, node, depth);
    return node;
  }

  #atProperty(): boolean {
    const first = this.text.charCodeAt(this.at);
    return first === AMPERSAND || first === ASTERISK;
  }

  #atSameColumnList(column: number): boolean {
    return this.column === column && this.text.charCodeAt(this.at) === DASH && this.blankAfter(this.at);
  }

  /** After an indicator and its spaces, when nothing but a comment is left. */
  #restOfLine(): void {
    if (this.at < this.length && this.text.charCodeAt(this.at) === HASH) this.skipComment();
    else this.at += 1;
    this.seek();
  }

  #seq(column: number, depth: number): SeqNode {
    this.enter(depth);
    const from = this.at;
    const base = this.itemTop;
    let end = 0;
    for (;;) {
      const dash = this.at;
      this.aliasEnd = 0;
      this.at += 1;
      this.skipSpaces();
      const start = this.at;
      const first = start < this.length ? this.text.charCodeAt(start) : NEWLINE;
      let item: Node;
      if (first === NEWLINE || first === HASH) {
        this.#restOfLine();
        if (this.column > column) item = this.#node(column, depth);
        else {
          this.expansion.nodes += 1;
          item = new ScalarNode(start, start, '', 'plain');
        }
      } else {
        this.column = column + (start - dash);
        item =
          first === DASH && this.blankAfter(start)
            ? this.#seq(this.column, depth + 1)
            : this.#inline(column, depth, true);
      }
      this.addItem(item);
      end = this.#endOf(item);
      if (this.column !== column || !this.#atSameColumnList(column)) break;
    }
    if (this.column > column) giveUp();
    return this.closeSeq(from, end, base);
  }

  #endOf(node: Node): number {
    const end = this.aliasEnd === 0 ? node.end : this.aliasEnd;
    this.aliasEnd = 0;
    return end;
  }
}
