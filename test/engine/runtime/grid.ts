// A grid in this process for tests: a store and a queue that are given, memory drivers, real time, as many robots as are asked for.

import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { fileReader } from '../../../apps/cli/reader.ts';
import { loadRegistry } from '../../../apps/cli/registry.ts';
import { fillSpec } from '../../../apps/quickstart/fill-spec.ts';
import { memoryDrivers, type MemoryDrivers } from '../../../drivers/index.ts';
import { memoryReader, readBlueprint } from '../../../engine/blueprint/index.ts';
import type { Timers } from '../../../engine/model/deadline.ts';
import { toRecord } from '../../../engine/model/diagnostic.ts';
import { EngineError } from '../../../engine/model/errors.ts';
import type { ServiceKey } from '../../../engine/model/key.ts';
import { plan } from '../../../engine/plan/index.ts';
import { applyRevision, type Applied } from '../../../engine/grid/apply.ts';
import { readGrid } from '../../../engine/grid/state.ts';
import type { Queue } from '../../../engine/queue/port.ts';
import { Robot } from '../../../engine/runtime/robot.ts';
import type { StoredSnapshot } from '../../../engine/runtime/loaded.ts';
import type { Store } from '../../../engine/store/port.ts';

export const realTimers: Timers = {
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

export const realClock = { now: () => Date.now(), monotonic: () => performance.now() };

export class TestGrid {
  readonly store: Store;
  readonly queue: Queue;
  readonly drivers: MemoryDrivers = memoryDrivers();
  readonly registry = loadRegistry();
  readonly errors: unknown[] = [];
  readonly robots: Robot[] = [];

  constructor(store: Store, queue: Queue) {
    this.store = store;
    this.queue = queue;
  }

  async robot(name = `robot-${this.robots.length + 1}`): Promise<Robot> {
    const robot = new Robot({
      store: this.store,
      queue: this.queue,
      registry: this.registry,
      drivers: this.drivers,
      clock: realClock,
      timers: realTimers,
      random: Math.random,
      name,
      incarnation: `${name}-${randomUUID()}`,
      fill: async (spec, output) => fillSpec(spec, output),
      onError: (error) => this.errors.push(error),
    });
    this.robots.push(robot);
    await robot.start();
    return robot;
  }

  /** Text, or the path of an example. */
  async apply(blueprint: string, options: { readonly set?: Readonly<Record<string, string>> } = {}): Promise<Applied> {
    const grid = await readGrid(this.store);
    const isPath = blueprint.startsWith('blueprints/');
    const { report, desired } = readBlueprint(
      { path: isPath ? blueprint : '/b/test.yaml', ...options },
      { reader: isPath ? fileReader('.') : memoryReader({ '/b/test.yaml': blueprint }), registry: this.registry, grid },
    );
    if (desired === undefined) throw new EngineError('USAGE', JSON.stringify(report.sorted().map(toRecord)));
    const made = plan(desired, grid, this.registry);
    const consents = made.consents.map(({ key, op, reason }) => ({ key, op, reason }));
    const applied = await applyRevision(
      this.store,
      { epoch: 1, newId: randomUUID },
      { desired, plan: made, author: { name: 'test', via: 'api' }, cause: 'apply', consents },
    );
    await this.robots[0]?.poke(applied.pokes, 'person');
    return applied;
  }

  async state(key: string): Promise<string | undefined> {
    const document = await this.store.get('snapshot', key);
    return (document?.value as unknown as StoredSnapshot | undefined)?.snapshot.value;
  }

  async states(): Promise<Record<string, string>> {
    const documents = await this.store.list('snapshot');
    return Object.fromEntries(
      documents.map(({ id, value }) => [id, (value as unknown as StoredSnapshot).snapshot.value]),
    );
  }

  async poke(key: string): Promise<void> {
    await this.robots[0]?.poke([key as ServiceKey], 'failure');
  }

  /** Waits for a condition, never for a time. */
  async until(what: string, holds: () => Promise<boolean>, ms = 10_000): Promise<void> {
    const end = Date.now() + ms;
    while (!(await holds())) {
      if (Date.now() > end)
        throw new Error(
          `${what}: not within ${ms} ms; states ${JSON.stringify(await this.states())}; errors ${JSON.stringify(this.errors.map(String))}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async untilAll(state: string, count?: number): Promise<void> {
    await this.until(`all ${state}`, async () => {
      const states = Object.values(await this.states());
      return (
        states.length > 0 && (count === undefined || states.length === count) && states.every((each) => each === state)
      );
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.robots.map((robot) => robot.stop(2_000)));
    await this.queue.close();
    await this.store.close();
  }
}
