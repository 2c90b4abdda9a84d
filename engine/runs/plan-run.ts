// A request becomes a run: targets chosen, arguments checked, jobs put in graph order. Pure; the same function answers a dry run.
// Producers come first, for words that take away consumers come first. Several actions keep their order on each service,
// and nothing waits for a service it does not stand on: branches fail alone.

import type { ActionDefinition } from '../model/actor.ts';
import { EngineError } from '../model/errors.ts';
import { canonicalJson, compareText, type JsonObject } from '../model/json.ts';
import { kindOf, type ServiceKey } from '../model/key.ts';
import { nearest } from '../model/nearest.ts';
import type { Author } from '../store/records.ts';
import { nearestProducers, type RunService, type RunServices } from './graph-order.ts';
import { JOB_TIMEOUT_MS, LIMITS, RETRY_LADDER, type Callback, type Job, type Run, type RunCause } from './shape.ts';

/** Which services: those named, or all that have the action, narrowed by kind and blueprint. */
export type Selection =
  | { readonly keys: readonly ServiceKey[] }
  | { readonly kind?: string; readonly blueprint?: string; readonly keys?: undefined };

export interface RequestedAction {
  readonly action: string;
  readonly on: Selection;
  readonly args?: JsonObject;
}

export interface RunRequest {
  /** In this order on each service. */
  readonly actions: readonly RequestedAction[];
  readonly cause: RunCause;
  readonly author: Author;
  /** Waits between attempts, milliseconds; [] never tries again. */
  readonly retries?: readonly number[];
  readonly callback?: { readonly url: string; readonly secret?: string };
}

export interface RunView {
  readonly services: RunServices;
  action(actor: string, action: string): Pick<ActionDefinition<unknown>, 'args' | 'timeoutMs'> | undefined;
  /** Names of the actions of an actor, for "did you mean". */
  actions(actor: string): readonly string[];
  /** The arguments with their defaults; throws an EngineError when they do not fit the schema. */
  checkArgs(actor: string, action: string, args: JsonObject): JsonObject;
}

/** These take something away, so whoever stands on it goes first. */
const REMOVALS: ReadonlySet<string> = new Set(['stop', 'uninstall', 'delete', 'destroy', 'remove']);

export function planRun(request: RunRequest, view: RunView, id: string, now: number): Run {
  checkRetries(request.retries);
  const jobs: Job[] = [];
  const done = new Set<string>();
  const tokens = new Map<string, number>();
  /** Of each service, its last job so far. */
  const last = new Map<ServiceKey, number>();
  for (const { action, on, args = {} } of request.actions) {
    const targets = targetsOf(action, on, view).filter(({ key }) => {
      const same = `${key} ${action} ${canonicalJson(args)}`;
      return !done.has(same) && done.add(same);
    });
    const order = nearestProducers(
      targets.map(({ key }) => key),
      view.services,
    );
    const places = new Map<ServiceKey, number>();
    for (const { key } of targets) places.set(key, jobs.length + places.size);
    if (jobs.length + targets.length > LIMITS.jobs) {
      throw new EngineError('RUN_TOO_LARGE', `the run would have more than ${LIMITS.jobs} jobs`, {
        hint: 'narrow it by kind, blueprint or service, and run the parts one after the other',
      });
    }
    const before = new Map<ServiceKey, Set<number>>(targets.map(({ key }) => [key, new Set<number>()]));
    const removal = REMOVALS.has(action);
    for (const [consumer, producers] of order) {
      for (const producer of producers)
        before.get(removal ? producer : consumer)!.add(places.get(removal ? consumer : producer)!);
    }
    for (const service of targets) {
      const { key, actor, uid } = service;
      const previous = last.get(key);
      const after = before.get(key)!;
      if (previous !== undefined) after.add(previous);
      const twin = tokens.get(`${key} ${action}`) ?? 0;
      tokens.set(`${key} ${action}`, twin + 1);
      jobs.push({
        n: jobs.length,
        key,
        uid,
        action,
        args: view.checkArgs(actor, action, args),
        timeoutMs: view.action(actor, action)?.timeoutMs ?? JOB_TIMEOUT_MS,
        after: [...after].sort((a, b) => a - b),
        token: twin === 0 ? id : `${id}-${twin + 1}`,
        state: 'waiting',
        executions: 0,
        interrupted: 0,
        startedAt: null,
        endedAt: null,
        result: null,
        error: null,
      });
    }
    for (const [key, place] of places) last.set(key, place);
  }
  if (jobs.length === 0)
    throw new EngineError('ACTION_TARGET', 'the run names no action', { hint: 'ays do ACTION KEY' });
  return {
    id,
    cause: request.cause,
    author: request.author,
    actions: [...new Set(request.actions.map(({ action }) => action))],
    targets: [...last.keys()].sort(compareText),
    at: now,
    state: 'waiting',
    retries: request.retries ?? RETRY_LADDER,
    attempt: 0,
    nextAt: now,
    startedAt: null,
    endedAt: null,
    robot: null,
    cancelledBy: null,
    callback: callbackOf(request.callback),
    told: 0,
    jobs,
  };
}

