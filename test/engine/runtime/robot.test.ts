// The robot over memory store and queue, in real time, with memory drivers: what is applied comes to be, what breaks is healed,
// what is removed goes in order, what was lost is found by the sweep.

import { expect } from 'chai';
import { memoryQueue } from '../../../engine/queue/memory.ts';
import { memoryStore } from '../../../engine/store/memory.ts';
import { realClock, realTimers, TestGrid } from './grid.ts';

const small = `
network__lan: { cidr: 10.60.0.0/24 }
container__web: { image: 'oci:registry.test/web:1', network: lan, heal: { window: 10s, attempts: 20 } }
`;

describe('the robot', () => {
  let grid: TestGrid;
  beforeEach(async () => {
    const store = memoryStore({ clock: realClock });
    await store.found({ grid: 'test', format: 1, epoch: 1 }, undefined);
    grid = new TestGrid(store, memoryQueue({ timers: realTimers }));
  });
  afterEach(() => grid.close());

  it('brings what is applied to be, in the order of its links', async () => {
    await grid.robot();
    await grid.apply('blueprints/examples/quickstart.yaml');
    await grid.untilAll('converged', 4);
    const log = await grid.store.log({ limit: 1000 });
    const steps = log
      .filter(({ type, body }) => type === 'decision' && (body as { decision: string }).decision === 'step')
      .map(({ about }) => about);
    expect(steps.indexOf('storagepool/data')).to.be.lessThan(steps.indexOf('filesystem/pages'));
    expect(steps.indexOf('filesystem/pages')).to.be.lessThan(steps.indexOf('container/web'));
    expect(grid.errors).to.deep.equal([]);
  });

  it('applies before it starts as well: the due index is enough', async () => {
    await grid.apply(small);
    await grid.robot();
    await grid.untilAll('converged', 2);
  });

  it('heals what dies, and says why', async () => {
    await grid.robot();
    await grid.apply(small);
    await grid.untilAll('converged', 2);
    grid.drivers.containers.world.kill('container/web');
    await grid.poke('container/web');
    await grid.until(
      'running again',
      async () =>
        (await grid.drivers.containers.inspect('container/web')).presence === 'present' &&
        (await grid.state('container/web')) === 'converged' &&
        JSON.stringify(await grid.drivers.containers.inspect('container/web')).includes('"running"'),
    );
    const [last] = (await grid.store.log({ about: 'container/web', newestFirst: true, limit: 20 })).filter(
      ({ body }) => (body as { decision?: string }).decision === 'step',
    );
    expect(JSON.stringify(last?.body)).to.include('137');
  });

  it('takes away what is no longer declared, consumers first, and keeps no record of it', async () => {
    await grid.robot();
    await grid.apply(small);
    await grid.untilAll('converged', 2);
    await grid.apply('node__other:\n');
    await grid.until(
      'gone',
      async () =>
        (await grid.store.get('tombstone', 'container/web')) === undefined &&
        (await grid.store.get('tombstone', 'network/lan')) === undefined,
    );
    const gone = (await grid.store.log({ limit: 1000 }))
      .filter(({ type }) => type === 'gone')
      .map(({ about }) => about);
    expect(gone).to.deep.equal(['container/web', 'network/lan']);
    expect(await grid.state('container/web')).to.equal(undefined);
    expect((await grid.drivers.networks.inspect('network/lan')).presence).to.equal('absent');
  });

  it('retires what holds data, and revives it when its block returns', async () => {
    await grid.robot();
    await grid.apply('blueprints/examples/quickstart.yaml');
    await grid.untilAll('converged', 4);
    const uid = (await grid.store.get('service', 'filesystem/pages'))?.value as { uid: string };
    await grid.apply('blueprint: quickstart\nnetwork__lan: { cidr: 10.60.0.0/24 }\n');
    await grid.until(
      'retired',
      async () =>
        (await grid.state('filesystem/pages')) === 'retired' && (await grid.state('storagepool/data')) === 'retired',
    );
    await grid.apply('blueprints/examples/quickstart.yaml');
    await grid.untilAll('converged', 4);
    expect((await grid.store.get('service', 'filesystem/pages'))?.value).to.include({ uid: uid.uid });
  });

  it('two robots share the work, and never work at one service at once', async () => {
    await grid.robot();
    await grid.robot();
    const many = Array.from(
      { length: 60 },
      (_, i) =>
        `container__c${i}: { image: 'oci:registry.test/a:1'${i > 0 ? `, after: [container/c${Math.floor((i - 1) / 4)}]` : ''} }`,
    ).join('\n');
    await grid.apply(`blueprint: many\n${many}\n`);
    await grid.untilAll('converged', 60);
    expect(grid.errors).to.deep.equal([]);
  });

  it('a service that fails for ever does not hold up the others', async () => {
    await grid.robot();
    grid.drivers.containers.world.loseImage('oci:registry.test/broken:1');
    await grid.apply(
      `blueprint: mixed\ncontainer__bad: { image: 'oci:registry.test/broken:1' }\ncontainer__good: { image: 'oci:registry.test/a:1' }\ncontainer__waits: { image: 'oci:registry.test/a:1', after: [container/bad] }\n`,
    );
    await grid.until('the good one', async () => (await grid.state('container/good')) === 'converged');
    await grid.until('the bad one is parked', async () => (await grid.state('container/bad')) === 'parked');
    expect(await grid.state('container/waits')).to.equal('waiting');
  });
});
