// Listens to the changes that commits of all robots publish. Best effort: while the connection is away, messages are lost.

import { Redis, type RedisOptions } from 'ioredis';
import type { ServiceKey } from '../../model/key.ts';
import type { Store } from '../port.ts';
import { storeFailure } from './failure.ts';
import { entryOf } from './packed.ts';

type Row = readonly [n: string, at: string, about: string, type: string, body: string];

/** Lua writes an empty list as `{}`. */
interface Message {
  readonly due: readonly ServiceKey[] | Record<string, never>;
  readonly log: readonly Row[] | Record<string, never>;
}

export async function watchChanges(
  connection: RedisOptions,
  channel: string,
  where: string,
  onChange: Parameters<Store['watch']>[0],
): Promise<() => Promise<void>> {
  let ended = false;
  let lastError: Error | undefined;
  const redis = new Redis({
    ...connection,
    connectionName: 'ays-watch',
    replyMapping: 'legacy',
    lazyConnect: true,
    connectTimeout: 2000,
    autoResubscribe: true,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (ended ? null : Math.min(20 * 2 ** Math.min(times - 1, 5), 500)),
  });
  redis.on('error', (error: Error) => (lastError = error));
  redis.on('message', (from: string, text: string) => {
    if (ended || from !== channel) return;
    const { due, log } = JSON.parse(text) as Message; // written by the commit script
    for (const [n, at, about, type, body] of listed(log)) onChange({ log: entryOf(n, at, about, type, body) });
    for (const key of listed(due)) onChange({ due: key });
  });
  const end = async (): Promise<void> => {
    ended = true;
    redis.disconnect();
  };
  try {
    await redis.connect();
    await redis.subscribe(channel);
  } catch (error) {
    await end();
    throw storeFailure(lastError ?? error, where);
  }
  return end;
}

function listed<T>(list: readonly T[] | Record<string, never>): readonly T[] {
  return Array.isArray(list) ? (list as readonly T[]) : [];
}
