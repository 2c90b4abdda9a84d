// Runs in the store. A move of a run is one transaction, made here from the run before and after: its head when it changed,
// the jobs that changed, who has a service to himself, and when the run is looked at next. Whoever moves a run checks the version
// of its head, so of two robots that think it theirs only one can write.

import type { JsonValue } from '../model/json.ts';
import type { Check, Document, LogEntry, Put, Store, Transaction } from '../store/port.ts';
import type { Author } from '../store/records.ts';
import { busyDocument, dueDocument, jobDocument, jobPrefix, logDocument, mirrored, openDocument } from './ids.ts';
import { sign, SIGNATURE_HEADER, TIMESTAMP_HEADER } from './signature.ts';
import { headOf, isFinal, type Job, type Run, type RunHead } from './shape.ts';

/** `open/<run>` */
export interface OpenRun {
  readonly robot: string;
  /** Asked for while another robot moves the run. */
  readonly cancel: Author | null;
}

/** `busy/<key>` */
export interface Busy {
  readonly run: string;
  readonly n: number;
}

/** `due/<at>/call/<run>/<told>` */
export interface PendingCall {
  readonly url: string;
  readonly secret: string | null;
  readonly body: string;
  readonly tries: number;
}

export interface Loaded {
  readonly run: Run;
  readonly version: number;
}

type Deletion = NonNullable<Transaction['deletes']>[number];

export interface Draft {
  readonly checks: Check[];
  readonly puts: Put[];
  readonly deletes: Deletion[];
  readonly log: LogEntry[];
}

export function emptyDraft(): Draft {
  return { checks: [], puts: [], deletes: [], log: [] };
}

/** Everything kept is plain JSON; its types have no index signature, which is all that TypeScript misses. */
export function json(value: object): JsonValue {
  return value as JsonValue;
}

const PAGE = 2_000;

export async function loadHead(store: Store, id: string): Promise<Document | undefined> {
  return await store.get('run', mirrored(id));
}

export async function loadRun(store: Store, id: string): Promise<Loaded | undefined> {
  // The version before the jobs: when the head moves meanwhile, the next write says so.
  const head = await loadHead(store, id);
  if (head === undefined) return undefined;
  const jobs = await loadJobs(store, id);
  return { run: { ...(head.value as unknown as RunHead), jobs }, version: head.version };
}

export async function loadJobs(store: Store, id: string): Promise<readonly Job[]> {
  const prefix = jobPrefix(id);
  const jobs: Job[] = [];
  for (let after: string | undefined; ;) {
    const page = await store.list('job', { prefix, limit: PAGE, ...(after !== undefined && { after }) });
    for (const { value } of page) jobs.push(value as unknown as Job);
    if (page.length < PAGE) return jobs;
    after = page.at(-1)!.id;
  }
}

/** A run that is new. */
export function addNew(draft: Draft, run: Run): void {
  const id = mirrored(run.id);
  draft.checks.push({ collection: 'run', id, version: 0 });
  draft.puts.push({ collection: 'run', id, value: json(headOf(run)) });
  for (const job of run.jobs) draft.puts.push({ collection: 'job', id: jobDocument(run.id, job.n), value: json(job) });
  const due = dueOf(run);
  if (due !== undefined) draft.puts.push({ collection: 'schedule', id: due, value: null });
  const { cause, author, actions } = run;
  draft.log.push({ about: run.id, type: 'run.created', body: json({ cause, author, actions, jobs: run.jobs.length }) });
}

