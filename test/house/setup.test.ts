// scripts/setup.mjs on a checkout of its own, small enough to break on purpose. It never gets to the network.

import { expect } from 'chai';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

describe('setup', function () {
  this.timeout(60_000);
  let folder: string;

  const write = (name: string, text: string): void => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  };
  const lock = { packages: { '': {}, 'node_modules/left': { version: '1.0.0' } } };

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ays-setup-'));
    write('scripts/setup.mjs', fs.readFileSync('scripts/setup.mjs', 'utf8'));
    write('package.json', JSON.stringify({ engines: { node: '>=20.19' } }));
    write('package-lock.json', JSON.stringify(lock));
    write(
      'node_modules/.package-lock.json',
      JSON.stringify({ packages: { 'node_modules/left': { version: '1.0.0' } } }),
    );
    write('node_modules/left/package.json', '{}');
    // Stands for npm: it says that it was called and installs nothing.
    write('bin/npm', '#!/bin/sh\necho "npm $*" >> npm-was-called\nexit 1\n');
    fs.chmodSync(path.join(folder, 'bin/npm'), 0o755);
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const run = (): Promise<{ code: number | null; output: string }> => {
    const code = `import { setup, SetupError } from '${path.join(folder, 'scripts/setup.mjs')}';
      setup({ debian: false }).catch((e) => { console.error(e instanceof SetupError ? e.message : e.stack); process.exitCode = 1; });`;
    const env = { ...process.env, PATH: `${path.join(folder, 'bin')}:${process.env['PATH'] ?? ''}` };
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { env, stdio: 'pipe' });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return new Promise((resolve) => child.on('close', (status) => resolve({ code: status, output })));
  };
  const npmWasCalled = (): boolean => fs.existsSync(path.join(folder, 'npm-was-called'));

  it('says nothing and calls nobody when everything is there', async () => {
    expect(await run()).to.deep.equal({ code: 0, output: '' });
    expect(npmWasCalled()).to.equal(false);
  });

  it('runs npm ci when node_modules is missing, and says plainly when that fails', async () => {
    fs.rmSync(path.join(folder, 'node_modules'), { recursive: true });
    const { code, output } = await run();
    expect(code).to.equal(1);
    expect(output)
      .to.contain('setup: no node_modules: npm ci')
      .and.to.contain('Is the npm registry reachable?')
      .and.not.to.contain('    at ');
    expect(npmWasCalled()).to.equal(true);
  });

  it('runs npm ci when the lock file asks for another version', async () => {
    await run();
    write('package-lock.json', JSON.stringify({ packages: { '': {}, 'node_modules/left': { version: '2.0.0' } } }));
    expect((await run()).output).to.contain('package-lock.json changed: npm ci');
  });

  it('names the Node.js that it found and the one it needs', async () => {
    write('package.json', JSON.stringify({ engines: { node: '>=99.1' } }));
    const { code, output } = await run();
    expect(code).to.equal(1);
    expect(output).to.contain(process.versions.node).and.to.contain('>=99.1').and.not.to.contain('    at ');
  });

  it('lets two runs at once build one after the other', async () => {
    write(
      'scripts/build.mjs',
      `import fs from 'node:fs';
      fs.mkdirSync('building'); // fails when another one is building
      await new Promise((resolve) => setTimeout(resolve, 300));
      fs.rmdirSync('building');
      fs.appendFileSync('built', 'x');`,
    );
    const all = await Promise.all([run(), run(), run()]);
    expect(all.map(({ code }) => code)).to.deep.equal([0, 0, 0]);
    expect(fs.readFileSync(path.join(folder, 'built'), 'utf8')).to.equal('xxx');
    expect(fs.readdirSync(path.join(folder, '.cache'))).to.deep.equal([]);
  });

  it('takes over the lock of a process that is gone', async () => {
    write('.cache/setup.lock', '2147483646');
    expect((await run()).code).to.equal(0);
  });
});
