// What an author gets wrong about pools, disks and stores.

import { wrong, type ContradictionCase } from './case.ts';

const file = (name: string, size = '4GiB'): string => `{ file: ${name}.img, size: ${size} }`;
const pool = (rest: string): string => `storagepool__main:\n${rest}`;
const POOL = `storagepool__main: { devices: [${file('a')}] }\n`;
const ZERODBS = [1, 2, 3, 4].map((i) => `zerodb__z${i}: { storagepool: main }\n`).join('');
const vdisk = (rest: string): string => `vdisk__d:\n  size: 1GiB\n${rest}${POOL}${ZERODBS}`;
const s3 = (rest: string): string =>
  `s3__o:\n  login: shop\n  password: '{{secret "p"}}'\n${rest}${POOL}${ZERODBS}secrets: { p: { generate: 32 } }\n`;

const twoOf = (profile: string): ContradictionCase =>
  wrong(
    `${profile} over one device`,
    pool(`  profile: ▶${profile}\n  devices: [${file('a')}]\n`),
    `${profile} needs 2 devices, 1 is given`,
    [`profile: ${profile}`, 'profile: dup'],
  );

export const storageCases: readonly ContradictionCase[] = [
  twoOf('raid0'),
  twoOf('raid1'),
  twoOf('raid5'),
  wrong(
    'raid1c3 over two devices',
    pool(`  profile: ▶raid1c3\n  devices: [${file('a')}, ${file('b')}]\n`),
    'raid1c3 needs 3 devices, 2 are given',
    ['raid1c3', 'raid1'],
  ),
  wrong(
    'raid6 over two devices',
    pool(`  profile: ▶raid6\n  devices: [${file('a')}, ${file('b')}]\n`),
    'raid6 needs 3 devices, 2 are given',
    ['raid6', 'raid5'],
  ),
  wrong(
    'raid10 over three devices',
    pool(`  profile: ▶raid10\n  devices: [${file('a')}, ${file('b')}, ${file('c')}]\n`),
    'raid10 needs 4 devices, 3 are given',
    [file('c'), `${file('c')}, ${file('d')}`],
  ),
  wrong(
    'a profile for metadata alone that needs more devices',
    pool(`  metadataProfile: ▶raid1\n  devices: [${file('a')}]\n`),
    'raid1 needs 2 devices, 1 is given',
    ['metadataProfile: raid1', 'metadataProfile: dup'],
  ),
  wrong(
    'a profile for data alone that needs more devices',
    pool(`  metadataProfile: raid1\n  dataProfile: ▶raid1c3\n  devices: [${file('a')}, ${file('b')}]\n`),
    'raid1c3 needs 3 devices, 2 are given',
    ['raid1c3', 'single'],
  ),
  wrong(
    'one device twice, however it is spelt',
    pool(`  profile: raid1\n  devices: [${file('a')}, { file: ▶./a.img, size: 4GiB }]\n`),
    'a.img is given twice; a device has one place in one pool, as a member or as a spare',
    ['./a', './b'],
  ),
  wrong(
    'a spare that is a member',
    pool('  devices: [{ device: /dev/sdb }]\n  spares: [{ device: ▶/dev/sdb }]\n'),
    '/dev/sdb is given twice; a device has one place in one pool, as a member or as a spare',
    ['spares: [{ device: /dev/sdb', 'spares: [{ device: /dev/sdc'],
  ),
  wrong(
    'a spare that is too small to take a place',
    pool(`  devices: [${file('a')}]\n  spares: [{ file: b.img, size: ▶2GiB }]\n`),
    'a spare of 2GiB can take no place: the smallest device has 4GiB',
    ['2GiB', '4GiB'],
  ),
  wrong(
    'a pool over the root of the node',
    pool(`  devices: [${file('a')}]\n  mountpoint: ▶/\n`),
    'the pool would be mounted over the root of the node',
    ['mountpoint: /', 'mountpoint: /srv/main'],
  ),
  wrong(
    'a cron line that names no moment',
    pool(`  devices: [${file('a')}]\n  scrub: { cron: ▶'0 25 * * *' }\n`),
    '"0 25 * * *": the hour "25" is outside 0 to 23',
    ['25', '23'],
  ),
  wrong(
    'a timezone that is none',
    pool(`  devices: [${file('a')}]\n  scrub: { cron: '0 3 * * *', timezone: ▶Mars/Olympus }\n`),
    'there is no timezone "Mars/Olympus"',
    ['Mars/Olympus', 'Europe/Brussels'],
  ),
  wrong(
    'an alarm below the usual warning',
    pool(`  devices: [${file('a')}]\n  thresholds: { error: ▶80 }\n`),
    'its health would be an error at 80 %, before it is a warning at 90 %',
    ['error: 80', 'error: 95'],
  ),

  wrong(
    'blocks that are not a power of two',
    vdisk('  storagepool: main\n  blockSize: ▶3KiB\n'),
    'a block of 3KiB is not a power of two',
    ['3KiB', '4KiB'],
  ),
  wrong(
    'an image and a template',
    vdisk('  storagepool: main\n  image: debian-13\n  template: ▶base\n') +
      'vdisk__base: { storagepool: main, size: 1GiB }\n',
    'it cannot start both from an image and as a copy of another vdisk',
    ['  image: debian-13\n', ''],
  ),
  wrong(
    'a boot disk of nothing',
    vdisk('  storagepool: main\n  type: ▶boot\n'),
    'a boot disk starts from an image, and it has neither image nor template',
    ['type: boot', 'type: boot\n  image: debian-13'],
  ),
  wrong(
    'snapshots of what is empty at each start',
    vdisk('  storagepool: main\n  type: tmp\n  snapshots: { every: ▶1h }\n'),
    'a disk of type tmp is empty again at each start, so there is nothing to go back to',
    ['type: tmp', 'type: db'],
  ),
  wrong(
    'a disk that is always empty and never written',
    vdisk('  storagepool: main\n  type: tmp\n  readOnly: ▶true\n'),
    'a disk of type tmp is empty again at each start, and nothing could be written to it',
    ['readOnly: true', 'readOnly: false'],
  ),
  wrong(
    'a log of a cache',
    vdisk('  storagepool: main\n  type: cache\n  log: { keep: ▶1d }\n'),
    'a disk of type cache has no log',
    ['type: cache', 'type: db'],
  ),
  wrong(
    'redundancy in a pool',
    vdisk('  storagepool: main\n  redundancy: { replicas: ▶2 }\n'),
    'a disk in a pool is as safe as the profile of the pool makes it; redundancy is for zerodbs',
    ['  redundancy: { replicas: 2 }\n', ''],
  ),
  wrong(
    'more copies than zerodbs',
    vdisk('  zerodbs: [z1, z2]\n  redundancy: { replicas: ▶3 }\n'),
    '3 copies need 3 zerodbs, 2 are given',
    ['[z1, z2]', '[z1, z2, z3]'],
  ),
  wrong(
    'more parts than zerodbs',
    vdisk('  zerodbs: [z1, z2, z3]\n  redundancy: { data: ▶3, parity: 1 }\n'),
    '3 + 1 parts need 4 zerodbs, 3 are given',
    ['data: 3', 'data: 2'],
  ),
  wrong(
    'parity of whole copies',
    vdisk('  zerodbs: [z1, z2, z3]\n  redundancy: { replicas: 2, parity: ▶1 }\n'),
    'parity goes with data; whole copies have none',
    ['replicas: 2, parity: 1', 'data: 2, parity: 1'],
  ),
  wrong(
    'a cron line for snapshots that names no moment',
    vdisk("  storagepool: main\n  snapshots: { cron: ▶'* * 0 * *' }\n"),
    '"* * 0 * *": the day of month "0" is outside 1 to 31',
    ['* * 0 * *', '0 3 1 * *'],
  ),

  wrong(
    'more shards than zerodbs',
    s3('  zerodbs: [z1, z2, z3]\n  dataShards: ▶3\n  parityShards: 1\n'),
    '3 + 1 shards need 4 zerodbs, 3 are given',
    ['z3]', 'z3, z4]'],
  ),
  wrong(
    'parity that has no zerodb',
    s3('  zerodbs: [z1]\n  parityShards: ▶1\n'),
    '1 + 1 shards need 2 zerodbs, 1 is given',
    ['[z1]', '[z1, z2]'],
  ),
  wrong(
    'more parity than data',
    s3('  zerodbs: [z1, z2, z3]\n  parityShards: ▶2\n'),
    '2 parity shards are more than the 1 data shards',
    ['parityShards: 2', 'parityShards: 1'],
  ),
  wrong(
    'a spare that is in use',
    s3('  zerodbs: [z1, z2]\n  spares: [▶z2]\n'),
    'zerodb/z2 is in use; a spare is held back',
    ['spares: [z2]', 'spares: [z3]'],
  ),
  wrong(
    'a bucket twice',
    s3('  zerodbs: [z1]\n  buckets: [{ name: photos }, { name: ▶photos }]\n'),
    'the bucket photos is given twice',
    ['name: photos }]', 'name: music }]'],
  ),
  wrong(
    'locks on objects without versions',
    s3('  zerodbs: [z1]\n  buckets: [{ name: photos, objectLock: ▶true }]\n'),
    'objects can be locked only where their versions are kept',
    ['objectLock: true', 'objectLock: true, versioning: true'],
  ),

  wrong(
    'namespaces that do not fit',
    `zerodb__z:\n  storagepool: main\n  maxSize: ▶10GiB\n  namespaces: [{ name: a, size: 6GiB }, { name: b, size: 6GiB }]\n${POOL}`,
    'its namespaces may hold 12GiB together, and it may hold 10GiB',
    ['10GiB', '12GiB'],
  ),
  wrong(
    'a namespace twice',
    `zerodb__z:\n  storagepool: main\n  namespaces: [{ name: a }, { name: ▶a }]\n${POOL}`,
    'the namespace a is given twice',
    ['{ name: a }]', '{ name: b }]'],
  ),
  wrong(
    'a namespace that is closed with nothing',
    `zerodb__z:\n  storagepool: main\n  namespaces: [{ name: a, public: ▶false }]\n${POOL}`,
    'only a password keeps readers out, and it has none',
    ['public: false', 'public: true'],
  ),

  wrong(
    'a warning after the alarm',
    `filesystem__f:\n  storagepool: main\n  thresholds: { warning: ▶95, error: 85 }\n${POOL}`,
    'its health would be an error at 85 %, before it is a warning at 95 %',
    ['95', '80'],
  ),
  wrong(
    'compression of what is written in place',
    `filesystem__f:\n  storagepool: main\n  copyOnWrite: false\n  compress: ▶zstd\n${POOL}`,
    'what is written in place cannot be compressed, and copyOnWrite is false',
    ['copyOnWrite: false', 'copyOnWrite: true'],
  ),
  wrong(
    'snapshots of a filesystem at no moment',
    `filesystem__f:\n  storagepool: main\n  snapshots: { cron: ▶'0 3 * 13 *' }\n${POOL}`,
    '"0 3 * 13 *": the month "13" is outside 1 to 12',
    ['13', '12'],
  ),
];
