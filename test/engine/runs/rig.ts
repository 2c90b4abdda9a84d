// Robots with runs in simulated time: one memory store, any number of robots, a world that counts what is done to it. A robot can be
// killed at any of its store writes, before or after the write counts.

import { EngineError } from '../../../engine/model/errors.ts';
import { SimulatedClock, seededRandom } from '../../../engine/model/world.ts';
import type { JsonObject, JsonValue } from '../../../engine/model/json.ts';
import type { ServiceKey } from '../../../engine/model/key.ts';
import type { Timers } from '../../../engine/model/deadline.ts';
import {
  RunEngine,
  type Call,
  type JobContext,
  type JobOrder,
  type RunOptions,
  type RunService,
  type RunView,
} from '../../../engine/runs/index.ts';
import { DUE_PREFIX, parseDue } from '../../../engine/runs/ids.ts';
import { memoryGrid, memoryStore } from '../../../engine/store/memory.ts';
import type { Store } from '../../../engine/store/port.ts';
import type { Author } from '../../../engine/store/records.ts';

export const SOMEONE: Author = { name: 'operator', via: 'cli' };

export interface Deed extends JobOrder {
  readonly robot: string;
  readonly from: number;
  to: number | undefined;
  ok: boolean;
}

export interface Robot {
  readonly name: string;
  readonly engine: RunEngine;
  readonly problems: unknown[];
  dead: boolean;
  beats: boolean;
  /** Neither beats nor sweeps, but what it has begun goes on: a process that is stuck. */
  stuck: boolean;
}

export type Work = (order: JobOrder, context: JobContext, rig: Rig) => Promise<JsonValue>;

