// Compares text with a checked-in file below test/golden/cli. AYS_UPDATE_GOLDEN=1 writes the files anew; look at the diff.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';

const FOLDER = join(import.meta.dirname, '..', '..', 'golden', 'cli');

export function expectGolden(name: string, text: string): void {
  const file = join(FOLDER, name);
  if (process.env['AYS_UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file), `${name} is missing; AYS_UPDATE_GOLDEN=1 writes it`).to.equal(true);
  expect(text).to.equal(readFileSync(file, 'utf8'));
}
