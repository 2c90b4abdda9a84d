// One pass: what it does, what it leaves alone, and that nothing makes it throw.

import { expect } from 'chai';
import fc from 'fast-check';
import { withFaults } from '../../../drivers/faults.ts';
import type { AnyActor, Status } from '../../../engine/model/actor.ts';
import { EngineError } from '../../../engine/model/errors.ts';
import { anyActor } from '../../../engine/model/registry.ts';
import { NO_TIMERS, within, type Timers } from '../../../engine/model/deadline.ts';
import { reconcile, type Pass } from '../../../engine/reconcile/reconcile.ts';
import { reportOf, signatureOf } from '../../../engine/reconcile/report.ts';
import { rungOf } from '../../../engine/reconcile/rung.ts';
import { jar, lamp, memoryToys } from '../../convergence/toys.ts';

const lampActor = anyActor(lamp);
const jarActor = anyActor(jar);
const LAMP = { bulb: 'E14', colour: 'red', running: true };
const JAR = { size: 2, lid: true, running: true };

function passOf(driver: object, over: Partial<Pass> = {}): Pass {
  return {
    actor: lampActor,
    driver,
    key: 'lamp/one',
    uid: 'u1',
    generation: 1,
    hash: 'h1',
    want: LAMP,
    consents: [],
    blockers: { producers: [], consumers: [] },
    limits: { observeMs: 10, stepMs: 20 },
    timers: NO_TIMERS,
    ...over,
  };
}

async function run(pass: Pass): Promise<string[]> {
  const kinds: string[] = [];
  for (let i = 0; i < 10; i++) {
    const outcome = await reconcile(pass);
    kinds.push(outcome.kind === 'progressed' ? outcome.step.op : outcome.kind);
    if (outcome.kind !== 'progressed') break;
  }
  return kinds;
}

describe('a pass', () => {
  it('does one step and says which and why', async () => {
    const driver = memoryToys();
    const outcome = await reconcile(passOf(driver));
    expect(outcome).to.include({ kind: 'progressed' });
    expect(outcome.decisions).to.deep.equal([{ decision: 'step', reason: 'create: presence: absent → present' }]);
    expect(driver.world.calls).to.deep.equal(['make lamp/one']);
    expect(await run(passOf(driver))).to.deep.equal(['start', 'converged']);
  });

  it('plans without doing anything on a dry run', async () => {
    const driver = memoryToys();
    const outcome = await reconcile(passOf(driver, { dryRun: true }));
    expect(outcome.kind === 'planned' && outcome.steps.map(({ op }) => op)).to.deep.equal(['create', 'start']);
    expect(driver.world.calls).to.deep.equal([]);
  });

  it('leaves a stranger alone and tells how to adopt it', async () => {
    const driver = memoryToys();
    const id = driver.world.putForeign('lamp/one');
    const outcome = await reconcile(passOf(driver));
    expect(outcome.kind === 'failed' && outcome.error).to.include({ code: 'UNOWNED' });
    expect(outcome.kind === 'failed' && outcome.error.hint).to.contain(`ays adopt lamp/one --from ${id}`);
    expect((await reconcile(passOf(driver, { want: 'absent' }))).kind).to.equal('absent');
    expect((await reconcile(passOf(driver, { want: 'retired' }))).kind).to.equal('retired');
    expect(driver.world.calls).to.deep.equal([]);
  });

  it('turns a fault into an outcome, whatever is thrown where', async () => {
    const thrown = fc.constantFrom<unknown>(
      new EngineError('DRIVER_FAILED', 'no'),
      new Error('boom'),
      'text',
      undefined,
      null,
      7,
    );
    const place = fc.constantFrom('observe', 'diff', 'run');
    await fc.assert(
      fc.asyncProperty(thrown, place, fc.boolean(), async (error, where, late) => {
        const fail = async (): Promise<never> => {
          if (late) await Promise.resolve();
          throw error;
        };
        const actor: AnyActor = {
          ...lampActor,
          ...(where === 'observe' && {
            observe: late
              ? fail
              : () => {
                  throw error;
                },
          }),
          ...(where === 'diff' && {
            diff: () => {
              throw error;
            },
          }),
          ...(where === 'run' && {
            steps: {
              ...lampActor.steps,
              create: {
                ...lampActor.steps['create']!,
                run: late
                  ? fail
                  : () => {
                      throw error;
                    },
              },
            },
          }),
        };
        const outcome = await reconcile(passOf(memoryToys(), { actor }));
        expect(outcome.kind === 'failed' && outcome.error.code).to.equal(
          error instanceof EngineError ? 'DRIVER_FAILED' : 'INTERNAL',
        );
        expect(outcome.kind === 'failed' && outcome.step?.op).to.equal(where === 'run' ? 'create' : undefined);
        expect(JSON.parse(JSON.stringify(reportOf(actor, outcome)))).to.deep.equal(reportOf(actor, outcome));
      }),
    );
  });

  it('calls a step that the actor plans and does not have a bug', async () => {
    const actor: AnyActor = {
      ...lampActor,
      diff: () => [{ op: 'fly', args: null, why: { field: 'on', have: 1, want: 2, text: 'up' } }],
    };
    // Unknown steps are taken for destructive, so this one is agreed to.
    const consents = [{ key: 'lamp/one', uid: 'u1', op: 'fly', reason: '' } as const];
    const outcome = await reconcile(passOf(memoryToys(), { actor, consents }));
    expect(outcome.kind === 'failed' && outcome.error).to.include({ code: 'INTERNAL' });
  });

  it('never calls a thing converged whose health is error', async () => {
    const driver = memoryToys();
    const sick = async (...args: Parameters<AnyActor['observe']>): Promise<Status> => ({
      ...(await lampActor.observe(...args)),
      health: 'error',
    });
    await run(passOf(driver));
    const refusals: AnyActor['refusals'] = () => [{ field: 'bulb', have: 1, want: 2, text: 'bulb: it is broken' }];
    const outcome = await reconcile(passOf(driver, { actor: { ...lampActor, observe: sick, refusals } }));
    expect(outcome.kind === 'failed' && outcome.error).to.include({ code: 'NOT_CONVERGED' });
    expect(outcome.kind === 'failed' && outcome.error.message).to.contain('bulb: it is broken');
  });

  it('says what it will not do beside what is well', async () => {
    const driver = memoryToys();
    await run(passOf(driver));
    const refusals: AnyActor['refusals'] = () => [
      { field: 'bulb', have: 1, want: 2, text: 'bulb: 1 → 2 (it can only grow)' },
    ];
    const outcome = await reconcile(passOf(driver, { actor: { ...lampActor, refusals } }));
    expect(outcome.kind === 'converged' && outcome.refused).to.have.length(1);
    expect(outcome.decisions).to.deep.equal([{ decision: 'refuse', reason: 'bulb: 1 → 2 (it can only grow)' }]);
  });
});

