// What is wrong with an observed file, in words and at its place: a person writes it by hand in a test, so it is owed the same
// care as a blueprint. Keys hold slashes; nothing here shows them the way a JSON pointer does.

import type { ErrorObject } from 'ajv/dist/2020.js';
import type { Place, Report, SourceFile } from '../../model/diagnostic.ts';
import { isObject } from '../../model/json.ts';
import { nearest } from '../../model/nearest.ts';
import { sayNode, type MapNode, type Node } from '../tree.ts';
import { clip, place } from './draft.ts';

const FORM = 'see schemas/observed.schema.json';
const MOST = 50;

export function reportGridProblems(
  errors: readonly ErrorObject[],
  root: MapNode,
  file: SourceFile,
  report: Report,
): void {
  // "A name is wrong" is said again by the rule that looked at the names.
  for (const error of errors.filter(({ keyword }) => keyword !== 'propertyNames').slice(0, MOST)) {
    const { message, hint, at } = problemOf(error, root, file);
    report.error('OBSERVED_INVALID', at, message, hint ?? FORM);
  }
}

interface Problem {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly at: Place;
}

function problemOf(error: ErrorObject, root: MapNode, file: SourceFile): Problem {
  const path = partsOf(error.instancePath);
  const subject = path.length === 0 ? 'the file' : `"${clip(path.join('.'))}"`;
  const params = error.params as Readonly<Record<string, unknown>>;
  const at = (...more: readonly string[]): Place => placeOf(root, [...path, ...more], file);
  switch (error.keyword) {
    case 'additionalProperties': {
      const name = String(params['additionalProperty']);
      const like = nearest(name, propertiesOf(error));
      return {
        message: `${subject} has no field "${clip(name)}"`,
        hint: like === undefined ? undefined : `did you mean ${like}?`,
        at: keyPlace(root, [...path, name], file),
      };
    }
    case 'required':
      return { message: `${subject} needs "${String(params['missingProperty'])}"`, at: at() };
    case 'pattern': {
      const name = error.propertyName;
      const found = name ?? String(error.data);
      return {
        message: `"${clip(found)}" is not a key; expected kind/name`,
        hint: 'for example container/web',
        at: name === undefined ? at() : keyPlace(root, [...path, name], file),
      };
    }
    case 'enum': {
      const allowed = (params['allowedValues'] as readonly unknown[]).map(String); // ajv gives what the schema lists
      const found = String(error.data);
      const like = nearest(found, allowed);
      return {
        message: `${subject} is "${clip(found)}"; expected one of ${allowed.join(', ')}`,
        hint: like === undefined ? undefined : `did you mean ${like}?`,
        at: at(),
      };
    }
    case 'const':
      return {
        message: `${subject} is ${clip(JSON.stringify(error.data))}; expected ${String(params['allowedValue'])}`,
        at: at(),
      };
    case 'type':
      return {
        message: `${subject}: expected ${sayType(String(params['type']))}, found ${found(root, path)}`,
        at: at(),
      };
    default:
      return { message: `${subject} ${error.message ?? 'is not right'}`, at: at() };
  }
}

function propertiesOf({ parentSchema }: ErrorObject): readonly string[] {
  const properties = (parentSchema as { readonly properties?: unknown } | undefined)?.properties;
  return isObject(properties) ? Object.keys(properties) : [];
}

function sayType(type: string): string {
  return (
    { object: 'a map', array: 'a list', string: 'text', integer: 'a whole number', boolean: 'true or false' }[type] ??
    type
  );
}

function found(root: MapNode, path: readonly string[]): string {
  const node = nodeAt(root, path);
  return node === undefined ? 'something else' : sayNode(node);
}

function partsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function child(node: Node, name: string): Node | undefined {
  return node.kind === 'map' ? node.get(name) : node.kind === 'seq' ? node.items[Number(name)] : undefined;
}

function nodeAt(root: MapNode, path: readonly string[]): Node | undefined {
  let node: Node | undefined = root;
  for (const name of path) node = node === undefined ? undefined : child(node, name);
  return node;
}

/** Where a value stands, or the nearest that is there; a whole map is pointed at by its first key. */
export function placeOf(root: MapNode, path: readonly string[], file: SourceFile): Place {
  let node: Node = root;
  for (const name of path) {
    const next = child(node, name);
    if (next === undefined) break;
    node = next;
  }
  return place(file, node.kind === 'map' ? (node.pairs[0]?.key ?? node) : node);
}

/** Where the last name of a path is written. */
export function keyPlace(root: MapNode, path: readonly string[], file: SourceFile): Place {
  const holder = nodeAt(root, path.slice(0, -1));
  const pair = holder?.kind === 'map' ? holder.pairs.find(({ key }) => key.text === path.at(-1)) : undefined;
  return pair === undefined ? placeOf(root, path, file) : place(file, pair.key);
}
