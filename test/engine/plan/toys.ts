// A tiny world for the planner's tests: a workload, a kind that holds data, a plain producer; and short ways to write what is
// wanted, stored and seen.

import { anyActor, Registry } from '../../../engine/model/registry.ts';
import { defineActor, type AnyActor, type Status, type StepOf, type Want } from '../../../engine/model/actor.ts';
import { canonicalJson, type JsonObject } from '../../../engine/model/json.ts';
import { kindOf, type ServiceKey } from '../../../engine/model/key.ts';
import { driftOf, why, whyDrift } from '../../../engine/model/drift.ts';
import { asKindSchema, type KindSchema } from '../../../engine/model/schema.ts';
import { sha256 } from '../../../engine/plan/digest.ts';
import { plan, type Plan, type PlanItem, type PlanOptions } from '../../../engine/plan/index.ts';
import type {
  CommonFields,
  DesiredService,
  DesiredState,
  GridState,
  Observed,
  ServiceLink,
  ServiceRecord,
  Tombstone,
} from '../../../engine/model/service.ts';

type Ops = {
  create: null;
  start: null;
  stop: null;
  restart: null;
  update: null;
  grow: null;
  move: null;
  remove: null;
  detach: null;
};

const nothing = async (): Promise<void> => {};

function toy(schema: KindSchema, kind = schema.$id.replace('.schema.json', '')): AnyActor {
  const holdsData = schema['x-holdsData'] === true;
  return anyActor(
    defineActor<JsonObject, Status & { readonly up?: boolean }, unknown, Ops>()({
      kind,
      version: '1',
      schema,
      port: 'toys',
      observe: async () => ({ presence: 'absent' }),
      diff: (want, status) => diff(schema, holdsData, want, status),
      steps: {
        create: { risk: 'safe', summary: `make the ${kind}`, run: nothing },
        start: { risk: 'safe', summary: 'start it', run: nothing },
        stop: { risk: 'disruptive', summary: 'stop it', run: nothing },
        restart: { risk: 'disruptive', summary: 'restart it', run: nothing },
        update: { risk: 'safe', summary: 'set it', run: nothing },
        grow: { risk: 'safe', summary: 'grow it', run: nothing },
        move: { risk: 'disruptive', summary: 'move it', run: nothing },
        detach: { risk: 'disruptive', summary: 'detach it', run: nothing },
        remove: { risk: holdsData ? 'destructive' : 'disruptive', summary: `remove the ${kind}`, run: nothing },
      },
      rekey: nothing,
      adopt: nothing,
    }),
  );
}

function diff(
  schema: KindSchema,
  holdsData: boolean,
  want: Want<JsonObject>,
  status: Status & { readonly up?: boolean },
): readonly StepOf<Ops>[] {
  const present = status.presence === 'present';
  if (want === 'absent')
    return present ? [{ op: 'remove', args: null, why: why('presence', 'present', 'absent') }] : [];
  if (want === 'retired')
    return present && status.up !== false ? [{ op: 'detach', args: null, why: why('attached', true, false) }] : [];
  if (!present) return [{ op: 'create', args: null, why: why('presence', 'absent', 'present') }];
  const steps: StepOf<Ops>[] = [];
  for (const drift of driftOf(schema, want, status.config)) {
    const because = whyDrift(drift);
    if (drift.change === 'replace') {
      return [
        { op: 'remove', args: null, why: because },
        { op: 'create', args: null, why: because },
      ];
    }
    if (drift.change === 'restart') steps.push({ op: 'restart', args: null, why: because });
    else if (drift.change === 'grow') steps.push({ op: 'grow', args: null, why: because });
    else if (drift.change === 'move') steps.push({ op: 'move', args: null, why: because });
    else if (drift.change === 'live') steps.push({ op: 'update', args: null, why: because });
  }
  if (status.up === false && (want.running || holdsData))
    steps.push({ op: 'start', args: null, why: why('running', false, true) });
  return steps;
}

const base = { type: 'object', title: 'a toy', description: 'a toy', additionalProperties: false } as const;

export const boxSchema = asKindSchema({
  ...base,
  $id: 'box.schema.json',
  'x-outputs': { address: { type: 'string' } },
  properties: {
    image: { type: 'string', 'x-change': 'replace' },
    env: { type: 'object', additionalProperties: { type: 'string' }, 'x-change': 'restart' },
    note: { type: 'string', 'x-change': 'live' },
    mounts: {
      type: 'array',
      items: { type: 'object', properties: { room: { type: 'string', format: 'size' } } },
      'x-change': 'replace',
    },
    probe: { type: 'object', 'x-change': 'live' },
  },
});

export const diskSchema = asKindSchema({
  ...base,
  $id: 'disk.schema.json',
  'x-holdsData': true,
  properties: {
    size: { type: 'string', format: 'size', 'x-change': 'grow' },
    format: { type: 'string', 'x-change': 'replace' },
    block: { type: 'integer', 'x-change': 'refused' },
    pool: { type: 'string', 'x-change': 'move' },
  },
});

export const kidSchema = asKindSchema({
  ...base,
  $id: 'kid.schema.json',
  properties: { value: { type: 'string', 'x-change': 'live' } },
});

