import { expect } from 'chai';
import { runCli } from '../../../apps/cli/cli.ts';
import { ays, fakeIo, inFolder } from './run-cli.ts';
import packageJson from '../../../package.json' with { type: 'json' };

interface Failure {
  readonly ok: boolean;
  readonly errors: readonly {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    readonly file?: string;
    readonly line?: number;
  }[];
}

describe('ays', () => {
  it('--version is one line on standard output, also as JSON', async () => {
    expect(await ays(['--version'])).to.deep.equal({ code: 0, stdout: `ays ${packageJson.version}\n`, stderr: '' });
    expect(JSON.parse((await ays(['-V', '--json'])).stdout)).to.deep.equal({
      ok: true,
      name: 'ays',
      version: packageJson.version,
    });
  });

  it('without a verb teaches, and says the same as ays help', async () => {
    const { code, stdout, stderr } = await ays([]);
    expect(code).to.equal(0);
    expect(stderr).to.equal('');
    expect(stdout).to.contain('First steps').and.to.contain('ays init');
    expect((await ays(['help'])).stdout).to.equal(stdout);
    expect((await ays(['--help'])).stdout).to.equal(stdout);
  });

  it('an unknown verb is refused with the nearest one', async () => {
    const { code, stdout, stderr } = await ays(['plann']);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    expect(stderr).to.equal(
      'error USAGE ays has no verb "plann"\n   = hint: did you mean ays plan? ays help lists them all\n',
    );
    expect((await ays(['shop.yaml'])).stderr).to.contain('did you mean ays plan shop.yaml?');
  });

  it('with --json errors are one document on standard output, usage errors too', async () => {
    for (const args of [
      ['plann', '--json'],
      ['--json', 'plan', '--nonsense'],
      ['plan', '--json'],
      ['explain', 'nothing', '--json'],
    ]) {
      const { code, stdout, stderr } = await ays(args);
      const document = JSON.parse(stdout) as Failure;
      expect(code, args.join(' ')).to.equal(2);
      expect(stderr).to.equal('');
      expect(document.ok).to.equal(false);
      expect(document.errors[0]).to.include.keys('code', 'message');
    }
  });

  it('global flags may stand before or behind the verb', async () => {
    expect((await ays(['--json', 'help'])).stdout).to.equal((await ays(['help', '--json'])).stdout);
    expect((await ays(['--color', 'always', 'help'])).stdout).to.contain('\x1b[1m');
    expect((await ays(['help', '--color=never'], { terminal: true })).stdout).not.to.contain('\x1b');
  });

  it('colours are for a terminal, NO_COLOR and FORCE_COLOR are honoured', async () => {
    expect((await ays(['help'])).stdout).not.to.contain('\x1b');
    expect((await ays(['help'], { terminal: true })).stdout).to.contain('\x1b[1m');
    expect((await ays(['help'], { terminal: true, env: { NO_COLOR: '1' } })).stdout).not.to.contain('\x1b');
    expect((await ays(['help'], { env: { FORCE_COLOR: '1' } })).stdout).to.contain('\x1b[1m');
  });

  it('a bug is reported as one, without a stack unless AYS_DEBUG asks for it', async () => {
    const run = async (env: Record<string, string>): Promise<{ code: number; stderr: string }> => {
      const written = { stdout: '', stderr: '' };
      const broken = {
        ...fakeIo({ env }, written),
        stdin: () => Promise.reject(new TypeError('a stand-in for a mistake of ours')),
      };
      return { code: await runCli(['validate', '-'], broken), stderr: written.stderr };
    };
    const { code, stderr } = await run({});
    expect(code).to.equal(70);
    expect(stderr)
      .to.match(/^error INTERNAL a stand-in/)
      .and.to.contain('a bug in ays');
    expect(stderr).not.to.contain('    at ');
    expect((await run({ AYS_DEBUG: '1' })).stderr).to.contain('    at ');
  });

  it('help VERB and VERB --help are the same', async () => {
    for (const verb of ['plan', 'validate', 'completion']) {
      const { stdout, code } = await ays(['help', verb]);
      expect(code).to.equal(0);
      expect(stdout).to.equal((await ays([verb, '--help'])).stdout);
      expect(stdout).to.contain(`ays ${verb}`).and.to.contain('Examples');
    }
  });

  it('help fits the terminal it is printed on', async () => {
    for (const columns of [60, 100]) {
      for (const args of [['help'], ['help', 'plan'], ['explain', 'container']]) {
        const { stdout } = await ays(args, { columns });
        const wide = stdout
          .split('\n')
          .filter((line) => line.length > columns && !line.includes('http') && !/^ {2}(ays|source|\S+__)/.test(line));
        expect(wide, args.join(' ')).to.deep.equal([]);
      }
    }
  });

  it('a file that is not there is one error, in words', async () => {
    await inFolder({}, async (cwd) => {
      const { code, stdout, stderr } = await ays(['validate', 'nothing.yaml'], { cwd });
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.contain('FILE_NOT_FOUND').and.to.contain('nothing.yaml');
    });
  });
});
