// The planner alone, in process: a full plan of grids of 1,000 to 100,000 services, all to be made and all as wanted, its
// slope, and one change in each. The baseline is the least a planner can do: ask every actor for its diff.

import { Planner, plan } from '../engine/plan/index.ts';
import { defineActor, type Status, type StepOf } from '../engine/model/actor.ts';
import { driftOf, why, whyDrift } from '../engine/model/drift.ts';
import type { JsonObject } from '../engine/model/json.ts';
import { serviceKey, type ServiceKey } from '../engine/model/key.ts';
import { anyActor, Registry } from '../engine/model/registry.ts';
import { asKindSchema } from '../engine/model/schema.ts';
import { EMPTY_GRID, type DesiredService, type DesiredState, type GridState } from '../engine/model/service.ts';
import { exponent, measure, measureBoth, ms, printTable, say } from './measure.ts';

const schema = asKindSchema({
  $id: 'box.schema.json',
  title: 'box',
  description: 'a workload for measuring',
  type: 'object',
  additionalProperties: false,
  properties: {
    image: { type: 'string', 'x-change': 'replace' },
    command: { type: 'array', items: { type: 'string' }, 'x-change': 'restart' },
    env: { type: 'object', additionalProperties: { type: 'string' }, 'x-change': 'restart' },
    memory: { type: 'string', format: 'size', 'x-change': 'live' },
  },
});

type Ops = { create: null; update: null; remove: null };
const idle = async (): Promise<void> => {};
const definition = { summary: 'a step', risk: 'safe', run: idle } as const;

const box = defineActor<JsonObject, Status, unknown, Ops>()({
  kind: 'box',
  version: '1',
  schema,
  port: 'boxes',
  observe: async () => ({ presence: 'absent' }),
  diff(want, status): readonly StepOf<Ops>[] {
    if (typeof want === 'string') return [{ op: 'remove', args: null, why: why('presence', 'present', 'absent') }];
    if (status.presence === 'absent') return [{ op: 'create', args: null, why: why('presence', 'absent', 'present') }];
    return driftOf(schema, want, status.config).map((drift) => ({ op: 'update', args: null, why: whyDrift(drift) }));
  },
  steps: { create: definition, update: definition, remove: definition },
  rekey: idle,
  adopt: idle,
});

const registry = new Registry([anyActor(box)]);

/** Every service but the first of ten links to the first of its ten, and that one to the ten before. */
function services(count: number): Map<ServiceKey, DesiredService> {
  const made = new Map<ServiceKey, DesiredService>();
  for (let i = 0; i < count; i++) {
    const key = serviceKey('box', `b${String(i).padStart(6, '0')}`);
    const producer = i % 10 === 0 ? i - 10 : i - (i % 10);
    const to = serviceKey('box', `b${String(producer).padStart(6, '0')}`);
    const link = {
      type: 'consume',
      path: '/box',
      role: 'box',
      argument: 'box',
      to,
      until: 'ready',
      onReplace: 'nothing',
      min: 1,
    } as const;
    made.set(key, {
      key,
      kind: 'box',
      actor: 'box',
      blueprint: 'bench',
      scope: '',
      spec: {
        image: 'oci:registry.test/box:1',
        command: ['serve', '--port', '80'],
        env: { NUMBER: String(i), LOG: 'info' },
        memory: 1 << 20,
      },
      common: { labels: {}, running: true, paused: false, protect: false, retainMs: 0, heal: {} },
      links: producer < 0 || i % 1000 === 0 ? [] : [link],
      hash: `hash-${i}`,
      origin: { file: 'bench.yaml', line: i, column: 1 },
    });
  }
  return made;
}

function stateOf(made: ReadonlyMap<ServiceKey, DesiredService>): DesiredState {
  return {
    format: 1,
    blueprint: 'bench',
    scope: '',
    params: {},
    services: made,
    groups: new Map(),
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

/** Everything stored and seen as wanted. */
function convergedGrid(made: ReadonlyMap<ServiceKey, DesiredService>): GridState {
  return {
    ...EMPTY_GRID,
    records: new Map([...made].map(([key, one]) => [key, { ...one, uid: `uid-${key}`, generation: 1, revision: 1 }])),
    observed: new Map(
      [...made].map(([key, { spec }]) => [
        key,
        { key, status: { presence: 'present', config: structuredClone(spec) }, seenAt: 0 },
      ]),
    ),
  };
}

function bareDiff(desired: DesiredState, grid: GridState): number {
  let steps = 0;
  for (const [key, { spec }] of desired.services) {
    steps += box.diff({ ...spec, running: true }, grid.observed.get(key)?.status ?? { presence: 'absent' }).length;
  }
  return steps;
}

const CHANGES = 50;

/** One service after the other gets another spec and is planned alone. */
async function oneChange(desired: DesiredState, grid: GridState): Promise<Awaited<ReturnType<typeof measure>>> {
  const planner = new Planner(registry);
  planner.full(desired, grid);
  const keys = [...desired.services.keys()];
  let at = 0;
  return measure(CHANGES, () => {
    const key = keys[(at++ * 7919) % keys.length]!;
    const before = desired.services.get(key)!; // a key of the same map
    const after = { ...before, hash: `${before.hash}-${at}`, spec: { ...before.spec, memory: at } };
    planner.change({ services: new Map([[key, after]]) });
  });
}

export async function benchPlan(sizes: readonly number[] = [1_000, 10_000, 100_000]): Promise<void> {
  const rows: string[][] = [['services', 'state', 'full plan', 'bare diff', 'ratio', 'one change']];
  for (const situation of ['all to be made', 'all as wanted'] as const) {
    const points: { size: number; ms: number }[] = [];
    for (const size of sizes) {
      const desired = stateOf(services(size));
      const grid = situation === 'all as wanted' ? convergedGrid(desired.services) : EMPTY_GRID;
      const runs = size >= 100_000 ? 5 : 15;
      plan(desired, grid, registry); // warm
      const [full, bare] = await measureBoth(
        runs,
        () => plan(desired, grid, registry),
        () => bareDiff(desired, grid),
      );
      const change = await oneChange(desired, grid);
      points.push({ size, ms: full.medianMs });
      rows.push([
        String(size),
        situation,
        say(full),
        ms(bare.medianMs),
        (full.medianMs / bare.medianMs).toFixed(1),
        say(change),
      ]);
    }
    rows.push(['', situation, `slope: time ~ size^${exponent(points).toFixed(2)}`, '', '', '']);
  }
  printTable('The planner, in process', rows);
}

if (import.meta.filename === process.argv[1]) await benchPlan();
