// The memory driver keeps the promises of the port, so that tests on it are worth something.

import { memoryVms } from '../../drivers/vms/memory.ts';
import { vmsConformance } from './vms.ts';

vmsConformance('in memory', () => {
  const driver = memoryVms();
  const { world } = driver;
  return {
    driver,
    settings: { cpu: 1, memory: 64 * 2 ** 20, image: 'test' },
    vdisk: 'rows',
    hands: {
      ...world,
      putForeign: (key) => world.putForeign(key),
      putOfAnotherGrid: (key) => world.putForeign(key, { grid: 'another', key, uid: 'uid-9', hash: 'hash-9' }),
    },
  };
});