export const registry = new Registry([
  toy(boxSchema),
  toy(diskSchema),
  toy(kidSchema),
  toy(kidSchema, 'kid.big'),
  toy({ ...kidSchema, $id: 'kp.schema.json' }),
]);

export const COMMON: CommonFields = {
  labels: {},
  running: true,
  paused: false,
  protect: false,
  retainMs: 604_800_000,
  heal: {},
};

export interface Wish {
  readonly spec?: JsonObject;
  readonly common?: Partial<CommonFields>;
  readonly links?: readonly (ServiceKey | (Partial<ServiceLink> & { readonly to: ServiceKey }))[];
  readonly actor?: string;
  readonly blueprint?: string;
  readonly group?: DesiredService['group'];
}

export function service(key: ServiceKey, wish: Wish = {}): DesiredService {
  const kind = kindOf(key);
  const spec = wish.spec ?? {};
  const common = { ...COMMON, ...wish.common };
  const actor = wish.actor ?? kind;
  return {
    key,
    kind,
    actor,
    blueprint: wish.blueprint ?? 'shop',
    scope: '',
    spec,
    common,
    links: (wish.links ?? []).map((link, i) => linkTo(link, i)),
    // The hash covers what is stored, except for `was`, which is a question.
    hash: sha256(canonicalJson({ actor, spec, common: { ...common, was: undefined } })),
    origin: { file: 'shop.yaml', line: 1, column: 1 },
    ...(wish.group && { group: wish.group }),
  };
}

function linkTo(link: ServiceKey | (Partial<ServiceLink> & { readonly to: ServiceKey }), index: number): ServiceLink {
  const given = typeof link === 'string' ? { to: link } : link;
  const role = kindOf(given.to);
  return {
    type: 'consume',
    path: `/${role}/${index}`,
    role,
    argument: role,
    until: 'ready',
    onReplace: 'nothing',
    min: 1,
    ...given,
  };
}

export function record(desired: DesiredService): ServiceRecord {
  return { ...desired, uid: `uid-${desired.key}`, generation: 1, revision: 1 };
}

export function state(services: readonly DesiredService[], blueprint = 'shop'): DesiredState {
  const groups = new Map<ServiceKey, ServiceKey[]>();
  for (const { key, group } of services) if (group) groups.set(group.key, [...(groups.get(group.key) ?? []), key]);
  return {
    format: 1,
    blueprint,
    scope: '',
    params: {},
    services: new Map(services.map((one) => [one.key, one])),
    groups,
    actions: [],
    eventfilters: [],
    secrets: {},
    outputs: {},
    choices: {},
    actors: {},
    packages: {},
    contents: new Map(),
    hash: '',
  };
}

export interface World {
  readonly records?: readonly DesiredService[];
  readonly tombstones?: readonly Tombstone[];
  readonly seen?: Readonly<Record<ServiceKey, Status & { readonly up?: boolean }>>;
  readonly revision?: number;
}

export function grid(world: World = {}): GridState {
  return {
    revisions:
      world.revision === undefined
        ? new Map()
        : new Map([['shop', { blueprint: 'shop', number: world.revision, params: {}, choices: {} }]]),
    records: new Map((world.records ?? []).map((one) => [one.key, record(one)])),
    tombstones: new Map((world.tombstones ?? []).map((one) => [one.key, one])),
    observed: new Map(
      Object.entries(world.seen ?? {}).map(([key, status]) => [key as ServiceKey, seen(key as ServiceKey, status)]),
    ),
    secrets: new Set(),
  };
}

export function seen(key: ServiceKey, status: Status): Observed {
  return { key, status, seenAt: 0 };
}

/** There as wanted. */
export function there(
  config: JsonObject = {},
  rest: Partial<Status> & { readonly up?: boolean } = {},
): Status & { readonly up?: boolean } {
  return { presence: 'present', config, ...rest };
}

export function tombstone(desired: DesiredService, stateOf: 'retired' | 'deleted', until?: number): Tombstone {
  return {
    key: desired.key,
    uid: `uid-${desired.key}`,
    record: record(desired),
    state: stateOf,
    ...(until !== undefined && { until }),
  };
}

export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (value instanceof Map) for (const one of value.values()) freeze(one);
  else if (!ArrayBuffer.isView(value)) {
    Object.freeze(value);
    for (const one of Object.values(value)) freeze(one);
  }
  return value;
}

export function planned(services: readonly DesiredService[], world: World = {}, options: PlanOptions = {}): Plan {
  return plan(state(services), grid(world), registry, options);
}

export function item(made: Plan, key: ServiceKey): PlanItem {
  const found = made.items.find((one) => one.key === key);
  if (found === undefined) throw new Error(`no item ${key} among ${made.items.map((one) => one.key).join(', ')}`);
  return found;
}

export function verbs(made: Plan): Record<string, string> {
  return Object.fromEntries(made.items.map(({ key, verb }) => [key, verb]));
}

export function ops(made: Plan, key: ServiceKey): string[] {
  return item(made, key).steps.map(({ op }) => op);
}
