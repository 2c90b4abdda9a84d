// Where an expression stands in its file. Exact when the scalar's text stands in the file as it is, which is nearly always;
// line and column in literal blocks; the whole scalar where quotes, escapes or folds have moved the text.

import type { Place, SourceFile } from '../../model/diagnostic.ts';
import type { ScalarNode } from '../tree.ts';
import type { Span } from './syntax.ts';

export function scalarPlaces(node: ScalarNode, file: SourceFile): (span: Span) => Place {
  const whole: Place = { file, start: node.start, end: node.end };
  if (node.style === 'literal') return (span) => inLiteralBlock(node, file, span) ?? whole;
  const quote = node.style === 'single' || node.style === 'double' ? 1 : 0;
  const base = node.start + quote;
  return ({ start, end }) => {
    // Checked up to the expression only: what comes behind it may be folded.
    if (end <= start || end > node.text.length || base + end > file.text.length) return whole;
    if (!file.text.startsWith(node.text.slice(0, end), base)) return whole;
    return { file, start: base + start, end: base + end };
  };
}

function inLiteralBlock(node: ScalarNode, file: SourceFile, span: Span): Place | undefined {
  if (span.end <= span.start) return undefined;
  const before = node.text.slice(0, span.start);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 0;
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line += 1;
  const lineEnd = node.text.indexOf('\n', lineStart);
  const content = node.text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd);
  // The node begins at its header, `|` or `|2-`; the content on the line after.
  let at = node.start;
  for (let skip = 0; skip <= line; skip++) {
    const next = file.text.indexOf('\n', at);
    if (next < 0) return undefined;
    at = next + 1;
  }
  const end = file.text.indexOf('\n', at);
  const written = file.text.slice(at, end < 0 ? undefined : end).replace(/\r$/, '');
  if (!written.endsWith(content)) return undefined;
  const start = at + written.length - content.length + (span.start - lineStart);
  return { file, start, end: Math.min(start + (span.end - span.start), at + written.length) };
}
