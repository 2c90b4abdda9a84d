// A YAML text taken apart into its pieces, in order: keys, dashes, colons, scalars, brackets, comments. Each knows where
// it stood, and the column it gets when it is the first of its line. Space between pieces is none of theirs.

import { CST } from 'yaml';
import type { SourceFile } from '../../model/diagnostic.ts';
import { canonicalQuotes } from './quotes.ts';
import { reindentBlock, reindentScalar } from './reindent.ts';
import type { Frame } from './reindent.ts';

export type Role =
  | 'marker' | 'dash' | 'colon' | 'question' | 'comma' | 'open' | 'close' | 'property' | 'alias' | 'key' | 'scalar' | 'text' | 'comment'; // prettier-ignore

export interface Piece {
  readonly role: Role;
  readonly start: number;
  readonly end: number;
  text: string;
  /** When it is the first of its line; undefined: where the lines around a comment tell it. */
  column: number | undefined;
  /** Opens a level: comments below may belong to it. */
  readonly level: boolean;
  /** The first piece of a top-level pair. */
  top?: TopPair;
  /** A text block that keeps its line ends: no line may be added below it. */
  readonly keeps?: boolean;
}

export interface TopPair {
  /** Spans several lines, so an empty line sets it apart. */
  block: boolean;
}

/** What to write otherwise, by the offset of the token. */
export interface Rewrites {
  readonly text: ReadonlyMap<number, string>;
  /** Tokens left out: `services:` and the dashes of its items. */
  readonly drop: ReadonlySet<number>;
  /** Maps that become part of the document: the items of `services:`, by their offset. */
  readonly lift: ReadonlySet<number>;
}

const FLAT = new Set(['space', 'newline', 'flow-error-end', 'doc-mode', 'byte-order-mark']);

const ROLES: Readonly<Record<string, Role>> = {
  'doc-start': 'marker',
  'doc-end': 'marker',
  directive: 'marker',
  comment: 'comment',
  'seq-item-ind': 'dash',
  'map-value-ind': 'colon',
  'explicit-key-ind': 'question',
  comma: 'comma',
  'flow-map-start': 'open',
  'flow-seq-start': 'open',
  'flow-map-end': 'close',
  'flow-seq-end': 'close',
  anchor: 'property',
  tag: 'property',
};

export function piecesOf(file: SourceFile, tokens: readonly CST.Token[], rewrites: Rewrites): Piece[] {
  const collector = new Collector(file, rewrites);
  for (const token of tokens) collector.topLevel(token);
  return collector.pieces;
}

/** Where an item of a block map begins. */
function firstOffset({ start, key, sep }: CST.BlockMap['items'][number]): number | undefined {
  return (start.find(({ type }) => !FLAT.has(type) && type !== 'comment') ?? key ?? sep?.[0])?.offset;
}

class Collector {
  readonly pieces: Piece[] = [];
  readonly #file: SourceFile;
  readonly #rewrites: Rewrites;

  constructor(file: SourceFile, rewrites: Rewrites) {
    this.#file = file;
    this.#rewrites = rewrites;
  }

  topLevel(token: CST.Token): void {
    switch (token.type) {
      case 'document':
        this.#leaves(token.start, 0);
        if (token.value) this.#value(token.value, { oldParent: -1, newParent: -1 }, 0, true);
        this.#leaves(token.end, 0);
        break;
      case 'doc-end':
        this.#leaf(token, 0);
        this.#leaves(token.end, 0);
        break;
      default:
        this.#leaf(token as CST.SourceToken, 0);
    }
  }

