// The full grammar: handlebars' own parser and whitespace rules, without its compiler and runtime. The parser and lexer
// here are copies by prototype with three changes: places are offsets, depth and number of expressions are bounded while
// reading (the LR stack is copied on every step, so deep nesting would be quadratic), and errors come out in our words.

import parser from 'handlebars/dist/cjs/handlebars/compiler/parser.js';
import * as builders from 'handlebars/dist/cjs/handlebars/compiler/helpers.js';
import WhitespaceControl from 'handlebars/dist/cjs/handlebars/compiler/whitespace-control.js';

import { saySyntax, type Mishap } from './syntax-error.ts';
import { convert, type HbProgram } from './convert.ts';
import { TEMPLATE_LIMITS, TemplateProblem, type Piece, type Span } from './syntax.ts';

interface JisonLexer {
  options: { readonly ranges: boolean };
  readonly yytext: string;
  readonly yylloc: { readonly range: readonly [number, number] };
  next(): number | string | undefined;
  lex(): number | string;
}

interface JisonParser {
  lexer: JisonLexer;
  yy: Record<string, unknown>;
  parse(text: string): HbProgram;
  parseError(message: string, mishap: Mishap): never;
}

/** Numbers of the grammar's terminals that are counted here. */
const TOKEN = {
  openBlock: 29,
  openInverse: 34,
  openEndBlock: 47,
  open: 48,
  openUnescaped: 51,
  openBracket: 65,
  closeBracket: 68,
  chain: 39,
};

// The prototypes are the package's untyped objects; the interfaces above name what is used of them.
const lexer = Object.create(parser.lexer) as JisonLexer;
const grammar = Object.create(parser) as JisonParser;

const preparePath = builders.preparePath as (this: unknown, ...args: readonly unknown[]) => { own?: boolean };

let text = '';
let expressions = 0;
let brackets = 0;
/** Where the expression being read begins, and the blocks that are open. */
let opened = 0;
let openedBefore = 0;
let openBlocks: number[] = [];
/** `{{else if}}` nests a block that its parent's `{{/if}}` closes. */
let chains = 0;

lexer.options = { ranges: true };
lexer.lex = function lex(this: JisonLexer): number | string {
  let token = this.next();
  while (token === undefined) token = this.next();
  count(token, this.yylloc.range);
  return token;
};

grammar.lexer = lexer;
grammar.yy = {
  ...builders,
  preparePath(
    this: unknown,
    data: boolean,
    parts: readonly { readonly original: string }[],
    location: unknown,
  ): object {
    const path = preparePath.call(this, data, parts, location);
    // Told apart here, because the parser drops the brackets of `[this]`.
    path.own = !data && (parts[0]?.original === 'this' || parts[0]?.original === '.');
    return path;
  },
  locInfo: (info: { readonly range: readonly [number, number] }): Span => ({
    start: info.range[0],
    end: info.range[1],
  }),
};
grammar.parseError = (_message, mishap) => {
  const [start, end] = lexer.yylloc.range;
  throw saySyntax(
    { ...mishap, text: lexer.yytext },
    { start, end },
    { source: text, opened, openedBefore, openBlocks },
  );
};

function open(start: number): void {
  openedBefore = opened;
  opened = start;
}

function count(token: number | string, [start, end]: readonly [number, number]): void {
  switch (token) {
    case TOKEN.openBracket:
      brackets += 1;
      break;
    case TOKEN.closeBracket:
      brackets -= 1;
      return;
    case TOKEN.chain:
      chains += 1;
      open(start);
      break;
    case TOKEN.openBlock:
    case TOKEN.openInverse:
      openBlocks.push(start);
      open(start);
      break;
    case TOKEN.openEndBlock:
      openBlocks.pop();
      if (openBlocks.length === 0) chains = 0;
      open(start);
      return;
    case TOKEN.open:
    case TOKEN.openUnescaped:
      open(start);
      brackets = 0;
      break;
    default:
      return;
  }
  expressions += 1;
  const span = { start, end };
  if (expressions > TEMPLATE_LIMITS.expressions) {
    throw new TemplateProblem(
      'TEMPLATE_TOO_LARGE',
      span,
      `the template has more than ${TEMPLATE_LIMITS.expressions} expressions`,
      'split it into several files',
    );
  }
  if (
    brackets > TEMPLATE_LIMITS.nesting ||
    openBlocks.length > TEMPLATE_LIMITS.nesting ||
    chains > 4 * TEMPLATE_LIMITS.nesting
  ) {
    throw new TemplateProblem(
      'TEMPLATE_TOO_LARGE',
      span,
      `the template is nested more than ${TEMPLATE_LIMITS.nesting} deep`,
      'split it into smaller parts',
    );
  }
}

/** Reads any template; throws a TemplateProblem. `standalone`: a block alone on its line takes the line away with it. */
export function parseHandlebars(source: string, standalone: boolean): readonly Piece[] {
  text = source;
  expressions = brackets = opened = openedBefore = chains = 0;
  openBlocks = [];
  let program: HbProgram;
  try {
    program = grammar.parse(source);
  } catch (error) {
    if (error instanceof TemplateProblem) throw error;
    throw saySyntax(
      { message: error instanceof Error ? error.message : String(error) },
      { start: opened, end: opened + 2 },
      { source, opened, openedBefore, openBlocks },
    );
  } finally {
    text = '';
  }
  new WhitespaceControl({ ignoreStandalone: !standalone }).accept(program);
  return convert(program, source);
}