/** A run that moves from `before`, whose head has this version, to `after`. */
export function addMove(draft: Draft, before: Run, version: number, after: Run, now: number): void {
  draft.checks.push({ collection: 'run', id: mirrored(after.id), version });
  for (const job of after.jobs) {
    const old = before.jobs[job.n];
    if (old === job) continue;
    draft.puts.push({ collection: 'job', id: jobDocument(after.id, job.n), value: json(job) });
    const busy = { collection: 'schedule' as const, id: busyDocument(job.key) };
    if (job.state === 'running') draft.puts.push({ ...busy, value: json({ run: after.id, n: job.n } satisfies Busy) });
    else if (old?.state === 'running') draft.deletes.push(busy);
    if ((job.state === 'done' || job.state === 'failed') && old?.state === 'running')
      draft.log.push(jobEnded(after.id, job));
  }
  if (!headChanged(before, after)) return;
  draft.puts.push({ collection: 'run', id: mirrored(after.id), value: json(headOf(after)) });
  const [dueBefore, dueAfter] = [dueOf(before), dueOf(after)];
  if (dueBefore !== dueAfter) {
    if (dueBefore !== undefined) draft.deletes.push({ collection: 'schedule', id: dueBefore });
    if (dueAfter !== undefined) draft.puts.push({ collection: 'schedule', id: dueAfter, value: null });
  }
  const open = { collection: 'schedule' as const, id: openDocument(after.id) };
  if (before.state === 'running' && after.state !== 'running') draft.deletes.push(open);
  if (after.robot !== null && after.robot !== before.robot) {
    const cancel = after.cancelledBy;
    draft.puts.push({ ...open, value: json({ robot: after.robot, cancel } satisfies OpenRun) });
  }
  if (before.state === after.state) return;
  draft.log.push({
    about: after.id,
    type: `run.${after.state.replace(' ', '-')}`,
    body: json({ attempt: after.attempt, nextAt: after.nextAt, robot: after.robot }),
  });
  if (isFinal(after.state) && after.cause.kind === 'schedule')
    draft.puts.push({ collection: 'schedule', id: dueDocument(now, `tick/${after.cause.schedule}`), value: null });
}

/** The end of an attempt, to be told; the run that has counted it. */
export function addCall(draft: Draft, run: Run, now: number): Run {
  const { callback } = run;
  if (callback === null) return run;
  const told = run.told + 1;
  const count = (state: Job['state']): number => run.jobs.filter((job) => job.state === state).length;
  const body = JSON.stringify({
    run: run.id,
    state: run.state,
    attempt: run.attempt,
    at: now,
    actions: run.actions,
    jobs: { all: run.jobs.length, done: count('done'), failed: count('failed') },
    retries: { left: Math.max(0, run.retries.length - run.attempt + 1), nextAt: run.nextAt },
  });
  const call: PendingCall = { url: callback.url, secret: callback.secret, body, tries: 0 };
  draft.puts.push({ collection: 'schedule', id: dueDocument(now, `call/${run.id}/${told}`), value: json(call) });
  return { ...run, told };
}

export function callHeaders(
  delivery: string,
  body: string,
  secret: string | Uint8Array | undefined,
  now: number,
): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/json',
    'x-ays-delivery': delivery,
    [TIMESTAMP_HEADER]: String(now),
    ...(secret !== undefined && { [SIGNATURE_HEADER]: sign(secret, now, body) }),
  };
}

/** Takes an ended run away: its jobs first, so that a half removed one is still found and removed. */
export async function removeRun(store: Store, id: string): Promise<void> {
  const head = await loadHead(store, id);
  if (head === undefined || !isFinal((head.value as unknown as RunHead).state)) return;
  const jobs = await loadJobs(store, id);
  const deletes = jobs.flatMap(({ n }) => [
    { collection: 'job' as const, id: jobDocument(id, n) },
    { collection: 'job' as const, id: logDocument(id, n) },
  ]);
  const checks = [{ collection: 'run' as const, id: mirrored(id), version: head.version }];
  for (let i = 0; i < deletes.length; i += PAGE) {
    if (!(await store.commit({ checks, deletes: deletes.slice(i, i + PAGE) })).ok) return;
  }
  await store.commit({ checks, deletes: [{ collection: 'run', id: mirrored(id) }] });
}

function jobEnded(run: string, job: Job): LogEntry {
  const { n, action, state, executions, startedAt, endedAt, error } = job;
  const ms = (endedAt ?? 0) - (startedAt ?? 0);
  return {
    about: job.key,
    type: `job.${state}`,
    body: json({ run, n, action, execution: executions, ms, ...(error !== null && { error }) }),
  };
}

function dueOf({ id, state, nextAt }: RunHead): string | undefined {
  if (nextAt === null || (state !== 'waiting' && state !== 'backing off')) return undefined;
  return dueDocument(nextAt, `run/${id}`);
}

function headChanged(before: Run, after: Run): boolean {
  return (Object.keys(after) as (keyof Run)[]).some((field) => field !== 'jobs' && before[field] !== after[field]);
}
