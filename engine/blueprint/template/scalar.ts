// One scalar of a blueprint, filled. A scalar that is one whole expression gives the value itself, with its type; one that
// hangs on a status or a secret gives what is left to evaluate, with everything known already in it.

import type { Place, Report, SourceFile } from '../../model/diagnostic.ts';
import { EngineError } from '../../model/errors.ts';
import type { Deferred, DeferredBody } from '../../model/expression.ts';
import type { JsonValue } from '../../model/json.ts';
import type { ServiceKey } from '../../model/key.ts';
import type { ScalarNode } from '../tree.ts';
import { scalarPlaces } from './places.ts';
import { spliced } from './splice.ts';
import type { TemplateScope } from './names.ts';
import { hasTemplate, parseTemplate } from './parse.ts';
import { printPieces, printStatement } from './print-template.ts';
import { Evaluator, REPORTED, type Later, type Sink } from './reduce.ts';
import { TEMPLATE_LIMITS, TemplateProblem, literal, type Block, type Call, type Expr, type Piece } from './syntax.ts';

/**
 * What `status` and `secret` may name; the caller resolves short names, or gives the value that stands there (a package's
 * output). Undefined: the problem has been reported.
 */
export interface References {
  status(
    keyText: string,
    field: string,
    place: Place,
  ): { readonly key: ServiceKey; readonly field: string } | { readonly value: JsonValue } | undefined;
  secret(name: string, place: Place): string | undefined;
}

/** Undefined: the problem has been reported. Text without `{{` comes back as it is. */
export function evaluateScalar(
  node: ScalarNode,
  file: SourceFile,
  scope: TemplateScope,
  references: References | 'forbidden',
  report: Report,
): JsonValue | Deferred | undefined {
  if (!hasTemplate(node.text)) return node.text;
  const place = scalarPlaces(node, file);
  const tell = (problem: TemplateProblem): void =>
    report.error(problem.code, place(problem), problem.message, problem.hint);
  try {
    const template = parseTemplate(node.text);
    const later = references === 'forbidden' ? FORBIDDEN : referring(references, place);
    const evaluator = new Evaluator(scope, later, TEMPLATE_LIMITS.scalarSteps, tell);
    if (template.whole !== undefined) {
      const expr = evaluator.whole(template.whole);
      if (expr === undefined) return undefined;
      return expr.kind === 'literal' ? expr.value : deferred([expr], printStatement(expr), true);
    }
    const left = new Leftover();
    evaluator.pieces(template.pieces, left);
    if (evaluator.problems > 0) return undefined;
    const pieces = left.pieces();
    const [only] = pieces;
    if (only === undefined) return '';
    if (pieces.length === 1 && only.kind === 'text') return only.text;
    return deferred(expressionsOf(pieces), printPieces(pieces), false);
  } catch (error) {
    if (!(error instanceof TemplateProblem)) throw error;
    tell(error);
    return undefined;
  }
}

/**
 * Evaluates what was left, at pass time. Throws DEPENDENCY_UNREADY for an output that is not there yet, SECRET_UNKNOWN
 * for an unset secret, and the template's own code when the values do not fit, such as adding a text.
 */
export function fillDeferred(
  body: DeferredBody,
  values: { status(key: ServiceKey, field: string): JsonValue | undefined; secret(name: string): string | undefined },
): JsonValue {
  const refuse = (problem: TemplateProblem): never => {
    // The expression holds no secret, but a message about its value might.
    const where = body.template.slice(problem.start, Math.min(problem.end, problem.start + 200));
    const what = body.secrets.length === 0 ? problem.message : 'a value built from a secret does not fit';
    throw new EngineError(problem.code, `${what} in ${where}`, {
      ...(problem.hint !== undefined && body.secrets.length === 0 && { hint: problem.hint }),
    });
  };
  const later: Later = {
    status: (call, key, field) => {
      const value = values.status(key as ServiceKey, field); // the key was resolved when the blueprint was applied
      if (value === undefined)
        throw new EngineError('DEPENDENCY_UNREADY', `the output "${field}" of ${key} is not known yet`);
      return literal(value, call);
    },
    secret: (call, name) => {
      const value = values.secret(name);
      if (value === undefined)
        throw new EngineError('SECRET_UNKNOWN', `the secret "${name}" has no value`, {
          hint: `ays secret set ${name}`,
        });
      return literal(value, call);
    },
    check: () => undefined,
  };
  try {
    const template = parseTemplate(body.template, 'canonical');
    const evaluator = new Evaluator({ params: {} }, later, TEMPLATE_LIMITS.scalarSteps, refuse);
    const [only] = template.pieces;
    if (body.whole && only?.kind === 'print') {
      const expr = evaluator.whole(only.expr);
      if (expr?.kind === 'literal') return expr.value;
    }
    const left = new Leftover();
    evaluator.pieces(template.pieces, left);
    return left
      .pieces()
      .map((piece) => (piece.kind === 'text' ? piece.text : ''))
      .join('');
  } catch (error) {
    if (error instanceof TemplateProblem) return refuse(error);
    throw error;
  }
}

