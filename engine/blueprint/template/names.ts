// What a name in a template means: a name of the loop around it, a root (params, each, replica), or a member of the value a
// loop stands at. Only own members of maps and lists count, so `constructor` and `__proto__` are unknown names like any other.
// A value that is not known yet keeps its path, counted anew from the loops that will still be there.

import { isObject, type JsonValue } from '../../model/json.ts';
import { nearest } from '../../model/nearest.ts';
import { HELPERS } from './library.ts';
import { sayValue } from './values.ts';
import { ROOTS, TemplateProblem, literal, type Literal, type Path } from './syntax.ts';

export interface TemplateScope {
  readonly params: Readonly<Record<string, JsonValue>>;
  readonly each?: { readonly key: string; readonly value: JsonValue };
  readonly replica?: number;
}

export interface Loop {
  readonly index: number;
  readonly key: string | number;
  readonly first: boolean;
  readonly last: boolean;
}

/** One `each` or `with` around an expression. */
export interface Frame {
  readonly parent: Frame | undefined;
  /** `each` has a loop behind `@index`, `with` has none. */
  readonly loops: boolean;
  readonly locals: readonly string[];
  /** Undefined: the value is known only later. */
  readonly now:
    { readonly value: JsonValue; readonly locals: readonly JsonValue[]; readonly loop: Loop | undefined } | undefined;
}

/** `missing`: null instead of an error when a member below the first is not there. */
export function resolvePath(
  path: Path,
  scope: TemplateScope,
  frame: Frame | undefined,
  missing: 'error' | 'null',
): Literal | Path {
  if (path.data)
    return path.parts[0] === 'root' ? rootValue(path, path.parts.slice(1), scope, missing) : loopValue(path, frame);
  const [name] = path.parts;
  const free = path.depth === 0 && !path.own;
  if (free && name !== undefined) {
    let waiting: Frame | undefined;
    for (let at = frame; at !== undefined; at = at.parent) {
      const index = at.locals.indexOf(name);
      if (index < 0) continue;
      waiting = at;
      if (at.now === undefined) break;
      return literal(member(at.now.locals[index] ?? null, path, 1, path.parts, missing), path);
    }
    if (waiting !== undefined) return { ...path, depth: 0, own: false };
    if (ROOTS.has(name)) return rootValue(path, path.parts, scope, missing);
  }
  return contextValue(path, scope, frame, missing);
}

/** The rules of names for a branch that is not taken: a param or a root that is not there is a mistake all the same. */
export function checkPath(path: Path, scope: TemplateScope, frame: Frame | undefined): void {
  const [name, first] = path.parts;
  if (path.data || path.own || path.depth > 0 || name === undefined) return;
  for (let at = frame; at !== undefined; at = at.parent) if (at.locals.includes(name)) return;
  if (ROOTS.has(name)) rootValue(path, first === undefined ? [name] : [name, first], scope, 'error');
  else if (frame === undefined) unknown(path, name, rootNames(scope));
}

export function rootNames(scope: TemplateScope): readonly string[] {
  return ['params', ...(scope.each === undefined ? [] : ['each']), ...(scope.replica === undefined ? [] : ['replica'])];
}

function rootValue(path: Path, parts: readonly string[], scope: TemplateScope, missing: 'error' | 'null'): Literal {
  const [root = ''] = parts;
  switch (root) {
    case 'params':
      return literal(member(scope.params, path, 1, parts, missing), path);
    case 'each':
      if (scope.each !== undefined)
        return literal(member({ key: scope.each.key, value: scope.each.value }, path, 1, parts, missing), path);
      throw new TemplateProblem(
        'TEMPLATE_UNKNOWN_NAME',
        path,
        'each is known only inside a block that has "each:"',
        'in a .yaml.hbs file write \\{{each.value}}; inside {{#each}} write {{this}}',
      );
    case 'replica':
      if (scope.replica !== undefined) return literal(member(scope.replica, path, 1, parts, missing), path);
      throw new TemplateProblem(
        'TEMPLATE_UNKNOWN_NAME',
        path,
        'replica is known only inside a block that has "replicas:"',
        'in a .yaml.hbs file write \\{{replica}}',
      );
    case '':
      throw new TemplateProblem(
        'TEMPLATE_UNKNOWN_NAME',
        path,
        '@root alone is no value',
        `begin with ${rootNames(scope)
          .map((name) => `@root.${name}`)
          .join(', ')}`,
      );
    default:
      return unknown(path, root, rootNames(scope));
  }
}

