// A transaction as the arguments of the commit script, and what the script answers as an outcome.

import { EngineError } from '../../model/errors.ts';
import type { JsonValue } from '../../model/json.ts';
import type { Collection, Committed, Transaction } from '../port.ts';
import type { RedisKeys } from './keys.ts';

/** Redis takes about a million arguments to a call; far below that a transaction blocks everybody for too long. */
const MOST = 100_000;
/** Redis takes 512 MiB as one argument; far below that its own buffers are the limit. */
const LONGEST = 64 * 1024 * 1024;

export type Argument = string | number;

export interface CommitCall {
  readonly keys: readonly string[];
  readonly arguments: readonly Argument[];
}

/** Made once per commit: a second sending of it must be the same to the last byte. */
export function commitCall(
  transaction: Transaction,
  keys: RedisKeys,
  writer: string,
  head: {
    readonly expected: string;
    readonly number: number;
    readonly acknowledged: readonly number[];
    readonly logLimit: number;
  },
): CommitCall {
  const { checks = [], claims = [], puts = [], deletes = [], due = [], hasten = [], log = [] } = transaction;
  const parts = [head.acknowledged, checks, claims, puts, deletes, due, hasten, log];
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  if (size > MOST)
    throw new EngineError('STORE_TOO_LARGE', `a transaction of ${size} parts; at most ${MOST} go into one`);

  const named = [
    keys.meta,
    keys.answers(writer),
    keys.due,
    keys.living,
    keys.claims,
    keys.log,
    keys.logAbout,
    keys.counters,
  ];
  const places = new Map<Collection, number>();
  const place = (collection: Collection): number => {
    let at = places.get(collection);
    if (at === undefined) {
      at = named.length + 1;
      places.set(collection, at);
      named.push(...keys.collection(collection));
    }
    return at;
  };

  const args: Argument[] = [head.expected, head.number];
  for (const part of parts) args.push(part.length);
  args.push(head.logLimit, keys.changes);
  for (const number of head.acknowledged) args.push(number);
  for (const { collection, id, version } of checks) args.push(place(collection), id, version);
  for (const { key, robot, token } of claims) args.push(key, robot, token.epoch, token.n);
  for (const { collection, id, value, ttlMs } of puts)
    args.push(
      place(collection),
      id,
      ttlMs === undefined ? '' : Math.round(time(ttlMs, `${collection} ${id} lives`)),
      textOf(value, `${collection} ${id}`),
    );
  for (const { collection, id } of deletes) args.push(place(collection), id);
  for (const { key, at } of due) args.push(key, at === null ? '' : time(at, `${key} is due at`));
  for (const { key, at } of hasten) args.push(key, time(at, `${key} is due at`));
  for (const { about, type, body } of log)
    args.push(about === undefined ? '-' : `+${about}`, type, textOf(body, `log entry ${type}`));
  return { keys: named, arguments: args };
}

export function committed(answer: unknown, transaction: Transaction): Committed | { readonly strange: string } {
  if (typeof answer === 'string') {
    const [now, ...versions] = answer.split(' ').map(Number);
    return { ok: true, now: now ?? NaN, versions };
  }
  const [what, place, found] = answer as [string, number | string, number]; // the failures of the commit script
  if (what === 'version') return { ok: false, why: 'version', check: transaction.checks![Number(place)]!, found };
  if (what === 'claim') return { ok: false, why: 'claim', claim: transaction.claims![Number(place)]! };
  return { strange: String(place) };
}

function time(value: number, what: string): number {
  if (!Number.isFinite(value)) throw new EngineError('INTERNAL', `${what} ${value}, which is no time`);
  return value;
}

function textOf(value: JsonValue, what: string): string {
  // JSON.stringify gives undefined for what is no JSON, whatever its type says.
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new EngineError('INTERNAL', `${what}: the value is not JSON`);
  if (text.length > LONGEST)
    throw new EngineError(
      'STORE_TOO_LARGE',
      `${what}: ${text.length} characters; at most ${LONGEST} go into a document`,
    );
  return text;
}
