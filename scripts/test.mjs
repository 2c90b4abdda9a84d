#!/usr/bin/env node
// `npm test`: makes the checkout ready, runs every test (types, lint, format and generated files are tests too, see
// test/house/) and ends with exactly one line: `N passed, N failed, N skipped`. The line is always there, also when
// mocha crashes, hangs or never starts; then the reason stands above it and counts as one failure.
// `npm test -- --grep disk` and `npm test -- test/engine` run a part.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BuildError, setup, SetupError } from './setup.mjs';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const LONGEST_MS = 15 * 60_000;
/** How long mocha may live on after its report. Longer means that a test left something running. */
const LINGER_MS = 15_000;

const { counts, problem } = await runAll(process.argv.slice(2));
if (problem !== undefined) console.log(`\n${problem}`);
const failed = counts.failed + (problem === undefined ? 0 : 1);
console.log(`\n${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped`);
process.exitCode = failed > 0 ? 1 : 0;

async function runAll(args) {
  const nothing = { passed: 0, failed: 0, skipped: 0 };
  let problem;
  try {
    await setup({ debian: true });
  } catch (error) {
    problem = error instanceof SetupError ? error.message : error.stack;
    // A program that does not build is a failure, but it is not the only thing to know.
    if (!(error instanceof BuildError)) return { counts: nothing, problem };
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ays-test-'));
  try {
    const file = path.join(folder, 'counts.json');
    const ending = await runMocha(args, file);
    if (!fs.existsSync(file))
      return { counts: nothing, problem: problem ?? `the tests did not come to an end: ${ending}` };
    const counts = JSON.parse(fs.readFileSync(file, 'utf8'));
    const agrees = (ending === 'exit code 0') === (counts.failed === 0);
    return {
      counts,
      problem: problem ?? (agrees ? undefined : `mocha reported the counts below, but ended with: ${ending}`),
    };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Resolves with how it ended, in words. */
function runMocha(args, countsFile) {
  const { specs, options } = split(args);
  // Without the config file, whose spec mocha would add to the ones given here.
  const config = JSON.parse(fs.readFileSync(path.join(ROOT, '.mocharc.json'), 'utf8'));
  const command = [
    path.join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js'),
    '--no-config',
    '--node-option=import=tsx',
    `--timeout=${config.timeout}`,
    `--reporter=${config.reporter}`,
    ...(args.length === 0 ? ['--forbid-only'] : []),
    ...options,
    ...(specs.length > 0 ? specs : ['test/**/*.test.ts']),
  ];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, AYS_TEST_COUNTS: countsFile },
    });
    let killed;
    const kill = (why) => {
      if (killed !== undefined) return;
      killed = why;
      // mocha answers the first signal with its report.
      child.kill('SIGINT');
      setTimeout(() => child.kill('SIGKILL'), 10_000).unref();
    };
    const deadline = setTimeout(() => kill(`stopped after ${LONGEST_MS / 60_000} minutes`), LONGEST_MS);
    let reportedAt;
    const watch = setInterval(() => {
      if (!fs.existsSync(countsFile)) return;
      reportedAt ??= Date.now();
      if (Date.now() - reportedAt > LINGER_MS) kill('stopped, because a test left something running');
    }, 500);
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => kill(`stopped by ${signal}`));
    child.on('error', (error) => (killed ??= error.message));
    child.on('close', (code, signal) => {
      clearTimeout(deadline);
      clearInterval(watch);
      resolve(killed ?? (signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
  });
}

/** What names a file or folder is a spec, everything else goes to mocha as it is. */
function split(args) {
  const specs = [];
  const options = [];
  for (const arg of args) {
    const file = path.join(ROOT, arg);
    if (arg.startsWith('-')) options.push(arg);
    else if (arg.endsWith('.test.ts')) specs.push(arg);
    else if (fs.existsSync(file) && fs.statSync(file).isDirectory())
      specs.push(`${arg.replace(/\/$/, '')}/**/*.test.ts`);
    else options.push(arg);
  }
  return { specs, options };
}
