// What is wrong with a YAML text, in words a blueprint author understands, and not more of it than helps: one syntax
// error per line, none after what makes the rest unreadable, all tabs as one.

import { visit } from 'yaml';
import type { Document } from 'yaml';
import { MAX_DIAGNOSTICS } from '../../model/diagnostic.ts';
import type { Diagnostic, Place, Report, SourceFile } from '../../model/diagnostic.ts';
import { nearest } from '../../model/nearest.ts';
import { sayNode } from '../tree.ts';
import type { Node } from '../tree.ts';
import type { AliasProblem, Expansion } from './expansion.ts';
import { saySyntax, unclosedQuote } from './syntax-words.ts';
import type { SyntaxWords } from './syntax-words.ts';
import { lineStartOf, quoteTemplate } from './unquoted.ts';
import type { UnquotedTemplate } from './unquoted.ts';

interface Stretch {
  readonly start: number;
  readonly end: number;
}

type LibraryProblem = Document.Parsed['errors'][number] | Document.Parsed['warnings'][number];

/** More syntax errors than this in one file are only counted. */
const MAX_SYNTAX = 20;
/** Among more anchors than this no likely one is looked for. */
const MAX_NAMES = 1000;

export class Problems {
  readonly #file: SourceFile;
  /** Told one by one. */
  readonly #sure: Diagnostic[] = [];
  /** May be the echo of an earlier one. */
  readonly #syntax: (SyntaxWords & Stretch)[] = [];
  /** Errors past what a report keeps. */
  #dropped = 0;

  constructor(file: SourceFile) {
    this.#file = file;
  }

