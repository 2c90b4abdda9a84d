// Is this Redis fit to hold a grid? Refuses what loses acknowledged data or cannot run the scripts, naming each setting, what it is,
// what it must be and the command that sets it. All faults are named at once. Pure: facts in, verdict out.

import { EngineError } from '../model/errors.ts';

/** What `INFO` and `CONFIG GET` said. */
export interface RedisFacts {
  readonly info: Readonly<Record<string, string>>;
  /** Undefined where the server does not let us read its settings. */
  readonly config: Readonly<Record<string, string>> | undefined;
  /** Found through Sentinels, which may make another server the primary. */
  readonly behindSentinel?: boolean;
}

/** How a write is known to be on disk. */
export interface Durability {
  /** `always`: the answer comes after fsync. `waitaof`: asked for after the answer. */
  readonly disk: 'always' | 'waitaof';
  /** A write is also waited for on one replica. */
  readonly replica: boolean;
}

export interface BootVerdict {
  readonly product: string;
  readonly version: string;
  readonly durability: Durability;
  readonly refusals: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** Not ready yet, but will be. */
  readonly loading: boolean;
}

export interface Finding {
  readonly setting: string;
  readonly message: string;
  readonly fix: string;
}

const OLDEST = [6, 2] as const;
const WAITAOF_SINCE = [7, 2] as const;

export function judgeRedis({ info, config, behindSentinel = false }: RedisFacts): BootVerdict {
  const refusals: Finding[] = [];
  const warnings: Finding[] = [];
  const refuse = (setting: string, message: string, fix: string): void => void refusals.push({ setting, message, fix });
  const warn = (setting: string, message: string, fix: string): void => void warnings.push({ setting, message, fix });

  const valkey = info['valkey_version'];
  const product = valkey === undefined ? 'Redis' : 'Valkey';
  const version = valkey ?? info['redis_version'] ?? 'unknown';
  const waitaof = atLeast(info['redis_version'] ?? '', WAITAOF_SINCE);
  const setting = (name: string, fromInfo?: string): string | undefined =>
    config?.[name] ?? (fromInfo === undefined ? undefined : info[fromInfo]);

  if (info['redis_mode'] === 'sentinel')
    refuse(
      'address',
      'this is a Sentinel, not a Redis',
      'write redis+sentinel://host:26379/name, with the group it watches',
    );
  else if (!atLeast(info['redis_version'] ?? '', OLDEST))
    refuse('version', `it is ${version}; 6.2 or newer is needed`, 'install Redis 6.2 or newer, or Valkey');
  if (info['cluster_enabled'] === '1')
    refuse(
      'cluster-enabled',
      'it is a Cluster; a transaction needs all keys on one server',
      'use a single server, or replicas with Sentinel',
    );
  if (info['role'] !== undefined && info['role'] !== 'master')
    refuse(
      'role',
      'it is a replica; writes there are refused or lost',
      'give the address of the primary, or of the Sentinels',
    );

  const policy = setting('maxmemory-policy', 'maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction')
    refuse(
      'maxmemory-policy',
      `it is ${policy}: documents would vanish when memory is short`,
      change('maxmemory-policy', 'noeviction'),
    );

  const appendonly = setting('appendonly') ?? (info['aof_enabled'] === '1' ? 'yes' : 'no');
  const appendfsync = setting('appendfsync');
  if (appendonly !== 'yes')
    refuse('appendonly', 'it is no: what was acknowledged is gone after a restart', change('appendonly', 'yes'));
  if (appendfsync === 'no')
    refuse('appendfsync', 'it is no: nothing says when a write is on disk', change('appendfsync', 'always'));
  else if (appendfsync === 'everysec' && !waitaof)
    refuse(
      'appendfsync',
      `it is everysec, and ${product} ${version} has no WAITAOF (7.2): a crash loses the last second`,
      change('appendfsync', 'always'),
    );
  else if (appendfsync === 'everysec')
    warn(
      'appendfsync',
      'it is everysec: each durable write waits up to a second for the disk',
      change('appendfsync', 'always'),
    );
  else if (appendfsync === undefined && !waitaof && info['redis_mode'] !== 'sentinel')
    refuse(
      'appendfsync',
      'it cannot be read, and this server has no WAITAOF to ask for',
      'let the user read it: `ACL SETUSER <name> +config|get`',
    );
  else if (appendfsync === undefined && waitaof)
    warn(
      'appendfsync',
      'it cannot be read; if it is no, what was acknowledged may be lost',
      'let the user read it: `ACL SETUSER <name> +config|get`',
    );
  if (setting('no-appendfsync-on-rewrite') === 'yes')
    refuse(
      'no-appendfsync-on-rewrite',
      'it is yes: writes are not on disk while the file is rewritten',
      change('no-appendfsync-on-rewrite', 'no'),
    );

  if (info['aof_last_write_status'] === 'err')
    refuse('disk', 'the last write to the append-only file failed', 'make room on its disk and look at its log');
  if (behindSentinel && setting('min-replicas-to-write') === '0')
    warn(
      'min-replicas-to-write',
      'it is 0: a primary cut off with this robot, while the others choose another one, goes on acknowledging what will be lost',
      change('min-replicas-to-write', '1'),
    );
  const used = Number(info['used_memory'] ?? 0);
  const most = Number(info['maxmemory'] ?? 0);
  if (most > 0 && used > 0.9 * most)
    warn(
      'maxmemory',
      `${Math.round((100 * used) / most)} % of it is used; writes are refused when it is full`,
      'raise `maxmemory`',
    );

  return {
    product,
    version,
    durability: {
      disk: appendfsync === 'always' ? 'always' : 'waitaof',
      replica: Number(info['connected_slaves'] ?? 0) > 0,
    },
    refusals,
    warnings,
    loading: info['loading'] === '1' || info['async_loading'] === '1',
  };
}

/** Throws when it may not be used, or not yet. */
export function insistOn(verdict: BootVerdict, where: string): void {
  const { product, version, refusals, loading } = verdict;
  if (loading)
    throw new EngineError('STORE_UNREACHABLE', `${product} ${version} (${where}) is still loading its data`, {
      hint: 'It is tried again by itself.',
    });
  if (refusals.length === 0) return;
  const said = refusals.map(({ setting, message }) => `${setting}: ${message}`).join('; ');
  throw new EngineError(
    'STORE_REFUSED',
    `${product} ${version} (${where}) would lose data or cannot be used. ${said}`,
    {
      hint: refusals.map(({ fix }) => sentence(fix)).join(' '),
      detail: { settings: refusals.map(({ setting }) => setting) },
    },
  );
}

/** The text of `INFO`: `name:value` lines under `# Section` headings. */
export function parseInfo(text: string): Record<string, string> {
  const info: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) info[line.slice(0, colon)] = line.slice(colon + 1);
  }
  return info;
}

function atLeast(version: string, wanted: readonly [number, number]): boolean {
  const match = /^(\d+)\.(\d+)/.exec(version);
  if (match === null) return false;
  const major = Number(match[1]);
  return major > wanted[0] || (major === wanted[0] && Number(match[2]) >= wanted[1]);
}

function change(setting: string, value: string): string {
  return `set \`${setting} ${value}\` in its configuration file, or now: \`redis-cli CONFIG SET ${setting} ${value}\` and \`CONFIG REWRITE\``;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
