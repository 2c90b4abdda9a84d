// Zerodbs that die, are stopped and edited by hand, with namespaces that come, change and go.

import fc from 'fast-check';
import { zerodb } from '../../../actors/zerodb.ts';
import { memoryZerodbs, type MemoryZerodbs } from '../../../drivers/zerodbs/memory.ts';
import { anyActor } from '../../../engine/model/registry.ts';
import type { ActorCase } from '../actor-case.ts';
import { someSecret } from './sealed.ts';

const MiB = 2 ** 20;
const namespace = (name: string) =>
  fc
    .record(
      {
        name: fc.constant(name),
        size: fc.constantFrom(0, 8 * MiB, 16 * MiB),
        password: someSecret(name),
        public: fc.boolean(),
        worm: fc.boolean(),
        locked: fc.boolean(),
      },
      { requiredKeys: ['name', 'size', 'public', 'worm', 'locked'] },
    )
    // Only a password keeps readers out.
    .map((namespace) => ({ ...namespace, public: namespace.public || namespace.password === undefined }));
const live = {
  sync: fc.boolean(),
  maxSize: fc.constantFrom(0, 64 * MiB),
  address: fc.constantFrom('0.0.0.0', '10.0.0.5'),
  /** In the order of their names, as they are reported. */
  namespaces: fc.subarray(['blocks', 'index', 'logs']).chain((names) => fc.tuple(...names.map(namespace))),
};
const optional = fc.record({ port: fc.constantFrom(9900, 9911), admin: someSecret('admin') }, { requiredKeys: [] });

export const zerodbCase: ActorCase<MemoryZerodbs> = {
  actor: anyActor(zerodb),
  makeDriver: () => memoryZerodbs(),
  specs: fc
    .tuple(
      fc.constantFrom({ storagepool: 'main' }, { filesystem: 'shards' }),
      fc.constantFrom('user', 'seq'),
      fc.record(live),
      optional,
    )
    .map(([place, mode, spec, more]) => ({ ...place, mode, ...spec, ...more })),
  followUp: (spec) => fc.tuple(fc.record(live), optional).map(([changes, more]) => ({ ...spec, ...changes, ...more })),
  ends: ({ running }) => (running ? ['ready'] : ['exists']),
  /** Errors of the disk are reported; no step mends them. */
  mayWarn: () => true,
  disturb: [
    { name: 'killed', act: (driver, key) => driver.world.kill(key) },
    { name: 'stopped by hand', act: (driver, key) => driver.world.stopByHand(key) },
    { name: 'its disk has errors', act: (driver, key) => driver.world.breakDisk(key) },
    { name: 'a namespace filled', act: (driver, key) => driver.world.fill(key, 'blocks', 4 * MiB) },
    { name: 'a namespace dropped by hand', act: (driver, key) => driver.world.dropNamespace(key, 'index') },
    {
      name: 'a namespace edited by hand',
      act: (driver, key) => driver.world.editNamespace(key, 'blocks', { size: 32 * MiB, worm: true }),
    },
    {
      name: 'settings edited by hand',
      act: (driver, key) => driver.world.editByHand(key, { sync: true, port: 7777, maxSize: 1 }),
    },
    { name: 'removed by hand', act: (driver, key) => driver.world.removeByHand(key) },
    { name: 'a stranger in its place', act: (driver, key) => void driver.world.putForeign(key) },
  ],
  consents: ['deleteNamespace'],
  data: {
    write: (driver, key, mark) => {
      driver.world.write(key, mark);
      return driver.world.content(key) === mark;
    },
    read: (driver, key) => driver.world.content(key),
  },
};
