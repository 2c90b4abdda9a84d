import { expect } from 'chai';
import { container, type ContainerStatus } from '../../actors/container.ts';
import { memoryContainers } from '../../drivers/containers/memory.ts';
import type { ActionContext, Step, Want } from '../../engine/model/actor.ts';
import { EngineError } from '../../engine/model/errors.ts';
import { anyActor } from '../../engine/model/registry.ts';
import type { ContainerSpec } from '../../schemas/types.ts';
import { opsOf, saySteps, unseenFields } from './a-step.ts';
import { workload } from './workload.ts';

const actor = anyActor(container);

const spec: ContainerSpec = {
  ...workload,
  ports: ['8080:80'],
  processes: [],
  exclusive: false,
  update: { maxUnavailable: 1, canary: 0, healthy: 5000, timeout: 300_000, onFailure: 'stop' },
};
const want = { ...spec, running: true };
const stopped = { ...spec, running: false };

/** A container as it is seen right after it was made for `spec`. */
async function made(): Promise<ContainerStatus> {
  const driver = memoryContainers();
  const [step] = actor.diff(want, { presence: 'absent' });
  await actor.steps[step!.op]!.run(driver, step!.args, context);
  const view = await container.observe(driver, context);
  return { ...view, state: 'running', milestone: 'ready' };
}

const context: ActionContext = {
  key: 'container/web',
  name: 'web',
  uid: 'uid-1',
  generation: 1,
  hash: 'hash-1',
  signal: new AbortController().signal,
  run: 'run-1',
};

