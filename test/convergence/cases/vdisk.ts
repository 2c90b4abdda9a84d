// Vdisks in pools and over zerodbs. They grow and never shrink; zerodbs fail within what the redundancy bears.

import fc from 'fast-check';
import { vdisk } from '../../../actors/vdisk.ts';
import { memoryVdisks, type MemoryVdisks } from '../../../drivers/vdisks/memory.ts';
import type { JsonObject } from '../../../engine/model/json.ts';
import { anyActor } from '../../../engine/model/registry.ts';
import type { ActorCase } from '../actor-case.ts';
import { sealed } from './sealed.ts';

const MiB = 2 ** 20;
const ZERODBS = ['z1', 'z2', 'z3', 'z4', 'z5'];
const live = { readOnly: fc.boolean(), iops: fc.constantFrom(0, 500) };
const optional = {
  log: fc.constantFrom({ keep: 86_400_000, zerodbs: [] }, { keep: 3_600_000, zerodbs: [] }),
  snapshots: fc.constantFrom(
    { every: 3_600_000, timezone: 'UTC', keep: 7 },
    { cron: '0 3 * * *', timezone: 'UTC', keep: 2 },
  ),
};
const fixed = {
  blockSize: fc.constantFrom(4096, 8192),
  type: fc.constantFrom('boot', 'db', 'cache'),
  format: fc.constantFrom('none', 'ext4'),
  preallocate: fc.boolean(),
};
const redundancy = fc.constantFrom<JsonObject>(
  { replicas: 2 },
  { replicas: 3 },
  { data: 2, parity: 1 },
  { data: 2, parity: 2 },
);
const place = fc.oneof(
  fc.constant<JsonObject>({ storagepool: 'main' }),
  fc.record({ zerodbs: fc.shuffledSubarray(ZERODBS, { minLength: 4 }), redundancy }) as fc.Arbitrary<JsonObject>, // an object of JSON values
);
const sometimes = fc.record(optional, { requiredKeys: [] });

/** Without contradictions: what boots has an image, and a cache has no log. */
function coherent({ log, ...spec }: JsonObject): JsonObject {
  return {
    ...spec,
    ...(spec['type'] === 'boot' && { image: 'debian-13' }),
    ...(spec['type'] !== 'cache' && log !== undefined && { log }),
  };
}

export const vdiskCase: ActorCase<MemoryVdisks> = {
  actor: anyActor(vdisk),
  makeDriver: () => memoryVdisks(),
  specs: fc
    .tuple(place, fc.integer({ min: 1, max: 8 }), fc.record({ ...fixed, ...live }), sometimes, fc.boolean())
    .map(([where, size, spec, more, key]) =>
      coherent({
        ...where,
        size: size * MiB,
        ...spec,
        ...more,
        ...(key && { key: sealed('rows-key', 'print-1') }),
      }),
    ),
  followUp: (spec) =>
    fc.tuple(fc.integer({ min: 0, max: 4 }), fc.record(live), sometimes, place).map(([more, changes, extra, where]) =>
      coherent({
        ...spec,
        size: Number(spec['size']) + more * MiB,
        ...changes,
        ...extra,
        ...('zerodbs' in spec && 'zerodbs' in where ? where : {}),
      }),
    ),
  // Time passes: a zerodb that failed comes back when another spec is wanted.
  prepare: (driver) => ZERODBS.forEach((name) => driver.world.mendZerodb(name)),
  ends: ({ running }) => (running ? ['ready'] : ['exists']),
  disturb: [
    { name: 'its server killed', act: (driver, key) => driver.world.kill(key) },
    { name: 'settings edited by hand', act: (driver, key) => driver.world.editByHand(key, { iops: 7 }) },
    { name: 'parts of it lost', act: (driver, key) => driver.world.damage(key) },
    { name: 'removed by hand', act: (driver, key) => driver.world.removeByHand(key) },
    { name: 'a stranger in its place', act: (driver, key) => void driver.world.putForeign(key) },
  ],
  data: {
    write(driver, key, mark) {
      if (driver.world.content(key.slice('vdisk/'.length)) === undefined) return false;
      driver.world.write(key, mark);
      return true;
    },
    read: (driver, key) => driver.world.content(key.slice('vdisk/'.length)),
  },
};
