// A network is repaired around what is joined to it: a part that is lost is put back alone, a link that is down is set up.
// Only another range, mode or interface underneath makes it anew, and then its consumers join again.

import type { NetworkConfig, NetworkPart, NetworkPresent, NetworksDriver } from '../drivers/networks/port.ts';
import { defineActor, type Status, type StepOf, type Want, type Why } from '../engine/model/actor.ts';
import { why } from '../engine/model/drift.ts';
import { changedFields, oneWhy, wantedOf, type ChangedField } from '../engine/model/field-drift.ts';
import type { JsonObject } from '../engine/model/json.ts';
import { asKindSchema } from '../engine/model/schema.ts';
import networkSchema from '../schemas/network.schema.json' with { type: 'json' };
import type { NetworkSpec } from '../schemas/types.ts';
import { contradictionsOf } from './network/contradictions.ts';

const schema = asKindSchema(networkSchema);

export interface NetworkStatus extends Status {
  readonly state?: 'up' | 'down';
  /** Parts that should work and do not. */
  readonly missing?: readonly NetworkPart[];
}

type Ops = {
  create: NetworkConfig;
  update: { readonly changes: JsonObject };
  repair: { readonly parts: readonly NetworkPart[] };
  setUp: null;
  setDown: null;
  remove: null;
};

type Steps = readonly StepOf<Ops>[];
type Wish = Exclude<Want<NetworkSpec>, string>;

export const network = defineActor<NetworkSpec, NetworkStatus, NetworksDriver, Ops>()({
  kind: 'network',
  version: '1.0.0',
  schema,
  port: 'networks',

  async observe(driver, { key, signal }) {
    const view = await driver.inspect(key, signal);
    return view.presence === 'present' ? statusOf(view) : view;
  },

  diff(want, status) {
    if (status.presence === 'foreign') return [];
    if (want === 'retired') return down(status, 'it is retired');
    if (want === 'absent') {
      if (status.presence === 'absent') return [];
      return [{ op: 'remove', args: null, why: why('state', status.state, 'absent', 'it is to be removed') }];
    }
    if (status.presence === 'absent')
      return build(want, why('state', 'absent', want.running ? 'up' : 'down', 'there is no such network'));
    const changes = changedFields(schema, settingsOf(want), status.config);
    const forced = changes.filter(({ change }) => change === 'replace');
    if (forced.length > 0) {
      const reason = oneWhy(forced);
      return [{ op: 'remove', args: null, why: reason }, ...build(want, reason)];
    }
    return [...update(want, changes), ...repair(want, status)];
  },

  contradictions: contradictionsOf,

  steps: {
    create: {
      risk: 'safe',
      summary: 'make the network',
      run: (driver, config, context) => driver.create(context.key, context, config, context.signal),
    },
    update: {
      risk: 'safe',
      summary: 'change it in place',
      run: (driver, { changes }, context) => driver.update(context.key, context, changes, context.signal),
    },
    repair: {
      risk: 'safe',
      summary: 'put back the parts that are lost',
      run: (driver, { parts }, { key, signal }) => driver.repair(key, parts, signal),
    },
    setUp: {
      risk: 'safe',
      summary: 'set the link up',
      run: (driver, _, { key, signal }) => driver.setUp(key, true, signal),
    },
    setDown: {
      risk: 'disruptive',
      summary: 'set the link down',
      run: (driver, _, { key, signal }) => driver.setUp(key, false, signal),
    },
    remove: {
      risk: 'disruptive',
      summary: 'take the network away',
      run: (driver, _, { key, signal }) => driver.remove(key, signal),
    },
  },

  rekey: (driver, from, context) => driver.rekey(from, context.key, context),
  adopt: (driver, nativeId, context) => driver.adopt(context.key, nativeId, context),
  policy: { observeMs: 5_000, stepMs: 30_000, resyncMs: 30_000, ladder: ['recreate'] },
});

function statusOf(view: NetworkPresent): NetworkStatus {
  const { cidr } = view.config;
  const whole = view.state === 'up' && view.missing.length === 0;
  return {
    presence: 'present',
    milestone: whole ? 'ready' : view.state === 'up' ? 'started' : 'exists',
    state: view.state,
    missing: view.missing,
    config: view.config,
    health: view.missing.length === 0 ? 'ok' : 'warning',
    outputs: { ...(typeof cidr === 'string' && { cidr }), gateway: view.gateway, device: view.device },
  };
}

function build(want: Wish, reason: Why): Steps {
  const create: StepOf<Ops> = { op: 'create', args: settingsOf(want), why: reason };
  return want.running ? [create, { op: 'setUp', args: null, why: reason }] : [create];
}

function update(want: Wish, changes: readonly ChangedField[]): Steps {
  if (changes.length === 0) return [];
  return [{ op: 'update', args: { changes: wantedOf(settingsOf(want), changes) }, why: oneWhy(changes) }];
}

function repair(want: Wish, status: NetworkStatus): Steps {
  if (!want.running) return down(status, 'it is stopped on purpose');
  const missing = status.missing ?? [];
  return [
    ...(status.state === 'down'
      ? [{ op: 'setUp', args: null, why: why('state', 'down', 'up', 'its link is down') } as const]
      : []),
    ...(missing.length > 0
      ? [
          {
            op: 'repair',
            args: { parts: missing },
            why: why('missing', missing, [], `lost: ${missing.join(', ')}`),
          } as const,
        ]
      : []),
  ];
}

function down(status: NetworkStatus, reason: string): Steps {
  return status.state === 'up' ? [{ op: 'setDown', args: null, why: why('state', 'up', 'down', reason) }] : [];
}

/** What the node must know; where it stands is the robot's. No `dhcp` is a choice too. */
function settingsOf(spec: NetworkSpec): NetworkConfig {
  const { node: _node, running: _running, ...settings } = spec as NetworkSpec & { readonly running?: boolean };
  return { ...settings, dhcp: settings.dhcp ?? null };
}
