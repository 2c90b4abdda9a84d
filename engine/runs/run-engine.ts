// The door to runs for the robot and its API: make, list, read, cancel and retry runs, keep schedules, take events in. Everything that
// happens later stands in the store with a time; `sweep` looks what is due, and any robot may sweep. Nothing here
// has a timer of its own, so a robot that was away for a day goes on where the store says.

import { EngineError } from '../model/errors.ts';
import type { JsonValue } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { DesiredAction } from '../model/service.ts';
import type { Document } from '../store/port.ts';
import type { Author } from '../store/records.ts';
import { blocksToRun, requestOf } from './blocks.ts';
import { deliver } from './callbacks.ts';
import { EventGate, type EventAnswer } from './event-gate.ts';
import type { IncomingEvent } from './events.ts';
import { listJobs, listRuns, prune, type JobFilter, type RunFilter, type RunPage } from './history.ts';
import { DUE_PREFIX, isRunId, logDocument, mirrored, OPEN_PREFIX, openDocument, parseDue, runId } from './ids.ts';
import { EMPTY_LOG, type JobLog } from './job-log.ts';
import { nextRun, type RunEvent } from './next-run.ts';
import { planRun, type RunRequest } from './plan-run.ts';
import { RUN_OPTIONS, type RunOptions, type RunPorts } from './ports.ts';
import { addCall, addMove, addNew, emptyDraft, json, loadRun, type OpenRun } from './run-records.ts';
import { Rounds } from './rounds.ts';
import { RunWorker } from './run-worker.ts';
import { listSchedules, syncSchedules, tick } from './scheduler.ts';
import type { Schedule, WantedSchedule } from './schedules.ts';
import { isFinal, isSettled, LIMITS, type Job, type Run } from './shape.ts';
import type { Proof } from './signature.ts';

export interface JobLogPage extends JobLog {
  /** Nothing more will come, unless somebody retries. */
  readonly ended: boolean;
}

const PAGE = 256;
const MOST_PAGES = 32;
const PRUNE_EVERY_MS = 600_000;
/** Others change the same run at the same time now and then, not for ever. */
const TRIES = 20;

export class RunEngine {
  readonly #ports: RunPorts;
  readonly #options: RunOptions;
  readonly #worker: RunWorker;
  readonly #gate: EventGate;
  readonly #calls = new Set<Promise<void>>();
  readonly #sweeps = new Rounds(() => this.#sweepOnce());
  #stopped = false;
  #prunedAt: number | undefined;

  constructor(ports: RunPorts, options: Partial<RunOptions> = {}) {
    this.#ports = ports;
    this.#options = { ...RUN_OPTIONS, ...options };
    this.#worker = new RunWorker(ports, this.#options);
    this.#gate = new EventGate(ports);
  }

  get counts(): { readonly runs: number; readonly jobs: number } {
    return this.#worker.counts;
  }

