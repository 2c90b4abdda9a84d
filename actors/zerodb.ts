// A zerodb keeps what vdisks and s3 spread over it. Stopping keeps everything; a namespace that is taken out of the spec is
// deleted, with consent as soon as there is something in it.

import { defineActor, type Status, type StepOf } from '../engine/model/actor.ts';
import { driftOf, why } from '../engine/model/drift.ts';
import { changedFields, isRefused, refusedFields } from '../engine/model/field-drift.ts';
import type { JsonObject } from '../engine/model/json.ts';
import { asKindSchema } from '../engine/model/schema.ts';
import { formatSize } from '../engine/model/units.ts';
import type { NamespaceView, NamespaceWish, Zerodbs, ZerodbPresent } from '../drivers/zerodbs/port.ts';
import zerodbSchema from '../schemas/zerodb.schema.json' with { type: 'json' };
import type { ZerodbSpec } from '../schemas/types.ts';
import { contradictionsOf } from './zerodb/contradictions.ts';
import { byName, pick, seen } from './storage/settings.ts';

const schema = asKindSchema(zerodbSchema);
const SETTINGS = Object.keys(schema.properties).filter((field) => field !== 'namespaces');

export interface ZerodbStatus extends Status {
  readonly state?: ZerodbPresent['state'];
  readonly namespaces?: readonly NamespaceView[];
}

type Ops = {
  create: JsonObject;
  start: Record<string, never>;
  stop: Record<string, never>;
  configure: JsonObject;
  restart: { readonly changes: JsonObject };
  createNamespace: NamespaceWish;
  setNamespace: NamespaceWish;
  deleteNamespace: { readonly name: string };
  destroy: Record<string, never>;
};

