// A redis-server of the test's own: on a socket in a temporary folder, ended by its own process id.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';

export interface RedisForTest {
  readonly socket: string;
  /** With its data, when it was started with an append-only file. */
  restart(): Promise<void>;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Stops or continues the process, so that it is there and silent. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  stop(): Promise<void>;
}

export const timers = {
  after(ms: number, call: () => void): () => void {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

const servers = new Set<ChildProcess>();
process.on('exit', () => servers.forEach((server) => server.kill('SIGKILL')));

export function redisIsMissing(): string | undefined {
  const { status } = spawnSync('redis-server', ['--version'], { stdio: 'ignore' });
  return status === 0 ? undefined : 'redis-server is not installed';
}

export async function startRedis(options: { readonly appendOnly?: boolean } = {}): Promise<RedisForTest> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ays-redis-'));
  const socket = path.join(folder, 'redis.sock');
  const durable = options.appendOnly === true ? ['--appendonly', 'yes', '--appendfsync', 'always'] : [];
  let server: ChildProcess;

  const start = async (): Promise<void> => {
    server = spawn('redis-server', ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', folder, ...durable], {
      stdio: 'ignore',
    });
    servers.add(server);
    const client = new Redis({ path: socket, retryStrategy: () => 10, maxRetriesPerRequest: null });
    client.on('error', () => undefined);
    await client.ping();
    client.disconnect();
  };
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill(signal);
    await gone;
    servers.delete(server);
  };

  await start();
  return {
    socket,
    restart: start,
    kill,
    signal: (signal) => void server.kill(signal),
    async stop() {
      await kill('SIGKILL');
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}
