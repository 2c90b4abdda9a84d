// A command that is started early and asked late, so that the type checker and the linter work beside the other tests and
// not after them. One at a time: the machine has two cores and mocha wants one of them.

import { spawn, type ChildProcess } from 'node:child_process';

export interface Ended {
  readonly code: number;
  readonly output: string;
}

let queue: Promise<unknown> = Promise.resolve();
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill()));

/** Starts a Node.js program of node_modules once the ones before it have ended; the promise never rejects. */
export function inBackground(program: string, args: readonly string[]): () => Promise<Ended> {
  let result: Promise<Ended> | undefined;
  const start = (): Promise<Ended> => {
    if (result === undefined) {
      result = queue.then(() => run(program, args));
      queue = result;
    }
    return result;
  };
  // A run of a few tests must not pay for those that it leaves out.
  const partial = process.argv.some((arg) => /^(-g|--grep|-f|--fgrep)/.test(arg));
  if (!partial) void start();
  return start;
}

function run(program: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', (error) => (output += error.message));
    child.on('close', (code) => {
      running.delete(child);
      resolve({ code: code ?? 1, output: output.trim() });
    });
  });
}

/** Fails with what the program said. */
export function expectClean({ code, output }: Ended, remedy: string): void {
  if (code === 0) return;
  const lines = output.split('\n');
  const shown = lines.slice(0, 60).join('\n');
  const more = lines.length > 60 ? `\n… and ${lines.length - 60} lines more` : '';
  throw new Error(`${remedy}\n${shown}${more}`);
}
