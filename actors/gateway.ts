// A gateway is changed in place, always: routes, forwards and rules come and go without a restart, and a part that dies is
// started again alone. Whom a route leads to is found while it runs, so a replaced service needs no change here.

import type { GatewayConfig, GatewayPart, GatewayPresent, GatewaysDriver } from '../drivers/gateways/port.ts';
import { defineActor, type Status, type StepOf, type Want } from '../engine/model/actor.ts';
import { why } from '../engine/model/drift.ts';
import { changedFields, oneWhy, wantedOf } from '../engine/model/field-drift.ts';
import type { JsonObject } from '../engine/model/json.ts';
import { asKindSchema } from '../engine/model/schema.ts';
import gatewaySchema from '../schemas/gateway.schema.json' with { type: 'json' };
import type { GatewaySpec } from '../schemas/types.ts';
import { contradictionsOf } from './gateway/contradictions.ts';

const schema = asKindSchema(gatewaySchema);

export interface GatewayStatus extends Status {
  readonly state?: 'running' | 'stopped';
  /** Parts that should work and do not. */
  readonly dead?: readonly GatewayPart[];
}

type Ops = {
  create: GatewayConfig;
  start: null;
  update: { readonly changes: JsonObject };
  repair: { readonly parts: readonly GatewayPart[] };
  stop: null;
  remove: null;
};

type Steps = readonly StepOf<Ops>[];
type Wish = Exclude<Want<GatewaySpec>, string>;

export const gateway = defineActor<GatewaySpec, GatewayStatus, GatewaysDriver, Ops>()({
  kind: 'gateway',
  version: '1.0.0',
  schema,
  port: 'gateways',

  async observe(driver, { key, signal }) {
    const view = await driver.inspect(key, signal);
    return view.presence === 'present' ? statusOf(view) : view;
  },

  diff(want, status) {
    if (status.presence === 'foreign') return [];
    if (want === 'retired') return stop(status, 'retired');
    if (want === 'absent') {
      if (status.presence === 'absent') return [];
      const reason = why('state', status.state, 'absent', 'it is to be removed');
      return [...stop(status, 'to be removed'), { op: 'remove', args: null, why: reason }];
    }
    if (status.presence === 'absent') {
      const reason = why('state', 'absent', want.running ? 'running' : 'stopped', 'there is no such gateway');
      const create: StepOf<Ops> = { op: 'create', args: settingsOf(want), why: reason };
      return want.running ? [create, { op: 'start', args: null, why: reason }] : [create];
    }
    const changes = changedFields(schema, settingsOf(want), status.config);
    const update: Steps =
      changes.length > 0
        ? [{ op: 'update', args: { changes: wantedOf(settingsOf(want), changes) }, why: oneWhy(changes) }]
        : [];
    return [...update, ...(want.running ? keepRunning(status) : stop(status, 'stopped on purpose'))];
  },

  contradictions: contradictionsOf,

  steps: {
    create: {
      risk: 'safe',
      summary: 'make the gateway',
      run: (driver, config, context) => driver.create(context.key, context, config, context.signal),
    },
    start: { risk: 'safe', summary: 'start it', run: (driver, _, { key, signal }) => driver.start(key, signal) },
    update: {
      risk: 'safe',
      summary: 'change it while it runs',
      run: (driver, { changes }, context) => driver.update(context.key, context, changes, context.signal),
    },
    repair: {
      risk: 'safe',
      summary: 'start the parts again that died',
      run: (driver, { parts }, { key, signal }) => driver.repair(key, parts, signal),
    },
    stop: { risk: 'disruptive', summary: 'stop it', run: (driver, _, { key, signal }) => driver.stop(key, signal) },
    remove: {
      risk: 'disruptive',
      summary: 'take the gateway away',
      run: (driver, _, { key, signal }) => driver.remove(key, signal),
    },
  },

  rekey: (driver, from, context) => driver.rekey(from, context.key, context),
  adopt: (driver, nativeId, context) => driver.adopt(context.key, nativeId, context),

  actions: {
    restart: {
      summary: 'Stop and start it once.',
      risk: 'disruptive',
      async run(driver, _, { key, signal }) {
        await driver.stop(key, signal);
        await driver.start(key, signal);
        return null;
      },
    },
  },

  policy: { observeMs: 5_000, stepMs: 60_000, resyncMs: 30_000 },
});

function statusOf(view: GatewayPresent): GatewayStatus {
  const up = view.state === 'running';
  const url = urlOf(view);
  return {
    presence: 'present',
    milestone: !up ? 'exists' : view.dead.length === 0 ? 'ready' : 'started',
    state: view.state,
    dead: view.dead,
    config: view.config,
    health: view.dead.length === 0 ? 'ok' : 'warning',
    outputs: { address: view.address, ...(url !== undefined && { url }) },
  };
}

/** The address of the first route, as a person types it. */
function urlOf(view: GatewayPresent): string | undefined {
  const { routes, http, https } = view.config as GatewayConfig; // it was made from one
  const first = routes[0];
  if (first === undefined) return undefined;
  const secure = first.tls === 'required';
  const port = secure ? https : http;
  const host = first.host.includes('*') ? view.address : first.host;
  return `${secure ? 'https' : 'http'}://${host}${port === (secure ? 443 : 80) ? '' : `:${port}`}${first.path}`;
}

function keepRunning(status: GatewayStatus): Steps {
  if (status.state === 'stopped') {
    return [{ op: 'start', args: null, why: why('state', 'stopped', 'running', 'it does not run') }];
  }
  const dead = status.dead ?? [];
  if (dead.length === 0) return [];
  return [{ op: 'repair', args: { parts: dead }, why: why('dead', dead, [], `dead: ${dead.join(', ')}`) }];
}

function stop(status: GatewayStatus, reason: string): Steps {
  if (status.state !== 'running') return [];
  return [{ op: 'stop', args: null, why: why('state', 'running', 'stopped', `it runs and is ${reason}`) }];
}

/** What the node must know; where it stands is the robot's. */
function settingsOf(spec: Wish): GatewayConfig {
  const { node: _node, placement: _placement, running: _running, ...settings } = spec;
  return settings as JsonObject as GatewayConfig; // a resolved spec is JSON
}
