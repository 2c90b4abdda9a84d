// Moves the runs of one robot. The order is always load → next run → store → act: a job begins after it is on disk that it
// has begun, and its end counts once that is on disk. So a death at any moment repeats at most what ran at that moment.
//
// A write whose answer was lost is not guessed at: the run is read again and what has ended meanwhile is told to it again.

import { EngineError, asEngineError } from '../model/errors.ts';
import type { JsonValue } from '../model/json.ts';
import { within } from '../model/deadline.ts';
import type { Check, Committed } from '../store/port.ts';
import type { Author } from '../store/records.ts';
import { busyDocument, logDocument, mirrored } from './ids.ts';
import { appendLog, EMPTY_LOG, type JobLog } from './job-log.ts';
import { nextRun, readyJobs, type RunEffect, type RunEvent } from './next-run.ts';
import type { RunOptions, RunPorts } from './ports.ts';
import { Rounds } from './rounds.ts';
import { addCall, addMove, emptyDraft, json, loadRun, type Busy, type Draft, type Loaded } from './run-records.ts';
import { LIMITS, type Failure, type Job, type Run } from './shape.ts';

/** A run that this robot moves. */
interface Live {
  run: Run;
  /** Of the head. */
  version: number;
  readonly performing: Map<number, AbortController>;
  /** What has ended in the world and is not on disk yet. */
  readonly outcomes: RunEvent[];
  readonly said: Map<number, string[]>;
  readonly logs: Map<number, JobLog>;
  /** Logs that are not stored as they are here. */
  readonly unstored: Set<number>;
  loggedAt: number;
  cancel: Author | null;
  /** The last write may or may not have happened. */
  unsure: boolean;
  readonly rounds: Rounds;
  /** No longer ours: whatever still comes is dropped. */
  gone: boolean;
}

const LOG_EVERY_MS = 1_000;
/** Jobs of one run that begin in one write. */
const BATCH = 256;

export class RunWorker {
  readonly #ports: RunPorts;
  readonly #options: RunOptions;
  readonly #lives = new Map<string, Live>();
  #performing = 0;
  /** Places kept for jobs whose beginning is being written. */
  #reserved = 0;
  #stopping = false;

