// What is asked of a grid reaches the world through a living robot: set, stopped, paused, renamed, destroyed, kept for a while.

import { expect } from 'chai';
import { agree, pause, resume, retry } from '../../../engine/grid/asks.ts';
import { forget } from '../../../engine/grid/ownership.ts';
import { destroyBlueprint, destroyData } from '../../../engine/grid/removal.ts';
import { renameService } from '../../../engine/grid/rename.ts';
import { rollback } from '../../../engine/grid/rollback.ts';
import { setFields, setRunning } from '../../../engine/grid/set.ts';
import { statusOf } from '../../../engine/grid/status.ts';
import { whyOf } from '../../../engine/grid/why.ts';
import { memoryQueue } from '../../../engine/queue/memory.ts';
import { memoryStore } from '../../../engine/store/memory.ts';
import type { ServiceKey } from '../../../engine/model/key.ts';
import type { Store } from '../../../engine/store/port.ts';
import { realClock, realTimers, TestGrid } from '../runtime/grid.ts';
import { check, somebody } from './desk.ts';

const author = somebody;
const shop = `
storagepool__main: { profile: single, devices: [{ file: a.img, size: 8GiB }] }
vdisk__rows: { storagepool: main, size: 1GiB, retain: 1s }
container__db: { image: 'oci:registry.test/db:1', mounts: [{ vdisk: rows, at: /data }], env: { A: b } }
`;

