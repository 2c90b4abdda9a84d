// What only a real server shows: kill -9, restarts with and without data, cut connections, forgotten scripts, rights, a replica.

import { expect } from 'chai';
import { Redis } from 'ioredis';
import fs from 'node:fs';
import path from 'node:path';
import { EngineError } from '../../../engine/model/errors.ts';
import type { Transaction } from '../../../engine/store/port.ts';
import { redisStore, type RedisStore, type RedisStoreOptions } from '../../../engine/store/redis.ts';
import { skip } from '../../support/skip.ts';
import { cutLine, REDIS_MISSING, redisIsInstalled, testRedis, type CutLine, type TestRedis } from './redis-server.ts';

const meta = { grid: 'g', format: 1, epoch: 1 };

describe('the Redis store', () => {
  let server: TestRedis;
  let admin: Redis;
  const opened: RedisStore[] = [];
  const lines: CutLine[] = [];

  before(function () {
    if (!redisIsInstalled) skip(this, REDIS_MISSING);
  });
  beforeEach(async () => {
    server = await testRedis();
    admin = new Redis({ path: server.socket, retryStrategy: () => 20 });
    admin.on('error', () => undefined);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
    admin.disconnect();
    await Promise.all(lines.splice(0).map((line) => line.close()));
    await server.remove();
  });

  const open = async (more: Partial<RedisStoreOptions> = {}): Promise<RedisStore> => {
    const store = await redisStore({ connection: { path: server.socket }, grid: 'g', ...more });
    opened.push(store);
    return store;
  };
  const put = (id: string, more: Transaction = {}): Transaction => ({
    ...more,
    puts: [{ collection: 'service', id, value: { id } }],
  });
  const failure = async (promise: Promise<unknown>): Promise<EngineError> => {
    const error = await promise.then(
      (value) => new Error(`it did not fail, but answered ${JSON.stringify(value)}`),
      (reason: unknown) => reason,
    );
    if (!(error instanceof EngineError)) throw error;
    return error;
  };

  it('has every acknowledged commit after kill -9 in the middle of a thousand, and none by half', async () => {
    const store = await open();
    await store.found(meta, undefined);
    const acknowledged = new Set<number>();
    let killed: Promise<void> | undefined;
    await Promise.all(
      Array.from({ length: 1000 }, async (_, i) => {
        const pair = ['left', 'right'].map((side) => ({
          collection: 'service' as const,
          id: `${side}-${i}`,
          value: i,
        }));
        try {
          if ((await store.commit({ puts: pair, durable: true })).ok) acknowledged.add(i);
        } catch (error) {
          expect(error).to.have.property('code', 'STORE_UNREACHABLE');
        }
        if (acknowledged.size === 300) killed ??= server.kill('SIGKILL');
      }),
    );
    await killed;
    expect(acknowledged.size).to.be.greaterThan(299);
    await server.start();
    const after = await open();
    const left = new Set((await after.list('service', { prefix: 'left-' })).map(({ value }) => value));
    const right = new Set((await after.list('service', { prefix: 'right-' })).map(({ value }) => value));
    expect([...acknowledged].filter((i) => !left.has(i))).to.deep.equal([]);
    expect(left).to.deep.equal(right);
    expect(await after.meta()).to.deep.equal(meta);
  });

  it('does nothing twice and loses nothing when connections break and answers are lost', async () => {
    const line = await cutLine(server);
    lines.push(line);
    const store = await open({ connection: { path: line.socket } });
    let done = 0;
    const work = Promise.all(
      Array.from({ length: 50 }, async () => {
        for (let i = 0; i < 40; i++) {
          const more = { durable: i % 2 === 0, log: [{ type: 'counted', body: null }] };
          expect((await store.commit(put('counter', more))).ok).to.equal(true);
          done += 1;
        }
      }),
    );
    for (let cut = 1; cut <= 20; cut++) {
      while (done < cut * 90) await new Promise(setImmediate);
      await line.cut();
    }
    await work;
    // Every commit adds one to the version, so a lost or a doubled one shows.
    expect((await store.get('service', 'counter'))?.version).to.equal(2000);
    expect(await store.log()).to.have.length(2000);
  });

  it('tells with the same transaction what became of a commit whose answer was lost', async () => {
    const store = await open();
    const transaction = put('a', {
      log: [{ type: 'once', body: null }],
      checks: [{ collection: 'service', id: 'a', version: 0 }],
    });
    process.kill(server.pid, 'SIGSTOP');
    const lost = await failure(store.commit(transaction));
    expect(lost).to.include({ code: 'STORE_UNREACHABLE', disposition: 'retry' });
    expect(lost.detail).to.deep.equal({ outcome: 'unknown' });
    process.kill(server.pid, 'SIGCONT');
    // It was made when the server woke: its own check would refuse it now, if it were another commit.
    expect(await store.commit(transaction)).to.deep.include({ ok: true, versions: [1] });
    expect(await store.log()).to.have.length(1);
    // Answered, it is over: the same object is a new commit now.
    expect(await store.commit(transaction)).to.deep.include({ ok: false, why: 'version', found: 1 });
  });

  it('refuses at once while the server is gone, says who may start it, and goes on when it is back', async () => {
    let noticed = 0;
    const store = await open({ onLost: () => (noticed += 1) });
    await store.commit(put('a'));
    await server.kill('SIGKILL');
    const start = performance.now();
    for (const ask of [() => store.get('service', 'a'), () => store.commit(put('a', { durable: true }))]) {
      const error = await failure(ask());
      expect(error).to.include({ code: 'STORE_UNREACHABLE', disposition: 'retry' });
      expect(error.hint).to.be.a('string');
    }
    expect(performance.now() - start).to.be.lessThan(3000);
    expect(noticed).to.be.greaterThan(0);
    const known = performance.now();
    for (let i = 0; i < 100; i++) await failure(store.now());
    expect(performance.now() - known).to.be.lessThan(200);
    await server.start();
    for (let back = false; !back;)
      back = await store.now().then(
        () => true,
        () => new Promise((r) => setImmediate(r, false)),
      );
    expect((await store.get('service', 'a'))?.version).to.equal(1);
  });

  it('notices that the server came back empty or with another grid, and changes nothing there', async () => {
    const store = await open();
    await store.found(meta, undefined);
    await store.beat('r', 'r-a', 60_000);
    await store.commit(put('a'));
    await server.kill('SIGKILL');
    fs.rmSync(path.join(server.folder, 'appendonlydir'), { recursive: true });
    await server.start();
    for (const change of [
      () => store.commit(put('b')),
      () => store.claim('container/web', 'r-a'),
      () => store.beat('r', 'r-a', 1000),
    ]) {
      const error = await failure(change());
      expect(error).to.include({ code: 'STORE_REFUSED' });
      expect(error.message).to.match(/is empty now; grid g was in it/);
    }
    expect(await store.meta()).to.equal(undefined);
    expect(await store.count('service')).to.equal(0);
    const other = await open();
    await other.found({ ...meta, grid: 'other' }, undefined);
    expect((await failure(store.commit(put('b')))).message).to.include('"other"');
    expect(await store.count('service')).to.equal(0);
  });

  it('teaches its scripts to a server that has forgotten them', async () => {
    const store = await open();
    for (let i = 0; i < 5; i++) {
      await admin.script('FLUSH');
      const made = await Promise.all(Array.from({ length: 20 }, () => store.commit(put('a', { durable: true }))));
      expect(made.every(({ ok }) => ok)).to.equal(true);
    }
    expect((await store.get('service', 'a'))?.version).to.equal(100);
  });

  it('keeps two grids of one server apart, each under its own prefix', async () => {
    const one = await open({ grid: 'one' });
    const two = await open({ grid: 'two' });
    for (const [store, id] of [
      [one, 'a'],
      [two, 'b'],
    ] as const) {
      await store.found({ ...meta, grid: id }, undefined);
      await store.beat('r', `r-${id}`, 60_000);
      expect(await store.claim('container/web', `r-${id}`)).to.have.property('n', 1);
      await store.commit(
        put(id, {
          due: [{ key: `container/${id}`, at: 1 }],
          log: [{ about: id, type: 'x', body: null }],
        }),
      );
      await store.commit({ puts: [{ collection: 'idempotency', id, value: 1, ttlMs: 60_000 }] });
    }
    expect((await one.list('service')).map(({ id }) => id)).to.deep.equal(['a']);
    expect((await two.due(10)).map(({ key }) => key)).to.deep.equal(['container/b']);
    expect(await one.alive()).to.deep.equal(['r-a']);
    expect((await two.log()).map(({ about }) => about)).to.deep.equal(['b']);
    const keys = await admin.keys('*');
    expect(keys.filter((key) => !/^ays:(one|two):/.test(key))).to.deep.equal([]);
    expect(keys.filter((key) => /[{}]/.test(key))).to.deep.equal([]);
  });

  it('makes ten thousand documents in one transaction, or none', async () => {
    const store = await open();
    const puts = Array.from({ length: 10_000 }, (_, i) => ({
      collection: 'service' as const,
      id: `s${i}`,
      value: { i },
    }));
    const checks = [{ collection: 'service' as const, id: 's0', version: 0 }];
    const made = await store.commit({ puts, checks, durable: true });
    expect(made).to.have.property('versions').with.length(10_000);
    expect(await store.count('service')).to.equal(10_000);
    expect(await store.commit({ puts, checks })).to.deep.include({ ok: false, found: 1 });
    const listed = await store.list('service');
    expect(listed).to.have.length(10_000);
    expect(listed.every(({ version }) => version === 1)).to.equal(true);
    expect(await failure(store.commit({ puts: Array(200_001).fill(puts[0]!) as typeof puts }))).to.have.property(
      'code',
      'STORE_TOO_LARGE',
    );
  });

  it('does not grow by what is over: answers, expired documents, old log entries, dead robots', async () => {
    const store = await open({ logLimit: 50 });
    for (let i = 0; i < 600; i++) {
      await store.commit({
        puts: [{ collection: 'idempotency', id: `i${i}`, value: i, ttlMs: 1 }],
        log: [{ about: `s${i % 7}`, type: 't', body: i }],
      });
    }
    const answers = await admin.keys('ays:g:answers:*');
    expect(answers).to.have.length(1);
    expect(await admin.hlen(answers[0]!)).to.be.at.most(2);
    expect(await admin.pttl(answers[0]!)).to.be.greaterThan(1_000_000);
    for (const key of ['doc:idempotency', 'ids:idempotency', 'expiry:idempotency']) {
      const size = key.startsWith('doc') ? await admin.hlen(`ays:g:${key}`) : await admin.zcard(`ays:g:${key}`);
      expect(size, key).to.be.at.most(30);
    }
    expect(await admin.xlen('ays:g:log')).to.be.at.most(250);
    expect(await admin.zcard('ays:g:log-about')).to.equal(await admin.xlen('ays:g:log'));
    expect((await store.log({ newestFirst: true, limit: 50 })).map(({ body }) => body)).to.deep.equal(
      Array.from({ length: 50 }, (_, i) => 599 - i),
    );
    // Two days ago, on the server's clock.
    for (let i = 0; i < 20; i++) await admin.hset('ays:g:living', `old-${i}`, `${(await store.now()) - 2e8} x gone`);
    await store.beat('r', 'r-b', 1000);
    expect(await admin.hlen('ays:g:living')).to.equal(1);
  });

  it('works for a user who may touch its prefix only', async () => {
    await admin.call(
      'ACL',
      'SETUSER',
      'robot',
      'on',
      '>secret',
      '~ays:g:*',
      '&ays:g:*',
      '+@all',
      '-@dangerous',
      '+info',
      '+config|get',
      '+keys',
    );
    const store = await open({ connection: { path: server.socket, username: 'robot', password: 'secret' } });
    await store.found(meta, undefined);
    await store.beat('r', 'r-a', 60_000);
    const token = await store.claim('container/web', 'r-a');
    if ('heldBy' in token) throw new Error('held');
    const heard = new Promise((resolve) => void store.watch(({ log }) => resolve(log?.type)));
    while (Number((await admin.pubsub('NUMSUB', 'ays:g:changes'))[1]) === 0) await new Promise(setImmediate);
    const claims = [{ key: 'container/web' as const, robot: 'r-a', token }];
    expect(await store.commit(put('a', { claims, durable: true, log: [{ type: 'heard', body: 1 }] }))).to.include({
      ok: true,
    });
    expect(await heard).to.equal('heard');
    const elsewhere = await failure(
      open({ grid: 'other', connection: { path: server.socket, username: 'robot', password: 'secret' } }),
    );
    expect(elsewhere).to.include({ code: 'STORE_REFUSED' });
    const stranger = await failure(
      open({ connection: { path: server.socket, username: 'robot', password: 'wrong-word' } }),
    );
    expect(stranger).to.include({ code: 'STORE_REFUSED' });
    expect(JSON.stringify(stranger)).not.to.include('wrong-word');
  });

  it('says so when memory is full, and loses nothing', async () => {
    const store = await open();
    await store.commit(put('a'));
    await admin.config('SET', 'maxmemory', '100kb');
    const error = await failure(store.commit(put('b', { durable: true })));
    expect(error).to.include({ code: 'STORE_FULL', disposition: 'retry' });
    expect((await store.get('service', 'a'))?.version).to.equal(1);
    await admin.config('SET', 'maxmemory', '0');
    expect(await store.commit(put('b', { durable: true }))).to.deep.include({ ok: true, versions: [1] });
  });

  it('waits for a replica where there is one, and goes on without it when it is gone', async () => {
    const replica = await testRedis({ port: '0' });
    const port = 20_000 + (process.pid % 10_000);
    try {
      await admin.config('SET', 'bind', '127.0.0.1');
      await admin.config('SET', 'repl-diskless-sync-delay', '0');
      await admin.config('SET', 'port', String(port));
      const second = new Redis(replica.socket);
      await second.call('REPLICAOF', '127.0.0.1', String(port));
      while (!(await second.info('replication')).includes('master_link_status:up'))
        await new Promise((r) => setTimeout(r, 10));
      const store = await open();
      expect(store.verdict().durability).to.deep.equal({ disk: 'always', replica: true });
      const made = await Promise.all(
        Array.from({ length: 200 }, (_, i) => store.commit(put(`s${i}`, { durable: true }))),
      );
      expect(made.every(({ ok }) => ok)).to.equal(true);
      expect(await second.hlen('ays:g:doc:service')).to.equal(200);
      const wrong = await failure(open({ connection: { path: replica.socket } }));
      expect(wrong).to.include({ code: 'STORE_REFUSED' });
      expect(wrong.message).to.include('replica');
      second.disconnect();
      await replica.kill('SIGKILL');
      expect(await store.commit(put('alone', { durable: true }))).to.include({ ok: true });
      expect(store.verdict().durability.replica).to.equal(false);
    } finally {
      await replica.remove();
    }
  });

  it('looks again when the server comes back: other settings are refused, right ones accepted', async () => {
    const store = await open();
    await store.commit(put('a', { durable: true }));
    await admin.config('SET', 'appendfsync', 'everysec');
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    let error: EngineError | undefined;
    while (error === undefined) {
      await store.commit(put('a', { durable: true })).catch((e: EngineError) => (error = e));
    }
    expect(error).to.include({ code: 'STORE_REFUSED' });
    expect(error.hint).to.include('CONFIG SET appendfsync always');
    await admin.config('SET', 'appendfsync', 'always');
    expect((await store.look()).refusals).to.deep.equal([]);
    expect(await store.commit(put('a', { durable: true }))).to.include({ ok: true });
  });

  it('cannot be opened where there is no server', async () => {
    const error = await failure(open({ connection: { path: path.join(server.folder, 'none.sock') } }));
    expect(error).to.include({ code: 'STORE_UNREACHABLE', exit: 5 });
    expect(error.message).to.include('none.sock');
    fs.writeFileSync(path.join(server.folder, 'file.sock'), '');
    expect(await failure(open({ connection: { path: path.join(server.folder, 'file.sock') } }))).to.include({
      code: 'STORE_UNREACHABLE',
    });
  });
});
