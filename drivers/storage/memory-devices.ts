// The disks of a node in memory: what is plugged in, how large it is, what is on it, and whether it still answers.
// A file that nobody made is no device yet; the pool that wants it makes it.

import { EngineError } from '../../engine/model/errors.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import type { DeviceView, DeviceWish } from './port.ts';

interface Device {
  size: number;
  state: 'present' | 'missing' | 'failing';
  /** Something that is not ours. */
  content: string | undefined;
  pool: ServiceKey | undefined;
}

export const DEFAULT_FILE_SIZE = 4 * 2 ** 30;

export class MemoryDevices {
  readonly #devices = new Map<string, Device>();

  /** Puts a disk in, new or again. What was on it is what is said here. */
  plug(path: string, size: number, content?: string, pool?: ServiceKey): void {
    this.#devices.set(path, { size, state: 'present', content, pool });
  }

  /** Pulled out, or dead. */
  tear(path: string): void {
    const device = this.#devices.get(path);
    if (device !== undefined) device.state = 'missing';
  }

  /** It answers, and its own counters say that it will not for long. */
  wear(path: string): void {
    const device = this.#devices.get(path);
    if (device?.state === 'present') device.state = 'failing';
  }

  /** The file is deleted: nothing stands there any more, so it can be made again. */
  unlink(path: string): void {
    this.#devices.delete(path);
  }

  /** A torn disk answers again, with what it had. */
  mend(path: string): void {
    const device = this.#devices.get(path);
    if (device !== undefined) device.state = 'present';
  }

  mendAll(): void {
    for (const device of this.#devices.values()) device.state = 'present';
  }

  views(): readonly DeviceView[] {
    return [...this.#devices].map(([path, { size, state, content, pool }]) => ({
      path,
      size,
      state,
      holds: content !== undefined ? 'something-else' : pool !== undefined ? 'member' : 'nothing',
      ...(content !== undefined && { content }),
    }));
  }

  get(path: string): Readonly<Device> | undefined {
    return this.#devices.get(path);
  }

  /** Why this device cannot be taken; undefined when it can. */
  problem(wish: DeviceWish, pool: ServiceKey): EngineError | undefined {
    const device = this.#devices.get(wish.path);
    const refused = (text: string, hint?: string): EngineError =>
      new EngineError('DRIVER_REFUSED', `${pool}: ${wish.path} ${text}`, hint === undefined ? {} : { hint });
    if (device === undefined)
      return wish.file ? undefined : refused('is not there', 'plug it in, or name another device');
    if (device.state === 'missing') return refused('does not answer', 'put another disk in, or name another device');
    if (device.pool !== undefined && device.pool !== pool) return refused(`belongs to ${device.pool}`);
    if (device.content !== undefined && !wish.overwrite)
      return refused(`holds ${device.content}`, 'to lose that, set overwrite: true on this device');
    if (!wish.file && wish.size !== undefined && device.size < wish.size)
      return refused(`has ${device.size} bytes, wanted are at least ${wish.size}`);
    return undefined;
  }

  take(wish: DeviceWish, pool: ServiceKey): void {
    const problem = this.problem(wish, pool);
    if (problem !== undefined) throw problem;
    const size = Math.max(this.#devices.get(wish.path)?.size ?? 0, wish.file ? (wish.size ?? DEFAULT_FILE_SIZE) : 0);
    const state = this.#devices.get(wish.path)?.state ?? 'present';
    this.#devices.set(wish.path, { size, state, content: undefined, pool });
  }

  release(path: string): void {
    const device = this.#devices.get(path);
    if (device !== undefined) device.pool = undefined;
  }

  rename(from: ServiceKey, to: ServiceKey): void {
    for (const device of this.#devices.values()) if (device.pool === from) device.pool = to;
  }
}
