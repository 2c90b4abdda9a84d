// The order of the lanes, and a waiting room that keeps it: lanes strictly by urgency, first come first served inside one.
// Every operation takes constant time on average, however many wait.

import type { ServiceKey } from '../model/key.ts';
import { LANES, type Lane } from './port.ts';

export function isMoreUrgent(a: Lane, b: Lane): boolean {
  return LANES.indexOf(a) < LANES.indexOf(b);
}

export function moreUrgent(a: Lane | undefined, b: Lane): Lane {
  return a === undefined || isMoreUrgent(b, a) ? b : a;
}

export function laneCounts(count: (lane: Lane) => number): Readonly<Record<Lane, number>> {
  return {
    person: count('person'),
    failure: count('failure'),
    creation: count('creation'),
    resync: count('resync'),
  };
}

export class WaitingRoom {
  readonly #lanes: Readonly<Record<Lane, Line>> = {
    person: new Line(),
    failure: new Line(),
    creation: new Line(),
    resync: new Line(),
  };
  readonly #laneOf = new Map<ServiceKey, Lane>();

  get size(): number {
    return this.#laneOf.size;
  }

  count(lane: Lane): number {
    return this.#lanes[lane].size;
  }

  /** One that waits already keeps its place, unless the new lane is more urgent. */
  enter(key: ServiceKey, lane: Lane): void {
    const before = this.#laneOf.get(key);
    if (before !== undefined) {
      if (!isMoreUrgent(lane, before)) return;
      this.#lanes[before].remove(key);
    }
    this.#laneOf.set(key, lane);
    this.#lanes[lane].append(key);
  }

  next(): { readonly key: ServiceKey; readonly lane: Lane } | undefined {
    for (const lane of LANES) {
      const key = this.#lanes[lane].shift();
      if (key === undefined) continue;
      this.#laneOf.delete(key);
      return { key, lane };
    }
    return undefined;
  }

  clear(): void {
    this.#laneOf.clear();
    for (const lane of LANES) this.#lanes[lane].clear();
  }
}

/** A Set keeps the order of arrival. Its iterator stays: a new one would walk over the gaps at the front each time. */
class Line {
  readonly #keys = new Set<ServiceKey>();
  #iterator = this.#keys.values();

  get size(): number {
    return this.#keys.size;
  }

  append(key: ServiceKey): void {
    this.#keys.add(key);
  }

  remove(key: ServiceKey): void {
    this.#keys.delete(key);
  }

  shift(): ServiceKey | undefined {
    if (this.#keys.size === 0) return undefined;
    let next = this.#iterator.next();
    if (next.done === true) {
      // An iterator that has come to its end once does not see what is added later.
      this.#iterator = this.#keys.values();
      next = this.#iterator.next();
    }
    if (next.done === true) return undefined;
    this.#keys.delete(next.value);
    return next.value;
  }

  clear(): void {
    this.#keys.clear();
    this.#iterator = this.#keys.values();
  }
}
