import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { candidatesFor, joinBashWords } from '../../../apps/cli/completion/complete.ts';
import { completionScript } from '../../../apps/cli/completion/scripts.ts';
import { VERBS } from '../../../apps/cli/verbs.ts';
import { SHELLS } from '../../../apps/cli/verbs/completion.ts';
import { skip } from '../../support/skip.ts';
import { builtProgram, isInstalled } from './program.ts';
import { fakeIo, inFolder } from './run-cli.ts';

async function values(words: readonly string[], cwd?: string, tailOnly = false): Promise<readonly string[]> {
  const candidates = await candidatesFor(words, tailOnly, fakeIo(cwd === undefined ? {} : { cwd }));
  return candidates.map(([value]) => value);
}

describe('completion', () => {
  it('offers every verb, and those that begin with what is typed', async () => {
    expect(await values([''])).to.deep.equal(VERBS.map(({ name }) => name));
    expect(await values(['va'])).to.deep.equal(['validate']);
    expect(await values(['--json', 'va'])).to.deep.equal(['validate']);
  });

  it('offers the flags of a verb and the global ones, each once unless it may be repeated', async () => {
    expect(await values(['plan', '--'])).to.include.members(['--set', '--observed', '--exit-code', '--json']);
    expect(await values(['plan', '--ob'])).to.deep.equal(['--observed']);
    expect(await values(['plan', '--exit-code', '--set', 'a=b', '--e'])).to.deep.equal([]);
    expect(await values(['plan', '--set', 'a=b', '--se'])).to.deep.equal(['--set']);
  });

  it('offers the values of a flag, attached or not', async () => {
    expect(await values(['graph', 'x', '--format', 'm'])).to.deep.equal(['mermaid']);
    expect(await values(['graph', '--format=m'])).to.deep.equal(['--format=mermaid']);
    expect(await values(['graph', '--format=m'], undefined, true)).to.deep.equal(['mermaid']);
    expect(await values(['plan', '--observed', ''])).to.deep.equal([':file']);
  });

  it('offers files for blueprints, verbs for help and shells for completion', async () => {
    expect(await values(['plan', ''])).to.deep.equal([':file']);
    expect(await values(['plan', 'a', ''])).to.deep.equal([]);
    expect(await values(['validate', 'a', ''])).to.deep.equal([':file']);
    expect(await values(['help', 'pl'])).to.deep.equal(['plan']);
    expect(await values(['completion', ''])).to.deep.equal([...SHELLS]);
  });

  it('offers kinds, their fields at any depth, and error codes to explain', async () => {
    expect(await values(['explain', 'cont'])).to.deep.equal(['container']);
    expect(await values(['explain', 'container.mou'])).to.deep.equal(['container.mounts']);
    expect(await values(['explain', 'container.mounts.a'])).to.include('container.mounts.at');
    expect(await values(['explain', 'FIELD_U'])).to.deep.equal(['FIELD_UNKNOWN']);
    expect(await values(['explain', 'nonsense.x'])).to.deep.equal([]);
  });

  it('offers the keys of the blueprints in this folder', async () => {
    await inFolder(
      { 'a.yaml': 'container__web:\n  image: x\n  vdisk__no: 1\nvdisk__rows:\n', 'b.txt': 'container__b:\n' },
      async (folder) => {
        expect(await values(['machine', 'container/'], folder)).to.deep.equal(['container/web']);
        expect(await values(['graph', 'a.yaml', '--focus', 'v'], folder)).to.include('vdisk/rows');
      },
    );
  });

  it('never fails: words that mean nothing have no candidates', async () => {
    expect(await values(['nonsense', ''])).to.deep.equal([]);
    expect(await values(['plan', '--nonsense='])).to.deep.equal([]);
    expect(await values([])).to.deep.equal(VERBS.map(({ name }) => name));
  });

  it('puts together what bash took apart', () => {
    expect(joinBashWords(['graph', '--format', '=', 'm'])).to.deep.equal(['graph', '--format=m']);
    expect(joinBashWords(['graph', '--format', '='])).to.deep.equal(['graph', '--format=']);
    expect(joinBashWords(['a', '=', 'b'])).to.deep.equal(['a', '=', 'b']);
  });
});

