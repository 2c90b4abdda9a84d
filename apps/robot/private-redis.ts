// The Redis that ays starts for itself when none is given: one per data folder, shared by the robots of this host. It is started and
// stopped under a lock, found again by its socket and by what was written down of it, and ends with the last robot that leaves.
// Ended is only what was written down and verified to be that very process, never a name.

import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../../engine/model/errors.ts';
import { replace, withFolderLock } from './folder-lock.ts';
import { identityOf, parseIdentity, stillLives, type ProcessIdentity } from './process-identity.ts';
import { askRedis, redisPlace, spawnRedis, type RedisPlace } from './redis-process.ts';

export interface PrivateRedis {
  readonly socket: string;
  /** This robot started it; false: it was there. */
  readonly started: boolean;
  /** Starts it again when it is gone. Whoever notices calls this; it is done once. */
  ensure(): Promise<void>;
  /** This robot ends. True when it was the last and the server has ended with it. */
  leave(): Promise<boolean>;
}

export interface PrivateRedisOptions {
  readonly dataFolder: string;
  /** The redis-server program. */
  readonly program: string;
}

const LOCK_PATIENCE_MS = 30_000;
const ANSWER_MS = 1000;
/** A server that lives and is silent for this long is not waited for. */
const SILENCE_MS = 5000;
/** Reading its data back takes time in proportion to it. */
const START_MS = 120_000;
const STOP_MS = 10_000;
const LONGEST_PAUSE_MS = 5000;

/** Stands in the record while a server is started that is not written down yet. */
const STARTING = 'starting';
const UNRECORDED_MS = 1000;

let joined = 0;

export async function joinPrivateRedis({ dataFolder, program }: PrivateRedisOptions): Promise<PrivateRedis> {
  const place = redisPlace(dataFolder);
  const robots = path.join(place.folder, 'robots');
  fs.mkdirSync(robots, { recursive: true, mode: 0o700 });
  const card = path.join(robots, `${process.pid}-${++joined}`);
  const started = await locked(place, async () => {
    // First the card, so that nobody who leaves now takes the server away from us.
    replace(card, JSON.stringify(identityOf(process.pid)));
    try {
      return await findOrStart(place, program);
    } catch (error) {
      fs.rmSync(card, { force: true });
      throw error;
    }
  });

  let left = false;
  let running: Promise<void> | undefined;
  let failures = 0;
  let notBefore = 0;
  return {
    socket: place.socket,
    started,
    ensure() {
      if (left || performance.now() < notBefore) return Promise.resolve();
      running ??= locked(place, async () => {
        if (!left) await findOrStart(place, program);
      })
        .then(
          () => void (failures = 0),
          (error: unknown) => {
            notBefore = performance.now() + Math.min(100 * 2 ** failures++, LONGEST_PAUSE_MS);
            throw error;
          },
        )
        .finally(() => (running = undefined));
      return running;
    },
    async leave() {
      if (left) return false;
      left = true;
      return locked(place, async () => {
        fs.rmSync(card, { force: true });
        return livingRobots(place).length === 0 && (await stop(place));
      });
    },
  };
}

/** For `ays down`: stops the server unless robots use it; they are named. */
export async function stopPrivateRedis(
  dataFolder: string,
): Promise<{ readonly stopped: boolean; readonly robots: readonly number[] }> {
  const place = redisPlace(dataFolder);
  return locked(place, async () => {
    const robots = livingRobots(place);
    return { stopped: robots.length === 0 && (await stop(place)), robots };
  });
}

function locked<T>(place: RedisPlace, work: () => Promise<T>): Promise<T> {
  return withFolderLock(place.folder, 'redis', LOCK_PATIENCE_MS, work);
}

/** Under the lock. True when it had to be started. */
async function findOrStart(place: RedisPlace, program: string): Promise<boolean> {
  const since = performance.now();
  for (;;) {
    const answer = await askRedis(place.socket, ANSWER_MS);
    const known = recorded(place);
    if (answer.kind === 'ready' || answer.kind === 'loading') {
      if (answer.settings !== place.settings)
        throw new EngineError(
          'STORE_REFUSED',
          `another Redis (process ${answer.pid}, ${answer.settings || 'no configuration file'}) listens on ${place.socket}`,
          {
            hint: 'Stop it, or use another data folder.',
          },
        );
      if (known?.pid !== answer.pid) record(place, answer.pid);
      if (answer.kind === 'ready') return false;
      if (performance.now() - since > START_MS) throw silent(place, answer.pid);
    } else {
      // Whoever was starting it died in the moment between the start and writing it down: it may be about to listen.
      const perhaps = unrecorded(place) && performance.now() - since < UNRECORDED_MS;
      if (!perhaps && (known === undefined || !stillLives(known))) break;
      if (known !== undefined && !fs.existsSync(place.socket)) {
        // Its socket was removed from under it: nobody can reach it any more, and its data is on disk.
        await end(known);
        break;
      }
      if (performance.now() - since > SILENCE_MS) throw silent(place, known?.pid ?? 0);
    }
    await sleep(10);
  }
  await start(place, program);
  return true;
}

