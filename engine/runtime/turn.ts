// One turn at one service: claim, load, move the machine, store, look and step, move, store. The order is always load →
// transition → store → effect, so a crash anywhere leaves a record from which the next turn goes on. A turn holds the key by a
// claim that is void without a living robot; every store names the claim, so a robot that slept cannot write over another.

import type { AnyActor, StepContext } from '../model/actor.ts';
import { EngineError } from '../model/errors.ts';
import { jsonEqual, type JsonValue } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Lifecycle, LifecycleEffect, LifecycleEvent, LifecycleSnapshot } from '../lifecycle/index.ts';
import { producersNotReady } from '../reconcile/gates.ts';
import { reconcile, type Outcome } from '../reconcile/reconcile.ts';
import { reportOf } from '../reconcile/report.ts';
import { endRetention } from '../grid/removal.ts';
import { overlaid } from '../grid/state.ts';
import type { Claim, LogEntry, Transaction } from '../store/port.ts';
import type { StoredObserved, StoredService } from '../store/records.ts';
import { bury, dismiss, parkUnknownKind } from './endings.ts';
import {
  loadService,
  type Loaded,
  type PassEffect,
  type StoredSnapshot,
  type TurnResult,
  type TurnWorld,
} from './loaded.ts';
import { around, consents, fill, standingOn } from './surroundings.ts';
import { whileHeard } from './while-heard.ts';
import { askedOf, news, retentionEnd, wakeAt, type Asked } from './wish.ts';

/** Passes of one turn before others get theirs; the due index brings the service back at once. */
const MOST_PASSES = 25;

/** A pass that is on is looked for this long after the last sign of it, and gives one more often than that. */
const PASS_LOOK_MS = 1_000;
const PASS_SIGN_MS = 400;

const FIRST_LOOK_MS = 250;
const LONGEST_LOOK_MS = 30_000;

export async function takeTurn(
  key: ServiceKey,
  world: TurnWorld,
  claim: Claim,
  signal: AbortSignal,
): Promise<TurnResult> {
  return await new Turn(key, world, claim, signal).run();
}

class Turn {
  readonly #key: ServiceKey;
  readonly #world: TurnWorld;
  readonly #claim: Claim;
  readonly #signal: AbortSignal;
  readonly #neighbours = new Set<ServiceKey>();
  #passes = 0;
  #steps = 0;

  constructor(key: ServiceKey, world: TurnWorld, claim: Claim, signal: AbortSignal) {
    this.#key = key;
    this.#world = world;
    this.#claim = claim;
    this.#signal = signal;
  }

