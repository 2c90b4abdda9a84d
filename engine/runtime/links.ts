// Who links to whom, kept in memory by each robot: a producer must know its consumers to tell them, and to wait for them when it
// goes. Built from the store at the start and from its log afterwards; losing an entry costs a look, since waiting services
// look again by themselves.

import type { ServiceKey } from '../model/key.ts';

export class LinkIndex {
  readonly #producers = new Map<ServiceKey, readonly ServiceKey[]>();
  readonly #consumers = new Map<ServiceKey, Set<ServiceKey>>();

  set(key: ServiceKey, producers: readonly ServiceKey[]): void {
    this.remove(key);
    const own = [...new Set(producers)];
    if (own.length > 0) this.#producers.set(key, own);
    for (const producer of own) {
      const consumers = this.#consumers.get(producer);
      if (consumers === undefined) this.#consumers.set(producer, new Set([key]));
      else consumers.add(key);
    }
  }

  remove(key: ServiceKey): void {
    for (const producer of this.#producers.get(key) ?? []) {
      const consumers = this.#consumers.get(producer);
      consumers?.delete(key);
      if (consumers?.size === 0) this.#consumers.delete(producer);
    }
    this.#producers.delete(key);
  }

  consumers(key: ServiceKey): readonly ServiceKey[] {
    return [...(this.#consumers.get(key) ?? [])];
  }

  producers(key: ServiceKey): readonly ServiceKey[] {
    return this.#producers.get(key) ?? [];
  }
}