async function start(place: RedisPlace, program: string): Promise<void> {
  const since = performance.now();
  replace(recordFile(place), STARTING);
  const server = spawnRedis(program, place);
  record(place, server.pid);
  for (;;) {
    const answer = await askRedis(place.socket, ANSWER_MS);
    if (answer.kind === 'ready' && answer.pid === server.pid) return;
    if (server.ended()) {
      const said = server.said();
      const corrupt = /redis-check-aof|Bad file format/.test(said);
      throw new EngineError(
        corrupt ? 'STORE_CORRUPT' : 'STORE_UNREACHABLE',
        `the private Redis does not start: ${said}`,
        {
          hint: corrupt
            ? `Copy ${place.folder}, then run \`redis-check-aof --fix\` on the newest file in its appendonlydir; or \`ays restore\` over an empty folder.`
            : `Its log is ${place.log}. It is tried again by itself.`,
        },
      );
    }
    const waited = performance.now() - since;
    if (waited > START_MS) throw silent(place, server.pid);
    await sleep(waited < 100 ? 2 : 20);
  }
}

/** Under the lock. False when there was none. */
async function stop(place: RedisPlace): Promise<boolean> {
  let known = recorded(place);
  if (known === undefined || !stillLives(known)) {
    const answer = await askRedis(place.socket, ANSWER_MS);
    const ours = 'settings' in answer && answer.settings === place.settings;
    known = ours ? identityOf(answer.pid) : undefined;
  }
  if (known !== undefined) await end(known);
  fs.rmSync(recordFile(place), { force: true });
  if (known !== undefined) fs.rmSync(place.socket, { force: true });
  return known !== undefined;
}

async function end(identity: ProcessIdentity): Promise<void> {
  const since = performance.now();
  let asked: NodeJS.Signals | undefined;
  while (stillLives(identity)) {
    // Every acknowledged write is on disk, so a server that does not listen may be ended the hard way.
    const wanted = performance.now() - since < STOP_MS ? 'SIGTERM' : 'SIGKILL';
    if (asked !== wanted) {
      try {
        process.kill(identity.pid, wanted);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
        throw new EngineError('STORE_FAILED', `process ${identity.pid} cannot be stopped: ${String(error)}`);
      }
      asked = wanted;
    }
    await sleep(10);
  }
}

function livingRobots(place: RedisPlace): number[] {
  const robots = path.join(place.folder, 'robots');
  const living: number[] = [];
  if (!fs.existsSync(robots)) return living;
  for (const name of fs.readdirSync(robots)) {
    const card = path.join(robots, name);
    const identity = read(card);
    if (identity !== undefined && stillLives(identity)) living.push(identity.pid);
    else fs.rmSync(card, { force: true });
  }
  return living;
}

function record(place: RedisPlace, pid: number): void {
  const identity = identityOf(pid);
  if (identity !== undefined) replace(recordFile(place), JSON.stringify(identity));
}

function recorded(place: RedisPlace): ProcessIdentity | undefined {
  return read(recordFile(place));
}

function unrecorded(place: RedisPlace): boolean {
  try {
    return fs.readFileSync(recordFile(place), 'utf8') === STARTING;
  } catch {
    return false;
  }
}

function recordFile(place: RedisPlace): string {
  return path.join(place.folder, 'server.json');
}

function read(file: string): ProcessIdentity | undefined {
  try {
    return parseIdentity(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function silent(place: RedisPlace, pid: number): EngineError {
  return new EngineError(
    'STORE_UNREACHABLE',
    `the private Redis (process ${pid}, ${place.socket}) lives but does not answer`,
    {
      hint: `Its log is ${place.log}. \`ays down\` ends it; nothing that was acknowledged is lost.`,
    },
  );
}
