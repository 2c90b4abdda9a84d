// The queue in Redis keeps the promises of the port, on a real server.

import { bullmqQueue } from '../../engine/queue/bullmq.ts';
import { redisIsMissing, startRedis, timers, type RedisForTest } from '../engine/queue/a-redis.ts';
import { skip } from '../support/skip.ts';
import { queueConformance } from './queue.ts';

describe('on redis', () => {
  let server: RedisForTest | undefined;
  let made = 0;
  before(async function () {
    const missing = redisIsMissing();
    if (missing !== undefined) skip(this, missing);
    server = await startRedis();
  });
  after(() => server?.stop());

  queueConformance(
    'BullMQ',
    async () => {
      made += 1;
      const at = {
        redis: { path: server?.socket ?? '' },
        prefix: `ays:test${made}:queue`,
        name: 'robot',
        timers,
        // Long, because a test machine that is busy with other tests may be late to renew.
        lockMs: 60_000,
      };
      const [queue, elsewhere] = [await bullmqQueue(at), await bullmqQueue(at)];
      return { queue, elsewhere, close: async () => void (await Promise.all([queue.close(), elsewhere.close()])) };
    },
    { propertyRuns: 30 },
  );
});
