// What may be asked of a container, and what hands, crashes and time do to one.

import fc from 'fast-check';
import { container } from '../../../actors/container.ts';
import { memoryContainers, type MemoryContainers } from '../../../drivers/containers/memory.ts';
import type { JsonObject } from '../../../engine/model/json.ts';
import { anyActor } from '../../../engine/model/registry.ts';
import type { ActorCase } from '../actor-case.ts';
import { coherent, oneOtherField, name, workloadMembers } from './workload-spec.ts';

const probe = fc.record({
  tcp: fc.integer({ min: 1, max: 65_535 }),
  every: fc.constant(1000),
  timeout: fc.constant(1000),
  failures: fc.constant(3),
  start: fc.constant(30_000),
});

const fields: fc.Arbitrary<JsonObject> = fc.record(
  {
    ...workloadMembers,
    network: name,
    node: name,
    probe,
    ports: fc.uniqueArray(
      fc.integer({ min: 1, max: 99 }).map((port) => `${8000 + port}:${port}`),
      { maxLength: 2 },
    ),
    processes: fc.constantFrom([], [{ name: 'cron', command: ['crond'], env: {}, workdir: '', stdin: '' }]),
    exclusive: fc.boolean(),
    update: fc.constant({ maxUnavailable: 1, canary: 0, healthy: 5000, timeout: 300_000, onFailure: 'stop' }),
  },
  {
    requiredKeys: [
      ...(Object.keys(workloadMembers) as (keyof typeof workloadMembers)[]),
      'ports',
      'processes',
      'exclusive',
      'update',
    ],
  },
);

const specs = fields.map(coherent);

export const containerCase: ActorCase<MemoryContainers> = {
  actor: anyActor(container),
  makeDriver: () => memoryContainers(),
  specs,
  followUp: (spec) => oneOtherField(specs)(spec).map(coherent),
  ends: ({ running }) => [running ? 'ready' : 'exists'],
  putForeign: ({ world }, key) => void world.putForeign(key),
  disturb: [
    { name: 'killed', act: ({ world }, key) => world.kill(key) },
    { name: 'ended by itself', act: ({ world }, key) => world.kill(key, 0) },
    { name: 'paused by hand', act: ({ world }, key) => world.pauseByHand(key) },
    { name: 'started by hand', act: ({ world }, key) => world.startByHand(key) },
    { name: 'removed by hand', act: ({ world }, key) => world.removeByHand(key) },
    { name: 'hangs', act: ({ world }, key) => world.setHealth(key, 'error') },
    { name: 'a process inside ended', act: ({ world }, key) => world.killProcess(key, 'cron') },
    { name: 'limits changed by hand', act: ({ world }, key) => world.editByHand(key, { memory: 1, pids: 1 }) },
    { name: 'a file changed by hand', act: ({ world }, key) => world.editByHand(key, { files: [] }) },
    { name: 'an interface removed by hand', act: ({ world }, key) => world.editByHand(key, { nics: [] }) },
    {
      name: 'made again by hand from another image',
      act: ({ world }, key) => world.editByHand(key, { image: 'dir:/x' }),
    },
    { name: 'the node rebooted', act: ({ world }) => world.reboot() },
  ],
};
