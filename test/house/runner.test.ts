// The runner is what everybody trusts, so it is tested as well: on small suites in a folder of their own.

import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

describe('the test runner', function () {
  this.timeout(60_000);
  let folder: string;

  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ays-runner-'));
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  interface Ran {
    readonly code: number;
    readonly output: string;
    readonly last: string;
  }

  const runSuite = (body: string, ...args: string[]): Ran => {
    const file = path.join(folder, 'suite.test.ts');
    fs.writeFileSync(file, `import { skip } from '${path.resolve('test/support/skip.ts')}';\n${body}`);
    const mocha = [
      'node_modules/mocha/bin/mocha.js',
      '--no-config',
      '--node-option=import=tsx',
      '--reporter=test/support/reporter.mjs',
      file,
    ];
    const { status, stdout, stderr } = spawnSync(process.execPath, [...mocha, ...args], {
      encoding: 'utf8',
      env: { ...process.env, AYS_TEST_COUNTS: '' },
    });
    return { code: status ?? 1, output: stdout + stderr, last: stdout.trimEnd().split('\n').at(-1) ?? '' };
  };

  it('ends with one line of three numbers', () => {
    const { code, last } = runSuite("describe('a', () => { it('x', () => {}); it('y', () => {}); });");
    expect({ code, last }).to.deep.equal({ code: 0, last: '2 passed, 0 failed, 0 skipped' });
  });

  it('shows a failure with its difference and a code that is not 0', () => {
    const { code, last, output } = runSuite(
      "it('x', () => { throw Object.assign(new Error('boom'), { actual: 'one', expected: 'two', showDiff: true }); });",
    );
    expect(code).not.to.equal(0);
    expect(last).to.equal('0 passed, 1 failed, 0 skipped');
    expect(output).to.match(/-one\n\s+\+two/);
  });

  it('prints why a test or a whole suite was skipped', () => {
    const { code, last, output } = runSuite(`
      it('x', function () { skip(this, 'no moon tonight'); });
      describe('b', () => { before(function () { skip(this, 'no sea'); }); it('y', () => {}); });
      describe('c', () => { beforeEach(function () { skip(this, 'no rain'); }); it('z', () => {}); });`);
    expect({ code, last }).to.deep.equal({ code: 0, last: '0 passed, 0 failed, 3 skipped' });
    expect(output).to.contain('x: no moon tonight').and.to.contain('b › y: no sea').and.to.contain('c › z: no rain');
  });

  it('counts a test that is pending without a reason as failed', () => {
    const { code, last } = runSuite("it('later'); it.skip('never', () => {}); it('x', function () { this.skip(); });");
    expect({ code, last }).to.deep.equal({ code: 3, last: '0 passed, 3 failed, 0 skipped' });
  });

  it('counts a failing hook as failed', () => {
    const { code, last } = runSuite(
      "describe('d', () => { before(() => { throw new Error('boom'); }); it('x', () => {}); });",
    );
    expect({ code, last }).to.deep.equal({ code: 1, last: '0 passed, 1 failed, 0 skipped' });
  });

  it('counts a run that finds no test as failed', () => {
    const { code, last } = runSuite("it('x', () => {});", '--grep', 'nothing');
    expect({ code, last }).to.deep.equal({ code: 1, last: '0 passed, 1 failed, 0 skipped' });
  });
});
