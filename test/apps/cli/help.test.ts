import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { GLOBAL_FLAGS } from '../../../apps/cli/globals.ts';
import type { Verb } from '../../../apps/cli/verb.ts';
import { VERBS } from '../../../apps/cli/verbs.ts';
import { builtProgram } from './program.ts';
import { ays, inFolder } from './run-cli.ts';

describe('the verbs', () => {
  it('each says what it does, what it takes, and shows examples of itself', async () => {
    for (const entry of VERBS) {
      const { verb } = await entry.load();
      expect(verb.about.length, entry.name).to.be.above(0);
      expect(verb.examples.length, entry.name).to.be.above(0);
      for (const { command } of verb.examples) expect(command).to.contain(`ays ${entry.name}`);
      for (const { summary, name } of [...verb.flags, ...verb.operands])
        expect(summary, `${entry.name} ${name}`).to.match(/^[a-z"-]/);
    }
  });

  it('no flag stands for two things, long or short', async () => {
    for (const entry of VERBS) {
      const { verb }: { verb: Verb } = await entry.load();
      const flags = [...verb.flags, ...GLOBAL_FLAGS];
      const names = flags.map(({ name }) => name);
      const shorts = flags.flatMap(({ short }) => short ?? []);
      expect(new Set(names).size, entry.name).to.equal(names.length);
      expect(new Set(shorts).size, entry.name).to.equal(shorts.length);
      for (const name of names) expect(name.startsWith('no-')).to.equal(false);
    }
  });

  it('every example of every verb runs', async function () {
    this.timeout(60_000);
    const program = await builtProgram();
    for (const entry of VERBS) {
      const { verb } = await entry.load();
      for (const { command } of verb.examples) {
        await inFolder({}, async (folder) => {
          if (entry.name !== 'init') await ays(['init'], { cwd: folder });
          writeFileSync(join(folder, 'ays'), `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`);
          chmodSync(join(folder, 'ays'), 0o755);
          const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
          // Throws, with what was said, when the exit code is not 0.
          execFileSync('bash', ['-o', 'pipefail', '-c', command], { cwd: folder, env, stdio: 'pipe' });
        });
      }
    }
  });

  it('the first steps of ays help run, one after the other', async function () {
    this.timeout(60_000);
    const program = await builtProgram();
    const { stdout } = await ays(['help']);
    const commands = [...stdout.split('Write\n')[0]!.matchAll(/^ {2}(ays .*?) {2,}/gm)].map(([, command]) => command!);
    expect(commands).to.have.length(4);
    await inFolder({}, (folder) => {
      for (const command of commands)
        execFileSync('bash', ['-c', command.replace(/^ays/, `${process.execPath} ${program}`)], {
          cwd: folder,
          stdio: 'pipe',
        });
    });
  });
});
