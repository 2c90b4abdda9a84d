#!/usr/bin/env node
// Makes a checkout ready: the right Node.js, the Debian packages that the tests want, node_modules as package-lock.json
// says, and dist/. It changes only what is missing or stale, says each change in one line, may be run twice at once
// (a lock lets one wait for the other) and needs no network when everything is there.
// Plain JavaScript without dependencies, because it runs before there are any.

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Every Debian package this project wants, and why. A test that misses one is skipped with that reason. */
export const DEBIAN_PACKAGES = [
  { command: 'zsh', package: 'zsh', why: 'the tests of zsh completion' },
  { command: 'fish', package: 'fish', why: 'the tests of fish completion' },
  { command: 'redis-server', package: 'redis-server', why: 'the tests of the store and the queue in Redis' },
];

/** Something a person must do first; printed without a stack. */
export class SetupError extends Error {}

/** Everything is installed, only dist/ could not be made. */
export class BuildError extends SetupError {}

/** Ready or SetupError. `debian: false` leaves the system's packages alone. */
export async function setup({ debian }) {
  checkNode();
  await withLock(async () => {
    if (debian) await installDebianPackages();
    await installNodeModules();
    await build();
  });
}

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

function checkNode() {
  const { engines } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  const wanted = /(\d+)\.(\d+)/.exec(engines.node);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > Number(wanted[1]) || (major === Number(wanted[1]) && minor >= Number(wanted[2]))) return;
  throw new SetupError(
    `Node.js ${process.versions.node} is running; ays needs ${engines.node}.\n` +
      `Install a newer one (https://nodejs.org/en/download, or your version manager) and run the command again.`,
  );
}

// --- Debian packages -------------------------------------------------------------------------------------------------

async function installDebianPackages() {
  const missing = DEBIAN_PACKAGES.filter(({ command }) => !hasCommand(command));
  if (missing.length === 0) return;
  const names = missing.map((entry) => entry.package);
  const why = missing.map((entry) => `${entry.package} for ${entry.why}`).join(', ');
  const line = `apt-get install -y --no-install-recommends ${names.join(' ')}`;
  const become = privilege();
  if (become === undefined) {
    say(`missing: ${why}. Those tests will be skipped; to have them: sudo ${line}`);
    return;
  }
  say(`installing ${why}`);
  const apt = (...args) =>
    run(become, ['apt-get', '-q', '-y', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=2', ...args], {
      minutes: 10,
    });
  // The lists may be new enough, and a failed update must not stop an install from a local mirror.
  const install = ['install', '--no-install-recommends', ...names];
  let result = await apt(...install);
  if (result.code !== 0) {
    await apt('update');
    result = await apt(...install);
  }
  if (result.code === 0) return;
  say(`apt-get could not install ${names.join(' ')}: ${lastLine(result.output)}`);
  say(`going on without; those tests will be skipped. To try by hand: sudo ${line}`);
}

