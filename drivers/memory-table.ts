// Named things in memory with an owner's label, as the memory drivers of all ports keep them. It is what a real system
// gives them: creation is idempotent for the owner, refuses a foreign thing in the way, and removal of the absent is success.

import { EngineError } from '../engine/model/errors.ts';
import type { ServiceKey } from '../engine/model/key.ts';
import { labelOf, type Ownership } from './ownership.ts';

export interface Entry<Thing> {
  readonly id: string;
  owner: Ownership | undefined;
  thing: Thing;
}

export class MemoryTable<Thing> {
  readonly #entries = new Map<ServiceKey, Entry<Thing>>();
  readonly #grid: string;
  #made = 0;

  constructor(grid = 'memory') {
    this.#grid = grid;
  }

  get grid(): string {
    return this.#grid;
  }

  /** The thing of this key, if it is ours. */
  own(key: ServiceKey): Thing | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.owner?.grid === this.#grid ? entry.thing : undefined;
  }

  /** The stranger that stands under this key, if one does. */
  foreign(key: ServiceKey): { readonly id: string; readonly label?: string } | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.owner?.grid === this.#grid) return undefined;
    return { id: entry.id, ...(entry.owner && { label: labelOf(entry.owner) }) };
  }

  entry(key: ServiceKey): Entry<Thing> | undefined {
    return this.#entries.get(key);
  }

  keys(): readonly ServiceKey[] {
    return [...this.#entries.keys()];
  }

  /** Puts or replaces what is ours; a stranger in the way is refused. */
  put(key: ServiceKey, uid: string, hash: string, thing: Thing): void {
    const stranger = this.foreign(key);
    if (stranger !== undefined) {
      throw new EngineError('UNOWNED', `${key}: ${stranger.id} stands there already and is not ours`, {
        hint: `ays adopt ${key} --from ${stranger.id}`,
      });
    }
    const before = this.#entries.get(key);
    this.#entries.set(key, { id: before?.id ?? this.#nextId(), owner: { grid: this.#grid, key, uid, hash }, thing });
  }

  /** Sets a stranger there, for tests and simulation. */
  putForeign(key: ServiceKey, thing: Thing, owner?: Ownership): string {
    const id = this.#nextId();
    this.#entries.set(key, { id, owner, thing });
    return id;
  }

  /** Removing what is absent is success; what is not ours stays. */
  remove(key: ServiceKey): void {
    if (this.own(key) !== undefined) this.#entries.delete(key);
  }

  /** Like `rm` by hand: whatever stands there is gone. */
  vanish(key: ServiceKey): void {
    this.#entries.delete(key);
  }

  rekey(from: ServiceKey, to: ServiceKey, uid: string, hash: string): void {
    const entry = this.#entries.get(from);
    if (entry === undefined || this.own(from) === undefined) return; // done before, or never there
    const inTheWay = this.#entries.get(to);
    if (inTheWay !== undefined)
      throw new EngineError('DRIVER_REFUSED', `${to}: cannot take the place of ${inTheWay.id}, which stands there`);
    this.#entries.delete(from);
    this.#entries.set(to, { id: entry.id, owner: { grid: this.#grid, key: to, uid, hash }, thing: entry.thing });
  }

  adopt(key: ServiceKey, nativeId: string, uid: string, hash: string): void {
    for (const [at, entry] of this.#entries) {
      if (entry.id !== nativeId) continue;
      if (at !== key && this.#entries.has(key))
        throw new EngineError('DRIVER_REFUSED', `${key}: stands there already; adopt ${nativeId} under another name`);
      this.#entries.delete(at);
      this.#entries.set(key, { id: entry.id, owner: { grid: this.#grid, key, uid, hash }, thing: entry.thing });
      return;
    }
    throw new EngineError('DRIVER_REFUSED', `${nativeId}: nothing has this id`, {
      hint: `look for the right id, then ays adopt ${key} --from ID`,
    });
  }

  #nextId(): string {
    this.#made += 1;
    return `mem-${this.#made}`;
  }
}
