// The scalars of the fast reader: plain, quoted and block text, one char code at a time. Each method takes what it is
// certain about and gives up on the rest; the careful reader then decides. `fast.ts` holds the structure around them.

import { ScalarNode } from '../tree.ts';
import type { ScalarStyle } from '../tree.ts';

export const TAB = 9;
export const NEWLINE = 10;
export const SPACE = 32;
export const DOUBLE_QUOTE = 34;
export const HASH = 35;
export const AMPERSAND = 38;
export const SINGLE_QUOTE = 39;
export const ASTERISK = 42;
export const COMMA = 44;
export const DASH = 45;
export const DOT = 46;
export const COLON = 58;
export const GREATER = 62;
export const OPEN_LIST = 91;
export const BACKSLASH = 92;
export const CLOSE_LIST = 93;
export const OPEN_MAP = 123;
export const PIPE = 124;
export const CLOSE_MAP = 125;

export class GiveUp extends Error {}

const GIVE_UP = new GiveUp('not plain enough');

export function giveUp(): never {
  throw GIVE_UP;
}

/** By char code: may a plain scalar start with it? A dash depends on what follows. */
const PLAIN_START = new Uint8Array(128).fill(1);
for (const char of '\t\n\r -?:,[]{}#&*!|>\'"%@`') PLAIN_START[char.charCodeAt(0)] = 0;

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0', a: '\x07', b: '\b', e: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v',
  N: '\u0085', _: '\u00a0', L: '\u2028', P: '\u2029', ' ': ' ', '"': '"', '/': '/', '\\': '\\', '\t': '\t',
}; // prettier-ignore

export class Scanner {
  readonly text: string;
  readonly length: number;
  at = 0;
  /** Column of the next content line; -1 when the document ends. */
  column = -1;
  /** The leftmost comment line between the last content and this. */
  commentColumn = Infinity;

  constructor(text: string) {
    this.text = text;
    this.length = text.length;
  }

  /** From a line start to the first character of the next content; comments and empty lines are passed. */
  seek(): void {
    const { text, length } = this;
    let at = this.at;
    this.commentColumn = Infinity;
    for (;;) {
      const start = at;
      while (at < length && text.charCodeAt(at) === SPACE) at += 1;
      if (at >= length) break;
      const code = text.charCodeAt(at);
      if (code === NEWLINE) {
        at += 1;
      } else if (code === HASH) {
        if (at - start < this.commentColumn) this.commentColumn = at - start;
        at = text.indexOf('\n', at) + 1;
        if (at === 0) break;
      } else {
        if (code === TAB) giveUp();
        this.at = at;
        this.column = at - start;
        if (this.column === 0 && (code === DASH || code === DOT) && this.atMarker(at)) this.column = -1;
        return;
      }
    }
    this.at = length;
    this.column = -1;
  }

  /** `---` or `...`, which end a document. */
  atMarker(at: number): boolean {
    const code = this.text.charCodeAt(at);
    if (code !== DASH && code !== DOT) return false;
    if (this.text.charCodeAt(at + 1) !== code || this.text.charCodeAt(at + 2) !== code) return false;
    return at + 3 >= this.length || this.text.charCodeAt(at + 3) <= SPACE;
  }

  /** Nothing but spaces and a comment may follow on this line; then on to the next content. */
  endLine(): void {
    const from = this.at;
    this.skipSpaces();
    if (this.at < this.length) {
      const code = this.text.charCodeAt(this.at);
      if (code === NEWLINE) this.at += 1;
      else if (code === HASH && this.at > from) this.skipComment();
      else giveUp();
    }
    this.seek();
  }

  skipSpaces(): void {
    while (this.at < this.length && this.text.charCodeAt(this.at) === SPACE) this.at += 1;
  }

  skipComment(): void {
    const newline = this.text.indexOf('\n', this.at);
    this.at = newline < 0 ? this.length : newline + 1;
  }

  atLineEnd(): boolean {
    return this.at >= this.length || this.text.charCodeAt(this.at) === NEWLINE;
  }

  /** Is the character after this one the end of an indicator? */
  blankAfter(at: number): boolean {
    if (at + 1 >= this.length) return true;
    const code = this.text.charCodeAt(at + 1);
    if (code === TAB) giveUp();
    return code === SPACE || code === NEWLINE;
  }

  checkPlainStart(inFlow: boolean): void {
    const code = this.text.charCodeAt(this.at);
    if (code >= 128 || PLAIN_START[code] === 1) return;
    if (code !== DASH || this.blankAfter(this.at)) giveUp();
    if (inFlow && isFlowIndicator(this.text.charCodeAt(this.at + 1))) giveUp();
  }

