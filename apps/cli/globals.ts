// The flags every verb takes, and how the verb is found among the arguments: global flags may stand before it.

import type { Flag } from './verb.ts';

export const GLOBAL_FLAGS: readonly Flag[] = [
  { name: 'json', summary: 'print one JSON document on standard output, errors too' },
  {
    name: 'color',
    value: 'WHEN',
    choices: ['auto', 'always', 'never'],
    summary: 'when to use colours; auto: on a terminal',
  },
  { name: 'quiet', short: 'q', summary: 'say nothing but data and errors' },
  { name: 'help', short: 'h', summary: 'tell what this verb does' },
  { name: 'version', short: 'V', summary: 'print the version of ays' },
];

/** The verb is the first argument that is neither a global flag nor the value of one; the rest keeps its order. */
export function splitVerb(args: readonly string[]): {
  readonly verb: string | undefined;
  readonly rest: readonly string[];
} {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '--version' || arg === '-V') return { verb: undefined, rest: args };
    if (arg === '--color') i += 1;
    else if (arg === '--') return { verb: args[i + 1], rest: [...args.slice(0, i), ...args.slice(i + 2)] };
    else if (!arg.startsWith('-') || arg === '-')
      return { verb: arg, rest: [...args.slice(0, i), ...args.slice(i + 1)] };
  }
  return { verb: undefined, rest: args };
}