  async run(): Promise<TurnResult> {
    const now = await this.#world.store.now();
    let loaded = await loadService(this.#world.store, this.#key);
    if (retentionEnd(loaded.tombstone) <= now) {
      const { store, registry } = this.#world;
      if (await endRetention(store, this.#claim.token.epoch, registry, this.#key))
        loaded = await loadService(this.#world.store, this.#key);
    }
    const asked = askedOf(loaded.service, loaded.tombstone, loaded.overlay, now);
    const record = loaded.service ?? loaded.tombstone?.record;
    const actor = record === undefined ? undefined : this.#world.registry.actor(record.actor);
    if (asked === undefined || record === undefined) await dismiss(this.#key, loaded, this.#world, this.#claim);
    else if (actor === undefined) await parkUnknownKind(this.#key, record, this.#world, this.#claim);
    else await this.#drive(loaded, asked, record, actor, now);
    return { neighbours: [...this.#neighbours], passes: this.#passes, steps: this.#steps };
  }

  async #drive(loaded: Loaded, asked: Asked, record: StoredService, actor: AnyActor, now: number): Promise<void> {
    const lifecycle = this.#world.lifecycleOf(actor, record);
    const moment = (at: number): { now: number; random: number } => ({ now: at, random: this.#world.random() });
    let { stored } = loaded;
    let effects: readonly LifecycleEffect[] = [];
    let snapshot: LifecycleSnapshot;
    if (stored === undefined) {
      const begun = lifecycle.start(
        { key: this.#key, generation: asked.generation, want: asked.want, paused: asked.paused },
        moment(now),
      );
      snapshot = begun.snapshot;
      effects = begun.effects;
      stored = { snapshot, due: null, pass: null, looks: 0, said: '', last: null };
    } else snapshot = stored.snapshot;

    const heard: LifecycleEvent[] = [...news(asked, snapshot.context), ...loaded.asks];
    // A pass without an answer: the robot that was to make it is gone, or gave others their turn. It is made now; its
    // deadline was for the pass, not for the waiting.
    const owed = stored.pass !== null;
    if (!owed && stored.due !== null && stored.due.at <= now) heard.push({ type: 'DEADLINE', turn: stored.due.turn });
    if (!owed && heard.length === 0 && effects.length === 0) heard.push({ type: 'POKE' });
    for (const event of heard) {
      const turn = lifecycle.next(snapshot, event, moment(now));
      snapshot = turn.snapshot;
      effects = [...effects, ...turn.effects];
    }

    if (snapshot.context.superseded) {
      // The pass was asked for under an earlier wish, and nobody is making it now: nobody shall.
      const given: LifecycleEvent = {
        type: 'PASS_DONE',
        pass: snapshot.context.pass,
        outcome: { kind: 'waiting', on: [] },
      };
      const turn = lifecycle.next(snapshot, given, moment(now));
      snapshot = turn.snapshot;
      effects = [...effects.filter(({ kind }) => kind !== 'pass'), ...turn.effects];
      stored = { ...stored, pass: null };
    }

    for (;;) {
      const move = effects.find((effect) => effect.kind === 'move');
      stored = await this.#store(loaded, stored, snapshot, effects);
      const { pass } = stored;
      if (snapshot.value === 'gone') {
        if (await bury(this.#key, loaded, this.#world, this.#claim)) return;
        throw this.#conflict('its record was changed by another');
      }
      let event: LifecycleEvent;
      if (pass !== null) {
        if (this.#passes >= MOST_PASSES || this.#signal.aborted || !this.#world.mayAct()) return await this.#comeBack();
        const outcome = await this.#signed(this.#pass(loaded, record, actor, lifecycle, pass));
        // Nothing was found out: another robot, or this one when it is heard again, makes the pass.
        if (outcome.kind === 'failed' && outcome.error.detail['silent'] === true) return await this.#comeBack();
        event = { type: 'PASS_DONE', pass: pass.pass, outcome: reportOf(actor, outcome) };
        // Looking again and finding the same is no news: neighbours that told each other would never rest.
        if (outcome.kind !== stored.last) this.#tellNeighbours(record);
        stored = { ...stored, last: outcome.kind, pass: null };
      } else if (move !== undefined) {
        event = { type: 'MOVE_REFUSED', reason: 'there is no other node' };
      } else return;
      const turn = lifecycle.next(snapshot, event, moment(await this.#world.store.now()));
      snapshot = turn.snapshot;
      effects = turn.effects;
    }
  }

  /** Snapshot, due time, observation and log in one transaction under the claim. */
  async #store(
    loaded: Loaded,
    before: StoredSnapshot,
    snapshot: LifecycleSnapshot,
    effects: readonly LifecycleEffect[],
  ): Promise<StoredSnapshot> {
    const now = await this.#world.store.now();
    let { due, said, pass } = before;
    const log: LogEntry[] = [];
    for (const effect of effects) {
      if (effect.kind === 'due') due = { turn: effect.turn, at: now + effect.afterMs };
      else if (effect.kind === 'cancel') due = null;
      else if (effect.kind === 'pass') pass = effect;
      else if (effect.kind === 'abort') pass = null;
      else if (effect.kind === 'record') {
        const text = `${effect.decision}: ${effect.reason}`;
        if (effect.decision === 'ignore' || effect.decision === 'look' || effect.decision === 'remember') continue;
        if (effect.decision !== 'step' && said === text) continue;
        said = text;
        log.push({
          about: this.#key,
          type: 'decision',
          body: { decision: effect.decision, reason: effect.reason, state: snapshot.value, robot: this.#world.robot },
        });
      }
    }
    const looks = snapshot.value === 'waiting' ? before.looks + 1 : pass !== null ? before.looks : 0;
    // Neighbours tell each other; should one be lost, a waiting service looks by itself, ever more patiently.
    const lookAgain =
      snapshot.value !== 'waiting'
        ? Infinity
        : now + Math.min(LONGEST_LOOK_MS, FIRST_LOOK_MS * 2 ** Math.min(looks, 10)) * (0.5 + this.#world.random());
    const soonest = Math.min(due?.at ?? Infinity, lookAgain, wakeAt(loaded.tombstone, loaded.overlay, now));
    const idle = soonest === Infinity ? null : Math.round(soonest);
    // While a pass or a burial is on, the key comes back by itself should this robot die: nothing else would bring it back.
    const at = pass !== null || snapshot.value === 'gone' ? now + PASS_LOOK_MS : idle;
    const stored: StoredSnapshot = { snapshot, due, pass, looks, said, last: before.last };
    const changedState = before.snapshot.value !== snapshot.value || log.length > 0;
    const asks = `ask ${this.#key}`;
    const heard = loaded.asks.length > 0;
    const transaction: Transaction = {
      // What is asked from now on must not be taken away unheard.
      checks: [
        { collection: 'snapshot', id: this.#key, version: loaded.versions.snapshot },
        ...(heard ? [{ collection: 'meta' as const, id: asks, version: loaded.versions.asks }] : []),
      ],
      claims: [this.#claim],
      puts: [{ collection: 'snapshot', id: this.#key, value: stored as unknown as JsonValue }],
      deletes: heard ? [{ collection: 'meta', id: asks }] : [],
      due: [{ key: this.#key, at }],
      log,
      durable: changedState,
    };
    if (pass === null) await this.#rest(transaction, loaded, now);
    else await this.#commit(transaction, loaded);
    if (heard) {
      loaded.asks = [];
      loaded.versions = { ...loaded.versions, asks: 0 };
    }
    return stored;
  }

  /** The last store of a turn says when the key is due next; a wish that came in the meantime made it due at once, and must stay so. */
  async #rest(transaction: Transaction, loaded: Loaded, now: number): Promise<void> {
    const { service, tombstone, overlay, asks } = loaded.versions;
    const committed = await this.#world.store.commit({
      ...transaction,
      checks: [
        ...(transaction.checks ?? []),
        { collection: 'service', id: this.#key, version: service },
        { collection: 'tombstone', id: this.#key, version: tombstone },
        { collection: 'overlay', id: this.#key, version: overlay },
        { collection: 'meta', id: `ask ${this.#key}`, version: asks },
      ],
    });
    if (committed.ok) {
      const [version] = committed.versions;
      if (version !== undefined) loaded.versions = { ...loaded.versions, snapshot: version };
    } else await this.#commit({ ...transaction, due: [{ key: this.#key, at: now }] }, loaded);
  }

  async #commit(transaction: Transaction, loaded: Loaded): Promise<void> {
    const committed = await this.#world.store.commit(transaction);
    if (!committed.ok) {
      throw this.#conflict(
        committed.why === 'claim' ? 'another robot has taken it over' : 'its record was changed by another robot',
      );
    }
    const [version] = committed.versions;
    if (version !== undefined) loaded.versions = { ...loaded.versions, snapshot: version };
  }

  #conflict(what: string): EngineError {
    return new EngineError('STORE_CONFLICT', `${this.#key}: ${what}`, { hint: 'it is looked at again' });
  }

  /** Says every now and then that the pass is still on, so that it is missed soon when its robot dies and not before. */
  async #signed<T>(pass: Promise<T>): Promise<T> {
    const { store, timers } = this.#world;
    let over = false;
    let signing: Promise<unknown> = Promise.resolve();
    let cancel = (): void => undefined;
    const sign = async (): Promise<void> => {
      const at = (await store.now()) + PASS_LOOK_MS;
      if (!over) await store.commit({ claims: [this.#claim], due: [{ key: this.#key, at }] });
    };
    const later = (): void => {
      cancel = timers.after(PASS_SIGN_MS, () => {
        // A sign that is lost costs others a look at a key that is held.
        signing = sign().then(
          () => (over ? undefined : later()),
          () => (over ? undefined : later()),
        );
      });
    };
    later();
    try {
      return await pass;
    } finally {
      over = true;
      cancel();
      await signing;
    }
  }

  async #pass(
    loaded: Loaded,
    record: StoredService,
    actor: AnyActor,
    lifecycle: Lifecycle,
    effect: PassEffect,
  ): Promise<Outcome> {
    this.#passes += 1;
    const { store } = this.#world;
    const bare = this.#world.drivers[actor.port];
    const driver = whileHeard(bare, this.#world.mayAct);
    if (bare === undefined) {
      const error = new EngineError(
        'DRIVER_UNREACHABLE',
        `${this.#key}: there is no driver for the port "${actor.port}" here`,
        { hint: 'start the robot with it' },
      );
      return { kind: 'failed', error, decisions: [] };
    }
    const view = overlaid(record, loaded.overlay);
    const seen = await around(this.#world, record);
    const filled =
      effect.want === 'present' ? await fill(this.#key, this.#world, this.#claim, view.spec, record, seen) : view.spec;
    const producers = producersNotReady(record.links, (to) => seen.get(to));
    if (filled === undefined)
      return {
        kind: 'waiting',
        on: producers.length > 0 ? producers : record.links.map(({ to }) => to),
        decisions: [{ decision: 'wait', reason: 'a value it needs is not known yet' }],
      };
    const context: StepContext = {
      key: this.#key,
      name: this.#key.slice(this.#key.indexOf('/') + 1),
      uid: record.uid,
      generation: effect.generation,
      hash: record.hash,
      signal: this.#signal,
    };
    try {
      const { rekey, adopt } = loaded;
      if (rekey !== undefined) await this.#once('rekey', () => actor.rekey(driver, rekey.from, context));
      loaded.rekey = undefined;
      if (adopt !== undefined) await this.#once('adopt', () => actor.adopt(driver, adopt.id, context));
      loaded.adopt = undefined;
    } catch (error) {
      const failure =
        error instanceof EngineError ? error : new EngineError('INTERNAL', String(error), { cause: error });
      return { kind: 'failed', error: failure, decisions: [] };
    }
    const outcome = await reconcile({
      actor,
      driver,
      key: this.#key,
      uid: record.uid,
      generation: effect.generation,
      hash: record.hash,
      want: effect.want === 'present' ? { ...filled, running: view.common.running } : effect.want,
      consents: await consents(this.#key, this.#world, record.uid),
      blockers: {
        producers,
        consumers: effect.want === 'present' ? [] : await standingOn(this.#key, this.#world),
      },
      limits: lifecycle.policy,
      timers: this.#world.timers,
      healing: effect.healing,
      rung: effect.rung,
      retry: effect.retry,
      dryRun: effect.mode === 'look',
      signal: this.#signal,
    });
    if (outcome.kind === 'progressed') this.#steps += 1;
    await this.#keepObserved(loaded, record, outcome, await store.now());
    return outcome;
  }

  /** Done by the driver, then taken off the record: repeated after a crash, which both of them allow. */
  async #once(what: 'rekey' | 'adopt', act: () => Promise<void>): Promise<void> {
    await act();
    await this.#world.store.commit({
      claims: [this.#claim],
      deletes: [{ collection: 'meta', id: `${what} ${this.#key}` }],
      durable: true,
    });
  }

  async #keepObserved(loaded: Loaded, record: StoredService, outcome: Outcome, seenAt: number): Promise<void> {
    if (outcome.status === undefined) return;
    const before = loaded.observed;
    const same =
      before !== undefined && jsonEqual(before.status as unknown as JsonValue, outcome.status as unknown as JsonValue);
    // Age is told by the last look; writing it every time would make a quiet grid busy.
    if (same && seenAt - before.seenAt < 5_000) return;
    const observed: StoredObserved = {
      key: this.#key,
      uid: record.uid,
      status: outcome.status,
      seenAt,
      by: this.#world.robot,
    };
    loaded.observed = observed;
    await this.#world.store.commit({
      claims: [this.#claim],
      puts: [{ collection: 'observed', id: this.#key, value: observed as unknown as JsonValue }],
    });
    if (!same) this.#tellNeighbours(record);
  }

  #tellNeighbours(record: StoredService): void {
    for (const key of this.#world.consumers(this.#key)) this.#neighbours.add(key);
    for (const { to } of record.links) this.#neighbours.add(to);
  }

  async #comeBack(): Promise<void> {
    const now = await this.#world.store.now();
    await this.#world.store.commit({ claims: [this.#claim], hasten: [{ key: this.#key, at: now }] });
  }
}