describe('producers that are not ready', () => {
  const blockers = { producers: ['jar/ink'] as const, consumers: [] };

  it('hold back the making', async () => {
    const outcome = await reconcile(passOf(memoryToys(), { blockers }));
    expect(outcome).to.deep.include({ kind: 'waiting', on: ['jar/ink'] });
  });

  it('hold back replacing, before anything is taken away', async () => {
    const driver = memoryToys();
    await run(passOf(driver));
    const before = [...driver.world.calls];
    expect(await run(passOf(driver, { want: { ...LAMP, bulb: 'E27' }, blockers }))).to.deep.equal(['waiting']);
    expect(driver.world.calls).to.deep.equal(before);
  });

  it('do not hold back a restart or a change in place', async () => {
    const driver = memoryToys();
    await run(passOf(driver));
    driver.world.turnedOff('lamp/one');
    expect(await run(passOf(driver, { want: { ...LAMP, colour: 'blue' }, blockers }))).to.deep.equal([
      'paint',
      'start',
      'converged',
    ]);
  });
});

describe('deletion', () => {
  it('waits for the consumers, and only for them', async () => {
    const driver = memoryToys();
    await run(passOf(driver));
    const blockers = { producers: ['jar/ink'] as const, consumers: ['lamp/two'] as const };
    expect(await reconcile(passOf(driver, { want: 'absent', blockers }))).to.deep.include({
      kind: 'waiting',
      on: ['lamp/two'],
    });
    expect(await run(passOf(driver, { want: 'absent', blockers: { ...blockers, consumers: [] } }))).to.deep.equal([
      'stop',
      'remove',
      'absent',
    ]);
  });

  it('is complete only when the thing is seen absent', async () => {
    const driver = memoryToys();
    await run(passOf(driver));
    const outcome = await reconcile(passOf(driver, { want: 'absent', actor: { ...lampActor, diff: () => [] } }));
    expect(outcome.kind === 'failed' && outcome.error.disposition).to.equal('retry');
  });
});

describe('a destructive step', () => {
  const destroy = (over: Partial<Pass>): Partial<Pass> => ({
    actor: jarActor,
    key: 'jar/ink',
    want: 'absent',
    ...over,
  });
  const consent = { key: 'jar/ink', uid: 'u1', op: 'destroy', reason: 'it is empty' } as const;

  async function closedJar(): Promise<ReturnType<typeof memoryToys>> {
    const driver = memoryToys();
    await run(passOf(driver, { actor: jarActor, key: 'jar/ink', want: { ...JAR, running: false } }));
    return driver;
  }

  it('parks without consent', async () => {
    const outcome = await reconcile(passOf(await closedJar(), destroy({})));
    expect(outcome.kind === 'failed' && outcome.error).to.include({ code: 'CONSENT_MISSING', disposition: 'park' });
  });

  it('is done with consent to this step of this very service', async () => {
    expect(await run(passOf(await closedJar(), destroy({ consents: [consent] })))).to.deep.equal(['destroy', 'absent']);
    for (const other of [
      { ...consent, uid: 'u0' },
      { ...consent, key: 'jar/other' as const },
      { ...consent, op: 'create' },
    ]) {
      expect(await run(passOf(await closedJar(), destroy({ consents: [other] })))).to.deep.equal(['failed']);
    }
  });

  it('is never done by healing, whoever agreed', async () => {
    expect(await run(passOf(await closedJar(), destroy({ consents: [consent], healing: true })))).to.deep.equal([
      'failed',
    ]);
  });

  it('is known by the risk of the occasion where the step states one', async () => {
    const driver = await closedJar();
    const actor: AnyActor = {
      ...jarActor,
      diff: (want, status) => jarActor.diff(want, status).map((step) => ({ ...step, risk: 'safe' })),
    };
    expect(await run(passOf(driver, destroy({ actor })))).to.deep.equal(['destroy', 'absent']);
  });
});

