import { expect } from 'chai';
import { task, type TaskStatus } from '../../actors/task.ts';
import { memoryContainers, type MemoryContainers } from '../../drivers/containers/memory.ts';
import type { ActionContext, Want } from '../../engine/model/actor.ts';
import { EngineError } from '../../engine/model/errors.ts';
import { anyActor } from '../../engine/model/registry.ts';
import type { TaskSpec } from '../../schemas/types.ts';
import { opsOf, saySteps, unseenFields } from './a-step.ts';
import { workload } from './workload.ts';

const actor = anyActor(task);
const spec: TaskSpec = { ...workload, retries: 2, timeout: 60_000, timezone: 'UTC', keep: 3 };
const want = { ...spec, running: true };

const context: ActionContext = {
  key: 'task/migrate',
  name: 'migrate',
  uid: 'uid-1',
  generation: 1,
  hash: 'hash-1',
  signal: new AbortController().signal,
  run: 'run-1',
};

/** Steps until nothing is left to do; gives what was done. */
async function settle(driver: MemoryContainers, wish: Want<TaskSpec> = want): Promise<readonly string[]> {
  const done: string[] = [];
  for (let i = 0; i < 20; i++) {
    const [step] = actor.diff(wish, await actor.observe(driver, context));
    if (step === undefined) return done;
    done.push(step.op);
    await actor.steps[step.op]!.run(driver, step.args, context);
  }
  throw new Error(`no end: ${done.join(' ')}`);
}

describe('a task', () => {
  let driver: MemoryContainers;
  let status: () => Promise<TaskStatus>;
  beforeEach(() => {
    driver = memoryContainers();
    status = () => task.observe(driver, context);
  });

  it('sees drift of every setting that its container shows', async () => {
    await settle(driver);
    expect(Object.keys((await status()).config ?? {})).to.include.members([
      'image',
      'env',
      'keep',
      'retries',
      'timeout',
    ]);
    expect(unseenFields(actor, want, await status())).to.deep.equal([]);
  });

  it('runs once, is done and does not run again', async () => {
    expect(await settle(driver)).to.deep.equal(['create', 'run']);
    expect(await status()).to.include({ milestone: 'done', health: 'ok', exitCode: 0 });
    expect(await settle(driver)).to.deep.equal([]);
  });

  it('runs again for another spec, in a container of its own', async () => {
    await settle(driver);
    const changed = { ...want, command: ['shop', 'migrate', '--more'] };
    expect(saySteps(actor, changed, await status())[0]).to.match(/^remove \(safe\) command: /);
    expect(await settle(driver, changed)).to.deep.equal(['remove', 'create', 'run']);
    expect((await status()).milestone).to.equal('done');
  });

  it('does not run again for changed limits', async () => {
    await settle(driver);
    expect(await settle(driver, { ...want, memory: 1 })).to.deep.equal(['update']);
  });

  it('is tried again after a failure, and the why counts the attempts', async () => {
    driver.world.nextExits(context.key, [3]);
    expect(await settle(driver)).to.deep.equal(['create', 'run', 'run']);
    expect(await status()).to.include({ milestone: 'done', attempt: 2 });

    driver.world.kill(context.key);
    const failed: TaskStatus = { ...(await status()), exitCode: 3, attempt: 1, milestone: 'exists' };
    expect(saySteps(actor, want, failed)).to.deep.equal(['run (safe) attempt 1 of 3 ended with exit code 3']);
  });

  it('is left for a person after the last attempt', async () => {
    driver.world.nextExits(context.key, [1, 1, 1, 0]);
    expect(await settle(driver)).to.deep.equal(['create', 'run', 'run', 'run']);
    expect(await status()).to.include({ health: 'error', attempt: 3, exitCode: 1 });
    expect((await status()).milestone).not.to.equal('done');
  });

  it('goes on when more retries are allowed', async () => {
    driver.world.nextExits(context.key, [1, 1, 1, 0]);
    await settle(driver);
    expect(await settle(driver, { ...want, retries: 3 })).to.deep.equal(['update', 'run']);
    expect((await status()).milestone).to.equal('done');
  });

  it('is not touched while it runs', async () => {
    driver.world.nextExits(context.key, ['running']);
    expect(await settle(driver)).to.deep.equal(['create', 'run']);
    expect(await status()).to.include({ milestone: 'started', state: 'running' });
    driver.world.finish(context.key);
    expect((await status()).milestone).to.equal('done');
  });

  it('makes of a step done twice one attempt', async () => {
    driver.world.nextExits(context.key, [1, 1]);
    await settle(driver, { ...want, retries: 0 });
    for (let i = 0; i < 3; i++) await task.steps.run.run(driver, { attempt: 2 }, context);
    expect((await status()).attempt).to.equal(2);
  });

  it('is stopped on purpose and runs from the beginning when it may', async () => {
    driver.world.nextExits(context.key, ['running']);
    await settle(driver);
    expect(await settle(driver, { ...want, running: false })).to.deep.equal(['stop']);
    expect(await settle(driver)).to.deep.equal(['run']);
    expect(await status()).to.include({ milestone: 'done', attempt: 1 });
  });

  it('waits for its schedule when it is recurring', async () => {
    const recurring = { ...want, recurring: '15m' };
    expect(await settle(driver, recurring)).to.deep.equal(['create']);
    await actor.actions!['run']!.run(driver, {}, context);
    expect((await status()).milestone).to.equal('done');
    expect(await settle(driver, recurring)).to.deep.equal([]);
  });

  it('tries a failed run of a schedule again too', async () => {
    const recurring = { ...want, recurring: '15m' };
    await settle(driver, recurring);
    driver.world.nextExits(context.key, [1]);
    await actor.actions!['run']!.run(driver, {}, context);
    expect(await settle(driver, recurring)).to.deep.equal(['run']);
    expect((await status()).milestone).to.equal('done');
  });

  it('never runs twice at a time', async () => {
    driver.world.nextExits(context.key, ['running']);
    await settle(driver);
    const error = await actor.actions!['run']!.run(driver, {}, context).catch((e: unknown) => e);
    expect(error).to.be.instanceOf(EngineError).and.include({ code: 'DRIVER_REFUSED' });
  });

  it('goes when it must, also in the middle of a run', async () => {
    driver.world.nextExits(context.key, ['running']);
    await settle(driver);
    expect(opsOf(actor.diff('absent', await status()))).to.deep.equal(['stop', 'remove']);
    await settle(driver, 'absent');
    expect((await status()).presence).to.equal('absent');
  });
});
