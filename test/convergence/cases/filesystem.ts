// Filesystems in pools that are mounted, unmounted and edited by hand.

import fc from 'fast-check';
import { filesystem } from '../../../actors/filesystem.ts';
import { memoryStorage, type MemoryStorage } from '../../../drivers/storage/memory.ts';
import type { JsonObject } from '../../../engine/model/json.ts';
import { anyActor } from '../../../engine/model/registry.ts';
import type { ActorCase } from '../actor-case.ts';

const MiB = 2 ** 20;
const live = {
  quota: fc.constantFrom(0, 10 * MiB, 20 * MiB),
  readOnly: fc.boolean(),
  compress: fc.constantFrom('none', 'zstd', 'zlib'),
  mode: fc.constantFrom('0755', '0700'),
  owner: fc.constantFrom('0:0', '1000:1000'),
  noAccessTime: fc.boolean(),
  thresholds: fc.constantFrom({ warning: 90, error: 99 }, { warning: 80, error: 95 }),
};
const snapshots = fc.option(
  fc.constantFrom({ every: 3_600_000, timezone: 'UTC', keep: 7 }, { cron: '0 3 * * *', timezone: 'UTC', keep: 3 }),
  { nil: undefined },
);

/** Without contradictions: what is written in place is not compressed. */
function coherent(spec: JsonObject): JsonObject {
  return spec['copyOnWrite'] === false ? { ...spec, compress: 'none' } : spec;
}

export const filesystemCase: ActorCase<MemoryStorage> = {
  actor: anyActor(filesystem),
  makeDriver: () => memoryStorage(),
  specs: fc
    .record({ storagepool: fc.constantFrom('main', 'other'), copyOnWrite: fc.boolean(), ...live, snapshots })
    .map(({ snapshots: schedule, ...spec }) =>
      coherent({ ...spec, ...(schedule !== undefined && { snapshots: schedule }) }),
    ),
  followUp: (spec) => fc.record(live).map((changes) => coherent({ ...spec, ...changes })),
  prepare(driver, _key, spec) {
    for (const pool of ['main', 'other']) driver.world.makePool(pool);
    void spec;
  },
  /** `running` is for workloads, and there is nothing to detach. */
  ends: () => ['ready'],
  disturb: [
    {
      name: 'settings edited by hand',
      act: (driver, key) => driver.world.editByHand(key, { quota: 30 * MiB, mode: '0777', compress: 'lzo' }),
    },
    { name: 'half full', act: (driver, key) => driver.world.fill(key, 5 * MiB) },
    { name: 'its pool unmounted for a while', act: (driver) => driver.world.unmount('storagepool/main') },
    { name: 'removed by hand', act: (driver, key) => driver.world.removeByHand(key) },
    { name: 'a stranger in its place', act: (driver, key) => void driver.world.putForeign(key) },
  ],
  data: {
    write: (driver, key, mark) => {
      driver.world.write(key, mark);
      return driver.world.content(key) === mark;
    },
    read: (driver, key) => driver.world.content(key),
  },
};
