// The careful reader: the `yaml` library, its tree turned into ours. It sees every text the fast reader gives up on, so
// it is where errors are found. Depth is watched while the library's token parser runs (its composer is recursive), and
// duplicate keys are ours to find (its own check is quadratic).

import { CST, Composer, Lexer, Parser, isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Document, Node as LibraryNode, Pair as LibraryPair, ParsedNode, YAMLMap, YAMLSeq } from 'yaml';
import type { Report, SourceFile } from '../../model/diagnostic.ts';
import { MapNode, ScalarNode, SeqNode, coreScalar } from '../tree.ts';
import type { Node, ScalarStyle } from '../tree.ts';
import { Expansion, mergeInto, mergeSources } from './expansion.ts';
import type { YamlLimits } from './expansion.ts';
import { Problems } from './problems.ts';
import { findUnquoted, maskTemplates, touches } from './unquoted.ts';
import type { UnquotedTemplate } from './unquoted.ts';

/** A template can hide the next one (`{{#if}}` opens a comment); after this many readings the rest is left. */
const ROUNDS = 6;

export function parseWithLibrary(file: SourceFile, report: Report, limits: YamlLimits): readonly (Node | undefined)[] {
  const problems = new Problems(file);
  const unquoted: UnquotedTemplate[] = [];
  let text = problems.checkCharacters();
  let composed = compose(text, limits.maxDepth);
  for (let round = 0; round < ROUNDS; round++) {
    const found = findUnquoted(composed.documents, text, file);
    if (found.length === 0) break;
    unquoted.push(...found);
    text = maskTemplates(text, found);
    composed = compose(text, limits.maxDepth);
  }
  unquoted.sort((a, b) => a.start - b.start);
  problems.addUnquoted(unquoted);
  problems.checkVersion(composed.documents);
  for (const at of composed.lost) problems.lostValue(at);
  for (const document of composed.documents) problems.addLibrary(document.errors, document.warnings, document);
  problems.addLibrary(composed.errors, composed.warnings, undefined);
  if (composed.tooDeepAt !== undefined) problems.tooDeep(composed.tooDeepAt, limits.maxDepth);

  const result: (Node | undefined)[] = [];
  for (const document of composed.documents) {
    result.push(new TreeBuilder(file, problems, limits, unquoted).document(document));
  }
  problems.flush(report);
  return result;
}

/** The problems an offer to quote would solve; `fmt --fix` asks. */
export function unquotedTemplates(file: SourceFile, limits: YamlLimits): readonly UnquotedTemplate[] {
  const all: UnquotedTemplate[] = [];
  let { text } = file;
  for (let round = 0; round < ROUNDS; round++) {
    const found = findUnquoted(compose(text, limits.maxDepth).documents, text, file);
    if (found.length === 0) break;
    all.push(...found);
    text = maskTemplates(text, found);
  }
  return all.sort((a, b) => a.start - b.start);
}

type LibraryError = Document.Parsed['errors'][number];
type LibraryWarning = Document.Parsed['warnings'][number];

interface Composed {
  readonly documents: readonly Document.Parsed[];
  /** Found where there is no document to hold them. */
  readonly errors: readonly LibraryError[];
  readonly warnings: readonly LibraryWarning[];
  readonly tooDeepAt: number | undefined;
  /** Values the library would lose without a word. */
  readonly lost: readonly number[];
}

const COLLECTIONS = new Set(['block-map', 'block-seq', 'flow-collection']);

/** The library makes an Error for each fault; without stacks a file of faults is read ten times faster. */
function compose(text: string, maxDepth: number): Composed {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return composeAll(text, maxDepth);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function composeAll(text: string, maxDepth: number): Composed {
  const parser = new Parser();
  const composer = new Composer<ParsedNode>({
    version: '1.2',
    merge: true,
    uniqueKeys: false,
    strict: true,
    logLevel: 'silent',
  });
  const documents: Document.Parsed[] = [];
  const lost: number[] = [];
  const explicit = text.includes('?');
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      if (explicit && token.type === 'document') findLost(token, lost);
      documents.push(...composer.next(token));
    }
    if (
      parser.stack.length > maxDepth &&
      parser.stack.filter((token) => COLLECTIONS.has(token.type)).length > maxDepth
    ) {
      return { documents, errors: [], warnings: [], tooDeepAt: parser.offset, lost };
    }
  }
  for (const token of parser.end()) {
    if (explicit && token.type === 'document') findLost(token, lost);
    documents.push(...composer.next(token));
  }
  documents.push(...composer.end());
  const { errors, warnings } = composer.streamInfo();
  return { documents, errors, warnings, tooDeepAt: undefined, lost };
}

