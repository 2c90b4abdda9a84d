// A template as the evaluator sees it: pieces of text and expressions, each with its place in the template's own text.
// The same shapes serve before and after evaluation: what is known becomes a literal, what must wait for a status or a
// secret stays an expression. So putting off is not a second evaluator, only an evaluation that stopped early.

import type { ErrorCode } from '../../model/errors.ts';
import type { JsonValue } from '../../model/json.ts';

export interface Span {
  /** Offsets in the template's text. */
  readonly start: number;
  readonly end: number;
}

export interface Literal extends Span {
  readonly kind: 'literal';
  readonly value: JsonValue;
}

/** `params.x`, `this.y`, `../z`, `@index`, a block parameter. */
export interface Path extends Span {
  readonly kind: 'path';
  /** `@index`: about the loop, not the value. */
  readonly data: boolean;
  /** How many `../` stand before it. */
  readonly depth: number;
  /** Written `this.x` or `./x`: never a block parameter, never a root name. */
  readonly own: boolean;
  readonly parts: readonly string[];
}

export interface Call extends Span {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Expr[];
}

export type Expr = Literal | Path | Call;

export interface Text extends Span {
  readonly kind: 'text';
  readonly text: string;
}

export interface Print extends Span {
  readonly kind: 'print';
  readonly expr: Expr;
}

export type BlockName = 'if' | 'unless' | 'each' | 'with';

export interface Block extends Span {
  readonly kind: 'block';
  readonly name: BlockName;
  readonly expr: Expr;
  /** `as |item index|`. */
  readonly locals: readonly string[];
  readonly body: readonly Piece[];
  readonly otherwise: readonly Piece[];
}

export type Piece = Text | Print | Block;

export interface Template {
  readonly pieces: readonly Piece[];
  /** Set when the text is one expression and nothing else, so its value keeps its type. */
  readonly whole: Expr | undefined;
}

/** What is wrong inside a template, before it has a file. Thrown inside this folder only; each door turns it into a diagnostic. */
export class TemplateProblem extends Error {
  readonly code: ErrorCode;
  readonly start: number;
  readonly end: number;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, span: Span, message: string, hint?: string) {
    super(message);
    this.code = code;
    this.start = span.start;
    this.end = span.end;
    this.hint = hint;
  }
}

/** The names every template may use; nothing else is there. */
export const ROOTS: ReadonlySet<string> = new Set(['params', 'each', 'replica']);

export const TEMPLATE_LIMITS = {
  /** Characters of one template inside a scalar, and of one value it gives. */
  scalar: 1024 * 1024,
  /** Characters a `.yaml.hbs` file may grow to. */
  file: 16 * 1024 * 1024,
  /** Expressions in one template. */
  expressions: 50_000,
  /** Blocks in blocks, or brackets in brackets. */
  nesting: 64,
  /** Evaluated expressions of one scalar, loops counted out. */
  scalarSteps: 500_000,
  fileSteps: 5_000_000,
} as const;

export const literal = (value: JsonValue, span: Span): Literal => ({
  kind: 'literal',
  value,
  start: span.start,
  end: span.end,
});
