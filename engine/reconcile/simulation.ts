// The world of `converge`: snapshots in memory, an agenda in place of the due index, one pass after the other at each
// moment of simulated time, in key order. It decides nothing itself; the lifecycle says when, diff says what.

import type { AnyActor, Want } from '../model/actor.ts';
import { EngineError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import { compareText } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import { policyOf, type Policy } from '../model/policy.ts';
import type { HealPolicy, Observed } from '../model/service.ts';
import { seededRandom, SimulatedClock, type Random } from '../model/world.ts';
import {
  compileLifecycle,
  type Lifecycle,
  type LifecycleEffect,
  type LifecycleEvent,
  type LifecycleSnapshot,
  type LifecycleState,
} from '../lifecycle/index.ts';
import { Agenda } from './agenda.ts';
import type { Convergence, Disturbance, DrivenService, EndState, HistoryEvent, World } from './converge.ts';
import { NO_TIMERS } from '../model/deadline.ts';
import { consumersOf, producersNotReady } from './gates.ts';
import { reconcile, type Outcome } from './reconcile.ts';
import { reportOf } from './report.ts';

interface Driven {
  readonly service: DrivenService;
  readonly actor: AnyActor;
  readonly lifecycle: Lifecycle;
  readonly driver: unknown;
  snapshot: LifecycleSnapshot;
  last: Outcome | undefined;
}

type PassEffect = LifecycleEffect & { readonly kind: 'pass' };

type Happening =
  | { readonly kind: 'event'; readonly event: LifecycleEvent }
  /** A neighbour changed: of interest only to who is waiting or looking right now. */
  | { readonly kind: 'nudge' };

type Entry = { readonly live: boolean } & (
  { readonly to: ServiceKey; readonly what: Happening } | { readonly disturbance: Disturbance }
);

/** States that only a deadline of their own leads out of, and that are not rest. */
const RESTLESS: ReadonlySet<LifecycleState> = new Set(['backingOff', 'quarantine', 'moving']);
const LISTENING: ReadonlySet<LifecycleState> = new Set(['waiting', 'reconciling', 'deleting', 'retiring']);
const ENDS = { present: 'converged', retired: 'retired', absent: 'gone' } as const;

/** The policy of an actor; a pass may take as long as its longest step. */
export function policyFor(actor: AnyActor, heal: Partial<HealPolicy> = {}): Policy {
  const policy = policyOf(actor.policy, heal);
  return {
    ...policy,
    stepMs: Math.max(policy.stepMs, ...Object.values(actor.steps).map(({ timeoutMs }) => timeoutMs ?? 0)),
  };
}

export class Simulation {
  readonly #world: World;
  readonly #clock = new SimulatedClock();
  readonly #random: Random;
  readonly #agenda = new Agenda<Entry>();
  readonly #driven = new Map<ServiceKey, Driven>();
  readonly #observed = new Map<ServiceKey, Observed>();
  readonly #consumers: ReadonlyMap<ServiceKey, readonly ServiceKey[]>;
  readonly #history: HistoryEvent[] = [];
  readonly #told = new Map<ServiceKey, string>();
  readonly #begun: [Driven, readonly LifecycleEffect[]][] = [];
  #live = 0;
  #passes = 0;
  #steps = 0;
  #lastStepMs = 0;
  /** Everything was looked at since the last step. */
  #looked = false;

  constructor(world: World) {
    this.#world = world;
    this.#random = seededRandom(world.seed ?? 1);
    const services = [...world.services].sort((a, b) => compareText(a.key, b.key));
    this.#consumers = consumersOf(services);
    const compiled = new Map<string, Lifecycle>();
    for (const service of services) {
      const actor = world.registry.actor(service.actor);
      if (actor === undefined)
        throw new EngineError('KIND_UNKNOWN', `${service.key}: no actor makes the kind "${service.actor}"`);
      const driver = world.drivers[actor.port];
      if (driver === undefined)
        throw new EngineError('USAGE', `${service.key}: there is no driver for the port "${actor.port}"`);
      const policy = policyFor(actor, service.common.heal);
      const name = `${actor.kind} ${JSON.stringify(policy)}`;
      const lifecycle = compiled.get(name) ?? compileLifecycle(actor.kind, policy);
      compiled.set(name, lifecycle);
      const input = {
        key: service.key,
        generation: service.generation ?? 1,
        want: service.want ?? 'present',
        paused: service.common.paused,
      };
      const { snapshot, effects } = lifecycle.start(input, this.#moment());
      const of = { service, actor, lifecycle, driver, snapshot, last: undefined };
      this.#driven.set(service.key, of);
      this.#begun.push([of, effects]);
    }
    for (const disturbance of world.disturb ?? []) this.#add(disturbance.atMs, { live: true, disturbance });
  }

  async run(): Promise<Convergence> {
    const { maxPasses = 100_000, maxMs = 86_400_000 } = this.#world;
    for (const [of, effects] of this.#begun) await this.#perform(of, effects);
    for (;;) {
      if (this.#live === 0) {
        if (this.#looked) return this.#result(true);
        this.#looked = true;
        for (const [key, { snapshot }] of this.#driven)
          if (snapshot.value !== 'gone') this.#send(key, { type: 'POKE' });
        continue;
      }
      const next = this.#agenda.next();
      if (next === undefined || next.at > maxMs || this.#passes >= maxPasses) return this.#result(next === undefined);
      if (next.item.live) this.#live -= 1;
      this.#clock.advance(Math.max(0, next.at - this.#clock.now()));
      await this.#happen(next.item);
    }
  }

  async #happen(entry: Entry): Promise<void> {
    if ('disturbance' in entry) {
      this.#tell(undefined, 'world', entry.disturbance.name);
      entry.disturbance.act(this.#world.drivers);
      this.#looked = false;
      for (const key of this.#driven.keys()) this.#send(key, { type: 'POKE' }, this.#world.noticeMs ?? 20);
      return;
    }
    const of = this.#driven.get(entry.to);
    if (of === undefined) return;
    if (entry.what.kind === 'nudge' && !LISTENING.has(of.snapshot.value)) return;
    const event: LifecycleEvent = entry.what.kind === 'nudge' ? { type: 'POKE' } : entry.what.event;
    const { snapshot, effects } = of.lifecycle.next(of.snapshot, event, this.#moment());
    of.snapshot = snapshot;
    await this.#perform(of, effects);
  }

  async #perform(of: Driven, effects: readonly LifecycleEffect[]): Promise<void> {
    const { key } = of.service;
    for (const effect of effects) {
      if (effect.kind === 'record') {
        if (!['ignore', 'look', 'remember'].includes(effect.decision)) this.#tell(key, effect.decision, effect.reason);
      } else if (effect.kind === 'due') {
        this.#send(key, { type: 'DEADLINE', turn: effect.turn }, effect.afterMs, RESTLESS.has(of.snapshot.value));
      } else if (effect.kind === 'move') {
        this.#send(key, { type: 'MOVE_REFUSED', reason: 'there is no other node' });
      } else if (effect.kind === 'pass') {
        await this.#pass(of, effect);
      }
    }
  }

  async #pass(of: Driven, effect: PassEffect): Promise<void> {
    const { passMs = 5, passTime } = this.#world;
    const { key } = of.service;
    this.#passes += 1;
    const outcome = await this.#look(of, effect);
    const before = this.#observed.get(key)?.status;
    if (outcome.status !== undefined)
      this.#observed.set(key, { key, status: outcome.status, seenAt: this.#clock.now() });
    if (outcome.kind === 'progressed' || (outcome.kind === 'failed' && outcome.step !== undefined)) {
      this.#looked = false;
      passTime?.(key, this.#clock.now() + passMs);
    }
    if (outcome.kind === 'progressed') {
      this.#steps += 1;
      this.#lastStepMs = this.#clock.now() + passMs;
    }
    for (const { decision, reason } of outcome.decisions)
      if (decision === 'refuse' || decision === 'report') this.#tell(key, decision, reason);
    this.#send(key, { type: 'PASS_DONE', pass: effect.pass, outcome: reportOf(of.actor, outcome) }, passMs);
    const changed = of.last?.kind !== outcome.kind || JSON.stringify(before) !== JSON.stringify(outcome.status);
    of.last = outcome;
    if (changed)
      this.#tellNeighbours(of, JSON.stringify(before?.outputs) !== JSON.stringify(outcome.status?.outputs), passMs + 1);
  }

  /** Who waits for this service, or for it to go, looks again; who reads its outputs does so when they changed. */
  #tellNeighbours(of: Driven, outputsChanged: boolean, afterMs: number): void {
    const { key, links } = of.service;
    for (const consumer of this.#consumers.get(key) ?? []) {
      if (outputsChanged) this.#send(consumer, { type: 'POKE' }, afterMs);
      else this.#add(this.#clock.now() + afterMs, { live: true, to: consumer, what: { kind: 'nudge' } });
    }
    for (const { to } of links) this.#add(this.#clock.now() + afterMs, { live: true, to, what: { kind: 'nudge' } });
  }

  async #look(of: Driven, effect: PassEffect): Promise<Outcome> {
    const { service, actor, driver, lifecycle } = of;
    const { fill, ready, consents = [] } = this.#world;
    const producers = producersNotReady(
      service.links,
      (key) => {
        const producer = this.#driven.get(key);
        return producer && { converged: producer.last?.kind === 'converged', status: this.#observed.get(key)?.status };
      },
      ready,
    );
    const output = (key: ServiceKey, field: string): unknown => this.#observed.get(key)?.status.outputs?.[field];
    const spec = effect.want === 'present' && fill !== undefined ? fill(service.spec, output) : service.spec;
    if (spec === undefined) return { kind: 'waiting', on: producers, decisions: [] };
    return await reconcile({
      actor,
      driver,
      key: service.key,
      uid: service.uid ?? service.key,
      generation: effect.generation,
      hash: service.hash,
      want: wantOf(effect, spec, service),
      consents,
      blockers: { producers, consumers: this.#standingOn(service.key) },
      limits: lifecycle.policy,
      timers: NO_TIMERS,
      healing: effect.healing,
      rung: effect.rung,
      retry: effect.retry,
      dryRun: effect.mode === 'look',
    });
  }

  #standingOn(key: ServiceKey): readonly ServiceKey[] {
    return (this.#consumers.get(key) ?? []).filter((consumer) => {
      const state = this.#driven.get(consumer)?.snapshot.value;
      return state !== undefined && state !== 'gone' && state !== 'retired';
    });
  }

  #result(quiet: boolean): Convergence {
    const states = new Map<ServiceKey, EndState>();
    let converged = quiet;
    for (const [key, { snapshot, service }] of this.#driven) {
      const { cause, waitingOn } = snapshot.context;
      converged &&= snapshot.value === ENDS[service.want ?? 'present'];
      states.set(key, {
        state: snapshot.value,
        ...(cause !== null && {
          code: cause.code,
          message: cause.message,
          ...(cause.hint !== undefined && { hint: cause.hint }),
        }),
        ...(snapshot.value === 'waiting' && { waitingOn }),
      });
    }
    return {
      converged,
      quiet,
      history: this.#history,
      states,
      observed: this.#observed,
      snapshots: new Map([...this.#driven].map(([key, { snapshot }]) => [key, snapshot])),
      passes: this.#passes,
      steps: this.#steps,
      elapsedMs: this.#lastStepMs,
    };
  }

  #moment() {
    return { now: this.#clock.now(), random: this.#random() };
  }

  #send(to: ServiceKey, event: LifecycleEvent, afterMs = 0, live = event.type !== 'DEADLINE'): void {
    this.#add(this.#clock.now() + afterMs, { live, to, what: { kind: 'event', event } });
  }

  #add(at: number, entry: Entry): void {
    if (entry.live) this.#live += 1;
    this.#agenda.add(at, entry);
  }

  /** Looking again and finding the same is no news. */
  #tell(key: ServiceKey | undefined, decision: string, why: string): void {
    if (key !== undefined) {
      const news = `${decision}: ${why}`;
      if (decision !== 'step' && this.#told.get(key) === news) return;
      this.#told.set(key, news);
    }
    const event: HistoryEvent = { atMs: this.#clock.now(), ...(key !== undefined && { key }), decision, why };
    this.#history.push(event);
    this.#world.onEvent?.(event);
  }
}

function wantOf(effect: PassEffect, spec: JsonObject, service: DrivenService): Want<JsonObject> {
  return effect.want === 'present' ? { ...spec, running: service.common.running } : effect.want;
}
