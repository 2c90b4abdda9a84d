// `ays fmt`: a blueprint in its canonical form, comments and order kept. The result is read again and compared before it
// is given back: a blueprint never means something else because it was formatted.

import { Parser } from 'yaml';
import { Report, SourceFile } from '../../model/diagnostic.ts';
import { coreValue } from '../tree.ts';
import type { Node } from '../tree.ts';
import { unquotedTemplates } from '../yaml/library.ts';
import { YAML_LIMITS, parseYaml } from '../yaml/parse.ts';
import { quoteTemplate } from '../yaml/unquoted.ts';
import { layOut } from './layout.ts';
import { piecesOf } from './pieces.ts';
import { canonicalKey, findRewrites } from './rewrites.ts';

export interface FormatOptions {
  /** Also quote unquoted templates, and write `kind:` for `actor:` in actions. */
  readonly fix: boolean;
}

/** Undefined: it cannot be formatted, and the report says why. */
export function formatBlueprint(file: SourceFile, report: Report, { fix }: FormatOptions): string | undefined {
  if (file.name.endsWith('.hbs')) {
    report.error(
      'TEMPLATE_NOT_ALLOWED',
      { file, start: 0, end: 0 },
      `${file.name} is a template: it becomes YAML only when it is rendered, so it cannot be formatted`,
      'format the .yaml files beside it',
    );
    return undefined;
  }
  const unix = file.text.replaceAll('\r\n', '\n');
  const text = fix ? quoteAll(file.name, unix) : unix;
  const found = new Report();
  const source = new SourceFile(file.name, text);
  const before = parseYaml(source, found);
  if (found.failed) {
    // Told at the places of the file as it is on disk.
    const told = new Report();
    parseYaml(file, told);
    for (const diagnostic of (told.failed ? told : found).diagnostics) report.add(diagnostic);
    return undefined;
  }
  const tokens = [...new Parser().parse(text)];
  const result = layOut(source, piecesOf(source, tokens, findRewrites(tokens, fix)));
  const again = new Report();
  const after = parseYaml(new SourceFile(file.name, result), again);
  if (!again.failed && sameMeaning(before, after, fix)) return result;
  report.note(
    'YAML_SYNTAX',
    { file, start: 0, end: 0 },
    `${file.name} is left as it is: this way of writing cannot be formatted safely`,
    'explicit keys (?) and values at the root are the usual cause',
  );
  return text;
}

function quoteAll(name: string, text: string): string {
  let result = '';
  let at = 0;
  for (const { start, end } of unquotedTemplates(new SourceFile(name, text), YAML_LIMITS)) {
    result += text.slice(at, start) + quoteTemplate(text.slice(start, end));
    at = end;
  }
  return result + text.slice(at);
}

function sameMeaning(
  before: readonly (Node | undefined)[],
  after: readonly (Node | undefined)[],
  fix: boolean,
): boolean {
  const sign = (document: Node | undefined): string => JSON.stringify(document && signature(document, 'document', fix));
  return before.length === after.length && before.every((document, index) => sign(document) === sign(after[index]));
}

/** What may not change: structure, the text of every scalar, and whether it is text, number, boolean or nothing. */
function signature(node: Node, where: 'document' | 'actions' | 'inside', fix: boolean): unknown {
  if (node.kind === 'scalar') {
    const value = coreValue(node);
    return typeof value === 'string' ? [value] : [node.text, value === null ? 'null' : typeof value];
  }
  if (node.kind === 'seq')
    return node.items.map((item) => signature(item, where === 'actions' ? 'actions' : 'inside', fix));
  const keys = new Set(node.pairs.map(({ key }) => key.text));
  const members: unknown[] = [];
  for (const { key, value } of node.pairs) {
    const services = where === 'document' && key.text === 'services' && value.kind === 'seq' ? value.items : undefined;
    if (services?.every((item) => item.kind === 'map' && item.pairs.length === 1)) {
      for (const item of services) {
        const pair = item.kind === 'map' ? item.pairs[0] : undefined;
        if (pair) members.push(canonicalKey(pair.key.text), signature(pair.value, 'inside', fix));
      }
      continue;
    }
    const name =
      where === 'document'
        ? canonicalKey(key.text)
        : where === 'actions' && fix && key.text === 'actor' && !keys.has('kind')
          ? 'kind'
          : key.text;
    const inner = where === 'document' && key.text === 'actions' ? 'actions' : 'inside';
    members.push(name, signature(value, inner, fix));
  }
  return { members };
}
