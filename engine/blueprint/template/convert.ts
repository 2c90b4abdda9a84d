// From the parser's tree to ours. What the blueprint language does not have (partials, decorators, named arguments, blocks
// of its own) is refused here, once, with its place.

import { nearest } from '../../model/nearest.ts';
import {
  ROOTS,
  TEMPLATE_LIMITS,
  TemplateProblem,
  literal,
  type BlockName,
  type Expr,
  type Path,
  type Piece,
  type Span,
} from './syntax.ts';

interface HbPath {
  readonly type: 'PathExpression';
  readonly data: boolean;
  readonly depth: number;
  readonly parts: readonly string[];
  readonly original: string;
  /** Written `this.x` or `./x`. */
  readonly own: boolean;
  readonly loc: Span;
}

interface HbCall {
  readonly path: HbExpr;
  readonly params: readonly HbExpr[];
  readonly hash?: { readonly pairs: readonly { readonly key: string }[]; readonly loc: Span };
  readonly loc: Span;
}

type HbExpr =
  | HbPath
  | {
      readonly type: 'StringLiteral' | 'NumberLiteral' | 'BooleanLiteral';
      readonly value: string | number | boolean;
      readonly loc: Span;
    }
  | { readonly type: 'NullLiteral' | 'UndefinedLiteral'; readonly loc: Span }
  | (HbCall & { readonly type: 'SubExpression' });

interface HbBlock extends HbCall {
  readonly type: 'BlockStatement';
  readonly program?: HbProgram;
  readonly inverse?: HbProgram;
  /** A raw block has no flags of whitespace here. */
  readonly openStrip: { readonly open?: boolean };
}

type HbStatement =
  | {
      readonly type: 'ContentStatement';
      readonly value: string;
      readonly original: string;
      readonly rightStripped?: boolean;
      readonly loc: Span;
    }
  | { readonly type: 'CommentStatement'; readonly loc: Span }
  | (HbCall & { readonly type: 'MustacheStatement' })
  | HbBlock
  | {
      readonly type: 'PartialStatement' | 'PartialBlockStatement' | 'Decorator' | 'DecoratorBlock';
      readonly loc: Span;
    };

export interface HbProgram {
  readonly body: readonly HbStatement[];
  readonly blockParams?: readonly string[];
}

const BLOCKS: readonly BlockName[] = ['if', 'unless', 'each', 'with'];

export function convert(program: HbProgram, source: string): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const statement of program.body) {
    switch (statement.type) {
      case 'CommentStatement':
        break;
      case 'ContentStatement': {
        const start =
          statement.loc.start + stripped(statement.original, statement.value, statement.rightStripped === true);
        if (statement.value !== '') pieces.push({ kind: 'text', text: statement.value, start, end: statement.loc.end });
        break;
      }
      case 'MustacheStatement':
        pieces.push({
          kind: 'print',
          expr: convertCall(statement, 1),
          start: statement.loc.start,
          end: statement.loc.end,
        });
        break;
      case 'BlockStatement':
        pieces.push(...convertBlock(statement, source));
        break;
      default:
        throw new TemplateProblem(
          'TEMPLATE_NOT_ALLOWED',
          statement.loc,
          statement.type.startsWith('Partial')
            ? 'partials ({{> …}}) are not part of blueprint templates'
            : 'decorators ({{* …}}) are not part of blueprint templates',
          'templates cannot read other files; share text with a YAML anchor or a param',
        );
    }
  }
  return pieces;
}

