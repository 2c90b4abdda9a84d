// A task is a container meant to end with 0. Ended with 0 it is done for this spec; another spec is another container and
// another run. A failed run is tried again as often as `retries` says and then left for a person: the attempt is
// counted where the container is, so a step done twice is still one attempt. With `recurring` the schedule starts runs.
// Out of retries it is stuck: nothing in the world mends that, so it is parked until its spec changes or a person asks for
// another try. A recurring one is not: its next tick is another try, and until then its health says what happened.

import type {
  ContainerConfig,
  ContainerPresent,
  ContainersDriver,
  ContainerState,
  StopOrder,
} from '../drivers/containers/port.ts';
import { defineActor, type Status, type StepOf, type Want, type Why } from '../engine/model/actor.ts';
import { why } from '../engine/model/drift.ts';
import { EngineError } from '../engine/model/errors.ts';
import { changedFields, oneWhy, wantedOf } from '../engine/model/field-drift.ts';
import type { JsonObject } from '../engine/model/json.ts';
import { asKindSchema } from '../engine/model/schema.ts';
import taskSchema from '../schemas/task.schema.json' with { type: 'json' };
import type { TaskSpec } from '../schemas/types.ts';
import { contradictionsOf } from './task/contradictions.ts';
import { settingsOf } from './workload/settings.ts';

const schema = asKindSchema(taskSchema);

export interface TaskStatus extends Status {
  readonly state?: ContainerState;
  readonly exitCode?: number;
  /** Attempts made, the present one included. */
  readonly attempt?: number;
}

type Ops = {
  create: ContainerConfig;
  /** `fresh` forgets the attempts made before. */
  run: { readonly attempt: number; readonly fresh?: boolean };
  resume: null;
  update: { readonly changes: JsonObject };
  stop: StopOrder;
  remove: null;
};

type Steps = readonly StepOf<Ops>[];
type Wish = Exclude<Want<TaskSpec>, string>;

const DEFAULT_STOP: StopOrder = { signal: 'SIGTERM', graceMs: 10_000 };

export const task = defineActor<TaskSpec, TaskStatus, ContainersDriver, Ops>()({
  kind: 'task',
  version: '1.0.0',
  schema,
  port: 'containers',

  async observe(driver, { key, signal }) {
    const view = await driver.inspect(key, signal);
    return view.presence === 'present' ? statusOf(view) : view;
  },

  diff(want, status) {
    if (status.presence === 'foreign') return [];
    if (want === 'absent') return takeAway(status, 'it is to be removed');
    if (want === 'retired') return isUp(status) ? [stopStep(status, DEFAULT_STOP, 'is retired')] : [];
    if (status.presence === 'absent') {
      const wanted = want.recurring !== undefined || !want.running ? 'created' : 'done';
      return build(want, why('state', 'absent', wanted, 'it has not run for this spec'));
    }
    const changes = changedFields(schema, settingsOf(want), status.config);
    // After the last attempt any change is a reason to begin again: more memory may be what it lacked.
    const forced = changes.filter(({ change }) => change === 'replace' || failedForGood(want, status));
    if (forced.length > 0) return again(want, status, oneWhy(forced));
    const update: Steps =
      changes.length > 0
        ? [{ op: 'update', args: { changes: wantedOf(settingsOf(want), changes) }, why: oneWhy(changes) }]
        : [];
    return [...update, ...runs(want, status)];
  },

  contradictions: contradictionsOf,

  stuck(want, status) {
    if (typeof want === 'string' || !failedForGood(want, status)) return undefined;
    const text = `all ${want.retries + 1} attempts failed; the last one ended with exit code ${status.exitCode ?? 'unknown'}`;
    return {
      message: text,
      hint: 'read its output with ays logs and mend the cause; then change the spec, or ays retry',
      again: {
        op: 'run',
        args: { attempt: 1, fresh: true },
        why: why('exitCode', status.exitCode, 0, `${text}; a person asked for another try`),
      },
    };
  },

  steps: {
    create: {
      risk: 'safe',
      summary: 'fetch the image and make the container',
      timeoutMs: 900_000,
      run: (driver, config, context) => driver.create(context.key, context, config, context.signal),
    },
    run: {
      risk: 'safe',
      summary: 'start a run',
      run: (driver, order, { key, signal }) => driver.start(key, order, signal),
    },
    resume: {
      risk: 'safe',
      summary: 'let the run go on',
      run: (driver, _, { key, signal }) => driver.start(key, undefined, signal),
    },
    update: {
      risk: 'safe',
      summary: 'change it in place',
      run: (driver, { changes }, context) => driver.update(context.key, context, changes, context.signal),
    },
    stop: {
      risk: 'disruptive',
      summary: 'stop the run',
      timeoutMs: 3_700_000, // the longest grace, and a little
      run: (driver, order, { key, signal }) => driver.stop(key, order, signal),
    },
    remove: {
      risk: 'disruptive',
      summary: 'remove the container of the run',
      run: (driver, _, { key, signal }) => driver.remove(key, signal),
    },
  },

  rekey: (driver, from, context) => driver.rekey(from, context.key, context),
  adopt: (driver, nativeId, context) => driver.adopt(context.key, nativeId, context),

  actions: {
    run: {
      summary: 'Run it once more now; refused while a run is going on.',
      risk: 'safe',
      async run(driver, _, { key, signal }) {
        const view = await driver.inspect(key, signal);
        if (view.presence === 'present' && (view.state === 'running' || view.state === 'paused')) {
          throw new EngineError('DRIVER_REFUSED', `${key}: a run is going on, and runs never overlap`, {
            hint: 'wait until it has ended, or stop it first',
          });
        }
        await driver.start(key, { attempt: 1, fresh: true }, signal);
        return null;
      },
    },
    logs: {
      summary: 'Give back the last lines of its output.',
      risk: 'safe',
      args: {
        type: 'object',
        additionalProperties: false,
        properties: {
          lines: { type: 'integer', minimum: 1, maximum: 100_000, default: 100, description: 'How many lines.' },
        },
      },
      run: (driver, args, { key, signal }) =>
        driver.logs(key, typeof args['lines'] === 'number' ? args['lines'] : 100, signal),
    },
  },

  // No ladder: a task that fails is tried again by its own count, and moving it would run it twice.
  policy: { observeMs: 5_000, stepMs: 60_000, resyncMs: 30_000, ladder: [] },
});

