// What is seen of a pool and what can be done to it: the words that its diff, its refusals and its steps share.

import type { Status } from '../../engine/model/actor.ts';
import { asKindSchema } from '../../engine/model/schema.ts';
import { formatSize } from '../../engine/model/units.ts';
import type { DeviceView, DeviceWish, MemberView, PoolSettings, Profile } from '../../drivers/storage/port.ts';
import storagepoolSchema from '../../schemas/storagepool.schema.json' with { type: 'json' };
import type { Device, StoragepoolSpec } from '../../schemas/types.ts';

export const schema = asKindSchema(storagepoolSchema);

export interface StoragepoolStatus extends Status {
  readonly state?: 'healthy' | 'degraded' | 'error';
  readonly mountedAt?: string;
  readonly members?: readonly MemberView[];
  /** Every device of the node, so that it can be told which spare is good. */
  readonly devices?: readonly DeviceView[];
}

export type Ops = {
  create: { readonly devices: readonly DeviceWish[]; readonly settings: PoolSettings };
  mount: Record<string, never>;
  remount: Partial<PoolSettings>;
  unmount: Record<string, never>;
  addDevice: DeviceWish;
  removeDevice: { readonly path: string };
  replaceDevice: { readonly out: string; readonly in: DeviceWish };
  convert: Partial<PoolSettings>;
  configure: Partial<PoolSettings>;
  destroy: Record<string, never>;
};

/** Fewest devices that a profile works with. */
export const FEWEST: Readonly<Record<Profile, number>> = {
  single: 1,
  dup: 1,
  raid0: 2,
  raid1: 2,
  raid1c3: 3,
  raid10: 4,
  raid5: 2,
  raid6: 3,
};

export function settingsOf({
  profile,
  dataProfile = profile,
  metadataProfile = profile,
  mountpoint,
  compress,
  scrub,
  thresholds,
}: StoragepoolSpec): PoolSettings {
  return { dataProfile, metadataProfile, compress, scrub, thresholds, ...(mountpoint !== undefined && { mountpoint }) };
}

export function wishOf({ device, file, size, overwrite }: Device): DeviceWish {
  return { path: device ?? file ?? '', file: device === undefined, overwrite, ...(size !== undefined && { size }) };
}

export function holds(status: StoragepoolStatus, path: string): boolean {
  return (status.devices ?? []).some((device) => device.path === path && device.holds === 'something-else');
}

/** Why a device cannot be taken, as far as it can be seen. */
export function problemOf(wish: DeviceWish, status: StoragepoolStatus): string | undefined {
  const seen = (status.devices ?? []).find(({ path }) => path === wish.path);
  if (seen === undefined) return wish.file ? undefined : 'is not there';
  if (seen.state !== 'present') return seen.state === 'missing' ? 'does not answer' : 'is failing';
  const mine = (status.members ?? []).some(({ path }) => path === wish.path);
  if (seen.holds === 'member' && !mine) return 'belongs to another pool';
  if (seen.holds === 'something-else' && !wish.overwrite)
    return `holds ${seen.content ?? 'something else'}; overwrite: true would lose it`;
  if (!wish.file && wish.size !== undefined && seen.size < wish.size)
    return `has ${formatSize(seen.size)}, wanted are ${formatSize(wish.size)}`;
  return undefined;
}
