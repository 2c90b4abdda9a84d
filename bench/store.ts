// What a store bears: small changes at once, durable and not, one pass's worth of work, reading, and opening with 100,000
// documents in it. The store in memory is the baseline beside the others: what a disk or a server costs is the difference.
// Run: npx tsx bench/store.ts. Goals: 20,000 changes and 3,000 durable changes a second; 100,000 documents opened in 1.5 s.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServiceKey } from '../engine/model/key.ts';
import { journalStore } from '../engine/store/journal.ts';
import { nodeFiles } from '../engine/store/journal/node-files.ts';
import { memoryStore } from '../engine/store/memory.ts';
import type { Claim, Store } from '../engine/store/port.ts';
import { redisStore } from '../engine/store/redis.ts';
import { REDIS_MISSING, redisIsInstalled, testRedis } from '../test/engine/store/redis-server.ts';
import { inTemporaryFolder, ms, printTable } from './measure.ts';

const CONCURRENCY = 100;
const DOCUMENTS = 100_000;
const clock = { now: () => Date.now(), monotonic: () => performance.now() };
/** About what a small service is. */
const value = {
  kind: 'container',
  spec: { image: 'oci:registry.test/shop:2.1', memory: 268435456, env: { MODE: 'prod' } },
  hash: 'f'.repeat(64),
};
const keyOf = (i: number): ServiceKey => `container/c${i}`;

/** Runs `work` so often, so many at once; resolves to how many a second. */
async function rate(count: number, work: (i: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (next < count) await work(next++);
    }),
  );
  return (count / (performance.now() - start)) * 1000;
}

/** Measures one store; `open` is called again on what it left, where it leaves something. */
export async function benchStore(name: string, open: () => Promise<Store>): Promise<void> {
  let store = await open();
  const put = (i: number, durable: boolean) =>
    store.commit({ puts: [{ collection: 'service', id: keyOf(i), value }], due: [{ key: keyOf(i), at: i }], durable });
  const rows: string[][] = [['what', 'a second']];
  const say = (what: string, perSecond: number): void =>
    void rows.push([what, Math.round(perSecond).toLocaleString('en')]);

  await rate(2_000, (i) => put(i, false));
  say('changes', await rate(30_000, (i) => put(i, false)));
  say('durable changes', await rate(10_000, (i) => put(i, true)));
  await store.beat('bench', 'bench-1', 600_000);
  const pass = async (i: number): Promise<void> => {
    const key = keyOf(i);
    const token = await store.claim(key, 'bench-1');
    if ('heldBy' in token) throw new Error(`${key} is held by ${token.heldBy}`);
    const claim: Claim = { key, robot: 'bench-1', token };
    for (let step = 0; step < 2; step++) {
      const seen = await store.get('service', key);
      const check = { collection: 'service', id: key, version: seen?.version ?? 0 } as const;
      const made = await store.commit({
        checks: [check],
        claims: [claim],
        puts: [{ collection: 'service', id: key, value }],
        due: [{ key, at: i }],
        durable: true,
      });
      if (!made.ok) throw new Error(`${key}: ${made.why}`);
    }
    await store.release(claim);
  };
  say('durable passes: claim, 2 × (read, change), release', await rate(5_000, pass));
  say('reads', await rate(30_000, (i) => store.get('service', keyOf(i))));

  for (let start = 0; start < DOCUMENTS; start += 1_000) {
    const puts = Array.from({ length: 1_000 }, (_, i) => ({
      collection: 'service' as const,
      id: keyOf(start + i),
      value,
    }));
    await store.commit({ puts, due: puts.map((_, i) => ({ key: keyOf(start + i), at: i })) });
  }
  say(`durable changes with ${DOCUMENTS.toLocaleString('en')} documents`, await rate(5_000, (i) => put(i, true)));
  const start = performance.now();
  for (let i = 0; i < 100; i++) await store.due(100);
  rows.push(['the 100 most overdue of 100,000', ms((performance.now() - start) / 100)]);
  const listing = performance.now();
  await store.list('service');
  rows.push([`list all ${DOCUMENTS.toLocaleString('en')}`, ms(performance.now() - listing)]);
  await store.close();
  const opening = performance.now();
  store = await open();
  const opened = performance.now() - opening;
  if ((await store.count('service')) >= DOCUMENTS)
    rows.push([`open with ${DOCUMENTS.toLocaleString('en')}`, ms(opened)]);
  await store.close();
  printTable(`store: ${name}, ${CONCURRENCY} at once`, rows);
}

/** One sync after the other: what the disk alone does. */
async function syncsPerSecond(folder: string): Promise<number> {
  const handle = await fs.promises.open(path.join(folder, 'syncs'), 'w');
  const start = performance.now();
  for (let i = 0; i < 200; i++) {
    await handle.write('x'.repeat(300));
    await handle.datasync();
  }
  const took = performance.now() - start;
  await handle.close();
  return (200 / took) * 1000;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await benchStore('memory', async () => memoryStore({ clock }));
  if (redisIsInstalled) {
    const server = await testRedis();
    try {
      await benchStore('Redis, appendfsync always', () =>
        redisStore({ connection: { path: server.socket }, grid: 'bench' }),
      );
    } finally {
      await server.remove();
    }
  } else console.log(`\nno figures of Redis: ${REDIS_MISSING}`);
  await inTemporaryFolder(async (folder) => {
    await benchStore(`journal (${os.type()})`, () =>
      journalStore({ files: nodeFiles(path.join(folder, 'data')), clock }),
    );
    console.log(
      `\n${Math.round(await syncsPerSecond(folder)).toLocaleString('en')} bare writes with a sync a second, one after the other`,
    );
  });
}
