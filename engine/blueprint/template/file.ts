// A `.yaml.hbs` file, filled as text before YAML reads it: for what `each` and `when` cannot say. The result remembers where
// each of its characters comes from, so a mistake found in it names the template's line too.
// A value put in can change the structure of the file (that is what it is for; `json` keeps it one value), but it can never
// become an expression: its braces arrive escaped. `status` and `secret` go through as they are and are read in the scalar
// they end in, and so does what is written `\{{…}}`, such as `\{{each.value}}`.

import { SourceFile, type Place, type Report } from '../../model/diagnostic.ts';
import type { TemplateScope } from './names.ts';
import { hasTemplate, readTemplate } from './parse.ts';
import { printStatement } from './print-template.ts';
import { Evaluator, type Later, type Sink } from './reduce.ts';
import {
  ROOTS,
  TEMPLATE_LIMITS,
  TemplateProblem,
  literal,
  type Block,
  type Expr,
  type Piece,
  type Print,
} from './syntax.ts';

export interface RenderedFile {
  /** The text that YAML reads. */
  readonly file: SourceFile;
  readonly template: SourceFile;
  /** The stretch of the template that made this stretch of the result. */
  readonly map: (start: number, end?: number) => Place;
}

export interface SplitTemplate {
  /** The first document when it is plain YAML with `params:` or the like; its offsets are those of the file. */
  readonly header: SourceFile | undefined;
  /** Where the part to be filled begins. */
  readonly body: number;
}

const HEADER_KEYS = /^(?:ays|blueprint|params|secrets|x-[\w-]+)[ \t]*:/m;

