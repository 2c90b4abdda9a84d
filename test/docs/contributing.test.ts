// CONTRIBUTING.md promises that its steps make a new driver and a new actor. Here somebody follows them to the letter, in a copy of
// the checkout: the blocks become files, the lines go into the indexes, and the result has to generate, compile and keep the contract.

import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readPage } from './markdown.ts';

const COPIED = [
  'engine',
  'actors',
  'drivers',
  'schemas',
  'scripts',
  'docs',
  'test/convergence',
  'test/conformance',
  'test/support',
];
const CONFIG = ['package.json', 'tsconfig.json', '.prettierrc.json'];

describe('the steps in CONTRIBUTING.md', function () {
  this.timeout(180_000);
  let folder: string;

  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ays-contributing-'));
    for (const name of COPIED) fs.cpSync(name, path.join(folder, name), { recursive: true });
    for (const name of CONFIG) fs.copyFileSync(name, path.join(folder, name));
    fs.symlinkSync(path.resolve('node_modules'), path.join(folder, 'node_modules'));
    const { fences } = readPage('CONTRIBUTING.md', fs.readFileSync('CONTRIBUTING.md', 'utf8'));
    for (const { tags, text } of fences) {
      const file = setting(tags, 'file');
      const index = setting(tags, 'add');
      if (file !== undefined) write(file, text);
      if (index !== undefined) write(index, addLines(fs.readFileSync(path.join(folder, index), 'utf8'), text));
    }
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, text: string): void => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  };
  const run = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, AYS_TEST_COUNTS: '' },
    });
    expect(status, `${args.join(' ')}\n${stdout}${stderr}`).to.equal(0);
    return stdout;
  };

  it('generate the type, the editor schema and the page of the new kind', () => {
    run('--import', 'tsx', 'scripts/generate.ts');
    expect(fs.readFileSync(path.join(folder, 'schemas/types.ts'), 'utf8')).to.contain('export type LanternSpec = {');
    expect(fs.readFileSync(path.join(folder, 'schemas/blueprint.schema.json'), 'utf8')).to.contain('^lantern');
    expect(fs.existsSync(path.join(folder, 'docs/kinds/lantern.md'))).to.equal(true);
  });

  it('compile', () => {
    const { compilerOptions } = JSON.parse(fs.readFileSync('tsconfig.json', 'utf8')) as { compilerOptions: object };
    write(
      'tsconfig.json',
      JSON.stringify({
        compilerOptions: { ...compilerOptions, incremental: false, tsBuildInfoFile: undefined },
        include: ['actors', 'drivers', 'test/convergence/cases/lantern.ts', 'test/conformance/lanterns*.ts'],
      }),
    );
    run('node_modules/typescript/bin/tsc', '--noEmit', '--pretty', 'false');
  });

  it('keep the conformance of the port and the contract of actors', () => {
    const mocha = [
      'node_modules/mocha/bin/mocha.js',
      '--no-config',
      '--node-option=import=tsx',
      '--timeout=60000',
      '--reporter=test/support/reporter.mjs',
    ];
    const passed = run(
      ...mocha,
      '--grep=lantern',
      'test/conformance/lanterns.test.ts',
      'test/convergence/actors.test.ts',
      'test/convergence/mutants.test.ts',
    );
    expect(Number(/(\d+) passed, 0 failed/.exec(passed)?.[1])).to.be.greaterThan(9);
  });
});

function setting(tags: readonly string[], name: string): string | undefined {
  return tags.find((tag) => tag.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** Imports below the imports, the other lines at the head of the list. */
function addLines(index: string, added: string): string {
  const lines = index.split('\n');
  const fresh = added.trimEnd().split('\n');
  const imports = fresh.filter((line) => line.startsWith('import '));
  const lastImport = lines.findLastIndex((line) => /^(import |} from )/.test(line));
  lines.splice(lastImport + 1, 0, ...imports);
  const start = lastImport + imports.length + 1;
  const list = lines.findIndex((line, i) => i >= start && /(= \[|return \{)/.test(line));
  if (lastImport < 0 || list < 0) throw new Error(`this index has no place for ${added}`);
  const entries = fresh.filter((line) => !imports.includes(line)).join('\n');
  lines[list] = (lines[list] ?? '').replace(/(= \[|return \{)/, `$1\n${entries}\n`);
  return lines.join('\n');
}
