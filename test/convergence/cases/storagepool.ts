// Pools over files and disks, torn and worn within what their profile bears or a spare can make good; what is worse than
// that needs a person and is a test of its own.

import fc from 'fast-check';
import { storagepool } from '../../../actors/storagepool.ts';
import { memoryStorage, type MemoryStorage } from '../../../drivers/storage/memory.ts';
import type { PoolPresent, PoolView } from '../../../drivers/storage/port.ts';
import type { Status } from '../../../engine/model/actor.ts';
import type { JsonObject } from '../../../engine/model/json.ts';
import type { ServiceKey } from '../../../engine/model/key.ts';
import { anyActor } from '../../../engine/model/registry.ts';
import type { ActorCase } from '../actor-case.ts';

const GiB = 2 ** 30;
const FEWEST = { single: 1, dup: 1, raid0: 2, raid1: 2, raid1c3: 3, raid10: 4 } as const;
const PROFILES = Object.keys(FEWEST) as (keyof typeof FEWEST)[];
const file = (name: string): JsonObject => ({ file: `${name}.img`, size: 4 * GiB, overwrite: false });
const disk = (name: string): JsonObject => ({ device: `/dev/${name}`, size: 4 * GiB, overwrite: false });
const DEVICES = [file('a'), file('b'), file('c'), disk('sda'), disk('sdb'), disk('sdc')];
const SPARES = [file('x'), file('y'), file('z')];

const specs = fc.constantFrom(...PROFILES).chain((profile) =>
  fc.record(
    {
      devices: fc.shuffledSubarray(DEVICES, { minLength: FEWEST[profile] }),
      spares: fc.shuffledSubarray(SPARES),
      profile: fc.constant(profile),
      metadataProfile: fc.constantFrom(...PROFILES.filter((other) => FEWEST[other] <= FEWEST[profile])),
      convert: fc.constant(true),
      mountpoint: fc.constantFrom('/srv/one', '/srv/two'),
      compress: fc.constantFrom('none', 'zstd'),
      scrub: fc.constantFrom({ every: 86_400_000, timezone: 'UTC' }, { cron: '0 3 * * 0', timezone: 'UTC' }),
      thresholds: fc.constantFrom({ warning: 90, error: 99 }, { warning: 70, error: 95 }),
    },
    { requiredKeys: ['devices', 'spares', 'profile', 'convert', 'compress', 'scrub', 'thresholds'] },
  ),
);

function makeDriver(): MemoryStorage {
  const driver = memoryStorage();
  for (const { device } of DEVICES) if (typeof device === 'string') driver.world.devices.plug(device, 8 * GiB);
  return driver;
}

/** The pool's own devices, as long as one may be lost. */
function firstMember(driver: MemoryStorage, key: ServiceKey): string | undefined {
  return driver.world.members(key).find((path) => driver.world.bearsLoss(key) && path !== undefined);
}

export const storagepoolCase: ActorCase<MemoryStorage> = {
  actor: anyActor(storagepool),
  makeDriver,
  specs,
  // A pool is converted where the spec says so, and a device that an earlier spec named may have been torn.
  disturb: [
    { name: 'unmounted', act: (driver, key) => driver.world.unmount(key) },
    {
      name: 'a device torn out',
      act: (driver, key) => act(firstMember(driver, key), (path) => driver.world.devices.tear(path)),
    },
    {
      name: 'a file deleted',
      act: (driver, key) =>
        act(firstMember(driver, key), (path) => path.endsWith('.img') && driver.world.devices.unlink(path)),
    },
    {
      name: 'a device failing',
      act: (driver, key) => act(firstMember(driver, key), (path) => driver.world.devices.wear(path)),
    },
    {
      name: 'settings edited by hand',
      act: (driver, key) => driver.world.editByHand(key, { compress: 'lzo', mountpoint: '/somewhere' }),
    },
    { name: 'a spare torn out', act: (driver) => driver.world.devices.tear('x.img') },
    { name: 'removed by hand', act: (driver, key) => driver.world.removeByHand(key) },
    { name: 'a stranger in its place', act: (driver, key) => void driver.world.putForeign(key) },
  ],
  // Disks that were torn are put in again before another spec is made of them from nothing: one cannot make a pool of dead disks.
  prepare: (driver, key) => driver.world.members(key).length === 0 && driver.world.devices.mendAll(),
  /** A device is lost and nothing is left to take its place. */
  mayWarn(want, status) {
    const { members, devices } = status as Status & Pick<PoolPresent, 'members'> & Pick<PoolView, 'devices'>; // what this actor observes
    const given = [...(want['devices'] as JsonObject[]), ...(want['spares'] as JsonObject[])];
    return !given.some((device) => {
      const path = (device['file'] ?? device['device']) as string;
      const seen = devices.find((known) => known.path === path);
      const good = seen === undefined ? device['file'] !== undefined : seen.state === 'present';
      return good && members.every((member) => member.path !== path);
    });
  },
  equivalent: {
    'does not see drift of dataProfile': 'these specs leave it to `profile`, so there is nothing to judge it by',
  },
  data: {
    write: (driver, key, mark) => {
      driver.world.write(key, mark);
      return driver.world.content(key) === mark;
    },
    read: (driver, key) => driver.world.content(key),
  },
};

function act(path: string | undefined, on: (path: string) => unknown): void {
  if (path !== undefined) on(path);
}