const FORBIDDEN: Later = { status: forbid, secret: forbid, check: forbid };

function forbid(call: Call): never {
  throw new TemplateProblem(
    'TEMPLATE_NOT_ALLOWED',
    call,
    `${call.name} cannot be used here: only params, each and replica are known`,
    'decide by a param instead',
  );
}

function referring(references: References, place: (span: Call) => Place): Later {
  return {
    status: (call, keyText, field) => {
      const found = references.status(keyText, field, place(call));
      if (found === undefined) throw REPORTED;
      if ('value' in found) return spliced(found.value, call);
      return { ...call, args: [literal(found.key, call), literal(found.field, call)] };
    },
    secret: (call, name) => {
      const found = references.secret(name, place(call));
      if (found === undefined) throw REPORTED;
      return { ...call, args: [literal(found, call)] };
    },
    check: () => undefined,
  };
}

/** Collects text, and what must wait between it. */
class Leftover implements Sink {
  readonly #pieces: Piece[] = [];
  readonly #size: { left: number };
  #text: string[] = [];

  constructor(size = { left: Number(TEMPLATE_LIMITS.scalar) }) {
    this.#size = size;
  }

  text(text: string, from: Piece): void {
    this.#size.left -= text.length;
    if (this.#size.left < 0)
      throw new TemplateProblem(
        'TEMPLATE_TOO_LARGE',
        from,
        `the value has more than ${TEMPLATE_LIMITS.scalar} characters`,
        'keep large content in a file: from: path',
      );
    if (text !== '') this.#text.push(text);
  }

  wait(expr: Expr): void {
    this.#flush();
    this.#pieces.push({ kind: 'print', expr, start: 0, end: 0 });
  }

  block(block: Block, expr: Expr, fill: (pieces: readonly Piece[], sink: Sink) => void): void {
    this.#flush();
    const body = new Leftover(this.#size);
    fill(block.body, body);
    const otherwise = new Leftover(this.#size);
    fill(block.otherwise, otherwise);
    this.#pieces.push({ ...block, expr, body: body.pieces(), otherwise: otherwise.pieces() });
  }

  pieces(): readonly Piece[] {
    this.#flush();
    return this.#pieces;
  }

  #flush(): void {
    if (this.#text.length > 0) this.#pieces.push({ kind: 'text', text: this.#text.join(''), start: 0, end: 0 });
    this.#text = [];
  }
}

function deferred(exprs: readonly Expr[], template: string, whole: boolean): Deferred {
  const status = new Map<string, { readonly key: ServiceKey; readonly field: string }>();
  const secrets = new Set<string>();
  const visit = (expr: Expr): void => {
    if (expr.kind !== 'call') return;
    const [first, second] = expr.args;
    // Both were given by the References as text.
    if (expr.name === 'status' && first?.kind === 'literal' && second?.kind === 'literal') {
      const key = first.value as ServiceKey;
      const field = second.value as string;
      status.set(`${key} ${field}`, { key, field });
    } else if (expr.name === 'secret' && first?.kind === 'literal') {
      secrets.add(first.value as string);
    } else {
      expr.args.forEach(visit);
    }
  };
  exprs.forEach(visit);
  return { $ays: { template, whole, status: [...status.values()], secrets: [...secrets] } };
}

function expressionsOf(pieces: readonly Piece[]): readonly Expr[] {
  return pieces.flatMap((piece) => {
    if (piece.kind === 'text') return [];
    return piece.kind === 'print'
      ? [piece.expr]
      : [piece.expr, ...expressionsOf(piece.body), ...expressionsOf(piece.otherwise)];
  });
}
