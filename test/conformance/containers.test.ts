// The memory driver keeps the promises of the port, so that tests on it are worth something.

import { memoryContainers } from '../../drivers/containers/memory.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import { containersConformance } from './containers.ts';

containersConformance('in memory', () => {
  const driver = memoryContainers();
  const { world } = driver;
  world.loseImage('oci:registry.test/lost:1');
  const putOfAnotherGrid = (key: ServiceKey): string =>
    world.putForeign(key, undefined, { grid: 'another', key, uid: 'uid-9', hash: 'hash-9' });
  return {
    driver,
    image: 'host',
    missingImage: 'oci:registry.test/lost:1',
    hands: { ...world, putForeign: (key) => world.putForeign(key), putOfAnotherGrid },
  };
});
