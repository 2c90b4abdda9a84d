// Whatever was acknowledged as durable is there after a crash at any operation of the disk; nothing is half there; what is there
// is what was committed first.

import { expect } from 'chai';
import fc from 'fast-check';
import { seededRandom, SimulatedClock, type Random } from '../../../engine/model/world.ts';
import { journalStore } from '../../../engine/store/journal.ts';
import type { Store, Transaction } from '../../../engine/store/port.ts';
import { WornDisk } from './worn-disk.ts';

/** The n-th change: each has its number in three places, so that half of one cannot hide, and touches something else besides. */
function change(n: number, random: Random): Transaction {
  const other = `other/${Math.floor(random() * 8)}`;
  // Of few sizes: what was torn and what is written over it begin and end at the same places.
  const text = 'x'.repeat(Math.floor(random() * 3) * 100);
  return {
    puts: [
      { collection: 'service', id: 'first', value: n },
      { collection: 'observed', id: other, value: { n, text } },
      { collection: 'overlay', id: 'second', value: n },
    ],
    deletes: random() < 0.3 ? [{ collection: 'observed', id: `other/${Math.floor(random() * 8)}` }] : [],
    due: [{ key: 'container/web', at: n }],
    log: [{ about: 'container/web', type: 'changed', body: n }],
    durable: random() < 0.3,
  };
}

async function contentOf(store: Store): Promise<string> {
  const lists = await Promise.all(
    (['service', 'observed', 'overlay'] as const).map((collection) => store.list(collection)),
  );
  const log = (await store.log()).map(({ type, body }) => [type, body]);
  return JSON.stringify([lists, await store.due(10), log]);
}

interface Life {
  /** What the store holds after each change, from none. */
  readonly states: string[];
  acknowledged: number;
}

/** Makes changes until the machine stops or they are done. */
async function live(
  disk: WornDisk,
  clock: SimulatedClock,
  changes: readonly Transaction[],
  compactAt: number,
): Promise<Life> {
  const life: Life = { states: [], acknowledged: 0 };
  try {
    const store = await journalStore({ files: disk.files(), clock, compactAt });
    life.states.push(await contentOf(store));
    const waiting: Promise<void>[] = [];
    for (const [i, transaction] of changes.entries()) {
      const committing = store.commit(transaction).then(
        () => {
          if (transaction.durable === true) life.acknowledged = Math.max(life.acknowledged, i + 1);
        },
        () => undefined, // the machine stopped
      );
      waiting.push(committing);
      await Promise.resolve();
      await Promise.resolve();
      await Promise.resolve();
      life.states.push(await contentOf(store));
      if (i % 7 === 0) await committing;
      if (i % 11 === 0) disk.fireTimers();
      if (disk.stopped) break;
    }
    await Promise.all(waiting);
    if (!disk.stopped) await store.close();
  } catch (error) {
    if (!disk.stopped) throw error;
  }
  return life;
}

function changesOf(count: number, random: Random): readonly Transaction[] {
  return Array.from({ length: count }, (_, i) => change(i + 1, random));
}

/** Lives once, crashes, and looks at what is left; then lives on with that and crashes again. */
async function trial(seed: number, count: number, compactAt: number, stops: readonly number[]): Promise<void> {
  const random = seededRandom(seed);
  const clock = new SimulatedClock(1_000_000);
  const disk = new WornDisk(seededRandom(seed + 1));
  const end = (): void => (random() < 0.3 ? disk.kill() : disk.crash(random));
  let before: string | undefined;
  for (const stop of stops) {
    disk.stopAt = disk.operations + stop;
    const life = await live(disk, clock, changesOf(count, random), compactAt);
    end();
    const opened = await journalStore({ files: disk.files(), clock, compactAt });
    const found = await contentOf(opened);
    // Where it stopped while it opened, there must be what was there before.
    if (life.states.length === 0 && before !== undefined) life.states.push(before);
    if (life.states.length > 0) {
      const at = life.states.lastIndexOf(found);
      expect(at, `what is there after the crash is no state that ever was: ${found}`).to.be.at.least(0);
      expect(at, `acknowledged were ${life.acknowledged}, there are ${at}`).to.be.at.least(life.acknowledged);
    }
    end(); // without a close, and while opening may have mended something
    const again = await journalStore({ files: disk.files(), clock, compactAt });
    expect(await contentOf(again)).to.equal(found);
    before = found;
    await again.close();
    end();
  }
}

describe('a journal whose machine stops', () => {
  it('keeps what it acknowledged, whole and in order, at every operation of the disk', async () => {
    const disk = new WornDisk();
    await live(disk, new SimulatedClock(1_000_000), changesOf(40, seededRandom(1)), 2_000);
    const operations = disk.operations;
    expect(operations).to.be.greaterThan(100);
    for (let stop = 0; stop <= operations; stop++) {
      for (let seed = 1; seed <= 8; seed++) await trial(seed, 40, 2_000, [stop]);
    }
  });

  it('keeps it through several lives, at any size of a journal', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(1, 500, 3_000, 1_000_000),
        fc.array(fc.integer({ min: 0, max: 250 }), { minLength: 1, maxLength: 4 }),
        trial,
      ),
      { numRuns: 1_500 },
    );
  });
});
