// The memory driver keeps the promises of the port, so that tests on it are worth something.

import { memoryNetworks } from '../../drivers/networks/memory.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import { networksConformance } from './networks.ts';

networksConformance('in memory', () => {
  const driver = memoryNetworks();
  const { world } = driver;
  const putOfAnotherGrid = (key: ServiceKey): string =>
    world.putForeign(key, undefined, { grid: 'another', key, uid: 'uid-9', hash: 'hash-9' });
  return { driver, hands: { ...world, putForeign: (key) => world.putForeign(key), putOfAnotherGrid } };
});
