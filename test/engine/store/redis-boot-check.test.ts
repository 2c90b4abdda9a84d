import { expect } from 'chai';
import type { EngineError } from '../../../engine/model/errors.ts';
import { insistOn, judgeRedis, parseInfo, type RedisFacts } from '../../../engine/store/boot-check.ts';
import { redisStore } from '../../../engine/store/redis.ts';
import { skip } from '../../support/skip.ts';
import { REDIS_MISSING, redisIsInstalled, testRedis } from './redis-server.ts';

const good = {
  info: {
    redis_version: '7.0.15',
    redis_mode: 'standalone',
    role: 'master',
    cluster_enabled: '0',
    loading: '0',
    aof_enabled: '1',
    aof_last_write_status: 'ok',
    maxmemory_policy: 'noeviction',
    maxmemory: '0',
    used_memory: '1000000',
    connected_slaves: '0',
  },
  config: {
    appendonly: 'yes',
    appendfsync: 'always',
    'maxmemory-policy': 'noeviction',
    'no-appendfsync-on-rewrite': 'no',
  },
};
const facts = (info: Record<string, string> = {}, config: Record<string, string> | null = {}): RedisFacts => ({
  info: { ...good.info, ...info },
  config: config === null ? undefined : { ...good.config, ...config },
});
const refused = (given: RedisFacts): readonly string[] => judgeRedis(given).refusals.map(({ setting }) => setting);
const warned = (given: RedisFacts): readonly string[] => judgeRedis(given).warnings.map(({ setting }) => setting);