  constructor(ports: RunPorts, options: RunOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  /** Runs it moves, jobs it executes. */
  get counts(): { readonly runs: number; readonly jobs: number } {
    return { runs: this.#lives.size, jobs: this.#performing };
  }

  has(id: string): boolean {
    return this.#lives.has(id);
  }

  get hasRoom(): boolean {
    return !this.#stopping && this.#lives.size < this.#options.openRuns;
  }

  /** Begins an attempt of a run, or goes on with the run of a robot that is gone. `sign` is what brought us here. */
  async take(id: string, cancel: Author | null, sign: Omit<Check, 'collection'>): Promise<void> {
    if (!this.hasRoom || this.#lives.has(id) || !this.#ports.mayAct()) return;
    const { store, incarnation } = this.#ports;
    const loaded = await loadRun(store, id);
    const now = await store.now();
    const moved = loaded && nextRun(loaded.run, { kind: 'take', robot: incarnation }, now);
    const draft = emptyDraft();
    draft.checks.push({ collection: 'schedule', ...sign });
    if (loaded === undefined || moved === undefined || moved.run === loaded.run) {
      draft.deletes.push({ collection: 'schedule', id: sign.id });
      await store.commit(draft); // The sign is old.
      return;
    }
    const live = this.#live(loaded, cancel, now);
    const committed = await this.#write(live, moved.run, moved.effects, draft, now);
    if (!committed.ok || live.run.state !== 'running') return;
    this.#lives.set(id, live);
    void this.move(id);
  }

  #live({ run, version }: Loaded, cancel: Author | null, now: number): Live {
    const live: Live = {
      run,
      version,
      performing: new Map(),
      outcomes: [],
      said: new Map(),
      logs: new Map(),
      unstored: new Set(),
      loggedAt: now,
      cancel,
      unsure: false,
      rounds: new Rounds(() => this.#moveSafely(live)),
      gone: false,
    };
    return live;
  }

  cancel(id: string, by: Author): void {
    const live = this.#lives.get(id);
    if (live !== undefined) live.cancel ??= by;
  }

  /** Looks at a run again: stores what has ended, begins what may begin. Never two at once of one run, never throws. */
  async move(id: string): Promise<void> {
    await this.#lives.get(id)?.rounds.ask();
  }

  async moveAll(): Promise<void> {
    await Promise.all([...this.#lives.keys()].map((id) => this.move(id)));
  }

  /** Begins nothing more, waits for what runs, at most so long, then stops it and lets go of every run. */
  async stop(ms: number): Promise<void> {
    this.#stopping = true;
    await new Promise<void>((resolve) => {
      if (this.#performing === 0) return resolve();
      const done = (): void => {
        takeBack();
        this.#onQuiet = undefined;
        resolve();
      };
      const takeBack = this.#ports.timers.after(ms, done);
      this.#onQuiet = done;
    });
    await this.moveAll();
    for (const live of [...this.#lives.values()]) {
      this.#drop(live);
      try {
        const now = await this.#ports.store.now();
        const { run, effects } = nextRun(live.run, { kind: 'release' }, now);
        await this.#write(live, run, effects, emptyDraft(), now);
      } catch (error) {
        this.#ports.report(error, live.run.id); // Another robot sees that we are gone.
      }
    }
  }

  #onQuiet: (() => void) | undefined;

  async #moveSafely(live: Live): Promise<void> {
    if (live.gone) return;
    try {
      await this.#moveOnce(live);
    } catch (error) {
      live.unsure = true; // The next sweep comes back to it.
      this.#ports.report(error, live.run.id);
    }
  }

  async #moveOnce(live: Live): Promise<void> {
    const reserved = { places: 0 };
    try {
      await this.#moveWithin(live, reserved);
    } finally {
      this.#reserved -= reserved.places;
    }
  }

  async #moveWithin(live: Live, reserved: { places: number }): Promise<void> {
    const { outcomes, unsure, said, unstored, run: seen } = live;
    const asked = live.cancel !== null && seen.cancelledBy === null;
    if (
      outcomes.length === 0 &&
      !unsure &&
      said.size === 0 &&
      unstored.size === 0 &&
      !asked &&
      readyJobs(seen).length === 0
    )
      return;
    const now = await this.#ports.store.now();
    if (unsure && !(await this.#readAgain(live))) return;
    let run = live.run;
    const effects: RunEffect[] = [];
    const apply = (event: RunEvent): void => {
      const moved = nextRun(run, event, now);
      run = moved.run;
      effects.push(...moved.effects);
    };
    const known = live.outcomes.length;
    const ended = live.outcomes.slice(0, known);
    for (const { n, state } of run.jobs) {
      if (state === 'running' && !live.performing.has(n) && !ended.some((event) => 'n' in event && event.n === n))
        apply({ kind: 'unbegin', n });
    }
    for (const event of ended) apply(event);
    if (live.cancel !== null) apply({ kind: 'cancel', by: live.cancel });
    const draft = emptyDraft();
    for (const { n } of await this.#free(live, run, draft, reserved)) apply({ kind: 'begin', n });
    const saidMore = await this.#addLogs(live, draft, now, run !== live.run);
    if (run === live.run && !saidMore) {
      live.outcomes.splice(0, known);
      return;
    }
    const committed = await this.#write(live, run, effects, draft, now);
    if (committed.ok) {
      live.outcomes.splice(0, known);
      live.unstored.clear();
    } else if (committed.why === 'version' && committed.check.collection === 'run') live.unsure = true;
    if (!committed.ok) void live.rounds.ask();
    else if (live.run.state !== 'running') this.#drop(live);
  }

  /** False: it is another robot's now. */
  async #readAgain(live: Live): Promise<boolean> {
    const loaded = await loadRun(this.#ports.store, live.run.id);
    if (loaded === undefined || loaded.run.robot !== this.#ports.incarnation || loaded.run.state !== 'running') {
      this.#drop(live);
      return false;
    }
    live.run = loaded.run;
    live.version = loaded.version;
    live.unsure = false;
    this.#stopCancelled(live);
    return true;
  }

  /** Said again at each look, so that no lost answer of the store leaves a cancelled job running. */
  #stopCancelled({ run, performing }: Live): void {
    if (run.cancelledBy === null) return;
    for (const controller of performing.values()) controller.abort();
  }

  /** Jobs that may begin and whose service nobody else has; their claims go into the draft. */
  async #free(live: Live, run: Run, draft: Draft, reserved: { places: number }): Promise<readonly Job[]> {
    const room = Math.min(BATCH, this.#options.concurrency - this.#performing - this.#reserved);
    if (room <= 0 || this.#stopping || !this.#ports.mayAct()) return [];
    // A few more than there is room for, since some may be taken.
    const ready = readyJobs(run)
      .filter(({ n }) => !live.performing.has(n))
      .slice(0, room + 32);
    if (ready.length === 0) return [];
    reserved.places = Math.min(room, ready.length);
    this.#reserved += reserved.places;
    const { store } = this.#ports;
    const busy = await store.getMany(ready.map(({ key }) => ({ collection: 'schedule', id: busyDocument(key) })));
    const free: Job[] = [];
    for (const [i, job] of ready.entries()) {
      if (free.length === room) break;
      const taken = busy[i];
      // Our own is a job of the same service that ends in this very write.
      if (taken !== undefined && (taken.value as unknown as Busy).run !== run.id) continue;
      draft.checks.push({ collection: 'schedule', id: busyDocument(job.key), version: taken?.version ?? 0 });
      free.push(job);
    }
    return free;
  }

  async #write(live: Live, after: Run, effects: readonly RunEffect[], draft: Draft, now: number): Promise<Committed> {
    const { store } = this.#ports;
    let run = after;
    for (const effect of effects) if (effect.kind === 'tell') run = addCall(draft, run, now);
    const before = live.run;
    addMove(draft, before, live.version, run, now);
    // A service may go from one job of this run to the next in one write.
    const claimed = new Set(draft.puts.map(({ collection, id }) => `${collection} ${id}`));
    const deletes = draft.deletes.filter(({ collection, id }) => !claimed.has(`${collection} ${id}`));
    const committed = await store.commit({ ...draft, deletes, durable: run !== before });
    if (!committed.ok) return committed;
    const head = draft.puts.findIndex(({ collection, id }) => collection === 'run' && id === mirrored(run.id));
    if (head >= 0) live.version = committed.versions[head]!;
    live.run = run;
    this.#stopCancelled(live);
    for (const effect of effects) {
      if (effect.kind === 'perform') this.#perform(live, run.jobs[effect.n]!);
    }
    return committed;
  }

  #perform(live: Live, job: Job): void {
    const { n, key, uid, action, args, token, executions, timeoutMs } = job;
    const controller = new AbortController();
    live.performing.set(n, controller);
    this.#performing++;
    const order = { id: live.run.id, n, key, uid, action, args, run: token, execution: executions, timeoutMs };
    const log = (text: string): void => {
      const lines = live.said.get(n);
      if (lines === undefined) live.said.set(n, [text]);
      else if (lines.length < 2_000) lines.push(text);
    };
    const work = async (signal: AbortSignal): Promise<JsonValue> => {
      const { services } = await this.#ports.view();
      if (services.get(key)?.uid !== uid)
        throw new EngineError('KEY_UNKNOWN', `${key}: the service that was meant is gone`, { hint: 'begin a new run' });
      return this.#bounded(await this.#ports.perform(order, { signal, log }));
    };
    const settle = (event: RunEvent): void => {
      this.#performing--;
      if (this.#performing === 0) this.#onQuiet?.();
      live.performing.delete(n);
      live.outcomes.push(event);
      void this.moveAll(); // There is room for another job now.
    };
    within(this.#ports.timers, timeoutMs, `${key}: ${action}`, controller.signal, work).then(
      (result) => settle({ kind: 'succeed', n, result }),
      (error: unknown) => settle({ kind: 'fail', n, error: this.#failure(error, live.run.cancelledBy) }),
    );
  }

  async #addLogs(live: Live, draft: Draft, now: number, moving: boolean): Promise<boolean> {
    if (live.said.size === 0 && live.unstored.size === 0) return false;
    if (!moving && now - live.loggedAt < LOG_EVERY_MS) return false;
    const { store, redact } = this.#ports;
    for (const [n, texts] of [...live.said]) {
      live.said.delete(n);
      const id = logDocument(live.run.id, n);
      const before = live.logs.get(n) ?? ((await store.get('job', id))?.value as unknown as JobLog | undefined);
      live.logs.set(n, appendLog(before ?? EMPTY_LOG, texts.map(redact), now));
      live.unstored.add(n);
    }
    for (const n of live.unstored)
      draft.puts.push({ collection: 'job', id: logDocument(live.run.id, n), value: json(live.logs.get(n)!) });
    live.loggedAt = now;
    return true;
  }

  #drop(live: Live): void {
    live.gone = true;
    this.#lives.delete(live.run.id);
    for (const controller of live.performing.values()) controller.abort();
  }

  #bounded(result: JsonValue): JsonValue {
    const text = JSON.stringify(result ?? null);
    const bytes = Buffer.byteLength(text);
    if (bytes > LIMITS.resultBytes) return { truncated: true, bytes };
    const redacted = this.#ports.redact(text);
    if (redacted === text) return result ?? null;
    try {
      return JSON.parse(redacted) as JsonValue;
    } catch {
      return { truncated: true, bytes };
    }
  }

  #failure(error: unknown, cancelledBy: Author | null): Failure {
    const { code, message, hint } = asEngineError(error);
    const clip = (text: string): string => this.#ports.redact(text).slice(0, LIMITS.messageChars);
    if (cancelledBy !== null) return { code, message: clip(`cancelled by ${cancelledBy.name}`) };
    return { code, message: clip(message), ...(hint !== undefined && { hint: clip(hint) }) };
  }
}
