// A robot that ends at any store write, before or after it counts, and again at any later one: another goes on. What had ended is
// never executed again, what had not is, and the end is the same as without the deaths.

import { expect } from 'chai';
import fc from 'fast-check';
import type { ServiceKey } from '../../../engine/model/key.ts';
import { isFinal, type Run } from '../../../engine/runs/index.ts';
import { failing, Rig, SOMEONE } from './rig.ts';

const HOUR = 3_600_000;

interface Scenario {
  /** Links downwards. */
  readonly links: readonly (readonly number[])[];
  /** Executions of each job that fail before one succeeds; 9: never. */
  readonly failures: readonly number[];
  readonly actions: readonly string[];
  readonly cancelAt: number | undefined;
}

type Lost = Readonly<Record<number, 'counts' | 'does not count'>>;

interface Death {
  readonly dieAt: number;
  readonly after: boolean;
}

/** Makes the run, kills robots one after the other, and lets the last one live. */
async function play(scenario: Scenario, deaths: readonly Death[], lost: Lost = {}): Promise<{ rig: Rig; run: Run }> {
  const rig = new Rig();
  scenario.links.forEach((to, i) => {
    rig.service(`k/s${i}`, ...to.filter((each) => each < i).map((each): ServiceKey => `k/s${each}`));
  });
  for (const action of scenario.actions) rig.actions[action] = {};
  const broke = new Map<string, number>();
  rig.work = async ({ key, action }) => {
    await rig.takes(50);
    const times = broke.get(`${action} ${key}`) ?? 0;
    if (times >= (scenario.failures[Number(key.slice(3))] ?? 0)) return times;
    broke.set(`${action} ${key}`, times + 1);
    return await failing();
  };
  const maker = rig.robot('maker', { options: { openRuns: 0 } });
  const { id } = await maker.engine.create({
    actions: scenario.actions.map((action) => ({ action, on: {} })),
    cause: { kind: 'action' },
    author: SOMEONE,
    retries: [1_000, 1_000],
  });
  for (const [i, death] of deaths.entries()) rig.robot(`mortal${i}`, death);
  if (deaths.length > 0) await rig.pass(HOUR / 60);
  rig.robot('last', { lost });
  rig.unsteady = Object.keys(lost).length > 0;
  if (scenario.cancelAt !== undefined) {
    await rig.pass(scenario.cancelAt);
    await maker.engine.cancel(id, SOMEONE).catch(() => undefined);
  }
  await rig.pass(rig.unsteady ? 20_000 : HOUR);
  return { rig, run: await maker.engine.get(id) };
}

function check(rig: Rig, run: Run): void {
  expect(isFinal(run.state), run.state).to.equal(true);
  for (const job of run.jobs) {
    const deeds = rig.deeds.filter(({ n }) => n === job.n);
    // Never two at once by robots that lived.
    const begun = [...deeds].sort((a, b) => a.from - b.from);
    for (const [i, deed] of begun.entries()) {
      const before = begun[i - 1];
      if (before === undefined || rig.robots.find(({ name }) => name === before.robot)?.dead === true) continue;
      expect(before.to, `${job.action} ${job.key}`).to.be.at.most(deed.from);
    }
    // After a success whose robot lived on, no other.
    const counted = begun.findIndex(
      ({ ok, robot }) => ok && rig.robots.find(({ name }) => name === robot)?.dead !== true,
    );
    if (counted >= 0) expect(begun).to.have.length(counted + 1);
    for (const n of job.after) {
      const producer = rig.deeds.find((deed) => deed.n === n && deed.ok);
      for (const deed of deeds) expect(producer?.to).to.be.at.most(deed.from);
    }
    expect(new Set(deeds.map(({ run: token }) => token)).size).to.be.at.most(1);
  }
}

const outcome = ({ state, jobs }: Run): unknown => [state, jobs.map((job) => `${job.action} ${job.key} ${job.state}`)];

