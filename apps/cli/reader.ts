// The blueprint reader on real files. It reads at most a bounded number of bytes, whatever the size of a file says (a pipe
// and /proc have none), and gives every failure in words. Paths are as the person wrote them, from the folder
// they stand in.

import { closeSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { BlueprintReader } from '../../engine/blueprint/sources/reader.ts';
import { EngineError, type ErrorCode } from '../../engine/model/errors.ts';
import { formatSize } from '../../engine/model/units.ts';

/** No file of a blueprint may be larger than this; the engine's own limits per use are lower and say more. */
export const READ_LIMIT = 32 * 1024 * 1024;

export function fileReader(cwd: string): BlueprintReader {
  const at = (path: string): string => resolve(cwd, path);
  return {
    kind: (path) => {
      try {
        return statSync(at(path)).isDirectory() ? 'folder' : 'file';
      } catch (error) {
        const { code = '' } = error as NodeJS.ErrnoException; // node:fs throws nothing else
        if (MISSING.has(code)) return 'missing';
        // It is there and may not be looked at: `read` says why.
        if (Object.hasOwn(WORDS, code)) return 'file';
        throw error;
      }
    },
    size: (path) => guarded(path, () => statSync(at(path)).size),
    list: (folder) => guarded(folder, () => readdirSync(at(folder))),
    read: (path) => guarded(path, () => readBounded(at(path), path)),
    realPath: (path) => {
      try {
        return realpathSync(at(path));
      } catch {
        return at(path);
      }
    },
  };
}

export function readBounded(path: string, shown: string, limit = READ_LIMIT): Uint8Array {
  const { size } = statSync(path);
  if (size > limit) throw tooLarge(shown, formatSize(size), limit);
  const file = openSync(path, 'r');
  try {
    let bytes = Buffer.allocUnsafe(size > 0 ? size + 1 : 64 * 1024);
    let used = 0;
    for (;;) {
      if (used === bytes.length) bytes = Buffer.concat([bytes], Math.min(bytes.length * 2, limit + 1));
      const read = readSync(file, bytes, used, bytes.length - used, null);
      used += read;
      if (read === 0) return bytes.subarray(0, used);
      if (used > limit) throw tooLarge(shown, `more than ${formatSize(limit)}`, limit);
    }
  } finally {
    closeSync(file);
  }
}

function tooLarge(path: string, size: string, limit: number): EngineError {
  return new EngineError('FILE_TOO_LARGE', `${path} is ${size}; at most ${formatSize(limit)} is read`, {
    hint: 'split it into several files in one folder',
  });
}

const MISSING: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE']);

const WORDS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOENT: ['FILE_NOT_FOUND', 'there is no such file'],
  ENOTDIR: ['FILE_NOT_FOUND', 'a part of this path is not a folder'],
  EACCES: ['FILE_UNREADABLE', 'you may not read it'],
  EPERM: ['FILE_UNREADABLE', 'you may not read it'],
  EISDIR: ['FILE_UNREADABLE', 'it is a folder, a file was expected'],
  ELOOP: ['FILE_UNREADABLE', 'its symbolic links go in a circle'],
  ENAMETOOLONG: ['FILE_UNREADABLE', 'the path is too long'],
};

const WORDS_OF_WRITING: Readonly<Record<string, string>> = {
  ENOENT: 'its folder is not there',
  ENOTDIR: 'a part of this path is not a folder',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'what it lies on can only be read',
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is full',
};

/** Failures of the file system in words, as EngineError. */
export function guarded<T>(path: string, work: () => T): T {
  return inWords(work, (code, message) => {
    const [ours, words] = WORDS[code] ?? (['FILE_UNREADABLE', message] as const);
    return [ours, `${path}: ${words}`];
  });
}

/** The same where something is written. */
export function guardedWrite<T>(path: string, work: () => T): T {
  return inWords(work, (code, message) => ['FILE_UNWRITABLE', sayUnwritable(path, code, message)]);
}

export function sayUnwritable(path: string, code: string, message: string): string {
  return `${path} cannot be written: ${WORDS_OF_WRITING[code] ?? message}`;
}

function inWords<T>(work: () => T, say: (code: string, message: string) => readonly [ErrorCode, string]): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof EngineError) throw error;
    const { code = '', message } = error as NodeJS.ErrnoException; // node:fs throws nothing else
    throw new EngineError(...say(code, message), { cause: error });
  }
}