/** After an explicit key (`? a`) the library drops a value that has no `:` before it. */
function findLost(document: CST.Document, lost: number[]): void {
  CST.visit(document, ({ start, sep, value }) => {
    if (!value || !sep || sep.some(({ type }) => type === 'map-value-ind')) return;
    if (start.some(({ type }) => type === 'explicit-key-ind')) lost.push(value.offset);
  });
}

const STYLES: Readonly<Record<string, ScalarStyle>> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
};

const CORE_TAG = 'tag:yaml.org,2002:';

class TreeBuilder {
  readonly #file: SourceFile;
  readonly #problems: Problems;
  readonly #expansion: Expansion;
  readonly #unquoted: readonly UnquotedTemplate[];
  #full = false;
  /** What stands in for the last alias that failed: told already. */
  #failed: Node | undefined;

  constructor(file: SourceFile, problems: Problems, limits: YamlLimits, unquoted: readonly UnquotedTemplate[]) {
    this.#file = file;
    this.#problems = problems;
    this.#expansion = new Expansion(limits);
    this.#unquoted = unquoted;
  }

  document(document: Document.Parsed): Node | undefined {
    const { contents } = document;
    if (
      isScalar(contents) &&
      contents.source === '' &&
      contents.type === 'PLAIN' &&
      !contents.tag &&
      !contents.anchor
    ) {
      return undefined;
    }
    return contents === null ? undefined : this.#node(contents, 0);
  }

