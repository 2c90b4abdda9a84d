// The private redis-server as a process: its settings, its start, and how it is asked who it is. It listens on a unix socket only, in
// a folder that nobody else may enter, and every write is on disk before it is answered.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { EngineError } from '../../engine/model/errors.ts';
import { replace } from './folder-lock.ts';

/** A unix socket's path is at most 107 bytes on Linux, 103 elsewhere. */
const LONGEST_SOCKET = 103;

export interface RedisPlace {
  readonly folder: string;
  readonly socket: string;
  readonly settings: string;
  readonly log: string;
}

/** Where it lies in a data folder. Makes the folders. */
export function redisPlace(dataFolder: string): RedisPlace {
  fs.mkdirSync(path.join(dataFolder, 'redis'), { recursive: true, mode: 0o700 });
  const folder = fs.realpathSync(path.join(dataFolder, 'redis'));
  let socket = path.join(folder, 'redis.sock');
  if (Buffer.byteLength(socket) > LONGEST_SOCKET) {
    const uid = process.getuid?.() ?? 0;
    const digest = createHash('sha256').update(folder).digest('hex').slice(0, 16);
    const short = path.join(os.tmpdir(), `ays-${uid}-${digest}`);
    fs.mkdirSync(short, { recursive: true, mode: 0o700 });
    const { uid: owner, mode } = fs.lstatSync(short);
    if (owner !== uid || (mode & 0o077) !== 0 || !fs.lstatSync(short).isDirectory())
      throw new EngineError(
        'STORE_REFUSED',
        `${short} is not a folder of ours alone; the socket of the private Redis would lie there`,
        {
          hint: `Remove it, or use a data folder with a shorter path than ${folder}.`,
        },
      );
    socket = path.join(short, 'redis.sock');
  }
  return { folder, socket, settings: path.join(folder, 'redis.conf'), log: path.join(folder, 'redis.log') };
}

export function redisSettings({ folder, socket }: RedisPlace): string {
  return [
    '# Written by ays at each start of its private Redis; changes here do not last.',
    'port 0',
    `unixsocket ${JSON.stringify(socket)}`,
    'unixsocketperm 600',
    'daemonize no',
    `dir ${JSON.stringify(folder)}`,
    'logfile ""',
    '# What was acknowledged is on disk.',
    'appendonly yes',
    'appendfsync always',
    'no-appendfsync-on-rewrite no',
    'save ""',
    '# Nothing vanishes when memory is short; writes are refused instead.',
    'maxmemory-policy noeviction',
    '',
  ].join('\n');
}

export interface StartedRedis {
  readonly pid: number;
  /** Becomes true when it ended; then `said` tells why. */
  ended(): boolean;
  said(): string;
}

/** Detached: it goes on when the robot that started it ends, however that ends. */
export function spawnRedis(program: string, place: RedisPlace): StartedRedis {
  replace(place.settings, redisSettings(place));
  const log = fs.openSync(place.log, 'a', 0o600);
  const from = fs.fstatSync(log).size;
  let over: string | undefined;
  const child = spawn(program, [place.settings], { cwd: place.folder, detached: true, stdio: ['ignore', log, log] });
  child.once('error', (error) => (over = error.message));
  child.once('exit', (code, signal) => (over = `ended with ${signal ?? `code ${code}`}`));
  child.unref();
  fs.closeSync(log);
  if (child.pid === undefined)
    throw new EngineError('STORE_REFUSED', `${program} cannot be started`, {
      hint: 'Install redis-server (`apt-get install redis-server`), or start with `--in-process`.',
    });
  return {
    pid: child.pid,
    ended: () => over !== undefined,
    said: () => {
      const lines = fs.readFileSync(place.log, 'utf8').slice(from).trim().split('\n');
      return [over, ...lines.slice(-5)].filter((line) => line !== undefined && line !== '').join('; ');
    },
  };
}

export type RedisAnswer =
  | { readonly kind: 'absent' }
  /** Something holds the socket and says nothing in time. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'loading' | 'ready'; readonly pid: number; readonly settings: string };

/** Who listens on the socket? Asked in Redis's own words, so that nothing needs to be loaded for it. */
export function askRedis(socket: string, timeoutMs: number): Promise<RedisAnswer> {
  return new Promise((resolve) => {
    const connection = net.createConnection({ path: socket });
    let said = '';
    const done = (answer: RedisAnswer): void => {
      connection.destroy();
      resolve(answer);
    };
    connection.setTimeout(timeoutMs, () => done({ kind: 'silent' }));
    connection.on('error', (error: NodeJS.ErrnoException) =>
      done({ kind: error.code === 'ENOENT' || error.code === 'ECONNREFUSED' ? 'absent' : 'silent' }),
    );
    connection.on('close', () => done({ kind: 'silent' }));
    connection.on('connect', () => connection.write('INFO server\r\nPING\r\n'));
    connection.on('data', (chunk) => {
      said += chunk.toString();
      const last = /\r\n(\+PONG|-LOADING[^\r\n]*)\r\n$/.exec(said);
      if (last === null) return;
      const pid = Number(/^process_id:(\d+)/m.exec(said)?.[1] ?? 0);
      const settings = /^config_file:([^\r\n]*)/m.exec(said)?.[1] ?? '';
      done({ kind: last[1] === '+PONG' ? 'ready' : 'loading', pid, settings });
    });
  });
}

/** The first redis-server or valkey-server in the folders of a PATH. */
export function findRedisServer(searchPath: string): string | undefined {
  for (const name of ['redis-server', 'valkey-server']) {
    for (const folder of searchPath.split(path.delimiter)) {
      if (folder === '') continue;
      const file = path.join(folder, name);
      try {
        fs.accessSync(file, fs.constants.X_OK);
        return file;
      } catch {
        // not here
      }
    }
  }
  return undefined;
}
