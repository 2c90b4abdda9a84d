// The journal on the disk of this machine, under processes that are ended in the middle of their work.

import { expect } from 'chai';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { EngineError } from '../../../engine/model/errors.ts';
import { SimulatedClock } from '../../../engine/model/world.ts';
import { journalStore } from '../../../engine/store/journal.ts';
import { nodeFiles } from '../../../engine/store/journal/node-files.ts';
import { skip } from '../../support/skip.ts';

const PROGRAM = fileURLToPath(new URL('journal-writer-process.ts', import.meta.url));

describe('a journal on this machine', () => {
  let temporary: string;
  let folder: string;
  const started: ChildProcess[] = [];
  const clock = new SimulatedClock(1_700_000_000_000);

  beforeEach(() => {
    temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'ays-journal-'));
    folder = path.join(temporary, 'data');
  });
  afterEach(async () => {
    for (const child of started.splice(0)) await end(child);
    fs.rmSync(temporary, { recursive: true });
  });

  const open = () => journalStore({ files: nodeFiles(folder), clock });
  const start = (): { readonly child: ChildProcess; readonly lines: AsyncIterableIterator<string> } => {
    const child = spawn(process.execPath, ['--import=tsx', PROGRAM, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    started.push(child);
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
  };
  const end = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  };
  const refusal = async (): Promise<EngineError> => {
    const error: unknown = await open().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof EngineError)) throw new Error(`expected a refusal, got ${String(error)}`);
    return error;
  };

  it('has all that a process had acknowledged when it was killed, several times over', async () => {
    let before = 0;
    for (const upTo of [37, 400, 1500]) {
      const { child, lines } = start();
      let safe = 0;
      for await (const line of lines) {
        const [word, number] = line.split(' ');
        if (word === 'open') expect(Number(number)).to.be.at.least(before);
        else if (word === 'safe') safe = Math.max(safe, Number(number));
        else throw new Error(line);
        if (safe >= before + upTo) child.kill('SIGKILL');
      }
      await end(child);
      const store = await open();
      const counter = (await store.get<number>('service', 'counter'))?.value ?? 0;
      expect(counter).to.be.at.least(safe);
      expect(await store.count('observed')).to.equal(counter);
      await store.close();
      before = counter;
    }
    const files = fs.readdirSync(folder);
    expect(files.filter((name) => name.startsWith('lock'))).to.deep.equal([]);
    expect(files.some((name) => name.startsWith('snapshot'))).to.equal(true);
  });

  it('takes one robot: another is refused with the remedy until the first is gone, however it went', async () => {
    const { child, lines } = start();
    await lines.next();
    const error = await refusal();
    expect(error.code).to.equal('STORE_LOCKED');
    expect(error.disposition).to.equal('park');
    expect(error.message).to.contain(`process id ${child.pid}`);
    expect(error.hint).to.contain('ays down');
    await end(child);
    const store = await open();
    expect((await refusal()).message).to.contain(`process id ${process.pid}`);
    const second = start();
    expect((await second.lines.next()).value).to.equal('refused STORE_LOCKED');
    await store.close();
    await (await open()).close();
  });

  it('is not held by a lock whose process id was given to somebody else', async () => {
    fs.mkdirSync(folder);
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().replaceAll('-', '');
    fs.writeFileSync(path.join(folder, `lock-${process.ppid}-1-${boot}`), '');
    fs.writeFileSync(path.join(folder, `lock-1-1-${'0'.repeat(32)}`), '');
    await (await open()).close();
    expect(fs.readdirSync(folder).filter((name) => name.startsWith('lock'))).to.deep.equal([]);
  });

  it('is held by a living process of another container, whose process id says nothing here', async () => {
    const { child, lines } = start();
    await lines.next();
    const lock = fs.readdirSync(folder).find((name) => name.startsWith('lock'))!;
    const [, , , boot] = lock.split('-');
    fs.renameSync(path.join(folder, lock), path.join(folder, `lock-1-7-${boot}`));
    expect((await refusal()).code).to.equal('STORE_LOCKED');
    await end(child);
    await (await open()).close();
    expect(fs.readdirSync(folder).filter((name) => name.startsWith('lock'))).to.deep.equal([]);
  });

  it('can be in a folder with a long name', async () => {
    folder = path.join(folder, 'x'.repeat(120));
    const store = await open();
    expect((await refusal()).code).to.equal('STORE_LOCKED');
    const second = start();
    expect((await second.lines.next()).value).to.equal('refused STORE_LOCKED');
    const [lock] = fs.readdirSync(folder).filter((name) => name.startsWith('lock'));
    expect(fs.statSync(path.join(folder, lock!)).isSocket()).to.equal(true);
    await store.close();
    await (await open()).close();
  });

  it('refuses changes on a full disk, and goes on when there is space', async function () {
    fs.mkdirSync(folder);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { encoding: 'utf8' });
    if (mounted.status !== 0)
      skip(this, `a small disk cannot be mounted here: ${String(mounted.stderr || mounted.error)}`);
    try {
      const time = new SimulatedClock(1_700_000_000_000);
      const store = await journalStore({ files: nodeFiles(folder), clock: time });
      const put = (id: string, size: number) =>
        store.commit({ puts: [{ collection: 'service', id, value: 'x'.repeat(size) }], durable: true });
      await put('a', 1000);
      const filler = path.join(folder, 'filler');
      fs.writeFileSync(filler, Buffer.alloc(950_000));
      let code: unknown;
      await put('b', 200_000).catch((error: unknown) => (code = (error as EngineError).code));
      expect(code).to.equal('STORE_FULL');
      expect(await store.get('service', 'b')).to.equal(undefined);
      expect((await store.get('service', 'a'))?.version).to.equal(1);
      fs.rmSync(filler);
      time.advance(1000);
      await put('b', 200_000);
      await store.close();
      const opened = await open();
      expect((await opened.list('service')).map(({ id }) => id)).to.deep.equal(['a', 'b']);
      await opened.close();
    } finally {
      spawnSync('umount', ['-l', folder]);
    }
  });

  it('is for its owner only', async () => {
    fs.mkdirSync(folder, { mode: 0o755 });
    const store = await journalStore({ files: nodeFiles(folder), clock, compactAt: 1 });
    await store.commit({ puts: [{ collection: 'secret', id: 'a', value: 'sealed' }], durable: true });
    await store.close();
    expect(fs.statSync(folder).mode & 0o777).to.equal(0o700);
    const names = fs.readdirSync(folder);
    expect(names.length).to.be.greaterThan(1);
    for (const name of names) expect(fs.statSync(path.join(folder, name)).mode & 0o777, name).to.equal(0o600);
  });

  it('names the folder that cannot be used', async () => {
    fs.writeFileSync(folder, 'a file where the folder should be');
    const error = await refusal();
    expect(error.code).to.equal('STORE_FAILED');
    expect(error.message).to.contain(folder);
    expect(error.hint).to.contain('belong to the user');
  });
});
