// What is wrong with the syntax of a template, said for the person who wrote it: the parser's own message lists grammar
// symbols, this names the thing, what was found and the next move.

import { TemplateProblem, type Span } from './syntax.ts';

/** What the parser tells about the token it did not expect. */
export interface Mishap {
  readonly message?: string;
  readonly text?: string;
  readonly token?: string | null;
  readonly expected?: readonly string[];
}

export interface Around {
  readonly source: string;
  /** Where the expression that was being read begins. */
  readonly opened: number;
  /** And the one before it. */
  readonly openedBefore: number;
  readonly openBlocks: readonly number[];
}

/** What other languages write, and how it is written here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  '=': 'to compare write (eq A B)',
  '|': 'there are no pipes; write the helper first: {{upper params.name}}',
  '+': 'write {{add A B}} for numbers, or put the texts side by side',
  '*': 'write {{mul A B}}',
  '%': 'write {{mod A B}}',
  '?': 'write {{pick COND A B}}',
  '!': 'write {{not A}}',
  '&': 'write {{and A B}}',
  '<': 'write {{lt A B}}',
  '>': 'write {{gt A B}}',
  ',': 'arguments stand apart by spaces, without commas',
  ';': 'one expression in each pair of braces',
  "'": 'the quote is not closed',
  '"': 'the quote is not closed',
  '`': 'texts stand in "…" or \'…\'',
  '#': 'a block begins right after the braces: {{#if …}}',
};

export function saySyntax(mishap: Mishap, found: Span, around: Around): TemplateProblem {
  const problem = (span: Span, message: string, hint?: string): TemplateProblem =>
    new TemplateProblem('TEMPLATE_SYNTAX', span, message, hint);
  const whole = { start: around.opened, end: found.end };
  const crossed = /^(.*) doesn't match (.*?)(?: - |$)/.exec(mishap.message ?? '');
  if (crossed !== null) {
    const [, open = '', close = ''] = crossed;
    return problem(
      whole,
      `{{/${close}}} stands where {{/${open}}} should close {{#${open}}}`,
      `write {{/${open}}}, or look for a block that is not closed`,
    );
  }
  const path = /^Invalid path: (.*?)(?: - |$)/.exec(mishap.message ?? '');
  if (path !== null) {
    return problem(
      whole,
      `"${path[1]}" is not a path: "this", "." and ".." may stand only at its beginning`,
      'a member with such a name is written in brackets: a.[this]',
    );
  }
  const { token, text = '' } = mishap;
  const open = around.openBlocks.at(-1);
  if (token === 'EOF') {
    if (open !== undefined && mishap.expected?.includes("'OPEN_ENDBLOCK'") === true) {
      const name = /^\{\{~?[#^]\s*([^\s~}]*)/.exec(around.source.slice(open, open + 100))?.[1] ?? '';
      return problem(
        { start: open, end: open + 3 + name.length },
        `{{#${name}}} is never closed`,
        `write {{/${name}}} where it ends`,
      );
    }
    return problem(
      { start: around.opened, end: around.opened + 2 },
      'the expression that begins here is never closed',
      'close it with }}; for literal braces write \\{{',
    );
  }
  if (token === 'OPEN_ENDBLOCK')
    return problem(found, '{{/…}} closes a block that was never opened', 'open it with {{#if …}}, or remove this');
  if (token === 'INVERSE' || token === 'OPEN_INVERSE_CHAIN') {
    return problem(
      found,
      '{{else}} stands outside a block, or for the second time in one',
      'it belongs between {{#if …}} and {{/if}}',
    );
  }
  if (token === 'CLOSE') {
    const body = around.source.slice(around.opened, found.start).replace(/^\{+[~&#^/]?/, '');
    if (body.trim() === '')
      return problem(
        whole,
        'the expression is empty',
        'write a name or a helper between the braces; for literal braces write \\{{',
      );
    if (mishap.expected?.includes("'CLOSE_SEXPR'") === true)
      return problem(whole, 'a bracket is not closed: ")" is missing', undefined);
    return problem(whole, `the expression ends too soon, before ${sayExpected(mishap.expected)}`, undefined);
  }
  if (token === 'CLOSE_UNESCAPED')
    return problem(
      found,
      'the expression was opened with {{ and is closed with }}}',
      'use as many braces on both sides',
    );
  if (token === 'CLOSE_SEXPR') return problem(found, 'a ")" too many', 'remove it, or open a bracket before it');
  if (token === 'NUMBER' && mishap.expected?.includes("'ID'") === true) {
    return problem(found, `a place in a list is written in brackets, found "${text}"`, `write .[${text}]`);
  }
  if (token === 'SEP')
    return problem(
      found,
      `a name cannot begin with "${text}"`,
      'names begin with params, each or replica: {{params.host}}',
    );
  if (mishap.token === null) return problem(found, 'the template holds a NUL character', 'remove it');
  if (token === 'OPEN' || token === 'OPEN_UNESCAPED' || token === 'OPEN_BLOCK') {
    return problem(
      { start: around.openedBefore, end: found.end },
      'a new {{ begins before the expression is closed',
      'close the first with }}; expressions nest in round brackets: (eq A B)',
    );
  }
  // A name that runs into a wrong character is no name to the parser; the character is what is wrong.
  const start =
    found.start +
    (token === 'INVALID' ? (/^[\w-]*/.exec(around.source.slice(found.start, found.start + 200))?.[0].length ?? 0) : 0);
  const at = around.source[start] ?? '';
  if (around.source.indexOf('}}', start) < 0 && ELSEWHERE[at] === undefined) {
    return problem(
      { start: around.opened, end: around.opened + 2 },
      'the expression that begins here is never closed',
      'close it with }}; for literal braces write \\{{',
    );
  }
  const hint = ELSEWHERE[at];
  return problem(
    { start, end: start === found.start ? Math.max(start + 1, found.end) : start + 1 },
    `"${at}" cannot stand here; expected ${sayExpected(mishap.expected)}`,
    hint,
  );
}

const WORDS: Readonly<Record<string, string>> = {
  CLOSE: '"}}"',
  CLOSE_UNESCAPED: '"}}}"',
  CLOSE_SEXPR: '")"',
  CLOSE_RAW_BLOCK: '"}}}}"',
  OPEN_SEXPR: '"("',
  ID: 'a name',
  DATA: 'a name',
  STRING: 'a text',
  NUMBER: 'a number',
  BOOLEAN: 'a value',
  CONTENT: 'text',
};

function sayExpected(expected: readonly string[] = []): string {
  const names = expected.map((name) => name.slice(1, -1));
  // The state after a name expects nearly everything; the few that help are said.
  const wanted = names.includes('ID')
    ? ['ID', 'STRING', 'NUMBER', 'CLOSE'].filter((name) => names.includes(name))
    : names;
  const words = [...new Set(wanted.map((name) => WORDS[name]).filter((word) => word !== undefined))].slice(0, 4);
  if (words.length === 0) return 'the end of the template';
  return words.length === 1 ? words[0]! : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