/** Of these services those that are there and have the action. */
export function havingAction(keys: readonly ServiceKey[], action: string, view: RunView): readonly ServiceKey[] {
  return keys.filter((key) => {
    const service = view.services.get(key);
    return service !== undefined && view.action(service.actor, action) !== undefined;
  });
}

/** The jobs in waves, as a person reads a plan: those of one wave may run at the same time. */
export function wavesOf(jobs: readonly Job[]): readonly (readonly Job[])[] {
  const wave = new Map<number, number>();
  const open = new Map(jobs.map(({ n, after }) => [n, after.length]));
  const next = new Map<number, number[]>();
  for (const { n, after } of jobs) {
    for (const place of after) {
      const followers = next.get(place);
      if (followers === undefined) next.set(place, [n]);
      else followers.push(n);
    }
  }
  const ready = jobs.filter(({ after }) => after.length === 0).map(({ n }) => n);
  const waves: Job[][] = [];
  for (let n = ready.shift(); n !== undefined; n = ready.shift()) {
    const at = wave.get(n) ?? 0;
    (waves[at] ??= []).push(jobs[n]!);
    for (const follower of next.get(n) ?? []) {
      wave.set(follower, Math.max(wave.get(follower) ?? 0, at + 1));
      const left = open.get(follower)! - 1;
      open.set(follower, left);
      if (left === 0) ready.push(follower);
    }
  }
  return waves;
}

function targetsOf(action: string, on: Selection, view: RunView): readonly RunService[] {
  if (on.keys === undefined) {
    const found = [...view.services.all()].filter(
      ({ key, actor, blueprint }) =>
        (on.kind === undefined || actor === on.kind || kindOf(key) === on.kind) &&
        (on.blueprint === undefined || blueprint === on.blueprint) &&
        view.action(actor, action) !== undefined,
    );
    if (found.length > 0) return found;
    const where = `${on.kind === undefined ? '' : ` of kind ${on.kind}`}${on.blueprint === undefined ? '' : ` in ${on.blueprint}`}`;
    throw new EngineError('ACTION_TARGET', `no service${where} has the action "${action}"`, {
      hint: 'ays status lists the services, ays explain KIND their actions',
    });
  }
  const found = new Map<ServiceKey, RunService>();
  for (const key of on.keys) {
    const members = view.services.members(key);
    for (const member of members ?? [key]) {
      const service = view.services.get(member);
      if (service === undefined)
        throw new EngineError('KEY_UNKNOWN', `there is no service ${member}`, {
          hint: 'ays status lists what there is',
        });
      if (view.action(service.actor, action) === undefined) {
        const names = view.actions(service.actor);
        const like = nearest(action, names);
        throw new EngineError('ACTION_UNKNOWN', `${member} has no action "${action}"`, {
          hint:
            like !== undefined
              ? `did you mean ${like}?`
              : names.length === 0
                ? `the kind ${service.actor} has no actions`
                : `actions are: ${names.join(', ')}`,
        });
      }
      found.set(member, service);
    }
  }
  return [...found.values()].sort((a, b) => compareText(a.key, b.key));
}

function checkRetries(retries: readonly number[] | undefined): void {
  if (retries === undefined) return;
  const wrong = retries.find((ms) => !Number.isFinite(ms) || ms < 0 || ms > LIMITS.retryMs);
  if (wrong === undefined && retries.length <= LIMITS.retries) return;
  throw new EngineError(
    'ACTION_INVALID',
    wrong === undefined
      ? `retries: ${retries.length} waits, and at most ${LIMITS.retries} are kept`
      : `retries: ${wrong} ms is no wait between attempts; expected 0 to 7d`,
    { hint: 'for example 5s,10s,15s, or 0 for none' },
  );
}

function callbackOf(callback: RunRequest['callback']): Callback | null {
  if (callback === undefined) return null;
  const url = URL.canParse(callback.url) ? new URL(callback.url) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || callback.url.length > 2048)
    throw new EngineError('ACTION_INVALID', `callback: "${callback.url.slice(0, 80)}" is no http or https address`);
  if (url.username !== '' || url.password !== '')
    throw new EngineError('ACTION_INVALID', 'callback: the address holds a password, and addresses are shown', {
      hint: 'sign the call with a secret by its name instead',
    });
  return { url: callback.url, secret: callback.secret ?? null };
}
