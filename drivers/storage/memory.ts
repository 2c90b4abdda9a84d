// Storage in memory, faithful in what the storage kinds can tell apart: devices that vanish or fail, profiles that bear it or
// not, things on a disk that are not ours, quotas, capacity and use. What only hands and time do to disks is in `world`,
// so that nothing under test can reach it.

import { EngineError } from '../../engine/model/errors.ts';
import { isObject, type JsonObject } from '../../engine/model/json.ts';
import { kindOf, nameOf, type ServiceKey } from '../../engine/model/key.ts';
import { MemoryTable } from '../memory-table.ts';
import { MemoryDevices } from './memory-devices.ts';
import { MemoryPools, type Pool } from './memory-pools.ts';
import type { Ownership } from '../ownership.ts';
import { refuseLate, type Absent, type Foreign, type Identity } from '../presence.ts';
import type { FilesystemPresent, FilesystemSettings, SnapshotPresent, SnapshotSource, StorageDriver } from './port.ts';

/** Text stands for bytes: enough to see whether data survived. */
interface Filesystem {
  pool: string;
  settings: JsonObject;
  content: string;
  used: number;
  readonly snapshots: Map<string, string>;
}

interface Snapshot {
  source: SnapshotSource;
  settings: JsonObject;
  readonly content: string;
}

/** What the storage driver must know of vdisks to take snapshots of them. */
export interface SnapshotContents {
  content(name: string): string | undefined;
  restore(name: string, content: string): void;
}

export interface MemoryStorageOptions {
  readonly grid?: string;
  readonly vdisks?: SnapshotContents;
}

export interface StorageWorld {
  readonly devices: MemoryDevices;
  /** A mounted pool of this name over one large file, for what lies in pools; one that is there is mounted. */
  makePool(name: string, size?: number): void;
  makeFilesystem(name: string, pool: string): void;
  members(key: ServiceKey): readonly string[];
  /** Whether one more device may go. */
  bearsLoss(key: ServiceKey): boolean;
  unmount(key: ServiceKey): void;
  /** Bytes on the pool rot; a scrub repairs them where there is a good copy. */
  corrupt(key: ServiceKey): void;
  fill(key: ServiceKey, used: number): void;
  write(key: ServiceKey, content: string): void;
  content(key: ServiceKey): string | undefined;
  editByHand(key: ServiceKey, settings: JsonObject): void;
  removeByHand(key: ServiceKey): void;
  /** A stranger under this key: nobody's, or of another grid. */
  putForeign(key: ServiceKey, owner?: Ownership): string;
}

export type MemoryStorage = StorageDriver & { readonly world: StorageWorld };