describe('the completion scripts, each in its shell', () => {
  let bin: string;

  before(async () => {
    const program = await builtProgram();
    bin = mkdtempSync(join(tmpdir(), 'ays-bin-'));
    writeFileSync(join(bin, 'ays'), `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`);
    chmodSync(join(bin, 'ays'), 0o755);
    for (const shell of SHELLS) writeFileSync(join(bin, `ays.${shell}`), completionScript(shell));
  });

  after(() => rmSync(bin, { recursive: true, force: true }));

  function inShell(shell: string, args: readonly string[], cwd: string): string {
    return execFileSync(shell, args, {
      cwd,
      encoding: 'utf8',
      timeout: 15_000,
      env: { ...process.env, PATH: `${bin}:${process.env['PATH']}`, HOME: cwd, TERM: 'dumb' },
    });
  }

  const FILES = { 'shop.yaml': 'container__web:\n', 'sub folder/x.yaml': '' };

  it('bash completes verbs, flags, values and files', async function () {
    if (!isInstalled('bash')) skip(this, 'bash is not installed');
    const complete = (words: readonly string[], cwd: string): string[] => {
      const list = words.map((word) => `'${word}'`).join(' ');
      const script = `source ${bin}/ays.bash; COMP_WORDS=(ays ${list}); COMP_CWORD=${words.length}; _ays; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return inShell('bash', ['--norc', '-c', script], cwd)
        .split('\n')
        .filter((line) => line !== '');
    };
    await inFolder(FILES, (cwd) => {
      expect(complete(['pl'], cwd)).to.deep.equal(['plan']);
      expect(complete(['plan', '--obs'], cwd)).to.deep.equal(['--observed']);
      expect(complete(['graph', '--format', '=', 'm'], cwd)).to.deep.equal(['mermaid']);
      expect(complete(['plan', ''], cwd)).to.have.members(['shop.yaml', 'sub folder']);
      expect(complete(['plan', '--observed', '=', 's'], cwd)).to.have.members(['shop.yaml', 'sub folder']);
      expect(complete(['nonsense', ''], cwd)).to.deep.equal([]);
    });
  });

  it('fish completes verbs, flags, values and files, with descriptions', async function () {
    if (!isInstalled('fish')) skip(this, 'fish is not installed');
    const complete = (line: string, cwd: string): string[] =>
      inShell('fish', ['--no-config', '-c', `source ${bin}/ays.fish; complete -C '${line}'`], cwd)
        .split('\n')
        .filter((text) => text !== '');
    await inFolder(FILES, (cwd) => {
      expect(complete('ays pl', cwd)).to.deep.equal([`plan\t${VERBS.find(({ name }) => name === 'plan')!.summary}`]);
      expect(complete('ays plan --obs', cwd)[0]).to.match(/^--observed\t/);
      expect(complete('ays graph --format=m', cwd).map((text) => text.split('\t')[0])).to.deep.equal([
        '--format=mermaid',
      ]);
      expect(complete('ays plan sh', cwd).map((text) => text.split('\t')[0])).to.deep.equal(['shop.yaml']);
      expect(complete('ays plan --observed=sh', cwd).map((text) => text.split('\t')[0])).to.deep.equal([
        '--observed=shop.yaml',
      ]);
    });
  });

  it('zsh completes verbs, flags, values and files', async function () {
    if (!isInstalled('zsh')) skip(this, 'zsh is not installed');
    await inFolder(FILES, (cwd) => {
      // A shell at a terminal of its own: each line is typed, then Tab, then a key that prints what stands on the line.
      const script = `
        zmodload zsh/zpty
        zpty z zsh -f -i
        zpty -w z "PS1= PS2= ; autoload -Uz compinit; compinit -u -d ${cwd}/.dump; source ${bin}/ays.zsh"
        zpty -w z "show() { print -r -- \\"LINE<\\$BUFFER>\\"; BUFFER=; }; zle -N show; bindkey '^X' show; print REA\\DY"
        zpty -r -m z answer '*READY*'
        ask() { zpty -w -n z "$1"$'\\t\\x18'; zpty -r -m z answer '*LINE<*>*'; print -r -- "\${\${answer##*LINE<}%%>*}"; }
        ask 'ays pl'; ask 'ays plan --obs'; ask 'ays graph --format=m'; ask 'ays plan sh'; ask 'ays plan --observed=sh'`;
      const lines = inShell('zsh', ['-f', '-c', script], cwd)
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '');
      expect(lines).to.deep.equal([
        'ays plan',
        'ays plan --observed',
        'ays graph --format=mermaid',
        'ays plan shop.yaml',
        'ays plan --observed=shop.yaml',
      ]);
    });
  });
});