describe('the diff of a container', () => {
  let running: ContainerStatus;
  before(async () => {
    running = await made();
  });

  const status = (change: Partial<ContainerStatus>): ContainerStatus => ({ ...running, ...change });
  const edited = (settings: object): ContainerStatus => status({ config: { ...running.config, ...settings } });
  const say = (wish: Want<ContainerSpec>, seen: ContainerStatus): readonly string[] => saySteps(actor, wish, seen);
  const first = (wish: Want<ContainerSpec>, seen: ContainerStatus): Step => actor.diff(wish, seen)[0]!;

  it('is empty when it runs as asked', () => expect(say(want, running)).to.deep.equal([]));

  it('sees drift of every setting that a container shows', () => {
    expect(Object.keys(running.config ?? {})).to.include.members(['image', 'env', 'ports', 'processes', 'exclusive']);
    expect(unseenFields(actor, want, running)).to.deep.equal([]);
  });

  it('makes and starts one that is absent', () => {
    expect(say(want, { presence: 'absent' })).to.deep.equal([
      'create (safe) there is no such container',
      'start (safe) there is no such container',
    ]);
  });

  it('only makes one that is not to run', () => {
    expect(opsOf(actor.diff(stopped, { presence: 'absent' }))).to.deep.equal(['create']);
  });

  it('restarts a dead one in one step that interrupts nobody, and says its exit code', () => {
    const dead = status({ state: 'exited', exitCode: 137 });
    expect(say(want, dead)).to.deep.equal(['restart (safe) it ended with exit code 137']);
    expect(first(want, dead).why).to.include({ field: 'state', have: 'exited', want: 'running' });
  });

  it('lets one that was paused by hand go on', () => {
    expect(say(want, status({ state: 'paused' }))).to.deep.equal(['resume (safe) it was paused by hand']);
  });

  it('starts one that was made and never started', () => {
    expect(say(want, status({ state: 'created' }))).to.deep.equal(['start (safe) it was never started']);
  });

  it('restarts one that hangs, and does not restart one that is only not ready', () => {
    expect(say(want, status({ health: 'error' }))).to.deep.equal([
      'restart (disruptive) its probe gets no good answer',
    ]);
    expect(say(want, status({ health: 'warning' }))).to.deep.equal([]);
  });

  it('starts a process inside that ended, alone', () => {
    expect(say(want, status({ deadProcesses: ['cron'] }))).to.deep.equal(['startProcesses (safe) ended inside: cron']);
  });

  it('stops one that is not to run, whether it runs or is paused, and leaves a dead one dead', () => {
    expect(opsOf(actor.diff(stopped, running))).to.deep.equal(['stop']);
    expect(opsOf(actor.diff(stopped, status({ state: 'paused' })))).to.deep.equal(['stop']);
    expect(say(stopped, status({ state: 'exited', exitCode: 0 }))).to.deep.equal([]);
    expect(say(stopped, status({ health: 'error', state: 'created' }))).to.deep.equal([]);
  });

  it('changes limits and interfaces while it runs, in one step that names them all', () => {
    const step = first(want, edited({ memory: 1, pids: 7 }));
    expect(opsOf(actor.diff(want, edited({ memory: 1, pids: 7 })))).to.deep.equal(['update']);
    expect(step.why).to.deep.include({ field: 'memory', have: 1, want: spec.memory });
    expect(step.why.text).to.equal('memory: 1 → 268435456; pids: 7 → 4096');
    expect(step.args).to.deep.equal({ changes: { memory: spec.memory, pids: 4096 } });
    expect(opsOf(actor.diff(want, edited({ nics: [{ network: 'old' }] })))).to.deep.equal(['update']);
  });

  it('restarts once for changed files, and takes live changes along', () => {
    const steps = actor.diff(want, edited({ files: [], pids: 7 }));
    expect(opsOf(steps)).to.deep.equal(['restart']);
    expect(steps[0]!.args).to.deep.equal({
      stop: { signal: 'SIGTERM', graceMs: 10_000 },
      changes: { files: spec.files, pids: 4096 },
    });
  });

  it('updates and then restarts a dead one whose files changed', () => {
    const dead = { ...edited({ files: [] }), state: 'exited' as const, exitCode: 1 };
    expect(opsOf(actor.diff(want, dead))).to.deep.equal(['update', 'restart']);
  });

  const remade: readonly (readonly [string, object])[] = [
    ['image', { image: 'oci:registry.test/old:1' }],
    ['command', { command: ['other'] }],
    ['env', { env: { STAGE: 'old' } }],
    ['network', { network: 'lan' }],
    ['mounts', { mounts: [] }],
    ['ports', { ports: ['9090:80'] }],
    ['capabilities', { capabilities: { add: ['SYS_ADMIN'], drop: [] } }],
  ];
  for (const [field, change] of remade) {
    it(`makes it anew when ${field} differs, and every step names ${field}`, () => {
      const steps = actor.diff(want, edited(change));
      expect(opsOf(steps)).to.deep.equal(['stop', 'remove', 'create', 'start']);
      for (const { why } of steps) expect(why.field).to.match(new RegExp(`^${field}`));
    });
  }

  it('names the variable that differs, not the whole environment', () => {
    expect(first(want, edited({ env: { STAGE: 'old' } })).why).to.deep.equal({
      field: 'env.STAGE',
      have: 'old',
      want: 'prod',
      text: 'env.STAGE: old → prod',
    });
  });

  it('does not show a secret that differs', () => {
    const secret = { $ays: { template: '{{secret "db"}}', whole: true, status: [], secrets: ['db'], print: 'new' } };
    const wish = { ...want, env: { PASSWORD: secret as unknown as string } }; // stands there until it is filled
    const steps = actor.diff(wish, edited({ env: { PASSWORD: { $print: 'old' } } }));
    expect(steps[0]!.why.text).to.equal('env.PASSWORD: the secret differs');
    expect(actor.diff(wish, edited({ env: { PASSWORD: { $print: 'new' } } }))).to.deep.equal([]);
  });

  it('makes a dead one anew without stopping it, and nobody is interrupted', () => {
    const dead = { ...edited({ image: 'host' }), state: 'exited' as const };
    expect(saySteps(actor, want, dead).map((text) => text.split(')')[0])).to.deep.equal([
      'remove (safe',
      'create (safe',
      'start (safe',
    ]);
  });

  it('does not make it anew for what only the robot acts on', () => {
    const moved = {
      ...want,
      node: 'other',
      replicas: 3,
      stop: { signal: 'SIGINT' as const, grace: 1 },
      exclusive: false,
    };
    expect(say(moved, running)).to.deep.equal([]);
  });

  it('stops and removes one that must go, and says that this interrupts', () => {
    expect(say('absent', running)).to.deep.equal([
      'stop (disruptive) it is running and is to be removed',
      'remove (disruptive) it is to be removed',
    ]);
    expect(say('absent', status({ state: 'exited' }))).to.deep.equal(['remove (safe) it is to be removed']);
    expect(say('absent', { presence: 'absent' })).to.deep.equal([]);
  });

  it('stops a retired one and keeps it', () => {
    expect(opsOf(actor.diff('retired', running))).to.deep.equal(['stop']);
    expect(say('retired', status({ state: 'exited' }))).to.deep.equal([]);
  });

  it('leaves a stranger alone', () => {
    const stranger: ContainerStatus = { presence: 'foreign', foreign: { id: 'x' } };
    for (const wish of [want, 'retired', 'absent'] as const) expect(say(wish, stranger)).to.deep.equal([]);
  });
});