export function memoryStorage(options: MemoryStorageOptions = {}): MemoryStorage {
  const devices = new MemoryDevices();
  const pools = new MemoryTable<Pool>(options.grid);
  const filesystems = new MemoryTable<Filesystem>(options.grid);
  const snapshots = new MemoryTable<Snapshot>(options.grid);
  const poolPart = new MemoryPools(pools, devices);

  const poolOf = (name: string): Pool | undefined => pools.own(`storagepool/${name}`);
  const tableOf = (key: ServiceKey): MemoryTable<Pool> | MemoryTable<Filesystem> | MemoryTable<Snapshot> =>
    kindOf(key) === 'storagepool' ? pools : kindOf(key) === 'filesystem' ? filesystems : snapshots;

  const filesystemOf = (key: ServiceKey): Filesystem => {
    const filesystem = filesystems.own(key);
    if (filesystem === undefined || poolOf(filesystem.pool) === undefined)
      throw new EngineError('DRIVER_FAILED', `${key}: there is no such filesystem`);
    if (poolOf(filesystem.pool)?.mountedAt === undefined) throw notMounted(key, filesystem.pool);
    return filesystem;
  };

  const readSource = (source: SnapshotSource): string => {
    const content =
      source.kind === 'filesystem'
        ? filesystems.own(`filesystem/${source.name}`)?.content
        : options.vdisks?.content(source.name);
    if (content === undefined)
      throw new EngineError(
        'DEPENDENCY_UNREADY',
        `${source.kind}/${source.name} is not there, so no snapshot of it can be taken`,
      );
    return content;
  };

  const driver: StorageDriver = {
    inspectPool: (key) => poolPart.inspect(key),
    async createPool(key, identity, wishes, settings, signal) {
      refuseLate(signal, `${key}: make the pool`);
      await poolPart.create(key, identity, wishes, settings);
    },
    mountPool: (key) => poolPart.mount(key),
    unmountPool: (key) => poolPart.unmount(key),
    async exchangeDevice(key, change, signal) {
      refuseLate(signal, `${key}: change its devices`);
      await poolPart.exchange(key, change);
    },
    async configurePool(key, changes, signal) {
      refuseLate(signal, `${key}: change a setting`);
      await poolPart.configure(key, changes);
    },
    async scrubPool(key, signal) {
      refuseLate(signal, `${key}: scrub`);
      return await poolPart.scrub(key);
    },
    async destroyPool(key) {
      await poolPart.destroy(key);
      if (pools.entry(key) !== undefined) return;
      for (const inside of filesystems.keys())
        if (filesystems.own(inside)?.pool === nameOf(key)) filesystems.remove(inside);
    },

    async inspectFilesystem(key): Promise<Absent | Foreign | FilesystemPresent> {
      const stranger = filesystems.foreign(key);
      if (stranger !== undefined) return { presence: 'foreign', foreign: stranger };
      const filesystem = filesystems.own(key);
      const pool = filesystem && poolOf(filesystem.pool);
      if (filesystem === undefined || pool === undefined) return { presence: 'absent' };
      return {
        presence: 'present',
        pool: filesystem.pool,
        settings: { ...filesystem.settings },
        path: `${(pool.settings['mountpoint'] as string | undefined) ?? `/pools/${filesystem.pool}`}/filesystems/${nameOf(key)}`,
        reachable: pool.mountedAt !== undefined,
        used: filesystem.used,
      };
    },
    async createFilesystem(key: ServiceKey, { uid, hash }: Identity, pool: string, settings: FilesystemSettings) {
      if (poolOf(pool)?.mountedAt === undefined) throw notMounted(key, pool);
      const before = filesystems.own(key);
      if (before !== undefined && poolOf(before.pool) !== undefined) return;
      filesystems.put(key, uid, hash, { pool, settings: { ...settings }, content: '', used: 0, snapshots: new Map() });
    },
    async configureFilesystem(key, changes) {
      const filesystem = filesystemOf(key);
      const { quota } = changes;
      if (quota !== undefined && quota > 0 && quota < filesystem.used) {
        throw new EngineError(
          'DRIVER_REFUSED',
          `${key}: a quota of ${quota} bytes is below the ${filesystem.used} bytes in use`,
          { hint: 'remove data first or ask for a larger quota' },
        );
      }
      filesystem.settings = { ...filesystem.settings, ...changes };
    },
    async snapshotFilesystem(key, name) {
      const filesystem = filesystemOf(key);
      if (!filesystem.snapshots.has(name)) filesystem.snapshots.set(name, filesystem.content);
    },
    async rollbackFilesystem(key, to) {
      const filesystem = filesystemOf(key);
      const content = filesystem.snapshots.get(to);
      if (content === undefined)
        throw new EngineError(
          'DRIVER_REFUSED',
          `${key}: it has no snapshot ${to}; it has ${[...filesystem.snapshots.keys()].join(', ') || 'none'}`,
        );
      return replace(filesystem, content);
    },
    async destroyFilesystem(key) {
      filesystems.remove(key);
    },

    async inspectSnapshot(key): Promise<Absent | Foreign | SnapshotPresent> {
      const stranger = snapshots.foreign(key);
      if (stranger !== undefined) return { presence: 'foreign', foreign: stranger };
      const snapshot = snapshots.own(key);
      if (snapshot === undefined) return { presence: 'absent' };
      return {
        presence: 'present',
        source: snapshot.source,
        settings: { ...snapshot.settings },
        path: `/snapshots/${nameOf(key)}`,
        size: snapshot.content.length,
      };
    },
    async takeSnapshot(key, { uid, hash }, source, settings) {
      if (snapshots.own(key) !== undefined) return;
      snapshots.put(key, uid, hash, { source, settings: { ...settings }, content: readSource(source) });
    },
    async configureSnapshot(key, changes) {
      const snapshot = snapshots.own(key);
      if (snapshot === undefined) throw new EngineError('DRIVER_FAILED', `${key}: there is no such snapshot`);
      snapshot.settings = { ...snapshot.settings, ...changes };
    },
    async restoreSnapshot(key) {
      const snapshot = snapshots.own(key);
      if (snapshot === undefined) throw new EngineError('DRIVER_REFUSED', `${key}: there is no such snapshot`);
      const { kind, name } = snapshot.source;
      if (kind === 'filesystem') return replace(filesystemOf(`filesystem/${name}`), snapshot.content);
      const before = readSource(snapshot.source);
      options.vdisks?.restore(name, snapshot.content);
      return `before-${before.length}`;
    },
    async destroySnapshot(key) {
      snapshots.remove(key);
    },

    async rekey(from, to, { uid, hash }) {
      tableOf(from).rekey(from, to, uid, hash);
      if (kindOf(from) === 'storagepool')
        poolPart.renamed(
          nameOf(from),
          nameOf(to),
          filesystems.keys().map((key) => filesystems.own(key)),
        );
    },
    async adopt(key, nativeId, { uid, hash }) {
      tableOf(key).adopt(key, nativeId, uid, hash);
    },
  };

  const world: StorageWorld = {
    devices,
    makePool(name, size = 2 ** 40) {
      const there = poolOf(name);
      if (there !== undefined) {
        there.mountedAt ??= `/pools/${name}`;
        return;
      }
      const path = `${name}.img`;
      devices.plug(path, size, undefined, `storagepool/${name}`);
      pools.put(
        `storagepool/${name}`,
        `uid-${name}`,
        '',
        poolPart.blank([path], { dataProfile: 'single', metadataProfile: 'single' }, name),
      );
    },
    makeFilesystem(name, pool) {
      world.makePool(pool);
      const key: ServiceKey = `filesystem/${name}`;
      if (filesystems.own(key) === undefined)
        filesystems.put(key, `uid-${name}`, '', { pool, settings: {}, content: '', used: 0, snapshots: new Map() });
    },
    members: (key) => poolPart.members(key),
    bearsLoss: (key) => poolPart.bearsLoss(key),
    unmount(key) {
      const pool = pools.own(key);
      if (pool !== undefined) pool.mountedAt = undefined;
    },
    corrupt(key) {
      const pool = pools.own(key);
      if (pool !== undefined) pool.rotten += 1;
    },
    fill(key, used) {
      const thing = kindOf(key) === 'storagepool' ? pools.own(key) : filesystems.own(key);
      if (thing !== undefined) thing.used = used;
    },
    write(key, content) {
      const pool = pools.own(key);
      if (pool !== undefined) pool.content = content;
      const filesystem = filesystems.own(key);
      if (filesystem !== undefined)
        Object.assign(filesystem, { content, used: Math.max(filesystem.used, content.length) });
    },
    content: (key) => tableOf(key).own(key)?.content,
    editByHand(key, settings) {
      const thing = tableOf(key).own(key);
      if (isObject(thing?.settings)) thing.settings = { ...thing.settings, ...settings };
    },
    removeByHand(key) {
      if (kindOf(key) === 'storagepool') poolPart.wipe(key);
      tableOf(key).vanish(key);
    },
    putForeign(key, owner) {
      const kind = kindOf(key);
      if (kind === 'storagepool')
        return pools.putForeign(
          key,
          poolPart.blank([], { dataProfile: 'single', metadataProfile: 'single' }, nameOf(key)),
          owner,
        );
      if (kind === 'filesystem')
        return filesystems.putForeign(
          key,
          {
            pool: 'main',
            settings: {},
            content: 'theirs',
            used: 6,
            snapshots: new Map(),
          },
          owner,
        );
      return snapshots.putForeign(
        key,
        {
          source: { kind: 'filesystem', name: 'theirs' },
          settings: {},
          content: 'theirs',
        },
        owner,
      );
    },
  };
  return { ...driver, world };
}

function notMounted(key: ServiceKey, pool: string): EngineError {
  return new EngineError('DEPENDENCY_UNREADY', `${key}: the pool storagepool/${pool} is not mounted`);
}

/** Nothing is lost by going back: the replaced state stays as a snapshot. */
function replace(filesystem: Filesystem, content: string): string {
  const kept = `before-${filesystem.snapshots.size + 1}`;
  filesystem.snapshots.set(kept, filesystem.content);
  filesystem.content = content;
  return kept;
}
