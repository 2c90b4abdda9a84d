// The built program in a process of its own, for what only a process shows: signals, closed pipes, shells, npx.

import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from '../../../scripts/build.mjs';
import type { Run } from './run-cli.ts';

export const ROOT = join(import.meta.dirname, '..', '..', '..');
export const PROGRAM = join(ROOT, 'dist', 'ays.js');

/** Builds once per run; cheap when nothing has changed. */
export async function builtProgram(): Promise<string> {
  await build();
  return PROGRAM;
}

export interface Ended extends Run {
  readonly signal: NodeJS.Signals | null;
}

export function runProgram(
  args: readonly string[],
  {
    cwd = ROOT,
    stdin = '',
    env = {},
    file = process.execPath,
  }: { cwd?: string; stdin?: string; env?: Record<string, string>; file?: string } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, file === process.execPath ? [PROGRAM, ...args] : args, {
      cwd,
      env: { ...process.env, ...env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? -1, signal, stdout, stderr }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
  });
}

export function isInstalled(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
}
