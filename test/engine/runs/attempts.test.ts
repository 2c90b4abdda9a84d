// How often and how long a job is tried. Names in brackets are the AYS tests whose behaviour is kept.

import { expect } from 'chai';
import { EngineError } from '../../../engine/model/errors.ts';
import { failing, type Rig } from './rig.ts';
import { all, MINUTE, request, shop } from './shop.ts';

describe('an attempt at a run', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = shop();
  });

  it('makes exactly 4 executions with retries 5, 10, 15, at their times [with_retries]', async () => {
    rig.work = async () => await failing();
    const { engine } = rig.robot('r1');
    const { id } = await engine.create(
      request([{ action: 'test', on: { keys: ['container/lone'] } }], { retries: [5_000, 10_000, 15_000] }),
    );
    await rig.pass(60 * MINUTE);
    const begun = rig.deeds.map(({ from }) => from - rig.deeds[0]!.from);
    expect(begun).to.deep.equal([0, 5_000, 15_000, 30_000]);
    const run = await engine.get(id);
    expect(run).to.include({ state: 'failed', attempt: 4 });
    expect(run.jobs[0]).to.include({ executions: 4, state: 'failed' });
  });

  it('makes exactly 1 execution without retries [without_retries]', async () => {
    rig.work = async () => await failing();
    const { engine } = rig.robot('r1');
    await engine.create(request([{ action: 'test', on: { keys: ['container/lone'] } }], { retries: [] }));
    await rig.pass(60 * MINUTE);
    expect(rig.deeds).to.have.length(1);
  });

  it('climbs the ladder of 10 s, 30 s, 1 m, 5 m, 10 m, 30 m when nothing is set', async () => {
    rig.work = async () => await failing();
    const { engine } = rig.robot('r1');
    await engine.create(request([{ action: 'test', on: { keys: ['container/lone'] } }]));
    await rig.pass(120 * MINUTE);
    const gaps = rig.deeds.slice(1).map(({ from }, i) => (from - rig.deeds[i]!.from) / 1000);
    expect(gaps).to.deep.equal([10, 30, 60, 300, 600, 1800]);
  });

  it('tries only what failed again, then goes on with what waited for it', async () => {
    rig.work = async ({ key, execution }) => (key === 'container/db' && execution === 1 ? await failing() : null);
    const { engine } = rig.robot('r1');
    const { id } = await engine.create(request([{ action: 'test', ...all }], { retries: [1_000] }));
    await rig.pass(10);
    expect((await engine.get(id)).state).to.equal('backing off');
    await rig.pass(1_000);
    expect((await engine.get(id)).state).to.equal('done');
    const times = (key: string): number => rig.deeds.filter((deed) => deed.key === key).length;
    expect(['vdisk/rows', 'container/db', 'container/web', 'container/lone'].map(times)).to.deep.equal([1, 2, 1, 1]);
    expect(new Set(rig.deeds.map(({ run }) => run))).to.have.property('size', 1);
  });

  it('does not try again where only a person helps', async () => {
    rig.work = () => Promise.reject(new EngineError('DRIVER_REFUSED', 'a run is going on'));
    const { engine } = rig.robot('r1');
    const { id } = await engine.create(request([{ action: 'test', on: { keys: ['container/lone'] } }]));
    await rig.pass(60 * MINUTE);
    expect(rig.deeds).to.have.length(1);
    expect((await engine.get(id)).jobs[0]!.error).to.include({ code: 'DRIVER_REFUSED' });
  });

  it('fails a job that takes longer than its action may [test_timeout_actions]', async () => {
    rig.work = async (_, { signal }) => await rig.takes(50_000, signal);
    const { engine } = rig.robot('r1');
    const on = { keys: ['container/lone', 'vdisk/rows'] } as const;
    const { id } = await engine.create(request([{ action: 'slow', on }], { retries: [] }));
    await rig.pass(4_999);
    expect((await engine.get(id)).state).to.equal('running');
    await rig.pass(1);
    const run = await engine.get(id);
    expect(run.state).to.equal('failed');
    expect(run.jobs.map(({ state, error }) => [state, error?.code])).to.deep.equal([
      ['failed', 'DRIVER_TIMEOUT'],
      ['failed', 'DRIVER_TIMEOUT'],
    ]);
  });

  it('leaves no live job behind when one hangs and ignores its signal [test_recurring_actions_hanging_jobs]', async () => {
    rig.work = async () => await new Promise<never>(() => undefined);
    const robot = rig.robot('r1');
    const { id } = await robot.engine.create(
      request([{ action: 'slow', on: { keys: ['container/lone'] } }], { retries: [] }),
    );
    await rig.pass(5_000);
    expect((await robot.engine.get(id)).state).to.equal('failed');
    expect(robot.engine.counts).to.deep.equal({ runs: 0, jobs: 0 });
  });

  it('runs at most 50 minutes where an action sets no time', async () => {
    rig.work = async () => await new Promise<never>(() => undefined);
    const { engine } = rig.robot('r1');
    const { id } = await engine.create(
      request([{ action: 'test', on: { keys: ['container/lone'] } }], { retries: [] }),
    );
    await rig.pass(50 * MINUTE - 1);
    expect((await engine.get(id)).state).to.equal('running');
    await rig.pass(1);
    expect((await engine.get(id)).state).to.equal('failed');
  });

  it('does not wait for the rest of the ladder when a person says retry', async () => {
    rig.work = async ({ execution }) => (execution < 3 ? await failing() : null);
    const { engine } = rig.robot('r1');
    const { id } = await engine.create(
      request([{ action: 'test', on: { keys: ['container/lone'] } }], { retries: [1_000, 60 * MINUTE] }),
    );
    await rig.pass(2_000);
    await engine.retry(id);
    await rig.pass(1);
    expect((await engine.get(id)).state).to.equal('done');
  });
});
