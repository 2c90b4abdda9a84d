// The life of a run as one pure function: a run and what happened give the next run. What to do in the world (begin a job, stop
// one, call back) is read off the new run, so a robot that died between storing and doing has lost nothing.
//
// An attempt is over when nothing runs and nothing can begin. Then only what failed, and what waited for it, is tried again
// after the next wait of the ladder; what succeeded stays done.

import { CATALOGUE, type ErrorCode } from '../model/errors.ts';
import type { JsonValue } from '../model/json.ts';
import type { Author } from '../store/records.ts';
import { isFinal, isSettled, LIMITS, type Failure, type Job, type Run, type RunState } from './shape.ts';

export type RunEvent =
  /** A robot takes it: to begin an attempt, or after the robot that had it is gone. */
  | { readonly kind: 'take'; readonly robot: string }
  /** A robot lets go of it on purpose; another goes on. */
  | { readonly kind: 'release' }
  | { readonly kind: 'begin'; readonly n: number }
  /** The execution that seemed to begin never did: its store write was not acknowledged. */
  | { readonly kind: 'unbegin'; readonly n: number }
  | { readonly kind: 'succeed'; readonly n: number; readonly result: JsonValue }
  | { readonly kind: 'fail'; readonly n: number; readonly error: Failure }
  | { readonly kind: 'cancel'; readonly by: Author }
  /** A person wants what did not succeed tried again now; after the end of the run from the first wait of the ladder. */
  | { readonly kind: 'retry' };

export type RunEffect =
  | { readonly kind: 'perform'; readonly n: number }
  /** An attempt ended; the callback, if any, is told. */
  | { readonly kind: 'tell'; readonly state: RunState };

export interface Moved {
  readonly run: Run;
  readonly effects: readonly RunEffect[];
}

export function nextRun(run: Run, event: RunEvent, now: number): Moved {
  switch (event.kind) {
    case 'take':
      return take(run, event.robot, now);
    case 'release': {
      if (run.state !== 'running') return still(run);
      const jobs = change(run.jobs, ({ state }) => state === 'running', unbegun);
      return ended({ ...run, jobs, state: 'waiting', robot: null, nextAt: now, attempt: run.attempt - 1 }, now);
    }
    case 'begin': {
      const job = run.jobs[event.n];
      if (run.state !== 'running' || run.cancelledBy !== null || job === undefined || !isReady(run, job))
        return still(run);
      const begun: Job = { ...job, state: 'running', executions: job.executions + 1, startedAt: now, endedAt: null };
      return { run: replaced(run, begun), effects: [{ kind: 'perform', n: event.n }] };
    }
    case 'unbegin': {
      const job = run.jobs[event.n];
      return job?.state === 'running' ? ended(replaced(run, unbegun(job)), now) : still(run);
    }
    case 'succeed': {
      const job = run.jobs[event.n];
      if (job?.state !== 'running') return still(run);
      const done: Job = { ...job, state: 'done', endedAt: now, result: event.result, error: null, interrupted: 0 };
      return ended(replaced(run, done), now);
    }
    case 'fail': {
      const job = run.jobs[event.n];
      if (job?.state !== 'running') return still(run);
      const state = run.cancelledBy === null ? 'failed' : 'cancelled';
      return ended(replaced(run, { ...job, state, endedAt: now, error: event.error, interrupted: 0 }), now);
    }
    case 'cancel': {
      if (isFinal(run.state) || run.cancelledBy !== null) return still(run);
      const jobs = change(
        run.jobs,
        ({ state }) => state === 'waiting',
        (job) => ({ ...job, state: 'cancelled' }),
      );
      return ended({ ...run, jobs, cancelledBy: event.by }, now);
    }
    case 'retry':
      if (run.state === 'backing off') return still({ ...run, nextAt: now });
      return run.state === 'failed' || run.state === 'cancelled'
        ? still({ ...again(run), state: 'waiting', attempt: 0, nextAt: now, endedAt: null, cancelledBy: null })
        : still(run);
  }
}

/** Jobs that may begin now, in order. */
export function readyJobs(run: Run): readonly Job[] {
  if (run.state !== 'running' || run.cancelledBy !== null) return [];
  return run.jobs.filter((job) => isReady(run, job));
}

