// Runs as people look for them, newest first, and what becomes of old ones: ended runs are kept by number and by age, those of a
// schedule by its own `keep` as long as the schedule is there.

import type { ServiceKey } from '../model/key.ts';
import type { Store } from '../store/port.ts';
import { mirrored } from './ids.ts';
import type { RunOptions, RunPorts } from './ports.ts';
import { loadJobs, removeRun } from './run-records.ts';
import { listSchedules } from './scheduler.ts';
import { isFinal, type Job, type JobState, type RunHead, type RunState } from './shape.ts';

export interface RunFilter {
  readonly service?: ServiceKey;
  readonly action?: string;
  readonly state?: RunState;
  readonly schedule?: string;
  /** Milliseconds since 1970. */
  readonly since?: number;
  /** The last id of the page before. */
  readonly after?: string;
  readonly limit?: number;
}

export interface JobFilter {
  readonly service?: ServiceKey;
  readonly action?: string;
  readonly state?: JobState;
  readonly since?: number;
  readonly limit?: number;
}

export interface RunPage {
  readonly runs: readonly RunHead[];
  /** `after` of the next page; null when there is none. */
  readonly next: string | null;
}

const PAGE = 200;
const MOST = 1_000;

export async function listRuns(store: Store, filter: RunFilter = {}): Promise<RunPage> {
  const limit = Math.min(Math.max(1, filter.limit ?? 100), MOST);
  const runs: RunHead[] = [];
  for await (const run of newestFirst(store, filter.after)) {
    if (filter.since !== undefined && run.at < filter.since) break;
    if (!fits(run, filter)) continue;
    if (runs.length === limit) return { runs, next: runs.at(-1)!.id };
    runs.push(run);
  }
  return { runs, next: null };
}

/** Jobs of all runs, newest run first. */
export async function listJobs(
  store: Store,
  filter: JobFilter = {},
): Promise<readonly (Job & { readonly run: string })[]> {
  const limit = Math.min(Math.max(1, filter.limit ?? 100), MOST);
  const { service, action, state } = filter;
  const jobs: (Job & { readonly run: string })[] = [];
  for await (const run of newestFirst(store)) {
    if (filter.since !== undefined && run.at < filter.since) break;
    if (!fits(run, { ...(service !== undefined && { service }), ...(action !== undefined && { action }) })) continue;
    for (const job of await loadJobs(store, run.id)) {
      if (service !== undefined && job.key !== service) continue;
      if (action !== undefined && job.action !== action) continue;
      if (state !== undefined && job.state !== state) continue;
      jobs.push({ ...job, run: run.id });
      if (jobs.length === limit) return jobs;
    }
  }
  return jobs;
}

/** How many were taken away. */
export async function prune(ports: RunPorts, { history }: RunOptions): Promise<number> {
  const { store } = ports;
  const now = await store.now();
  const schedules = new Set((await listSchedules(ports)).map(({ id }) => id.slice('of/'.length)));
  let kept = 0;
  let removed = 0;
  for await (const { id, cause, state, endedAt } of newestFirst(store)) {
    if (!isFinal(state) || (cause.kind === 'schedule' && schedules.has(cause.schedule))) continue;
    if (kept < history.count && now - (endedAt ?? now) <= history.ageMs) kept++;
    else {
      await removeRun(store, id);
      removed++;
    }
  }
  return removed;
}

async function* newestFirst(store: Store, before?: string): AsyncGenerator<RunHead> {
  for (let after = before === undefined ? undefined : mirrored(before); ;) {
    const page = await store.list('run', { limit: PAGE, ...(after !== undefined && { after }) });
    for (const { value } of page) yield value as unknown as RunHead;
    if (page.length < PAGE) return;
    after = page.at(-1)!.id;
  }
}

function fits({ targets, actions, state, cause }: RunHead, filter: RunFilter): boolean {
  return (
    (filter.service === undefined || targets.includes(filter.service)) &&
    (filter.action === undefined || actions.includes(filter.action)) &&
    (filter.state === undefined || state === filter.state) &&
    (filter.schedule === undefined || (cause.kind === 'schedule' && cause.schedule === filter.schedule))
  );
}
