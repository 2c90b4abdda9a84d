// The evaluator. It evaluates as far as it can: an expression becomes a literal, or, when it hangs on a status or a secret,
// the same expression with everything known already in it. Evaluating later is the same walk with those values at hand.
// Only the branch that is taken is evaluated; the other is still checked for names, because a typo there would wait for
// production. Steps and output are counted, so no template runs long or grows without end.

import type { JsonValue } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import { nearest } from '../../model/nearest.ts';
import { HelperProblem, checkResult } from './functions.ts';
import { HELPERS, type Helper } from './library.ts';
import { fits, sayValue, truthy } from './values.ts';
import { spliced } from './splice.ts';
import { checkPath, resolvePath, rootNames, type Frame, type TemplateScope } from './names.ts';
import {
  ROOTS,
  TemplateProblem,
  literal,
  type Block,
  type Call,
  type Expr,
  type Literal,
  type Path,
  type Piece,
  type Print,
  type Span,
} from './syntax.ts';

/** Decides what `status` and `secret` are here: a value, a call that waits, or a problem. */
export interface Later {
  status(call: Call, key: string, field: string): Expr;
  secret(call: Call, name: string): Expr;
  /** Asked for a branch that is not taken. */
  check(call: Call): void;
}

/** Where the pieces go. */
export interface Sink {
  text(text: string, from: Piece): void;
  /** An expression that must wait. */
  wait(expr: Expr, from: Print): void;
  /** A block whose condition must wait; `fill` writes its two branches. */
  block(block: Block, expr: Expr, fill: (pieces: readonly Piece[], sink: Sink) => void): void;
}

/** Thrown when the problem has been reported by somebody else. */
export const REPORTED = new TemplateProblem('TEMPLATE_HELPER', { start: 0, end: 0 }, 'reported already');

export class Evaluator {
  readonly #scope: TemplateScope;
  readonly #later: Later;
  readonly #problem: (problem: TemplateProblem) => void;
  #steps: number;
  #exhausted = false;
  /** How many problems there were. */
  problems = 0;

  constructor(scope: TemplateScope, later: Later, steps: number, problem: (problem: TemplateProblem) => void) {
    this.#scope = scope;
    this.#later = later;
    this.#steps = steps;
    this.#problem = problem;
  }

