import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { withFolderLock } from '../../../apps/robot/folder-lock.ts';
import { identityOf, parseIdentity, stillLives } from '../../../apps/robot/process-identity.ts';

describe('the lock of a folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ays-lock-'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('lets one in at a time, in all processes together', async () => {
    const counter = path.join(folder, 'counter');
    fs.writeFileSync(counter, '0');
    // Reading, waiting and writing: two inside at once would lose a count.
    const code = `
      import fs from 'node:fs';
      import { withFolderLock } from './apps/robot/folder-lock.ts';
      for (let i = 0; i < 50; i++) {
        await withFolderLock(${JSON.stringify(folder)}, 'x', 20000, async () => {
          const n = Number(fs.readFileSync(${JSON.stringify(counter)}, 'utf8'));
          await new Promise(setImmediate);
          fs.writeFileSync(${JSON.stringify(counter)}, String(n + 1));
        });
      }`;
    const children = Array.from({ length: 3 }, () =>
      spawn(process.execPath, ['--import=tsx', '--input-type=module', '-e', code], { stdio: 'inherit' }),
    );
    const codes = await Promise.all(children.map(async (child) => ((await once(child, 'exit')) as [number])[0]));
    expect(codes).to.deep.equal([0, 0, 0]);
    expect(fs.readFileSync(counter, 'utf8')).to.equal('150');
    expect(fs.readdirSync(folder)).to.have.length(2);
  });

  it('is given back when the work fails', async () => {
    const failing = withFolderLock(folder, 'x', 1000, () => Promise.reject(new Error('no')));
    expect(await failing.catch((error: Error) => error.message)).to.equal('no');
    expect(await withFolderLock(folder, 'x', 1000, async () => 'in')).to.equal('in');
  });

  it('names who holds it when patience ends', async () => {
    await withFolderLock(folder, 'x', 1000, async () => {
      const second: unknown = await withFolderLock(folder, 'x', 20, async () => 'in').catch((error: unknown) => error);
      expect(second).to.have.property('code', 'STORE_LOCKED');
      expect(String(second)).to.include(`process ${process.pid}`);
    });
  });

  it('is taken over from a process that was killed with it, and from an unreadable file', async () => {
    const child = spawn('sleep', ['60']);
    fs.writeFileSync(path.join(folder, 'x.lock.3'), JSON.stringify(identityOf(child.pid ?? 0)));
    const waiting = withFolderLock(folder, 'x', 10_000, async () => 'in');
    child.kill('SIGKILL');
    expect(await waiting).to.equal('in');
    fs.writeFileSync(path.join(folder, 'x.lock.9'), '{"pid":');
    expect(await withFolderLock(folder, 'x', 1000, async () => 'in')).to.equal('in');
  });
});

describe('the identity of a process', () => {
  it('is that of a living process, and no longer once it has ended', async () => {
    const child = spawn('sleep', ['60']);
    const identity = identityOf(child.pid ?? 0)!;
    expect(stillLives(identity)).to.equal(true);
    expect(parseIdentity(JSON.stringify(identity))).to.deep.equal(identity);
    expect(stillLives({ ...identity, born: 'another boot:1' })).to.equal(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(identityOf(identity.pid)).to.equal(undefined);
    for (const nonsense of ['', '{}', '[]', 'null', '{"pid":"1","born":""}']) {
      expect(parseIdentity(nonsense), nonsense).to.equal(undefined);
    }
    for (const pid of [0, -1, 1.5, NaN]) expect(identityOf(pid)).to.equal(undefined);
  });
});