function take(run: Run, robot: string, now: number): Moved {
  if (run.state === 'running') {
    // Whoever had it is gone. What ran is run again: nobody knows how far it came.
    const jobs = change(run.jobs, ({ state }) => state === 'running', interrupted(now));
    return ended({ ...run, jobs, robot }, now);
  }
  if ((run.state !== 'waiting' && run.state !== 'backing off') || (run.nextAt ?? 0) > now) return still(run);
  const tried = run.state === 'backing off' ? again(run) : run;
  return ended(
    { ...tried, state: 'running', robot, attempt: run.attempt + 1, nextAt: null, startedAt: run.startedAt ?? now },
    now,
  );
}

/** If the attempt is over, what comes of the run. */
function ended(run: Run, now: number): Moved {
  const { jobs, cancelledBy } = run;
  if (jobs.some((job) => job.state === 'running')) return still(run);
  if (cancelledBy !== null && !isFinal(run.state)) {
    const cancelled = change(
      jobs,
      ({ state }) => state === 'waiting',
      (job) => ({ ...job, state: 'cancelled' }),
    );
    return final(
      { ...run, jobs: cancelled },
      cancelled.every(({ state }) => state === 'done') ? 'done' : 'cancelled',
      now,
    );
  }
  if (run.state !== 'running' || jobs.some((job) => isReady(run, job))) return still(run);
  const failed = jobs.filter(({ state }) => state === 'failed');
  if (failed.length === 0) return final(run, 'done', now);
  const wait = run.retries[run.attempt - 1];
  if (wait !== undefined && failed.some(({ error }) => mayPass(error))) {
    const backingOff: Run = { ...run, state: 'backing off', robot: null, nextAt: now + wait };
    return { run: backingOff, effects: [{ kind: 'tell', state: 'backing off' }] };
  }
  const skipped = change(
    jobs,
    ({ state }) => state === 'waiting',
    (job) => ({ ...job, state: 'skipped' }),
  );
  return final({ ...run, jobs: skipped }, 'failed', now);
}

function final(run: Run, state: RunState, now: number): Moved {
  return {
    run: { ...run, state, robot: null, nextAt: null, endedAt: now },
    effects: [{ kind: 'tell', state }],
  };
}

/** Trying again does not help where a person is needed. */
function mayPass(error: Failure | null): boolean {
  if (error === null || !Object.hasOwn(CATALOGUE, error.code)) return true;
  return CATALOGUE[error.code as ErrorCode].disposition !== 'park';
}

/** What did not succeed waits again. */
function again(run: Run): Run {
  const jobs = change(
    run.jobs,
    ({ state }) => isSettled(state) && state !== 'done',
    (job) => ({ ...job, state: 'waiting', interrupted: 0 }),
  );
  return { ...run, jobs };
}

function isReady(run: Run, job: Job): boolean {
  return job.state === 'waiting' && job.after.every((n) => run.jobs[n]?.state === 'done');
}

function unbegun(job: Job): Job {
  return { ...job, state: 'waiting', executions: job.executions - 1, startedAt: null };
}

function interrupted(now: number): (job: Job) => Job {
  return (job) => {
    const times = job.interrupted + 1;
    if (times < LIMITS.interruptions) return { ...job, state: 'waiting', interrupted: times };
    const error: Failure = {
      code: 'JOB_INTERRUPTED',
      message: `${job.key}: the robot that ran ${job.action} ended in the middle of it, ${times} times in a row`,
      hint: 'see why robots end (ays events), then ays run retry',
    };
    return { ...job, state: 'failed', interrupted: times, endedAt: now, error };
  };
}

function replaced(run: Run, job: Job): Run {
  return { ...run, jobs: run.jobs.with(job.n, job) };
}

function change(jobs: readonly Job[], which: (job: Job) => boolean, how: (job: Job) => Job): readonly Job[] {
  return jobs.some(which) ? jobs.map((job) => (which(job) ? how(job) : job)) : jobs;
}

function still(run: Run): Moved {
  return { run, effects: [] };
}
