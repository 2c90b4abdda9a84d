// Files that ship with ays beside the code. The program runs from dist/ and, in tests, from its sources; both find the
// package by its package.json. What the package leaves out of its files, the build copies below dist/.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineError } from '../../engine/model/errors.ts';

let root: string | undefined;

export function packageRoot(): string {
  if (root !== undefined) return root;
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }).name === 'ays')
      return (root = folder);
    if (dirname(folder) === folder)
      throw new EngineError('INTERNAL', 'the package.json of ays was not found above its own code');
  }
}

/** `docs/errors.md`, wherever it stands in this installation. */
export function shippedFile(path: string): string {
  const built = join(packageRoot(), 'dist', path);
  const source = join(packageRoot(), path);
  return existsSync(source) ? source : built;
}
