// Files are replaced whole or not at all: written beside the old one, brought to the disk, then renamed over it. Rights and
// symbolic links of an existing file are kept.

import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { guardedWrite } from './reader.ts';

export function replaceFile(path: string, shown: string, text: string): void {
  guardedWrite(shown, () => {
    const target = existsSync(path) ? realpathSync(path) : path;
    const draft = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
    const file = openSync(draft, 'wx', 0o600);
    try {
      try {
        const bytes = Buffer.from(text);
        for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
        fchmodSync(file, existsSync(target) ? statSync(target).mode & 0o7777 : 0o644);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(draft, target);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  });
}