  /** An id for `create`, for who may have to ask twice. */
  async newId(): Promise<string> {
    return runId(await this.#ports.store.now(), this.#ports.random);
  }

  /**
   * Acknowledged after it is on disk. `simulate`: the run as it would be, and nothing else. With an `id`, asking again gives
   * the run that was made at the first time.
   */
  async create(request: RunRequest, options: { readonly simulate?: boolean; readonly id?: string } = {}): Promise<Run> {
    if (options.id !== undefined && !isRunId(options.id)) throw unknown(options.id);
    const { store, random, view } = this.#ports;
    const current = await view();
    for (let tries = 0; ; tries++) {
      const now = await store.now();
      const run = planRun(request, current, options.id ?? runId(now, random), now);
      if (options.simulate === true) return run;
      const draft = emptyDraft();
      addNew(draft, run);
      if ((await store.commit({ ...draft, durable: true })).ok) {
        this.#prompt();
        return run;
      }
      if (options.id !== undefined) return await this.get(options.id);
      // Two of the same id in one millisecond: chance has to be broken to get here more than once.
      if (tries === TRIES) throw new EngineError('INTERNAL', `there is a run ${run.id} already`);
    }
  }

  async get(id: string): Promise<Run> {
    const loaded = isRunId(id) ? await loadRun(this.#ports.store, id) : undefined;
    if (loaded === undefined) throw unknown(id);
    return loaded.run;
  }

  async list(filter: RunFilter = {}): Promise<RunPage> {
    if (filter.after !== undefined && !isRunId(filter.after)) throw unknown(filter.after);
    return await listRuns(this.#ports.store, filter);
  }

  async jobs(filter: JobFilter = {}): Promise<readonly (Job & { readonly run: string })[]> {
    return await listJobs(this.#ports.store, filter);
  }

  /** Lines after a number; a reader who follows asks again until it has ended. */
  async logs(id: string, n: number, after = 0): Promise<JobLogPage> {
    const run = await this.get(id);
    const job = run.jobs[n];
    if (job === undefined)
      throw new EngineError('RUN_UNKNOWN', `the run ${id} has no job ${n}`, {
        hint: `it has ${run.jobs.length}, from 0`,
      });
    const document = await this.#ports.store.get('job', logDocument(id, n));
    const log = (document?.value as unknown as JobLog | undefined) ?? EMPTY_LOG;
    return {
      ...log,
      lines: log.lines.filter((line) => line.n > after),
      ended: isFinal(run.state) || isSettled(job.state),
    };
  }

  /** Stops what runs, and begins nothing more. Asking twice is asking once. */
  async cancel(id: string, by: Author): Promise<void> {
    await this.#change(id, (run, now) => {
      if (isFinal(run.state))
        throw new EngineError('RUN_CONFLICT', `the run ${id} has ended: ${run.state}`, {
          hint: 'there is nothing to cancel',
        });
      // Whoever moves it sees this at his next sweep.
      if (run.state === 'running') return { ask: { robot: run.robot ?? '', cancel: by } };
      return { event: { kind: 'cancel', by }, now };
    });
    this.#prompt();
  }

  /** Tries again what did not succeed; what has succeeded is not touched. */
  async retry(id: string): Promise<Run> {
    await this.#change(id, (run, now) => {
      if (run.state !== 'failed' && run.state !== 'cancelled' && run.state !== 'backing off') {
        throw new EngineError(
          'RUN_CONFLICT',
          `the run ${id} is ${run.state}; only what failed or was cancelled is tried again`,
          {
            hint: run.state === 'done' ? 'begin a new run' : 'wait until it has ended, or cancel it',
          },
        );
      }
      return { event: { kind: 'retry' }, now };
    });
    this.#prompt();
    return await this.get(id);
  }

  /** `actions:` blocks without a schedule, for targets that have converged; undefined when all have had theirs. */
  async runBlocks(
    revision: { readonly blueprint: string; readonly revision: number; readonly actions: readonly DesiredAction[] },
    author: Author,
    converged: (key: ServiceKey) => boolean,
  ): Promise<Run | undefined> {
    const { store, random, view } = this.#ports;
    const { blueprint, revision: number } = revision;
    const current = await view();
    const blocks = blocksToRun(blueprint, revision.actions, current, converged);
    const known = await store.getMany(blocks.map(({ id }) => ({ collection: 'schedule', id })));
    const pending = blocks
      .map((block, i) => ({ block, memory: known[i] }))
      .filter(({ block, memory }) => memory === undefined || (block.action.force && revisionOf(memory) !== number))
      .slice(0, LIMITS.jobs);
    if (pending.length === 0) return undefined;
    const now = await store.now();
    const cause = { kind: 'apply' as const, blueprint, revision: number };
    const actions = requestOf(pending.map(({ block }) => block));
    const run = planRun({ actions, cause, author }, current, runId(now, random), now);
    const draft = emptyDraft();
    addNew(draft, run);
    for (const { block, memory } of pending) {
      draft.checks.push({ collection: 'schedule', id: block.id, version: memory?.version ?? 0 });
      draft.puts.push({ collection: 'schedule', id: block.id, value: json({ run: run.id, revision: number }) });
    }
    // Another robot may have been quicker: then its run is the one.
    if (!(await store.commit({ ...draft, durable: true })).ok) return undefined;
    this.#prompt();
    return run;
  }

