import { expect } from 'chai';
import fc from 'fast-check';
import { EngineError } from '../../../engine/model/errors.ts';
import { readRedisAddress, showRedisAddress } from '../../../engine/store/redis/address.ts';

describe('the address of a Redis', () => {
  const readable: readonly (readonly [address: string, options: object, shown: string])[] = [
    ['redis://localhost', { host: 'localhost', port: 6379 }, 'localhost:6379'],
    ['redis://', { host: 'localhost', port: 6379 }, 'localhost:6379'],
    ['valkey://v.example:7000/3', { host: 'v.example', port: 7000, db: 3 }, 'v.example:7000'],
    ['redis://:p%40ss%2Fw@h:1', { host: 'h', port: 1, password: 'p@ss/w' }, 'h:1'],
    ['rediss://u:a:b@h/0', { host: 'h', port: 6379, tls: {}, username: 'u', password: 'a:b', db: 0 }, 'h:6379'],
    ['redis://[::1]:6380', { host: '::1', port: 6380 }, '::1:6380'],
    ['unix:///run/r%20s.sock?db=2', { path: '/run/r s.sock', db: 2 }, '/run/r s.sock'],
    ['/run/redis.sock', { path: '/run/redis.sock' }, '/run/redis.sock'],
    [
      'redis+sentinel://u:p@a:1,b/main/4?sentinelPassword=q',
      {
        sentinels: [
          { host: 'a', port: 1 },
          { host: 'b', port: 26379 },
        ],
        name: 'main',
        sentinelPassword: 'q',
        username: 'u',
        password: 'p',
        db: 4,
      },
      'main of the Sentinels a:1, b:26379',
    ],
    [
      'redis://a,b:2/1?sentinel=main',
      {
        sentinels: [
          { host: 'a', port: 26379 },
          { host: 'b', port: 2 },
        ],
        name: 'main',
        db: 1,
      },
      'main of the Sentinels a:26379, b:2',
    ],
    [
      'rediss+sentinel://a/main',
      {
        sentinels: [{ host: 'a', port: 26379 }],
        name: 'main',
        tls: {},
        sentinelTLS: {},
        enableTLSForSentinelMode: true,
      },
      'main of the Sentinels a:26379',
    ],
  ];
  for (const [address, options, shown] of readable) {
    it(`reads ${address}`, () => {
      expect(readRedisAddress(address)).to.deep.equal(options);
      expect(showRedisAddress(readRedisAddress(address))).to.equal(shown);
    });
  }

  const wrong: readonly (readonly [address: string, what: string])[] = [
    ['', 'cannot be read'],
    ['localhost:6379', 'cannot be read'],
    ['http://host', 'cannot be read'],
    ['redis://h:99999', 'port "99999"'],
    ['redis://h:0', 'port "0"'],
    ['redis://h:x', '"h:x"'],
    ['redis://h/two', '"two"'],
    ['redis://a,b', 'no Sentinel group'],
    ['redis+sentinel://a,b', 'name of the group'],
    ['unix://host/path', 'no host'],
    ['redis://u:%zz@h', '%'],
  ];
  for (const [address, what] of wrong) {
    it(`refuses "${address}" and shows the forms`, () => {
      const read = (): unknown => readRedisAddress(address);
      expect(read).to.throw(EngineError).with.property('code', 'STORE_REFUSED');
      expect(read).to.throw(what);
      expect(read).to.throw().with.property('hint').that.includes('redis+sentinel://');
    });
  }

  it('never shows a password, however wrong the address is', () => {
    const password = fc.stringMatching(/^[a-z0-9]{8,20}$/);
    const shape = fc.constantFrom(
      (p: string) => `redis://u:${p}@h`,
      (p: string) => `redis://u:${p}@h:99999`,
      (p: string) => `redis://:${p}@a,b/x`,
      (p: string) => `redis+sentinel://u:${p}@a/`,
      (p: string) => `redis+sentinel://a/?sentinelPassword=${p}`,
      (p: string) => `redis://${p}:%zz${p}@h/1`,
      (p: string) => `nonsense://u:${p}@h`,
      (p: string) => `redis://u:${p}/x@h`,
      (p: string) => `redis://u:${p}?x@h`,
      (p: string) => `redis://u:${p}#@h/x`,
      (p: string) => `redis://h/${p}@`,
    );
    fc.assert(
      fc.property(password, shape, (secret, make) => {
        let said: string;
        try {
          said = showRedisAddress(readRedisAddress(make(secret)));
        } catch (error) {
          const refusal = error as EngineError; // anything else has no toJSON and fails
          said = JSON.stringify(refusal.toJSON());
        }
        expect(said).not.to.include(secret);
      }),
    );
  });
});
