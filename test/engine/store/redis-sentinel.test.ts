// A primary, a replica and a Sentinel for real: the primary is killed, and what was acknowledged is at the new one.

import { expect } from 'chai';
import { EngineError } from '../../../engine/model/errors.ts';
import { redisStore } from '../../../engine/store/redis.ts';
import { readRedisAddress } from '../../../engine/store/redis/address.ts';
import { skip } from '../../support/skip.ts';
import { freePort, REDIS_MISSING, redisIsInstalled, testRedis, type TestRedis } from './redis-server.ts';

describe('the Redis store behind Sentinel', () => {
  const servers: TestRedis[] = [];

  before(function () {
    if (!redisIsInstalled) skip(this, REDIS_MISSING);
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.remove()));
  });

  it('has at the new primary what the old one acknowledged, and goes on there', async () => {
    const [first, second, third] = [await freePort(), await freePort(), await freePort()];
    const tcp = (port: number): Record<string, string> => ({
      port: String(port),
      bind: '127.0.0.1',
      'repl-diskless-sync-delay': '0',
    });
    const primary = await testRedis(tcp(first));
    servers.push(primary);
    servers.push(await testRedis({ ...tcp(second), replicaof: `127.0.0.1 ${first}` }));
    servers.push(
      await testRedis({}, [
        `port ${third}`,
        'bind 127.0.0.1',
        `sentinel monitor main 127.0.0.1 ${first} 1`,
        'sentinel down-after-milliseconds main 300',
        'sentinel failover-timeout main 2000',
      ]),
    );
    const address = `redis+sentinel://127.0.0.1:${third}/main`;
    const store = await redisStore({ connection: readRedisAddress(address), grid: 'g' });
    try {
      // The replica and the Sentinel's knowledge of it come up in their own time.
      while (!store.verdict().durability.replica) await store.look();
      await store.found({ grid: 'g', format: 1, epoch: 1 }, undefined);
      const acknowledged: number[] = [];
      const failures = new Set<string>();
      let killed = false;
      let next = 0;
      let after = 0;
      const end = performance.now() + 15_000;
      while (after < 20 && performance.now() < end) {
        const i = next++;
        try {
          const made = await store.commit({ puts: [{ collection: 'service', id: `s${i}`, value: i }], durable: true });
          expect(made.ok).to.equal(true);
          acknowledged.push(i);
          if (killed) after += 1;
        } catch (error) {
          failures.add(error instanceof EngineError ? error.code : String(error));
          await new Promise(setImmediate);
        }
        // After the Sentinel has heard of the replica: it asks every second at first.
        if (!killed && acknowledged.length > 50 && performance.now() > end - 12_500) {
          killed = true;
          await primary.kill('SIGKILL');
        }
      }
      expect(after, `commits after the failover; failures: ${[...failures].join(', ')}`).to.equal(20);
      expect([...failures].filter((code) => code !== 'STORE_UNREACHABLE')).to.deep.equal([]);
      const there = new Set((await store.list('service')).map(({ value }) => value));
      expect(acknowledged.filter((i) => !there.has(i))).to.deep.equal([]);
    } finally {
      await store.close();
    }
  });

  it('says so when no Sentinel answers', async () => {
    const port = await freePort();
    const error: unknown = await redisStore({
      connection: readRedisAddress(`redis+sentinel://127.0.0.1:${port}/main`),
      grid: 'g',
    }).catch((e: unknown) => e);
    expect(error).to.be.instanceOf(EngineError).and.have.property('code', 'STORE_UNREACHABLE');
    expect(String(error)).to.include(`127.0.0.1:${port}`);
  });
});
