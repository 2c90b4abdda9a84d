// Decides a transaction against the state and makes it, or says what stood in the way. All that can go wrong goes wrong before
// the first change, so a transaction is whole or not at all.

import { EngineError } from '../../model/errors.ts';
import type { JsonValue } from '../../model/json.ts';
import type { Committed, Transaction } from '../port.ts';
import type { Effect, StoreState } from './state.ts';

export interface Transacted {
  readonly committed: Extract<Committed, { readonly ok: true }>;
  readonly effects: readonly Effect[];
  /** Undoes the effects, when applied in this order. */
  readonly undo: readonly Effect[];
}

/** The two times of the store: for records and for leases. */
export interface Times {
  readonly now: number;
  readonly monotonic: number;
}

/** A transaction with its values taken as they are now; whoever gave them may change them afterwards. */
export interface Prepared {
  readonly transaction: Transaction;
  readonly texts: readonly string[];
  readonly bodies: readonly string[];
  /** Of all texts together. */
  readonly characters: number;
}

export function prepare(transaction: Transaction): Prepared {
  const { puts = [], due = [], hasten = [], log = [] } = transaction;
  for (const { key, at } of [...due, ...hasten]) {
    if (at !== null && !Number.isFinite(at))
      throw new EngineError('INTERNAL', `${key} is due at ${at}, which is no time`);
  }
  const texts = puts.map(({ collection, id, value }) => textOf(value, `${collection} ${id}`));
  const bodies = log.map(({ type, body }) => textOf(body, `log entry ${type}`));
  let characters = 0;
  for (const text of texts) characters += text.length;
  for (const text of bodies) characters += text.length;
  return { transaction, texts, bodies, characters };
}

export function transact(
  state: StoreState,
  prepared: Prepared,
  times: Times,
): Transacted | Extract<Committed, { readonly ok: false }> {
  const { now, monotonic } = times;
  const { texts, bodies } = prepared;
  const { checks = [], claims = [], puts = [], deletes = [], due = [], hasten = [], log = [] } = prepared.transaction;

  state.expire(now);
  for (const check of checks) {
    const found = state.get(check.collection, check.id)?.version ?? 0;
    if (found !== check.version) return { ok: false, why: 'version', check, found };
  }
  for (const claim of claims) if (!state.leases.holds(claim, monotonic)) return { ok: false, why: 'claim', claim };

  const effects: Effect[] = [];
  const undo: Effect[] = [];
  const versions: number[] = [];
  const make = (effect: Effect): void => {
    effects.push(effect);
    undo.push(state.apply(effect));
  };
  puts.forEach(({ collection, id, ttlMs }, i) => {
    const version = (state.get(collection, id)?.version ?? 0) + 1;
    versions.push(version);
    const kept = { version, text: texts[i]!, until: ttlMs === undefined ? undefined : now + ttlMs };
    make({ kind: 'document', collection, id, kept });
  });
  for (const { collection, id } of deletes) {
    if (state.get(collection, id) !== undefined) make({ kind: 'document', collection, id, kept: undefined });
  }
  for (const { key, at } of due) if ((state.due.get(key) ?? null) !== at) make({ kind: 'due', key, at });
  for (const { key, at } of hasten) if (at < (state.due.get(key) ?? Infinity)) make({ kind: 'due', key, at });
  log.forEach(({ about, type }, i) => {
    make({ kind: 'log', row: { n: state.logged + 1, at: now, about, type, text: bodies[i]! } });
  });
  return { committed: { ok: true, now, versions }, effects, undo: undo.reverse() };
}

function textOf(value: JsonValue, what: string): string {
  // JSON.stringify gives undefined for what is no JSON, whatever its type says.
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new EngineError('INTERNAL', `${what}: the value is not JSON`);
  return text;
}
