// Simulated time has one order: by time, then by who was first.

import { expect } from 'chai';
import fc from 'fast-check';
import { Agenda } from '../../../engine/reconcile/agenda.ts';

describe('the agenda', () => {
  it('gives back everything, earliest first, and equal times in the order they came', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 60 }), fc.nat(20), (times, taken) => {
        const agenda = new Agenda<number>();
        const expected = times.map((at, item) => ({ at, item })).sort((a, b) => a.at - b.at || a.item - b.item);
        times.forEach((at, item) => agenda.add(at, item));
        const got: unknown[] = [];
        for (let i = 0; i < taken; i++) {
          const next = agenda.next();
          if (next !== undefined) got.push({ at: next.at, item: next.item });
        }
        expect(got).to.deep.equal(expected.slice(0, taken));
        expect(agenda.size).to.equal(Math.max(0, times.length - taken));
      }),
    );
  });

  it('is empty when it is empty', () => {
    expect(new Agenda().next()).to.equal(undefined);
  });
});
