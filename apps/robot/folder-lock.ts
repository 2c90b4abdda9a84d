// One process of this host at a time. A lock is a row of numbered files of which the highest counts: it is free, or names who holds
// it. Who wants it makes the next number, and a file system lets only one do that. The highest is never removed, so a lock of a
// dead process is taken over without the moment in which two believe they have it. No lock survives its process.

import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../../engine/model/errors.ts';
import { identityOf, parseIdentity, stillLives, type ProcessIdentity } from './process-identity.ts';

const AGAIN_MS = 5;
const FREE = 'free';

let counter = 0;

export async function withFolderLock<T>(
  folder: string,
  name: string,
  patienceMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const release = await acquire(folder, name, patienceMs);
  try {
    return await work();
  } finally {
    release();
  }
}

async function acquire(folder: string, name: string, patienceMs: number): Promise<() => void> {
  const file = (n: number): string => path.join(folder, `${name}.lock.${n}`);
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const highest = numbers(folder, name).at(-1) ?? 0;
    const holder = highest === 0 ? undefined : holderOf(file(highest));
    if (holder === undefined) {
      const mine = highest + 1;
      if (make(file(mine), JSON.stringify(identityOf(process.pid)))) {
        const all = numbers(folder, name);
        if (all.at(-1) === mine) {
          for (const n of all) if (n < mine) fs.rmSync(file(n), { force: true });
          return () => replace(file(mine), FREE);
        }
        // Somebody was further already: what we saw was old.
        fs.rmSync(file(mine), { force: true });
      }
      continue;
    }
    if (performance.now() > deadline)
      throw new EngineError('STORE_LOCKED', `${path.join(folder, name)} is locked by process ${holder.pid}`, {
        hint: `It is starting or stopping there. If it hangs, end process ${holder.pid}; its lock ends with it.`,
      });
    await sleep(AGAIN_MS);
  }
}

/** Undefined when it is free, gone, or left by a process that lives no more. */
function holderOf(file: string): ProcessIdentity | undefined {
  try {
    const holder = parseIdentity(fs.readFileSync(file, 'utf8'));
    return holder !== undefined && stillLives(holder) ? holder : undefined;
  } catch {
    return undefined;
  }
}

function numbers(folder: string, name: string): number[] {
  const head = `${name}.lock.`;
  return fs
    .readdirSync(folder)
    .filter((entry) => entry.startsWith(head) && /^\d+$/.test(entry.slice(head.length)))
    .map((entry) => Number(entry.slice(head.length)))
    .sort((a, b) => a - b);
}

/** Makes a file with its content at once; false when it is there already. */
function make(file: string, content: string): boolean {
  const draft = `${file}.draft-${process.pid}-${++counter}`;
  fs.writeFileSync(draft, content, { mode: 0o600 });
  try {
    fs.linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

/** A file is the old one or the new one, never half of it. */
export function replace(file: string, content: string): void {
  const draft = `${file}.draft-${process.pid}-${++counter}`;
  fs.writeFileSync(draft, content, { mode: 0o600 });
  fs.renameSync(draft, file);
}
