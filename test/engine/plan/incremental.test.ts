// The properties of a plan on random small grids: a change planned alone equals a full plan, order respects links, nothing
// depends on the order of maps, and nothing is written to what was given.

import { expect } from 'chai';
import fc from 'fast-check';
import { plan, Planner, type Fill, type Plan } from '../../../engine/plan/index.ts';
import type { GridState } from '../../../engine/model/service.ts';
import { applied, change, services, world } from './random-grid.ts';
import { freeze, grid, registry, seen, service, state, there } from './toys.ts';

const fill: Fill = (body, values) => JSON.stringify(values.status(body.status[0]!.key, 'address'));

describe('plan: properties', () => {
  for (const [name, options] of [
    ['later values open', { now: 10 }],
    ['later values filled', { now: 3, fill }],
  ] as const) {
    it(`planned change by change is what a full plan gives (${name})`, () => {
      fc.assert(
        fc.property(services, world, fc.array(change, { minLength: 1, maxLength: 6 }), (first, at, changes) => {
          let desired = state(first);
          let known = grid(at);
          const planner = new Planner(registry, options);
          planner.full(desired, known);
          for (const one of changes) {
            [desired, known] = applied(desired, known, one);
            const quick = planner.change(one);
            const whole = plan(desired, known, registry, options);
            if (quick.hash !== whole.hash) expect(quick).to.deep.equal(whole);
            expect(quick.hash).to.equal(whole.hash);
            expect(quick.summary).to.deep.equal(whole.summary);
            expect(quick.blast).to.deep.equal(whole.blast);
          }
        }),
        { numRuns: 400 },
      );
    });
  }

  it('does not depend on the order in which things are given', () => {
    fc.assert(
      fc.property(services, world, fc.infiniteStream(fc.nat()), (list, at, random) => {
        const known = grid(at);
        const shuffled = <K, V>(map: ReadonlyMap<K, V>): Map<K, V> =>
          new Map(
            [...map]
              .map((entry) => [random.next().value ?? 0, entry] as const)
              .sort(([a], [b]) => a - b)
              .map(([, entry]) => entry),
          );
        const other: GridState = {
          ...known,
          records: shuffled(known.records),
          tombstones: shuffled(known.tombstones),
          observed: shuffled(known.observed),
        };
        const desired = state(list);
        const mixed = { ...desired, services: shuffled(desired.services) };
        expect(plan(mixed, other, registry, { fill })).to.deep.equal(plan(desired, known, registry, { fill }));
      }),
      { numRuns: 200 },
    );
  });

  it('reads its arguments only, and gives the same plan twice', () => {
    fc.assert(
      fc.property(services, world, (list, at) => {
        const desired = freeze(state(list));
        const known = freeze(grid(at));
        expect(plan(desired, known, registry, { fill })).to.deep.equal(plan(desired, known, registry, { fill }));
      }),
      { numRuns: 100 },
    );
  });

  it('keeps producers before what is made on them, consumers gone before producers, and every item after what it names', () => {
    fc.assert(
      fc.property(services, world, (list, at) => {
        const desired = state(list);
        const known = grid(at);
        const made = plan(desired, known, registry);
        const position = new Map(made.items.map((one, i) => [one.key, i]));
        const byKey = new Map(made.items.map((one) => [one.key, one]));
        for (const one of made.items) {
          for (const before of one.after) {
            expect(byKey.get(before)!.wave, `${before} before ${one.key}`).to.be.lessThan(one.wave);
            expect(position.get(before)!).to.be.lessThan(position.get(one.key)!);
          }
          if (one.verb === 'create' || one.verb === 'replace') {
            for (const { to } of desired.services.get(one.key)!.links) {
              const producer = byKey.get(to);
              // A blocked one is the unit tests' affair: it holds up only when it is not there.
              if (producer !== undefined && producer.verb !== 'blocked' && desired.services.has(to))
                expect(producer.wave, `${to} before ${one.key}`).to.be.lessThan(one.wave);
            }
          }
          if (one.verb === 'delete' || one.verb === 'retire') {
            const links = (known.records.get(one.key) ?? known.tombstones.get(one.key)!.record).links;
            for (const { to } of links) {
              const producer = byKey.get(to);
              if (producer?.verb === 'delete' || producer?.verb === 'retire')
                expect(one.wave).to.be.lessThan(producer.wave);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('has no item for what is as wanted: nothing in it is without a step or a reason to be blocked', () => {
    fc.assert(
      fc.property(services, world, (list, at) => {
        const made: Plan = plan(state(list), grid(at), registry, { fill });
        for (const one of made.items) {
          expect(one.steps.length > 0, one.key).to.equal(one.verb !== 'blocked');
          for (const step of one.steps) expect(step.why.field !== '' && step.why.text !== '', step.id).to.equal(true);
        }
        expect(new Set(made.items.map(({ key }) => key)).size).to.equal(made.items.length);
      }),
      { numRuns: 200 },
    );
  });

  it('touches nothing that is protected, foreign, unknown or owned elsewhere', () => {
    fc.assert(
      fc.property(services, world, (list, at) => {
        const known = grid(at);
        const made = plan(state(list), known, registry);
        for (const one of made.items.filter(({ steps }) => steps.length > 0)) {
          const record = known.records.get(one.key);
          expect(record === undefined || record.blueprint === 'shop', one.key).to.equal(true);
          if (one.verb === 'delete' || one.verb === 'retire')
            expect(record?.common.protect ?? false, one.key).to.equal(false);
          if (one.from === undefined)
            expect(known.observed.get(one.key)?.status.presence, one.key).to.not.equal('foreign');
          expect(made.unknown.some(({ key }) => key === one.key)).to.equal(false);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('planning a change', () => {
  it('draws the order again when a producer that holds others up is there after all', () => {
    const paused = service('kid/p', { spec: { value: 'b' }, common: { paused: true } });
    const consumer = service('kid/c', { spec: { value: 'b' }, links: ['kid/p'] });
    const desired = state([paused, consumer]);
    const known = grid({
      records: [paused, consumer],
      seen: { 'kid/p': { presence: 'absent' }, 'kid/c': there({ value: 'a' }) },
    });
    const planner = new Planner(registry);
    const after = (made: Plan): unknown => made.items.find(({ key }) => key === 'kid/c')?.after;
    expect(after(planner.full(desired, known))).to.deep.equal(['kid/p']);
    const here = new Map([['kid/p', seen('kid/p', there({ value: 'a' }))] as const]);
    expect(after(planner.change({ observed: here }))).to.deep.equal([]);
  });

  it('asks for a full plan first', () => {
    expect(() => new Planner(registry).change({})).to.throw('full plan first');
  });

  it('does not build on a change that failed half way', () => {
    const planner = new Planner(registry);
    const a = service('box/a', { links: ['box/b'] });
    planner.full(state([a, service('box/b')]), grid());
    const circle = new Map([['box/b', service('box/b', { links: ['box/a'] })] as const]);
    expect(() => planner.change({ services: circle })).to.throw('circle');
    expect(() => planner.change({})).to.throw('full plan first');
  });

  it('leaves the plans it gave before as they were', () => {
    const planner = new Planner(registry);
    const first = planner.full(state([service('box/a')]), grid());
    const before = structuredClone(first);
    planner.change({ services: new Map([['box/b', service('box/b')] as const]) });
    expect(first).to.deep.equal(before);
  });
});
