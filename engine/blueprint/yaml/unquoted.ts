// A template that nobody quoted: `port: {{params.port}}` is, to YAML, a map inside a map. It is found in the library's
// tree wherever a flow map starts with `{{`, also when the rest of the line makes it a syntax error. Masked by letters
// of the same length, the document reads on and every position stays true.

import { isAlias, isMap, isPair, isScalar, isSeq } from 'yaml';
import type { Document } from 'yaml';
import type { SourceFile } from '../../model/diagnostic.ts';

export interface UnquotedTemplate {
  readonly start: number;
  readonly end: number;
}

/** `text` is the file's, or as long with some of it masked. */
export function findUnquoted(
  documents: readonly Document.Parsed[],
  text: string,
  file: SourceFile,
): UnquotedTemplate[] {
  const found: UnquotedTemplate[] = [];
  if (!text.includes('{{')) return found;
  const visit = (node: unknown, inFlow: boolean): void => {
    if (isPair(node)) {
      visit(node.key, inFlow);
      visit(node.value, inFlow);
    } else if (isMap(node) || isSeq(node)) {
      const at = node.range?.[0] ?? -1;
      if (node.flow === true && text.startsWith('{{', at)) {
        const extent = extentOf(text, at, lineStartOf(file, at), inFlow);
        if (extent.start >= (found.at(-1)?.end ?? 0)) found.push(extent);
        return;
      }
      for (const item of node.items as unknown[]) visit(item, inFlow || node.flow === true);
    } else if (!isScalar(node) && !isAlias(node)) {
      return;
    }
  };
  for (const document of documents) visit(document.contents, false);
  return found;
}

/** The whole value the template is part of: `{{a}}:{{b}}/x`, on one line, without a comment after it. */
function extentOf(text: string, at: number, lineStart: number, inFlow: boolean): UnquotedTemplate {
  const newline = text.indexOf('\n', at);
  const lineEnd = newline < 0 ? text.length : newline;
  let start = at;
  if (inFlow) while (start > 0 && !/[\s,[\]{}'"]/.test(text[start - 1]!)) start -= 1;
  const leads = at - lineStart < 1000 && /^[ ]*(?:- +)*$/.test(text.slice(lineStart, at));
  let end = at;
  while (end < lineEnd) {
    if (text.startsWith('{{', end)) {
      const close = text.indexOf('}}', end);
      if (close < 0 || close >= lineEnd) {
        end = inFlow ? Math.min(end + 2, lineEnd) : lineEnd;
        break;
      }
      end = close + 2;
      while (text[end] === '}' && !inFlow) end += 1;
      continue;
    }
    const char = text[end]!;
    if (inFlow && (char === ',' || char === ']' || char === '}' || char === '[' || char === '{')) break;
    if (char === '#' && /\s/.test(text[end - 1] ?? ' ')) break;
    if (char === ':' && (leads || inFlow) && /^(?:\s|$)/.test(text.slice(end + 1, end + 2))) break;
    end += 1;
  }
  while (end > at && /\s/.test(text[end - 1]!)) end -= 1;
  return { start, end: Math.max(end, at + 2) };
}

export function maskTemplates(text: string, templates: readonly UnquotedTemplate[]): string {
  let masked = '';
  let at = 0;
  for (const { start, end } of templates) {
    masked += text.slice(at, start) + 'x'.repeat(end - start);
    at = end;
  }
  return masked + text.slice(at);
}

export function lineStartOf(file: SourceFile, at: number): number {
  return at - file.position(at).column + 1;
}

export function quoteTemplate(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Does any of the sorted templates overlap the stretch? */
export function touches(templates: readonly UnquotedTemplate[], start: number, end: number): boolean {
  let low = 0;
  let high = templates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (templates[middle]!.end > start) high = middle;
    else low = middle + 1;
  }
  return low < templates.length && templates[low]!.start < end;
}