  /** One expression; undefined when a problem was told. */
  whole(expr: Expr): Expr | undefined {
    let result: Expr | undefined;
    this.#guard(() => {
      result = this.#reduce(expr, undefined);
    });
    return result;
  }

  pieces(pieces: readonly Piece[], sink: Sink): void {
    this.#pieces(pieces, undefined, sink);
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof TemplateProblem)) throw error;
      this.problems += 1;
      if (error !== REPORTED) this.#problem(error);
    }
  }

  #step(span: Span): void {
    this.#steps -= 1;
    if (this.#steps >= 0) return;
    this.#exhausted = true;
    throw new TemplateProblem(
      'TEMPLATE_TOO_LARGE',
      span,
      'the template takes too many steps',
      'shorten the lists it loops over, or nest fewer loops',
    );
  }

  #pieces(pieces: readonly Piece[], frame: Frame | undefined, sink: Sink): void {
    for (const piece of pieces) {
      if (this.#exhausted) return;
      this.#guard(() => {
        this.#step(piece);
        if (piece.kind === 'text') sink.text(piece.text, piece);
        else if (piece.kind === 'print') this.#print(piece, frame, sink);
        else this.#block(piece, frame, sink);
      });
    }
  }

  #print(piece: Print, frame: Frame | undefined, sink: Sink): void {
    const expr = this.#reduce(piece.expr, frame);
    if (expr.kind === 'literal') sink.text(textOf(expr.value, piece), piece);
    else sink.wait(expr, piece);
  }

  #block(block: Block, frame: Frame | undefined, sink: Sink): void {
    const expr = this.#reduce(block.expr, frame);
    if (expr.kind !== 'literal') {
      const inner: Frame | undefined =
        block.name === 'each' || block.name === 'with'
          ? { parent: frame, loops: block.name === 'each', locals: block.locals, now: undefined }
          : frame;
      sink.block(block, expr, (pieces, into) => this.#pieces(pieces, pieces === block.body ? inner : frame, into));
      return;
    }
    const holds = truthy(expr.value) !== (block.name === 'unless');
    if (!holds) {
      this.#pieces(block.otherwise, frame, sink);
      this.#check(block.body, { parent: frame, loops: true, locals: block.locals, now: undefined });
      return;
    }
    if (block.name === 'each') this.#each(block, expr, frame, sink);
    else if (block.name === 'with')
      this.#pieces(
        block.body,
        {
          parent: frame,
          loops: false,
          locals: block.locals,
          now: { value: expr.value, locals: [expr.value], loop: undefined },
        },
        sink,
      );
    else this.#pieces(block.body, frame, sink);
    this.#check(block.otherwise, frame);
  }

  #each(block: Block, over: Literal, frame: Frame | undefined, sink: Sink): void {
    const items = itemsOf(over);
    const before = this.problems;
    for (const [index, [key, value]] of items.entries()) {
      this.#step(block);
      const loop = { index, key, first: index === 0, last: index === items.length - 1 };
      this.#pieces(
        block.body,
        { parent: frame, loops: true, locals: block.locals, now: { value, locals: [value, key], loop } },
        sink,
      );
      // The other items would say the same again.
      if (this.problems > before) return;
    }
  }

  #reduce(expr: Expr, frame: Frame | undefined, missing: 'error' | 'null' = 'error'): Expr {
    this.#step(expr);
    switch (expr.kind) {
      case 'literal':
        return expr;
      case 'path':
        return this.#known(resolvePath(expr, this.#scope, frame, missing));
      case 'call':
        return this.#call(expr, frame);
    }
  }

  /** A param may stand for something that is known only later. */
  #known(found: Literal | Path): Expr {
    if (found.kind === 'path') return found;
    const expr = spliced(found.value, found);
    if (expr.kind === 'call') this.#later.check(expr);
    return expr;
  }

  #call(call: Call, frame: Frame | undefined): Expr {
    const helper = findHelper(call, this.#scope);
    switch (helper.name) {
      case 'and':
      case 'or':
        return this.#junction(call, frame, helper.name === 'or');
      case 'pick':
        return this.#pick(call, frame);
      case 'default': {
        const value = this.#reduce(call.args[0]!, frame, 'null');
        if (value.kind !== 'literal') return { ...call, args: [value, this.#reduce(call.args[1]!, frame)] };
        const empty = value.value === null || value.value === '';
        if (empty) return this.#reduce(call.args[1]!, frame);
        this.#checkExpr(call.args[1]!, frame);
        return value;
      }
      case 'status':
      case 'secret':
        return this.#waiting(call, helper, frame);
      default: {
        const args = call.args.map((argument) => this.#reduce(argument, frame));
        args.forEach((argument, index) => argument.kind === 'literal' && checkArgument(helper, argument, index));
        if (!args.every((argument) => argument.kind === 'literal')) return { ...call, args };
        return literal(run(helper, call, args), call);
      }
    }
  }

  /** `and`, `or`: a value that settles it ends it; what waits is kept. */
  #junction(call: Call, frame: Frame | undefined, settles: boolean): Expr {
    const waiting: Expr[] = [];
    for (const [index, argument] of call.args.entries()) {
      const value = this.#reduce(argument, frame);
      if (value.kind !== 'literal') {
        waiting.push(value);
      } else if (truthy(value.value) === settles) {
        for (const skipped of call.args.slice(index + 1)) this.#checkExpr(skipped, frame);
        return literal(settles, call);
      }
    }
    return waiting.length === 0 ? literal(!settles, call) : { ...call, args: waiting };
  }

  #pick(call: Call, frame: Frame | undefined): Expr {
    const [condition, yes, no] = call.args as readonly [Expr, Expr, Expr]; // counted by findHelper
    const value = this.#reduce(condition, frame);
    if (value.kind !== 'literal') return { ...call, args: [value, this.#reduce(yes, frame), this.#reduce(no, frame)] };
    const holds = truthy(value.value);
    this.#checkExpr(holds ? no : yes, frame);
    return this.#reduce(holds ? yes : no, frame);
  }

  #waiting(call: Call, helper: Helper, frame: Frame | undefined): Expr {
    const args = call.args.map((argument, index) => {
      const value = this.#reduce(argument, frame);
      if (value.kind !== 'literal') {
        throw new TemplateProblem(
          'TEMPLATE_NOT_ALLOWED',
          argument,
          `the arguments of ${helper.name} must be known when the blueprint is applied`,
          'name the service, field or secret itself, or by a param',
        );
      }
      checkArgument(helper, value, index);
      return value.value as string; // checked on the line above
    });
    return helper.name === 'status' ? this.#later.status(call, args[0]!, args[1]!) : this.#later.secret(call, args[0]!);
  }

  #check(pieces: readonly Piece[], frame: Frame | undefined): void {
    for (const piece of pieces) {
      this.#step(piece);
      if (piece.kind === 'text') continue;
      this.#checkExpr(piece.expr, frame);
      if (piece.kind !== 'block') continue;
      this.#check(piece.body, { parent: frame, loops: true, locals: piece.locals, now: undefined });
      this.#check(piece.otherwise, frame);
    }
  }

  #checkExpr(expr: Expr, frame: Frame | undefined): void {
    this.#step(expr);
    if (expr.kind === 'path') checkPath(expr, this.#scope, frame);
    if (expr.kind !== 'call') return;
    const helper = findHelper(expr, this.#scope);
    if (helper.name === 'status' || helper.name === 'secret') this.#later.check(expr);
    for (const argument of expr.args) this.#checkExpr(argument, frame);
  }
}

/** A value inside a text. */
export function textOf(value: JsonValue, span: Span): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return String(value);
  const hint =
    value === null
      ? 'give it a value with default, or leave it out with {{#if}}'
      : 'write {{json …}}, or let the expression stand alone to keep its type';
  throw new TemplateProblem('TEMPLATE_TYPE', span, `${sayValue(value)} cannot stand inside text`, hint);
}

