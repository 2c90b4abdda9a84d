// A value that is itself known only later, put in place: a package's param or output that reads a status. What it stood for
// becomes part of the expression around it, so nothing is evaluated twice and nothing is hidden in text.

import { isDeferred } from '../../model/expression.ts';
import { isObject, type JsonValue } from '../../model/json.ts';
import { parseTemplate } from './parse.ts';
import { TemplateProblem, literal, type Call, type Expr, type Span } from './syntax.ts';

/** The expression that a value stands for; a plain value is a literal. */
export function spliced(value: JsonValue, span: Span): Expr {
  if (typeof value !== 'object' || value === null) return literal(value, span);
  if (!isDeferred(value)) {
    if (!holdsLater(value)) return literal(value, span);
    throw new TemplateProblem(
      'TEMPLATE_NOT_ALLOWED',
      span,
      'this list or map holds a value that is known only later',
      'pass that value by itself',
    );
  }
  const { pieces } = parseTemplate(value.$ays.template, 'canonical');
  const [first] = pieces;
  if (value.$ays.whole && first?.kind === 'print') return at(first.expr, span);
  const args = pieces.map((piece): Expr => {
    if (piece.kind === 'text') return literal(piece.text, span);
    if (piece.kind === 'print') return at(piece.expr, span);
    throw new TemplateProblem(
      'TEMPLATE_NOT_ALLOWED',
      span,
      'a value with blocks that wait for a status cannot be put into another',
      'use (pick …) instead of {{#if}} there',
    );
  });
  return { kind: 'call', name: 'concat', args, start: span.start, end: span.end } satisfies Call;
}

/** Its places are those of the expression that asked for it. */
function at(expr: Expr, span: Span): Expr {
  const { start, end } = span;
  return expr.kind === 'call'
    ? { ...expr, args: expr.args.map((arg) => at(arg, span)), start, end }
    : { ...expr, start, end };
}

function holdsLater(value: JsonValue): boolean {
  if (isDeferred(value)) return true;
  if (Array.isArray(value)) return value.some((item) => holdsLater(item as JsonValue));
  return isObject(value) && Object.values(value).some((item) => item !== undefined && holdsLater(item));
}