describe('what a grid allows, with a robot', () => {
  let grid: TestGrid;
  let ids = 0;
  const clock = { epoch: 1, newId: () => `id-${++ids}` };
  beforeEach(async () => {
    const store = memoryStore({ clock: realClock });
    await store.found({ grid: 'test', format: 1, epoch: 1 }, undefined);
    grid = new TestGrid(store, memoryQueue({ timers: realTimers }));
    await grid.robot();
    await grid.apply(shop);
    await grid.untilAll('converged', 3);
  });
  afterEach(() => grid.close());

  const ask = () => ({ registry: grid.registry, author });
  const poke = (keys: readonly ServiceKey[] = []) => grid.robots[0]!.poke(keys, 'person');
  const world = (key: string) => grid.drivers.containers.inspect(key as ServiceKey);
  const one = async (name: string) => (await statusOf(grid.store, { registry: grid.registry, name }))[0];
  const settled = (key: string) =>
    grid.until(`${key} as wished`, async () => {
      const status = await one(key);
      return status?.state === 'converged' && status.drift?.length === 0;
    });
  const all = async (plan: { consents: readonly { key: ServiceKey; op: string; reason: string }[] }) =>
    plan.consents.map(({ key, op, reason }) => ({ key, op, reason }));

  it('changes what is set, stops what is stopped and keeps it so, and takes both back', async () => {
    const set = { ...ask(), name: 'container/db', fields: { 'env.A': 'c' }, check };
    const dry = await setFields(grid.store, clock, { ...set, dryRun: true });
    const { applied } = await setFields(grid.store, clock, { ...set, consents: await all(dry.plan) });
    await poke(applied!.pokes);
    await settled('container/db');
    expect(JSON.stringify(await world('container/db'))).to.include('"A":"c"');
    await poke(
      (await setRunning(grid.store, clock, { ...ask(), name: 'container/db', running: false })).applied!.pokes,
    );
    await settled('container/db');
    expect(JSON.stringify(await world('container/db'))).to.not.include('"running"');
    await poke(
      (await rollback(grid.store, clock, { ...ask(), target: 'test@1', consents: await all(dry.plan) })).applied!.pokes,
    );
    await settled('container/db');
    expect(JSON.stringify(await world('container/db')))
      .to.include('"A":"b"')
      .and.include('"running"');
  });

  it('does nothing while paused, and goes on by itself when the pause ends', async () => {
    await poke((await pause(grid.store, { name: 'container/db', author, reason: 'look inside', forMs: 300 })).pokes);
    await grid.until('paused', async () => (await one('container/db'))!.state === 'paused');
    const [why] = await whyOf(grid.store, { registry: grid.registry, name: 'container/db' });
    expect(why!.because).to.equal('kim paused it: look inside');
    grid.drivers.containers.world.kill('container/db');
    await grid.poke('container/db');
    await settled('container/db');
    expect(
      (await grid.store.log({ about: 'container/db' })).some(({ body }) => JSON.stringify(body).includes('"resume"')),
    ).to.equal(true);
    await poke((await pause(grid.store, { name: 'container/db', author, reason: 'again' })).pokes);
    await grid.until('paused', async () => (await one('container/db'))!.state === 'paused');
    await poke((await resume(grid.store, { name: 'container/db', author })).pokes);
    await settled('container/db');
  });

  it('hears each question, also one that is asked while the one before is being heard', async () => {
    const inner = grid.store;
    const op = Object.keys(grid.registry.actor('container')!.steps)[0]!;
    const answers: boolean[] = [];
    // Somebody else is faster by a moment, each of the first three times.
    const store: Store = {
      ...inner,
      commit: async (transaction) => {
        const hears = transaction.deletes?.some(({ id }) => id === 'ask container/db') === true;
        if (hears && answers.length < 3)
          await agree(inner, { name: 'container/db', author, op, reason: 'yes', registry: grid.registry });
        const committed = await inner.commit(transaction);
        if (hears) answers.push(committed.ok);
        return committed;
      },
    };
    await grid.robots[0]!.stop();
    const second = new TestGrid(store, memoryQueue({ timers: realTimers }));
    await second.robot();
    await retry(inner, { name: 'container/db', author });
    await grid.until('heard', async () => (await inner.get('meta', 'ask container/db')) === undefined);
    expect(answers).to.deep.equal([false, false, false, true]);
    await second.robots[0]!.stop();
  });

  it('renames in place, with the same thing under the new name', async () => {
    const order = { ...ask(), name: 'container/db', to: 'data' };
    const dry = await renameService(grid.store, clock, { ...order, dryRun: true });
    const { applied } = await renameService(grid.store, clock, { ...order, consents: await all(dry.plan) });
    await poke(applied!.pokes);
    await settled('container/data');
    expect((await world('container/db')).presence).to.equal('absent');
    expect((await world('container/data')).presence).to.equal('present');
    expect(await grid.store.get('meta', 'rekey container/data')).to.equal(undefined);
  });

  it('leaves what is forgotten as it is', async () => {
    await forget(grid.store, { name: 'container/db', author });
    await grid.poke('container/db');
    await grid.apply(shop.replace(/container__db.*/, ''));
    await settled('vdisk/rows');
    expect((await world('container/db')).presence).to.equal('present');
    expect(await grid.state('container/db')).to.equal(undefined);
  });

  it('destroys a blueprint, keeps what holds data until its time, and takes it away then by itself', async () => {
    const order = { ...ask(), blueprint: 'test' };
    const dry = await destroyBlueprint(grid.store, clock, { ...order, dryRun: true });
    const { applied } = await destroyBlueprint(grid.store, clock, { ...order, consents: await all(dry.plan) });
    await poke(applied!.pokes);
    await grid.until('retired', async () => (await one('vdisk/rows'))?.state === 'retired');
    expect((await world('container/db')).presence).to.equal('absent');
    await grid.until('gone', async () => (await grid.store.get('tombstone', 'vdisk/rows')) === undefined);
    expect(await grid.store.list('consent', { prefix: 'vdisk/rows ' })).to.deep.equal([]);
    const pool = { name: 'storagepool/main', data: true, author, registry: grid.registry };
    await poke((await destroyData(grid.store, clock, pool)).pokes);
    await grid.until('gone', async () => (await grid.store.get('tombstone', 'storagepool/main')) === undefined);
    expect(grid.errors.map(String)).to.deep.equal([]);
  });
});
