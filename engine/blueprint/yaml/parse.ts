// YAML text to trees, one per document. Plain text takes the fast reader; whatever that is not certain about is read by
// the `yaml` library, which gives the same tree and finds all the errors. A fuzz test holds the two together.
// After an error the tree is what could be recovered: good for finding names, not for judging values.

import type { Report, SourceFile } from '../../model/diagnostic.ts';
import { LIMITS } from '../limits.ts';
import type { Node } from '../tree.ts';
import type { YamlLimits } from './expansion.ts';
import { parseFast } from './fast.ts';
import { parseWithLibrary } from './library.ts';

export type { YamlLimits } from './expansion.ts';

export const YAML_LIMITS: YamlLimits = { maxDepth: LIMITS.depth, maxNodes: LIMITS.nodes };

/** One tree per document; undefined for an empty one. Aliases are resolved and `<<` is merged. */
export function parseYaml(
  file: SourceFile,
  report: Report,
  limits: YamlLimits = YAML_LIMITS,
): readonly (Node | undefined)[] {
  return parseFast(file.text, limits) ?? parseWithLibrary(file, report, limits);
}
