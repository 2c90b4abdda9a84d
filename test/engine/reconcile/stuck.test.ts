// What has failed for good is left for a person: parked with its reason, not looked at in vain, and begun again as soon as
// the spec changes or somebody asks. What the world may undo is parked too, and looked at again.

import { expect } from 'chai';
import { s3 } from '../../../actors/s3.ts';
import { storagepool } from '../../../actors/storagepool.ts';
import { task } from '../../../actors/task.ts';
import { vdisk } from '../../../actors/vdisk.ts';
import { memoryContainers } from '../../../drivers/containers/memory.ts';
import { memoryObjectStores } from '../../../drivers/objectstores/memory.ts';
import { memoryStorage } from '../../../drivers/storage/memory.ts';
import { memoryVdisks } from '../../../drivers/vdisks/memory.ts';
import { compileLifecycle, type LifecycleEvent, type LifecycleSnapshot } from '../../../engine/lifecycle/index.ts';
import type { AnyActor } from '../../../engine/model/actor.ts';
import type { JsonObject } from '../../../engine/model/json.ts';
import type { ServiceKey } from '../../../engine/model/key.ts';
import { anyActor, Registry } from '../../../engine/model/registry.ts';
import { policyOf } from '../../../engine/model/policy.ts';
import { converge, type Convergence, type World } from '../../../engine/reconcile/converge.ts';
import { NO_TIMERS } from '../../../engine/model/deadline.ts';
import { reconcile } from '../../../engine/reconcile/reconcile.ts';
import { reportOf } from '../../../engine/reconcile/report.ts';
import { workload } from '../../actors/workload.ts';
import { lamp, memoryToys } from '../../convergence/toys.ts';

const KEY = 'task/migrate';
const SPEC: JsonObject = { ...workload, mounts: [], retries: 2, timeout: 60_000, timezone: 'UTC', keep: 3 };
const common = { labels: {}, running: true, paused: false, protect: false, retainMs: 0, heal: {} };

const converging = (
  actor: AnyActor,
  driver: object,
  spec: JsonObject,
  over: Partial<World> = {},
  key: ServiceKey = `${actor.kind}/it`,
): Promise<Convergence> =>
  converge({
    services: [{ key, actor: actor.kind, spec, common, links: [], hash: JSON.stringify(spec) }],
    registry: new Registry([actor]),
    drivers: { [actor.port]: driver },
    ...over,
  });

describe('a task that has failed for good', () => {
  const failing = () => {
    const driver = memoryContainers();
    driver.world.nextExits(KEY, [1, 1, 1]);
    const run = (spec: JsonObject = SPEC, over: Partial<World> = {}) =>
      converging(anyActor(task), driver, spec, over, KEY);
    const attempts = async () => {
      const view = await driver.inspect(KEY);
      return view.presence === 'present' ? view.attempt : undefined;
    };
    return { driver, run, attempts };
  };

  it('is parked with what happened and what to do', async () => {
    const result = await failing().run();
    expect(result).to.include({ converged: false, quiet: true });
    expect(result.states.get(KEY)).to.deep.equal({
      state: 'parked',
      code: 'RETRIES_EXHAUSTED',
      message: 'task/migrate: all 3 attempts failed; the last one ended with exit code 1',
      hint: 'read its output with ays logs and mend the cause; then change the spec, or ays retry',
    });
  });

  it('is not run once more by looking at it, nor by time', async () => {
    const { run, attempts } = failing();
    await run();
    const again = await run(SPEC, { disturb: [{ atMs: 3_600_000, name: 'an hour later', act: () => undefined }] });
    expect(again).to.include({ steps: 0, quiet: true });
    expect(again.states.get(KEY)?.state).to.equal('parked');
    expect(await attempts()).to.equal(3);
  });

  it('runs again for a new spec, also one that changes in place only', async () => {
    for (const change of [{ command: ['other'] }, { memory: 2 ** 30 }, { retries: 5 }]) {
      const { run } = failing();
      await run();
      const result = await run({ ...SPEC, ...change });
      expect(result.converged, JSON.stringify(change)).to.equal(true);
    }
  });

  it('does not hold up what does not wait for it', async () => {
    const { driver } = failing();
    const service = (key: ServiceKey) => ({ key, actor: 'task', spec: SPEC, common, links: [], hash: 'h' });
    const services = [service(KEY), service('task/other')];
    const result = await converge({
      services,
      registry: new Registry([anyActor(task)]),
      drivers: { containers: driver },
    });
    expect(result.states.get('task/other')?.state).to.equal('converged');
  });

  it('goes when it must', async () => {
    const { driver, run } = failing();
    await run();
    const services = [{ key: KEY, actor: 'task', spec: SPEC, common, links: [], hash: 'h', want: 'absent' }] as const;
    const result = await converge({
      services,
      registry: new Registry([anyActor(task)]),
      drivers: { containers: driver },
    });
    expect(result.states.get(KEY)?.state).to.equal('gone');
  });

  it('is not stuck while a schedule will start it again, or while it is not to run', async () => {
    const status = { presence: 'present', state: 'exited', exitCode: 1, attempt: 9 } as const;
    const stuck = (more: JsonObject): unknown => anyActor(task).stuck!({ ...SPEC, running: true, ...more }, status);
    expect(stuck({})).to.be.an('object');
    expect(stuck({ recurring: '15m' })).to.equal(undefined);
    expect(stuck({ running: false })).to.equal(undefined);
    expect(stuck({ retries: 9 })).to.equal(undefined);
  });
});

