// What a journal does with what it finds on disk: a torn tail is cut, damage is refused with its place, a newer format is left
// alone, needless files go, and no snapshot counts before everything in it is safe.

import { expect } from 'chai';
import { EngineError, type ErrorCode } from '../../../engine/model/errors.ts';
import { SimulatedClock } from '../../../engine/model/world.ts';
import { journalStore } from '../../../engine/store/journal.ts';
import { encode, nextMark, wholeRecord } from '../../../engine/store/journal/codec.ts';
import type { Store } from '../../../engine/store/port.ts';
import { WornDisk } from './worn-disk.ts';

const FIRST = 'journal-000001';

describe('a journal that is opened', () => {
  let disk: WornDisk;
  let clock: SimulatedClock;

  beforeEach(() => {
    disk = new WornDisk();
    clock = new SimulatedClock(1_000_000);
  });

  const open = (compactAt = 1_000_000): Promise<Store> => journalStore({ files: disk.files(), clock, compactAt });
  const put = (store: Store, id: string, value: string, durable = true) =>
    store.commit({ puts: [{ collection: 'service', id, value }], durable });
  const ids = async (store: Store): Promise<readonly string[]> => (await store.list('service')).map(({ id }) => id);
  /** Where the records of a file begin; the first is its head. */
  const records = (name: string): readonly number[] => {
    const bytes = Buffer.from(disk.content(name));
    const found: number[] = [];
    for (let at: number | undefined = 0; at !== undefined && at < bytes.length; at = wholeRecord(bytes, at))
      found.push(at);
    return found;
  };
  const refusal = async (code: ErrorCode): Promise<EngineError> => {
    try {
      await open();
    } catch (error) {
      expect(error).to.be.instanceOf(EngineError);
      expect((error as EngineError).code).to.equal(code);
      return error as EngineError; // as was expected just before
    }
    throw new Error('it was opened');
  };
  const turns = async (): Promise<void> => {
    for (let i = 0; i < 1000; i++) await Promise.resolve();
  };

  it('cuts off a torn tail, says so, and goes on behind the last whole record', async () => {
    const store = await open();
    await put(store, 'a', '1');
    await put(store, 'b', '2');
    disk.kill();
    const [, , last] = records(FIRST);
    for (const cut of [1, 4, 11, 12, 20]) {
      const bytes = disk.content(FIRST).slice(0, last! + cut);
      disk.crash(() => 0);
      await (await disk.files().open(FIRST)).truncate(0);
      await (await disk.files().open(FIRST)).write(bytes, 0);
      let torn = 0;
      const opened = await journalStore({ files: disk.files(), clock, onTorn: (count) => (torn = count) });
      expect(torn).to.equal(cut);
      expect(await ids(opened)).to.deep.equal(['a']);
      expect(disk.content(FIRST)).to.have.length(last!);
      await put(opened, 'b', '3');
      disk.kill();
      expect(await ids(await open())).to.deep.equal(['a', 'b']);
      disk.kill();
    }
  });

  it('does not bring back what lay behind a torn record, however well the next one fits', async () => {
    const store = await open();
    for (const id of ['a', 'b', 'c']) {
      await put(store, id, 'same', false);
      await turns();
    }
    const [, , second, third] = records(FIRST);
    disk.kill();
    disk.damage(FIRST, second!, new Uint8Array(third! - second!));
    const opened = await open();
    expect(await ids(opened)).to.deep.equal(['a']);
    await put(opened, 'd', 'same', false);
    await turns();
    expect(records(FIRST)).to.have.length(3);
    disk.kill();
    expect(await ids(await open())).to.deep.equal(['a', 'd']);
  });

  it('refuses damage to what was acknowledged, with file, place and remedy', async () => {
    const store = await open();
    for (const id of ['a', 'b', 'c']) await put(store, id, 'x'.repeat(50));
    await store.close();
    const whole = disk.content(FIRST).slice();
    const starts = records(FIRST);
    expect(starts).to.have.length(5);
    // The last one is only the word that all before it is safe.
    for (let at = 0; at < starts.at(-1)!; at++) {
      disk.damage(FIRST, at, Uint8Array.of(whole[at]! ^ 0x10));
      const error = await refusal('STORE_CORRUPT');
      const place = starts.findLast((start) => start <= at)!;
      expect(error.detail).to.deep.equal({ where: '/disk', file: FIRST, offset: place });
      expect(error.message).to.contain(`/disk/${FIRST} is damaged at byte ${place}`);
      expect(error.hint).to.contain('ays restore');
      disk.damage(FIRST, at, whole.subarray(at, at + 1));
    }
    expect(await ids(await open())).to.deep.equal(['a', 'b', 'c']);
  });

  it('refuses a journal whose records are whole and not in order', async () => {
    const store = await open();
    for (const id of ['a', 'b', 'c']) await put(store, id, 'same');
    disk.kill();
    const [, , second, third] = records(FIRST);
    const bytes = Buffer.from(disk.content(FIRST));
    await (await disk.files().open(FIRST)).truncate(0);
    await (await disk.files().open(FIRST)).write(Buffer.concat([bytes.subarray(0, second), bytes.subarray(third)]), 0);
    const error = await refusal('STORE_CORRUPT');
    expect(error.message).to.contain('transaction 3 stands where 2 was expected');
  });

  it('refuses damage in a snapshot, its end included', async () => {
    const store = await open(1);
    for (const id of ['a', 'b', 'c']) await put(store, id, 'x'.repeat(50));
    await store.close();
    const name = disk.names().find((file) => file.startsWith('snapshot'))!;
    const whole = disk.content(name).slice();
    for (let at = 0; at < whole.length; at++) {
      disk.damage(name, at, Uint8Array.of(whole[at]! ^ 0x01));
      expect((await refusal('STORE_CORRUPT')).detail['file']).to.equal(name);
      disk.damage(name, at, whole.subarray(at, at + 1));
    }
    await (await disk.files().open(name)).truncate(records(name).at(-1)!);
    expect((await refusal('STORE_CORRUPT')).message).to.contain('the end of the snapshot is missing');
  });

  it('refuses when a file of the chain is gone', async () => {
    const store = await open(1);
    for (const id of ['a', 'b', 'c']) await put(store, id, 'x');
    await store.close();
    const journal = disk.names().find((file) => file.startsWith('journal'))!;
    await disk.files().remove(journal);
    expect((await refusal('STORE_CORRUPT')).message).to.contain('the file is missing');
  });

  it('refuses a newer format and leaves the files as they are', async () => {
    const file = await disk.files().open(FIRST);
    await file.write(encode({ ays: 'journal', format: 2, generation: 1, first: 1 }, []), 0);
    const before = disk.content(FIRST).slice();
    const error = await refusal('STORE_FORMAT');
    expect(error.message).to.contain('has the format 2; this program knows formats up to 1');
    expect(disk.content(FIRST)).to.deep.equal(before);
  });

  it('leaves files alone that are not its own', async () => {
    await disk.files().open('notes.txt');
    const store = await open(1);
    for (const id of ['a', 'b', 'c']) await put(store, id, 'x');
    await store.close();
    await (await open()).close();
    expect(disk.names()).to.include('notes.txt');
  });

  it('keeps one snapshot and one journal when it is compacted', async () => {
    const store = await open(1);
    for (let i = 0; i < 50; i++) await put(store, `s${i % 5}`, 'x'.repeat(i));
    await store.close();
    expect(disk.names()).to.have.length(2);
    const [journal, snapshot] = disk.names();
    expect(journal!.slice(-6)).to.equal(snapshot!.slice(-6));
    const opened = await open();
    expect((await opened.list('service')).map(({ version }) => version)).to.deep.equal([10, 10, 10, 10, 10]);
  });

  it('removes what an unfinished compaction left', async () => {
    const store = await open(1);
    await put(store, 'a', 'x');
    disk.kill();
    await disk.files().open('snapshot-000009.new');
    const opened = await open();
    expect(disk.names()).not.to.include('snapshot-000009.new');
    expect(await ids(opened)).to.deep.equal(['a']);
  });

  it('lets no snapshot count before all that is in it is safe', async () => {
    const store = await open(1);
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    let writes = 0;
    // The head of the next journal is written, and then nothing.
    disk.hold = (operation, name) =>
      operation === 'write' && name === 'journal-000002' && ++writes > 1 ? gate : undefined;
    const first = put(store, 'a', 'x');
    await Promise.resolve();
    for (let i = 0; i < 5; i++) {
      await Promise.resolve();
      void put(store, `later${i}`, 'y', false);
    }
    await first;
    await turns();
    expect(disk.names()).to.include('snapshot-000002.new');
    expect(disk.names()).not.to.include('snapshot-000002');
    go();
    await turns();
    expect(disk.names()).to.include('snapshot-000002');
    disk.crash(() => 0);
    expect(await ids(await open())).to.have.length(6);
  });

  it('finds a mark at the beginning of each record and nowhere else', () => {
    const bytes = encode(
      [1, 2],
      [
        {
          kind: 'document',
          collection: 'service',
          id: 'ÿAYS',
          kept: { version: 1, text: '"\u00ffAYS"', until: undefined },
        },
      ],
    );
    expect(nextMark(bytes, 0)).to.equal(0);
    expect(nextMark(bytes, 1)).to.equal(undefined);
  });
});
