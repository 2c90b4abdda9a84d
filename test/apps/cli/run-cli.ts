// Runs the command line inside this process with streams of its own, so a test sees data, words and exit code apart.

import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCli } from '../../../apps/cli/cli.ts';
import type { Io } from '../../../apps/cli/io.ts';

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** True for both streams, or the columns there are. */
  readonly terminal?: boolean;
  readonly columns?: number;
}

export function fakeIo(
  { stdin = '', env = {}, cwd = process.cwd(), terminal = false, columns }: Surroundings = {},
  written: { stdout: string; stderr: string } = { stdout: '', stderr: '' },
): Io {
  return {
    stdout: { write: (text) => void (written.stdout += text), isTerminal: terminal, columns },
    stderr: { write: (text) => void (written.stderr += text), isTerminal: terminal, columns },
    stdin: async (limit) =>
      (typeof stdin === 'string' ? new TextEncoder().encode(stdin) : stdin).subarray(0, limit + 1),
    stdinIsTerminal: false,
    env,
    cwd,
  };
}

export async function ays(args: readonly string[], surroundings: Surroundings = {}): Promise<Run> {
  const written = { stdout: '', stderr: '' };
  const code = await runCli(args, fakeIo(surroundings, written));
  return { code, ...written };
}

/** A folder with these files, gone when the work is done. */
export async function inFolder<T>(
  files: Readonly<Record<string, string>>,
  work: (folder: string) => T | Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'ays-cli-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
