// The memory driver keeps the promises of the port, so that tests on it are worth something.

import { memoryStorage } from '../../drivers/storage/memory.ts';
import { storageConformance } from './storage.ts';

const GiB = 2 ** 30;

storageConformance('in memory', () => {
  const driver = memoryStorage();
  const { world } = driver;
  const file = (path: string) => ({ path, file: true, size: GiB, overwrite: false });
  world.devices.plug('/dev/taken', GiB, 'ext4 "theirs"');
  return {
    driver,
    devices: [file('a.img'), file('b.img'), file('c.img'), file('d.img')],
    taken: { path: '/dev/taken', file: false, overwrite: false },
    hands: {
      ...world,
      tear: (path) => world.devices.tear(path),
      putForeign: (key) => world.putForeign(key),
      putOfAnotherGrid: (key) => world.putForeign(key, { grid: 'another', key, uid: 'uid-9', hash: 'hash-9' }),
    },
  };
});