describe('a person who asks for another try of a task', () => {
  /** The lifecycle and the pass, by hand: what `converge` does not do is hear a person. */
  const begin = async (exits: readonly number[]) => {
    const driver = memoryContainers();
    driver.world.nextExits(KEY, exits);
    const actor = anyActor(task);
    const lifecycle = compileLifecycle('task', policyOf(actor.policy));
    const moment = { now: 0, random: 0.5 };
    const steps: string[] = [];
    let snapshot: LifecycleSnapshot | undefined;
    const follow = async (turn: ReturnType<typeof lifecycle.start>): Promise<void> => {
      snapshot = turn.snapshot;
      for (const effect of turn.effects) {
        if (effect.kind !== 'pass') continue;
        const outcome = await reconcile({
          actor,
          driver,
          key: KEY,
          uid: 'u',
          generation: effect.generation,
          hash: 'h',
          want: { ...SPEC, running: true },
          consents: [],
          blockers: { producers: [], consumers: [] },
          limits: lifecycle.policy,
          timers: NO_TIMERS,
          healing: effect.healing,
          rung: effect.rung,
          retry: effect.retry,
          dryRun: effect.mode === 'look',
        });
        if (outcome.kind === 'progressed') steps.push(outcome.step.op);
        await send({ type: 'PASS_DONE', pass: effect.pass, outcome: reportOf(actor, outcome) });
      }
    };
    const send = (event: LifecycleEvent): Promise<void> => follow(lifecycle.next(snapshot!, event, moment));
    await follow(lifecycle.start({ key: KEY, generation: 1 }, moment));
    return { driver, send, steps, state: () => snapshot!.value };
  };

  it('gets one, with all its attempts', async () => {
    const { send, steps, state } = await begin([1, 1, 1, 1, 1, 0]);
    expect(state()).to.equal('parked');
    expect(steps.splice(0)).to.deep.equal(['create', 'run', 'run', 'run']);
    await send({ type: 'POKE' });
    expect(state(), 'a poke is no person').to.equal('parked');
    expect(steps).to.deep.equal([]);
    await send({ type: 'RETRY' });
    expect(state()).to.equal('converged');
    expect(steps).to.deep.equal(['run', 'run', 'run']);
  });

  it('gets one only: what fails again is parked again, until it is asked for again', async () => {
    const { send, steps, state } = await begin([1, 1, 1, 2, 2, 2, 3, 0]);
    for (const [runs, end] of [
      [3, 'parked'],
      [2, 'converged'],
    ] as const) {
      steps.length = 0;
      await send({ type: 'RETRY' });
      expect(state()).to.equal(end);
      expect(steps).to.have.length(runs);
    }
  });
});

