// Who a process is. Its number alone says little: numbers are given again. Number, start time and boot together are given once, so
// what was written down about a process never leads to another one being taken for it, or ended.

import fs from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** `<boot id>:<start in clock ticks>`; where the system tells neither, empty. */
  readonly born: string;
}

/** Undefined when no such process lives. One that has ended and waits for its parent does not live. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  let stat: string;
  try {
    stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return !fs.existsSync('/proc/self/stat') && answersSignals(pid) ? { pid, born: '' } : undefined;
  }
  // The name stands in brackets and may hold anything, brackets too.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields[0], fields[19]];
  if (state === 'Z' || state === 'X') return undefined;
  return { pid, born: `${bootId()}:${started}` };
}

export function stillLives(identity: ProcessIdentity): boolean {
  return identityOf(identity.pid)?.born === identity.born;
}

/** As it was written to a file; undefined when it is not an identity. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    const { pid, born } = JSON.parse(text) as Partial<ProcessIdentity>; // checked in the next line
    return typeof pid === 'number' && typeof born === 'string' ? { pid, born } : undefined;
  } catch {
    return undefined;
  }
}

function bootId(): string {
  try {
    return fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
