// The address of a Redis or Valkey as people write it, turned into the settings of a connection. A password never gets into a message.
//
//   redis://user:password@host:6379/0      rediss:// with TLS
//   unix:///run/redis.sock?db=0            a bare path does too
//   redis+sentinel://host-a:26379,host-b:26379/name/0   rediss+sentinel:// with TLS; also redis://host-a,host-b/0?sentinel=name

import type { RedisOptions } from 'ioredis';
import { EngineError } from '../../model/errors.ts';

const REDIS_PORT = 6379;
const SENTINEL_PORT = 26379;
const FORMS =
  'Write redis://user:password@host:6379/0, rediss://… for TLS, unix:///path/redis.sock, or ' +
  'redis+sentinel://host-a:26379,host-b:26379/name for Sentinel.';

export function readRedisAddress(address: string): RedisOptions {
  if (address.startsWith('/')) return { path: address };
  const match =
    /^(redis|rediss|valkey|valkeys|unix|redis\+sentinel|rediss\+sentinel):\/\/(?:([^?#]*)@)?([^/?#]*)([^?#]*)(\?[^#]*)?$/.exec(
      address,
    );
  if (match === null) throw refused(address, 'it cannot be read');
  const [, scheme = '', userInfo = '', hosts = '', path = '', search = ''] = match;
  const query = new URLSearchParams(search);
  const [user = '', ...rest] = userInfo.split(':');
  const login = {
    ...(user !== '' && { username: decoded(user, address) }),
    ...(rest.length > 0 && { password: decoded(rest.join(':'), address) }),
  };

  if (scheme === 'unix') {
    if (hosts !== '' || path === '') throw refused(address, 'a unix address has a path and no host');
    return { path: decoded(path, address), ...login, ...database(query.get('db') ?? '', address) };
  }
  const tls = scheme.startsWith('rediss') || scheme === 'valkeys';
  const parts = path.split('/').filter((part) => part !== '');
  const marked = query.get('sentinel');
  if (scheme.endsWith('+sentinel') || marked !== null) {
    const name = scheme.endsWith('+sentinel') ? parts.shift() : marked;
    if (name === undefined || name === null || name === '')
      throw refused(address, 'the name of the group that the Sentinels watch is missing');
    const sentinelPassword = query.get('sentinelPassword');
    const sentinelUsername = query.get('sentinelUsername');
    return {
      sentinels: hosts.split(',').map((host) => place(host, SENTINEL_PORT, address)),
      name: decoded(name, address),
      ...(sentinelUsername !== null && { sentinelUsername }),
      ...(sentinelPassword !== null && { sentinelPassword }),
      ...(tls && { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }),
      ...login,
      ...database(parts.shift() ?? '', address),
    };
  }
  if (hosts.includes(',')) throw refused(address, 'it names several hosts, but no Sentinel group');
  return {
    ...place(hosts, REDIS_PORT, address),
    ...(tls && { tls: {} }),
    ...login,
    ...database(parts.shift() ?? query.get('db') ?? '', address),
  };
}

/** The address without what is secret in it. */
export function showRedisAddress(options: RedisOptions): string {
  if (options.path !== undefined) return options.path;
  const { sentinels } = options;
  if (sentinels !== undefined && sentinels !== null)
    return `${options.name} of the Sentinels ${sentinels.map(({ host, port }) => `${host}:${port}`).join(', ')}`;
  return `${options.host ?? 'localhost'}:${options.port ?? REDIS_PORT}`;
}

function place(text: string, port: number, address: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(text);
  if (match === null) throw refused(address, `the host${quoted(text, address)} cannot be read`);
  const [, v6, name, number] = match;
  if (number !== undefined && (Number(number) < 1 || Number(number) > 65_535))
    throw refused(address, `the port${quoted(number, address)} is outside 1 to 65535`);
  const host = v6 ?? name ?? '';
  return { host: host === '' ? 'localhost' : host, port: number === undefined ? port : Number(number) };
}

function database(text: string, address: string): { readonly db?: number } {
  if (text === '') return {};
  if (!/^\d{1,5}$/.test(text)) throw refused(address, `the database${quoted(text, address)} is not a number`);
  return { db: Number(text) };
}

function decoded(text: string, address: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refused(address, 'a % in it is not followed by two hexadecimal digits');
  }
}

/** With a @ in the address, any part of it may be a piece of a password that was not encoded. */
function quoted(part: string, address: string): string {
  return address.includes('@') ? '' : ` "${part}"`;
}

function refused(address: string, what: string): EngineError {
  const shown = address.replace(/(sentinelPassword=)[^&]*/g, '$1…').replace(/:\/\/.*@/s, '://…@');
  return new EngineError('STORE_REFUSED', `the Redis address "${shown}": ${what}`, { hint: FORMS });
}
