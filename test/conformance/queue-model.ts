// A queue with one worker of one place, in the plainest words, and the property that a real one does the same.

import { expect } from 'chai';
import fc from 'fast-check';
import type { ServiceKey } from '../../engine/model/key.ts';
import { LANES, type Lane, type Queue } from '../../engine/queue/port.ts';
import { held, quiet, type Run } from './queue-held.ts';

export function behavesAsTheModel(queueOf: () => Queue, propertyRuns: number): void {
  it('does what the model does, whatever is poked and whenever a pass ends', async () => {
    const queue = queueOf();
    // One key at a time: which keys of one poke come first is no promise.
    const poke = fc.record({
      key: fc.constantFrom<ServiceKey>('a/1', 'a/2', 'a/3', 'a/4'),
      lane: fc.constantFrom(...LANES),
    });
    const history = fc.array(
      fc.oneof({ weight: 2, arbitrary: poke }, { weight: 1, arbitrary: fc.constant('end' as const) }),
      {
        maxLength: 40,
      },
    );
    const worker = await held(queue);
    await fc.assert(
      fc.asyncProperty(history, async (moves) => {
        const model = new Model();
        let run: Run | undefined;
        for (const move of [...moves, ...Array.from({ length: 8 }, () => 'end' as const)]) {
          if (move !== 'end') {
            model.poke(move.key, move.lane);
            await queue.poke([move.key], move.lane);
          } else if (run !== undefined) {
            model.end();
            run.end();
            run = undefined;
          }
          if (run === undefined && model.active !== undefined) run = await worker.next();
          expect(run === undefined ? undefined : `${run.lane} ${run.key}`).to.equal(model.active);
          expect((await queue.counts()).byLane).to.deep.equal(model.byLane());
        }
        await quiet(queue);
      }),
      // What a failed history leaves behind would fail every smaller one.
      { numRuns: propertyRuns, endOnFailure: true },
    );
  });
}

class Model {
  active: string | undefined;
  #activeKey: ServiceKey | undefined;
  #owed: Lane | undefined;
  #waiting: { readonly key: ServiceKey; readonly lane: Lane }[] = [];

  poke(key: ServiceKey, lane: Lane): void {
    if (key !== this.#activeKey) this.#wait(key, lane);
    else if (this.#owed === undefined || rank(lane) < rank(this.#owed)) this.#owed = lane;
    this.#start();
  }

  end(): void {
    const key = this.#activeKey;
    this.#activeKey = this.active = undefined;
    if (key !== undefined && this.#owed !== undefined) this.#wait(key, this.#owed);
    this.#owed = undefined;
    this.#start();
  }

  byLane(): Record<Lane, number> {
    const count = (lane: Lane): number => this.#waiting.filter((one) => one.lane === lane).length;
    return {
      person: count('person'),
      failure: count('failure'),
      creation: count('creation'),
      resync: count('resync'),
    };
  }

  #wait(key: ServiceKey, lane: Lane): void {
    const before = this.#waiting.find((one) => one.key === key);
    if (before !== undefined && rank(before.lane) <= rank(lane)) return;
    this.#waiting = [...this.#waiting.filter((one) => one !== before), { key, lane }];
  }

  #start(): void {
    if (this.#activeKey !== undefined) return;
    const first = [...this.#waiting].sort((a, b) => rank(a.lane) - rank(b.lane))[0];
    if (first === undefined) return;
    this.#waiting = this.#waiting.filter((one) => one !== first);
    this.#activeKey = first.key;
    this.active = `${first.lane} ${first.key}`;
  }
}

function rank(lane: Lane): number {
  return LANES.indexOf(lane);
}
