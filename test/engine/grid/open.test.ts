// A store met again: the same grid, as far as it was? And the copy on disk from which a lost one is refilled.

import { expect } from 'chai';
import fc from 'fast-check';
import { pause } from '../../../engine/grid/asks.ts';
import { COPIED, GridCopy } from '../../../engine/grid/copy.ts';
import type { CopyFile } from '../../../engine/grid/copy-file.ts';
import { give } from '../../../engine/grid/ownership.ts';
import { openGrid, remember, type GridMemory, type Remembered } from '../../../engine/grid/open.ts';
import { restoreGrid } from '../../../engine/grid/restore.ts';
import { rollback } from '../../../engine/grid/rollback.ts';
import { setFields } from '../../../engine/grid/set.ts';
import { SimulatedClock } from '../../../engine/model/world.ts';
import { memoryGrid, memoryStore } from '../../../engine/store/memory.ts';
import type { Store } from '../../../engine/store/port.ts';
import { check, Desk, refused, somebody } from './desk.ts';

class Folder implements GridMemory {
  remembered: Remembered | undefined;
  async load(): Promise<Remembered | undefined> {
    return this.remembered;
  }
  async save(remembered: Remembered): Promise<void> {
    this.remembered = remembered;
  }
}

class Paper implements CopyFile {
  readonly where = 'copy.jsonl';
  written: string[] = [];
  async *lines(): AsyncGenerator<string> {
    yield* [...this.written];
  }
  async append(lines: readonly string[]): Promise<void> {
    this.written.push(...lines);
  }
  async replace(lines: AsyncIterable<string>): Promise<void> {
    const fresh: string[] = [];
    for await (const line of lines) fresh.push(line);
    this.written = fresh;
  }
}

const newGrid = () => 'g1';
const empty = (clock = new SimulatedClock(1_700_000_000_000)): Store => memoryStore({ clock });
const log = (store: Store, body: number) => store.commit({ log: [{ type: 'n', body }] });

describe('opening a grid', () => {
  it('founds one on an empty store when the data folder knows none, and joins one that is there', async () => {
    const [store, first, second] = [empty(), new Folder(), new Folder()];
    expect(await openGrid(store, first, { newGrid })).to.deep.equal({ grid: 'g1', epoch: 1, founded: true });
    expect(await openGrid(store, first, { newGrid })).to.deep.equal({ grid: 'g1', epoch: 1, founded: false });
    expect(await openGrid(store, second, { newGrid: () => 'g2' })).to.deep.equal({
      grid: 'g1',
      epoch: 1,
      founded: false,
    });
    expect(second.remembered).to.deep.include({ grid: 'g1', epoch: 1, mode: 'memory' });
  });

  it('founds one grid when two robots begin at once', async () => {
    const grid = memoryGrid();
    const clock = new SimulatedClock();
    const opened = await Promise.all(
      ['a', 'b', 'c'].map((id) => openGrid(memoryStore({ clock, grid }), new Folder(), { newGrid: () => id })),
    );
    expect(new Set(opened.map((one) => one.grid)).size).to.equal(1);
    expect(opened.filter(({ founded }) => founded)).to.have.length(1);
  });

  it('refuses an empty store, another grid, another mode and a newer format, each with the remedy', async () => {
    const [store, folder] = [empty(), new Folder()];
    await openGrid(store, folder, { newGrid });
    expect((await refused(openGrid(empty(), folder, { newGrid }))).hint).to.include('ays restore');
    const other = empty();
    await other.found({ grid: 'other', format: 1, epoch: 1 }, undefined);
    expect((await refused(openGrid(other, folder, { newGrid }))).message).to.include('holds grid other');
    folder.remembered = { ...folder.remembered!, mode: 'redis' };
    expect((await refused(openGrid(store, folder, { newGrid }))).hint).to.include('ays migrate --to memory');
    const newer = empty();
    await newer.found({ grid: 'n', format: 2, epoch: 1 }, undefined);
    const { code, hint } = await refused(openGrid(newer, new Folder(), { newGrid }));
    expect(`${code} ${hint}`).to.equal('STORE_FORMAT update ays on this machine');
  });

  it('begins a new epoch when the store came back older or went another way, and only then', async () => {
    const [store, folder] = [empty(), new Folder()];
    const grid = await openGrid(store, folder, { newGrid });
    for (const n of [1, 2, 3]) await log(store, n);
    await remember(store, folder, grid);
    expect(await openGrid(store, folder, { newGrid })).to.deep.equal({ grid: 'g1', epoch: 1, founded: false });

    const shorter = empty();
    await shorter.found({ grid: 'g1', format: 1, epoch: 1 }, undefined);
    await log(shorter, 1);
    const opened = await openGrid(shorter, folder, { newGrid });
    expect(opened.epoch).to.equal(2);
    expect(opened.newEpoch).to.match(/^the store ends at entry 0*1, and 0*3 was seen$/);
    expect((await shorter.meta())!.epoch).to.equal(2);
    expect(await openGrid(shorter, folder, { newGrid }), 'once').to.deep.equal({
      grid: 'g1',
      epoch: 2,
      founded: false,
    });

    const clock = new SimulatedClock(1_800_000_000_000);
    const another = empty(clock);
    await another.found({ grid: 'g1', format: 1, epoch: 2 }, undefined);
    for (let n = 0; n < 10; n++) await log(another, n);
    expect((await openGrid(another, folder, { newGrid })).newEpoch).to.include('is another one than was seen');

    const old = empty();
    await old.found({ grid: 'g1', format: 1, epoch: 1 }, undefined);
    const { epoch, newEpoch } = await openGrid(old, folder, { newGrid });
    expect([epoch, newEpoch]).to.deep.equal([4, 'the store is at epoch 1, and 3 was seen']);
  });

  it('takes a log that was cut at its old end for the same history', async () => {
    const clock = new SimulatedClock();
    const store = memoryStore({ clock, logLimit: 5 });
    const folder = new Folder();
    const grid = await openGrid(store, folder, { newGrid });
    for (const n of [1, 2, 3]) await log(store, n);
    await remember(store, folder, grid);
    for (let n = 4; n < 30; n++) await log(store, n);
    expect(await openGrid(store, folder, { newGrid })).to.deep.equal({ grid: 'g1', epoch: 1, founded: false });
  });
});

