// A machine of the grid. A reboot is seen by the boot id and answered by `prepare`, which puts back what a boot forgets;
// nobody has to remember that it rebooted. A machine that does not answer is reported, never guessed at: what
// happens to its services is the robot's decision. Stopped on purpose means drained.

import type { NodePresent, NodesDriver } from '../drivers/nodes/port.ts';
import { defineActor, type Status, type StepOf, type Want } from '../engine/model/actor.ts';
import { why } from '../engine/model/drift.ts';
import { EngineError } from '../engine/model/errors.ts';
import { changedFields, oneWhy, wantedOf } from '../engine/model/field-drift.ts';
import type { JsonObject } from '../engine/model/json.ts';
import { asKindSchema } from '../engine/model/schema.ts';
import nodeSchema from '../schemas/node.schema.json' with { type: 'json' };
import type { NodeSpec } from '../schemas/types.ts';
import { contradictionsOf } from './node/contradictions.ts';

const schema = asKindSchema(nodeSchema);

export interface NodeStatus extends Status {
  readonly state?: 'up' | 'rebooting' | 'unreachable';
  readonly bootId?: string;
  /** The boot it was last made ready for. */
  readonly preparedBoot?: string;
  readonly movable?: number;
}

type Ops = {
  join: JsonObject;
  prepare: { readonly boot: string; readonly settings: JsonObject };
  update: { readonly changes: JsonObject };
  drain: { readonly timeoutMs: number };
  leave: null;
};

type Steps = readonly StepOf<Ops>[];
type Wish = Exclude<Want<NodeSpec>, string>;

const DRAIN_MS = 600_000;

export const node = defineActor<NodeSpec, NodeStatus, NodesDriver, Ops>()({
  kind: 'node',
  version: '1.0.0',
  schema,
  port: 'nodes',

  async observe(driver, { key, signal }) {
    const view = await driver.inspect(key, signal);
    return view.presence === 'present' ? statusOf(view) : view;
  },

  diff(want, status) {
    if (status.presence === 'foreign') return [];
    if (want === 'retired') return drain(status, DRAIN_MS, 'retired');
    if (want === 'absent') {
      if (status.presence === 'absent') return [];
      const reason = why('state', status.state, 'absent', 'it is to leave the grid');
      return [...drain(status, DRAIN_MS, 'to leave the grid'), { op: 'leave', args: null, why: reason }];
    }
    if (status.presence === 'absent') {
      return [{ op: 'join', args: settingsOf(want), why: why('state', 'absent', 'up', 'it has not joined the grid') }];
    }
    return status.state === 'up' ? keepReady(want, status) : []; // nothing can be done on a machine that is silent
  },

  contradictions: contradictionsOf,

  steps: {
    join: {
      risk: 'safe',
      summary: 'take the machine into the grid',
      timeoutMs: 300_000,
      run: (driver, settings, context) => driver.join(context.key, context, settings, context.signal),
    },
    prepare: {
      risk: 'safe',
      summary: 'make it ready after its boot',
      timeoutMs: 120_000,
      run: (driver, { boot, settings }, { key, signal }) => driver.prepare(key, boot, settings, signal),
    },
    update: {
      risk: 'safe',
      summary: 'change its settings in place',
      run: (driver, { changes }, context) => driver.update(context.key, context, changes, context.signal),
    },
    drain: {
      risk: 'disruptive',
      summary: 'move away what can be moved',
      timeoutMs: 86_700_000, // the longest drain, and a little
      run: (driver, { timeoutMs }, { key, signal }) => driver.drain(key, timeoutMs, signal),
    },
    leave: {
      risk: 'disruptive',
      summary: 'let the machine go',
      run: (driver, _, { key, signal }) => driver.leave(key, signal),
    },
  },

  rekey: (driver, from, context) => driver.rekey(from, context.key, context),
  adopt: (driver, nativeId, context) => driver.adopt(context.key, nativeId, context),

  actions: {
    reboot: {
      summary: 'Restart the machine; refused while something on it could be moved away first.',
      risk: 'disruptive',
      args: {
        type: 'object',
        additionalProperties: false,
        properties: {
          force: { type: 'boolean', default: false, description: 'Restart it with everything on it.' },
        },
      },
      timeoutMs: 600_000,
      async run(driver, args, { key, signal }) {
        const view = await driver.inspect(key, signal);
        if (view.presence === 'present' && view.movable > 0 && args['force'] !== true) {
          throw new EngineError('DRIVER_REFUSED', `${key}: ${view.movable} workloads on it could be moved away first`, {
            hint: `ays do drain ${key}, or reboot it with force: true`,
          });
        }
        await driver.reboot(key, signal);
        return null;
      },
    },
    drain: {
      summary: 'Move away what can be moved, once; new work may still be placed on it.',
      risk: 'disruptive',
      timeoutMs: DRAIN_MS,
      async run(driver, _, { key, signal }) {
        await driver.drain(key, DRAIN_MS, signal);
        return null;
      },
    },
  },

  // No ladder: a machine is neither restarted nor made anew by itself.
  policy: { observeMs: 5_000, stepMs: 60_000, resyncMs: 30_000, ladder: [] },
});

function statusOf(view: NodePresent): NodeStatus {
  const ready = view.state === 'up' && view.preparedBoot === view.bootId;
  return {
    presence: 'present',
    milestone: ready ? 'ready' : view.state === 'up' ? 'started' : 'exists',
    state: view.state,
    bootId: view.bootId,
    ...(view.preparedBoot !== undefined && { preparedBoot: view.preparedBoot }),
    movable: view.movable,
    config: view.config,
    health: view.health,
    outputs: { address: view.address, hostname: view.hostname, id: view.id },
  };
}

function keepReady(want: Wish, status: NodeStatus): Steps {
  const settings = settingsOf(want);
  const away = want.drain || !want.running ? drain(status, want.drainTimeout, 'to be drained') : [];
  const { bootId = 'unknown' } = status;
  if (status.preparedBoot !== bootId) {
    const text =
      status.preparedBoot === undefined ? 'it has just joined' : `it rebooted: ${status.preparedBoot} → ${bootId}`;
    const reason = why('preparedBoot', status.preparedBoot, bootId, text);
    return [{ op: 'prepare', args: { boot: bootId, settings }, why: reason }, ...away];
  }
  const changes = changedFields(schema, settings, status.config);
  const update: Steps =
    changes.length > 0 ? [{ op: 'update', args: { changes: wantedOf(settings, changes) }, why: oneWhy(changes) }] : [];
  return [...update, ...away];
}

function drain(status: NodeStatus, timeoutMs: number, reason: string): Steps {
  const { movable = 0 } = status;
  if (status.presence !== 'present' || movable === 0) return [];
  return [
    {
      op: 'drain',
      args: { timeoutMs },
      why: why('movable', movable, 0, `${movable} workloads on it, and it is ${reason}`),
    },
  ];
}

/** What the machine must know; how long a drain may take is asked each time. */
function settingsOf(spec: Wish): JsonObject {
  const { drainTimeout: _timeout, running: _running, ...settings } = spec;
  return settings;
}
