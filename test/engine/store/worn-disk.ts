// A disk for tests that is as bad as disks may be: what was not synced may be lost after a crash, whole or in pieces, in any order
// of its sectors; names that were not synced may be as they were before. It fills up, fails, and stops at a chosen operation.

import type { Random } from '../../../engine/model/world.ts';
import type { JournalFile, JournalFiles } from '../../../engine/store/journal/files.ts';

const SECTOR = 64;
/** What had reached the medium of what was not synced. */
const MOODS = ['nothing', 'beginning', 'some', 'pieces', 'all'] as const;

type Change = { readonly at: number; readonly bytes: Uint8Array } | { readonly size: number };

interface Inode {
  /** As everybody sees it. */
  content: Uint8Array;
  /** As it is on the medium, and what has happened since. */
  safe: Uint8Array;
  changes: Change[];
}

type NameChange = { readonly name: string; readonly from?: string; readonly inode: Inode | undefined };

/** The machine stopped: nothing that runs on it gets an answer any more. */
export class Stopped extends Error {}

export class WornDisk {
  #names = new Map<string, Inode>();
  #safeNames = new Map<string, Inode>();
  #nameChanges: NameChange[] = [];
  #running = 0;
  operations = 0;
  /** The machine stops before the operation with this number. */
  stopAt = Infinity;
  /** Bytes that are left. */
  space = Infinity;
  /** Asked before each operation; what it returns is thrown, with this as the system's code. */
  fault: (operation: string, name: string) => string | undefined = () => undefined;
  /** Asked before each operation: it waits for this. */
  hold: (operation: string, name: string) => Promise<void> | undefined = () => undefined;
  timers = new Set<() => void>();
  /** How long operations take, in turns. */
  readonly #pace: Random;

  constructor(pace: Random = () => 0) {
    this.#pace = pace;
  }

  get stopped(): boolean {
    return this.operations >= this.stopAt;
  }

  names(): string[] {
    return [...this.#names.keys()].sort();
  }

  content(name: string): Uint8Array {
    return this.#names.get(name)!.content;
  }

  /** Changes bytes behind everybody's back. */
  damage(name: string, at: number, bytes: Uint8Array): void {
    this.content(name).set(bytes, at);
  }

  fireTimers(): void {
    const due = [...this.timers];
    this.timers.clear();
    for (const act of due) act();
  }

  /** The machine stops and starts again: chance says what had reached the medium. */
  crash(random: Random): void {
    const names = new Map(this.#safeNames);
    for (const { name, from, inode } of this.#nameChanges) {
      if (random() < 0.5) continue;
      if (from !== undefined) names.delete(from);
      if (inode === undefined) names.delete(name);
      else names.set(name, inode);
    }
    for (const inode of new Set(names.values())) {
      let content = inode.safe;
      const mood = MOODS[Math.floor(random() * MOODS.length)]!;
      const upTo = Math.floor(random() * (inode.changes.length + 1));
      for (const [i, change] of inode.changes.entries()) {
        if (mood === 'nothing' || (mood === 'beginning' && i > upTo)) break;
        if (mood === 'some' && random() < 0.4) continue;
        const torn = mood === 'pieces' || (mood === 'beginning' && i === upTo);
        content = torn ? applyTorn(content, change, random) : applyChange(content, change);
      }
      inode.content = content;
      inode.safe = content;
      inode.changes = [];
    }
    this.#names = names;
    this.#safeNames = new Map(names);
    this.#nameChanges = [];
    this.kill();
  }

  /** The process ends and the machine goes on: everything is as it was written, and no safer than it was. */
  kill(): void {
    this.#running++;
    this.stopAt = Infinity;
    this.timers.clear();
  }

  /** The files as a process sees that runs until the next crash. */
  files(): JournalFiles {
    const life = this.#running;
    const step = async (operation: string, name: string): Promise<void> => {
      for (let turns = this.#pace() * 40; turns >= 0; turns--) await Promise.resolve();
      await this.hold(operation, name);
      if (this.stopped || life !== this.#running) throw new Stopped();
      this.operations++;
      const code = this.fault(operation, name);
      if (code !== undefined) throw Object.assign(new Error(`${code}: ${operation} ${name}`), { code });
    };
    const inodeOf = (name: string): Inode => {
      const inode = this.#names.get(name);
      if (inode === undefined) throw Object.assign(new Error(`ENOENT: ${name}`), { code: 'ENOENT' });
      return inode;
    };
    const rename = (change: NameChange): void => {
      this.#nameChanges.push(change);
      if (change.from !== undefined) this.#names.delete(change.from);
      if (change.inode === undefined) this.#names.delete(change.name);
      else this.#names.set(change.name, change.inode);
    };
    return {
      where: '/disk',
      lock: async () => async () => undefined,
      list: async () => {
        await step('list', '');
        return this.names();
      },
      read: async (name) => {
        await step('read', name);
        return inodeOf(name).content.slice();
      },
      open: async (name) => {
        await step('open', name);
        let inode = this.#names.get(name);
        if (inode === undefined) {
          inode = { content: new Uint8Array(), safe: new Uint8Array(), changes: [] };
          rename({ name, inode });
        }
        return this.#file(name, inode, step);
      },
      rename: async (from, to) => {
        await step('rename', from);
        rename({ name: to, from, inode: inodeOf(from) });
      },
      remove: async (name) => {
        await step('remove', name);
        if (this.#names.has(name)) rename({ name, inode: undefined });
      },
      syncFolder: async () => {
        await step('syncFolder', '');
        this.#safeNames = new Map(this.#names);
        this.#nameChanges = [];
      },
      after: (_ms, act) => {
        this.timers.add(act);
        return () => this.timers.delete(act);
      },
    };
  }

  #file(name: string, inode: Inode, step: (operation: string, name: string) => Promise<void>): JournalFile {
    const change = (next: Change): void => {
      const before = inode.content.length;
      inode.content = applyChange(inode.content, next);
      this.space -= inode.content.length - before;
      inode.changes.push(next);
    };
    return {
      write: async (bytes, at) => {
        await step('write', name);
        const room = Math.max(0, this.space + inode.content.length - at);
        change({ at, bytes: bytes.slice(0, room) });
        if (room < bytes.length) throw Object.assign(new Error(`ENOSPC: write ${name}`), { code: 'ENOSPC' });
      },
      sync: async () => {
        await step('sync', name);
        inode.safe = inode.content;
        inode.changes = [];
      },
      truncate: async (size) => {
        await step('truncate', name);
        change({ size });
      },
      close: async () => step('close', name),
    };
  }
}

function applyChange(content: Uint8Array, change: Change): Uint8Array {
  const size = 'size' in change ? change.size : Math.max(content.length, change.at + change.bytes.length);
  const next = new Uint8Array(size);
  next.set(content.subarray(0, size));
  if ('bytes' in change) next.set(change.bytes, change.at);
  return next;
}

/** Some sectors of it arrived; the size did. */
function applyTorn(content: Uint8Array, change: Change, random: Random): Uint8Array {
  if ('size' in change) return random() < 0.5 ? content : applyChange(content, change);
  const { at, bytes } = change;
  let next = applyChange(content, { at: Math.max(content.length, at + bytes.length), bytes: new Uint8Array() });
  for (let start = 0; start < bytes.length; start += SECTOR) {
    if (random() < 0.5) next = applyChange(next, { at: at + start, bytes: bytes.subarray(start, start + SECTOR) });
  }
  return next;
}
