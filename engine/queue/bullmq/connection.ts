// The connection that pokes: it never waits for a Redis that is away. BullMQ's workers have connections of their own, which do
// wait, because a worker without Redis has nothing better to do.

import { Redis, type RedisOptions } from 'ioredis';
import { EngineError } from '../../model/errors.ts';
import { COUNTS, DRAIN, GIVE_BACK, LIFT } from './scripts.ts';

/** Where the server is: what ioredis takes, or a URL with it. */
export type RedisAddress = Omit<RedisOptions, 'replyMapping'> & { readonly url?: string };

/** ioredis gives a client a method for each defined command; these are ours. */
interface Scripts {
  aysLift(prioritized: string, pc: string, prefix: string, priority: number, ...keys: string[]): Promise<number>;
  aysGiveBack(
    active: string,
    prioritized: string,
    stalled: string,
    marker: string,
    prefix: string,
    job: string,
    token: string,
  ): Promise<number>;
  aysCounts(prioritized: string, wait: string, active: string, prefix: string, lanes: number): Promise<number[]>;
  aysDrain(prioritized: string, wait: string, active: string, prefix: string, limit: number): Promise<number>;
}

export type ScriptedRedis = Redis & Scripts;

/** A silent server is given up after this long; a refused connection at once. */
const COMMAND_MS = 2000;

/** BullMQ's own strategy waits at least a second, twice as long as a takeover may last. */
export function reconnectAfter(attempt: number): number {
  return Math.min(20 * attempt, 250);
}

export function openClient({ url, ...options }: RedisAddress): Redis {
  return url === undefined ? new Redis(options) : new Redis(url, options);
}

export async function connectProducer(
  address: RedisAddress,
  onError: (error: unknown) => void,
): Promise<ScriptedRedis> {
  const client = openClient({
    ...address,
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_MS,
    connectTimeout: COMMAND_MS,
    retryStrategy: reconnectAfter,
  });
  // Without a listener a lost connection would end the process.
  client.on('error', onError);
  client.defineCommand('aysLift', { numberOfKeys: 2, lua: LIFT });
  client.defineCommand('aysGiveBack', { numberOfKeys: 4, lua: GIVE_BACK });
  client.defineCommand('aysCounts', { numberOfKeys: 3, lua: COUNTS });
  client.defineCommand('aysDrain', { numberOfKeys: 3, lua: DRAIN });
  try {
    await client.connect();
  } catch (error) {
    client.disconnect();
    throw asStoreError(error);
  }
  // The commands were defined just above.
  return client as ScriptedRedis;
}

/** What Redis or the way to it said, in the words of the catalogue. */
export function asStoreError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const said = error instanceof Error ? error.message : String(error);
  if (isRefusal(error)) {
    return new EngineError('STORE_REFUSED', `Redis refuses the queue: ${said}`, {
      hint: 'check user and password, and that the ACL user may use the keys of the queue and the command INFO',
      cause: error,
    });
  }
  if (isAnswer(error)) {
    return new EngineError('STORE_FAILED', `Redis cannot serve the queue: ${said}`, {
      hint: 'see to memory and disk of that server; what is due is poked again as soon as it can',
      cause: error,
    });
  }
  return new EngineError('STORE_UNREACHABLE', `the queue cannot reach Redis: ${said}`, {
    hint: 'nothing is lost: what is due is poked again as soon as Redis answers',
    cause: error,
  });
}

/** Redis answered, and its answer is an error: out of memory, disk full, read-only. */
export function isAnswer(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

export function isRefusal(error: unknown): boolean {
  return error instanceof Error && /\b(NOPERM|NOAUTH|WRONGPASS)\b/.test(error.message);
}