export const zerodb = defineActor<ZerodbSpec, ZerodbStatus, Zerodbs, Ops>()({
  kind: 'zerodb',
  version: '1.0.0',
  schema,
  port: 'zerodbs',

  async observe(driver, { key }) {
    const view = await driver.inspectZerodb(key);
    if (view.presence !== 'present') return view;
    const { state, settings, namespaces, address, port, ioErrors } = view;
    return {
      presence: 'present',
      milestone: state === 'running' ? 'ready' : 'exists',
      health: state === 'failed' ? 'error' : ioErrors > 0 ? 'warning' : 'ok',
      state,
      ...(namespaces && { namespaces }),
      config: {
        ...seen(settings, SETTINGS),
        ...(namespaces && { namespaces: byName(namespaces.map((view) => view.settings)) }),
      },
      outputs: { address, port },
    };
  },

  diff(want, status) {
    if (status.presence === 'foreign') return [];
    const stop: StepOf<Ops>[] =
      status.presence === 'present' && status.state !== 'stopped'
        ? [{ op: 'stop', args: {}, why: why('state', status.state, 'stopped') }]
        : [];
    if (want === 'retired') return stop;
    if (want === 'absent')
      return status.presence === 'absent'
        ? []
        : [...stop, { op: 'destroy', args: {}, why: why('presence', 'present', 'absent') }];
    const start: StepOf<Ops> = { op: 'start', args: {}, why: why('state', status.state ?? 'absent', 'running') };
    if (status.presence === 'absent') {
      const create: StepOf<Ops> = {
        op: 'create',
        args: pick(want, SETTINGS),
        why: why('presence', 'absent', 'present', 'the zerodb is not there'),
      };
      return want.running ? [create, start, ...namespaceSteps(want, status)] : [create];
    }
    const steps: StepOf<Ops>[] = [];
    const running = status.state === 'running';
    const changed = changedFields(schema, want, status.config)
      .filter(({ field }) => field !== 'namespaces')
      .filter((field) => !isRefused(field));
    const cold = running ? changed.filter(({ change }) => change === 'restart') : [];
    for (const field of changed)
      if (!cold.includes(field)) steps.push({ op: 'configure', args: pick(want, [field.field]), why: field.why });
    if (!want.running) return [...stop, ...steps];
    if (cold.length > 0) {
      const changes = pick(
        want,
        cold.map(({ field }) => field),
      );
      steps.push({
        op: 'restart',
        args: { changes },
        why: { ...cold[0]!.why, text: cold.map((field) => field.why.text).join('; ') },
      }); // there is one
    } else if (!running) steps.push(start);
    return running ? [...steps, ...namespaceSteps(want, status)] : steps; // they are seen when it runs
  },

  refusals(want, status) {
    if (typeof want === 'string' || status.presence !== 'present') return [];
    const small = want.namespaces.flatMap(({ name, size }) => {
      const have = status.namespaces?.find(({ settings }) => settings.name === name);
      if (have === undefined || !tooSmall(size, have)) return [];
      return [
        why(
          `namespaces[${name}].size`,
          have.settings['size'],
          size,
          `namespaces[${name}].size: ${formatSize(size)} is below the ${formatSize(have.used)} in use`,
        ),
      ];
    });
    return [...refusedFields(schema, want, status.config), ...small];
  },

  contradictions: contradictionsOf,

  steps: {
    create: {
      risk: 'safe',
      summary: 'make the zerodb',
      run: (driver, settings, { key, uid, hash }) => driver.createZerodb(key, { uid, hash }, settings),
    },
    start: { risk: 'safe', summary: 'start it', run: (driver, _args, { key }) => driver.startZerodb(key) },
    stop: {
      risk: 'disruptive',
      summary: 'stop it; its data stays',
      run: (driver, _args, { key }) => driver.stopZerodb(key),
    },
    configure: {
      risk: 'safe',
      summary: 'change a setting',
      run: (driver, changes, { key }) => driver.configureZerodb(key, changes),
    },
    restart: {
      risk: 'disruptive',
      summary: 'restart it with other settings',
      async run(driver, { changes }, { key }) {
        await driver.stopZerodb(key);
        await driver.configureZerodb(key, changes);
        await driver.startZerodb(key);
      },
    },
    createNamespace: {
      risk: 'safe',
      summary: 'make a namespace',
      run: (driver, namespace, { key }) => driver.putNamespace(key, namespace),
    },
    setNamespace: {
      risk: 'safe',
      summary: 'change a namespace',
      run: (driver, namespace, { key }) => driver.putNamespace(key, namespace),
    },
    deleteNamespace: {
      risk: 'destructive',
      summary: 'delete a namespace with its data',
      run: (driver, { name }, { key }) => driver.deleteNamespace(key, name),
    },
    destroy: {
      risk: 'destructive',
      summary: 'destroy the zerodb and what is in it',
      run: (driver, _args, { key }) => driver.destroyZerodb(key),
    },
  },

  rekey: (driver, from, { key, uid, hash }) => driver.rekey(from, key, { uid, hash }),
  adopt: (driver, nativeId, { key, uid, hash }) => driver.adopt(key, nativeId, { uid, hash }),

  actions: {
    info: {
      summary: 'Say where it is reached and what its namespaces hold.',
      risk: 'safe',
      async run(driver, _args, { key }) {
        const view = await driver.inspectZerodb(key);
        if (view.presence !== 'present') return { presence: view.presence };
        const namespaces = (view.namespaces ?? []).map(({ settings, used }) => ({
          name: settings.name,
          size: settings['size'] ?? 0,
          used,
        }));
        return { address: view.address, port: view.port, state: view.state, namespaces };
      },
    },
  },
  probes: ({ port }) =>
    typeof port === 'number'
      ? [{ purpose: 'liveness', how: { tcp: port }, everyMs: 10_000, timeoutMs: 2000, failures: 3 }]
      : [],
  policy: { resyncMs: 10_000, ladder: ['restart'] },
});

/** Makes and changes before it deletes; a namespace given twice counts once. */
function namespaceSteps(want: ZerodbSpec, status: ZerodbStatus): readonly StepOf<Ops>[] {
  const have = new Map((status.namespaces ?? []).map((view) => [view.settings.name, view]));
  const wanted = new Map([...want.namespaces].reverse().map((namespace) => [namespace.name, namespace]));
  const steps: StepOf<Ops>[] = [];
  for (const namespace of want.namespaces) {
    const { name, size } = namespace;
    const seen = have.get(name);
    if (wanted.get(name) !== namespace || (seen !== undefined && tooSmall(size, seen))) continue;
    if (seen === undefined)
      steps.push({ op: 'createNamespace', args: namespace, why: why(`namespaces[${name}]`, 'absent', 'present') });
    else {
      const [first] = driftOf(schema, { namespaces: [namespace] }, { namespaces: [seen.settings] });
      if (first === undefined) continue;
      const field = first.field.replace('[0]', `[${name}]`);
      const text = first.secret === true ? `${field}: the secret differs` : undefined;
      steps.push({ op: 'setNamespace', args: namespace, why: why(field, first.have, first.want, text) });
    }
  }
  for (const [name, { used }] of have) {
    if (wanted.has(name)) continue;
    const because = why(`namespaces[${name}]`, `present, ${formatSize(used)} in it`, 'absent');
    steps.push({ op: 'deleteNamespace', args: { name }, why: because, risk: used > 0 ? 'destructive' : 'safe' });
  }
  return steps;
}

function tooSmall(size: number, have: NamespaceView): boolean {
  return size > 0 && size < have.used;
}
