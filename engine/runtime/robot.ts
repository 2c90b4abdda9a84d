// A robot: it lives (renews its liveness on the store's clock), takes turns at services that are poked, and sweeps the due
// index for what nobody poked. Any number of robots share a store and a queue. What a robot holds it holds by claims that
// are void 400 ms after its last sign of life; one that has been silent for 300 ms of its own time starts nothing any more.

import type { AnyActor } from '../model/actor.ts';
import type { Clock } from '../model/world.ts';
import { asEngineError } from '../model/errors.ts';
import type { ServiceKey } from '../model/key.ts';
import { compileLifecycle, type Lifecycle } from '../lifecycle/index.ts';
import { policyFor } from '../reconcile/simulation.ts';
import type { Timers } from '../model/deadline.ts';
import type { Lane, Queue, QueueWorker } from '../queue/port.ts';
import type { Store } from '../store/port.ts';
import type { StoredService } from '../store/records.ts';
import { LinkWatch } from './link-watch.ts';
import type { TurnWorld } from './loaded.ts';
import { takeTurn } from './turn.ts';

export const LIVENESS_MS = 400;
const BEAT_MS = 100;
const SILENT_MS = 300;
const SWEEP_MS = 250;
const SWEEP_KEYS = 2_000;
/** A claim that another robot holds is asked for again after this long. */
const HELD_MS = 100;

export interface RobotOptions extends Pick<TurnWorld, 'store' | 'registry' | 'drivers' | 'fill' | 'random'> {
  readonly queue: Queue;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly name: string;
  /** Different for each start of a robot. */
  readonly incarnation: string;
  readonly concurrency?: number;
  readonly onError?: (error: unknown, key?: ServiceKey) => void;
  readonly onTurn?: (turn: {
    readonly key: ServiceKey;
    readonly passes: number;
    readonly steps: number;
    readonly ms: number;
  }) => void;
}

export class Robot {
  readonly #options: RobotOptions;
  readonly #links: LinkWatch;
  readonly #lifecycles = new Map<string, Lifecycle>();
  readonly #cancels = new Set<() => void>();
  /** Keys that a turn of this robot is at. */
  readonly #inHand = new Set<ServiceKey>();
  #worker: QueueWorker | undefined;
  #lastBeat = -Infinity;
  /** How often it may have been taken for dead: what it held before may be another's. */
  #lapses = 0;
  #stopping = false;
  #sweeping = false;

  constructor(options: RobotOptions) {
    this.#options = options;
    this.#links = new LinkWatch(options.store, (error) => options.onError?.(error));
  }

  get store(): Store {
    return this.#options.store;
  }

  async start(): Promise<void> {
    const { queue, concurrency = 100 } = this.#options;
    await this.#beat();
    await this.#links.start();
    this.#every(BEAT_MS, () => this.#beat());
    this.#every(SWEEP_MS, () => this.sweep());
    this.#worker = await queue.process((key, lane, signal) => this.#turn(key, lane, signal), { concurrency });
  }

  /** Finishes what runs, at most so long; then lets go. */
  async stop(ms = 10_000): Promise<void> {
    this.#stopping = true;
    await this.#worker?.stop(ms);
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
    await this.#links.stop();
  }

  async poke(keys: readonly ServiceKey[], lane: Lane): Promise<void> {
    if (keys.length > 0) await this.#options.queue.poke(keys, lane);
  }

  /** Turns overdue keys into pokes: whatever was lost comes back here. */
  async sweep(): Promise<void> {
    if (this.#sweeping) return;
    this.#sweeping = true;
    try {
      const overdue = await this.#options.store.due(SWEEP_KEYS);
      await this.poke(
        overdue.map(({ key }) => key),
        'resync',
      );
    } finally {
      this.#sweeping = false;
    }
  }

  async #turn(key: ServiceKey, lane: Lane, signal: AbortSignal): Promise<void> {
    const begun = this.#options.clock.monotonic();
    if (!this.#mayAct()) return;
    if (this.#inHand.has(key)) {
      // A queue that took this robot for dead gave the key out once more. Its own claim would not keep it out.
      this.#later(HELD_MS, () => this.poke([key], lane));
      return;
    }
    this.#inHand.add(key);
    try {
      await this.#take(key, lane, signal, begun);
    } finally {
      this.#inHand.delete(key);
    }
  }

  async #take(key: ServiceKey, lane: Lane, signal: AbortSignal, begun: number): Promise<void> {
    const { store, incarnation, timers, onTurn } = this.#options;
    const lapses = this.#lapses;
    const token = await store.claim(key, incarnation);
    if ('heldBy' in token) {
      this.#later(HELD_MS, () => this.poke([key], lane));
      return;
    }
    const claim = { key, robot: incarnation, token };
    try {
      const result = await takeTurn(key, this.#world(timers, lapses), claim, signal);
      // Who waits for this one is a first creation or a healing, not a person's change.
      await this.poke(result.neighbours, 'creation');
      onTurn?.({ key, passes: result.passes, steps: result.steps, ms: this.#options.clock.monotonic() - begun });
    } catch (error) {
      this.#options.onError?.(error, key);
      if (asEngineError(error).code === 'STORE_CONFLICT') this.#later(HELD_MS, () => this.poke([key], lane));
    } finally {
      await store.release(claim).catch((error: unknown) => this.#options.onError?.(error, key));
    }
  }

  #world(timers: Timers, lapses: number): TurnWorld {
    const { store, registry, drivers, fill, random, name } = this.#options;
    return {
      store,
      registry,
      drivers,
      timers,
      random,
      fill,
      robot: name,
      mayAct: () => this.#mayAct() && this.#lapses === lapses,
      lifecycleOf: (actor, service) => this.#lifecycle(actor, service),
      consumers: (key) => this.#links.consumers(key),
      allConsumers: async (key) => {
        await this.#links.catchUp();
        return this.#links.consumers(key);
      },
    };
  }

  #lifecycle(actor: AnyActor, { common }: StoredService): Lifecycle {
    const name = `${actor.kind} ${JSON.stringify(common.heal)}`;
    let lifecycle = this.#lifecycles.get(name);
    if (lifecycle === undefined) {
      lifecycle = compileLifecycle(actor.kind, policyFor(actor, common.heal));
      this.#lifecycles.set(name, lifecycle);
    }
    return lifecycle;
  }

  #mayAct(): boolean {
    return !this.#stopping && this.#options.clock.monotonic() - this.#lastBeat < SILENT_MS;
  }

  async #beat(): Promise<void> {
    const { store, name, incarnation, clock } = this.#options;
    // Counted from before the call: the store's answer may be slow, its clock started when it heard.
    const asked = clock.monotonic();
    if (!(await store.beat(name, incarnation, LIVENESS_MS))) return;
    if (clock.monotonic() - this.#lastBeat >= LIVENESS_MS) this.#lapses += 1;
    this.#lastBeat = asked;
  }

  #every(ms: number, act: () => Promise<void>): void {
    this.#later(ms, async () => {
      try {
        await act();
      } finally {
        if (!this.#stopping) this.#every(ms, act);
      }
    });
  }

  #later(ms: number, act: () => Promise<void>): void {
    const cancel = this.#options.timers.after(ms, () => {
      this.#cancels.delete(cancel);
      this.#background(act());
    });
    this.#cancels.add(cancel);
  }

  #background(work: Promise<void>): void {
    work.catch((error: unknown) => this.#options.onError?.(error));
  }
}
