// The memory driver keeps the promises of the port, so that tests on it are worth something.

import { memoryGateways } from '../../drivers/gateways/memory.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import { gatewaysConformance } from './gateways.ts';

gatewaysConformance('in memory', () => {
  const driver = memoryGateways();
  const { world } = driver;
  const putOfAnotherGrid = (key: ServiceKey): string =>
    world.putForeign(key, { grid: 'another', key, uid: 'uid-9', hash: 'hash-9' });
  return { driver, hands: { ...world, putForeign: (key) => world.putForeign(key), putOfAnotherGrid } };
});
