import { redisStore } from '../../engine/store/redis.ts';
import { REDIS_MISSING, redisIsInstalled, testRedis, type TestRedis } from '../engine/store/redis-server.ts';
import { skip } from '../support/skip.ts';
import { storeConformance } from './store.ts';

describe('store in Redis', () => {
  let server: TestRedis;
  let grids = 0;

  before(async function () {
    if (!redisIsInstalled) skip(this, REDIS_MISSING);
    server = await testRedis();
  });
  after(() => server?.remove());

  storeConformance('redis', async () => {
    const grid = `conformance-${++grids}`;
    const open = () => redisStore({ connection: { path: server.socket }, grid });
    const store = await open();
    return {
      store,
      another: open,
      reopen: async () => {
        await store.close();
        // A restart, not only a new connection: what counts is what is on disk.
        await server.kill('SIGKILL');
        await server.start();
        return open();
      },
      advance: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    };
  });
});
