// A golden of a bad blueprint: the blueprint, a line of ten dashes, and what `ays validate` prints of it, byte for byte.
// `=== path` lines part several files. A first line `# options: …` gives flags; with `--observed FILE` the blueprint
// is read as a plan reads it, so that secrets without a value and other owners count.

import { memoryReader, readBlueprint, readGridState, COMMON_SCHEMA } from '../../engine/blueprint/index.ts';
import { printDiagnostics, summarize } from '../../apps/cli/diagnostics.ts';
import { actors, sharedSchemas } from '../../actors/index.ts';
import { Report, SourceFile } from '../../engine/model/diagnostic.ts';
import { Registry } from '../../engine/model/registry.ts';
import type { GridState } from '../../engine/model/service.ts';

export const CUT = '----------\n';

const registry = new Registry(actors, { ...COMMON_SCHEMA, ...sharedSchemas });

export interface Golden {
  readonly blueprint: string;
  readonly expected: string;
}

export interface Told {
  readonly report: Report;
  readonly printed: string;
}

/** Without the line of dashes nothing is expected yet. */
export function splitGolden(text: string): Golden {
  const at = text.startsWith(CUT) ? 0 : text.indexOf(`\n${CUT}`) + 1;
  if (at === 0 && !text.startsWith(CUT)) return { blueprint: text, expected: '' };
  return { blueprint: text.slice(0, at), expected: text.slice(at + CUT.length) };
}

export function tell(blueprint: string): Told {
  const { options, files } = filesOf(blueprint);
  const operand = options.path ?? operandOf(Object.keys(files));
  const { report, desired } = readBlueprint(
    {
      path: operand,
      set: options.set,
      values: options.values,
      env: options.env,
      ...(options.as !== undefined && { as: options.as }),
      ...(operand === '-' && { stdin: new TextEncoder().encode(files['-'] ?? '') }),
    },
    {
      reader: memoryReader(files),
      registry,
      strictSecrets: options.observed !== undefined,
      ...(options.observed !== undefined && { grid: gridOf(options.observed, files[options.observed] ?? '') }),
    },
  );
  if (!report.failed && desired === undefined) throw new Error('neither an error nor a desired state');
  return { report, printed: print(report) };
}

export function print(report: Report): string {
  return `${printDiagnostics(report, { color: false, width: 100 })}\n${summarize(report)}\n`;
}

interface Options {
  readonly set: Record<string, string>;
  readonly values: string[];
  readonly env: Record<string, string>;
  as?: string;
  observed?: string;
  path?: string;
}

function filesOf(text: string): { options: Options; files: Record<string, string> } {
  const options: Options = { set: {}, values: [], env: {} };
  const first = /^# options:(.*)\n/.exec(text);
  const rest = first === null || !text.includes('\n=== ') ? text : text.slice(first[0].length);
  readOptions(first?.[1] ?? '', options);
  if (!rest.startsWith('=== ')) return { options, files: { [options.path ?? 'blueprint.yaml']: rest } };
  const files: Record<string, string> = {};
  for (const part of rest.split(/^=== /m).slice(1)) {
    const end = part.indexOf('\n');
    files[part.slice(0, end)] = part.slice(end + 1);
  }
  return { options, files };
}

function readOptions(line: string, options: Options): void {
  const words = line.match(/'[^']*'|\S+/g) ?? [];
  for (let i = 0; i < words.length; i++) {
    const flag = words[i]!;
    const [name = '', value = ''] = flag.startsWith('--') || flag === '-f' ? [flag, bare(words[++i] ?? '')] : ['path', bare(flag)];
    if (name === '--set') options.set[value.slice(0, value.indexOf('='))] = value.slice(value.indexOf('=') + 1);
    else if (name === '--env') options.env[value.slice(0, value.indexOf('='))] = value.slice(value.indexOf('=') + 1);
    else if (name === '-f') options.values.push(value);
    else if (name === '--as') options.as = value;
    else if (name === '--observed') options.observed = value;
    else if (name === 'path') options.path = value;
    else throw new Error(`# options: ${name} is not one of --set --env -f --as --observed`);
  }
}

function bare(word: string): string {
  return word.startsWith("'") ? word.slice(1, -1) : word;
}

/** The folder of the first file when it stands in one, else that file. */
function operandOf(paths: readonly string[]): string {
  const [first = ''] = paths;
  return first.includes('/') ? first.slice(0, first.indexOf('/')) : first;
}

function gridOf(name: string, text: string): GridState {
  const report = new Report();
  const grid = readGridState(new SourceFile(name, text), registry, report);
  if (grid === undefined) throw new Error(`the observed file of this golden is wrong itself:\n${print(report)}`);
  return grid;
}
