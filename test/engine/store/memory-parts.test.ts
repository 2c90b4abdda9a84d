// The sorted and ordered parts of the memory store against the simplest thing that could be right.

import { expect } from 'chai';
import fc from 'fast-check';
import { DueIndex } from '../../../engine/store/memory/due-index.ts';
import { LogRing } from '../../../engine/store/memory/log-ring.ts';
import { SortedIds } from '../../../engine/store/memory/sorted-ids.ts';
import { crc32c } from '../../../engine/store/journal/crc32c.ts';
import { compareText } from '../../../engine/model/json.ts';

describe('sorted ids', () => {
  it('give what a sorted set gives, from anywhere', () => {
    const id = fc.integer({ min: 0, max: 3000 }).map((n) => `s${n}`);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), id), { maxLength: 4000, size: 'max' }), id, (moves, from) => {
        const ids = new SortedIds();
        const set = new Set<string>();
        for (const [add, name] of moves) {
          if (add) {
            ids.add(name);
            set.add(name);
          } else {
            ids.remove(name);
            set.delete(name);
          }
        }
        const sorted = [...set].sort(compareText);
        expect([...ids.from('', false)]).to.deep.equal(sorted);
        expect([...ids.from(from, false)]).to.deep.equal(sorted.filter((name) => name >= from));
        expect([...ids.from(from, true)]).to.deep.equal(sorted.filter((name) => name > from));
      }),
      { numRuns: 50 },
    );
  });

  it('take ten thousand in any order', () => {
    for (const step of [1, 7919, 9999]) {
      const ids = new SortedIds();
      const all = Array.from({ length: 10_000 }, (_, i) => String((i * step) % 10_000).padStart(5, '0'));
      for (const name of all) ids.add(name);
      expect([...ids.from('', false)]).to.deep.equal(all.toSorted(compareText));
    }
  });
});

describe('the due index', () => {
  it('gives what sorting gives, whatever was set, moved and taken out', () => {
    const name = fc.integer({ min: 0, max: 60 }).map((n) => `k${n}`);
    const at = fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(fc.tuple(name, at), { maxLength: 300 }), fc.nat(60), fc.nat(70), (moves, time, limit) => {
        const index = new DueIndex();
        const map = new Map<string, number>();
        for (const [key, when] of moves) {
          if (when === undefined) {
            index.delete(key);
            map.delete(key);
          } else {
            index.set(key, when);
            map.set(key, when);
          }
        }
        const sorted = [...map].sort((a, b) => a[1] - b[1] || compareText(a[0], b[0]));
        const until = sorted.filter(([, when]) => when <= time);
        expect(index.until(time, limit).map((entry) => [entry.name, entry.at])).to.deep.equal(until.slice(0, limit));
        expect(index.countUntil(time)).to.equal(until.length);
        expect(index.size).to.equal(map.size);
        expect(index.first()?.name).to.equal(sorted[0]?.[0]);
        for (const [key, when] of map) expect(index.get(key)).to.equal(when);
      }),
    );
  });
});

describe('the log', () => {
  it('keeps the newest, in all and about each thing, also when the last are taken back', () => {
    const move = fc.option(fc.constantFrom('a', 'b', undefined), { nil: null, freq: 5 });
    fc.assert(
      fc.property(
        fc.array(move, { maxLength: 400 }),
        fc.integer({ min: 1, max: 150 }),
        fc.nat(400),
        (moves, bound, after) => {
          const log = new LogRing(bound);
          let rows: { n: number; about: string | undefined }[] = [];
          let n = 0;
          for (const about of moves) {
            if (about === null) {
              log.pop();
              rows.pop();
            } else {
              n++;
              log.push({ n, at: 0, about, type: 't', text: '' });
              rows.push({ n, about });
              rows = rows.slice(-bound);
            }
          }
          for (const about of [undefined, 'a', 'b']) {
            const of = rows.filter((row) => about === undefined || row.about === about).map((row) => row.n);
            const read = (from: number | undefined, limit: number, newest: boolean): number[] =>
              log.read(about, from, limit, newest).map((row) => row.n);
            expect(read(undefined, Infinity, false)).to.deep.equal(of);
            expect(read(after, 5, false)).to.deep.equal(of.filter((m) => m > after).slice(0, 5));
            expect(read(after, 5, true)).to.deep.equal(
              of
                .filter((m) => m < after)
                .reverse()
                .slice(0, 5),
            );
            expect(read(undefined, 3, true)).to.deep.equal(of.toReversed().slice(0, 3));
          }
        },
      ),
    );
  });
});

describe('CRC-32C', () => {
  it('is the one of the standard', () => {
    expect(crc32c(Buffer.from('123456789'))).to.equal(0xe3069283);
    expect(crc32c(new Uint8Array(32))).to.equal(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).to.equal(0x62a8ab43);
    expect(crc32c(new Uint8Array())).to.equal(0);
  });

  it('can be taken in parts', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
        const at = Math.min(cut, bytes.length);
        expect(crc32c(bytes, at, bytes.length, crc32c(bytes, 0, at))).to.equal(crc32c(bytes));
      }),
    );
  });
});