  /** Makes the schedules of a blueprint those that are wanted; after each apply, and at the start of a robot. */
  async syncSchedules(owner: string, wanted: readonly WantedSchedule[]): Promise<void> {
    await syncSchedules(this.#ports, owner, wanted);
    this.#prompt();
  }

  async schedules(owner?: string): Promise<readonly Schedule[]> {
    return (await listSchedules(this.#ports, owner)).map(({ value }) => value as unknown as Schedule);
  }

  /** An event comes in; `proof` is what came with it if it was signed. */
  async emit(event: IncomingEvent, author: Author, proof?: Proof): Promise<EventAnswer> {
    const answer = await this.#gate.emit(event, author, proof);
    this.#prompt();
    return answer;
  }

  /** Looks what is due and goes on with everything that this robot moves. Called every 250 ms or so, and at a prompt. */
  async sweep(): Promise<void> {
    await this.#sweeps.ask();
  }

  /** Everything that sweeps and ended jobs began has come to rest; jobs that are executed are not waited for. */
  async settled(): Promise<void> {
    do {
      await Promise.all([this.#sweeps.idle(), ...this.#calls]);
      await this.#worker.moveAll();
    } while (this.#calls.size > 0);
  }

  async stop(ms: number): Promise<void> {
    this.#stopped = true;
    await this.#sweeps.idle();
    await this.#worker.stop(ms);
    await Promise.all(this.#calls);
  }

  async #sweepOnce(): Promise<void> {
    if (this.#stopped) return;
    await this.#try('open runs', () => this.#sweepOpen());
    await this.#try('the due index of runs', () => this.#sweepDue());
    await this.#worker.moveAll();
    await this.#try('old runs', () => this.#pruneNowAndThen());
  }

  /** Runs that some robot moves: whose robot is gone is taken over, and who shall be cancelled is told. */
  async #sweepOpen(): Promise<void> {
    const { store, incarnation } = this.#ports;
    const open = await store.list('schedule', { prefix: OPEN_PREFIX });
    if (open.length === 0) return;
    const alive = new Set(await store.alive());
    for (const document of open) {
      const id = document.id.slice(OPEN_PREFIX.length);
      const { robot, cancel } = document.value as unknown as OpenRun;
      if (this.#worker.has(id)) {
        if (cancel !== null) this.#worker.cancel(id, cancel);
      } else if (robot === incarnation || !alive.has(robot)) {
        await this.#try(id, () => this.#worker.take(id, cancel, { id: document.id, version: document.version }));
      }
    }
  }

  async #sweepDue(): Promise<void> {
    const { store } = this.#ports;
    const now = await store.now();
    for (let after: string | undefined, pages = 0; pages < MOST_PAGES; pages++) {
      const page = await store.list('schedule', {
        prefix: DUE_PREFIX,
        limit: PAGE,
        ...(after !== undefined && { after }),
      });
      for (const document of page) {
        const due = parseDue(document.id);
        if (due === undefined) continue;
        if (due.at > now) return;
        await this.#try(due.subject, () => this.#attend(due.what, due.subject, document));
      }
      if (page.length < PAGE) return;
      after = page.at(-1)!.id;
    }
  }

  async #attend(what: 'run' | 'tick' | 'call', subject: string, document: Document): Promise<void> {
    if (!this.#ports.mayAct()) return;
    if (what === 'tick') {
      await tick(this.#ports, subject, document);
      this.#prompt(); // Its run is due now.
    } else if (what === 'run') {
      await this.#worker.take(subject, null, { id: document.id, version: document.version });
    } else {
      const call: Promise<void> = this.#try(subject, () => deliver(this.#ports, subject, document)).finally(() =>
        this.#calls.delete(call),
      );
      this.#calls.add(call);
    }
  }

  async #pruneNowAndThen(): Promise<void> {
    const now = await this.#ports.store.now();
    if (this.#prunedAt !== undefined && Math.abs(now - this.#prunedAt) < PRUNE_EVERY_MS) return;
    this.#prunedAt = now;
    await prune(this.#ports, this.#options);
  }

  /** A change of a run by somebody who does not move it. */
  async #change(
    id: string,
    decide: (run: Run, now: number) => { readonly ask: OpenRun } | { readonly event: RunEvent; readonly now: number },
  ): Promise<void> {
    const { store } = this.#ports;
    for (let tries = 0; tries < TRIES; tries++) {
      const loaded = isRunId(id) ? await loadRun(store, id) : undefined;
      if (loaded === undefined) throw unknown(id);
      const { run, version } = loaded;
      const now = await store.now();
      const decided = decide(run, now);
      const draft = emptyDraft();
      if ('ask' in decided) {
        draft.checks.push({ collection: 'run', id: mirrored(id), version });
        draft.puts.push({ collection: 'schedule', id: openDocument(id), value: json(decided.ask) });
      } else {
        const moved = nextRun(run, decided.event, now);
        const told = moved.effects.some(({ kind }) => kind === 'tell') ? addCall(draft, moved.run, now) : moved.run;
        addMove(draft, run, version, told, now);
      }
      if ((await store.commit({ ...draft, durable: true })).ok) return;
    }
    throw new EngineError('RUN_CONFLICT', `the run ${id} changes faster than it can be changed`, { hint: 'ask again' });
  }

  /** Does not wait for it: what is due is on disk, and a prompt that fails is repaired by the next sweep. */
  #prompt(): void {
    if (!this.#stopped) void this.sweep();
  }

  async #try(about: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#ports.report(error, about);
    }
  }
}

function revisionOf(memory: Document): JsonValue | undefined {
  return (memory.value as { readonly revision?: JsonValue }).revision;
}

function unknown(id: string): EngineError {
  return new EngineError('RUN_UNKNOWN', `there is no run "${id.slice(0, 40)}"`, {
    hint: 'ays run list shows them; ended runs are kept for a time only',
  });
}
