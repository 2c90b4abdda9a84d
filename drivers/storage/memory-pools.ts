// Pools in memory. A pool is what its devices say: it is degraded when one of them is missing or failing, broken when more are
// gone than its profile bears, and it never gives up the last copy of anything.

import { EngineError } from '../../engine/model/errors.ts';
import type { JsonObject } from '../../engine/model/json.ts';
import { nameOf, type ServiceKey } from '../../engine/model/key.ts';
import type { MemoryTable } from '../memory-table.ts';
import type { MemoryDevices } from './memory-devices.ts';
import type { Identity } from '../presence.ts';
import type { DeviceWish, PoolSettings, PoolView, Profile } from './port.ts';

export interface Pool {
  members: readonly string[];
  settings: JsonObject;
  mountedAt: string | undefined;
  used: number;
  /** Rotten places that nobody has found yet, and those that a scrub could not repair. */
  rotten: number;
  uncorrectable: number;
  content: string;
}

/** Fewest devices, how many may be lost, and how many copies there are. */
const PROFILES: Readonly<
  Record<Profile, { readonly fewest: number; readonly bears: number; readonly copies: number }>
> = {
  single: { fewest: 1, bears: 0, copies: 1 },
  dup: { fewest: 1, bears: 0, copies: 2 },
  raid0: { fewest: 2, bears: 0, copies: 1 },
  raid1: { fewest: 2, bears: 1, copies: 2 },
  raid1c3: { fewest: 3, bears: 2, copies: 3 },
  raid10: { fewest: 4, bears: 1, copies: 2 },
  raid5: { fewest: 2, bears: 1, copies: 1.5 },
  raid6: { fewest: 3, bears: 2, copies: 2 },
};

export class MemoryPools {
  readonly #pools: MemoryTable<Pool>;
  readonly #devices: MemoryDevices;

  constructor(pools: MemoryTable<Pool>, devices: MemoryDevices) {
    this.#pools = pools;
    this.#devices = devices;
  }

  blank(members: readonly string[], settings: PoolSettings, name: string): Pool {
    return {
      members,
      settings,
      mountedAt: settings.mountpoint ?? `/pools/${name}`,
      used: 0,
      rotten: 0,
      uncorrectable: 0,
      content: '',
    };
  }

  async inspect(key: ServiceKey): Promise<PoolView> {
    const devices = this.#devices.views();
    const stranger = this.#pools.foreign(key);
    if (stranger !== undefined) return { presence: 'foreign', foreign: stranger, devices };
    const pool = this.#pools.own(key);
    if (pool === undefined) return { presence: 'absent', devices };
    const members = pool.members.map((path) => {
      const { size = 0, state = 'missing' } = this.#devices.get(path) ?? {};
      return { path, size, state: state === 'present' ? ('healthy' as const) : state };
    });
    const state =
      this.#lost(pool) > this.#bears(pool)
        ? 'error'
        : members.some((member) => member.state !== 'healthy')
          ? 'degraded'
          : 'healthy';
    return {
      presence: 'present',
      members,
      settings: { ...pool.settings },
      state,
      mountedAt: state === 'error' ? undefined : pool.mountedAt,
      capacity: this.#capacity(pool),
      used: pool.used,
      uncorrectable: pool.uncorrectable,
      devices,
    };
  }

  async create(
    key: ServiceKey,
    { uid, hash }: Identity,
    wishes: readonly DeviceWish[],
    settings: PoolSettings,
  ): Promise<void> {
    if (this.#pools.own(key) !== undefined) return;
    if (this.#pools.foreign(key) !== undefined) this.#pools.put(key, uid, hash, this.blank([], settings, nameOf(key)));
    for (const profile of [settings.dataProfile, settings.metadataProfile]) this.#enough(key, profile, wishes.length);
    for (const wish of wishes) {
      const problem = this.#devices.problem(wish, key);
      if (problem !== undefined) throw problem;
    }
    for (const wish of wishes) this.#devices.take(wish, key);
    this.#pools.put(key, uid, hash, {
      ...this.blank(
        wishes.map(({ path }) => path),
        settings,
        nameOf(key),
      ),
      mountedAt: undefined,
    });
  }

