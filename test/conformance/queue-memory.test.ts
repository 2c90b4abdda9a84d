// The queue inside one process keeps the promises of the port.

import { memoryQueue } from '../../engine/queue/memory.ts';
import { timers } from '../engine/queue/a-redis.ts';
import { queueConformance } from './queue.ts';

for (const [name, turn] of [
  ['in memory', undefined],
  ['in memory, in turns with other work', (run: () => void) => void setImmediate(run)],
] as const) {
  queueConformance(
    name,
    async () => {
      const queue = memoryQueue({ timers, ...(turn === undefined ? {} : { turn }) });
      return { queue, elsewhere: queue, close: () => queue.close() };
    },
    { propertyRuns: 300 },
  );
}
