#!/usr/bin/env node
// Builds dist/: the programs `ays` and `quickstart`, bundled so that they start fast. What a verb does not need is in a chunk
// of its own and is not read. It does nothing when no input has changed since the last build, so that everything
// that needs dist/ may call it. Two builds at once and a program that runs meanwhile do no harm: chunks are named by
// their content, files appear whole, and the chunks of the build before stay for one more build.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const DIST = path.join(ROOT, 'dist');
const STAMP = path.join(DIST, '.build.json');

/** The programs, by the name of their file in dist/. */
const PROGRAMS = { ays: 'apps/cli/main.ts', quickstart: 'apps/quickstart/main.ts' };

/** What ships beside the code; the package's own `files` has the rest. */
const COPIES = ['docs/errors.md'];

/** True when something was built, false when dist/ was up to date. */
export async function build() {
  const before = readStamp();
  if (before !== undefined && isCurrent(before)) {
    linkBin();
    return false;
  }
  const esbuild = await import('esbuild');
  const entries = Object.entries(PROGRAMS).filter(([, file]) => fs.existsSync(path.join(ROOT, file)));
  const result = await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: Object.fromEntries(entries),
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    chunkNames: 'chunks/[name]-[hash]',
    // Some dependencies are CommonJS and ask for Node's own modules by `require`.
    banner: {
      js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
    },
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'silent',
    metafile: true,
    write: false,
  });
  const written = [];
  // Entries last: a new entry never meets a missing chunk.
  for (const file of result.outputFiles.sort((a, b) => Number(isEntry(a.path)) - Number(isEntry(b.path)))) {
    put(file.path, file.contents, isEntry(file.path) ? 0o755 : 0o644);
    written.push(path.relative(DIST, file.path));
  }
  for (const copy of COPIES.filter((file) => fs.existsSync(path.join(ROOT, file)))) {
    put(path.join(DIST, copy), fs.readFileSync(path.join(ROOT, copy)), 0o644);
    written.push(copy);
  }
  const inputs = [...new Set([...ownInputs(Object.keys(result.metafile.inputs)), ...standing()])].sort();
  put(STAMP, JSON.stringify({ inputs, hash: hashOf(inputs), files: written, before: before?.files ?? [] }), 0o644);
  sweep([...written, ...(before?.files ?? []), '.build.json']);
  linkBin();
  return true;
}

function isEntry(file) {
  return path.dirname(file) === DIST;
}

/** Source files of this repository; what comes from node_modules is told by the lock file. */
function ownInputs(inputs) {
  return inputs.filter((file) => !file.includes('node_modules/') && fs.existsSync(path.join(ROOT, file)));
}

/** Inputs that no import names. */
function standing() {
  const programs = Object.values(PROGRAMS);
  return ['package-lock.json', 'scripts/build.mjs', ...COPIES, ...programs];
}

function hashOf(inputs) {
  const hash = createHash('sha256').update(process.platform);
  for (const file of inputs) {
    hash.update(`\0${file}\0`);
    const full = path.join(ROOT, file);
    hash.update(fs.existsSync(full) ? fs.readFileSync(full) : '(missing)');
  }
  return hash.digest('hex');
}

function readStamp() {
  try {
    return JSON.parse(fs.readFileSync(STAMP, 'utf8'));
  } catch {
    return undefined; // no build yet, or a broken stamp: build
  }
}

function isCurrent(stamp) {
  return stamp.files.every((file) => fs.existsSync(path.join(DIST, file))) && hashOf(stamp.inputs) === stamp.hash;
}

/** A file appears whole or not at all. */
function put(file, contents, mode) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(draft, contents, { mode });
  fs.renameSync(draft, file);
}

function sweep(kept) {
  const keep = new Set(kept.map((file) => path.join(DIST, file)));
  for (const entry of fs.readdirSync(DIST, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile() && !keep.has(file) && !file.endsWith('.tmp')) fs.rmSync(file, { force: true });
  }
}

/** `npx ays` in the checkout finds what npm would have linked had it installed this package. */
function linkBin() {
  const folder = path.join(ROOT, 'node_modules', '.bin');
  const link = path.join(folder, 'ays');
  const target = path.join('..', '..', 'dist', 'ays.js');
  if (!fs.existsSync(folder) || process.platform === 'win32') return;
  try {
    if (fs.readlinkSync(link) === target) return;
  } catch {
    // Missing or not a link: made below.
  }
  const draft = `${link}.${process.pid}.tmp`;
  fs.symlinkSync(target, draft);
  fs.renameSync(draft, link);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(fs.realpathSync(process.argv[1])).href) {
  try {
    if (await build()) process.stdout.write('dist/ is built\n');
  } catch (error) {
    // esbuild's own message names file and line; anything else is a bug here and shows its stack.
    process.stderr.write(`${error.errors === undefined ? error.stack : error.message}\n`);
    process.exitCode = 1;
  }
}