  #node(source: LibraryNode, depth: number): Node {
    if (isAlias(source)) return this.#alias(source.source, startOf(source), source.range?.[1] ?? 0, depth);
    const name = (source as { anchor?: string }).anchor;
    const opened = name ? this.#expansion.open(name, depth) : undefined;
    this.#expansion.nodes += 1;
    const node = this.#plainNode(source, depth);
    if (opened) this.#expansion.close(opened, node, depth);
    return node;
  }

  #plainNode(source: LibraryNode, depth: number): Node {
    if (isMap(source)) return this.#map(source, depth + 1);
    if (isSeq(source)) return this.#seq(source, depth + 1);
    if (isScalar(source)) {
      const [start, end] = source.range ?? [0, 0];
      const style = STYLES[source.type ?? 'PLAIN'] ?? 'plain';
      if (!isClosed(this.#file.text, style, start, end)) this.#problems.unclosedQuote(start);
      const tag = this.#tag(source.tag, 'scalar', start, source.source ?? '');
      return new ScalarNode(start, end, this.#unmasked(source.source ?? '', style, start, end), style, tag);
    }
    return new ScalarNode(startOf(source), startOf(source), '', 'plain');
  }

  #map(source: YAMLMap, depth: number): MapNode {
    this.#enter(depth);
    const start = source.range?.[0] ?? 0;
    this.#tag(source.tag, 'map', start, '');
    const pairs = source.items as LibraryPair<LibraryNode, LibraryNode | null>[];
    const flow = source.flow === true && isOpening(this.#file.text, start);
    const first = pairs[0];
    const map = new MapNode(!flow && first ? startOf(first.key) : start, source.range?.[1] ?? start);
    const seen = new Map<string, { start: number; end: number }>();
    const merges: MapNode[] = [];
    let end = map.start;
    for (const pair of pairs) {
      const key = this.#key(pair.key, depth);
      const keyEnd = isAlias(pair.key) ? (pair.key.range?.[1] ?? 0) : key.end;
      const value = pair.value ? this.#node(pair.value, depth) : new ScalarNode(keyEnd, keyEnd, '', 'plain');
      if (!pair.value) this.#expansion.nodes += 1;
      end = pair.value && isAlias(pair.value) ? (pair.value.range?.[1] ?? 0) : value.end;
      const place = { start: startOf(pair.key), end: keyEnd };
      const before = seen.get(key.text);
      const merge = key.text === '<<' && key.style === 'plain' && key.tag === undefined;
      if (before) {
        this.#problems.duplicateKey(key.text, place, before, merge);
        continue;
      }
      seen.set(key.text, place);
      if (!merge) {
        map.pairs.push({ key, value });
        continue;
      }
      const sources = mergeSources(value);
      if (sources) merges.push(...sources);
      else if (value !== this.#failed) this.#problems.badMerge(place);
    }
    if (!flow) map.end = end;
    if (merges.length > 0) mergeInto(map, merges);
    return map;
  }

  #key(source: LibraryNode | null, depth: number): ScalarNode {
    // A pair made by recovery can lack a key.
    if (source === null) return new ScalarNode(0, 0, '', 'plain');
    const node = this.#node(source, depth);
    const start = startOf(source);
    if (node.kind !== 'scalar') {
      this.#problems.keyNotText(start, node);
      return new ScalarNode(start, start, this.#file.text.slice(start, Math.max(node.end, start)), 'plain');
    }
    if (node.style === 'plain' && node.tag !== 'str' && coreScalar(node.text) === null) {
      this.#problems.keyNotText(start, node);
    }
    return node;
  }

  #seq(source: YAMLSeq, depth: number): SeqNode {
    this.#enter(depth);
    const [start, rangeEnd] = source.range ?? [0, 0];
    this.#tag(source.tag, 'seq', start, '');
    const seq = new SeqNode(start, rangeEnd);
    let end = start;
    for (const item of source.items as LibraryNode[]) {
      const node = this.#node(item, depth);
      end = isAlias(item) ? (item.range?.[1] ?? 0) : node.end;
      seq.items.push(node);
    }
    if (source.flow !== true) seq.end = end;
    return seq;
  }

  #enter(depth: number): void {
    this.#expansion.deepest = Math.max(this.#expansion.deepest, depth);
  }

  #alias(name: string, start: number, end: number, depth: number): Node {
    const empty = new ScalarNode(start, end, '', 'plain');
    this.#failed = empty;
    if (this.#full) return empty;
    const found = this.#expansion.alias(name, depth);
    if (typeof found !== 'string') return found;
    // One bomb is one error; unknown names are told one by one.
    if (found === 'too many' || found === 'too deep') this.#full = true;
    this.#problems.alias(found, name, { start, end }, this.#expansion);
    return empty;
  }

  #tag(tag: string | undefined, kind: 'map' | 'seq' | 'scalar', start: number, text: string): string | undefined {
    if (tag === undefined) return undefined;
    if (tag === '!') return kind === 'scalar' ? 'str' : undefined;
    const name = tag.startsWith(CORE_TAG) ? tag.slice(CORE_TAG.length) : undefined;
    if (kind !== 'scalar') {
      if (name !== kind) this.#problems.unknownTag(start, name ?? tag, kind);
      return undefined;
    }
    if (name === undefined || !fitsTag(name, text)) {
      this.#problems.unknownTag(start, name ?? tag, kind);
      return undefined;
    }
    return name;
  }

  /** Gives a masked template its own text back. */
  #unmasked(text: string, style: ScalarStyle, start: number, end: number): string {
    if (style !== 'plain' || !touches(this.#unquoted, start, end)) return text;
    return this.#file.text.slice(start, end).replace(/\s*\r?\n\s*/g, ' ');
  }
}

/** The library takes an escaped quote at the end of what it reads for the closing one. */
function isClosed(text: string, style: ScalarStyle, start: number, end: number): boolean {
  if (style !== 'single' && style !== 'double') return true;
  const quote = style === 'single' ? "'" : '"';
  if (end - start < 2 || text[end - 1] !== quote) return false;
  const escape = style === 'single' ? quote : '\\';
  let at = end - 2;
  while (at > start && text[at] === escape) at -= 1;
  return (end - 2 - at) % 2 === 0;
}

function fitsTag(name: string, text: string): boolean {
  const value = coreScalar(text);
  switch (name) {
    case 'str':
      return true;
    case 'int':
      return typeof value === 'number' && Number.isInteger(value);
    case 'float':
      return typeof value === 'number';
    case 'bool':
      return typeof value === 'boolean';
    case 'null':
      return value === null;
    default:
      return false;
  }
}

function startOf(node: LibraryNode | null): number {
  return node?.range?.[0] ?? 0;
}

function isOpening(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 0x7b || code === 0x5b;
}
