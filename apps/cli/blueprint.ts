// What the verbs that read a blueprint share: their flags, and the way from a path to a resolution.

import type { Resolution } from '../../engine/blueprint/index.ts';
import { EMPTY_GRID, type GridState } from '../../engine/model/service.ts';
import type { Registry } from '../../engine/model/registry.ts';
import { usage } from './arguments.ts';
import { fileReader, READ_LIMIT } from './reader.ts';
import type { Context, Flag, Operand } from './verb.ts';

export const BLUEPRINT_OPERAND: Operand = {
  name: 'PATH',
  summary: 'a blueprint: a file, a folder, or - for standard input',
  completes: 'blueprint',
};

export const BLUEPRINT_FLAGS: readonly Flag[] = [
  { name: 'set', value: 'NAME=VALUE', repeated: true, summary: 'give a param its value; beats the values files' },
  {
    name: 'values',
    short: 'f',
    value: 'FILE',
    repeated: true,
    completes: 'file',
    summary: 'read params from a YAML file; the last file wins',
  },
  { name: 'as', value: 'NAME', summary: 'a separate copy: NAME becomes blueprint name and scope' },
];

/** `--set a=b` pairs; everything after the first `=` is the value. */
export function setPairs(pairs: readonly string[]): Readonly<Record<string, string>> {
  const set: [string, string][] = [];
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals <= 0)
      throw usage(`--set takes NAME=VALUE, found "${pair}"`, `write --set ${equals === 0 ? 'NAME' : pair}=VALUE`);
    set.push([pair.slice(0, equals), pair.slice(equals + 1)]);
  }
  return Object.fromEntries(set);
}

export interface Loading {
  /** With one it is read as a plan reads it: secrets that have no value yet are errors. */
  readonly grid?: GridState;
  /** Read packages whatever ays.lock pins. */
  readonly relock?: boolean;
}

export async function loadBlueprint(
  path: string,
  context: Context,
  registry: Registry,
  { grid, relock = false }: Loading = {},
): Promise<Resolution> {
  const { readBlueprint } = await import('../../engine/blueprint/index.ts');
  const { options, io } = context;
  const as = options.text('as');
  return readBlueprint(
    {
      path,
      ...(path === '-' && { stdin: await readStandardInput(context) }),
      ...(as !== undefined && { as }),
      set: setPairs(options.list('set')),
      values: options.list('values'),
      env: io.env,
      relock,
    },
    { reader: fileReader(io.cwd), registry, grid: grid ?? EMPTY_GRID, strictSecrets: grid !== undefined },
  );
}

export async function readStandardInput({ io, output }: Context, what = 'the blueprint'): Promise<Uint8Array> {
  if (io.stdinIsTerminal) output.say(`Reading ${what} from the terminal; end it with Ctrl-D.`);
  return io.stdin(READ_LIMIT);
}
