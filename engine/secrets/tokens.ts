// Who may ask a robot for what. A token's text is shown once, when it is made; the store has its digest. Checking takes the same path
// whether the id is known or not and compares in constant time; every refusal of an unproven text says the same. A join token lets one node in, once.

import { timingSafeEqual } from 'node:crypto';
import { EngineError } from '../model/errors.ts';
import type { Clock } from '../model/world.ts';
import type { Document, Store } from '../store/port.ts';
import type { Author } from '../store/records.ts';
import { digest } from './keyring.ts';
import type { RandomBytes } from './seal.ts';
import { SCOPES, allows, readToken, tokenJson, type Scope, type TokenRecord } from './stored-token.ts';
import { newTokenText, readTokenText, type TokenKind } from './token-text.ts';
import type { Vault } from './vault.ts';

export interface TokensOptions {
  readonly store: Pick<Store, 'get' | 'list' | 'commit'>;
  readonly vault: Pick<Vault, 'derive'>;
  readonly random: RandomBytes;
  readonly clock: Clock;
}

/** A record without what proves it. */
export type TokenInfo = Omit<TokenRecord, 'hash'>;

export interface Tokens {
  /** The only time the text is seen. Absent `ttlMs`: does not end. */
  create(wish: {
    readonly name: string;
    readonly scopes: readonly Scope[];
    readonly ttlMs?: number;
    readonly by: Author;
  }): Promise<{ readonly text: string; readonly token: TokenInfo }>;
  /** For a node that joins; ends after `ttlMs` or with its first use. */
  createJoin(wish: { readonly name: string; readonly ttlMs: number; readonly by: Author }): Promise<{
    readonly text: string;
    readonly token: TokenInfo;
  }>;
  /** Refuses with TOKEN_REFUSED (who are you) or TOKEN_SCOPE (you may not). */
  check(text: string, wanted: Scope): Promise<TokenInfo>;
  /** Once. The same node with the same key may ask again while the token lasts: the answer may have been lost. */
  redeem(text: string, node: { readonly node: string; readonly publicKey: string }): Promise<TokenInfo>;
  list(): Promise<readonly TokenInfo[]>;
  /** False when it was revoked already. */
  revoke(id: string, by: Author): Promise<boolean>;
  /** Takes out records of tokens that ended longer ago than `olderThanMs`; how many. */
  prune(olderThanMs: number): Promise<number>;
}

const HOUR = 3_600_000;
export const LONGEST_JOIN_MS = 7 * 24 * HOUR;
const REFUSED = 'the token is not known, was revoked or has ended';

