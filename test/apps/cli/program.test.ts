import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { build } from '../../../scripts/build.mjs';
import packageJson from '../../../package.json' with { type: 'json' };
import { builtProgram, PROGRAM, ROOT, runProgram } from './program.ts';
import { inFolder } from './run-cli.ts';

describe('the built program', () => {
  before(builtProgram);

  it('starts by its own name and says its version', () => {
    expect(execFileSync(PROGRAM, ['--version'], { encoding: 'utf8' })).to.equal(`ays ${packageJson.version}\n`);
    expect(statSync(PROGRAM).mode & 0o111).to.equal(0o111);
  });

  it('npx ays works in the checkout, and where the package is installed', async () => {
    const npx = (cwd: string): string =>
      execFileSync('npx', ['--no-install', 'ays', '--version'], {
        cwd,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    expect(npx(ROOT)).to.equal(`ays ${packageJson.version}\n`);
    await inFolder({ 'package.json': '{"name":"other","private":true}' }, (folder) => {
      mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true });
      symlinkSync(ROOT, join(folder, 'node_modules', 'ays'));
      symlinkSync('../ays/dist/ays.js', join(folder, 'node_modules', '.bin', 'ays'));
      expect(npx(folder)).to.equal(`ays ${packageJson.version}\n`);
    });
  });

  it('says when standard output cannot be written, and does not end as if it could', () => {
    const run = (args: string): string =>
      execFileSync('sh', ['-c', `${process.execPath} ${PROGRAM} ${args} 2>&1 >/dev/full; echo "code $?"`], {
        encoding: 'utf8',
      });
    expect(run('explain')).to.equal(
      'error FILE_UNWRITABLE standard output cannot be written: the disk is full\ncode 2\n',
    );
  });

  it('--version and help load the entry and nothing heavy', () => {
    const seen = (args: string): string =>
      execFileSync('sh', ['-c', `NODE_DEBUG=esm ${process.execPath} ${PROGRAM} ${args} 2>&1 >/dev/null || true`], {
        encoding: 'utf8',
        maxBuffer: 1e8,
      });
    const bytesRead = (args: string): number => {
      const loaded = new Set([...seen(args).matchAll(/dist\/chunks\/([\w.-]+\.js)/g)].map(([, file]) => file!));
      return [...loaded].reduce(
        (sum, file) => sum + statSync(join(ROOT, 'dist', 'chunks', file)).size,
        statSync(PROGRAM).size,
      );
    };
    for (const args of ['--version', 'help', 'help plan']) expect(bytesRead(args), args).to.be.below(60_000);
    // The measure itself: a verb that reads blueprints does load what is heavy.
    expect(bytesRead('validate blueprints/examples/quickstart.yaml')).to.be.above(200_000);
  });

  it('a second build does nothing, a lost file is built again', async () => {
    await build();
    expect(await build()).to.equal(false);
    expect(readdirSync(join(ROOT, 'dist')).filter((name) => name.endsWith('.tmp'))).to.deep.equal([]);
    expect(readFileSync(PROGRAM, 'utf8')).to.match(/^#!\/usr\/bin\/env node\n/);
  });

  it('a reader that goes away ends the output quietly, and the exit code stays', async () => {
    const unread = (args: readonly string[]): Promise<{ code: number | null; stderr: string }> => {
      const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
      // Gone before the program has started, let alone written.
      child.stdout.destroy();
      let stderr = '';
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      return new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr })));
    };
    expect(await unread(['explain', 'container'])).to.deep.equal({ code: 0, stderr: '' });
    expect(await unread(['explain', 'nothing', '--json'])).to.deep.equal({ code: 2, stderr: '' });
  });

  it('an interrupt ends it quietly', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'validate', '-'], { stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_, signal) => resolve(signal)));
    await new Promise((resolve) => child.once('spawn', resolve));
    child.kill('SIGINT');
    expect(await ended).to.equal('SIGINT');
    expect(said).to.equal('');
  });

  it('reads standard input, and answers with data on one stream and words on the other', async () => {
    const { code, stdout, stderr } = await runProgram(['validate', '-'], { stdin: 'nonsense__x: {}\n' });
    expect(code).to.equal(2);
    expect(stdout).to.equal('');
    expect(stderr).to.contain('KIND_UNKNOWN').and.not.to.contain('    at ');
  });

  it('ships the error page and finds it', async () => {
    if (!existsSync(join(ROOT, 'docs', 'errors.md'))) return expect.fail('docs/errors.md is missing');
    expect(existsSync(join(ROOT, 'dist', 'docs', 'errors.md'))).to.equal(true);
    const { stdout, code } = await runProgram(['explain', 'FIELD_UNKNOWN', '--json']);
    expect(code).to.equal(0);
    expect((JSON.parse(stdout) as { text: string }).text).not.to.equal('');
  });
});
