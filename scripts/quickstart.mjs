#!/usr/bin/env node
// npm run quickstart: makes the checkout ready, then shows what ays does. It works from a fresh clone on a bare machine.

import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setup, SetupError } from './setup.mjs';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

try {
  await setup({ debian: false });
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`setup: ${error.message}\n`);
  process.exit(1);
}

const child = spawn(process.execPath, [path.join(ROOT, 'dist', 'quickstart.js')], { stdio: 'inherit' });
child.on('error', (error) => {
  process.stderr.write(`quickstart: ${error.message}\n`);
  process.exitCode = 1;
});
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
});
