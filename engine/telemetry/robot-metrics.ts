// What a robot counts of itself, by name. No label is a key, a name or a text from outside: kinds, steps, outcomes and codes are few,
// and a grid of 100,000 services has no more series than one of ten.

import type { Metrics } from './metrics.ts';

export type PassOutcome = 'converged' | 'stepped' | 'waiting' | 'backing-off' | 'parked' | 'lost';
export type StepOutcome = 'done' | 'failed' | 'refused';

/** Milliseconds to minutes: detection and repair are promised in tens of milliseconds and may last minutes. */
const REPAIR_SECONDS = [0.005, 0.01, 0.02, 0.04, 0.08, 0.12, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300];
const FAST_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** What is true at the moment of the question. */
export interface RobotCensus {
  readonly queue: { readonly active: number; readonly byLane: Readonly<Record<string, number>> };
  readonly due: { readonly all: number; readonly overdue: number };
  /** Services by state: `converged`, `waiting`, `backing-off`, `parked`, `quarantined`, `paused`, `retired`, … */
  readonly services: Readonly<Record<string, number>>;
  /** Seconds; p50, p99 and max since the last question. */
  readonly eventLoopDelay?: { readonly p50: number; readonly p99: number; readonly max: number };
}

export interface RobotInfo {
  readonly robot: string;
  readonly version: string;
  readonly store: string;
  readonly queue: string;
}

export interface RobotMetrics {
  pass(kind: string, outcome: PassOutcome, seconds: number): void;
  step(kind: string, op: string, outcome: StepOutcome, seconds: number): void;
  /** From the change in the world, as far as it is known when that was, until it was seen. */
  detected(kind: string, seconds: number): void;
  /** From when drift was seen until converged again. */
  repaired(kind: string, seconds: number): void;
  failure(code: string): void;
  store(operation: string, seconds: number, ok: boolean): void;
}

export function robotMetrics(registry: Metrics, info: RobotInfo, census: () => Promise<RobotCensus>): RobotMetrics {
  const passes = registry.counter({
    name: 'ays_passes_total',
    help: 'Passes: one look and at most one step at one service.',
    labels: ['kind', 'outcome'],
  });
  const passSeconds = registry.histogram({
    name: 'ays_pass_seconds',
    help: 'How long a pass took.',
    labels: ['kind'],
    buckets: FAST_SECONDS,
  });
  const steps = registry.counter({
    name: 'ays_steps_total',
    help: 'Steps that were begun.',
    labels: ['kind', 'op', 'outcome'],
    maxSeries: 2000,
  });
  const stepSeconds = registry.histogram({
    name: 'ays_step_seconds',
    help: 'How long a step took.',
    labels: ['kind'],
    buckets: REPAIR_SECONDS,
  });
  const detect = registry.histogram({
    name: 'ays_detect_seconds',
    help: 'From a change in the world until it was seen.',
    labels: ['kind'],
    buckets: REPAIR_SECONDS,
  });
  const repair = registry.histogram({
    name: 'ays_repair_seconds',
    help: 'From when drift was seen until the service was converged again.',
    labels: ['kind'],
    buckets: REPAIR_SECONDS,
  });
  const failures = registry.counter({
    name: 'ays_failures_total',
    help: 'Failures by code of the catalogue.',
    labels: ['code'],
  });
  const storeSeconds = registry.histogram({
    name: 'ays_store_seconds',
    help: 'How long the store took to answer.',
    labels: ['operation'],
    buckets: FAST_SECONDS,
  });
  const storeFailures = registry.counter({
    name: 'ays_store_failures_total',
    help: 'Questions that the store did not answer.',
    labels: ['operation'],
  });
  const depth = registry.gauge({ name: 'ays_queue_waiting', help: 'Pokes that wait, by lane.', labels: ['lane'] });
  const active = registry.gauge({ name: 'ays_queue_active', help: 'Passes under way in this robot.' });
  const due = registry.gauge({ name: 'ays_due', help: 'Services that have a time to be looked at.' });
  const overdue = registry.gauge({ name: 'ays_due_overdue', help: 'Services whose time to be looked at has come.' });
  const services = registry.gauge({ name: 'ays_services', help: 'Services by state.', labels: ['state'] });
  const loop = registry.gauge({
    name: 'ays_event_loop_delay_seconds',
    help: 'How late the event loop of this robot was, since the last scrape.',
    labels: ['quantile'],
  });
  registry
    .gauge({
      name: 'ays_robot_info',
      help: 'Always 1; its labels say what this robot is.',
      labels: ['robot', 'version', 'store', 'queue'],
    })
    .set({ robot: info.robot, version: info.version, store: info.store, queue: info.queue }, 1);

  registry.collect(async () => {
    const now = await census();
    for (const [lane, count] of Object.entries(now.queue.byLane)) depth.set({ lane }, count);
    active.set({}, now.queue.active);
    due.set({}, now.due.all);
    overdue.set({}, now.due.overdue);
    services.clear();
    for (const [state, count] of Object.entries(now.services)) services.set({ state }, count);
    if (now.eventLoopDelay === undefined) return;
    loop.set({ quantile: '0.5' }, now.eventLoopDelay.p50);
    loop.set({ quantile: '0.99' }, now.eventLoopDelay.p99);
    loop.set({ quantile: '1' }, now.eventLoopDelay.max);
  });

  return {
    pass(kind, outcome, seconds) {
      passes.add({ kind, outcome });
      passSeconds.observe({ kind }, seconds);
    },
    step(kind, op, outcome, seconds) {
      steps.add({ kind, op, outcome });
      stepSeconds.observe({ kind }, seconds);
    },
    detected: (kind, seconds) => detect.observe({ kind }, seconds),
    repaired: (kind, seconds) => repair.observe({ kind }, seconds),
    failure: (code) => failures.add({ code }),
    store(operation, seconds, ok) {
      storeSeconds.observe({ operation }, seconds);
      if (!ok) storeFailures.add({ operation });
    },
  };
}