  /**
   * A plain scalar in block context, up to a `: `, a comment or the line end; `at` is left there.
   * The end of the text itself is returned.
   */
  scanPlain(): number {
    const { text, length } = this;
    let at = this.at;
    let end = at;
    for (; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code > COLON) {
        end = at + 1;
      } else if (code === SPACE) {
        if (text.charCodeAt(at + 1) === HASH) break;
      } else if (code === NEWLINE) {
        break;
      } else if (code === COLON) {
        if (this.blankAfter(at)) break;
        end = at + 1;
      } else if (code === TAB) {
        giveUp();
      } else {
        end = at + 1;
      }
    }
    this.at = at;
    return end;
  }

  /** The rest of a plain scalar whose first line is scanned: folds the lines indented more than the parent. */
  plain(start: number, firstEnd: number, parent: number): ScalarNode {
    const { text, length } = this;
    let value = text.slice(start, firstEnd);
    let end = firstEnd;
    while (this.at < length && text.charCodeAt(this.at) === NEWLINE) {
      let line = this.at + 1;
      let empty = 0;
      let at = line;
      while (at < length) {
        const code = text.charCodeAt(at);
        if (code === SPACE) at += 1;
        else if (code === NEWLINE) {
          empty += 1;
          at += 1;
          line = at;
        } else break;
      }
      if (at >= length || at - line <= parent) break;
      const code = text.charCodeAt(at);
      if (code === HASH) break;
      this.at = at;
      this.checkPlainStart(false);
      end = this.scanPlain();
      if (this.at < length && text.charCodeAt(this.at) === COLON) giveUp();
      value += (empty > 0 ? '\n'.repeat(empty) : ' ') + text.slice(at, end);
    }
    if (this.at < length && text.charCodeAt(this.at) === COLON) giveUp();
    this.endLine();
    return new ScalarNode(start, end, value, 'plain');
  }

  /** A quoted scalar on one line; `at` is left after the closing quote. */
  quoted(): ScalarNode {
    const { text, length } = this;
    const start = this.at;
    const quote = text.charCodeAt(start);
    let value = '';
    let from = start + 1;
    for (let at = from; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code === NEWLINE) giveUp();
      if (code === quote) {
        if (quote === SINGLE_QUOTE && text.charCodeAt(at + 1) === SINGLE_QUOTE) {
          value += text.slice(from, at + 1);
          at += 1;
          from = at + 1;
          continue;
        }
        this.at = at + 1;
        value = from === start + 1 ? text.slice(from, at) : value + text.slice(from, at);
        return new ScalarNode(start, at + 1, value, quote === SINGLE_QUOTE ? 'single' : 'double');
      }
      if (code === BACKSLASH && quote === DOUBLE_QUOTE) {
        value += text.slice(from, at);
        const char = text[at + 1] ?? '';
        const size = char === 'x' ? 2 : char === 'u' ? 4 : char === 'U' ? 8 : 0;
        value += size === 0 ? (ESCAPES[char] ?? giveUp()) : this.hexEscape(at + 2, size);
        at += 1 + size;
        from = at + 1;
      }
    }
    return giveUp();
  }

  hexEscape(at: number, size: number): string {
    const digits = this.text.slice(at, at + size);
    if (digits.length !== size || !/^[0-9a-fA-F]+$/.test(digits)) giveUp();
    const code = Number.parseInt(digits, 16);
    return code > 0x10ffff ? giveUp() : String.fromCodePoint(code);
  }

  /** A `|` or `>` text below a parent at this column. */
  blockScalar(parent: number): ScalarNode {
    const { text, length } = this;
    const start = this.at;
    const style: ScalarStyle = text.charCodeAt(start) === PIPE ? 'literal' : 'folded';
    let chomp = '';
    let indent = 0;
    this.at += 1;
    for (; this.at < length && !this.atLineEnd() && text.charCodeAt(this.at) !== SPACE; this.at++) {
      const char = text[this.at]!;
      if ((char === '-' || char === '+') && chomp === '') chomp = char;
      else if (char >= '1' && char <= '9' && indent === 0) indent = parent + Number(char);
      else giveUp();
    }
    const space = this.at;
    this.skipSpaces();
    if (this.at >= length) giveUp();
    if (text.charCodeAt(this.at) === HASH && this.at > space) this.skipComment();
    else if (text.charCodeAt(this.at) === NEWLINE) this.at += 1;
    else giveUp();

    let value = '';
    let empty = 0;
    let end = this.at;
    let some = false;
    let at = this.at;
    while (at < length) {
      const line = at;
      while (at < length && text.charCodeAt(at) === SPACE) at += 1;
      if (at >= length && at > line) giveUp();
      if (at >= length) break;
      const code = text.charCodeAt(at);
      if (code === NEWLINE) {
        // What spaces on an empty line mean depends on the lines around it.
        if (at > line && (indent === 0 || at - line > indent)) giveUp();
        empty += 1;
        at += 1;
        continue;
      }
      if (at - line <= parent && code !== TAB) {
        at = line;
        break;
      }
      if (indent === 0) indent = at - line;
      if (code === TAB || at - line < indent || (at - line > indent && (style === 'folded' || !some))) giveUp();
      const newline = text.indexOf('\n', at);
      const lineEnd = newline < 0 ? length : newline;
      if (!some) value += '\n'.repeat(empty);
      else if (style === 'literal') value += '\n'.repeat(empty + 1);
      else value += empty > 0 ? '\n'.repeat(empty) : ' ';
      value += text.slice(line + indent, lineEnd);
      some = true;
      empty = 0;
      at = newline < 0 ? length : newline + 1;
      end = at;
    }
    if (!some || (chomp === '+' && end === length && text.charCodeAt(length - 1) !== NEWLINE)) giveUp();
    if (chomp === '') value += '\n';
    if (chomp === '+') {
      value += '\n'.repeat(empty + 1);
      end = at;
    }
    this.at = at;
    this.seek();
    return new ScalarNode(start, end, value, style);
  }

  /** The name after `&` or `*`. */
  anchorName(): string {
    const start = this.at + 1;
    let at = start;
    while (at < this.length) {
      const code = this.text.charCodeAt(at);
      if (code <= SPACE || isFlowIndicator(code)) break;
      at += 1;
    }
    if (at === start || this.text.charCodeAt(at - 1) === COLON) giveUp();
    this.at = at;
    return this.text.slice(start, at);
  }
}

export function isFlowIndicator(code: number): boolean {
  return code === COMMA || code === OPEN_LIST || code === CLOSE_LIST || code === OPEN_MAP || code === CLOSE_MAP;
}
