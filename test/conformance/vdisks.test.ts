// The memory driver keeps the promises of the port, so that tests on it are worth something.

import { memoryVdisks } from '../../drivers/vdisks/memory.ts';
import { nameOf } from '../../engine/model/key.ts';
import { vdisksConformance } from './vdisks.ts';

vdisksConformance('in memory', () => {
  const driver = memoryVdisks();
  const { world } = driver;
  return {
    driver,
    place: { storagepool: 'main' },
    zerodbs: ['z1', 'z2', 'z3', 'z4'],
    hands: {
      ...world,
      read: (key) => world.content(nameOf(key)),
      putForeign: (key) => world.putForeign(key),
      putOfAnotherGrid: (key) => world.putForeign(key, { grid: 'another', key, uid: 'uid-9', hash: 'hash-9' }),
    },
  };
});
