// The canonical text of a template that is left over when everything known has been put in. Reading it back gives the same
// template again, whatever the text holds: braces, quotes, backslashes, NUL (a fuzzed test).

import type { JsonValue } from '../../model/json.ts';
import type { Expr, Piece } from './syntax.ts';

export function printPieces(pieces: readonly Piece[]): string {
  return pieces.map(printPiece).join('');
}

function printPiece(piece: Piece): string {
  switch (piece.kind) {
    case 'text':
      return printText(piece.text);
    case 'print':
      return printStatement(piece.expr);
    case 'block': {
      const locals = piece.locals.length === 0 ? '' : ` as |${piece.locals.join(' ')}|`;
      const otherwise = piece.otherwise.length === 0 ? '' : `{{else}}${printPieces(piece.otherwise)}`;
      return `{{#${piece.name} ${printExpr(piece.expr)}${locals}}}${printPieces(piece.body)}${otherwise}{{/${piece.name}}}`;
    }
  }
}

type Quote = '"' | "'";

/** One expression with its braces; `quote` is the one to prefer. */
export function printStatement(expr: Expr, quote: Quote = '"'): string {
  return `{{${printExpr(expr, quote, true)}}}`;
}

function printExpr(expr: Expr, quote: Quote = '"', outermost = false): string {
  switch (expr.kind) {
    case 'literal':
      return printLiteral(expr.value, quote, outermost);
    case 'call': {
      const text = `${expr.name} ${expr.args.map((argument) => printExpr(argument, quote)).join(' ')}`;
      return outermost ? text : `(${text})`;
    }
    case 'path': {
      const [first = '', ...rest] = expr.parts;
      if (expr.data) return `@${'../'.repeat(expr.depth)}${first}`;
      const named = expr.depth === 0 && !expr.own;
      const base = named ? first : expr.depth > 0 ? `${'../'.repeat(expr.depth - 1)}..` : 'this';
      return printMembers(base, named ? rest : expr.parts, quote, outermost);
    }
  }
}

/** Words that are a name wherever they stand. */
const SIMPLE = /^(?!(?:true|false|null|undefined|else|as|this)$)[A-Za-z_][\w-]*$/;

/** Members with ordinary names as a path; from the first other one on by `lookup`. */
function printMembers(base: string, parts: readonly string[], quote: Quote, outermost: boolean): string {
  const odd = parts.findIndex((part) => !/^[A-Za-z0-9_-]+$/.test(part) || part === 'this');
  const plain = odd < 0 ? parts : parts.slice(0, odd);
  let text = base;
  for (const part of plain) text += `${text.endsWith('..') ? '/' : '.'}${SIMPLE.test(part) ? part : `[${part}]`}`;
  if (odd < 0) return text;
  const rest = parts.slice(odd);
  rest.forEach((part, index) => {
    const call = `lookup ${text} ${printLiteral(part, quote)}`;
    text = outermost && index === rest.length - 1 ? call : `(${call})`;
  });
  return text;
}

/** A text piece between expressions: as it is where that is safe, `\{{` for braces, else as a literal expression. */
function printText(text: string): string {
  if (text === '') return '';
  const touches = text.startsWith('}') || text.endsWith('{') || text.endsWith('\\') || text.includes('\0');
  if (!touches && !text.includes('{{')) return text;
  if (!touches && !/[\\{]\{\{|\{\{\{/.test(text)) return text.replaceAll('{{', '\\{{');
  return `{{${printLiteral(text, '"', true)}}}`;
}

function printLiteral(value: JsonValue, quote: Quote = '"', outermost = false): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && /^-?[0-9]+(\.[0-9]+)?$/.test(String(value)) && !Object.is(value, -0))
    return String(value);
  if (typeof value === 'string' && !value.endsWith('\\') && !value.includes('\0')) {
    const other = quote === '"' ? "'" : '"';
    if (!value.includes(quote)) return `${quote}${value}${quote}`;
    if (!value.includes(other)) return `${other}${value}${other}`;
  }
  // JSON can say every text and value without a quote of the other kind and never ends in a backslash.
  const text = `unjson '${JSON.stringify(value).replaceAll("'", '\\u0027')}'`;
  return outermost ? text : `(${text})`;
}
