// From text to template, remembered by text: ten thousand services made by one `each` share ten templates. Only the texts
// are remembered, never a value, and the memory is bounded.

import { parseHandlebars } from './grammar.ts';
import { quickParse } from './quick-parse.ts';
import { TEMPLATE_LIMITS, TemplateProblem, type Piece, type Template } from './syntax.ts';

const MAX_REMEMBERED = 4096;
const MAX_REMEMBERED_LENGTH = 4096;

const remembered = new Map<string, Template | TemplateProblem>();

/** True when there is something to fill or to unescape: `evaluateScalar` must see this text. Costs one search. */
export function hasTemplate(text: string): boolean {
  return text.includes('{{');
}

/** True when the text holds an expression; `\{{` alone is none. */
export function hasExpression(text: string): boolean {
  if (!hasTemplate(text)) return false;
  for (let at = text.indexOf('{{'); at >= 0; at = text.indexOf('{{', at + 2)) {
    if (text[at - 1] !== '\\' || text[at - 2] === '\\') return true;
  }
  return false;
}

/** True when the text is one expression and nothing else, so that its value keeps its type. False when it does not parse. */
export function sayWhole(text: string): boolean {
  if (!text.startsWith('{{') || !text.endsWith('}}')) return false;
  try {
    return parseTemplate(text).whole !== undefined;
  } catch {
    return false;
  }
}

/** Throws a TemplateProblem, the same for the same text. `canonical` text has no lines to tidy. */
export function parseTemplate(text: string, form: 'written' | 'canonical' = 'written'): Template {
  const name = form === 'written' ? text : `\0${text}`;
  const known = remembered.get(name);
  if (known instanceof TemplateProblem) throw known;
  if (known !== undefined) return known;
  try {
    const template = readTemplate(
      text,
      form === 'written' ? TEMPLATE_LIMITS.scalar : 8 * TEMPLATE_LIMITS.scalar,
      form === 'written',
    );
    remember(name, template);
    return template;
  } catch (error) {
    if (error instanceof TemplateProblem) remember(name, error);
    throw error;
  }
}

/** Without memory; `standalone` as in `parseHandlebars`. */
export function readTemplate(text: string, limit: number, standalone: boolean): Template {
  if (text.length > limit) {
    throw new TemplateProblem(
      'TEMPLATE_TOO_LARGE',
      { start: 0, end: 0 },
      `the template has ${text.length} characters; at most ${limit} are read`,
      'move it to a file of its own: from: path',
    );
  }
  const pieces = quickParse(text) ?? parseHandlebars(text, standalone);
  return { pieces, whole: wholeOf(pieces) };
}

function wholeOf(pieces: readonly Piece[]): Template['whole'] {
  const [only] = pieces;
  return pieces.length === 1 && only?.kind === 'print' ? only.expr : undefined;
}

function remember(text: string, result: Template | TemplateProblem): void {
  if (text.length > MAX_REMEMBERED_LENGTH) return;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(text, result);
}
