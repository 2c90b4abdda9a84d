// `secrets: { db-password: { generate: 32 } }`: made once at the first apply, never shown (rule 13). A value never stands here.

import type { SourceFile } from '../../model/diagnostic.ts';
import { clip, place, type Draft } from './draft.ts';
import { coreValue, sayNode, type Node } from '../tree.ts';
import type { Report } from '../../model/diagnostic.ts';

export function readSecrets(draft: Draft, report: Report): Map<string, { readonly generate?: number }> {
  const secrets = new Map<string, { readonly generate?: number }>();
  for (const [name, { node, file }] of draft.secrets) {
    const declared = declaration(name, node, file, report);
    if (declared !== undefined) secrets.set(name, declared);
  }
  return secrets;
}

function declaration(
  name: string,
  node: Node,
  file: SourceFile,
  report: Report,
): { readonly generate?: number } | undefined {
  const at = place(file, node);
  if (node.kind === 'scalar' && coreValue(node) === null) return {};
  if (node.kind !== 'map') {
    report.error(
      node.kind === 'scalar' ? 'SECRET_LITERAL' : 'SECRET_INVALID',
      at,
      node.kind === 'scalar'
        ? `secrets.${name}: a secret's value must not stand in a blueprint`
        : `secrets.${name}: expected { generate: 32 } or nothing, found ${sayNode(node)}`,
      `secrets: { ${name}: { generate: 32 } }, or set it: ays secret set ${name}`,
    );
    return undefined;
  }
  let generate: number | undefined;
  for (const { key, value } of node.pairs) {
    if (key.text !== 'generate') {
      const literal = ['value', 'text', 'password'].includes(key.text);
      report.error(
        literal ? 'SECRET_LITERAL' : 'SECRET_INVALID',
        place(file, key),
        `secrets.${name}: there is no field "${clip(key.text)}"`,
        literal ? `ays secret set ${name}` : 'the only field is generate: the number of characters',
      );
      return undefined;
    }
    const length = value.kind === 'scalar' ? coreValue(value) : undefined;
    if (typeof length !== 'number' || !Number.isInteger(length) || length < 8 || length > 1024) {
      report.error(
        'SECRET_INVALID',
        place(file, value),
        `secrets.${name}: "generate" is ${sayNode(value)}; expected a whole number of characters from 8 to 1024`,
      );
      return undefined;
    }
    generate = length;
  }
  return generate === undefined ? {} : { generate };
}
