import { expect } from 'chai';
import { SimulatedClock } from '../../../engine/model/world.ts';
import { memoryStore } from '../../../engine/store/memory.ts';
import { measuredStore } from '../../../engine/telemetry/measured-store.ts';

describe('a measured store', () => {
  it('answers as the store does, and tells how long each answer took and whether it came', async () => {
    const clock = new SimulatedClock(1000);
    const inner = memoryStore({ clock });
    const told: string[] = [];
    const slow = {
      ...inner,
      count: () => Promise.reject(new Error('away')),
      now: async () => {
        clock.advance(250);
        return inner.now();
      },
    };
    const store = measuredStore(
      slow,
      () => clock.monotonic(),
      (operation, seconds, ok) => told.push(`${operation} ${seconds} ${ok}`),
    );
    expect(await store.commit({ durable: true, puts: [{ collection: 'meta', id: 'a', value: { x: 1 } }] })).to.include({
      ok: true,
    });
    await store.commit({});
    expect((await store.get('meta', 'a'))?.value).to.deep.equal({ x: 1 });
    expect(await store.now()).to.equal(1250);
    expect(await store.count('meta').catch((error: Error) => error.message)).to.equal('away');
    expect(told).to.deep.equal([
      'commit-durable 0 true',
      'commit 0 true',
      'get 0 true',
      'now 0.25 true',
      'count 0 false',
    ]);
    expect(store.mode).to.equal('memory');
    const stop = await store.watch(() => undefined);
    await stop();
    await store.close();
    expect(told).to.have.length(5);
  });
});
