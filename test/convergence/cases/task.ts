// What may be asked of a task, and what hands, crashes and time do to one. Failures are fewer than the retries, so that
// every history ends well; that the last one is left for a person is a unit test.

import fc from 'fast-check';
import { task } from '../../../actors/task.ts';
import { memoryContainers, type MemoryContainers } from '../../../drivers/containers/memory.ts';
import type { JsonObject } from '../../../engine/model/json.ts';
import { anyActor } from '../../../engine/model/registry.ts';
import type { ActorCase } from '../actor-case.ts';
import { coherent, oneOtherField, name, workloadMembers } from './workload-spec.ts';

const fields: fc.Arbitrary<JsonObject> = fc.record(
  {
    ...workloadMembers,
    network: name,
    recurring: fc.constant('15m'),
    retries: fc.integer({ min: 50, max: 60 }),
    timeout: fc.constantFrom(60_000, 3_600_000),
    timezone: fc.constant('UTC'),
    keep: fc.integer({ min: 1, max: 5 }),
  },
  {
    requiredKeys: [
      ...(Object.keys(workloadMembers) as (keyof typeof workloadMembers)[]),
      'retries',
      'timeout',
      'timezone',
      'keep',
    ],
  },
);

const specs = fields.map(coherent);

export const taskCase: ActorCase<MemoryContainers> = {
  actor: anyActor(task),
  makeDriver: () => memoryContainers(),
  specs,
  followUp: (spec) => oneOtherField(specs)(spec).map(coherent),
  // Time passes after each step, so a run that is seen has ended, unless nothing was to be done about it.
  ends: ({ running, recurring }) => (running && recurring === undefined ? ['done'] : ['exists', 'done']),
  passTime: ({ world }, key) => world.finish(key),
  putForeign: ({ world }, key) => void world.putForeign(key, { image: 'dir:/strange' }),
  disturb: [
    { name: 'the next run fails', act: ({ world }, key) => world.nextExits(key, [1]) },
    {
      name: 'a run was started and paused by hand',
      act: ({ world }, key) => {
        world.nextExits(key, ['running']);
        world.startByHand(key);
        world.pauseByHand(key);
      },
    },
    { name: 'killed', act: ({ world }, key) => world.kill(key) },
    { name: 'removed by hand', act: ({ world }, key) => world.removeByHand(key) },
    { name: 'limits changed by hand', act: ({ world }, key) => world.editByHand(key, { memory: 1, cpu: 7 }) },
    {
      name: 'made again by hand from another image',
      act: ({ world }, key) => world.editByHand(key, { image: 'dir:/x' }),
    },
    { name: 'the node rebooted', act: ({ world }) => world.reboot() },
  ],
  // Runs end by themselves here, whether or not they were to be stopped. The unit tests hold the actor to both.
  equivalent: {
    'never plans stop': 'a run that is not stopped ends, and may be done',
    'does not see `running`': 'a task that is not to run may be done from before',
  },
};
