// A container keeps running. Dead and unchanged, it is one restart, which keeps layer, network and address; what cannot be
// changed on a container that is there (image, command, env, mounts) is healed by making it again; limits and interfaces
// are changed while it runs. Nothing here touches a disk: data belongs to the kinds that hold it.

import type {
  ContainerConfig,
  ContainerPresent,
  ContainersDriver,
  ContainerState,
  StopOrder,
} from '../drivers/containers/port.ts';
import { defineActor, type Status, type StepOf, type Want, type Why } from '../engine/model/actor.ts';
import { why } from '../engine/model/drift.ts';
import { changedFields, oneWhy, wantedOf, type ChangedField } from '../engine/model/field-drift.ts';
import type { JsonObject } from '../engine/model/json.ts';
import { asKindSchema } from '../engine/model/schema.ts';
import containerSchema from '../schemas/container.schema.json' with { type: 'json' };
import type { ContainerSpec } from '../schemas/types.ts';
import { contradictionsOf } from './container/contradictions.ts';
import { containerActions } from './workload/container-actions.ts';
import { probesOf } from './workload/probes.ts';
import { settingsOf } from './workload/settings.ts';

const schema = asKindSchema(containerSchema);

export interface ContainerStatus extends Status {
  readonly state?: ContainerState;
  readonly exitCode?: number;
  /** Further processes that should run inside and do not. */
  readonly deadProcesses?: readonly string[];
}

type Ops = {
  create: ContainerConfig;
  start: null;
  resume: null;
  /** Stop, change, start: each part finds what the one before left, so it may be cut off anywhere. */
  restart: { readonly stop: StopOrder; readonly changes: JsonObject };
  startProcesses: { readonly processes: readonly string[] };
  update: { readonly changes: JsonObject };
  stop: StopOrder;
  remove: null;
};

type Steps = readonly StepOf<Ops>[];

const DEFAULT_STOP: StopOrder = { signal: 'SIGTERM', graceMs: 10_000 };

export const container = defineActor<ContainerSpec, ContainerStatus, ContainersDriver, Ops>()({
  kind: 'container',
  version: '1.0.0',
  schema,
  port: 'containers',

  async observe(driver, { key, signal }) {
    const view = await driver.inspect(key, signal);
    return view.presence === 'present' ? statusOf(view) : view;
  },

  diff(want, status) {
    if (status.presence === 'foreign') return [];
    if (want === 'absent') return takeAway(status);
    if (want === 'retired') return isUp(status) ? [stopStep(status, DEFAULT_STOP, 'is retired')] : [];
    if (status.presence === 'absent') {
      return build(want, why('state', 'absent', want.running ? 'running' : 'created', 'there is no such container'));
    }
    const changes = changedFields(schema, settingsOf(want), status.config);
    const forced = changes.filter(({ change }) => change === 'replace');
    if (forced.length > 0) return replace(want, status, oneWhy(forced));
    return want.running ? keepRunning(want, status, changes) : keepStopped(want, status, changes);
  },

  contradictions: contradictionsOf,

  steps: {
    create: {
      risk: 'safe',
      summary: 'fetch the image and make the container',
      timeoutMs: 900_000,
      run: (driver, config, context) => driver.create(context.key, context, config, context.signal),
    },
    start: {
      risk: 'safe',
      summary: 'start it',
      run: (driver, _, { key, signal }) => driver.start(key, undefined, signal),
    },
    resume: {
      risk: 'safe',
      summary: 'let it go on',
      run: (driver, _, { key, signal }) => driver.start(key, undefined, signal),
    },
    restart: {
      risk: 'disruptive',
      summary: 'stop and start it, with the same layer and address',
      timeoutMs: 3_700_000, // the longest grace, and a little
      async run(driver, { stop, changes }, context) {
        await driver.stop(context.key, stop, context.signal);
        if (Object.keys(changes).length > 0) await driver.update(context.key, context, changes, context.signal);
        await driver.start(context.key, undefined, context.signal);
      },
    },
    startProcesses: {
      risk: 'safe',
      summary: 'start the processes inside that ended',
      run: (driver, _, { key, signal }) => driver.start(key, undefined, signal),
    },
    update: {
      risk: 'safe',
      summary: 'change it in place',
      run: (driver, { changes }, context) => driver.update(context.key, context, changes, context.signal),
    },
    stop: {
      risk: 'disruptive',
      summary: 'stop it',
      timeoutMs: 3_700_000,
      run: (driver, order, { key, signal }) => driver.stop(key, order, signal),
    },
    remove: {
      risk: 'disruptive',
      summary: 'remove the container and its layer',
      run: (driver, _, { key, signal }) => driver.remove(key, signal),
    },
  },

  rekey: (driver, from, context) => driver.rekey(from, context.key, context),
  adopt: (driver, nativeId, context) => driver.adopt(context.key, nativeId, context),

  actions: containerActions,
  probes: probesOf,
  policy: { observeMs: 5_000, stepMs: 60_000, resyncMs: 30_000, backoff: { baseMs: 100, capMs: 30_000 } },
});