  async mount(key: ServiceKey): Promise<void> {
    const pool = this.#need(key);
    const lost = this.#lost(pool);
    if (lost > this.#bears(pool))
      throw new EngineError(
        'DRIVER_REFUSED',
        `${key}: ${lost} of ${pool.members.length} devices are gone, more than its profile bears`,
        { hint: 'plug them in again; nothing was changed' },
      );
    pool.mountedAt = (pool.settings['mountpoint'] as string | undefined) ?? `/pools/${nameOf(key)}`;
  }

  async unmount(key: ServiceKey): Promise<void> {
    const pool = this.#pools.own(key);
    if (pool !== undefined) pool.mountedAt = undefined;
  }

  async exchange(key: ServiceKey, change: { readonly in?: DeviceWish; readonly out?: string }): Promise<void> {
    const pool = this.#need(key);
    if (pool.mountedAt === undefined) throw new EngineError('DRIVER_REFUSED', `${key}: it is not mounted`);
    const { in: wish, out } = change;
    const sameSlot = wish !== undefined && wish.path === out;
    if (wish !== undefined && pool.members.includes(wish.path) && !sameSlot) {
      if (out === undefined || !pool.members.includes(out)) return; // done before
    } else if (wish !== undefined && (out === undefined || pool.members.includes(out))) {
      this.#devices.take(wish, key);
    } else if (wish !== undefined) {
      throw new EngineError('DRIVER_REFUSED', `${key}: ${out} is not one of its devices`);
    }
    const rest = pool.members.filter((path) => path !== out);
    const members =
      wish === undefined || rest.includes(wish.path) ? rest : sameSlot ? pool.members : [...rest, wish.path];
    if (members.length < pool.members.length) {
      for (const profile of this.#profiles(pool)) this.#enough(key, profile, members.length);
      if (this.#capacity({ ...pool, members }) < pool.used)
        throw new EngineError(
          'NO_CAPACITY',
          `${key}: without ${out} there is no room for the ${pool.used} bytes in use`,
        );
    }
    if (out !== undefined && !members.includes(out)) this.#devices.release(out);
    pool.members = members;
  }

  async configure(key: ServiceKey, changes: Partial<PoolSettings>): Promise<void> {
    const pool = this.#need(key);
    const converts = changes.dataProfile !== undefined || changes.metadataProfile !== undefined;
    if (converts && this.#lost(pool) > 0)
      throw new EngineError('DRIVER_REFUSED', `${key}: a pool with lost devices is not converted`);
    for (const profile of [changes.dataProfile, changes.metadataProfile])
      if (profile !== undefined) this.#enough(key, profile, pool.members.length);
    pool.settings = { ...pool.settings, ...changes };
  }

  async scrub(key: ServiceKey): Promise<{ readonly corrected: number; readonly uncorrectable: number }> {
    const pool = this.#need(key);
    const good = PROFILES[this.#profiles(pool)[0]].copies > 1 && this.#lost(pool) === 0;
    const corrected = good ? pool.rotten : 0;
    pool.uncorrectable = good ? pool.uncorrectable : pool.rotten;
    if (good) pool.rotten = 0;
    return { corrected, uncorrectable: pool.uncorrectable };
  }

  async destroy(key: ServiceKey): Promise<void> {
    if (this.#pools.own(key) === undefined) return;
    this.wipe(key);
    this.#pools.remove(key);
  }

  members(key: ServiceKey): readonly string[] {
    return this.#pools.own(key)?.members ?? [];
  }

  /** Whether one more device may go. */
  bearsLoss(key: ServiceKey): boolean {
    const pool = this.#pools.own(key);
    return pool !== undefined && this.#lost(pool) < this.#bears(pool);
  }

  wipe(key: ServiceKey): void {
    for (const path of this.#pools.own(key)?.members ?? []) this.#devices.release(path);
  }

  renamed(from: string, to: string, inside: readonly ({ pool: string } | undefined)[]): void {
    this.#devices.rename(`storagepool/${from}`, `storagepool/${to}`);
    for (const thing of inside) if (thing?.pool === from) thing.pool = to;
  }

  #need(key: ServiceKey): Pool {
    const pool = this.#pools.own(key);
    if (pool === undefined) throw new EngineError('DRIVER_FAILED', `${key}: there is no such pool`);
    return pool;
  }

  #profiles(pool: Pool): readonly [Profile, Profile] {
    return [pool.settings['dataProfile'] as Profile, pool.settings['metadataProfile'] as Profile]; // createPool and configurePool put nothing else there
  }

  #bears(pool: Pool): number {
    return Math.min(...this.#profiles(pool).map((profile) => PROFILES[profile].bears));
  }

  #lost(pool: Pool): number {
    return pool.members.filter((path) => (this.#devices.get(path)?.state ?? 'missing') === 'missing').length;
  }

  #capacity(pool: Pool): number {
    const total = pool.members.reduce((sum, path) => sum + (this.#devices.get(path)?.size ?? 0), 0);
    return Math.floor(total / PROFILES[this.#profiles(pool)[0]].copies);
  }

  #enough(key: ServiceKey, profile: Profile, devices: number): void {
    const { fewest } = PROFILES[profile];
    if (devices < fewest)
      throw new EngineError('DRIVER_REFUSED', `${key}: ${profile} needs ${fewest} devices, it would have ${devices}`);
  }
}
