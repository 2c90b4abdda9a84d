// No poke is lost: whatever several processes poke, for each key some pass begins after its last poke was sent, and no two passes
// of one key are ever at work at the same time. Real processes on a real server.

import { expect } from 'chai';
import { bullmqQueue } from '../../../engine/queue/bullmq.ts';
import { skip } from '../../support/skip.ts';
import { redisIsMissing, startRedis, timers, type RedisForTest } from './a-redis.ts';
import { startChild, type Child, type Place } from './child.ts';

const POKES = 100_000;
const KEYS = 2000;
const SEED = 20260;

describe('the BullMQ queue under load', function () {
  this.timeout(120_000);
  let server: RedisForTest | undefined;
  const children: Child[] = [];
  before(async function () {
    const missing = redisIsMissing();
    if (missing !== undefined) skip(this, missing);
    server = await startRedis();
  });
  after(async () => {
    await Promise.all(children.map((child) => child.kill()));
    await server?.stop();
  });

  it(`loses none of ${POKES} pokes of two processes while two others work, and never runs a key twice at once`, async () => {
    // A long lock: a busy test machine may be late to renew, and that another worker then takes over is another promise.
    const place: Place = { redis: { path: server?.socket ?? '' }, prefix: 'ays:load', name: 'robot', lockMs: 20_000 };
    const workers = [1, 2].map(() => startChild({ kind: 'work', place, concurrency: 20 }));
    const producers = [1, 2].map((n) =>
      startChild({ kind: 'poke', place, seed: SEED + n, keys: KEYS, pokes: POKES / 2 }),
    );
    children.push(...workers, ...producers);
    const poked = await Promise.all(producers.map((producer) => producer.hear('poked')));
    const queue = await bullmqQueue({ ...place, timers });
    for (;;) {
      const { waiting, active } = await queue.counts();
      if (waiting === 0 && active === 0) break;
    }
    await queue.close();
    for (const worker of workers) worker.finish();
    const said = await Promise.all(workers.map((worker) => worker.hear('runs')));
    const runs = said.flatMap((one) => one.runs);

    expect(poked.reduce((sum, one) => sum + one.pokes, 0)).to.be.at.least(POKES);
    const lastRun = new Map<string, number>();
    for (const [key, from] of runs) lastRun.set(key, Math.max(lastRun.get(key) ?? 0, from));
    const lost = poked.flatMap((one) => one.last).filter(([key, at]) => (lastRun.get(key) ?? 0) < at);
    expect(lost, `seed ${SEED}: keys without a pass after their last poke`).to.deep.equal([]);

    const byKey = new Map<string, (readonly [number, number])[]>();
    for (const [key, from, until] of runs) byKey.set(key, [...(byKey.get(key) ?? []), [from, until]]);
    const overlaps = [...byKey].filter(([, spans]) =>
      spans.sort((a, b) => a[0] - b[0]).some(([from], i) => i > 0 && from < (spans[i - 1]?.[1] ?? 0)),
    );
    expect(overlaps.map(([key]) => key)).to.deep.equal([]);
    expect(Math.min(...said.map((one) => one.runs.length)), 'both workers worked').to.be.greaterThan(0);
  });
});
