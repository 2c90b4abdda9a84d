// Schedules in the store, and their ticks. A tick and the run it makes are one write, and the end of that run brings the
// schedule back into the due index in the same write as the end; so a schedule is never lost and never doubled.

import { asEngineError, EngineError } from '../model/errors.ts';
import type { Document } from '../store/port.ts';
import { dueDocument, runId } from './ids.ts';
import { havingAction, planRun } from './plan-run.ts';
import type { RunPorts } from './ports.ts';
import { addNew, emptyDraft, json, loadHead, removeRun, type Draft } from './run-records.ts';
import { followingTime, renewed, type Schedule, type WantedSchedule } from './schedules.ts';
import { isFinal, type RunHead } from './shape.ts';

const PAGE = 500;

export function scheduleDocument(id: string): string {
  return `of/${id}`;
}

export async function listSchedules(ports: RunPorts, owner?: string): Promise<readonly Document[]> {
  const prefix = owner === undefined ? 'of/' : `of/${owner}/`;
  const found: Document[] = [];
  for (let after: string | undefined; ;) {
    const page = await ports.store.list('schedule', { prefix, limit: PAGE, ...(after !== undefined && { after }) });
    found.push(...page);
    if (page.length < PAGE) return found;
    after = page.at(-1)!.id;
  }
}

/** Makes the schedules of an owner those that are wanted. A run that is on goes on. */
export async function syncSchedules(ports: RunPorts, owner: string, wanted: readonly WantedSchedule[]): Promise<void> {
  const ids = new Set(wanted.map(({ id }) => scheduleDocument(id)));
  for (const { id } of await listSchedules(ports, owner)) if (!ids.has(id)) await settle(ports, id, undefined);
  for (const each of wanted) await settle(ports, scheduleDocument(each.id), each);
}

/** One schedule, tried again while a tick moves it under our hands. */
async function settle(ports: RunPorts, id: string, wanted: WantedSchedule | undefined): Promise<void> {
  const { store, random } = ports;
  for (let committed = false; !committed;) {
    const document = await store.get('schedule', id);
    const known = document?.value as unknown as Schedule | undefined;
    const now = await store.now();
    const next = wanted === undefined ? undefined : renewed(wanted, known, now, random);
    if (next === known) return;
    const draft = emptyDraft();
    addSchedule(draft, id, document, next);
    const type = next === undefined ? 'schedule.removed' : known === undefined ? 'schedule.added' : 'schedule.changed';
    const { owner, action, targets } = (next ?? known)!;
    draft.log.push({ about: owner, type, body: json({ action, targets, nextAt: next?.nextAt ?? null }) });
    committed = (await store.commit({ ...draft, durable: true })).ok;
  }
}

/** A schedule's time may have come, or its run may have ended. `sign` is the due document that says so. */
export async function tick(ports: RunPorts, id: string, sign: Document): Promise<void> {
  const { store, random } = ports;
  const document = await store.get('schedule', scheduleDocument(id));
  const schedule = document?.value as unknown as Schedule | undefined;
  const now = await store.now();
  const draft = emptyDraft();
  draft.checks.push({ collection: 'schedule', id: sign.id, version: sign.version });
  draft.deletes.push({ collection: 'schedule', id: sign.id });
  if (schedule === undefined) {
    await store.commit(draft);
    return;
  }
  let next = schedule;
  let gone: readonly string[] = [];
  if (schedule.running !== null) {
    const head = await loadHead(store, schedule.running);
    if (head !== undefined && !isFinal((head.value as unknown as RunHead).state)) {
      // Its end brings the schedule back; when it ends in this moment, this sign may be the one that its end put here.
      draft.checks.push({ collection: 'run', id: head.id, version: head.version });
      await store.commit(draft);
      return;
    }
    const history = [...schedule.history, schedule.running];
    gone = history.slice(0, Math.max(0, history.length - schedule.keep));
    const nextAt = followingTime(schedule.when, schedule.lastAt ?? now, now);
    next = { ...schedule, running: null, history: history.slice(gone.length), nextAt };
  }
  if (next.nextAt !== null && next.nextAt <= now) {
    try {
      const view = await ports.view();
      const { action, args, targets } = next;
      const keys = havingAction(targets, action, view);
      if (keys.length === 0) throw new EngineError('ACTION_TARGET', `none of its services is there with ${action}`);
      const run = planRun(
        {
          actions: [{ action, args, on: { keys } }],
          cause: { kind: 'schedule', schedule: id },
          author: { name: next.owner, via: 'schedule' },
          retries: [], // The next tick is the next attempt.
        },
        view,
        runId(now, random),
        now,
      );
      addNew(draft, run);
      next = { ...next, running: run.id, lastAt: now, nextAt: null, problem: null };
    } catch (error) {
      const { message } = asEngineError(error);
      next = { ...next, lastAt: now, nextAt: followingTime(next.when, now, now), problem: message };
      draft.log.push({ about: next.owner, type: 'schedule.failed', body: json({ action: next.action, message }) });
    }
  }
  addSchedule(draft, scheduleDocument(id), document, next);
  if (!(await store.commit({ ...draft, durable: true })).ok) return; // Somebody else saw it too.
  for (const run of gone) await removeRun(store, run);
}

function addSchedule(draft: Draft, id: string, document: Document | undefined, next: Schedule | undefined): void {
  const known = document?.value as unknown as Schedule | undefined;
  const dueOf = ({ id, nextAt }: Schedule): string | undefined =>
    nextAt === null ? undefined : dueDocument(nextAt, `tick/${id}`);
  const [before, after] = [known && dueOf(known), next && dueOf(next)];
  draft.checks.push({ collection: 'schedule', id, version: document?.version ?? 0 });
  if (next === undefined) draft.deletes.push({ collection: 'schedule', id });
  else draft.puts.push({ collection: 'schedule', id, value: json(next) });
  if (after !== undefined) draft.puts.push({ collection: 'schedule', id: after, value: null });
  const unwanted = new Set([...draft.deletes.map((each) => each.id), ...(before === undefined ? [] : [before])]);
  unwanted.delete(after ?? '');
  const others = draft.deletes.filter(({ collection }) => collection !== 'schedule');
  draft.deletes.splice(0, draft.deletes.length, ...others);
  for (const each of unwanted) draft.deletes.push({ collection: 'schedule', id: each });
}
