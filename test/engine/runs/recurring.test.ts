// What recurs, in simulated time. Names in brackets are the AYS tests whose behaviour is kept.

import { expect } from 'chai';
import fc from 'fast-check';
import type { DesiredAction } from '../../../engine/model/service.ts';
import { schedulesOfActor, schedulesOfBlocks, type Recurrence } from '../../../engine/runs/index.ts';
import { failing, Rig, SOMEONE } from './rig.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function block(recurring: Recurrence, more: Partial<DesiredAction> = {}): DesiredAction {
  return {
    action: 'backup',
    targets: ['vdisk/rows'],
    args: {},
    force: false,
    recurring,
    hash: 'h1',
    origin: { file: 'shop.yaml', line: 1, column: 1 },
    ...more,
  };
}

describe('what recurs', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
    rig.actions['backup'] = {};
    rig.service('vdisk/rows');
  });
  const gaps = (): number[] => rig.deeds.slice(1).map(({ from }, i) => from - rig.deeds[i]!.from);

  it('begins at a random time within its first period, and then keeps the period', async () => {
    const { engine } = rig.robot('r1');
    const start = rig.clock.now();
    await engine.syncSchedules('shop', schedulesOfBlocks('shop', [block({ everyMs: HOUR })]));
    await rig.pass(10 * HOUR);
    expect(rig.deeds[0]!.from - start).to.be.within(1, HOUR);
    expect(rig.deeds).to.have.length.within(9, 10);
    expect(new Set(gaps())).to.deep.equal(new Set([HOUR]));
  });

  it('does not begin all at once', async () => {
    rig.robot('r1');
    for (let i = 0; i < 40; i++) rig.service(`vdisk/v${i}`);
    const wanted = [...rig.services.values()].flatMap((each) =>
      schedulesOfActor(each, [{ action: 'backup', everyMs: HOUR }]),
    );
    await rig.robots[0]!.engine.syncSchedules('shop', wanted);
    await rig.pass(HOUR);
    expect(rig.deeds).to.have.length(41);
    const quarters = [0, 0, 0, 0];
    for (const { from } of rig.deeds) quarters[Math.floor((((from - rig.deeds[0]!.from) % HOUR) / HOUR) * 4)]!++;
    for (const quarter of quarters) expect(quarter).to.be.below(25);
  });

  it('never overlaps itself, and goes on at once when it was longer than its period [test_recurring_actions_1]', async () => {
    rig.work = async (_, { signal }) => await rig.takes(5 * MINUTE, signal);
    const { engine } = rig.robot('r1');
    await engine.syncSchedules('shop', schedulesOfBlocks('shop', [block({ everyMs: 10_000 })]));
    await rig.pass(30 * MINUTE);
    expect(rig.deeds).to.have.length.within(6, 7);
    for (const [i, { from }] of rig.deeds.entries()) if (i > 0) expect(from).to.be.at.least(rig.deeds[i - 1]!.to!);
    expect(Math.max(...gaps())).to.equal(5 * MINUTE);
    // Its block goes: what runs may end, and nothing follows.
    await engine.syncSchedules('shop', []);
    const before = rig.deeds.length;
    await rig.pass(HOUR);
    expect(rig.deeds).to.have.length(before);
    expect(await engine.schedules()).to.deep.equal([]);
  });

  it('leaves no live job when one hangs, and goes on [test_recurring_actions_hanging_jobs]', async () => {
    rig.actions['backup'] = { timeoutMs: 30_000 };
    rig.work = async () => await new Promise<never>(() => undefined);
    const { engine } = rig.robot('r1');
    await engine.syncSchedules('shop', schedulesOfBlocks('shop', [block({ everyMs: 10_000 })]));
    await rig.pass(5 * MINUTE);
    expect(rig.deeds.length).to.be.within(9, 11);
    expect(engine.counts.jobs).to.be.at.most(1);
  });

  it('runs ticks that were missed while nobody was there once', async () => {
    const first = rig.robot('r1');
    await first.engine.syncSchedules('shop', schedulesOfBlocks('shop', [block({ everyMs: MINUTE })]));
    await rig.pass(3 * MINUTE);
    first.dead = true;
    const before = rig.deeds.length;
    rig.clock.advance(24 * HOUR);
    rig.robot('r2');
    await rig.pass(1);
    expect(rig.deeds).to.have.length(before + 1);
    await rig.pass(MINUTE);
    expect(rig.deeds).to.have.length(before + 2);
  });

  it('follows a cron line in its timezone, also over a change of clocks', async () => {
    const { engine } = rig.robot('r1');
    rig.clock.advance(Date.parse('2026-03-27T12:00:00Z') - rig.clock.now());
    const when = { cron: '30 2 * * *', timezone: 'Europe/Brussels' };
    await engine.syncSchedules('shop', schedulesOfBlocks('shop', [block(when)]));
    await rig.pass(72 * HOUR);
    expect(rig.deeds.map(({ from }) => new Date(from).toISOString())).to.deep.equal([
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
  });

  it('takes a new period at once and keeps its history', async () => {
    const { engine } = rig.robot('r1');
    await engine.syncSchedules('shop', schedulesOfBlocks('shop', [block({ everyMs: 24 * HOUR })]));
    await rig.pass(24 * HOUR);
    expect(rig.deeds).to.have.length(1);
    await engine.syncSchedules('shop', schedulesOfBlocks('shop', [block({ everyMs: MINUTE })]));
    await rig.pass(5 * MINUTE);
    // The time of the new period has passed already: at once, then each minute.
    expect(rig.deeds.length).to.be.within(6, 7);
    const [schedule] = await engine.schedules('shop');
    expect(schedule!.history[0]).to.equal((await engine.list({ limit: 100 })).runs.at(-1)!.id);
  });

  it('changes nothing when the same is wanted again', async () => {
    const { engine } = rig.robot('r1');
    const wanted = schedulesOfBlocks('shop', [
      block({ everyMs: HOUR }),
      block({ everyMs: HOUR }, { targets: ['vdisk/rows'] }),
    ]);
    expect(new Set(wanted.map(({ id }) => id)).size).to.equal(2);
    await engine.syncSchedules('shop', wanted);
    const before = await rig.store.list('schedule');
    await engine.syncSchedules('shop', wanted);
    expect(await rig.store.list('schedule')).to.deep.equal(before);
  });

  it('keeps as many ended runs as `keep` says, however old, until it is removed', async () => {
    const { engine } = rig.robot('r1', { options: { history: { count: 100, ageMs: 10 * HOUR } } });
    await engine.syncSchedules('shop', schedulesOfBlocks('shop', [block({ everyMs: 4 * HOUR }, { keep: 5 })]));
    await rig.pass(60 * HOUR);
    const { runs } = await engine.list({ limit: 100 });
    expect(runs).to.have.length(5);
    expect((await engine.schedules())[0]!.history).to.deep.equal(runs.map(({ id }) => id).reverse());
    await engine.syncSchedules('shop', []);
    await rig.pass(24 * HOUR);
    await engine.sweep();
    expect((await engine.list({ limit: 100 })).runs).to.be.empty;
  });

  it('does not climb the ladder: the next tick is the next attempt', async () => {
    rig.work = async () => await failing();
    const { engine } = rig.robot('r1');
    await engine.syncSchedules('shop', schedulesOfBlocks('shop', [block({ everyMs: HOUR })]));
    await rig.pass(5 * HOUR);
    expect(rig.deeds).to.have.length.within(4, 5);
    expect(new Set(gaps())).to.deep.equal(new Set([HOUR]));
  });

  it('goes on when its service is gone for a time, and says why it did nothing', async () => {
    const { engine } = rig.robot('r1');
    const service = rig.services.get('vdisk/rows')!;
    await engine.syncSchedules('shop', schedulesOfBlocks('shop', [block({ everyMs: MINUTE })]));
    rig.services.delete('vdisk/rows');
    await rig.pass(5 * MINUTE);
    expect(rig.deeds).to.be.empty;
    expect((await engine.schedules())[0]!.problem).to.match(/none of its services/);
    rig.services.set('vdisk/rows', service);
    await rig.pass(MINUTE);
    expect(rig.deeds).to.have.length(1);
    expect((await engine.schedules())[0]!.problem).to.equal(null);
  });

  it('ticks once per period whoever dies, and with any number of robots', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ dieAt: fc.integer({ min: 1, max: 12 }), after: fc.boolean() }), { maxLength: 3 }),
        async (deaths) => {
          const world = new Rig();
          world.actions['backup'] = {};
          world.service('vdisk/rows');
          for (const [i, death] of deaths.entries()) world.robot(`mortal${i}`, death);
          const { engine } = world.robot('last');
          await engine.syncSchedules('shop', schedulesOfBlocks('shop', [block({ everyMs: HOUR })]));
          await world.pass(8 * HOUR);
          const ticks = new Map<string, number>();
          for (const { id, from } of world.deeds) ticks.set(id, Math.min(from, ticks.get(id) ?? Infinity));
          const times = [...ticks.values()].sort((a, b) => a - b);
          expect(times.length).to.be.within(7, 8);
          for (const [i, at] of times.entries())
            if (i > 0) expect(at - times[i - 1]!).to.be.within(HOUR - 5_000, HOUR + 5_000);
          expect((await engine.list({ limit: 100 })).runs).to.have.length(times.length);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('actions blocks', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
    rig.actions['seed'] = {};
    rig.actions['warm'] = {};
    rig.service('vdisk/rows');
    rig.service('container/db', 'vdisk/rows');
  });
  const once = (action: string, more: Partial<DesiredAction> = {}): DesiredAction => {
    const { recurring: _, ...rest } = block(
      { everyMs: 1 },
      { action, targets: ['container/db', 'vdisk/rows'], hash: action },
    );
    return { ...rest, ...more };
  };
  const revision = (number: number, ...actions: readonly DesiredAction[]): Parameters<RigEngine['runBlocks']>[0] => ({
    blueprint: 'shop',
    revision: number,
    actions,
  });
  type RigEngine = ReturnType<Rig['robot']>['engine'];

  it('run once per target after it has converged, in their order', async () => {
    const { engine } = rig.robot('r1');
    const wanted = revision(1, once('seed'), once('warm'));
    expect(await engine.runBlocks(wanted, SOMEONE, () => false)).to.equal(undefined);
    await engine.runBlocks(wanted, SOMEONE, (key) => key === 'vdisk/rows');
    await rig.pass(1);
    expect(rig.story).to.deep.equal(['seed vdisk/rows', 'warm vdisk/rows']);
    for (let i = 1; i < 4; i++) await engine.runBlocks({ ...wanted, revision: i }, SOMEONE, () => true);
    await rig.pass(1);
    expect(rig.story.slice(2)).to.deep.equal(['seed container/db', 'warm container/db']);
  });

  it('run again with force at each apply, for a changed block, and for a service made anew', async () => {
    const { engine } = rig.robot('r1');
    const run = async (number: number, ...actions: DesiredAction[]): Promise<number> => {
      const before = rig.deeds.length;
      await engine.runBlocks(revision(number, ...actions), SOMEONE, () => true);
      await rig.pass(1);
      return rig.deeds.length - before;
    };
    expect(await run(1, once('seed', { force: true }))).to.equal(2);
    expect(await run(1, once('seed', { force: true }))).to.equal(0);
    expect(await run(2, once('seed', { force: true }))).to.equal(2);
    expect(await run(3, once('warm'))).to.equal(2);
    expect(await run(4)).to.equal(0);
    expect(await run(5, once('warm'))).to.equal(0);
    expect(await run(6, once('warm', { hash: 'other' }))).to.equal(2);
    rig.services.set('vdisk/rows', { ...rig.services.get('vdisk/rows')!, uid: 'new' });
    expect(await run(7, once('warm', { hash: 'other' }))).to.equal(1);
  });

  it('run once though several robots see the convergence at once', async () => {
    const robots = [rig.robot('r1'), rig.robot('r2'), rig.robot('r3')];
    const runs = await Promise.all(
      robots.map(({ engine }) => engine.runBlocks(revision(1, once('seed')), SOMEONE, () => true)),
    );
    await rig.pass(1);
    expect(runs.filter((run) => run !== undefined)).to.have.length(1);
    expect(rig.story).to.have.length(2);
  });
});