const shop = `
storagepool__main: { profile: single, devices: [{ file: a.img, size: 8GiB }] }
vdisk__rows: { storagepool: main, size: 1GiB }
container__db: { image: 'oci:registry.test/db:1', mounts: [{ vdisk: rows, at: /data }], files: [{ at: /x, text: hello }] }
`;

async function intent(store: Store): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  for (const collection of COPIED)
    for (const { id, value } of await store.list(collection)) all[`${collection} ${id}`] = value;
  return all;
}

describe('the copy of a grid on disk', () => {
  it('refills an empty store: the same intent, a new epoch, everything due', async () => {
    const desk = await Desk.make();
    const paper = new Paper();
    const copy = await GridCopy.open(desk.store, paper);
    await desk.apply(shop);
    await desk.put('secret', 'pw', { name: 'pw', sealed: 'x' });
    await copy.note(await desk.store.log());
    await pause(desk.store, { name: 'container/db', author: somebody, reason: 'x' });
    await setFields(desk.store, desk.gridClock, { ...desk.ask, name: 'container/db', fields: { 'env.A': 'b' }, check });
    await desk.apply('node__x:\n');
    await copy.note(await desk.store.log());

    const [fresh, folder] = [empty(), new Folder()];
    folder.remembered = { grid: 'test', mode: 'memory', epoch: 3, mark: null };
    const restored = await restoreGrid(fresh, paper, folder);
    expect(restored).to.deep.include({ grid: 'test', epoch: 4, services: 1 });
    expect(await intent(fresh)).to.deep.equal(await intent(desk.store));
    expect(await fresh.meta()).to.deep.equal({ grid: 'test', format: 1, epoch: 4 });
    expect((await fresh.due(100)).map(({ key }) => key).sort()).to.deep.equal([
      'container/db',
      'node/x',
      'storagepool/main',
      'vdisk/rows',
    ]);
    expect(await openGrid(fresh, folder, { newGrid })).to.deep.equal({ grid: 'test', epoch: 4, founded: false });
    expect((await refused(restoreGrid(fresh, paper, folder))).message).to.include('is not empty');
  });

  it('is not added to when nothing changed, and drops what is overtaken', async () => {
    const desk = await Desk.make();
    const paper = new Paper();
    const copy = await GridCopy.open(desk.store, paper);
    await desk.apply(shop);
    await copy.sync();
    const { length } = paper.written;
    await copy.sync();
    await copy.note(await desk.store.log());
    await GridCopy.open(desk.store, paper);
    expect(paper.written).to.have.length(length);
    for (let i = 0; i < 12_000; i += 50) {
      const documents = Array.from({ length: 50 }, (_, n) => ({
        collection: 'secret' as const,
        id: `s${n}`,
        value: i,
      }));
      await desk.store.commit({ puts: documents });
      await copy.sync();
    }
    expect(paper.written.length).to.be.lessThan(11_000);
    const fresh = empty();
    await restoreGrid(fresh, paper, new Folder());
    expect(await intent(fresh)).to.deep.equal(await intent(desk.store));
  });

  it('forgets a torn tail, refuses damage before it, another grid and no copy at all', async () => {
    const desk = await Desk.make();
    const paper = new Paper();
    await GridCopy.open(desk.store, paper);
    await desk.apply(shop);
    const before = await intent(desk.store);
    const copy = await GridCopy.open(desk.store, paper);
    const whole = [...paper.written];
    await desk.apply('node__x:\n');
    await copy.sync();
    const added = paper.written.slice(whole.length);
    for (const cut of [0, 1, added.length - 1]) {
      const torn = new Paper();
      torn.written = [...whole, ...added.slice(0, cut), (added[cut] ?? 'x').slice(0, 20)];
      const fresh = empty();
      await restoreGrid(fresh, torn, new Folder());
      expect(await intent(fresh), `cut at ${cut}`).to.deep.equal(before);
      await GridCopy.open(desk.store, torn);
      const again = empty();
      await restoreGrid(again, torn, new Folder());
      expect(await intent(again)).to.deep.equal(await intent(desk.store));
    }
    const damaged = new Paper();
    damaged.written = paper.written.map((line, i) => (i === 1 ? line.replace('a', 'b') : line));
    const { code, message } = await refused(restoreGrid(empty(), damaged, new Folder()));
    expect(`${code} ${message}`).to.equal('STORE_CORRUPT copy.jsonl: line 2 is damaged, and good lines follow it');
    const folder = new Folder();
    folder.remembered = { grid: 'mine', mode: 'memory', epoch: 1, mark: null };
    expect((await refused(restoreGrid(empty(), paper, folder))).message).to.include('is a copy of grid test');
    expect((await refused(restoreGrid(empty(), new Paper(), new Folder()))).code).to.equal('FILE_NOT_FOUND');
  });

  it('takes revisions anew after the store went back and another one got the number', async () => {
    const desk = await Desk.make();
    const paper = new Paper();
    await desk.apply(shop);
    await GridCopy.open(desk.store, paper);
    const other = await Desk.make();
    await other.apply(shop.replace('1GiB', '2GiB'));
    await other.store.found({ grid: 'test', format: 1, epoch: 2 }, { grid: 'test', format: 1, epoch: 1 });
    await GridCopy.open(other.store, paper);
    const fresh = empty();
    await restoreGrid(fresh, paper, new Folder());
    expect(await intent(fresh)).to.deep.equal(await intent(other.store));
  });

  it('equals the store after any changes', async () => {
    const act = fc.constantFrom('apply', 'less', 'set', 'give', 'pause', 'rollback');
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 8 }), async (acts) => {
        const desk = await Desk.make();
        const paper = new Paper();
        const copy = await GridCopy.open(desk.store, paper);
        await desk.apply(shop);
        let after: string | undefined;
        for (const one of acts) {
          try {
            if (one === 'apply') await desk.apply(shop);
            else if (one === 'less') await desk.apply(shop.replace(/container.*/, ''));
            else if (one === 'give') await give(desk.store, { name: 'vdisk/rows', to: 'disks', author: somebody });
            else if (one === 'pause') await pause(desk.store, { name: 'vdisk/rows', author: somebody, reason: 'x' });
            else if (one === 'rollback') await rollback(desk.store, desk.gridClock, { ...desk.ask, target: 'shop@1' });
            else
              await setFields(desk.store, desk.gridClock, {
                ...desk.ask,
                name: 'container/db',
                fields: { 'env.A': `${acts.length}` },
                check,
              });
          } catch {
            // A refused change is a fine one here: nothing may differ.
          }
          const entries = await desk.store.log(after === undefined ? {} : { after });
          after = entries.at(-1)?.id ?? after;
          await copy.note(entries);
        }
        await copy.note(await desk.store.log());
        const fresh = empty();
        await restoreGrid(fresh, paper, new Folder());
        expect(await intent(fresh)).to.deep.equal(await intent(desk.store));
      }),
      { numRuns: 15 },
    );
  });
});
