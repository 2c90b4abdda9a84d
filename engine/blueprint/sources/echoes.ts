// One mistake, one message. A broken line of YAML makes fields vanish, a param without a value makes templates fail, one block with
// `each` makes the same mistake for all its services: what only repeats an error that is shown already is taken out here.
// An echo is never the only error, so a blueprint that failed still fails.

import type { Diagnostic, Place, Report, SourceFile } from '../../model/diagnostic.ts';
import type { ErrorCode } from '../../model/errors.ts';

/** After these the shape of the whole block is a guess. */
const BREAKS_BLOCK: ReadonlySet<ErrorCode> = new Set(['YAML_SYNTAX', 'YAML_TAB', 'YAML_TOO_DEEP']);
/** After these one value is missing. */
const BREAKS_LINE: ReadonlySet<ErrorCode> = new Set([
  'YAML_ALIAS_UNKNOWN',
  'YAML_ALIAS_LIMIT',
  'YAML_TAG_UNKNOWN',
  'YAML_KEY_NOT_TEXT',
  'TEMPLATE_UNQUOTED',
]);

interface Broken {
  /** Where the top-level blocks of the file begin. */
  readonly starts: readonly number[];
  readonly blocks: Set<number>;
  readonly lines: Set<number>;
  /** Blocks that lack what a broken line would have brought. */
  readonly lacking: Set<number>;
  aliases: boolean;
}

/** Before places are moved to their templates: a broken line is one of the text that was read. */
export function dropEchoes(report: Report, withoutValue: ReadonlySet<string>): void {
  const files = brokenFiles(report);
  if (files.size === 0 && withoutValue.size === 0) return;
  keep(report, (diagnostic) => !isEchoOfYaml(diagnostic, files) && !isEchoOfParam(diagnostic, withoutValue));
}

function brokenFiles(report: Report): Map<SourceFile, Broken> {
  const files = new Map<SourceFile, Broken>();
  for (const { code, place } of report.diagnostics) {
    const block = BREAKS_BLOCK.has(code);
    if (place === undefined || !(block || BREAKS_LINE.has(code))) continue;
    let broken = files.get(place.file);
    if (broken === undefined) {
      broken = {
        starts: blockStarts(place.file.text),
        blocks: new Set(),
        lines: new Set(),
        lacking: new Set(),
        aliases: false,
      };
      files.set(place.file, broken);
    }
    const at = blockAt(broken.starts, place.start);
    if (block) broken.blocks.add(at);
    else broken.lines.add(lineOf(place));
    if (code === 'YAML_ALIAS_UNKNOWN' || code === 'YAML_SYNTAX') broken.lacking.add(at);
    if (code.startsWith('YAML_ALIAS')) broken.aliases = true;
  }
  return files;
}

function isEchoOfYaml({ code, place }: Diagnostic, files: ReadonlyMap<SourceFile, Broken>): boolean {
  if (place === undefined || code.startsWith('YAML_') || code === 'TEMPLATE_UNQUOTED') return false;
  const broken = files.get(place.file);
  if (broken === undefined) return false;
  const block = blockAt(broken.starts, place.start);
  if (broken.blocks.has(block) || broken.lines.has(lineOf(place))) return true;
  if (code === 'FIELD_MISSING' && broken.lacking.has(block)) return true;
  return broken.aliases && place.file.text[place.start] === '*';
}

function isEchoOfParam({ code, place }: Diagnostic, withoutValue: ReadonlySet<string>): boolean {
  if (code !== 'TEMPLATE_UNKNOWN_NAME' || place === undefined) return false;
  const written = place.file.text.slice(place.start, place.end);
  return [...written.matchAll(/params\.(?:\[)?([A-Za-z0-9][\w-]*)/g)].some(([, name = '']) => withoutValue.has(name));
}

/** After places were moved to their templates: what one block says for several services is said once. */
export function joinAlike(report: Report): void {
  const first = new Map<string, Diagnostic>();
  const joined = new Set<Diagnostic>();
  const kept = keep(report, (diagnostic) => {
    const { place, code, message } = diagnostic;
    if (place === undefined) return true;
    const words = message.replace(/^[a-z][a-z0-9.-]*\/[^ :]+(?=[: ])/, '');
    const id = `${code} ${place.file.name} ${place.start} ${place.end} ${words}`;
    const before = first.get(id);
    if (before === undefined) first.set(id, diagnostic);
    else if (before.message !== message) joined.add(before);
    return before === undefined;
  });
  if (joined.size === 0) return;
  kept.forEach((diagnostic, i) => {
    if (joined.has(diagnostic))
      report.diagnostics[i] = { ...diagnostic, message: `${diagnostic.message} (and so for others made here)` };
  });
}

function keep(report: Report, wanted: (diagnostic: Diagnostic) => boolean): readonly Diagnostic[] {
  const kept = report.diagnostics.filter((diagnostic) => {
    const stays = wanted(diagnostic);
    if (!stays && diagnostic.severity === 'error') report.errors -= 1;
    return stays;
  });
  report.diagnostics.splice(0, report.diagnostics.length, ...kept);
  return kept;
}

function blockStarts(text: string): readonly number[] {
  const starts = [0];
  for (const { index } of text.matchAll(/^[^\s#\-\]}]/gm)) if (index > 0) starts.push(index);
  return starts;
}

function blockAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

function lineOf(place: Place): number {
  return place.file.position(place.start).line;
}