  #value(token: CST.Token, frame: Frame, column: number, atRoot = false): void {
    switch (token.type) {
      case 'block-map':
        this.#map(token, column, atRoot);
        break;
      case 'block-seq':
        this.#seq(token, column);
        break;
      case 'flow-collection':
        this.#flow(token, frame);
        this.#leaves(token.end.slice(1), undefined);
        break;
      case 'block-scalar':
        this.#blockScalar(token, frame, column);
        break;
      default:
        this.#scalar(token as CST.FlowScalar, 'scalar', frame, column, false);
    }
  }

  #map(token: CST.BlockMap, column: number, atRoot: boolean): void {
    let oldColumn: number | undefined;
    for (const item of token.items) {
      const from = this.pieces.length;
      this.#leaves(item.start, column);
      if (item.key === undefined && item.sep === undefined) continue;
      oldColumn ??= this.#columnOf(firstOffset(item) ?? token.offset);
      const frame: Frame = { oldParent: oldColumn, newParent: column };
      if (item.key) {
        if (CST.isScalar(item.key) && item.key.type !== 'block-scalar')
          this.#scalar(item.key, 'key', frame, column, false);
        else this.#value(item.key, frame, column);
      }
      if (atRoot) this.#markTop(from, item.value);
      for (const leaf of item.sep) this.#leaf(leaf, leaf.type === 'map-value-ind' ? column : column + 2);
      if (item.value) this.#value(item.value, frame, column + 2);
    }
  }

  #markTop(from: number, value: CST.Token | undefined): void {
    const first = this.pieces.slice(from).find(({ role }) => role !== 'comment');
    const block = value?.type === 'block-map' || value?.type === 'block-seq' || value?.type === 'block-scalar';
    const lines = value?.type === 'flow-collection' && CST.stringify(value).trim().includes('\n');
    if (first) first.top = { block: block || lines };
  }

  #seq(token: CST.BlockSequence, column: number): void {
    const frame: Frame = { oldParent: this.#columnOf(token.offset), newParent: column };
    for (const item of token.items) {
      this.#leaves(item.start, column);
      if (!item.value) continue;
      if (this.#rewrites.lift.has(item.value.offset)) this.#value(item.value, frame, 0, true);
      else this.#value(item.value, frame, column + 2);
    }
  }

  #flow(token: CST.FlowCollection, frame: Frame): void {
    this.#flowLeaf(token.start, frame);
    for (const item of token.items) {
      for (const leaf of item.start) this.#flowLeaf(leaf, frame);
      if (item.key) this.#flowValue(item.key, frame);
      for (const leaf of item.sep ?? []) this.#flowLeaf(leaf, frame);
      if (item.value) this.#flowValue(item.value, frame);
    }
    if (token.end[0]) this.#flowLeaf(token.end[0], frame);
  }

  #flowValue(token: CST.Token, frame: Frame): void {
    if (token.type === 'flow-collection') {
      this.#flow(token, frame);
      for (const leaf of token.end.slice(1)) this.#flowLeaf(leaf, frame);
      return;
    }
    const scalar = token as CST.FlowScalar;
    this.#scalar({ ...scalar, end: [] }, 'scalar', frame, this.#flowColumn(scalar.offset, frame, false), true);
    for (const leaf of scalar.end ?? []) this.#flowLeaf(leaf, frame);
  }

  #flowLeaf(token: CST.SourceToken, frame: Frame): void {
    this.#leaf(token, this.#flowColumn(token.offset, frame, ROLES[token.type] === 'close'));
  }

  /** Lines inside brackets keep their shape relative to the key. */
  #flowColumn(offset: number, { oldParent, newParent }: Frame, closes: boolean): number {
    return newParent + Math.max(closes ? 0 : 1, this.#columnOf(offset) - oldParent);
  }

  #scalar(token: CST.FlowScalar, role: 'key' | 'scalar', frame: Frame, column: number, inFlow: boolean): void {
    const { offset, source, type } = token;
    if (source !== '') {
      const own = this.#rewrites.text.get(offset);
      let text = own ?? source;
      if (type === 'alias') text = source;
      else if (own === undefined && type !== 'scalar' && !this.#tagged()) {
        text = canonicalQuotes(source, CST.resolveAsScalar(token, true, () => undefined)?.value ?? '', inFlow);
        if (text === '<<' && role === 'key') text = source;
      }
      if (text.includes('\n')) text = reindentScalar(text, frame, inFlow);
      this.#push(
        type === 'alias' ? 'alias' : role,
        offset,
        offset + source.length,
        text,
        column,
        role === 'key' && !inFlow,
      );
    }
    this.#leaves(token.end, undefined);
  }

  #blockScalar(token: CST.BlockScalar, frame: Frame, column: number): void {
    let header = '';
    for (const prop of token.props) {
      if (prop.type === 'block-scalar-header') header = prop.source;
      this.#leaf(prop as CST.SourceToken, column);
    }
    // Only empty lines: none of the text unless it keeps them.
    if (/^[ \n]*$/.test(token.source) && !header.includes('+')) return;
    if (token.source === '') return;
    const last = token.props.at(-1) as CST.SourceToken;
    const start = last.offset + last.source.length;
    const ends = token.source.endsWith('\n');
    const source = ends ? token.source.slice(0, -1) : token.source;
    const text = reindentBlock(source, header, frame);
    this.pieces.push({
      role: 'text',
      start,
      end: start + source.length,
      text,
      column: 0,
      level: false,
      keeps: header.includes('+'),
    });
  }

  #leaves(tokens: readonly CST.SourceToken[] | undefined, column: number | undefined): void {
    for (const token of tokens ?? []) this.#leaf(token, column);
  }

  #leaf(token: CST.SourceToken | CST.DocumentEnd | CST.Directive | CST.ErrorToken, column: number | undefined): void {
    if (FLAT.has(token.type) || this.#rewrites.drop.has(token.offset)) return;
    const role = ROLES[token.type] ?? 'scalar';
    const { offset, source } = token;
    const text = role === 'comment' ? source.replace(/[ \t]+$/, '') : source;
    this.#push(role, offset, offset + source.length, text, role === 'comment' ? undefined : column, role === 'dash');
  }

  #push(role: Role, start: number, end: number, text: string, column: number | undefined, level: boolean): void {
    if (this.#rewrites.drop.has(start)) return;
    this.pieces.push({ role, start, end, text, column, level });
  }

  /** A tag says how the scalar is read; its quotes may be part of that. */
  #tagged(): boolean {
    for (let index = this.pieces.length - 1; index >= 0 && this.pieces[index]!.role === 'property'; index--) {
      if (this.pieces[index]!.text.startsWith('!')) return true;
    }
    return false;
  }

  #columnOf(offset: number): number {
    return this.#file.position(offset).column - 1;
  }
}
