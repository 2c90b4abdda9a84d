// What must hold between the two readers: when the fast one accepts a text, the library finds no fault in it and the two
// trees are the same to the last position; and the values are those of the bare `yaml` package.

import { parseAllDocuments } from 'yaml';
import { Report, SourceFile } from '../../../../engine/model/diagnostic.ts';
import { coreScalar, toPlain } from '../../../../engine/blueprint/tree.ts';
import type { Node } from '../../../../engine/blueprint/tree.ts';
import { parseFast } from '../../../../engine/blueprint/yaml/fast.ts';
import { parseWithLibrary } from '../../../../engine/blueprint/yaml/library.ts';
import { YAML_LIMITS } from '../../../../engine/blueprint/yaml/parse.ts';
import type { YamlLimits } from '../../../../engine/blueprint/yaml/parse.ts';

/** False when the fast reader gave up; throws when the readers differ. */
export function readersAgree(text: string, limits: YamlLimits = YAML_LIMITS): boolean {
  const fast = parseFast(text, limits);
  if (fast === undefined) return false;
  const report = new Report();
  const careful = parseWithLibrary(new SourceFile('f.yaml', text), report, limits);
  const [error] = report.diagnostics;
  if (error) throw new Error(`fast accepts what is wrong: ${error.code} ${error.message}\n${JSON.stringify(text)}`);
  if (fast.length !== careful.length)
    throw new Error(`${fast.length} documents, library ${careful.length}: ${JSON.stringify(text)}`);
  fast.forEach((node, index) => {
    const where = firstDifference(node, careful[index], '$');
    if (where !== undefined) throw new Error(`${where}\nin ${JSON.stringify(text)}`);
  });
  plainAgrees(text, fast);
  return true;
}

/** The values of the tree against `toJS` of the package, for documents whose keys it does not rewrite (`1.0` to `1`). */
export function plainAgrees(text: string, trees: readonly (Node | undefined)[]): void {
  const documents = parseAllDocuments(text, {
    version: '1.2',
    merge: true,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  trees.forEach((tree, index) => {
    if (tree === undefined || !keysKept(tree)) return;
    const theirs: unknown = documents[index]?.toJS({ maxAliasCount: -1 });
    if (!sameValue(toPlain(tree), theirs)) {
      throw new Error(
        `values differ: ${JSON.stringify(toPlain(tree))} and ${JSON.stringify(theirs)}\n${JSON.stringify(text)}`,
      );
    }
  });
}

function keysKept(node: Node): boolean {
  if (node.kind === 'scalar') return true;
  if (node.kind === 'seq') return node.items.every(keysKept);
  return node.pairs.every(({ key, value }) => {
    return (key.style !== 'plain' || String(coreScalar(key.text)) === key.text) && keysKept(value);
  });
}

function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a === 'number' && typeof b === 'number') return a === b;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key as never], b[key as never]));
}

export function firstDifference(a: Node | undefined, b: Node | undefined, path: string): string | undefined {
  if (a === b) return undefined;
  if (a === undefined || b === undefined) return `${path}: one is an empty document`;
  if (a.kind !== b.kind) return `${path}: ${a.kind} and ${b.kind}`;
  if (a.start !== b.start || a.end !== b.end) return `${path}: ${a.start}-${a.end} and ${b.start}-${b.end}`;
  if (a.kind === 'scalar' && b.kind === 'scalar') {
    if (a.text !== b.text) return `${path}: ${JSON.stringify(a.text)} and ${JSON.stringify(b.text)}`;
    if (a.style !== b.style || a.tag !== b.tag) return `${path}: ${a.style} ${a.tag} and ${b.style} ${b.tag}`;
  }
  if (a.kind === 'seq' && b.kind === 'seq') {
    if (a.items.length !== b.items.length) return `${path}: ${a.items.length} and ${b.items.length} items`;
    for (let index = 0; index < a.items.length; index++) {
      const found = firstDifference(a.items[index], b.items[index], `${path}[${index}]`);
      if (found !== undefined) return found;
    }
  }
  if (a.kind === 'map' && b.kind === 'map') {
    if (a.pairs.length !== b.pairs.length) return `${path}: ${a.pairs.length} and ${b.pairs.length} pairs`;
    for (let index = 0; index < a.pairs.length; index++) {
      const left = a.pairs[index]!;
      const right = b.pairs[index]!;
      const found =
        firstDifference(left.key, right.key, `${path}.${left.key.text}(key)`) ??
        firstDifference(left.value, right.value, `${path}.${left.key.text}`);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