function convertBlock(block: HbBlock, source: string): readonly Piece[] {
  const name = block.path.type === 'PathExpression' ? block.path.original : '';
  const raw = block.openStrip.open === undefined;
  if (raw && name === 'raw' && block.params.length === 0) return convert(block.program ?? { body: [] }, source);
  if (raw)
    throw new TemplateProblem(
      'TEMPLATE_HELPER',
      block.path.loc,
      `"${name}" is not a raw block`,
      'write {{{{raw}}}} … {{{{/raw}}}}',
    );
  const known = BLOCKS.find((each) => each === name);
  if (known === undefined) {
    const near = nearest(name, BLOCKS);
    const hint =
      near === undefined
        ? `to test a value write {{#if ${source.slice(block.path.loc.start, block.path.loc.end)}}}`
        : `did you mean {{#${near} …}}?`;
    throw new TemplateProblem(
      'TEMPLATE_HELPER',
      block.path.loc,
      `"${name}" is not a block; expected if, unless, each or with`,
      hint,
    );
  }
  refuseNamed(block);
  const [argument] = block.params;
  if (argument === undefined || block.params.length !== 1) {
    throw new TemplateProblem(
      'TEMPLATE_HELPER',
      block.path.loc,
      `{{#${known}}} takes one value, found ${block.params.length}`,
      'compose in brackets: {{#if (eq params.stage "prod")}}',
    );
  }
  const locals = (block.program ?? block.inverse)?.blockParams ?? [];
  const most = known === 'each' ? 2 : known === 'with' ? 1 : 0;
  if (locals.length > most) {
    throw new TemplateProblem(
      'TEMPLATE_HELPER',
      block.path.loc,
      `{{#${known}}} gives ${most === 0 ? 'no names' : `at most ${most} ${most === 1 ? 'name' : 'names'}`}, found |${locals.join(' ')}|`,
    );
  }
  const odd = locals.find((name) => !/^[A-Za-z_][\w-]*$/.test(name) || name === 'this' || ROOTS.has(name));
  if (odd !== undefined)
    throw new TemplateProblem(
      'TEMPLATE_HELPER',
      block.path.loc,
      `"${odd}" cannot be the name of an item`,
      'use a plain word that is not params, each or replica',
    );
  return [
    {
      kind: 'block',
      name: known,
      expr: convertExpr(argument, 1),
      locals,
      body: block.program === undefined ? [] : convert(block.program, source),
      otherwise: block.inverse === undefined ? [] : convert(block.inverse, source),
      start: block.loc.start,
      end: block.loc.end,
    },
  ];
}

function convertCall(call: HbCall, depth: number): Expr {
  refuseNamed(call);
  const { path } = call;
  if (call.params.length === 0) return convertExpr(path, depth);
  if (path.type !== 'PathExpression')
    throw new TemplateProblem(
      'TEMPLATE_HELPER',
      path.loc,
      'a helper must stand first, found a value',
      'write the name of a helper before its arguments',
    );
  return {
    kind: 'call',
    name: path.original,
    args: call.params.map((argument) => convertExpr(argument, depth)),
    start: call.loc.start,
    end: call.loc.end,
  };
}

function convertExpr(expr: HbExpr, depth: number): Expr {
  if (depth > TEMPLATE_LIMITS.nesting)
    throw new TemplateProblem(
      'TEMPLATE_TOO_LARGE',
      expr.loc,
      `brackets nested more than ${TEMPLATE_LIMITS.nesting} deep`,
    );
  switch (expr.type) {
    case 'PathExpression':
      return convertPath(expr);
    case 'SubExpression':
      return convertCall(expr, depth + 1);
    case 'NullLiteral':
      return literal(null, expr.loc);
    case 'UndefinedLiteral':
      throw new TemplateProblem('TEMPLATE_UNKNOWN_NAME', expr.loc, '"undefined" is not a value', 'write null');
    default:
      return literal(expr.value, expr.loc);
  }
}

function convertPath(path: HbPath): Path {
  return {
    kind: 'path',
    data: path.data,
    depth: path.depth,
    own: path.own,
    parts: path.parts,
    start: path.loc.start,
    end: path.loc.end,
  };
}

function refuseNamed(call: HbCall): void {
  const first = call.hash?.pairs[0];
  if (call.hash === undefined || first === undefined) return;
  throw new TemplateProblem(
    'TEMPLATE_HELPER',
    call.hash.loc,
    `arguments have no names here, found "${first.key}="`,
    'give the value alone, in the order of the helper; to compare write (eq A B)',
  );
}

/** How much white space was taken from the front of a text. */
function stripped(original: string, value: string, front: boolean): number {
  if (!front || original.length === value.length) return 0;
  const first = value.search(/\S/);
  return first < 0 ? original.length - value.length : Math.max(0, original.search(/\S/) - first);
}
