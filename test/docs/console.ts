// Runs the commands that the docs show, in a folder of their own that looks like the checkout: blueprints and schemas are
// there, `ays` and `npx ays` are the program as it is in the source now.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = process.cwd();
const SEEN = ['blueprints', 'schemas', 'docs'];

export interface Ran {
  readonly code: number;
  readonly output: string;
}

export class Desk {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ays-docs-'));

  constructor() {
    const bin = path.join(this.folder, '.bin');
    fs.mkdirSync(bin);
    for (const name of SEEN) fs.cpSync(path.join(ROOT, name), path.join(this.folder, name), { recursive: true });
    const tsx = pathToFileURL(path.join(ROOT, 'node_modules/tsx/dist/loader.mjs')).href;
    const main = path.join(ROOT, 'apps/cli/main.ts');
    script(path.join(bin, 'ays'), `exec '${process.execPath}' --import '${tsx}' '${main}' "$@"`);
    script(path.join(bin, 'npx'), 'exec "$@"');
  }

  write(name: string, text: string): void {
    const file = path.join(this.folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }

  /** stdout and stderr in the order they came. */
  run(command: string): Ran {
    const { status, stdout, error } = spawnSync('bash', ['-euo', 'pipefail', '-c', `exec 2>&1\n${command}`], {
      cwd: this.folder,
      encoding: 'utf8',
      timeout: 60_000,
      env: {
        ...process.env,
        PATH: `${path.join(this.folder, '.bin')}:${process.env['PATH'] ?? ''}`,
        NO_COLOR: '1',
        FORCE_COLOR: undefined,
      },
    });
    return { code: status ?? 1, output: error === undefined ? stdout : `${stdout}${error.message}` };
  }

  clear(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

function script(file: string, body: string): void {
  fs.writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}

export interface Shown {
  readonly command: string;
  readonly output: string;
}

/** `$ command`, continued by `> ` or a backslash, and what it printed. */
export function readConsole(text: string): readonly Shown[] {
  const shown: { command: string; output: string[] }[] = [];
  let continued = false;
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const last = shown.at(-1);
    if (line.startsWith('$ ')) shown.push({ command: line.slice(2), output: [] });
    else if (last === undefined) throw new Error(`a console block begins with "$ command", found "${line}"`);
    else if (continued || line.startsWith('> ')) last.command += `\n${line.replace(/^> /, '')}`;
    else last.output.push(line);
    continued = (line.startsWith('$ ') || continued) && line.endsWith('\\');
  }
  return shown.map(({ command, output }) => ({ command, output: output.join('\n') }));
}

/** A line that is `…` or `...` stands for any lines, inside a line for any text. Space at the ends does not count. */
export function matchesShown(shown: string, actual: string): boolean {
  const pattern = tidy(shown)
    .split('\n')
    .map((line) => (/^\s*(…|\.\.\.)$/.test(line) ? '(?:.*\n)*?' : `${line.split('…').map(escape).join('.*?')}\n`))
    .join('');
  return new RegExp(`^${pattern}$`).test(`${tidy(actual)}\n`);
}

function tidy(text: string): string {
  return text.replace(/[ \t]+$/gm, '').replace(/^\n+|\n+$/g, '');
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
