// The waiting room against the plainest model: a list that is searched from the front.

import { expect } from 'chai';
import fc from 'fast-check';
import type { ServiceKey } from '../../../engine/model/key.ts';
import { WaitingRoom, isMoreUrgent, moreUrgent } from '../../../engine/queue/lanes.ts';
import { LANES, type Lane } from '../../../engine/queue/port.ts';

interface One {
  readonly key: ServiceKey;
  readonly lane: Lane;
}

describe('the waiting room', () => {
  it('serves as a list would that is searched for the most urgent', () => {
    const enter = fc.record({
      key: fc.nat(15).map((n): ServiceKey => `a/${n}`),
      lane: fc.constantFrom(...LANES),
    });
    const move = fc.oneof(enter, enter, fc.constant('next' as const), fc.constant('next' as const));
    fc.assert(
      fc.property(fc.array(move, { maxLength: 200 }), (moves) => {
        const room = new WaitingRoom();
        let list: One[] = [];
        for (const one of [...moves, ...Array.from({ length: 17 }, () => 'next' as const)]) {
          if (one === 'next') {
            const first = LANES.flatMap((lane) => list.filter((waiting) => waiting.lane === lane))[0];
            list = list.filter((waiting) => waiting !== first);
            expect(room.next()).to.deep.equal(first);
          } else {
            room.enter(one.key, one.lane);
            const before = list.find((waiting) => waiting.key === one.key);
            if (before === undefined || isMoreUrgent(one.lane, before.lane)) {
              list = [...list.filter((waiting) => waiting !== before), one];
            }
          }
          expect(room.size).to.equal(list.length);
          for (const lane of LANES) {
            expect(room.count(lane)).to.equal(list.filter((waiting) => waiting.lane === lane).length);
          }
        }
      }),
    );
  });

  it('is empty after it was cleared, and works on', () => {
    const room = new WaitingRoom();
    room.enter('a/1', 'person');
    room.enter('a/2', 'resync');
    room.clear();
    expect(room.next()).to.equal(undefined);
    room.enter('a/2', 'failure');
    expect(room.next()).to.deep.equal({ key: 'a/2', lane: 'failure' });
  });

  it('takes the more urgent of two lanes', () => {
    expect(moreUrgent(undefined, 'resync')).to.equal('resync');
    expect(moreUrgent('failure', 'person')).to.equal('person');
    expect(moreUrgent('failure', 'creation')).to.equal('failure');
  });
});
