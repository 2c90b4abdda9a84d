// A redis-server of a test's own: on a unix socket in a folder of its own, ended by its own pid, never by name.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

export interface TestRedis {
  readonly socket: string;
  readonly folder: string;
  readonly pid: number;
  /** Starts it again over the data it has; after `kill` or `stop`. */
  start(): Promise<void>;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends it and removes its folder. */
  remove(): Promise<void>;
}

export const redisIsInstalled = spawnSync('redis-server', ['--version']).status === 0;
export const REDIS_MISSING = 'redis-server is not installed (apt-get install redis-server)';

/** What `appendfsync always` and no eviction need, unless said otherwise. */
const SAFE = { appendonly: 'yes', appendfsync: 'always', 'maxmemory-policy': 'noeviction' };

export async function testRedis(
  settings: Readonly<Record<string, string>> = {},
  /** Lines of the configuration of a Sentinel; absent: an ordinary server. */
  sentinel?: readonly string[],
): Promise<TestRedis> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ays-redis-'));
  const socket = path.join(folder, 'redis.sock');
  const all = { port: '0', unixsocket: socket, save: '', dir: folder, ...SAFE, ...settings };
  const sentinelFile = path.join(folder, 'sentinel.conf');
  if (sentinel !== undefined) fs.writeFileSync(sentinelFile, [`dir ${folder}`, ...sentinel, ''].join('\n'));
  const args =
    sentinel !== undefined
      ? [sentinelFile, '--sentinel']
      : Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
  let child: ChildProcess | undefined;
  const killAtExit = (): void => void child?.kill('SIGKILL');
  process.on('exit', killAtExit);

  const start = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const started = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'pipe'] });
      child = started;
      let said = '';
      const listen = (chunk: Buffer): void => {
        if (/ready to accept connections/i.test(said)) return;
        said += chunk.toString();
        if (/ready to accept connections|Sentinel ID is/i.test(said)) resolve();
      };
      started.stdout.on('data', listen);
      started.stderr.on('data', listen);
      started.once('error', reject);
      started.once('exit', (code) => reject(new Error(`redis-server ended with ${code}\n${said}`)));
    });

  const kill = (signal: NodeJS.Signals): Promise<void> =>
    new Promise((resolve) => {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once('exit', () => resolve());
      child.kill(signal);
      // A stopped process takes SIGKILL, but no other signal.
    });

  await start();
  return {
    socket,
    folder,
    get pid() {
      return child?.pid ?? 0;
    },
    start,
    kill,
    async remove() {
      await kill('SIGKILL');
      process.off('exit', killAtExit);
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A port of this machine that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo; // it listens on TCP
  server.close();
  await once(server, 'close');
  return port;
}

export interface CutLine {
  readonly socket: string;
  /** What has been sent reaches the server, its answers reach nobody, then the connections break. */
  cut(): Promise<void>;
  close(): Promise<void>;
}

/** A way to a server on which answers can be lost. */
export async function cutLine(server: TestRedis): Promise<CutLine> {
  const pairs = new Map<net.Socket, net.Socket>();
  const listener = net.createServer((client) => {
    const behind = net.createConnection(server.socket);
    pairs.set(client, behind);
    client.on('data', (chunk: Buffer) => behind.write(chunk));
    behind.on('data', (chunk: Buffer) => client.write(chunk));
    for (const [end, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      end.on('error', () => undefined);
      end.on('close', () => {
        pairs.delete(client);
        other.destroy();
      });
    }
  });
  const socket = path.join(server.folder, 'line.sock');
  listener.listen(socket);
  await once(listener, 'listening');
  return {
    socket,
    async cut() {
      const now = [...pairs];
      for (const [, behind] of now) behind.removeAllListeners('data').resume();
      // The server has answered what came before this, whatever became of the answers.
      await Promise.all(now.map(([, behind]) => new Promise((resolve) => behind.write('PING\r\n', resolve))));
      for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
      for (const [client] of now) client.destroy();
    },
    async close() {
      for (const [client] of pairs) client.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}