describe('runs and the death of robots', () => {
  const diamond: Scenario = {
    links: [[], [0], [0], [1, 2], []],
    failures: [0, 1, 0, 0, 1],
    actions: ['test', 'check'],
    cancelAt: undefined,
  };

  it('end the same at whatever store write a robot dies, before or after it counts', async () => {
    const { run: without } = await play(diamond, []);
    expect(without.state).to.equal('done');
    let died = 0;
    for (let dieAt = 1; dieAt <= 40; dieAt++) {
      for (const after of [false, true]) {
        const { rig, run } = await play(diamond, [{ dieAt, after }]);
        const robot = rig.robots.find(({ name }) => name === 'mortal0')!;
        if (robot.dead) died++;
        check(rig, run);
        expect(outcome(run), `death at ${dieAt} ${after ? 'after' : 'before'}`).to.deep.equal(outcome(without));
      }
    }
    expect(died, 'deaths that happened').to.be.above(20);
  });

  it('do not execute again what had ended when the robot died', async () => {
    const { rig } = await play({ ...diamond, failures: [], actions: ['test'] }, [{ dieAt: 4, after: false }]);
    expect(rig.robots.find(({ name }) => name === 'mortal0')!.dead).to.equal(true);
    // The first wave had ended and counted; what ran when it died ran twice.
    const times = [0, 1, 2, 3, 4].map((i) => rig.deeds.filter(({ key }) => key === `k/s${i}`).length);
    expect(times).to.deep.equal([1, 2, 2, 1, 1]);
  });

  it('keep their promises for any graph, any failures, any deaths and a cancel at any time', async () => {
    const scenario = fc.record<Scenario>({
      links: fc.array(fc.array(fc.nat({ max: 4 }), { maxLength: 3 }), { minLength: 1, maxLength: 6 }),
      failures: fc.array(fc.constantFrom(0, 0, 0, 1, 2, 9), { minLength: 6, maxLength: 6 }),
      actions: fc.constantFrom(['test'], ['test', 'check'], ['stop', 'test']),
      cancelAt: fc.option(fc.integer({ min: 0, max: 3_000 }), { nil: undefined, freq: 3 }),
    });
    const deaths = fc.array(fc.record<Death>({ dieAt: fc.integer({ min: 1, max: 14 }), after: fc.boolean() }), {
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(scenario, deaths, async (given, dying) => {
        const { rig, run } = await play(given, dying);
        check(rig, run);
        expect((await rig.store.list('schedule')).map(({ id }) => id)).to.deep.equal([]);
        for (const { key, state } of run.jobs)
          if (given.failures[Number(key.slice(3))] === 9) expect(state).not.to.equal('done');
        if (given.cancelAt !== undefined) return;
        // A death may swallow a failure that the world counts, so there may be one attempt more than without; never one less.
        const { run: without } = await play(given, []);
        if (without.state === 'done') expect(outcome(run)).to.deep.equal(outcome(without));
      }),
      { numRuns: 150 },
    );
  });

  it('repeat nothing and lose nothing when answers of the store are lost', async () => {
    const { run: without, rig: calm } = await play(diamond, []);
    const lost = fc.dictionary(
      fc.integer({ min: 1, max: 30 }).map(String),
      fc.constantFrom('counts', 'does not count'),
      {
        maxKeys: 8,
      },
    );
    await fc.assert(
      fc.asyncProperty(lost, async (answers) => {
        const { rig, run } = await play(diamond, [], answers);
        check(rig, run);
        expect(outcome(run)).to.deep.equal(outcome(without));
        expect([...rig.story].sort()).to.deep.equal([...calm.story].sort());
        expect(run.jobs.every(({ interrupted }) => interrupted === 0)).to.equal(true);
      }),
      { numRuns: 60 },
    );
  });

  it('are cancelled though answers of the store are lost', async () => {
    const answers = fc.dictionary(
      fc.integer({ min: 1, max: 8 }).map(String),
      fc.constantFrom('counts', 'does not count'),
      {
        maxKeys: 8,
      },
    );
    await fc.assert(
      fc.asyncProperty(answers, async (lost) => {
        const rig = new Rig();
        rig.actions['test'] = {};
        for (let i = 0; i < 3; i++) rig.service(`k/s${i}`);
        rig.service('k/after', 'k/s0');
        rig.work = async ({ key }, { signal }) => await rig.takes(key === 'k/s1' ? 800 : HOUR, signal);
        const { engine } = rig.robot('maker', { options: { openRuns: 0 } });
        const { id } = await engine.create({
          actions: [{ action: 'test', on: {} }],
          cause: { kind: 'action' },
          author: SOMEONE,
        });
        rig.robot('r1', { lost });
        rig.unsteady = true;
        await rig.pass(1_000);
        await engine.cancel(id, SOMEONE);
        await rig.pass(3_000);
        expect((await engine.get(id)).state).to.equal('cancelled');
        expect(rig.story).not.to.include('test k/after');
        expect(await rig.store.list('schedule')).to.deep.equal([]);
      }),
      { numRuns: 60 },
    );
  });

  for (const [how, words] of [
    ['dead', 'has lost the store'],
    ['stuck', 'is stuck'],
  ] as const) {
    it(`go on at another robot when theirs ${words}, and it changes nothing when it comes back`, async () => {
      const rig = new Rig();
      rig.actions['test'] = {};
      rig.service('k/s0');
      rig.service('k/s1', 'k/s0');
      rig.work = async ({ execution }) => {
        await rig.takes(5_000);
        return `execution ${execution}`;
      };
      const away = rig.robot('away');
      const { id } = await away.engine.create({
        actions: [{ action: 'test', on: {} }],
        cause: { kind: 'action' },
        author: SOMEONE,
      });
      await rig.pass(1_000);
      if (how === 'dead') away.dead = true;
      else away.stuck = true;
      rig.robot('other');
      rig.unsteady = true;
      await rig.pass(5_000);
      away.dead = away.stuck = false;
      await rig.pass(20_000);
      const run = await away.engine.get(id);
      expect(run.state).to.equal('done');
      expect(run.jobs.map(({ result }) => result)).to.deep.equal(['execution 2', 'execution 1']);
      expect(rig.deeds.map(({ robot, key }) => `${robot} ${key}`)).to.deep.equal([
        'away k/s0',
        'other k/s0',
        'other k/s1',
      ]);
      expect(away.engine.counts).to.deep.equal({ runs: 0, jobs: 0 });
    });
  }

  it('are one robot’s at a time, though many sweep', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 4 }),
        fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 12 }),
        async (robots, keys) => {
          const rig = new Rig();
          rig.actions['test'] = {};
          for (let i = 0; i < 4; i++) rig.service(`k/s${i}`);
          rig.work = async () => await rig.takes(10);
          const fleet = Array.from({ length: robots }, (_, i) =>
            rig.robot(`r${i}`, { options: { concurrency: 2, openRuns: 2 } }),
          );
          for (const [i, each] of keys.entries()) {
            await fleet[i % robots]!.engine.create({
              actions: [{ action: 'test', on: { keys: [`k/s${each}`] } }],
              cause: { kind: 'action' },
              author: SOMEONE,
            });
          }
          await rig.pass(60_000);
          expect(rig.deeds).to.have.length(keys.length);
          expect(fleet.flatMap(({ problems }) => problems)).to.deep.equal([]);
          for (const { runs } of [await fleet[0]!.engine.list({ limit: 100 })])
            expect(runs.map(({ state }) => state)).to.deep.equal(keys.map(() => 'done'));
        },
      ),
      { numRuns: 50 },
    );
  });
});