function statusOf(view: ContainerPresent): ContainerStatus {
  const { state } = view;
  const health = view.health === 'ok' && view.deadProcesses.length > 0 ? 'warning' : view.health;
  return {
    presence: 'present',
    milestone: state !== 'running' ? 'exists' : health === 'ok' ? 'ready' : 'started',
    state,
    ...(view.exitCode !== undefined && { exitCode: view.exitCode }),
    config: view.config,
    health,
    deadProcesses: view.deadProcesses,
    outputs: { ...(view.address !== undefined && { address: view.address }), hostname: view.hostname, node: view.node },
  };
}

function build(want: Exclude<Want<ContainerSpec>, string>, reason: Why): Steps {
  const create: StepOf<Ops> = { op: 'create', args: settingsOf(want), why: reason };
  return want.running ? [create, { op: 'start', args: null, why: reason }] : [create];
}

function replace(want: Exclude<Want<ContainerSpec>, string>, status: ContainerStatus, reason: Why): Steps {
  const stop: Steps = isUp(status) ? [{ op: 'stop', args: stopOrder(want), why: reason }] : [];
  return [...stop, removeStep(status, reason), ...build(want, reason)];
}

function keepRunning(want: ContainerSpec, status: ContainerStatus, changes: readonly ChangedField[]): Steps {
  const stop = stopOrder(want);
  const needStop = changes.filter(({ change }) => change === 'restart');
  if (needStop.length > 0 && isUp(status)) {
    return [{ op: 'restart', args: { stop, changes: wantedOf(settingsOf(want), changes) }, why: oneWhy(needStop) }];
  }
  const update: Steps =
    changes.length > 0
      ? [{ op: 'update', args: { changes: wantedOf(settingsOf(want), changes) }, why: oneWhy(changes) }]
      : [];
  switch (status.state) {
    case 'paused':
      return [...update, { op: 'resume', args: null, why: why('state', 'paused', 'running', 'it was paused by hand') }];
    case 'created':
      return [...update, { op: 'start', args: null, why: why('state', 'created', 'running', 'it was never started') }];
    case 'exited': {
      const text = `it ended with exit code ${status.exitCode ?? 'unknown'}`;
      return [
        ...update,
        { op: 'restart', args: { stop, changes: {} }, why: why('state', 'exited', 'running', text), risk: 'safe' },
      ];
    }
    default:
  }
  if (status.health === 'error') {
    const reason = why('health', 'error', 'ok', 'its probe gets no good answer');
    return [...update, { op: 'restart', args: { stop, changes: {} }, why: reason }];
  }
  const dead = status.deadProcesses ?? [];
  if (dead.length === 0) return update;
  const reason = why('deadProcesses', dead, [], `ended inside: ${dead.join(', ')}`);
  return [...update, { op: 'startProcesses', args: { processes: dead }, why: reason }];
}

function keepStopped(want: ContainerSpec, status: ContainerStatus, changes: readonly ChangedField[]): Steps {
  return [
    ...(isUp(status) ? [stopStep(status, stopOrder(want), 'is to be stopped')] : []),
    ...(changes.length > 0
      ? [{ op: 'update', args: { changes: wantedOf(settingsOf(want), changes) }, why: oneWhy(changes) } as const]
      : []),
  ];
}

function takeAway(status: ContainerStatus): Steps {
  if (status.presence !== 'present') return [];
  const stop = isUp(status) ? [stopStep(status, DEFAULT_STOP, 'is to be removed')] : [];
  return [...stop, removeStep(status, why('state', status.state ?? 'present', 'absent', 'it is to be removed'))];
}

function stopStep(status: ContainerStatus, order: StopOrder, reason: string): StepOf<Ops> {
  return { op: 'stop', args: order, why: why('state', status.state, 'stopped', `it is ${status.state} and ${reason}`) };
}

/** Of a stopped container only its layer goes, which nobody uses any more. */
function removeStep(status: ContainerStatus, reason: Why): StepOf<Ops> {
  return { op: 'remove', args: null, why: reason, ...(!isUp(status) && { risk: 'safe' }) };
}

function isUp(status: ContainerStatus): boolean {
  return status.state === 'running' || status.state === 'paused';
}

function stopOrder(want: ContainerSpec): StopOrder {
  return { signal: want.stop.signal, graceMs: want.stop.grace };
}