describe('a higher rung', () => {
  it('takes the thing away first when restarting did not hold', async () => {
    const driver = memoryToys();
    await run(passOf(driver));
    driver.world.wear('lamp/one');
    expect(await run(passOf(driver))).to.deep.equal(['failed']);
    const outcome = await reconcile(passOf(driver, { rung: 'recreate', healing: true }));
    expect(outcome.kind === 'progressed' && outcome.step.op).to.equal('remove');
    expect(outcome.decisions[0]!.reason).to.contain('made anew');
    expect(await run(passOf(driver))).to.deep.equal(['create', 'start', 'converged']);
  });

  it('never does so to what holds data, also where its steps are called safe', async () => {
    const driver = memoryToys();
    const actor: AnyActor = {
      ...jarActor,
      steps: { ...jarActor.steps, start: jarActor.steps['open']! },
      diff: (...args) =>
        jarActor.diff(...args).map((step) => ({ ...step, op: step.op === 'open' ? 'start' : step.op, risk: 'safe' })),
    };
    const pass = passOf(driver, { actor, key: 'jar/ink', want: JAR, rung: 'recreate' });
    expect(await run(pass)).to.deep.equal(['create', 'start', 'converged']);
  });

  it('is told by the exact name of a step', () => {
    expect(
      ['start', 'stop', 'restart', 'create', 'remove', 'startScrub', 'removeDevice', 'grow'].map(rungOf),
    ).to.deep.equal(['restart', 'restart', 'restart', 'recreate', 'recreate', undefined, undefined, undefined]);
  });
});

describe('a time limit', () => {
  it('ends a pass whose driver does not answer, and tells the driver so', async () => {
    const fired: (() => void)[] = [];
    const timers: Timers = { after: (_ms, call) => (fired.push(call), () => undefined) };
    let told = false;
    const actor: AnyActor = {
      ...lampActor,
      observe: (_driver, { signal }) => {
        signal.addEventListener('abort', () => (told = true));
        return new Promise(() => undefined);
      },
    };
    const pending = reconcile(passOf(memoryToys(), { actor, timers }));
    fired[0]!();
    const outcome = await pending;
    expect(outcome.kind === 'failed' && outcome.error).to.include({
      code: 'DRIVER_TIMEOUT',
      message: 'lamp/one: observe: no answer within 10 ms',
    });
    expect(told).to.equal(true);
  });

  it('is that of the step where it has one, and every timer is taken back', async () => {
    const asked: number[] = [];
    let open = 0;
    const timers: Timers = { after: (ms) => (asked.push(ms), (open += 1), () => void (open -= 1)) };
    const steps = { ...lampActor.steps, create: { ...lampActor.steps['create']!, timeoutMs: 777 } };
    await run(passOf(memoryToys(), { timers, actor: { ...lampActor, steps } }));
    expect(asked).to.deep.equal([10, 777, 10, 20, 10]);
    expect(open).to.equal(0);
  });

  it('does not start work that was called off', async () => {
    const controller = new AbortController();
    controller.abort();
    const driver = memoryToys();
    const outcome = await reconcile(passOf(driver, { signal: controller.signal }));
    expect(outcome.kind === 'failed' && outcome.error.code).to.equal('DRIVER_TIMEOUT');
    let ran = false;
    await within(NO_TIMERS, 1, 'work', controller.signal, async () => (ran = true)).catch(() => undefined);
    expect(ran).to.equal(false);
  });
});

describe('the signature of a step', () => {
  const why = { field: 'size', have: 1, want: 2, text: '' };

  it('is equal for the same step and tells progress apart', () => {
    const step = { op: 'grow', args: { to: 2, from: 1 }, why };
    expect(signatureOf(step)).to.equal(
      signatureOf({ ...step, args: { from: 1, to: 2 }, why: { ...why, text: 'other words' } }),
    );
    expect(signatureOf(step)).not.to.equal(signatureOf({ ...step, args: { to: 3, from: 1 } }));
    expect(signatureOf(step)).not.to.equal(signatureOf({ ...step, why: { ...why, have: 1.5 } }));
  });
});

describe('an honest driver behind faults', () => {
  it('gets there however often it failed', async () => {
    const driver = memoryToys();
    const faulty = withFaults(driver, [
      { method: '*', when: 'after', times: 3 },
      { method: 'turn', when: 'before', times: 2 },
    ]);
    const kinds: string[] = [];
    for (let i = 0; i < 12; i++) kinds.push((await reconcile(passOf(faulty))).kind);
    expect(kinds.at(-1)).to.equal('converged');
  });
});
