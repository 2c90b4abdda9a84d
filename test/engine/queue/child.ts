// Another process at the same queue: a worker or a producer that the tests start, stop and kill.
// Times are of the machine's monotonic clock, so those of several processes compare.

import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../../engine/model/world.ts';
import type { ServiceKey } from '../../../engine/model/key.ts';
import { bullmqQueue } from '../../../engine/queue/bullmq.ts';
import { LANES } from '../../../engine/queue/port.ts';
import { timers } from './a-redis.ts';

export interface Place {
  readonly redis: { readonly path: string; readonly username?: string; readonly password?: string };
  readonly prefix: string;
  readonly name: string;
  readonly lockMs?: number;
}

export type Job =
  | { readonly kind: 'hold'; readonly place: Place }
  | { readonly kind: 'work'; readonly place: Place; readonly concurrency: number }
  | {
      readonly kind: 'poke';
      readonly place: Place;
      readonly seed: number;
      readonly keys: number;
      readonly pokes: number;
    };

/** `runs` and `poked` are told at the end: [key, from, until] and [key, last time]. */
export type Said =
  | { readonly kind: 'ready' }
  | { readonly kind: 'started'; readonly key: ServiceKey; readonly at: number }
  | { readonly kind: 'runs'; readonly runs: readonly (readonly [ServiceKey, number, number])[] }
  | { readonly kind: 'poked'; readonly pokes: number; readonly last: readonly (readonly [ServiceKey, number])[] };

export interface Child {
  readonly process: ChildProcess;
  /** The next message of this kind, also one that came before it was asked for. */
  hear<Kind extends Said['kind']>(kind: Kind): Promise<Extract<Said, { readonly kind: Kind }>>;
  finish(): void;
  kill(): Promise<void>;
}

export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

const children = new Set<ChildProcess>();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));

export function startChild(job: Job): Child {
  const child = fork(fileURLToPath(import.meta.url), [], { execArgv: ['--import', 'tsx'] });
  children.add(child);
  const said: Said[] = [];
  let told = (): void => undefined;
  child.on('message', (message) => {
    said.push(message as Said); // our own process.send below
    told();
  });
  child.send(job);
  return {
    process: child,
    async hear(kind) {
      for (;;) {
        const at = said.findIndex((one) => one.kind === kind);
        const [found] = at < 0 ? [] : said.splice(at, 1);
        if (found !== undefined) return found as Extract<Said, { readonly kind: typeof kind }>; // its kind was just compared
        await new Promise<void>((resolve) => (told = resolve));
      }
    },
    finish: () => void child.send('finish'),
    async kill() {
      children.delete(child);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function say(message: Said): void {
  process.send?.(message);
}

async function work(job: Extract<Job, { readonly kind: 'hold' | 'work' }>): Promise<void> {
  const queue = await bullmqQueue({ ...job.place, timers });
  const runs: [ServiceKey, number, number][] = [];
  await queue.process(
    async (key) => {
      const from = machineMs();
      if (job.kind === 'hold') {
        say({ kind: 'started', key, at: from });
        await new Promise(() => undefined);
      }
      await new Promise((resolve) => setImmediate(resolve));
      runs.push([key, from, machineMs()]);
    },
    { concurrency: job.kind === 'hold' ? 1 : job.concurrency },
  );
  say({ kind: 'ready' });
  process.on('message', (message) => {
    if (message === 'finish') say({ kind: 'runs', runs });
  });
}

/** Single pokes and bulks, all lanes, a few keys far more often than the others. */
async function pokeAround(job: Extract<Job, { readonly kind: 'poke' }>): Promise<void> {
  const queue = await bullmqQueue({ ...job.place, timers });
  const random = seededRandom(job.seed);
  const pick = (n: number): number => Math.floor(random() * n);
  const last = new Map<ServiceKey, number>();
  say({ kind: 'ready' });
  let pokes = 0;
  const one = async (): Promise<void> => {
    while (pokes < job.pokes) {
      const many = random() < 0.5 ? 1 : 1 + pick(100);
      const keys = Array.from({ length: many }, (): ServiceKey => `a/${pick(random() < 0.5 ? 10 : job.keys)}`);
      const at = machineMs();
      for (const key of keys) last.set(key, at);
      pokes += many;
      await queue.poke(keys, LANES[pick(LANES.length)] ?? 'resync');
    }
  };
  await Promise.all(Array.from({ length: 5 }, one));
  say({ kind: 'poked', pokes, last: [...last] });
  await queue.close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once('message', (job: Job) => void (job.kind === 'poke' ? pokeAround(job) : work(job)));
  process.on('disconnect', () => process.exit(0));
}
