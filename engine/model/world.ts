// Time and chance are parameters, so that the same engine runs in simulation: one seed is one history.

export interface Clock {
  /** Milliseconds since 1970, for people and records. It may jump. */
  now(): number;
  /** Milliseconds since some start, never backwards, for timeouts and leases. */
  monotonic(): number;
}

/** A number in [0, 1). */
export type Random = () => number;

/** A clock that moves when it is told to. */
export class SimulatedClock implements Clock {
  #now: number;

  constructor(start = 0) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  advance(ms: number): void {
    this.#now += ms;
  }
}

/** mulberry32: small, fast, and the same everywhere for the same seed. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