/** The words before a command that make it run as root; undefined when there is no apt-get or no right. */
function privilege() {
  if (!hasCommand('apt-get')) return undefined;
  const quiet = ['env', 'DEBIAN_FRONTEND=noninteractive', 'NEEDRESTART_MODE=a'];
  if (process.getuid?.() === 0) return quiet;
  if (hasCommand('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0) {
    return ['sudo', '-n', ...quiet];
  }
  return undefined;
}

function hasCommand(name) {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/bin', '/bin', '/usr/sbin'];
  return folders.some((folder) => folder !== '' && fs.existsSync(path.join(folder, name)));
}

// --- node_modules ----------------------------------------------------------------------------------------------------

async function installNodeModules() {
  const modules = path.join(ROOT, 'node_modules');
  const stamp = path.join(modules, '.ays-setup');
  const lock = fs.readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8');
  const wanted = createHash('sha256').update(`${process.platform} ${process.arch}\n${lock}`).digest('hex');
  if (readText(stamp) === wanted) return;
  if (!sameAsInstalled(modules, JSON.parse(lock))) {
    say(fs.existsSync(modules) ? 'package-lock.json changed: npm ci' : 'no node_modules: npm ci');
    // A registry drops a connection now and then; the second try is cheap, its cache is warm.
    let result = await npmCi();
    if (result.code !== 0) result = await npmCi();
    if (result.code !== 0) {
      throw new SetupError(`npm ci failed:\n${tail(result.output, 20)}\nIs the npm registry reachable?`);
    }
  }
  fs.writeFileSync(stamp, wanted);
}

function npmCi() {
  return run([], [npmCommand(), 'ci', '--no-audit', '--no-fund', '--loglevel=error'], { minutes: 10 });
}

function npmCommand() {
  return process.platform === 'win32' ? 'npm.cmd' : 'npm';
}

/** npm's own record of what it installed, compared with the lock: somebody may have run npm ci by hand. */
function sameAsInstalled(modules, lock) {
  const text = readText(path.join(modules, '.package-lock.json'));
  if (text === undefined) return false;
  const installed = JSON.parse(text).packages;
  for (const [name, entry] of Object.entries(lock.packages)) {
    if (name === '' || (entry.optional === true && installed[name] === undefined)) continue;
    if (installed[name]?.version !== entry.version) return false;
    if (!fs.existsSync(path.join(ROOT, name, 'package.json'))) return false;
  }
  return Object.keys(installed).every((name) => lock.packages[name] !== undefined);
}

// --- dist ------------------------------------------------------------------------------------------------------------

async function build() {
  const script = path.join(ROOT, 'scripts', 'build.mjs');
  if (!fs.existsSync(script)) return;
  const result = await run([], [process.execPath, script], { minutes: 5 });
  if (result.code !== 0) throw new BuildError(`scripts/build.mjs failed:\n${tail(result.output, 40)}`);
  for (const line of result.output.split('\n')) if (line.trim() !== '') say(line);
}

// --- one at a time ---------------------------------------------------------------------------------------------------

async function withLock(work) {
  const folder = path.join(ROOT, '.cache');
  const lock = path.join(folder, 'setup.lock');
  fs.mkdirSync(folder, { recursive: true });
  let told = false;
  while (!takeLock(lock)) {
    if (!told) say(`another setup is running (process ${readText(lock) ?? '?'}): waiting for it`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const release = () => fs.rmSync(lock, { force: true });
  process.once('exit', release);
  try {
    await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}

/** The lock is a file that holds a process id; one whose process is gone is taken over. */
function takeLock(lock) {
  const mine = `${lock}.${process.pid}`;
  fs.writeFileSync(mine, String(process.pid));
  try {
    // A link appears whole or not at all, so nobody reads a lock without its process id.
    fs.linkSync(mine, lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const holder = readText(lock);
    if (holder !== undefined && !isAlive(Number(holder))) takeAway(lock, holder);
    return false;
  } finally {
    fs.rmSync(mine, { force: true });
  }
}

/** Two may see the same dead holder; the second must not take away the lock that the first has made since. */
function takeAway(lock, holder) {
  const aside = `${lock}.stale.${process.pid}`;
  try {
    fs.renameSync(lock, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (readText(aside) !== holder) fs.linkSync(aside, lock);
  fs.rmSync(aside, { force: true });
}

function isAlive(pid) {
  if (!(Number.isInteger(pid) && pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

// --- small things ----------------------------------------------------------------------------------------------------

/** Runs to its end and keeps what it said; nothing is printed. */
function run(before, command, { minutes }) {
  const [file, ...args] = [...before, ...command];
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], timeout: minutes * 60_000 });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 127, output: `${output}${error.message}` }));
    child.on('close', (code, signal) => {
      const ending = signal === null ? '' : `\nstopped by ${signal} after ${minutes} minutes`;
      resolve({ code: code ?? 1, output: output + ending });
    });
  });
}

function readText(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function tail(text, lines) {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}

function lastLine(text) {
  return tail(text, 1).trim();
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(fs.realpathSync(process.argv[1])).href) {
  try {
    await setup({ debian: true });
    say('ready');
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`setup: ${error.message}\n`);
    process.exitCode = 1;
  }
}
