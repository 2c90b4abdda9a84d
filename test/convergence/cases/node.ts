// What may be asked of a machine, and what hands, power and time do to one. That a silent machine is left alone is a unit
// test: nothing but its own return helps.

import fc from 'fast-check';
import { node } from '../../../actors/node.ts';
import { memoryNodes, type MemoryNodes } from '../../../drivers/nodes/memory.ts';
import type { JsonObject } from '../../../engine/model/json.ts';
import { anyActor } from '../../../engine/model/registry.ts';
import type { ActorCase } from '../actor-case.ts';
import { oneOtherField, name } from './workload-spec.ts';

const specs: fc.Arbitrary<JsonObject> = fc.record(
  {
    address: fc.constant('192.0.2.10'),
    hostname: fc.constantFrom('edge', 'rack1-node3'),
    roles: fc.uniqueArray(name, { maxLength: 2 }),
    reserve: fc.record({ cpu: fc.constantFrom(0, 0.5), memory: fc.constantFrom(0, 2 ** 30), disk: fc.constant(0) }),
    overcommit: fc.constant({ cpu: 1, memory: 1 }),
    maxWorkloads: fc.integer({ min: 0, max: 1000 }),
    cordon: fc.boolean(),
    drain: fc.boolean(),
    drainTimeout: fc.constant(600_000),
    networks: fc.uniqueArray(name, { maxLength: 2 }),
    sysctls: fc.constantFrom({}, { 'vm.swappiness': '10' }),
    modules: fc.constantFrom([], ['btrfs']),
    lostAfter: fc.constant(2000),
    thresholds: fc.constant({ disk: 90, memory: 95, load: 4, temperature: 75 }),
  },
  {
    requiredKeys: [
      'roles',
      'reserve',
      'overcommit',
      'maxWorkloads',
      'cordon',
      'drain',
      'drainTimeout',
      'networks',
      'sysctls',
      'modules',
      'lostAfter',
      'thresholds',
    ],
  },
);

export const nodeCase: ActorCase<MemoryNodes> = {
  actor: anyActor(node),
  makeDriver: () => memoryNodes(),
  specs,
  followUp: oneOtherField(specs),
  ends: () => ['ready'],
  putForeign: ({ world }, key) => void world.putForeign(key),
  disturb: [
    { name: 'rebooted', act: ({ world }, key) => world.reboot(key) },
    { name: 'its identity was wiped', act: ({ world }, key) => world.wipe(key) },
    { name: 'workloads were placed on it', act: ({ world }, key) => world.placeWorkloads(key, 3) },
    { name: 'renamed by hand', act: ({ world }, key) => world.editByHand(key, { hostname: 'other' }) },
    {
      name: 'kernel settings changed by hand',
      act: ({ world }, key) => world.editByHand(key, { sysctls: { 'vm.swappiness': '60' } }),
    },
    { name: 'opened again by hand', act: ({ world }, key) => world.editByHand(key, { cordon: false }) },
    { name: 'a module unloaded', act: ({ world }, key) => world.editByHand(key, { modules: [] }) },
  ],
  // The unit table holds the actor to both.
  equivalent: {
    'never plans drain': 'that workloads have left shows in no setting and no milestone of the machine',
    'does not see `running`': 'a machine stopped on purpose is drained, which shows in no setting and no milestone',
  },
};
