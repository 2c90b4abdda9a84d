// What a verb of the command line is: data about itself, from which help, completion and the argument reader are made, and
// one function. Its file loads nothing heavy by itself; `run` imports what it needs, so that help and completion stay fast.

import type { Options } from './arguments.ts';
import type { Io } from './io.ts';
import type { Output } from './output.ts';

/** What can stand in an operand or a flag's value, for completion. */
export type Completes = 'file' | 'folder' | 'blueprint' | 'key' | 'kind' | 'topic' | 'verb' | 'none';

export interface Flag {
  /** Without the dashes: `exit-code`. */
  readonly name: string;
  readonly short?: string;
  readonly summary: string;
  /** What its value is called in help: `FILE`. Absent: a switch, which also reads as `--no-NAME`. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** May be given several times. */
  readonly repeated?: boolean;
  readonly completes?: Completes;
}

export interface Operand {
  /** As help shows it: `PATH`. */
  readonly name: string;
  readonly summary: string;
  readonly optional?: boolean;
  /** Takes all that is left. */
  readonly repeated?: boolean;
  readonly choices?: readonly string[];
  readonly completes?: Completes;
}

export interface Example {
  readonly command: string;
  readonly shows: string;
}

export interface Verb {
  readonly operands: readonly Operand[];
  readonly flags: readonly Flag[];
  /** Paragraphs for `ays help VERB`. */
  readonly about: readonly string[];
  /** Each runs in a folder made by `ays init`; a test does so. */
  readonly examples: readonly Example[];
  /** Gives the exit code. What a person should read goes to `output`; failures are thrown as EngineError. */
  readonly run: (context: Context) => Promise<number>;
}

export interface Context {
  readonly options: Options;
  readonly operands: readonly string[];
  readonly output: Output;
  readonly io: Io;
}

export const EXIT = { done: 0, invalid: 2, changes: 3 } as const;