/** Finds the plain header of a template file, so that its params are known before the rest is filled. */
export function splitHeader(file: SourceFile): SplitTemplate {
  const { text } = file;
  const lead = /^(?:\uFEFF)?(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?:---[ \t]*\r?\n)?/.exec(text)?.[0].length ?? 0;
  const line = /^---[ \t]*(?:#[^\n]*)?\r?$/m;
  const found = line.exec(text.slice(lead));
  if (found === null) return { header: undefined, body: 0 };
  const end = lead + found.index;
  const head = text.slice(0, end);
  if (hasTemplate(head) || !HEADER_KEYS.test(head)) return { header: undefined, body: 0 };
  const newline = text.indexOf('\n', end);
  return { header: new SourceFile(file.name, head), body: newline < 0 ? text.length : newline + 1 };
}

/** Fills the part of the file from `from` on; undefined: problems have been reported, all of them. */
export function renderTemplateFile(
  file: SourceFile,
  scope: TemplateScope,
  report: Report,
  from = 0,
): RenderedFile | undefined {
  const tell = (problem: TemplateProblem): void =>
    report.error(
      problem.code,
      { file, start: problem.start + from, end: problem.end + from },
      problem.message,
      problem.hint,
    );
  const source = file.text.slice(from);
  try {
    const template = readTemplate(source, TEMPLATE_LIMITS.file, true);
    const output = new Output(source);
    const evaluator = new Evaluator(scope, PASS_THROUGH, TEMPLATE_LIMITS.fileSteps, tell);
    evaluator.pieces(template.pieces, output);
    return evaluator.problems > 0 ? undefined : output.rendered(file, from);
  } catch (error) {
    if (!(error instanceof TemplateProblem)) throw error;
    tell(error);
    return undefined;
  }
}

const PASS_THROUGH: Later = {
  status: (call, key, field) => ({ ...call, args: [literal(key, call), literal(field, call)] }),
  secret: (call, name) => ({ ...call, args: [literal(name, call)] }),
  check: () => undefined,
};

class Output implements Sink {
  readonly #source: string;
  readonly #chunks: string[] = [];
  /** Where each chunk begins in the result and where it comes from; text is exact, a value is its expression. */
  readonly #starts: number[] = [];
  readonly #origins: Piece[] = [];
  #length = 0;
  #tail = '';
  #tailIsValue = false;

  constructor(source: string) {
    this.#source = source;
  }

  text(text: string, from: Piece): void {
    if (text === '') return;
    if (from.kind === 'text') return this.#append(text, from, false);
    const json = from.kind === 'print' && from.expr.kind === 'call' && from.expr.name === 'json';
    this.#append(escapeBraces(text, from, json), from, true);
  }

  wait(expr: Expr, from: Print): void {
    if (this.#tail === '\\') {
      throw new TemplateProblem(
        'TEMPLATE_TYPE',
        from,
        'a backslash stands right before an expression that is read later, and would make it text',
        'put something between them, or build the text with (concat …)',
      );
    }
    const written = this.#source.slice(from.start, from.end);
    if (!standsInBlock(from.expr))
      return this.#append(written.replace(/^(\{+)~/, '$1').replace(/~(\}+)$/, '$1'), from, false);
    const quote = written.includes("'") && !written.includes('"') ? "'" : '"';
    this.#append(printStatement(expr, quote), from, false);
  }

  block(block: Block): void {
    throw new TemplateProblem(
      'TEMPLATE_NOT_ALLOWED',
      block.expr,
      `{{#${block.name}}} cannot hang on a status or a secret in a template file: they are known only when the services are there`,
      'decide by a param, or put the block into a scalar with \\{{',
    );
  }

  rendered(template: SourceFile, from: number): RenderedFile {
    const starts = this.#starts;
    const origins = this.#origins;
    const origin = (offset: number): readonly [start: number, end: number] => {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (starts[middle]! <= offset) low = middle;
        else high = middle - 1;
      }
      const piece = origins[low];
      if (piece === undefined) return [from, from];
      if (piece.kind !== 'text') return [from + piece.start, from + piece.end];
      const at = Math.min(from + piece.start + Math.max(0, offset - starts[low]!), from + piece.end);
      return [at, at + 1];
    };
    return {
      file: new SourceFile(`${template.name} (filled)`, this.#chunks.join('')),
      template,
      map: (start, end = start + 1) => {
        const [first, firstEnd] = origin(start);
        const [, last] = end > start + 1 ? origin(end - 1) : [0, firstEnd];
        return { file: template, start: first, end: Math.min(template.text.length, Math.max(first, last)) };
      },
    };
  }

  #append(text: string, from: Piece, isValue: boolean): void {
    this.#checkSeam(text, from, isValue);
    this.#length += text.length;
    if (this.#length > TEMPLATE_LIMITS.file) {
      throw new TemplateProblem(
        'TEMPLATE_TOO_LARGE',
        from,
        `the filled file has more than ${TEMPLATE_LIMITS.file} characters`,
        'loop over less, or split the blueprint',
      );
    }
    this.#starts.push(this.#length - text.length);
    this.#origins.push(from);
    this.#chunks.push(text);
    this.#tail = text.slice(-1);
    this.#tailIsValue = isValue;
  }

  /** Braces and backslashes of a value and of its neighbour must not come together as an expression. */
  #checkSeam(text: string, from: Piece, isValue: boolean): void {
    if (!isValue && !this.#tailIsValue) return;
    const opens = text.startsWith('{') && (this.#tail === '{' || this.#tail === '\\');
    const escapes = this.#tail === '\\' && text.startsWith('\\{{');
    if (opens || escapes) refuseBraces(from);
  }
}

function escapeBraces(text: string, from: Piece, json: boolean): string {
  if (!hasTemplate(text)) return text;
  if (/\\\{\{|\{\{\{/.test(text)) refuseBraces(from);
  // In JSON no two braces may stand together at all: inside other quotes the backslash would be read differently.
  return text.replaceAll('{{', json ? '\\u005c{\\u007b' : '\\{{');
}

function refuseBraces(from: Piece): never {
  throw new TemplateProblem(
    'TEMPLATE_TYPE',
    from,
    'the value has braces that would become an expression in the filled file',
    'leave the expression to the scalar: \\{{params.x}}',
  );
}

/** Does it name an item of a loop, which is gone once the file is filled? */
function standsInBlock(expr: Expr): boolean {
  if (expr.kind === 'literal') return false;
  if (expr.kind === 'call') return expr.args.some(standsInBlock);
  if (expr.data) return expr.parts[0] !== 'root';
  return expr.own || expr.depth > 0 || !ROOTS.has(expr.parts[0] ?? '');
}
