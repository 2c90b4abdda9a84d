// Colours, for a terminal only. Each stream decides for itself: `ays plan > file` has plain data and coloured words.
// What is asked for on the command line beats NO_COLOR, which beats FORCE_COLOR, which beats what the stream is.

import type { Io, Sink } from './io.ts';

export type ColorChoice = 'auto' | 'always' | 'never';

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  cyan: [36, 39],
} as const;

export type Paint = { readonly [Color in keyof typeof CODES]: (text: string) => string };

export function wantsColor(choice: ColorChoice, sink: Sink, env: Io['env']): boolean {
  if (choice !== 'auto') return choice === 'always';
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return sink.isTerminal && env['TERM'] !== 'dumb';
}

const plain = (text: string): string => text;

export function painter(color: boolean): Paint {
  const paint = {} as Record<keyof typeof CODES, (text: string) => string>;
  for (const [name, [on, off]] of Object.entries(CODES)) {
    paint[name as keyof typeof CODES] = color ? (text) => (text === '' ? '' : `\x1b[${on}m${text}\x1b[${off}m`) : plain;
  }
  return paint;
}
