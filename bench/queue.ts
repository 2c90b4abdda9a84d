// The queue: pokes and passes a second, and how long a poke takes to its handler, idle and behind 100,000 keys that wait for a
// resync. BullMQ on a private redis-server with `appendfsync always`, and beside it the queue in memory and a bare write.

import { Redis } from 'ioredis';
import type { ServiceKey } from '../engine/model/key.ts';
import { bullmqQueue } from '../engine/queue/bullmq.ts';
import { memoryQueue } from '../engine/queue/memory.ts';
import type { Queue } from '../engine/queue/port.ts';
import { redisIsMissing, startRedis, timers, type RedisForTest } from '../test/engine/queue/a-redis.ts';
import { machineMs, startChild } from '../test/engine/queue/child.ts';
import { ms, printTable } from './measure.ts';

const THROUGHPUT = 20_000;
const WAITING = 100_000;
const IDLE_SAMPLES = 1000;
const BUSY_SAMPLES = 300;
const TAKEOVERS = 7;

export interface QueueFigures {
  readonly pokesPerSecond: number;
  readonly passesPerSecond: number;
  readonly idle: readonly number[];
  readonly behind: readonly number[];
}

export async function benchQueue(make: () => Promise<Queue>): Promise<QueueFigures> {
  const [pokesPerSecond, passesPerSecond] = await throughput(await make());
  return { pokesPerSecond, passesPerSecond, idle: await idle(await make()), behind: await behind(await make()) };
}

async function throughput(queue: Queue): Promise<readonly [number, number]> {
  const keys = Array.from({ length: THROUGHPUT }, (_, i): ServiceKey => `a/${i}`);
  const from = machineMs();
  await queue.poke(keys, 'failure');
  const poked = machineMs();
  await new Promise<void>((resolve) => {
    let ran = 0;
    void queue.process(
      async () => {
        if (++ran === keys.length) resolve();
      },
      { concurrency: 100 },
    );
  });
  const done = machineMs();
  await queue.close();
  return [(THROUGHPUT / (poked - from)) * 1000, (THROUGHPUT / (done - poked)) * 1000];
}

async function idle(queue: Queue): Promise<readonly number[]> {
  let arrive = (): void => undefined;
  await queue.process(async () => arrive(), { concurrency: 10 });
  const samples = await sample(queue, IDLE_SAMPLES, (seen) => (arrive = seen));
  await queue.close();
  return samples;
}

/** All places are taken by resyncs of about a millisecond, and 100,000 more wait; a person's poke passes them. */
async function behind(queue: Queue): Promise<readonly number[]> {
  let arrive = (): void => undefined;
  await queue.poke(
    Array.from({ length: WAITING }, (_, i): ServiceKey => `standing/${i}`),
    'resync',
  );
  const worker = await queue.process(
    async (_key, lane) => {
      if (lane === 'person') arrive();
      else await new Promise((resolve) => setTimeout(resolve, 1));
    },
    { concurrency: 10 },
  );
  const samples = await sample(queue, BUSY_SAMPLES, (seen) => (arrive = seen));
  if ((await queue.counts()).waiting === 0) throw new Error('all resyncs were gone before the last sample');
  await worker.stop(1000);
  await queue.drain();
  await queue.close();
  return samples;
}

async function sample(
  queue: Queue,
  samples: number,
  onArrival: (seen: () => void) => void,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i < samples; i++) {
    const arrived = new Promise<void>((resolve) => onArrival(resolve));
    const from = machineMs();
    await queue.poke([`p/${i}`], 'person');
    await arrived;
    times.push(machineMs() - from);
    // Let somebody else take the place that just became free.
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return times.sort((a, b) => a - b);
}

/** From `kill -9` of the process that holds a key to its next pass in this one. */
async function takeovers(server: RedisForTest): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i < TAKEOVERS; i++) {
    const place = { redis: { path: server.socket }, prefix: `ays:takeover${i}`, name: 'robot' };
    const queue = await bullmqQueue({ ...place, timers });
    const child = startChild({ kind: 'hold', place });
    await child.hear('ready');
    await queue.poke(['a/1'], 'failure');
    await child.hear('started');
    let ranAt = 0;
    const ran = new Promise<void>((resolve) => {
      void queue.process(
        async () => {
          ranAt = machineMs();
          resolve();
        },
        { concurrency: 10 },
      );
    });
    // At another point of its renewal each time.
    await new Promise((resolve) => setTimeout(resolve, 300 + i * 37));
    const killed = machineMs();
    child.process.kill('SIGKILL');
    await ran;
    times.push(ranAt - killed);
    await child.kill();
    await queue.close();
  }
  return times.sort((a, b) => a - b);
}

async function writes(server: RedisForTest): Promise<readonly number[]> {
  const client = new Redis({ path: server.socket });
  const times: number[] = [];
  for (let i = 0; i < IDLE_SAMPLES; i++) {
    const from = machineMs();
    await client.set('bare', i);
    times.push(machineMs() - from);
  }
  client.disconnect();
  return times.sort((a, b) => a - b);
}

function at(sorted: readonly number[], share: number): string {
  return precise(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN);
}

function precise(value: number): string {
  return value < 10 ? `${value.toFixed(value < 0.1 ? 3 : 2)} ms` : ms(value);
}

function perSecond(value: number): string {
  return `${Math.round(value).toLocaleString('en-GB')}/s`;
}

async function main(): Promise<void> {
  const memory = await benchQueue(async () => memoryQueue({ timers, turn: (run) => void setImmediate(run) }));
  const missing = redisIsMissing();
  if (missing !== undefined) {
    print([['memory', memory]]);
    console.log(`without BullMQ: ${missing}`);
    return;
  }
  const server = await startRedis({ appendOnly: true });
  try {
    let made = 0;
    const bullmq = await benchQueue(() =>
      bullmqQueue({ redis: { path: server.socket }, prefix: `ays:bench${made++}`, name: 'robot', timers }),
    );
    print([
      ['memory', memory],
      ['BullMQ', bullmq],
    ]);
    const bare = await writes(server);
    const median = (sorted: readonly number[]): number => sorted[sorted.length >> 1] ?? NaN;
    const idleRatio = median(bullmq.idle) / median(bare);
    const taken = await takeovers(server);
    console.log(
      `  one bare write, fsynced      p50 ${at(bare, 0.5)}: a poke to its handler costs ${idleRatio.toFixed(1)} of them`,
    );
    console.log(`  memory to BullMQ, passes    ${(memory.passesPerSecond / bullmq.passesPerSecond).toFixed(1)} : 1`);
    console.log(`  behind ${WAITING} to idle     ${(median(bullmq.behind) / median(bullmq.idle)).toFixed(1)} : 1`);
    console.log(`  kill -9 to pass elsewhere   median ${at(taken, 0.5)}, worst of ${TAKEOVERS} ${at(taken, 1)}\n`);
  } finally {
    await server.stop();
  }
}

function print(rows: readonly (readonly [string, QueueFigures])[]): void {
  printTable(`pokes and passes, and from a poke to its handler (${WAITING} resync keys waiting where it says behind)`, [
    ['queue', 'pokes', 'passes', 'idle p50', 'p99', 'behind p50', 'p99'],
    ...rows.map(([name, figures]) => [
      name,
      perSecond(figures.pokesPerSecond),
      perSecond(figures.passesPerSecond),
      at(figures.idle, 0.5),
      at(figures.idle, 0.99),
      at(figures.behind, 0.5),
      at(figures.behind, 0.99),
    ]),
  ]);
}

if (process.argv[1]?.endsWith('bench/queue.ts') === true) await main();
