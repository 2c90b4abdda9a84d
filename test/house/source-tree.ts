// The project's own TypeScript files and what they import, read by TypeScript's scanner of imports, which knows static,
// type-only and dynamic imports and re-exports. The tests of the house ask their questions of this.

import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

export const FOLDERS = ['actors', 'apps', 'bench', 'drivers', 'engine', 'schemas', 'scripts', 'test'];

export interface SourceModule {
  /** From the root, with `/`. */
  readonly file: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

export interface Import {
  /** A file from the root (`engine/model/key.ts`), or the name of a package (`yaml`, `node:fs`). */
  readonly target: string;
  readonly kind: 'file' | 'package';
  readonly typeOnly: boolean;
  /** Loaded when it is needed, by `import()`. */
  readonly lazy: boolean;
  readonly line: number;
}

export function sourceFiles(folders: readonly string[] = FOLDERS): string[] {
  return folders
    .filter((folder) => fs.existsSync(folder))
    .flatMap((folder) =>
      fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.posix.join(folder, name)),
    )
    .filter((file) => /\.(ts|mts|mjs|js)$/.test(file) && !file.endsWith('.d.ts') && fs.statSync(file).isFile())
    .sort();
}

export function readModules(files: readonly string[] = sourceFiles()): SourceModule[] {
  return files.map((file) => readModule(file, fs.readFileSync(file, 'utf8')));
}

export function readModule(file: string, text: string): SourceModule {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  const add = (specifier: ts.Node, typeOnly: boolean, lazy = false): void => {
    if (!ts.isStringLiteralLike(specifier)) return;
    const relative = specifier.text.startsWith('.');
    imports.push({
      target: relative ? path.posix.join(path.posix.dirname(file), specifier.text) : packageOf(specifier.text),
      kind: relative ? 'file' : 'package',
      typeOnly,
      lazy,
      line: source.getLineAndCharacterOfPosition(specifier.getStart()).line + 1,
    });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined)
      add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments;
      if (specifier !== undefined) add(specifier, false, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { file, text, imports };
}

/** `import type …`, or braces in which every name is a type. */
function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const named = clause.namedBindings;
  return (
    clause.name === undefined &&
    named !== undefined &&
    ts.isNamedImports(named) &&
    named.elements.length > 0 &&
    named.elements.every((each) => each.isTypeOnly)
  );
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

/** The first circle of loading, as a path. Types and `import()` do not count: nothing is loaded before it is needed. */
export function findCycle(modules: readonly SourceModule[]): readonly string[] | undefined {
  const byFile = new Map(modules.map((module) => [module.file, module]));
  const done = new Set<string>();
  for (const { file } of modules) {
    const cycle = walk(file, [], new Set());
    if (cycle !== undefined) return cycle;
  }
  return undefined;

  function walk(file: string, trail: readonly string[], open: Set<string>): readonly string[] | undefined {
    if (open.has(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (done.has(file)) return undefined;
    open.add(file);
    for (const { kind, target, typeOnly, lazy } of byFile.get(file)?.imports ?? []) {
      if (kind !== 'file' || typeOnly || lazy || !byFile.has(target)) continue;
      const cycle = walk(target, [...trail, file], open);
      if (cycle !== undefined) return cycle;
    }
    open.delete(file);
    done.add(file);
    return undefined;
  }
}
