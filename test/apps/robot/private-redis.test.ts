// Real servers and real robots' processes; each test in a data folder of its own, each server ended by its recorded pid.

import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { joinPrivateRedis, stopPrivateRedis, type PrivateRedis } from '../../../apps/robot/private-redis.ts';
import { identityOf, stillLives } from '../../../apps/robot/process-identity.ts';
import { askRedis, findRedisServer } from '../../../apps/robot/redis-process.ts';
import { EngineError } from '../../../engine/model/errors.ts';
import { redisStore } from '../../../engine/store/redis.ts';
import { skip } from '../../support/skip.ts';

const program = findRedisServer(process.env['PATH'] ?? '') ?? '';

describe('the private Redis', () => {
  let dataFolder: string;
  const robots: ChildProcess[] = [];

  before(function () {
    if (program === '') skip(this, 'redis-server is not installed (apt-get install redis-server)');
  });
  beforeEach(() => {
    dataFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'ays-data-'));
  });
  afterEach(async () => {
    for (const robot of robots.splice(0)) {
      if (robot.exitCode === null && robot.signalCode === null) {
        robot.kill('SIGKILL');
        await once(robot, 'exit');
      }
    }
    const { pid } = await serverOf(dataFolder);
    if (pid !== 0) {
      process.kill(pid, 'SIGKILL');
      await gone(pid);
    }
    fs.rmSync(dataFolder, { recursive: true, force: true });
  });

  const join = (): Promise<PrivateRedis> => joinPrivateRedis({ dataFolder, program });
  const robot = async (): Promise<{
    child: ChildProcess;
    started: boolean;
    ask: (word: string) => Promise<string>;
  }> => {
    const child = spawn(process.execPath, ['--import=tsx', 'test/apps/robot/a-robot.ts', dataFolder, program], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    robots.push(child);
    const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<string> => String((await lines.next()).value);
    const first = await next();
    return {
      child,
      started: first.startsWith('joined true'),
      ask: async (word) => {
        child.stdin.write(`${word}\n`);
        return next();
      },
    };
  };

  it('listens on a socket in the data folder only, and keeps every write', async () => {
    const server = await join();
    expect(server.started).to.equal(true);
    const store = await redisStore({ connection: { path: server.socket }, grid: 'g' });
    expect(store.verdict().durability).to.deep.equal({ disk: 'always', replica: false });
    expect(store.verdict().refusals).to.deep.equal([]);
    await store.close();
    expect(fs.statSync(path.join(dataFolder, 'redis')).mode & 0o077).to.equal(0);
    expect(fs.statSync(server.socket).mode & 0o077).to.equal(0);
    expect(fs.readFileSync(path.join(dataFolder, 'redis/redis.conf'), 'utf8')).to.match(/^port 0$/m);
    expect(await server.leave()).to.equal(true);
    expect(await askRedis(server.socket, 500)).to.deep.equal({ kind: 'absent' });
  });

  it('is started once by many robots at once, and ends with the last that leaves', async () => {
    const crowd = await Promise.all([robot(), robot(), robot(), robot()]);
    expect(crowd.filter(({ started }) => started)).to.have.length(1);
    const { pid } = await serverOf(dataFolder);
    const answers: string[] = [];
    for (const { ask } of crowd) answers.push(await ask('leave'));
    expect(answers).to.deep.equal(['left false', 'left false', 'left false', 'left true']);
    expect(identityOf(pid)).to.equal(undefined);
  });

  it('outlives its robot, is found again with its data, and does not count the dead', async () => {
    const first = await robot();
    const { pid } = await serverOf(dataFolder);
    const socket = path.join(dataFolder, 'redis/redis.sock');
    const store = await redisStore({ connection: { path: fs.realpathSync(socket) }, grid: 'g' });
    await store.commit({ puts: [{ collection: 'service', id: 'a', value: 1 }], durable: true });
    await store.close();
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');

    const second = await join();
    expect(second.started).to.equal(false);
    expect((await serverOf(dataFolder)).pid).to.equal(pid);
    expect(await second.leave()).to.equal(true);

    const third = await join();
    expect(third.started).to.equal(true);
    const again = await redisStore({ connection: { path: third.socket }, grid: 'g' });
    expect((await again.get('service', 'a'))?.value).to.equal(1);
    await again.close();
    await third.leave();
  });

  it('is started again after kill -9 by whoever notices, once, while a store waits for it', async () => {
    const here = await join();
    const there = await robot();
    const store = await redisStore({
      connection: { path: here.socket },
      grid: 'g',
      onLost: () => void here.ensure().catch(() => undefined),
    });
    const { pid } = await serverOf(dataFolder);
    await store.commit({ puts: [{ collection: 'service', id: 'a', value: 1 }], durable: true });
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    const [answer] = await Promise.all([there.ask('ensure'), here.ensure(), here.ensure()]);
    expect(answer).to.equal('ensured');
    expect((await store.get('service', 'a'))?.value).to.equal(1);
    const after = await serverOf(dataFolder);
    expect(after.pid).not.to.equal(pid);

    process.kill(after.pid, 'SIGKILL');
    // Nobody says `ensure`: the store's own notice brings it back, and the commit goes through.
    expect(await store.commit({ puts: [{ collection: 'service', id: 'a', value: 2 }], durable: true })).to.include({
      ok: true,
    });
    expect((await store.get('service', 'a'))?.version).to.equal(2);
    await store.close();
    await there.ask('leave');
    expect(await here.leave()).to.equal(true);
  });

  it('takes a stale record, a stale socket and the lock of a dead robot for what they are', async () => {
    const folder = path.join(dataFolder, 'redis');
    fs.mkdirSync(path.join(folder, 'robots'), { recursive: true, mode: 0o700 });
    fs.writeFileSync(path.join(folder, 'redis.sock'), '');
    // The number of a living process that is not a Redis: it must neither be waited for nor ended.
    const bystander = spawn('sleep', ['60']);
    robots.push(bystander);
    const old = JSON.stringify({ pid: bystander.pid, born: 'another boot:1' });
    for (const name of ['server.json', 'redis.lock.7', 'robots/1-1']) fs.writeFileSync(path.join(folder, name), old);
    const server = await join();
    expect(server.started).to.equal(true);
    expect(await server.leave()).to.equal(true);
    expect(bystander.exitCode ?? bystander.signalCode).to.equal(null);
  });

  it('replaces a server whose socket was removed from under it', async () => {
    const server = await join();
    const { pid } = await serverOf(dataFolder);
    fs.rmSync(server.socket);
    await server.ensure();
    expect(identityOf(pid)).to.equal(undefined);
    expect((await askRedis(server.socket, 500)).kind).to.equal('ready');
    await server.leave();
  });

  it('leaves a foreign server on its socket alone and says so', async () => {
    const server = await join();
    await server.leave();
    const foreign = spawn(program, ['--port', '0', '--unixsocket', server.socket, '--save', '', '--dir', dataFolder]);
    robots.push(foreign);
    while ((await askRedis(server.socket, 500)).kind !== 'ready') await new Promise(setImmediate);
    const error = await join().catch((e: unknown) => e);
    expect(error).to.be.instanceOf(EngineError).and.have.property('code', 'STORE_REFUSED');
    expect(String(error)).to.include(`process ${foreign.pid}`);
    expect(foreign.exitCode).to.equal(null);
  });

  it('says why it does not start', async () => {
    const server = await join();
    await server.leave();
    const folder = path.join(dataFolder, 'redis/appendonlydir');
    const manifest = fs.readdirSync(folder).find((name) => name.endsWith('.manifest'))!;
    fs.writeFileSync(path.join(folder, manifest), 'nonsense\n');
    const error = (await join().catch((e: unknown) => e)) as EngineError; // checked in the next line
    expect(error).to.be.instanceOf(EngineError);
    expect(error.message).to.match(/does not start: .*code 1/);
    expect(error.hint).to.include('redis.log');
    const missing = await joinPrivateRedis({ dataFolder, program: '/nonexistent/redis-server' }).catch(
      (e: unknown) => e,
    );
    expect(missing).to.have.property('code', 'STORE_REFUSED');
  });

  it('is ended by `down` only when no robot uses it', async () => {
    const server = await join();
    expect(await stopPrivateRedis(dataFolder)).to.deep.equal({ stopped: false, robots: [process.pid] });
    const { child } = await robot();
    await server.leave();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await stopPrivateRedis(dataFolder)).to.deep.equal({ stopped: true, robots: [] });
    expect(await stopPrivateRedis(dataFolder)).to.deep.equal({ stopped: false, robots: [] });
  });

  it('works in a data folder whose path is too long for a socket', async () => {
    const deep = path.join(dataFolder, 'a long name '.repeat(5), '"quoted" ünï'.repeat(5));
    fs.mkdirSync(deep, { recursive: true });
    const server = await joinPrivateRedis({ dataFolder: deep, program });
    const store = await redisStore({ connection: { path: server.socket }, grid: 'g' });
    await store.close();
    expect(await server.leave()).to.equal(true);
    fs.rmSync(path.dirname(server.socket), { recursive: true });
  });
});

async function serverOf(dataFolder: string): Promise<{ readonly pid: number }> {
  try {
    const file = path.join(dataFolder, 'redis/server.json');
    const identity = JSON.parse(fs.readFileSync(file, 'utf8')) as { pid: number; born: string }; // written by record
    return stillLives(identity) ? identity : { pid: 0 };
  } catch {
    return { pid: 0 };
  }
}

/** Resolves when the process has ended and is no zombie either, or not ours to wait for. */
async function gone(pid: number): Promise<void> {
  while (identityOf(pid) !== undefined) await new Promise(setImmediate);
}
