// The memory driver keeps the promises of the port, so that tests on it are worth something.

import { memoryZerodbs } from '../../drivers/zerodbs/memory.ts';
import { zerodbsConformance } from './zerodbs.ts';

zerodbsConformance('in memory', () => {
  const driver = memoryZerodbs();
  const { world } = driver;
  return {
    driver,
    settings: { storagepool: 'main', mode: 'user', sync: false, maxSize: 0, address: '0.0.0.0' },
    port: 9911,
    hands: {
      ...world,
      putForeign: (key) => world.putForeign(key),
      putOfAnotherGrid: (key) => world.putForeign(key, { grid: 'another', key, uid: 'uid-9', hash: 'hash-9' }),
    },
  };
});
