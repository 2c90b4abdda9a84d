// Runs from their making to their end, in simulated time. Names in brackets are the AYS tests whose behaviour is kept.

import { expect } from 'chai';
import { failing, Rig, SOMEONE } from './rig.ts';
import { all, MINUTE, refused, request, shop, states } from './shop.ts';

describe('a run', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = shop();
  });

  it('does an action on several services, producers first, and ends as done', async () => {
    const { engine } = rig.robot('r1');
    const { id } = await engine.create(request([{ action: 'backup', ...all }]));
    await rig.pass(1);
    expect((await engine.get(id)).state).to.equal('done');
    const story = rig.story;
    expect(story).to.have.length(4);
    const at = (key: string): number => story.indexOf(`backup ${key}`);
    expect(at('vdisk/rows')).to.be.below(at('container/db'));
    expect(at('container/db')).to.be.below(at('container/web'));
  });

  it('does only the action that was asked, where it was asked [test_run_filters]', async () => {
    const { engine } = rig.robot('r1');
    await engine.create(request([{ action: 'test', on: { kind: 'vdisk' } }]));
    await rig.pass(1);
    expect(rig.story).to.deep.equal(['test vdisk/rows']);
  });

  it('stops only what depends on a failed job [bp_runtime_error_service]', async () => {
    rig.work = async ({ key }) => (key === 'container/db' ? await failing() : null);
    const { engine } = rig.robot('r1');
    const { id } = await engine.create(request([{ action: 'test', ...all }], { retries: [] }));
    await rig.pass(1);
    const run = await engine.get(id);
    expect(run.state).to.equal('failed');
    expect(states(run)).to.deep.equal({
      'test vdisk/rows': 'done',
      'test container/db': 'failed',
      'test container/web': 'skipped',
      'test container/lone': 'done',
    });
    expect(run.jobs.find(({ state }) => state === 'failed')?.error).to.include({ message: 'it broke' });
  });

  it('only plans when simulated', async () => {
    const { engine } = rig.robot('r1');
    const run = await engine.create(request([{ action: 'test', ...all }]), { simulate: true });
    await rig.pass(MINUTE);
    expect(run.jobs).to.have.length(4);
    expect(rig.deeds).to.be.empty;
    expect((await engine.list()).runs).to.be.empty;
  });

  it('cancelled while it waits for its next attempt, ends at once', async () => {
    rig.work = async () => await failing();
    const { engine } = rig.robot('r1');
    const { id } = await engine.create(request([{ action: 'test', on: { keys: ['container/lone'] } }]));
    await rig.pass(1);
    await engine.cancel(id, SOMEONE);
    await rig.pass(60 * MINUTE);
    expect((await engine.get(id)).state).to.equal('cancelled');
    expect(rig.deeds).to.have.length(1);
    expect((await refused(engine.cancel(id, SOMEONE))).code).to.equal('RUN_CONFLICT');
  });

  it('cancelled while it is being begun, is either cancelled or done, and whole', async () => {
    const ends = new Set<string>();
    for (let turns = 0; turns < 80; turns++) {
      rig = new Rig();
      rig.actions['test'] = {};
      rig.service('container/lone');
      const { engine } = rig.robot('r1');
      await rig.pass(1);
      const { id } = await engine.create(request([{ action: 'test', on: { keys: ['container/lone'] } }]));
      for (let i = 0; i < turns; i++) await Promise.resolve();
      await engine.cancel(id, SOMEONE).catch((error: unknown) => {
        expect(error).to.have.property('code', 'RUN_CONFLICT');
      });
      await rig.pass(1_000);
      const run = await engine.get(id);
      ends.add(run.state);
      expect(run.jobs[0]!.state).to.equal(run.state);
      expect(await rig.store.list('schedule')).to.deep.equal([]);
      expect(engine.counts).to.deep.equal({ runs: 0, jobs: 0 });
    }
    expect(ends).to.deep.equal(new Set(['cancelled', 'done']));
  });

  it('cancelled at another robot, stops what runs and begins nothing more', async () => {
    let aborted = 0;
    rig.work = async (_, { signal }) => {
      signal.addEventListener('abort', () => aborted++);
      return await rig.takes(10 * MINUTE, signal);
    };
    const first = rig.robot('r1');
    const { id } = await first.engine.create(request([{ action: 'test', ...all }]));
    await rig.pass(1);
    const other = rig.robot('r2');
    await other.engine.cancel(id, SOMEONE);
    await rig.pass(1);
    const run = await other.engine.get(id);
    expect(run).to.include({ state: 'cancelled' });
    expect(run.cancelledBy).to.deep.equal(SOMEONE);
    expect(new Set(Object.values(states(run)))).to.deep.equal(new Set(['cancelled']));
    expect(aborted).to.equal(2);
    await rig.pass(MINUTE);
    expect(rig.deeds).to.have.length(2);
  });

  it('goes on from the failed job when a person says retry', async () => {
    let broken = true;
    rig.work = async ({ key }) => (broken && key === 'container/db' ? await failing() : null);
    const { engine } = rig.robot('r1');
    const { id } = await engine.create(request([{ action: 'test', ...all }], { retries: [] }));
    await rig.pass(1);
    broken = false;
    await engine.retry(id);
    await rig.pass(1);
    expect((await engine.get(id)).state).to.equal('done');
    expect(rig.story.slice(-2)).to.deep.equal(['test container/db', 'test container/web']);
    expect(rig.deeds).to.have.length(5);
    expect((await refused(engine.retry(id))).code).to.equal('RUN_CONFLICT');
  });

  it('never has two jobs on one service at once, whoever asked for them', async () => {
    rig.work = async (_, { signal }) => await rig.takes(1_000, signal);
    const robots = [rig.robot('r1'), rig.robot('r2')];
    for (let i = 0; i < 6; i++)
      await robots[i % 2]!.engine.create(request([{ action: 'test', on: { keys: ['container/lone'] } }]));
    await rig.pass(MINUTE);
    expect(rig.deeds).to.have.length(6);
    const inOrder = [...rig.deeds].sort((a, b) => a.from - b.from);
    for (const [i, deed] of inOrder.entries()) expect(deed.from).to.be.at.least(inOrder[i - 1]?.to ?? 0);
  });

  it('executes no more jobs at once than it may', async () => {
    for (let i = 0; i < 20; i++) rig.service(`task/t${i}`);
    let now = 0;
    let most = 0;
    rig.work = async () => {
      most = Math.max(most, ++now);
      await rig.takes(100);
      now--;
      return null;
    };
    const { engine } = rig.robot('r1', { options: { concurrency: 3 } });
    await rig.pass(1);
    // One run with many jobs, and many with one.
    await engine.create(request([{ action: 'test', on: { kind: 'task' } }]));
    for (let i = 0; i < 20; i++) await engine.create(request([{ action: 'backup', on: { keys: [`task/t${i}`] } }]));
    await rig.pass(MINUTE);
    expect((await engine.list({ state: 'done' })).runs).to.have.length(21);
    expect(most).to.equal(3);
  });

  it('is not begun on another service of the same name', async () => {
    const { engine } = rig.robot('r1');
    const { id } = await engine.create(request([{ action: 'test', on: { keys: ['container/lone'] } }]));
    rig.services.set('container/lone', { ...rig.services.get('container/lone')!, uid: 'another' });
    await rig.pass(1);
    expect(rig.deeds).to.be.empty;
    expect((await engine.get(id)).jobs[0]!.error).to.include({ code: 'KEY_UNKNOWN' });
  });

  it('fails a job whose action gives back what is no JSON', async () => {
    rig.work = async () => 1n as unknown as null;
    const { engine } = rig.robot('r1');
    const { id } = await engine.create(
      request([{ action: 'test', on: { keys: ['container/lone'] } }], { retries: [] }),
    );
    await rig.pass(1);
    expect((await engine.get(id)).jobs[0]!.error).to.include({ code: 'INTERNAL' });
  });

  it('is made once, however often it is asked for under one id', async () => {
    const { engine } = rig.robot('r1');
    const id = await engine.newId();
    const wanted = request([{ action: 'test', on: { keys: ['container/lone'] } }]);
    const made = [await engine.create(wanted, { id }), await engine.create(wanted, { id })];
    await rig.pass(1);
    expect(made.map((run) => run.id)).to.deep.equal([id, id]);
    expect(rig.deeds).to.have.length(1);
    expect((await refused(engine.create(wanted, { id: 'mine' }))).code).to.equal('RUN_UNKNOWN');
  });

  it('is let go of by a robot that stops, and another goes on without repeating what has ended', async () => {
    rig.work = async ({ key }, { signal }) => await rig.takes(key === 'container/db' ? MINUTE : 10, signal);
    const first = rig.robot('r1');
    const { id } = await first.engine.create(request([{ action: 'test', ...all }]));
    await rig.pass(100);
    const stopping = first.engine.stop(1_000);
    await rig.pass(1_001);
    await stopping;
    first.dead = true;
    expect(first.engine.counts.runs).to.equal(0);
    const second = rig.robot('r2');
    await rig.pass(2 * MINUTE);
    const run = await second.engine.get(id);
    expect(run).to.include({ state: 'done', attempt: 1 });
    expect(rig.story.filter((each) => each === 'test vdisk/rows')).to.have.length(1);
    expect(rig.story.filter((each) => each === 'test container/db')).to.have.length(2);
  });

  it('leaves nothing in the indexes once it has ended', async () => {
    rig.work = async ({ key }) => (key === 'container/db' ? await failing() : null);
    const { engine, problems } = rig.robot('r1');
    await engine.create(request([{ action: 'test', ...all }], { callback: { url: 'http://ci.test/' } }));
    await rig.pass(120 * MINUTE);
    expect(await rig.store.list('schedule')).to.deep.equal([]);
    expect(problems).to.deep.equal([]);
  });
});
