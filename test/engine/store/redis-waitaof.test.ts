// WAITAOF came with Redis 7.2 and is not everywhere. A go-between before a real server says that it is 7.2 and holds each WAITAOF until
// the test lets the disk be written, so what waits for the disk and what does not can be seen.

import { expect } from 'chai';
import { Redis } from 'ioredis';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { redisStore, type RedisStore } from '../../../engine/store/redis.ts';
import { skip } from '../../support/skip.ts';
import { REDIS_MISSING, redisIsInstalled, testRedis, type TestRedis } from './redis-server.ts';

describe('the Redis store where fsync is once a second and WAITAOF is there', () => {
  let server: TestRedis;
  let disk: GoBetween;
  let store: RedisStore;

  before(function () {
    if (!redisIsInstalled) skip(this, REDIS_MISSING);
  });
  beforeEach(async () => {
    server = await testRedis({ appendfsync: 'everysec' });
    disk = await goBetween(server);
    store = await redisStore({ connection: { path: disk.socket, protocol: 2 }, grid: 'g' });
  });
  afterEach(async () => {
    await store.close();
    await disk.close();
    await server.remove();
  });

  const put = (id: string, durable: boolean): Promise<unknown> =>
    store.commit({ puts: [{ collection: 'service', id, value: 1 }], durable });
  /** Whether it is still open after all that is under way has had its turn. */
  const waits = async (promise: Promise<unknown>): Promise<boolean> => {
    let over = false;
    void promise.then(() => (over = true));
    for (let i = 0; i < 5; i++) await store.now();
    return !over;
  };

  it('acknowledges a durable commit when the disk has it, and no other waits for that', async () => {
    expect(store.verdict().durability.disk).to.equal('waitaof');
    const durable = put('a', true);
    await disk.asked(1);
    expect(await waits(durable)).to.equal(true);
    await put('b', false);
    expect((await store.get('service', 'a'))?.version).to.equal(1);
    disk.write();
    await durable;
    expect(disk.questions).to.deep.equal([['1', '0', '2500']]);
  });

  it('asks once for all that was sent before, and again for what came later', async () => {
    const first = Array.from({ length: 50 }, (_, i) => put(`a${i}`, true));
    await disk.asked(1);
    disk.write();
    await Promise.all(first);
    expect(disk.questions.length).to.be.at.most(2);
    const asked = disk.questions.length;
    const later = put('b', true);
    await disk.asked(asked + 1);
    expect(await waits(later)).to.equal(true);
    disk.write();
    await later;
  });

  it('sends again what was not proven when the connection broke, and does it once', async () => {
    const durable = put('a', true);
    await disk.asked(1);
    disk.cut();
    // The question that the connection asks again is of a server that has seen no write on it: its answer proves nothing.
    await disk.asked(2);
    disk.write();
    await disk.asked(3);
    expect(await waits(durable)).to.equal(true);
    disk.write();
    await durable;
    expect((await store.get('service', 'a'))?.version).to.equal(1);
  });
});

interface GoBetween {
  readonly socket: string;
  readonly questions: readonly (readonly string[])[];
  /** Resolves when so many questions have come in all. */
  asked(count: number): Promise<void>;
  /** Answers every WAITAOF that waits now. */
  write(): void;
  /** Breaks every connection. */
  cut(): void;
  close(): Promise<void>;
}

async function goBetween(server: TestRedis): Promise<GoBetween> {
  const questions: string[][] = [];
  const waiting: (() => void)[] = [];
  const watchers = new Set<() => void>();
  const open = new Map<net.Socket, Redis>();
  const listener = net.createServer((client) => {
    const behind = new Redis({ path: server.socket, protocol: 2 });
    open.set(client, behind);
    client.on('error', () => undefined);
    client.on('close', () => {
      open.delete(client);
      behind.disconnect();
    });
    const handle = async ([name = '', ...args]: readonly string[]): Promise<string> => {
      if (name.toUpperCase() === 'WAITAOF') {
        questions.push(args);
        const written = new Promise<void>((resolve) => waiting.push(resolve));
        for (const watcher of watchers) watcher();
        await written;
        return encode([1, 0]);
      }
      try {
        const reply: unknown = await behind.call(name, args);
        return encode(
          name.toUpperCase() === 'INFO' ? String(reply).replace(/redis_version:\S+/, 'redis_version:7.2.4') : reply,
        );
      } catch (error) {
        return `-${(error as Error).message}\r\n`;
      }
    };
    let rest = '';
    let before = Promise.resolve();
    client.setEncoding('latin1');
    client.on('data', (chunk: string) => {
      rest += chunk;
      for (let read = decode(rest); read !== undefined; read = decode(rest)) {
        rest = rest.slice(read.length);
        const { words } = read;
        // One after the other, as a server does: what comes behind a WAITAOF waits.
        before = before.then(() => handle(words)).then((answer) => void (client.writable && client.write(answer)));
      }
    });
  });
  const socket = path.join(server.folder, 'between.sock');
  listener.listen(socket);
  await once(listener, 'listening');
  return {
    socket,
    questions,
    asked: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (questions.length < count) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
    write: () => waiting.splice(0).forEach((resolve) => resolve()),
    cut: () => open.forEach((_, client) => client.destroy()),
    async close() {
      waiting.splice(0).forEach((resolve) => resolve());
      for (const [client, behind] of open) {
        client.destroy();
        behind.disconnect();
      }
      listener.close();
      await once(listener, 'close');
    },
  };
}

/** The first command of a text, when it is there as a whole. */
function decode(text: string): { readonly words: readonly string[]; readonly length: number } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return undefined;
  let at = head[0].length;
  const words: string[] = [];
  for (let i = 0; i < Number(head[1]); i++) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at, at + 20));
    if (size === null) return undefined;
    at += size[0].length;
    const end = at + Number(size[1]);
    if (text.length < end + 2) return undefined;
    words.push(text.slice(at, end));
    at = end + 2;
  }
  return { words, length: at };
}

function encode(reply: unknown): string {
  if (reply === null || reply === undefined) return '$-1\r\n';
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (Array.isArray(reply)) return `*${reply.length}\r\n${reply.map(encode).join('')}`;
  const text = typeof reply === 'string' ? reply : JSON.stringify(reply);
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}
