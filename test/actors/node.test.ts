import { expect } from 'chai';
import { node, type NodeStatus } from '../../actors/node.ts';
import { memoryNodes } from '../../drivers/nodes/memory.ts';
import type { ActionContext } from '../../engine/model/actor.ts';
import { EngineError } from '../../engine/model/errors.ts';
import { anyActor } from '../../engine/model/registry.ts';
import type { NodeSpec } from '../../schemas/types.ts';
import { saySteps, unseenFields } from './a-step.ts';

const actor = anyActor(node);

const spec: NodeSpec = {
  hostname: 'rack1-node3',
  roles: ['storage'],
  reserve: { cpu: 0, memory: 0, disk: 0 },
  overcommit: { cpu: 1, memory: 1 },
  maxWorkloads: 1000,
  cordon: false,
  drain: false,
  drainTimeout: 600_000,
  networks: [],
  sysctls: {},
  modules: ['btrfs'],
  lostAfter: 2000,
  thresholds: { disk: 90, memory: 95, load: 4, temperature: 75 },
};
const want = { ...spec, running: true };
const { drainTimeout: _, ...settings } = spec;
const up: NodeStatus = {
  presence: 'present',
  milestone: 'ready',
  state: 'up',
  bootId: 'boot-7',
  preparedBoot: 'boot-7',
  movable: 0,
  config: settings,
  health: 'ok',
};

describe('the diff of a node', () => {
  const busy: NodeStatus = { ...up, movable: 3 };
  it('sees drift of every setting', () => expect(unseenFields(actor, want, up)).to.deep.equal([]));

  const table: readonly (readonly [string, Parameters<typeof actor.diff>[0], NodeStatus, readonly string[]])[] = [
    ['is empty when it is ready', want, up, []],
    ['lets a machine join that has not', want, { presence: 'absent' }, ['join (safe) it has not joined the grid']],
    [
      'makes a machine ready that has just joined',
      want,
      (({ preparedBoot: _prepared, ...fresh }) => fresh)(up),
      ['prepare (safe) it has just joined'],
    ],
    [
      'sees a reboot by the boot id and makes the machine ready again',
      want,
      { ...up, bootId: 'boot-8' },
      ['prepare (safe) it rebooted: boot-7 → boot-8'],
    ],
    [
      'changes settings in place',
      want,
      { ...up, config: { ...settings, hostname: 'old', modules: [] } },
      ['update (safe) hostname: old → rack1-node3; modules: [] → ["btrfs"]'],
    ],
    ['closes it for new work', { ...want, cordon: true }, up, ['update (safe) cordon: false → true']],
    [
      'does not move away what is on a closed one',
      { ...want, cordon: true },
      { ...busy, config: { ...settings, cordon: true } },
      [],
    ],
    [
      'moves away what is on one to be drained',
      { ...want, drain: true },
      busy,
      ['update (safe) drain: false → true', 'drain (disruptive) 3 workloads on it, and it is to be drained'],
    ],
    [
      'drains one that is stopped on purpose',
      { ...spec, running: false },
      busy,
      ['drain (disruptive) 3 workloads on it, and it is to be drained'],
    ],
    ['leaves a silent machine alone', want, { ...up, state: 'unreachable', bootId: 'boot-8', config: {} }, []],
    [
      'drains one before it leaves',
      'absent',
      busy,
      [
        'drain (disruptive) 3 workloads on it, and it is to leave the grid',
        'leave (disruptive) it is to leave the grid',
      ],
    ],
    ['leaves a stranger alone', want, { presence: 'foreign', foreign: { id: 'x' } }, []],
  ];
  for (const [promise, wish, status, steps] of table) {
    it(promise, () => expect(saySteps(actor, wish, status)).to.deep.equal(steps));
  }
});

describe('the reboot of a node', () => {
  const context: ActionContext = {
    key: 'node/one',
    name: 'one',
    uid: 'uid-1',
    generation: 1,
    hash: 'hash-1',
    signal: new AbortController().signal,
    run: 'run-1',
  };
  const reboot = actor.actions!['reboot']!;

  it('is refused while something on it could be moved away, unless forced', async () => {
    const driver = memoryNodes();
    await driver.join(context.key, context, {});
    driver.world.placeWorkloads(context.key, 2);
    const error = await reboot.run(driver, {}, context).catch((e: unknown) => e);
    expect(error).to.be.instanceOf(EngineError).and.include({ code: 'DRIVER_REFUSED' });
    await reboot.run(driver, { force: true }, context);
    expect(await driver.inspect(context.key)).to.include({ bootId: 'boot-2' });
  });
});
