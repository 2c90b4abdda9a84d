// How a scalar is written in canonical form: plain where that is the same text to every reader, else in single quotes.
// A text that YAML 1.1 would take for a number, a date or a boolean keeps its quotes: they were put there with care.

import { coreScalar } from '../tree.ts';

/** A quoted scalar of one line, as it should be written. */
export function canonicalQuotes(source: string, text: string, inFlow: boolean): string {
  if (source.includes('\n') || !isPrintable(text)) return source;
  if (isPlain(text, inFlow)) return text;
  const escapes = source.startsWith('"') && source.includes('\\');
  if (text.includes("'") && !text.includes('"') && !text.includes('\\')) return escapes ? source : `"${text}"`;
  return `'${text.replaceAll("'", "''")}'`;
}

function isPrintable(text: string): boolean {
  // What double quotes escape for the eye's sake stays escaped: control, invisible and lone surrogate characters.

  return !/[\0-\x1f\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ud800-\udfff\ufeff\ufff0-\uffff]/.test(text);
}

/** Sizes and durations, which are text in every YAML. */
const UNIT = /^[0-9]+(?:\.[0-9]+)?(?:[KMGT]iB|[kMGT]B|ms|s|m|h|d|w)$/;
const OLD_BOOLEAN = /^(?:y|n|yes|no|on|off)$/i;

function isPlain(text: string, inFlow: boolean): boolean {
  if (UNIT.test(text)) return true;
  // A letter, `/` or `_` first: no indicator, no number of any YAML, no date, no time.
  if (!/^[\p{L}/_]/u.test(text) || text.endsWith(' ') || text.endsWith(':')) return false;
  if (/: | #|\{\{/.test(text) || (inFlow && /[,[\]{}:]/.test(text))) return false;
  return typeof coreScalar(text) === 'string' && !OLD_BOOLEAN.test(text);
}