function loopValue(path: Path, frame: Frame | undefined): Literal | Path {
  const [name = ''] = path.parts;
  if (!['index', 'key', 'first', 'last'].includes(name) || path.parts.length > 1) {
    const near = nearest(name, ['index', 'key', 'first', 'last', 'root']);
    throw new TemplateProblem(
      'TEMPLATE_UNKNOWN_NAME',
      path,
      `@${path.parts.join('.')} is not known; expected @index, @key, @first, @last or @root`,
      near && `did you mean @${near}?`,
    );
  }
  let above = path.depth;
  let waiting = 0;
  for (let at = frame; at !== undefined; at = at.parent) {
    if (!at.loops) continue;
    if (above === 0) {
      if (at.now?.loop !== undefined) return literal(at.now.loop[name as keyof Loop], path);
      return { ...path, depth: waiting };
    }
    above -= 1;
    if (at.now === undefined) waiting += 1;
  }
  throw new TemplateProblem('TEMPLATE_UNKNOWN_NAME', path, `@${name} is known only inside {{#each}}`);
}

function contextValue(
  path: Path,
  scope: TemplateScope,
  frame: Frame | undefined,
  missing: 'error' | 'null',
): Literal | Path {
  let target = frame;
  let above = path.depth;
  let waiting = 0;
  for (; target !== undefined && above > 0; above -= 1, target = target.parent)
    if (target.now === undefined) waiting += 1;
  if (above > 0)
    throw new TemplateProblem(
      'TEMPLATE_UNKNOWN_NAME',
      path,
      '"../" leads out of the template: there are not so many blocks around it',
    );
  if (target === undefined) {
    const [name] = path.parts;
    if (name !== undefined && !path.own) return rootValue(path, path.parts, scope, missing);
    throw new TemplateProblem(
      'TEMPLATE_UNKNOWN_NAME',
      path,
      '"this" is known only inside {{#each}} or {{#with}}',
      `begin with ${rootNames(scope).join(', ')}`,
    );
  }
  if (target.now === undefined) return { ...path, depth: waiting, own: waiting === 0 };
  return literal(
    member(target.now.value, path, 0, path.parts, missing, path.depth === 0 && !path.own ? rootNames(scope) : []),
    path,
  );
}

/** Walks `parts` from `at` on; `also` are names that would have been found without a member. */
function member(
  start: JsonValue,
  path: Path,
  at: number,
  parts: readonly string[],
  missing: 'error' | 'null',
  also: readonly string[] = [],
): JsonValue {
  let value: JsonValue = start;
  for (let index = at; index < parts.length; index++) {
    const part = parts[index]!;
    let next: JsonValue | undefined;
    if (Array.isArray(value))
      next = /^\d{1,9}$/.test(part) ? (value[Number(part)] as JsonValue | undefined) : undefined;
    else if (isObject(value)) next = Object.hasOwn(value, part) ? value[part] : undefined;
    if (next === undefined) {
      if (missing === 'null' && index > 1) return null;
      return notFound(value, path, parts.slice(0, index).join('.'), part, index === at ? also : []);
    }
    value = next;
  }
  return value;
}

function notFound(value: JsonValue, path: Path, owner: string, part: string, also: readonly string[]): never {
  const name = owner === '' ? 'this' : owner;
  if (Array.isArray(value)) {
    const hint =
      part === 'length'
        ? `write (length ${name})`
        : value.length === 0
          ? 'the list is empty'
          : `items are ${name}.[0] to ${name}.[${value.length - 1}]`;
    throw new TemplateProblem('TEMPLATE_UNKNOWN_NAME', path, `${name} is a list and has no "${part}"`, hint);
  }
  if (!isObject(value))
    throw new TemplateProblem(
      'TEMPLATE_UNKNOWN_NAME',
      path,
      `${name} is ${sayValue(value)} and has no member "${part}"`,
    );
  const names = [...Object.keys(value).filter((key) => value[key] !== undefined), ...also];
  const [first] = path.parts;
  return unknown(
    path,
    path.depth > 0 || owner !== '' ? `${owner === '' ? '' : `${owner}.`}${part}` : (first ?? part),
    names,
    owner,
    part,
  );
}

function unknown(path: Path, name: string, names: readonly string[], owner = '', part = name): never {
  const near = nearest(part, names);
  const prefix = owner === '' ? '' : `${owner}.`;
  const helper = HELPERS.get(name);
  const hint =
    helper !== undefined && near === undefined
      ? `${name} is a helper: {{${name} ${helper.arguments}}}`
      : near !== undefined
        ? `did you mean ${prefix}${near}?`
        : owner === 'params'
          ? `declare it: params: { ${part}: { type: string } }`
          : undefined;
  const shown = names.slice(0, 8).map((each) => `${prefix}${each}`);
  const listed =
    names.length === 0
      ? owner === 'params'
        ? 'no params are declared'
        : `${owner === '' ? 'there' : owner} has no members`
      : `expected ${shown.join(', ')}${names.length > shown.length ? ` or one of ${names.length - shown.length} more` : ''}`;
  throw new TemplateProblem('TEMPLATE_UNKNOWN_NAME', path, `"${name}" is not known; ${listed}`, hint);
}
