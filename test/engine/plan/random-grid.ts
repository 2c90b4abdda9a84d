// Small random grids for the planner's properties: eight numbered services of three kinds that link downwards, with renames,
// replicas, records of two blueprints, tombstones and a world that knows some of it, and random changes of all that.

import fc from 'fast-check';
import type { ServiceKey } from '../../../engine/model/key.ts';
import type { DesiredService, DesiredState, GridState, Observed } from '../../../engine/model/service.ts';
import { seen, service, state, there, tombstone, type World } from './toys.ts';

const NUMBERS = [0, 1, 2, 3, 4, 5, 6, 7];

interface Seed {
  readonly kind: 'box' | 'disk' | 'kid';
  readonly value: number;
  readonly links: readonly number[];
  readonly restart: boolean;
  readonly later: boolean;
  readonly min: number;
  readonly shape: 'plain' | 'was' | 'one' | 'two';
  readonly was: number;
  readonly protect: boolean;
  readonly paused: boolean;
}

const seed: fc.Arbitrary<Seed> = fc.record({
  kind: fc.constantFrom('box', 'disk', 'kid'),
  value: fc.nat(2),
  links: fc.uniqueArray(fc.nat(6), { maxLength: 3 }),
  restart: fc.boolean(),
  later: fc.boolean(),
  min: fc.nat(2),
  shape: fc.constantFrom('plain', 'plain', 'plain', 'was', 'one', 'two'),
  was: fc.nat(7),
  protect: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  paused: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});

/** Everybody links only to lower numbers, so there are no circles. The kind of a number is fixed by the number. */
function keyOf(number: number, shape: Seed['shape'] = 'plain'): ServiceKey {
  const kind = (['box', 'disk', 'kid', 'box'] as const)[number % 4]!;
  return shape === 'one' || shape === 'two' ? `${kind}/s${number}.${shape === 'one' ? 1 : 2}` : `${kind}/s${number}`;
}

function built(number: number, one: Seed, blueprint = 'shop'): DesiredService {
  const key = keyOf(number, one.shape);
  const kind = key.slice(0, key.indexOf('/'));
  const links = one.links
    .filter((to) => to < number)
    .map((to, i) => ({
      to: keyOf(to),
      type: one.later && i === 0 ? ('status' as const) : ('consume' as const),
      onReplace: one.restart ? ('restart' as const) : ('nothing' as const),
      min: one.min,
      path: `/all/${i}`,
      role: 'kid',
    }));
  const first = links[0];
  const reads = first?.type === 'status' && kind === 'box';
  const later = {
    $ays: {
      template: `{{status "${first?.to}" "address"}}`,
      whole: true,
      status: [{ key: first?.to ?? key, field: 'address' }],
      secrets: [],
    },
  };
  const spec =
    kind === 'box'
      ? {
          image: `i${one.value}`,
          note: reads ? later : `n${one.value}`,
          ...(one.value === 2 && { probe: { every: 1 } }),
        }
      : kind === 'disk'
        ? { size: 1 + one.value, ...(one.value === 2 && { format: 'x' }) }
        : { value: `v${one.value}` };
  const was = one.shape === 'was' && one.was !== number ? keyOf(one.was) : undefined;
  return service(key, {
    spec,
    links,
    blueprint,
    common: { protect: one.protect, paused: one.paused, ...(was && { was }) },
    ...((one.shape === 'one' || one.shape === 'two') && {
      group: { key: keyOf(number), index: one.shape === 'one' ? 1 : 2, size: 2 },
    }),
  });
}

export const services = fc
  .tuple(
    ...NUMBERS.map((number) =>
      fc.option(seed, { freq: 3 }).map((one) => (one === null ? undefined : built(number, one))),
    ),
  )
  .map((list) => list.filter((one) => one !== undefined));

const status = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ presence: 'absent' as const }) },
  { weight: 1, arbitrary: fc.constant({ presence: 'foreign' as const, foreign: { id: 'x' } }) },
  {
    weight: 6,
    arbitrary: fc
      .record({ value: fc.nat(2), up: fc.boolean(), address: fc.nat(2) })
      .map(({ value, up, address }) =>
        there(
          { image: `i${value}`, note: `n${value}`, size: 1 + value, value: `v${value}` },
          { up, outputs: { address: `n${address}` } },
        ),
      ),
  },
);

const anyKey = fc
  .tuple(fc.nat(7), fc.constantFrom<Seed['shape']>('plain', 'plain', 'one', 'two'))
  .map(([number, shape]) => keyOf(number, shape));

export const world: fc.Arbitrary<World> = fc
  .record({
    own: services,
    foreign: fc.array(
      fc.tuple(fc.nat(7), seed).map(([number, one]) => built(number, { ...one, shape: 'plain' }, 'blog')),
      { maxLength: 2 },
    ),
    kept: fc.array(fc.tuple(fc.nat(7), seed, fc.constantFrom<'retired' | 'deleted'>('retired', 'deleted')), {
      maxLength: 2,
    }),
    seen: fc.array(fc.tuple(anyKey, status), { maxLength: 12 }),
  })
  .map(({ own, foreign, kept, seen: list }) => {
    const records = new Map([...own, ...foreign].map((one) => [one.key, one]));
    const tombstones = kept
      .map(([number, one, how]) => tombstone(built(number, { ...one, shape: 'plain' }), how, 5))
      .filter(({ key }) => !records.has(key));
    return {
      records: [...records.values()],
      tombstones: [...new Map(tombstones.map((one) => [one.key, one])).values()],
      seen: Object.fromEntries(list),
    };
  });

export interface Change {
  readonly services: ReadonlyMap<ServiceKey, DesiredService | undefined>;
  readonly observed: ReadonlyMap<ServiceKey, Observed | undefined>;
}

export const change: fc.Arbitrary<Change> = fc
  .record({
    services: fc.array(
      fc.oneof(
        fc.tuple(fc.nat(7), seed).map(([number, one]) => built(number, one)),
        anyKey,
      ),
      { maxLength: 3 },
    ),
    observed: fc.array(fc.tuple(anyKey, fc.option(status, { freq: 4 })), { maxLength: 3 }),
  })
  .map((made) => ({
    services: new Map(made.services.map((one) => (typeof one === 'string' ? [one, undefined] : [one.key, one]))),
    observed: new Map(made.observed.map(([key, one]) => [key, one === null ? undefined : seen(key, one)])),
  }));

export function applied(
  desired: DesiredState,
  there_: GridState,
  { services: changed, observed }: Change,
): [DesiredState, GridState] {
  const nextServices = new Map(desired.services);
  for (const [key, one] of changed) one === undefined ? nextServices.delete(key) : nextServices.set(key, one);
  const nextObserved = new Map(there_.observed);
  for (const [key, one] of observed) one === undefined ? nextObserved.delete(key) : nextObserved.set(key, one);
  return [state([...nextServices.values()]), { ...there_, observed: nextObserved }];
}