  /** Characters YAML forbids; they would also upset a terminal. The text comes back without them, as long as before. */
  checkCharacters(): string {
    const { text } = this.#file;

    const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)/g;
    if (!forbidden.test(text)) return text;
    return text.replace(forbidden, (char, at: number) => {
      const name = `U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
      const lone = char === '\r';
      this.#syntax.push({
        start: at,
        end: at + 1,
        code: 'YAML_SYNTAX',
        message: lone
          ? 'a carriage return without a line feed: neither a line end nor a character'
          : `the control character ${name} may not stand in YAML`,
        hint: lone
          ? 'save the file with line ends LF or CRLF'
          : `delete it, or write it in double quotes as "\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}"`,
      });
      return ' ';
    });
  }

  addLibrary(
    errors: readonly LibraryProblem[],
    warnings: readonly LibraryProblem[],
    document: Document.Parsed | undefined,
  ): void {
    if (errors.length === 0 && warnings.length === 0) return;
    const { text } = this.#file;
    const found = [...errors, ...warnings].sort((a, b) => a.pos[0] - b.pos[0]);
    // Where the quote or bracket stands that should have been closed here.
    const opened = new Map<number, number>();
    if (document && found.some(({ message }) => message.startsWith('Missing closing') || message.startsWith('Flow'))) {
      const note = (_: unknown, { range }: { range?: readonly number[] | null }): void => {
        if (range) opened.set(range[1]!, range[0]!);
      };
      visit(document, { Scalar: note, Collection: note });
    }
    let told = 0;
    for (const error of found) {
      const from = Math.min(Math.max(error.pos[0], 0), text.length);
      const { line, column } = this.#file.position(from);
      if (line === told) continue;
      const words = saySyntax(error.code, error.message, text, from, from - column + 1, opened.get(from));
      if (words === undefined) continue;
      told = line;
      const start = words.start ?? from;
      const end = Math.max(start, words.start === undefined ? Math.min(error.pos[1], text.length) : start + 1);
      this.#syntax.push({ ...words, start, end: Math.min(end, endOfLine(text, start)) });
      if (words.fatal) break;
    }
  }

  /** The library reads 1.1 when asked to; the language is 1.2, where `yes` and `017` are text. */
  checkVersion(documents: readonly Document.Parsed[]): void {
    if (!documents.some(({ directives }) => directives.yaml.version === '1.1')) return;
    for (const { index, 0: line } of this.#file.text.matchAll(/^%YAML[ \t]+1\.1/gm)) {
      this.#syntax.push({
        start: index,
        end: index + line.length,
        code: 'YAML_SYNTAX',
        message: 'this document asks for YAML 1.1; blueprints are YAML 1.2',
        hint: 'remove the % line; a blueprint needs none',
      });
    }
  }

  addUnquoted(templates: readonly UnquotedTemplate[]): void {
    const { text } = this.#file;
    for (let first = 0; first < templates.length;) {
      // One hint per line, with all its templates quoted.
      const lineStart = lineStartOf(this.#file, templates[first]!.start);
      const lineEnd = endOfLine(text, templates[first]!.start);
      let line = '';
      let at = lineStart;
      let next = first;
      while (next < templates.length && templates[next]!.start < lineEnd) {
        const { start, end } = templates[next]!;
        line += text.slice(at, start) + quoteTemplate(text.slice(start, end));
        at = end;
        next += 1;
      }
      line = (line + text.slice(at, lineEnd)).trim();
      for (; first < next; first++) {
        const { start, end } = templates[first]!;
        const written = text.slice(start, end);
        const remedy = line.length <= 100 ? line : quoteTemplate(written);
        this.#error(
          'TEMPLATE_UNQUOTED',
          { start, end },
          `the template ${shorten(written)} is not quoted, so YAML takes its braces for maps`,
          { hint: `write ${remedy} (ays fmt --fix does it)` },
        );
      }
    }
  }

  tooDeep(at: number, maxDepth: number): void {
    this.#error('YAML_TOO_DEEP', { start: at, end: at + 1 }, `nested more than ${maxDepth} levels deep`, {
      hint: 'a blueprint needs less than ten; is something closed or outdented too late?',
    });
  }

  duplicateKey(key: string, place: Stretch, first: Stretch, merge: boolean): void {
    this.#error('YAML_DUPLICATE_KEY', place, `the key "${shorten(key)}" stands twice in this map`, {
      hint: merge ? 'merge several maps with one key: <<: [*a, *b]' : 'remove or rename one of the two',
      related: { message: `the first "${shorten(key)}"`, place: { file: this.#file, ...first } },
    });
  }

  keyNotText(start: number, node: Node): void {
    const end = Math.max(start + 1, Math.min(node.end, endOfLine(this.#file.text, start)));
    const empty = node.kind === 'scalar' && node.text === '';
    this.#error('YAML_KEY_NOT_TEXT', { start, end }, `a key must be text; this one is ${sayNode(node)}`, {
      hint: empty
        ? 'write the name before the `:`'
        : node.kind === 'scalar'
          ? `quote it: '${node.text}'`
          : 'write the name as plain text before the `:`',
    });
  }

  badMerge(place: Stretch): void {
    this.#error('YAML_SYNTAX', place, '`<<` takes a map or a list of maps', {
      hint: 'write <<: *name or <<: [*a, *b]',
    });
  }

  alias(problem: AliasProblem, name: string, place: Stretch, { anchors, limits }: Expansion): void {
    switch (problem) {
      case 'unknown': {
        const near = anchors.size < MAX_NAMES && !this.#full ? nearest(name, anchors.keys()) : undefined;
        this.#error('YAML_ALIAS_UNKNOWN', place, `the alias *${name} has no anchor &${name} before it`, {
          hint:
            near !== undefined
              ? `did you mean *${near}?`
              : /^[A-Za-z_]/.test(name)
                ? `put &${name} before the value it stands for`
                : 'a value that begins with * is text only in quotes',
        });
        break;
      }
      case 'itself':
        this.#error('YAML_ALIAS_LIMIT', place, `the alias *${name} stands inside its own anchor &${name}`, {
          hint: 'a value cannot contain itself',
        });
        break;
      case 'too many':
        this.#error(
          'YAML_ALIAS_LIMIT',
          place,
          `with *${name} filled in, the document has over ${limits.maxNodes} values`,
          {
            hint: 'aliases of aliases multiply; write fewer of them',
          },
        );
        break;
      case 'too deep':
        this.#error(
          'YAML_TOO_DEEP',
          place,
          `with *${name} filled in, the document is nested over ${limits.maxDepth} levels`,
          {
            hint: 'aliases of aliases add their depths; write fewer of them',
          },
        );
    }
  }

  lostValue(at: number): void {
    this.#syntax.push({
      start: at,
      end: at + 1,
      code: 'YAML_SYNTAX',
      message: 'this value has no ": " before it, so it belongs to no key',
      hint: 'write "key: value" instead of "? key"',
    });
  }

  unclosedQuote(start: number): void {
    const words = unclosedQuote(this.#file.text[start] ?? '"');
    this.#syntax.push({ code: 'YAML_SYNTAX', ...words, start, end: start + 1 });
  }

  unknownTag(start: number, tag: string, kind: 'map' | 'seq' | 'scalar'): void {
    const known = /^(str|int|float|bool|null|map|seq)$/.test(tag);
    const place = { start, end: start + 1 };
    this.#syntax.push({
      ...place,
      code: 'YAML_TAG_UNKNOWN',
      message: known
        ? `the tag !!${tag} does not fit ${kind === 'scalar' ? 'this value' : kind === 'map' ? 'a map' : 'a list'}`
        : `unknown tag ${tag.startsWith('!') ? tag : `!!${tag}`}`,
      hint: 'remove the tag; the schema of the field decides its type',
    });
  }

  /** What is missing at the end of the text is pointed at behind its last character. */
  #within(start: number, end: number): Place {
    const { length } = this.#file.text;
    return { file: this.#file, start: Math.min(start, length), end: Math.min(end, length) };
  }

  get #full(): boolean {
    return this.#sure.length >= MAX_DIAGNOSTICS;
  }

  flush(report: Report): void {
    for (const diagnostic of this.#sure) report.add(diagnostic);
    report.errors += this.#dropped;
    report.dropped += this.#dropped;
    const taken = new Set(this.#sure.map(({ place }) => this.#file.position(place?.start ?? 0).line));
    const kept: (SyntaxWords & Stretch)[] = [];
    let tabs = 0;
    for (const problem of this.#syntax.sort((a, b) => a.start - b.start)) {
      const { line } = this.#file.position(problem.start);
      if (taken.has(line)) continue;
      taken.add(line);
      if (problem.code === 'YAML_TAB') tabs += 1;
      if (problem.code !== 'YAML_TAB' || tabs === 1) kept.push(problem);
    }
    kept.slice(0, MAX_SYNTAX).forEach(({ code, message, hint, start, end }, index) => {
      const more = code === 'YAML_TAB' && tabs > 1 ? `; so are ${tabs - 1} more lines` : '';
      const rest = index === MAX_SYNTAX - 1 && kept.length > MAX_SYNTAX ? kept.length - MAX_SYNTAX : 0;
      const also = rest > 0 ? ` (and ${rest} more after it)` : '';
      report.error(code, this.#within(start, end), `${message}${more}${also}`, hint);
    });
  }

  #error(
    code: Diagnostic['code'],
    place: Stretch,
    message: string,
    more: { readonly hint: string; readonly related?: NonNullable<Diagnostic['related']>[number] },
  ): void {
    const { start, end } = place;
    if (this.#full) {
      this.#dropped += 1;
      return;
    }
    this.#sure.push({
      severity: 'error',
      code,
      place: this.#within(start, end),
      message,
      hint: more.hint,
      ...(more.related && { related: [more.related] }),
    });
  }
}

function endOfLine(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  const end = newline < 0 ? text.length : newline;
  return end > at && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