export function tokens({ store, vault, random, clock }: TokensOptions): Tokens {
  const pepper = vault.derive('token');
  const hashOf = (text: string): Buffer => digest(pepper, ['token', text]);

  async function make(
    kind: TokenKind,
    wish: { readonly name: string; readonly scopes: readonly Scope[]; readonly ttlMs?: number; readonly by: Author },
  ): Promise<{ readonly text: string; readonly token: TokenInfo }> {
    const { id, text } = newTokenText(kind, random);
    const { name, scopes, ttlMs, by } = wish;
    const at = clock.now();
    const expires = ttlMs === undefined ? null : at + ttlMs;
    const token = { id, kind, name, scopes: [...scopes], at, by, expires, lastUsed: null, revoked: null, used: null };
    const done = await store.commit({
      durable: true,
      checks: [{ collection: 'token', id, version: 0 }],
      puts: [{ collection: 'token', id, value: tokenJson({ ...token, hash: hashOf(text).toString('hex') }) }],
    });
    if (!done.ok)
      throw new EngineError('INTERNAL', `token ${id}: its id is taken; the source of chance repeats itself`);
    return { text, token };
  }

  /** The record that this text proves. An unknown id is compared as well, with the digest of something else. */
  async function proven(text: string, kind: TokenKind): Promise<{ record: TokenRecord; version: number }> {
    const read = readTokenText(text);
    const document = read && (await store.get('token', read.id));
    const record = read && document && readToken(read.id, document.value);
    const expected = record === undefined ? hashOf('no token') : Buffer.from(record.hash, 'hex');
    const same = timingSafeEqual(hashOf(text), expected);
    if (!same || record === undefined || document === undefined || record.kind !== kind) throw refused(REFUSED);
    if (record.revoked !== null) throw refused(`token ${record.id} (${record.name}) was revoked`);
    if (record.expires !== null && clock.now() >= record.expires)
      throw refused(`token ${record.id} (${record.name}) has ended`);
    return { record, version: document.version };
  }

  async function put(record: TokenRecord, version: number, durable: boolean): Promise<boolean> {
    const { id } = record;
    const done = await store.commit({
      durable,
      checks: [{ collection: 'token', id, version }],
      puts: [{ collection: 'token', id, value: tokenJson(record) }],
    });
    return done.ok;
  }

  return {
    async create(wish) {
      checkWish(wish.name, wish.ttlMs);
      const unknown = wish.scopes.find((scope) => !SCOPES.includes(scope));
      if (wish.scopes.length === 0 || unknown !== undefined)
        throw invalid(`its scopes are ${wish.scopes.join(', ') || 'none'}; expected some of ${SCOPES.join(', ')}`);
      return make('api', wish);
    },
    async createJoin(wish) {
      checkWish(wish.name, wish.ttlMs);
      if (wish.ttlMs > LONGEST_JOIN_MS) throw invalid('a join token lasts at most 7 days');
      return make('join', { ...wish, scopes: [] });
    },
    async check(text, wanted) {
      const { record, version } = await proven(text, 'api');
      if (!allows(record.scopes, wanted))
        throw new EngineError(
          'TOKEN_SCOPE',
          `token ${record.id} (${record.name}) has ${record.scopes.join(', ')}; this needs ${wanted}`,
          { hint: `ays token create NAME --scope ${wanted}` },
        );
      const hour = Math.floor(clock.now() / HOUR) * HOUR;
      if (record.lastUsed === null || record.lastUsed < hour) {
        // When another request was faster, it has written the same hour. No reason to refuse this one when it cannot be written.
        await put({ ...record, lastUsed: hour }, version, false).catch(() => false);
      }
      return infoOf(record);
    },
    async redeem(text, { node, publicKey }) {
      for (;;) {
        const { record, version } = await proven(text, 'join');
        if (record.used !== null) {
          if (record.used.node === node && record.used.publicKey === publicKey) return infoOf(record);
          throw refused(`token ${record.id} (${record.name}) was used already, by node ${record.used.node}`);
        }
        const used = { ...record, used: { node, publicKey, at: clock.now() } };
        if (await put(used, version, true)) return infoOf(used);
      }
    },
    async list() {
      return (await all(store)).map(({ record }) => infoOf(record));
    },
    async revoke(id, by) {
      for (;;) {
        const document = await store.get('token', id);
        const record = document && readToken(id, document.value);
        if (document === undefined || record === undefined)
          throw new EngineError('TOKEN_UNKNOWN', `there is no token ${id.slice(0, 40)}`, { hint: 'ays token list' });
        if (record.revoked !== null) return false;
        if (await put({ ...record, revoked: { at: clock.now(), by } }, document.version, true)) return true;
      }
    },
    async prune(olderThanMs) {
      const before = clock.now() - olderThanMs;
      const ended = (await all(store)).filter(({ record: { expires, revoked } }) => {
        const end = Math.min(expires ?? Infinity, revoked?.at ?? Infinity);
        return end < before;
      });
      if (ended.length > 0)
        await store.commit({ deletes: ended.map(({ record: { id } }) => ({ collection: 'token', id })) });
      return ended.length;
    },
  };
}

async function all(store: Pick<Store, 'list'>): Promise<readonly { record: TokenRecord; document: Document }[]> {
  const documents = await store.list('token');
  return documents.flatMap((document) => {
    const record = readToken(document.id, document.value);
    return record === undefined ? [] : [{ record, document }];
  });
}

function infoOf({ hash: _hash, ...info }: TokenRecord): TokenInfo {
  return info;
}

function checkWish(name: string, ttlMs: number | undefined): void {
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,62}$/u.test(name))
    throw invalid(`its name is "${name.slice(0, 40)}"; expected up to 63 letters, digits, spaces and . _ @ -`);
  if (ttlMs !== undefined && !(Number.isSafeInteger(ttlMs) && ttlMs > 0))
    throw invalid(`it ends after ${ttlMs} ms; expected a whole number above 0`);
}

function invalid(message: string): EngineError {
  return new EngineError('TOKEN_INVALID', `the token cannot be made: ${message}`);
}

function refused(message: string): EngineError {
  return new EngineError('TOKEN_REFUSED', message, { hint: 'ask who runs the grid for a new one: ays token create' });
}
