// A disk that is full or fails: what could not be written is refused and undone, what was acknowledged stays, nothing can be
// changed until a write gets through again, and then everything goes on.

import { expect } from 'chai';
import fc from 'fast-check';
import { EngineError } from '../../../engine/model/errors.ts';
import { seededRandom, SimulatedClock } from '../../../engine/model/world.ts';
import { journalStore } from '../../../engine/store/journal.ts';
import type { Store, Transaction } from '../../../engine/store/port.ts';
import { WornDisk } from './worn-disk.ts';

describe('a journal on a disk that does not take writes', () => {
  let disk: WornDisk;
  let clock: SimulatedClock;
  let store: Store;

  beforeEach(async () => {
    disk = new WornDisk();
    clock = new SimulatedClock(1_000_000);
    store = await open();
  });

  const open = (): Promise<Store> => journalStore({ files: disk.files(), clock });
  const put = (id: string, value: string, durable = true) =>
    store.commit({
      puts: [{ collection: 'service', id, value }],
      due: [{ key: 'container/web', at: value.length }],
      log: [{ type: 'put', body: id }],
      durable,
    });
  const ids = async (): Promise<readonly string[]> => (await store.list('service')).map(({ id }) => id);
  const errorOf = async (work: Promise<unknown>): Promise<EngineError> => {
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof EngineError)) throw new Error(`expected an error of the catalogue, got ${String(error)}`);
    return error;
  };
  const turns = async (): Promise<void> => {
    for (let i = 0; i < 1000; i++) await Promise.resolve();
  };

  it('refuses a durable change with the remedy when it is full, and has made none of it', async () => {
    await put('a', '1');
    disk.space = 20;
    const error = await errorOf(put('b', 'x'.repeat(100)));
    expect(error.code).to.equal('STORE_FULL');
    expect(error.disposition).to.equal('retry');
    expect(error.message).to.contain('the disk of /disk is full');
    expect(error.hint).to.contain('Free some space');
    expect(await ids()).to.deep.equal(['a']);
    expect(await store.due(10)).to.deep.equal([{ key: 'container/web', at: 1 }]);
    expect(await store.log()).to.have.length(1);
    disk.kill();
    store = await open();
    expect(await ids()).to.deep.equal(['a']);
  });

  it('can be read and not changed while it is full, and goes on when there is space', async () => {
    await put('a', '1');
    disk.space = 0;
    await errorOf(put('b', '2'));
    for (let i = 0; i < 5; i++) {
      clock.advance(200);
      expect((await errorOf(put('c', '3', false))).code).to.equal('STORE_FULL');
      expect((await errorOf(store.found({ grid: 'g', format: 1, epoch: 1 }, undefined))).code).to.equal('STORE_FULL');
      expect(await ids()).to.deep.equal(['a']);
    }
    disk.space = 1_000_000;
    clock.advance(300);
    expect(await put('b', '2')).to.deep.include({ ok: true, versions: [1] });
    disk.crash(() => 0);
    let torn = 0;
    store = await journalStore({ files: disk.files(), clock, onTorn: (bytes) => (torn = bytes) });
    expect(torn, 'what was written to try the disk is still there').to.equal(0);
    expect(await ids()).to.deep.equal(['a', 'b']);
  });

  it('does not go on before there is room for more than one record', async () => {
    await put('a', '1');
    disk.space = 0;
    await errorOf(put('b', 'x'.repeat(500)));
    disk.space = 2_000;
    clock.advance(300);
    expect((await errorOf(put('b', '2'))).code).to.equal('STORE_FULL');
    expect(await ids()).to.deep.equal(['a']);
  });

  it('refuses all that waited for the write that failed, and undoes it in turn', async () => {
    await put('a', '1');
    disk.fault = (operation) => (operation === 'sync' ? 'EIO' : undefined);
    const tries = [put('a', '2'), put('a', '3', false), put('b', '1'), put('a', '4')];
    const errors = await Promise.all([tries[0]!, tries[2]!, tries[3]!].map(errorOf));
    for (const error of errors) {
      expect(error.code).to.equal('STORE_FAILED');
      expect(error.hint).to.contain('dmesg');
      expect(error.detail).to.include({ system: 'EIO' });
    }
    expect(new Set(errors).size).to.equal(3);
    expect(await store.get('service', 'a')).to.deep.equal({ id: 'a', version: 1, value: '1' });
    expect(await ids()).to.deep.equal(['a']);
    disk.fault = () => undefined;
    clock.advance(300);
    expect(await put('a', '5')).to.deep.include({ versions: [2] });
    disk.crash(() => 0);
    store = await open();
    expect((await store.get('service', 'a'))?.value).to.equal('5');
  });

  it('does not find after a kill what it said was not made', async () => {
    await put('a', '1');
    disk.fault = (operation) => (operation === 'sync' ? 'EIO' : undefined);
    await errorOf(put('b', '2'));
    disk.kill();
    disk.fault = () => undefined;
    store = await open();
    expect(await ids()).to.deep.equal(['a']);
  });

  it('refuses and undoes a change that comes at any moment of a failure', async () => {
    for (let turn = 0; turn < 40; turn++) {
      disk = new WornDisk();
      store = await open();
      await put('a', '1');
      disk.fault = (operation) => (operation === 'sync' ? 'EIO' : undefined);
      const first = errorOf(put('b', '2'));
      for (let i = 0; i < turn; i++) await Promise.resolve();
      await Promise.all([first, errorOf(put('c', '3'))]);
      expect(await ids(), `${turn} turns later`).to.deep.equal(['a']);
      expect(await store.due(10)).to.deep.equal([{ key: 'container/web', at: 1 }]);
    }
  });

  it('lets no snapshot count that holds what was undone', async () => {
    await store.close();
    store = await journalStore({ files: disk.files(), clock, compactAt: 1 });
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    disk.hold = (operation, name) => (operation === 'write' && name.endsWith('.new') ? gate : undefined);
    let heads = 0;
    disk.fault = (operation, name) =>
      operation === 'write' && name === 'journal-000002' && ++heads > 1 ? 'EIO' : undefined;
    const first = put('a', '1');
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    await Promise.all([first, errorOf(put('undone', '2'))]);
    disk.fault = () => undefined;
    go();
    await turns();
    expect(disk.names().filter((name) => name.startsWith('snapshot'))).to.deep.equal([]);
    disk.kill();
    store = await open();
    expect(await ids()).to.deep.equal(['a']);
  });

  it('keeps those waiting who change more than the disk takes', async () => {
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    disk.hold = (operation) => (operation === 'write' ? gate : undefined);
    const large = 'x'.repeat(20 << 20);
    let done = 0;
    const count = (): void => void done++;
    const all: Promise<void>[] = [];
    for (let i = 0; i < 4; i++) {
      all.push(put(`large${i}`, large, false).then(count));
      await turns();
    }
    expect(done).to.be.within(1, 3);
    go();
    await Promise.all(all);
    expect(await ids()).to.have.length(4);
  });

  it('puts on the medium within a second what it acknowledged at once', async () => {
    let asked: number | undefined;
    const files = disk.files();
    store = await journalStore({
      files: {
        ...files,
        after: (ms, act) => {
          asked = ms;
          return files.after(ms, act);
        },
      },
      clock,
    });
    await put('a', '1', false);
    await turns();
    expect(asked).to.be.at.most(800);
    disk.fireTimers();
    await turns();
    disk.crash(() => 0);
    store = await open();
    expect(await ids()).to.deep.equal(['a']);
  });

  it('makes safe all that was seen when a durable change has nothing to write', async () => {
    await put('a', '1', false);
    await store.commit({ checks: [{ collection: 'service', id: 'a', version: 1 }], durable: true });
    disk.crash(() => 0);
    store = await open();
    expect(await ids()).to.deep.equal(['a']);
  });

  it('undoes one change with several parts in one document from the last to the first', async () => {
    await put('a', '1');
    disk.fault = (operation) => (operation === 'sync' ? 'EIO' : undefined);
    const puts = ['2', '3'].map((value) => ({ collection: 'service' as const, id: 'a', value }));
    await errorOf(store.commit({ puts, due: [{ key: 'container/web', at: 5 }], durable: true }));
    expect(await store.get('service', 'a')).to.deep.equal({ id: 'a', version: 1, value: '1' });
  });

  it('never calls safe what a failed sync had covered', async () => {
    await put('a', '1');
    await put('b', 'acknowledged at once', false);
    await turns();
    disk.fault = (operation) => (operation === 'sync' ? 'EIO' : undefined);
    await errorOf(put('c', '1'));
    // A later sync may well succeed without the pages of the failed one: they are written again or not there.
    disk.fault = () => undefined;
    clock.advance(300);
    await put('d', '1');
    expect(await ids()).to.deep.equal(['a', 'd']);
    disk.crash(() => 0);
    store = await open();
    expect(await ids()).to.deep.equal(['a', 'd']);
  });

  it('goes on with the old journal when a new one cannot be begun, also after a crash', async () => {
    const small = await journalStore({ files: disk.files(), clock, compactAt: 1 });
    await store.close();
    store = small;
    disk.fault = (operation) =>
      ['syncFolder', 'remove'].includes(operation) && disk.names().includes('journal-000002') ? 'EIO' : undefined;
    for (let i = 0; i < 10; i++) await put(`s${i}`, 'x'.repeat(50));
    await put('late', 'x', false);
    await turns();
    disk.kill();
    disk.fault = () => undefined;
    store = await open();
    expect(await ids()).to.have.length(11);
    disk.crash(() => 0);
    store = await open();
    expect(await ids()).to.have.length(11);
  });

  it('goes on when a snapshot cannot be written, and writes one later', async () => {
    await store.close();
    store = await journalStore({ files: disk.files(), clock, compactAt: 1 });
    disk.fault = (operation, name) => (operation === 'write' && name.endsWith('.new') ? 'ENOSPC' : undefined);
    for (let i = 0; i < 10; i++) await put(`s${i}`, 'x');
    await turns();
    expect(disk.names().some((name) => name.startsWith('snapshot'))).to.equal(false);
    disk.fault = () => undefined;
    await put('last', 'x');
    await turns();
    await put('last', 'y');
    await turns();
    expect(disk.names().filter((name) => name.startsWith('snapshot'))).to.have.length(1);
    expect(disk.names()).to.have.length(2);
    await store.close();
    store = await open();
    expect(await ids()).to.have.length(11);
  });

  it('refuses a change too large for one record before it makes any of it', async () => {
    const part = 'x'.repeat(1 << 20);
    const puts = Array.from({ length: 65 }, (_, i) => ({ collection: 'content' as const, id: `c${i}`, value: part }));
    expect((await errorOf(store.commit({ puts }))).code).to.equal('STORE_TOO_LARGE');
    expect(await store.count('content')).to.equal(0);
  });

  it('keeps what it acknowledged and nothing by half, whatever fails and when', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.constantFrom(1, 2_000, 1_000_000),
        fc.double({ min: 0, max: 0.3, noNaN: true }),
        async (seed, compactAt, rate) => {
          const random = seededRandom(seed);
          const worn = new WornDisk(random);
          const opened = await journalStore({ files: worn.files(), clock, compactAt });
          worn.fault = () => (random() < rate ? (random() < 0.5 ? 'EIO' : 'ENOSPC') : undefined);
          const acknowledged = new Set<number>();
          const refused = new Set<number>();
          const commits: Promise<void>[] = [];
          for (let n = 0; n < 40; n++) {
            const transaction: Transaction = {
              puts: [
                { collection: 'service', id: `n${n}`, value: n },
                { collection: 'observed', id: `n${n}`, value: n },
              ],
              durable: random() < 0.5,
            };
            const committing = opened.commit(transaction).then(
              () => void (transaction.durable === true && acknowledged.add(n)),
              () => void refused.add(n),
            );
            commits.push(committing);
            if (random() < 0.3) await committing;
            if (random() < 0.3) clock.advance(300);
          }
          await Promise.all(commits);
          const check = async (at: Store): Promise<void> => {
            const services = (await at.list('service')).map(({ value }) => value as number);
            const observed = (await at.list('observed')).map(({ value }) => value as number);
            expect(services).to.have.members(observed);
            expect(services).to.include.members([...acknowledged]);
          };
          await check(opened);
          for (const n of refused) expect(await opened.get('service', `n${n}`)).to.equal(undefined);
          worn.fault = () => undefined;
          worn.crash(random);
          await check(await journalStore({ files: worn.files(), clock, compactAt }));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
