// The disk of this machine. Files are for their owner only, and no link is followed.

import { constants, promises as fs } from 'node:fs';
import path from 'node:path';
import type { JournalFile, JournalFiles } from './files.ts';
import { lockFolder } from './node-lock.ts';

export function nodeFiles(folder: string): JournalFiles {
  const at = (name: string): string => path.join(folder, name);
  return {
    where: folder,

    async lock() {
      await fs.mkdir(folder, { recursive: true, mode: 0o700 });
      await fs.chmod(folder, 0o700);
      return lockFolder(folder);
    },

    list: () => fs.readdir(folder),
    async read(name) {
      return fs.readFile(at(name));
    },
    async open(name) {
      return openFile(at(name));
    },
    rename: (from, to) => fs.rename(at(from), at(to)),
    remove: (name) => fs.rm(at(name), { force: true }),
    async syncFolder() {
      const handle = await fs.open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
    after(ms, act) {
      // eslint-disable-next-line no-restricted-syntax -- this is the port that timers belong to
      const timer = setTimeout(act, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}

async function openFile(target: string): Promise<JournalFile> {
  const handle = await fs.open(target, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  return {
    async write(bytes, at) {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
        done += bytesWritten;
      }
    },
    sync: () => handle.datasync(),
    truncate: (size) => handle.truncate(size),
    close: () => handle.close(),
  };
}