describe('the boot check of a Redis', () => {
  it('takes one that keeps what it acknowledges', () => {
    const verdict = judgeRedis(facts());
    expect(verdict).to.deep.equal({
      product: 'Redis',
      version: '7.0.15',
      durability: { disk: 'always', replica: false },
      refusals: [],
      warnings: [],
      loading: false,
    });
    expect(() => insistOn(verdict, 'here')).not.to.throw();
  });

  it('takes a Valkey, under its own name and version', () => {
    expect(judgeRedis(facts({ redis_version: '7.2.4', valkey_version: '8.1.0' }))).to.deep.include({
      product: 'Valkey',
      version: '8.1.0',
      refusals: [],
    });
  });

  const cases: readonly (readonly [what: string, given: RedisFacts, setting: string])[] = [
    ['evicts', facts({}, { 'maxmemory-policy': 'allkeys-lru' }), 'maxmemory-policy'],
    [
      'evicts, as only INFO says',
      facts({ redis_version: '7.2.0', maxmemory_policy: 'volatile-ttl' }, null),
      'maxmemory-policy',
    ],
    ['keeps no append-only file', facts({ aof_enabled: '0' }, { appendonly: 'no' }), 'appendonly'],
    [
      'keeps no append-only file, as only INFO says',
      facts({ redis_version: '7.2.0', aof_enabled: '0' }, null),
      'appendonly',
    ],
    ['never waits for the disk', facts({ redis_version: '7.4.0' }, { appendfsync: 'no' }), 'appendfsync'],
    ['waits each second and cannot be asked', facts({}, { appendfsync: 'everysec' }), 'appendfsync'],
    ['shows no settings and cannot be asked', facts({}, null), 'appendfsync'],
    ['does not wait while it rewrites', facts({}, { 'no-appendfsync-on-rewrite': 'yes' }), 'no-appendfsync-on-rewrite'],
    ['is a Cluster', facts({ cluster_enabled: '1' }), 'cluster-enabled'],
    ['is a replica', facts({ role: 'slave' }), 'role'],
    ['is too old', facts({ redis_version: '6.0.16' }), 'version'],
    ['is no Redis that says its version', facts({ redis_version: '' }), 'version'],
    ['is a Sentinel', facts({ redis_mode: 'sentinel' }), 'address'],
    ['cannot write to its disk', facts({ aof_last_write_status: 'err' }), 'disk'],
  ];
  for (const [what, given, setting] of cases) {
    it(`refuses one that ${what}, naming ${setting} and the fix`, () => {
      expect(refused(given)).to.deep.equal([setting]);
      let error: EngineError | undefined;
      try {
        insistOn(judgeRedis(given), 'redis.example:6379');
      } catch (thrown) {
        error = thrown as EngineError; // checked below
      }
      expect(error).to.include({ code: 'STORE_REFUSED', exit: 5 });
      expect(error?.message).to.include('redis.example:6379').and.include(`${setting}: `);
      expect(error?.hint).to.match(/^[A-Z].*\.$/);
    });
  }

  it('says everything that is wrong at once', () => {
    const given = facts(
      { role: 'slave', cluster_enabled: '1' },
      { appendonly: 'no', 'maxmemory-policy': 'allkeys-lfu' },
    );
    expect(refused(given)).to.have.members(['role', 'cluster-enabled', 'appendonly', 'maxmemory-policy']);
  });

  it('asks a server with WAITAOF where fsync is once a second, and warns of the wait', () => {
    const given = facts({ redis_version: '7.2.5' }, { appendfsync: 'everysec' });
    expect(judgeRedis(given).durability.disk).to.equal('waitaof');
    expect(refused(given)).to.deep.equal([]);
    expect(warned(given)).to.deep.equal(['appendfsync']);
  });

  it('asks a server with WAITAOF that does not show its settings', () => {
    const given = facts({ redis_version: '8.0.0' }, null);
    expect(judgeRedis(given)).to.deep.include({ refusals: [], durability: { disk: 'waitaof', replica: false } });
    expect(warned(given)).to.deep.equal(['appendfsync']);
  });

  it('waits for a replica where there is one', () => {
    expect(judgeRedis(facts({ connected_slaves: '2' })).durability.replica).to.equal(true);
  });

  it('warns of memory that is nearly full', () => {
    expect(warned(facts({ maxmemory: '1050000' }))).to.deep.equal(['maxmemory']);
    expect(warned(facts({ maxmemory: '2000000' }))).to.deep.equal([]);
  });

  it('warns of a primary that Sentinels may leave behind', () => {
    const given = facts({}, { 'min-replicas-to-write': '0' });
    expect(warned({ ...given, behindSentinel: true })).to.deep.equal(['min-replicas-to-write']);
    expect(warned(given)).to.deep.equal([]);
  });

  it('does not refuse one that is loading, but says to come back', () => {
    const verdict = judgeRedis(facts({ loading: '1' }));
    expect(() => insistOn(verdict, 'here'))
      .to.throw('still loading')
      .with.property('code', 'STORE_UNREACHABLE');
  });

  it('reads the lines of INFO', () => {
    expect(parseInfo('# Server\r\nredis_version:7.0.15\r\nexecutable:/a:b\r\n\r\n# Empty\r\nx:\r\n')).to.deep.equal({
      redis_version: '7.0.15',
      executable: '/a:b',
      x: '',
    });
  });

  describe('of real servers', () => {
    before(function () {
      if (!redisIsInstalled) skip(this, REDIS_MISSING);
    });
    const servers: readonly (readonly [settings: Record<string, string>, setting: string])[] = [
      [{ appendonly: 'no' }, 'appendonly'],
      [{ 'maxmemory-policy': 'allkeys-lru' }, 'maxmemory-policy'],
      [{ appendfsync: 'no' }, 'appendfsync'],
      [{ 'no-appendfsync-on-rewrite': 'yes' }, 'no-appendfsync-on-rewrite'],
      [{ replicaof: '127.0.0.1 1' }, 'role'],
    ];
    for (const [settings, setting] of servers) {
      it(`refuses ${Object.entries(settings).flat().join(' ')}`, async () => {
        const server = await testRedis(settings);
        try {
          const error: unknown = await redisStore({ connection: { path: server.socket }, grid: 'g' }).catch(
            (e: unknown) => e,
          );
          expect(error).to.have.property('code', 'STORE_REFUSED');
          expect((error as EngineError).detail['settings']).to.deep.equal([setting]);
        } finally {
          await server.remove();
        }
      });
    }
  });
});
