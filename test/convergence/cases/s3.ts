// S3 services that die and whose zerodbs fail: within the parity, with and without a spare, long enough ago and not.

import fc from 'fast-check';
import { s3 } from '../../../actors/s3.ts';
import type { S3Status } from '../../../actors/s3/shards.ts';
import { memoryObjectStores, type MemoryObjectStores } from '../../../drivers/objectstores/memory.ts';
import { anyActor } from '../../../engine/model/registry.ts';
import type { ActorCase } from '../actor-case.ts';
import { sealed, someSecret } from './sealed.ts';

const ZERODBS = ['z1', 'z2', 'z3', 'z4', 'z5', 'z6'];
const SPARES = ['s1', 's2'];
const bucket = (name: string) =>
  fc
    .record({
      name: fc.constant(name),
      versioning: fc.boolean(),
      objectLock: fc.boolean(),
      publicRead: fc.boolean(),
      quota: fc.constantFrom(0, 2 ** 30),
      expireAfter: fc.constantFrom(0, 86_400_000),
    })
    // Locks need versions.
    .map((bucket) => ({ ...bucket, versioning: bucket.versioning || bucket.objectLock }));
const live = {
  zerodbs: fc.shuffledSubarray(ZERODBS, { minLength: 4 }),
  spares: fc.subarray(SPARES),
  replaceAfter: fc.constantFrom(3_600_000, 60_000),
  blockSize: fc.constantFrom(2 ** 20, 2 ** 22),
  login: fc.constantFrom('shop', 'blog'),
  password: someSecret('s3-password'),
  address: fc.constantFrom('0.0.0.0', '10.0.0.5'),
  port: fc.constantFrom(9000, 9001),
  region: fc.constantFrom('us-east-1', 'eu-west-1'),
  /** In the order of their names, as they are reported. */
  buckets: fc.subarray(['music', 'photos']).chain((names) => fc.tuple(...names.map(bucket))),
};
const optional = fc.record(
  { domain: fc.constantFrom('s3.shop.test', 's3.blog.test'), namespacePassword: someSecret('ns') },
  { requiredKeys: [] },
);

export const s3Case: ActorCase<MemoryObjectStores> = {
  actor: anyActor(s3),
  makeDriver: () => memoryObjectStores(),
  specs: fc
    .tuple(
      fc.constantFrom({ dataShards: 3, parityShards: 1 }, { dataShards: 2, parityShards: 2 }),
      fc.boolean(),
      fc.record(live),
      optional,
    )
    .map(([shards, key, spec, more]) => ({
      namespace: 's3',
      ...shards,
      ...(key && { key: sealed('s3-key', 'print-1') }),
      ...spec,
      ...more,
    })),
  followUp: (spec) => fc.tuple(fc.record(live), optional).map(([changes, more]) => ({ ...spec, ...changes, ...more })),
  prepare: (driver, key) => driver.world.present(key) || ZERODBS.forEach((name) => driver.world.mendZerodb(name)),
  ends: ({ running }) => (running ? ['ready'] : ['exists']),
  /** A shard may stay lost for its grace, and for ever where no zerodb is left to rebuild it on. */
  mayWarn(want, status) {
    const { shards = [], answering = [] } = status as S3Status; // what this actor observes
    const free = (want['spares'] as string[]).some(
      (name) => answering.includes(name) && shards.every(({ zerodb }) => zerodb !== name),
    );
    const patient = shards.some(
      ({ state, failedForMs }) => state === 'failed' && failedForMs < (want['replaceAfter'] as number),
    );
    return !free || patient;
  },
  disturb: [
    { name: 'killed', act: (driver, key) => driver.world.kill(key) },
    {
      name: 'a zerodb down since two hours',
      act: (driver, key) => driver.world.present(key) && driver.world.failOne(key, 7_200_000),
    },
    {
      name: 'a zerodb down since a second',
      act: (driver, key) => driver.world.present(key) && driver.world.failOne(key, 1000),
    },
    { name: 'objects put', act: (driver, key) => driver.world.putObjects(key, 'photos', 5) },
    { name: 'a bucket dropped by hand', act: (driver, key) => driver.world.dropBucket(key, 'photos') },
    {
      name: 'a bucket edited by hand',
      act: (driver, key) => driver.world.editBucket(key, 'music', { quota: 1, publicRead: true }),
    },
    { name: 'settings edited by hand', act: (driver, key) => driver.world.editByHand(key, { port: 1, login: 'mine' }) },
    { name: 'removed by hand', act: (driver, key) => driver.world.removeByHand(key) },
    { name: 'a stranger in its place', act: (driver, key) => void driver.world.putForeign(key) },
  ],
  consents: ['removeBucket'],
  equivalent: Object.fromEntries(
    ['addShard', 'removeShard'].map((op) => [
      `never plans ${op}`,
      'spares stand in for zerodbs, so the config cannot judge it; test/actors/s3.test.ts does',
    ]),
  ),
  data: {
    write: (driver, key, mark) => {
      driver.world.write(key, mark);
      return driver.world.content(key) === mark;
    },
    read: (driver, key) => driver.world.content(key),
  },
};
