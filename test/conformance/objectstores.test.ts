// The memory driver keeps the promises of the port, so that tests on it are worth something.

import { memoryObjectStores } from '../../drivers/objectstores/memory.ts';
import { objectStoresConformance } from './objectstores.ts';

objectStoresConformance('in memory', () => {
  const driver = memoryObjectStores();
  const { world } = driver;
  return {
    driver,
    settings: {
      zerodbs: ['z1', 'z2', 'z3'],
      spares: ['s1'],
      dataShards: 2,
      parityShards: 1,
      address: '0.0.0.0',
      port: 9000,
      region: 'us-east-1',
    },
    hands: {
      ...world,
      putForeign: (key) => world.putForeign(key),
      putOfAnotherGrid: (key) => world.putForeign(key, { grid: 'another', key, uid: 'uid-9', hash: 'hash-9' }),
    },
  };
});
