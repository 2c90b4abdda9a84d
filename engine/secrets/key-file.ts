// The key file: made once, 0600, never overwritten. It is on disk whole, and its folder too, before anything is locked with it, since a
// key that was lost in a power cut takes every secret with it. A new key is staged beside it and takes its place only when
// the store is locked with the new one; after a crash between, both are given and the vault says which one counts.

import { EngineError } from '../model/errors.ts';
import { keyText, readWrappingKey } from './wrapping-key.ts';
import type { RandomBytes, SealingKey } from './seal.ts';

interface OpenFile {
  writeFile(text: string): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** What it needs of files; `node:fs/promises` is one. */
export interface KeyFiles {
  open(path: string, flags: 'r' | 'wx', mode?: number): Promise<OpenFile>;
  link(from: string, to: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  stat(path: string): Promise<{ readonly mode: number }>;
  readFile(path: string, encoding: 'utf8'): Promise<string>;
}

export interface KeyFileOptions {
  readonly files: KeyFiles;
  /** Absolute path of the key file; its folder is there. */
  readonly path: string;
  readonly random: RandomBytes;
}

/** The present key first, a staged one behind it; makes the file when there is none and `make` is true. */
export async function readKeyFile(
  options: KeyFileOptions,
  make: boolean,
): Promise<{ readonly keys: readonly SealingKey[]; readonly made: boolean }> {
  const { path } = options;
  const present = await readKey(options, path);
  const staged = await readKey(options, stagedPath(path));
  if (present !== undefined) return { keys: staged === undefined ? [present] : [present, staged], made: false };
  // A staged key alone: the old file was taken away by hand after the change. It may be the one.
  if (staged !== undefined) return { keys: [staged], made: false };
  if (!make) return { keys: [], made: false };
  const made = await writeNew(options, path, keyText(options.random));
  const key = await readKey(options, path);
  if (key === undefined) throw new EngineError('SECRETS_LOCKED', `the key file ${path} vanished while it was made`);
  return { keys: [key], made };
}

/** A new key beside the present one; one that was staged before is taken up again. */
export async function stageKey(options: KeyFileOptions): Promise<SealingKey> {
  const path = stagedPath(options.path);
  await writeNew(options, path, keyText(options.random));
  const key = await readKey(options, path);
  if (key === undefined) throw new EngineError('SECRETS_LOCKED', `the key file ${path} vanished while it was made`);
  return key;
}

/** After the vault was opened or its key changed: keeps the file with the key in force, drops the other. */
export async function settleKeys(options: KeyFileOptions, wrappedBy: string): Promise<void> {
  const { files, path } = options;
  const staged = await readKey(options, stagedPath(path));
  if (staged === undefined) return;
  if (staged.id === wrappedBy) await files.rename(stagedPath(path), path);
  else if ((await readKey(options, path))?.id === wrappedBy) await files.unlink(stagedPath(path));
  await syncFolder(options);
}

function stagedPath(path: string): string {
  return `${path}.next`;
}

async function readKey({ files }: KeyFileOptions, path: string): Promise<SealingKey | undefined> {
  try {
    const { mode } = await files.stat(path);
    if ((mode & 0o077) !== 0)
      throw new EngineError(
        'SECRETS_LOCKED',
        `the key file ${path} has mode ${(mode & 0o777).toString(8)}; expected 600`,
        {
          hint: `others may have read it: chmod 600 ${path}, and if they may have: ays secret rekey`,
        },
      );
    return readWrappingKey(await files.readFile(path, 'utf8'), `the key file ${path}`);
  } catch (error) {
    if (error instanceof EngineError) throw error;
    const { code } = error as NodeJS.ErrnoException; // what node:fs rejects with
    if (code === 'ENOENT') return undefined;
    throw new EngineError('SECRETS_LOCKED', `the key file ${path} cannot be read: ${code ?? String(error)}`, {
      hint: 'give the user that runs the robot the right to read it',
      cause: error,
    });
  }
}

/** Whole or not at all, and never over another: written beside, then linked. False when somebody was there first. */
async function writeNew(options: KeyFileOptions, path: string, text: string): Promise<boolean> {
  const { files, random } = options;
  const draft = `${path}.${Buffer.from(random(6)).toString('hex')}.tmp`;
  let file: OpenFile | undefined;
  try {
    file = await files.open(draft, 'wx', 0o600);
    await file.writeFile(text);
    await file.sync();
    await files.link(draft, path);
    await syncFolder(options);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // what node:fs rejects with
    if (code === 'EEXIST') return false;
    throw new EngineError('SECRETS_LOCKED', `the key file ${path} cannot be made: ${code ?? String(error)}`, {
      hint: 'give the user that runs the robot a folder it may write, or set AYS_KEY',
      cause: error,
    });
  } finally {
    await file?.close();
    await files.unlink(draft).catch(() => undefined);
  }
}

async function syncFolder({ files, path }: KeyFileOptions): Promise<void> {
  const folder = await files.open(path.slice(0, path.lastIndexOf('/')) || '/', 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
