// What is kept of runs, and how they are found. Names in brackets are the AYS tests whose behaviour is kept.

import { expect } from 'chai';
import type { RunFilter } from '../../../engine/runs/index.ts';
import { failing, type Rig, SOMEONE } from './rig.ts';
import { MINUTE, refused, request, shop } from './shop.ts';

describe('the record of a run', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = shop();
  });

  it('keeps results, durations and what jobs said, without secrets', async () => {
    rig.work = async (_, { log }) => {
      log('password is hunter2');
      await rig.takes(1_500);
      log('two\nthree');
      return { login: 'hunter2', rows: 3 };
    };
    const { engine } = rig.robot('r1');
    const { id } = await engine.create(request([{ action: 'test', on: { keys: ['container/lone'] } }]));
    await rig.pass(1_200);
    const meanwhile = await engine.logs(id, 0);
    expect(meanwhile.lines.map(({ text }) => text)).to.deep.equal(['password is (secret)']);
    expect(meanwhile.ended).to.equal(false);
    await rig.pass(1_000);
    const [job] = (await engine.get(id)).jobs;
    expect(job!.result).to.deep.equal({ login: '(secret)', rows: 3 });
    expect(job!.endedAt! - job!.startedAt!).to.equal(1_500);
    const log = await engine.logs(id, 0);
    expect(log.lines.map(({ text }) => text)).to.deep.equal(['password is (secret)', 'two', 'three']);
    expect(log.ended).to.equal(true);
    expect((await engine.logs(id, 0, 2)).lines.map(({ text }) => text)).to.deep.equal(['three']);
  });

  it('keeps the log of earlier executions', async () => {
    rig.work = async ({ execution }, { log }) => {
      log(`execution ${execution}`);
      return execution === 1 ? await failing() : null;
    };
    const { engine } = rig.robot('r1');
    const { id } = await engine.create(request([{ action: 'test', on: { keys: ['container/lone'] } }]));
    await rig.pass(MINUTE);
    const { lines } = await engine.logs(id, 0);
    expect(lines.map(({ n, text }) => `${n} ${text}`)).to.deep.equal(['1 execution 1', '2 execution 2']);
  });

  it('keeps the size of a result that is too large, and what is false or empty as it is', async () => {
    const results = { large: 'x'.repeat(70_000), no: false, empty: '', none: null } as const;
    rig.work = async ({ args }) => results[args['give'] as keyof typeof results];
    const { engine } = rig.robot('r1');
    const on = { keys: ['container/lone'] } as const;
    const give = Object.keys(results).map((name) => ({ action: 'test', on, args: { give: name } }));
    const { id } = await engine.create(request(give));
    await rig.pass(1);
    expect((await engine.get(id)).jobs.map(({ result }) => result)).to.deep.equal([
      { truncated: true, bytes: 70_002 },
      false,
      '',
      null,
    ]);
  });

  it('is found by service, action, state and time, newest first, page by page [test_list_job]', async () => {
    rig.work = async ({ key }) => (key === 'vdisk/rows' ? await failing() : null);
    const { engine } = rig.robot('r1');
    const made: string[] = [];
    for (const key of ['vdisk/rows', 'container/db', 'container/lone'] as const) {
      for (const action of ['test', 'backup']) {
        made.push((await engine.create(request([{ action, on: { keys: [key] } }], { retries: [] }))).id);
        await rig.pass(1_000);
      }
    }
    const ids = async (filter: RunFilter): Promise<string[]> => (await engine.list(filter)).runs.map(({ id }) => id);
    expect(await ids({})).to.deep.equal([...made].reverse());
    expect(await ids({ service: 'container/db' })).to.deep.equal([made[3], made[2]]);
    expect(await ids({ action: 'test', state: 'done' })).to.deep.equal([made[4], made[2]]);
    expect(await ids({ since: rig.clock.now() - 2_000 })).to.deep.equal([made[5], made[4]]);
    const page = await engine.list({ limit: 4 });
    expect(page.next).to.equal(page.runs.at(-1)!.id);
    const rest = await engine.list({ limit: 4, after: page.next! });
    expect(rest.runs.map(({ id }) => id)).to.deep.equal([made[1], made[0]]);
    expect(rest.next).to.equal(null);
    const jobs = await engine.jobs({ action: 'backup', state: 'failed' });
    expect(jobs.map(({ run, key }) => [run, key])).to.deep.equal([[made[1], 'vdisk/rows']]);
  });

  it('is forgotten when it is old or when there are many', async () => {
    const history = { count: 3, ageMs: 60 * MINUTE };
    const { engine } = rig.robot('r1', { options: { history } });
    for (let i = 0; i < 5; i++) {
      await engine.create(request([{ action: 'test', on: { keys: ['container/lone'] } }]));
      await rig.pass(1_000);
    }
    await rig.pass(11 * MINUTE);
    await engine.sweep();
    expect((await engine.list()).runs).to.have.length(3);
    expect(await rig.store.count('job')).to.equal(3);
    await rig.pass(60 * MINUTE);
    await engine.sweep();
    expect((await engine.list()).runs).to.be.empty;
    expect(await rig.store.count('job')).to.equal(0);
  });

  it('that nobody knows is answered with RUN_UNKNOWN', async () => {
    const { engine } = rig.robot('r1');
    for (const id of ['nonsense', '0123456789abcdefg', '']) {
      expect((await refused(engine.get(id))).code).to.equal('RUN_UNKNOWN');
      expect((await refused(engine.cancel(id, SOMEONE))).code).to.equal('RUN_UNKNOWN');
    }
  });

  it('says what it did in the log of the run and of the service', async () => {
    const { engine } = rig.robot('r1');
    const { id } = await engine.create(request([{ action: 'test', on: { keys: ['container/lone'] } }]));
    await rig.pass(1);
    const types = async (about: string): Promise<string[]> => (await rig.store.log({ about })).map(({ type }) => type);
    expect(await types(id)).to.deep.equal(['run.created', 'run.running', 'run.done']);
    expect(await types('container/lone')).to.deep.equal(['job.done']);
  });
});