function statusOf(view: ContainerPresent): TaskStatus {
  const done = view.state === 'exited' && view.exitCode === 0;
  const { retries } = view.config;
  const spent = typeof retries === 'number' && (view.attempt ?? 0) > retries;
  const failed = view.state === 'exited' && !done && spent;
  return {
    presence: 'present',
    milestone: done ? 'done' : view.state === 'running' ? 'started' : 'exists',
    state: view.state,
    ...(view.exitCode !== undefined && { exitCode: view.exitCode }),
    ...(view.attempt !== undefined && { attempt: view.attempt }),
    config: view.config,
    health: failed ? 'error' : view.state === 'exited' && !done ? 'warning' : 'ok',
    outputs: { ...(view.exitCode !== undefined && { exitCode: view.exitCode }), node: view.node },
  };
}

/** No attempt is left, and no schedule will start another. */
function failedForGood(want: Wish, status: TaskStatus): boolean {
  const { state, exitCode, attempt = 0 } = status;
  return want.running && want.recurring === undefined && state === 'exited' && exitCode !== 0 && attempt > want.retries;
}

/** What a task that is there for this spec still needs. */
function runs(want: Wish, status: TaskStatus): Steps {
  if (!want.running) return isUp(status) ? [stopStep(status, stopOrder(want), 'is to be stopped')] : [];
  const attempt = status.attempt ?? 0;
  switch (status.state) {
    case 'paused':
      return [{ op: 'resume', args: null, why: why('state', 'paused', 'running', 'it was paused by hand') }];
    case 'created':
      if (want.recurring !== undefined) return []; // the schedule starts it
      return [
        { op: 'run', args: { attempt: 1 }, why: why('state', 'created', 'done', 'it has not run for this spec') },
      ];
    case 'exited': {
      if (status.exitCode === 0 || attempt > want.retries) return [];
      const text =
        attempt === 0
          ? 'its run was stopped before it ended'
          : `attempt ${attempt} of ${want.retries + 1} ended with exit code ${status.exitCode ?? 'unknown'}`;
      return [{ op: 'run', args: { attempt: attempt + 1 }, why: why('exitCode', status.exitCode, 0, text) }];
    }
    default:
      return [];
  }
}

function build(want: Wish, reason: Why): Steps {
  const create: StepOf<Ops> = { op: 'create', args: settingsOf(want), why: reason };
  if (!want.running || want.recurring !== undefined) return [create];
  return [create, { op: 'run', args: { attempt: 1 }, why: reason }];
}

function again(want: Wish, status: TaskStatus, reason: Why): Steps {
  const stop: Steps = isUp(status) ? [{ op: 'stop', args: stopOrder(want), why: reason }] : [];
  return [...stop, removeStep(status, reason), ...build(want, reason)];
}

function takeAway(status: TaskStatus, reason: string): Steps {
  if (status.presence !== 'present') return [];
  const stop = isUp(status) ? [stopStep(status, DEFAULT_STOP, 'is to be removed')] : [];
  return [...stop, removeStep(status, why('state', status.state ?? 'present', 'absent', reason))];
}

function stopStep(status: TaskStatus, order: StopOrder, reason: string): StepOf<Ops> {
  return { op: 'stop', args: order, why: why('state', status.state, 'stopped', `it is ${status.state} and ${reason}`) };
}

function removeStep(status: TaskStatus, reason: Why): StepOf<Ops> {
  return { op: 'remove', args: null, why: reason, ...(!isUp(status) && { risk: 'safe' }) };
}

function isUp(status: TaskStatus): boolean {
  return status.state === 'running' || status.state === 'paused';
}

function stopOrder(want: Wish): StopOrder {
  return { signal: want.stop.signal, graceMs: want.stop.grace };
}