describe('what has lost more than it bears', () => {
  const GiB = 2 ** 30;
  const file = (name: string): JsonObject => ({ file: name, size: 4 * GiB, overwrite: false });

  /** Parked, with its own words, and by itself converged again when the world is. */
  const expectParkedUntil = async (
    actor: AnyActor,
    driver: object,
    spec: JsonObject,
    lose: () => void,
    mend: () => void,
    says: string,
  ): Promise<void> => {
    expect((await converging(actor, driver, spec)).converged).to.equal(true);
    lose();
    const parked = await converging(actor, driver, spec);
    const end = parked.states.get(`${actor.kind}/it`);
    expect(end).to.include({ state: 'parked', code: 'NOT_CONVERGED' });
    expect(end?.message).to.contain(says);
    expect(end?.hint).to.contain('it goes on by itself then');
    expect(parked.steps, 'nothing is done to what may be all there is').to.equal(0);
    const mended = await converging(actor, driver, spec, { disturb: [{ atMs: 60_000, name: 'mended', act: mend }] });
    expect(mended.states.get(`${actor.kind}/it`)?.state).to.equal('converged');
  };

  it('is parked as a pool, until its disks are back', async () => {
    const driver = memoryStorage();
    const spec = {
      devices: [file('a'), file('b')],
      spares: [],
      profile: 'raid1',
      convert: false,
      compress: 'none',
      scrub: { every: 3_600_000, timezone: 'UTC' },
      thresholds: { warning: 90, error: 99 },
    };
    const { devices } = driver.world;
    const tear = (): void => ['a', 'b'].forEach((path) => devices.tear(path));
    await expectParkedUntil(
      anyActor(storagepool),
      driver,
      spec,
      tear,
      () => devices.mendAll(),
      'a, b: more devices are gone',
    );
  });

  it('is parked as a vdisk, until a zerodb is back', async () => {
    const driver = memoryVdisks();
    const spec = {
      zerodbs: ['z1', 'z2', 'z3'],
      redundancy: { data: 2, parity: 1 },
      size: GiB,
      blockSize: 4096,
      type: 'db',
      format: 'ext4',
      preallocate: false,
      readOnly: false,
      iops: 0,
    };
    const fail = (): void => ['z1', 'z2'].forEach((name) => driver.world.failZerodb(name));
    const mend = (): void => ['z1', 'z2'].forEach((name) => driver.world.mendZerodb(name));
    await expectParkedUntil(
      anyActor(vdisk),
      driver,
      spec,
      fail,
      mend,
      'more zerodbs are gone than its redundancy bears',
    );
  });

  it('is parked as an s3, until a zerodb is back', async () => {
    const driver = memoryObjectStores();
    const spec = {
      namespace: 's3',
      zerodbs: ['z1', 'z2', 'z3'],
      spares: ['z4'],
      dataShards: 2,
      parityShards: 1,
      replaceAfter: 3_600_000,
      blockSize: 2 ** 20,
      login: 'shop',
      password: 'sealed',
      address: '0.0.0.0',
      port: 9000,
      region: 'us-east-1',
      buckets: [],
    };
    const fail = (): void => ['z1', 'z2'].forEach((name) => driver.world.failZerodb(name, 7_200_000));
    const mend = (): void => ['z1', 'z2'].forEach((name) => driver.world.mendZerodb(name));
    await expectParkedUntil(anyActor(s3), driver, spec, fail, mend, 'healing blocked: z1, z2 failed');
  });
});

describe('a kind that says it is stuck', () => {
  it('is asked only when no step is left', async () => {
    const asked: string[] = [];
    const actor: AnyActor = {
      ...anyActor(lamp),
      stuck: (_want, { milestone = 'none' }) => {
        asked.push(milestone);
        return { message: 'it will not shine' };
      },
    };
    const spec = { bulb: 'E14', colour: 'red' };
    const result = await converging(actor, memoryToys(), spec);
    expect(result.steps).to.equal(2);
    expect(result.states.get('lamp/it')).to.deep.equal({
      state: 'parked',
      code: 'RETRIES_EXHAUSTED',
      message: 'lamp/it: it will not shine',
    });
    expect(asked).not.to.include('none');
  });

  it('does not act on a dry run, also when another try is asked for', async () => {
    const driver = memoryToys();
    const want = { bulb: 'E14', colour: 'red', running: true };
    const again = { op: 'fly', args: null, why: { field: 'on', have: 1, want: 2, text: 'up' } };
    const actor: AnyActor = { ...anyActor(lamp), diff: () => [], stuck: () => ({ message: 'no', again }) };
    const pass = {
      actor,
      driver,
      key: 'lamp/one',
      uid: 'u',
      generation: 1,
      hash: 'h',
      want,
      consents: [],
      blockers: { producers: [], consumers: [] },
      limits: { observeMs: 10, stepMs: 20 },
      timers: NO_TIMERS,
    } as const;
    expect((await reconcile({ ...pass, dryRun: true, retry: true })).kind).to.equal('planned');
    expect((await reconcile({ ...pass, dryRun: true })).kind).to.equal('failed');
    expect(driver.world.calls).to.deep.equal([]);
  });
});