export class Rig {
  readonly clock = new SimulatedClock(1_700_000_000_000);
  readonly #grid = memoryGrid();
  readonly store: Store = memoryStore({ clock: this.clock, grid: this.#grid });
  readonly services = new Map<ServiceKey, RunService>();
  readonly actions: Record<string, { readonly timeoutMs?: number }> = {};
  readonly deeds: Deed[] = [];
  readonly calls: (Call & { readonly at: number })[] = [];
  readonly robots: Robot[] = [];
  readonly secrets: Record<string, string> = {};
  /** Something may need a sweep that no time says. */
  unsteady = false;
  answer = (_call: Call): number => 200;
  work: Work = async () => null;
  #timers: { readonly at: number; readonly call: () => void; readonly robot: Robot | undefined }[] = [];

  service(key: ServiceKey, ...links: readonly ServiceKey[]): void {
    const [actor = ''] = key.split('/');
    const group = /^(.*)\.\d+$/.exec(key)?.[1] as ServiceKey | undefined;
    this.services.set(key, {
      key,
      uid: `uid-${key}`,
      actor,
      blueprint: 'shop',
      links: links.map((to) => ({ to })),
      ...(group !== undefined && { group: { key: group } }),
    });
  }

  get view(): RunView {
    const { services, actions } = this;
    return {
      services: {
        get: (key) => services.get(key),
        members: (group) => {
          const members = [...services.values()].filter((each) => each.group?.key === group).map(({ key }) => key);
          return members.length === 0 ? undefined : members;
        },
        all: () => [...services.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
      },
      action: (_actor, action) => (Object.hasOwn(actions, action) ? actions[action] : undefined),
      actions: () => Object.keys(actions),
      checkArgs: (_actor, _action, args: JsonObject) => args,
    };
  }

  timers(robot?: Robot): Timers {
    return {
      after: (ms, call) => {
        const timer = { at: this.clock.now() + ms, call, robot };
        this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter((each) => each !== timer);
        };
      },
    };
  }

  /** Resolves after so long, or rejects when the signal says so. */
  takes(ms: number, signal?: AbortSignal): Promise<null> {
    return new Promise((resolve, reject) => {
      const takeBack = this.timers().after(ms, () => resolve(null));
      signal?.addEventListener('abort', () => {
        takeBack();
        reject(new Error('aborted'));
      });
    });
  }

  /** `dieAt`: the robot ends at its n-th store write; by default `before` the write counts. */
  robot(
    name: string,
    more: {
      readonly dieAt?: number;
      readonly after?: boolean;
      /** Writes, by their number, whose answer is lost: the write counts, or it does not. */
      readonly lost?: Readonly<Record<number, 'counts' | 'does not count'>>;
      readonly options?: Partial<RunOptions>;
    } = {},
  ): Robot {
    const problems: unknown[] = [];
    let writes = 0;
    const store = memoryStore({ clock: this.clock, grid: this.#grid });
    const stopIfDead = (): void => {
      if (robot.dead) throw new Error(`${name} is dead`);
    };
    const guarded = new Proxy(store, {
      get: (target, property, receiver) => {
        const method: unknown = Reflect.get(target, property, receiver);
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]): Promise<unknown> => {
          stopIfDead();
          if (property === 'commit') writes++;
          const lost = property === 'commit' ? more.lost?.[writes] : undefined;
          const dies = property === 'commit' && writes === more.dieAt;
          if (lost === 'does not count') throw new EngineError('STORE_UNREACHABLE', 'the answer was lost');
          if (dies && more.after !== true) robot.dead = true;
          stopIfDead();
          const result: unknown = await method.apply(target, args);
          if (dies) robot.dead = true;
          stopIfDead();
          if (lost === 'counts') throw new EngineError('STORE_UNREACHABLE', 'the answer was lost');
          return result;
        };
      },
    });
    // The engine asks its ports later than they are made.
    const robot: Robot = {
      name,
      problems,
      dead: false,
      beats: false,
      stuck: false,
      engine: new RunEngine(
        {
          store: guarded,
          incarnation: name,
          random: seededRandom([...name].reduce((seed, letter) => seed * 31 + letter.charCodeAt(0), 7)),
          timers: { after: (ms, call) => this.timers(robot).after(ms, call) },
          view: async () => this.view,
          perform: async (order, context) => await this.#perform(robot, order, context),
          post: async (call) => {
            this.calls.push({ ...call, at: this.clock.now() });
            return { status: this.answer(call) };
          },
          secret: async (secret) => this.secrets[secret],
          redact: (text) => text.replaceAll('hunter2', '(secret)'),
          mayAct: () => robot.beats && !robot.dead,
          report: (error) => problems.push(error),
        },
        more.options,
      ),
    };
    this.robots.push(robot);
    return robot;
  }

  /** Simulated time goes on, from one interesting moment to the next. */
  async pass(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    await this.#turn();
    while (this.clock.now() < end) {
      const [first] = await this.store.list('schedule', { prefix: DUE_PREFIX, limit: 1 });
      const moments = [end, ...this.#timers.map(({ at }) => at)];
      if (first !== undefined) moments.push(parseDue(first.id)!.at);
      const open = await this.store.list('schedule', { prefix: 'open/' });
      const orphans = open.some(({ value }) => this.#robotOf(value as { robot: string })?.dead !== false);
      if (orphans || this.unsteady) moments.push(this.clock.now() + 100);
      const next = Math.min(...moments.filter((at) => at > this.clock.now()));
      this.clock.advance(next - this.clock.now());
      for (const timer of this.#timers.filter(({ at }) => at <= next)) {
        this.#timers = this.#timers.filter((each) => each !== timer);
        if (timer.robot?.dead !== true) timer.call();
      }
      await this.#turn();
    }
  }

  /** What was done, as `action key`, in the order it began. */
  get story(): string[] {
    return this.deeds.map(({ action, key }) => `${action} ${key}`);
  }

  async #turn(): Promise<void> {
    // Some rounds, because what ends makes room for what begins.
    for (let round = 0; round < 4; round++) {
      const living = this.robots.filter(({ dead, stuck }) => !dead && !stuck);
      for (const robot of living) robot.beats = await this.store.beat(robot.name, robot.name, 400);
      for (const { engine } of living) {
        await engine.sweep();
        await engine.settled();
      }
      await new Promise(setImmediate);
    }
  }

  #robotOf({ robot }: { readonly robot: string }): Robot | undefined {
    return this.robots.find(({ name }) => name === robot);
  }

  async #perform(robot: Robot, order: JobOrder, context: JobContext): Promise<JsonValue> {
    const deed: Deed = { ...order, robot: robot.name, from: this.clock.now(), to: undefined, ok: false };
    this.deeds.push(deed);
    try {
      const result = await this.work(order, context, this);
      deed.ok = true;
      return result;
    } finally {
      deed.to = this.clock.now();
    }
  }
}

export function failing(message = 'it broke'): Promise<never> {
  return Promise.reject(new Error(message));
}
