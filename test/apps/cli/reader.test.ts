import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { existsSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { fileReader, readBounded } from '../../../apps/cli/reader.ts';
import { EngineError } from '../../../engine/model/errors.ts';
import { inFolder } from './run-cli.ts';

function refusal(work: () => unknown): EngineError {
  try {
    work();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('the reader of files', () => {
  it('reads relative to the folder the person stands in', async () => {
    await inFolder({ 'a/b.yaml': 'x: 1\n' }, (folder) => {
      const reader = fileReader(folder);
      expect(reader.kind('a')).to.equal('folder');
      expect(reader.kind('a/b.yaml')).to.equal('file');
      expect(reader.kind('c')).to.equal('missing');
      expect(reader.kind('a/b.yaml/c')).to.equal('missing');
      expect(reader.list('a')).to.deep.equal(['b.yaml']);
      expect(new TextDecoder().decode(reader.read('a/b.yaml'))).to.equal('x: 1\n');
    });
  });

  it('follows every symbolic link when asked where a path really is', async () => {
    await inFolder({ 'real/x': '' }, (folder) => {
      symlinkSync(join(folder, 'real'), join(folder, 'link'));
      const reader = fileReader(folder);
      expect(reader.realPath('link/x')).to.equal(reader.realPath('real/x'));
      expect(reader.realPath('nothing/here')).to.equal(join(folder, 'nothing/here'));
    });
  });

  it('says in words why it cannot read', async () => {
    await inFolder({ 'd/x': '' }, (folder) => {
      const reader = fileReader(folder);
      expect(refusal(() => reader.read('nothing')).code).to.equal('FILE_NOT_FOUND');
      expect(refusal(() => reader.read('nothing')).message).to.equal('nothing: there is no such file');
      expect(refusal(() => reader.read('d')).message).to.equal('d: it is a folder, a file was expected');
      symlinkSync('loop', join(folder, 'loop'));
      expect(refusal(() => reader.read('loop')).message).to.contain('go in a circle');
    });
  });

  it('reads a bounded number of bytes, whatever the size says', async () => {
    await inFolder({ big: '' }, (folder) => {
      truncateSync(join(folder, 'big'), 5_000_000_000);
      expect(refusal(() => fileReader(folder).read('big')).code).to.equal('FILE_TOO_LARGE');
      if (existsSync('/dev/zero'))
        expect(refusal(() => readBounded('/dev/zero', 'zero', 1_000_000)).code).to.equal('FILE_TOO_LARGE');
    });
  });

  it('reads a pipe, which has no size', async () => {
    await inFolder({}, (folder) => {
      const pipe = join(folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      execFileSync('sh', ['-c', `(seq 1 50000 > ${pipe} &)`], { stdio: 'ignore' });
      expect(fileReader(folder).read('pipe')).to.have.length(288_894);
    });
  });
});