function itemsOf(over: Literal): readonly (readonly [string | number, JsonValue])[] {
  const { value } = over;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item, index) => [index, item]);
  if (isObject(value))
    return Object.entries(value).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
  throw new TemplateProblem(
    'TEMPLATE_TYPE',
    over,
    `{{#each}} needs a list or a map, found ${sayValue(value)}`,
    'a text becomes a list by (split params.x ",")',
  );
}

/** What other languages put between two values, where the grammar takes it for a name. */
const OPERATORS: ReadonlyMap<string, string> = new Map([
  ['?', '{{pick COND A B}}'],
  ['-', '{{sub A B}}'],
  ['or', '{{or A B}}'],
  ['and', '{{and A B}}'],
  ['eq', '{{eq A B}}'],
]);

function findHelper(call: Call, scope: TemplateScope): Helper {
  const helper = HELPERS.get(call.name);
  if (helper === undefined) {
    const [root = ''] = call.name.split('.');
    if (ROOTS.has(root) || root === 'this') {
      const operator = call.args.find(
        (argument) => argument.kind === 'path' && argument.parts.length === 1 && OPERATORS.has(argument.parts[0]!),
      ) as Path | undefined;
      const hint = OPERATORS.get(operator?.parts[0] ?? '') ?? '{{default params.x "y"}}';
      throw new TemplateProblem(
        'TEMPLATE_HELPER',
        call,
        `${call.name} is a value and takes no arguments`,
        `a helper stands first: ${hint}`,
      );
    }
    if (call.name === 'if' || call.name === 'unless')
      throw new TemplateProblem(
        'TEMPLATE_HELPER',
        call,
        `{{${call.name} …}} is not a helper`,
        'write {{pick COND A B}}, or a block: {{#if …}}…{{/if}}',
      );
    const near = nearest(call.name, [...HELPERS.keys(), ...rootNames(scope)]);
    throw new TemplateProblem(
      'TEMPLATE_HELPER',
      call,
      `there is no helper "${call.name}"`,
      near === undefined ? `helpers are ${[...HELPERS.keys()].join(' ')}` : `did you mean ${near}?`,
    );
  }
  const least = helper.most === undefined ? helper.takes.length : 1;
  const most = helper.most ?? helper.takes.length;
  if (call.args.length < least || call.args.length > most) {
    throw new TemplateProblem(
      'TEMPLATE_HELPER',
      call,
      `${helper.name} takes ${helper.arguments}, found ${sayCount(call.args.length)}`,
      `for example ${helper.example.template}`,
    );
  }
  return helper;
}

function sayCount(count: number): string {
  return count === 1 ? '1 argument' : `${count} arguments`;
}

function checkArgument(helper: Helper, argument: Literal, index: number): void {
  const type = helper.takes[index] ?? helper.takes.at(-1) ?? 'any';
  if (fits(type, argument.value)) return;
  const hint = type === 'text' ? 'a number becomes text by (concat X)' : `for example ${helper.example.template}`;
  throw new TemplateProblem(
    'TEMPLATE_HELPER',
    argument,
    `${helper.name} expects ${withArticle(type)} as argument ${index + 1}, found ${sayValue(argument.value)}`,
    hint,
  );
}

function withArticle(type: string): string {
  return type === 'text' || type.startsWith('text,') ? type : `a ${type}`;
}

function run(helper: Helper, call: Call, args: readonly Literal[]): JsonValue {
  try {
    return checkResult(helper.run!(...args.map(({ value }) => value)));
  } catch (error) {
    if (!(error instanceof HelperProblem)) throw error;
    throw new TemplateProblem(
      error.tooLarge ? 'TEMPLATE_TOO_LARGE' : 'TEMPLATE_HELPER',
      call,
      `${helper.name} ${error.message}`,
      error.tooLarge ? undefined : `for example ${helper.example.template}`,
    );
  }
}
