// The plain case read directly: text with simple `{{…}}` in it, no blocks, no escapes, no white space control. Most scalars
// are like this and the LR parser takes ten times as long. Anything else, every mistake included, is undefined and goes to
// the full grammar, so there is one place that knows what is wrong. A test proves both give the same.

import { literal, type Expr, type Piece } from './syntax.ts';

const MAX_BRACKETS = 32;
const ID = /[A-Za-z_][\w-]*/y;
const NUMBER = /-?[0-9]+(?:\.[0-9]+)?(?=[}\s)])/y;
/** What ends a name in the grammar. */
const AFTER = /[}\s)]/;

export function quickParse(text: string): readonly Piece[] | undefined {
  if (text.includes('\\') || text.includes('\0')) return undefined;
  const pieces: Piece[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('{{', at);
    if (open < 0) break;
    if (open > at) pieces.push({ kind: 'text', text: text.slice(at, open), start: at, end: open });
    const reader = new ExpressionReader(text, open + 2);
    const expr = reader.statement();
    if (expr === undefined) return undefined;
    pieces.push({ kind: 'print', expr, start: open, end: reader.at });
    at = reader.at;
  }
  if (at < text.length) pieces.push({ kind: 'text', text: text.slice(at), start: at, end: text.length });
  return pieces;
}

class ExpressionReader {
  readonly #text: string;
  #brackets = 0;
  at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  /** From behind `{{` to behind `}}`. */
  statement(): Expr | undefined {
    const start = this.at - 2;
    this.#space();
    const expr = this.#call(start, 2);
    if (expr === undefined || !this.#text.startsWith('}}', this.at) || this.#text[this.at + 2] === '}')
      return undefined;
    this.at += 2;
    return expr.kind === 'call' ? { ...expr, end: this.at } : expr;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.at += 1;
    }
  }

  /** A value alone, or a helper with its arguments; ends before what closes it. */
  #call(start: number, closing: number): Expr | undefined {
    const head = this.#value();
    if (head === undefined) return undefined;
    const args: Expr[] = [];
    for (;;) {
      const before = this.at;
      this.#space();
      const next = this.#text[this.at];
      if (next === '}' || next === ')') break;
      if (before === this.at) return undefined;
      const argument = next === '(' ? this.#bracket() : this.#value();
      if (argument === undefined) return undefined;
      args.push(argument);
    }
    if (args.length === 0) return head;
    if (head.kind !== 'path') return undefined;
    const name = this.#text.slice(head.start, head.end);
    return { kind: 'call', name, args, start, end: this.at + closing };
  }

  #bracket(): Expr | undefined {
    const start = this.at;
    this.#brackets += 1;
    if (this.#brackets > MAX_BRACKETS) return undefined;
    this.at += 1;
    this.#space();
    const expr = this.#call(start, 1);
    if (expr === undefined || this.#text[this.at] !== ')') return undefined;
    this.at += 1;
    this.#brackets -= 1;
    return expr;
  }

  #value(): Expr | undefined {
    const text = this.#text;
    const start = this.at;
    const first = text[start];
    if (first === '"' || first === "'") {
      const end = text.indexOf(first, start + 1);
      if (end < 0) return undefined;
      this.at = end + 1;
      return literal(text.slice(start + 1, end), { start, end: this.at });
    }
    NUMBER.lastIndex = start;
    const number = NUMBER.exec(text);
    if (number !== null) {
      this.at += number[0].length;
      return literal(Number(number[0]), { start, end: this.at });
    }
    return this.#path();
  }

  #path(): Expr | undefined {
    const text = this.#text;
    const start = this.at;
    const parts: string[] = [];
    for (;;) {
      ID.lastIndex = this.at;
      const name = ID.exec(text)?.[0];
      if (name === undefined) return undefined;
      parts.push(name);
      this.at += name.length;
      if (text[this.at] !== '.') break;
      this.at += 1;
    }
    if (!AFTER.test(text[this.at] ?? '')) return undefined;
    const span = { start, end: this.at };
    const only = parts.length === 1 ? parts[0] : undefined;
    if (only === 'true' || only === 'false') return literal(only === 'true', span);
    if (only === 'null') return literal(null, span);
    // "this" may stand only first, "else", "as" and "undefined" mean something: left to the grammar.
    if (
      parts.some(
        (part) =>
          part === 'this' ||
          part === 'else' ||
          part === 'as' ||
          part === 'undefined' ||
          part === 'true' ||
          part === 'false' ||
          part === 'null',
      )
    )
      return undefined;
    return { kind: 'path', data: false, depth: 0, own: false, parts, ...span };
  }
}