describe('the actions of a container', () => {
  const action = (name: string) => actor.actions![name]!;

  it('run a command and give back its output', async () => {
    const driver = memoryContainers();
    await driver.create(context.key, context, { image: 'host' });
    await driver.start(context.key);
    const result = await action('exec').run(driver, { command: ['echo', 'hi'] }, context);
    expect(result).to.deep.equal({ exitCode: 0, stdout: 'echo hi\n', stderr: '' });
  });

  it('refuse a command that is none', async () => {
    const error = await action('exec')
      .run(memoryContainers(), { command: 'ls' }, context)
      .catch((e: unknown) => e);
    expect(error).to.be.instanceOf(EngineError).and.include({ code: 'ACTION_INVALID' });
  });

  it('restart it and show its log', async () => {
    const driver = memoryContainers();
    await driver.create(context.key, context, { image: 'host' });
    await driver.start(context.key);
    await action('restart').run(driver, {}, context);
    expect(await action('logs').run(driver, { lines: 3 }, context)).to.equal('started\nended with 143\nstarted\n');
  });
});

describe('the probes of a container', () => {
  const probe = { tcp: 80, every: 1000, timeout: 500, failures: 3, start: 30_000 };

  it('are none when none is asked for', () => expect(container.probes!(spec)).to.deep.equal([]));

  it('ask from the short form whether it started, is ready and lives', () => {
    const probes = container.probes!({ ...spec, probe });
    expect(probes.map(({ purpose, failures }) => [purpose, failures])).to.deep.equal([
      ['startup', 30],
      ['readiness', 3],
      ['liveness', 3],
    ]);
    expect(probes[1]).to.deep.include({ how: { tcp: 80 }, everyMs: 1000, timeoutMs: 500 });
  });

  it('let a purpose named win over the short form', () => {
    const probes = container.probes!({
      ...spec,
      probe,
      probes: { readiness: { ...probe, tcp: undefined!, http: '/up', port: 81 } },
    });
    expect(probes.map(({ how }) => how)).to.deep.equal([{ tcp: 80 }, { http: '/up', port: 81 }, { tcp: 80 }]);
  });

  it('never restart it for a readiness alone', () => {
    const probes = container.probes!({ ...spec, probes: { readiness: { ...probe, tcp: undefined!, exec: ['true'] } } });
    expect(probes.map(({ purpose, how }) => ({ purpose, how }))).to.deep.equal([
      { purpose: 'readiness', how: { exec: ['true'] } },
    ]);
  });
});
