// Several people at one grid at once, and any sequence of what they may ask: one owner for each service, numbers without a gap,
// nothing protected goes, nothing acknowledged is lost.

import { expect } from 'chai';
import fc from 'fast-check';
import { applyRevision } from '../../../engine/grid/apply.ts';
import { agree, pause, resume, retry } from '../../../engine/grid/asks.ts';
import { forget, give, renameBlueprint } from '../../../engine/grid/ownership.ts';
import { destroyBlueprint, destroyData, endRetention } from '../../../engine/grid/removal.ts';
import { renameService } from '../../../engine/grid/rename.ts';
import { rollback } from '../../../engine/grid/rollback.ts';
import { setFields, setRunning, unsetFields } from '../../../engine/grid/set.ts';
import { EngineError } from '../../../engine/model/errors.ts';
import type { ServiceKey } from '../../../engine/model/key.ts';
import type { Overlay } from '../../../engine/store/records.ts';
import { check, Desk, refused, somebody } from './desk.ts';

const author = somebody;
const text = (blueprint: string, boxes: number, image: number, disk: boolean, protect = false): string => `
blueprint: ${blueprint}
node__${blueprint}:
${disk ? `storagepool__${blueprint}: { profile: single, devices: [{ file: a.img, size: 8GiB }], protect: ${protect} }\n` : ''}
${boxes === 0 ? '' : `container__${blueprint}-box: { image: 'oci:registry.test/x:${image}', replicas: ${boxes}, env: { A: b } }`}
`;

describe('two at once', () => {
  it('apply: exactly one wins, and the other is shown that the plan is stale', async () => {
    for (let round = 0; round < 20; round++) {
      const desk = await Desk.make();
      await desk.apply(text('shop', 2, 1, true));
      const plans = await Promise.all([desk.plan(text('shop', 3, 1, true)), desk.plan(text('shop', 1, 2, true))]);
      const results = await Promise.allSettled(
        plans.map(({ desired, made }) =>
          applyRevision(desk.door(), desk.gridClock, { desired, plan: made, author, cause: 'apply', consents: [] }),
        ),
      );
      const lost = results.filter((one) => one.status === 'rejected');
      expect(lost).to.have.length(1);
      expect((lost[0]!.reason as EngineError).code).to.equal('PLAN_STALE');
      await desk.check();
    }
  });

  it('set different fields: both are there afterwards, in two revisions', async () => {
    const desk = await Desk.make();
    await desk.apply(text('shop', 2, 1, false));
    const name = 'container/shop-box';
    await Promise.all(
      ['1', '2', '3', '4'].map((value) =>
        setFields(desk.door(), desk.gridClock, { ...desk.ask, name, fields: { [`env.V${value}`]: value }, check }),
      ),
    );
    expect((await desk.service('container/shop-box.1'))!.spec['env']).to.deep.equal({
      A: 'b',
      V1: '1',
      V2: '2',
      V3: '3',
      V4: '4',
    });
    expect((await desk.head('shop'))!.revision).to.equal(5);
    await desk.check();
  });

  it('ask, pause and give the same services: nothing that was acknowledged is lost', async () => {
    const desk = await Desk.make();
    await desk.apply(text('shop', 3, 1, true));
    const name = 'container/shop-box';
    const op = Object.keys(desk.registry.actor('container')!.steps)[0]!;
    await Promise.all([
      retry(desk.door(), { name, author }),
      agree(desk.door(), { name, author, op, reason: 'yes', registry: desk.registry }),
      pause(desk.door(), { name, author, reason: 'x' }),
      give(desk.door(), { name, to: 'other', author }),
      give(desk.door(), { name: 'storagepool/shop', to: 'other', author }),
    ]);
    for (const n of [1, 2, 3]) {
      const ask = (await desk.store.get('meta', `ask ${name}.${n}`))!.value as { events: { type: string }[] };
      expect(ask.events.map(({ type }) => type).sort()).to.deep.equal(['CONSENT', 'RETRY']);
      expect(((await desk.store.get('overlay', `${name}.${n}`))!.value as unknown as Overlay).paused!.reason).to.equal(
        'x',
      );
    }
    expect((await desk.head('other'))!.services).to.equal(4);
    await desk.check();
  });

  it('give to two: one gets it, the other is told whose it is by then', async () => {
    const desk = await Desk.make();
    await desk.apply(text('shop', 1, 1, false));
    const results = await Promise.all(
      ['a', 'b'].map((to) => give(desk.door(), { name: 'container/shop-box', to, author })),
    );
    expect(results).to.have.length(2);
    const { blueprint } = (await desk.service('container/shop-box'))!;
    expect(['a', 'b']).to.include(blueprint);
    await desk.check();
  });
});

type Act = (desk: Desk) => Promise<unknown>;

const names = ['shop', 'site', 'old'];
const blueprint = fc.constantFrom(...names);
const key = fc.oneof(
  fc.tuple(fc.constantFrom('container', 'container'), blueprint).map(([kind, name]) => `${kind}/${name}-box`),
  blueprint.map((name) => `storagepool/${name}`),
  blueprint.map((name) => `node/${name}`),
);
/** Named, so that a failing sequence can be read. */
const act = (name: string, run: Act): readonly [string, Act] => [name, run];
const change = fc.oneof(
  fc
    .tuple(blueprint, fc.nat(3), fc.nat(2), fc.boolean(), fc.boolean())
    .map(([name, boxes, image, disk, protect]) =>
      act(`apply ${name} ${boxes} ${image} ${disk} ${protect}`, (desk) =>
        desk.apply(text(name, boxes, image, disk, protect)),
      ),
    ),
  fc.tuple(key, fc.nat(3)).map(([name, n]) => {
    const fields = { 'env.A': String(n), replicas: n + 1 };
    return act(`set ${name} ${n}`, (desk) =>
      setFields(desk.store, desk.gridClock, { ...desk.ask, name, fields, check }),
    );
  }),
  key.map((name) => act(`unset ${name}`, (desk) => unsetFields(desk.store, desk.gridClock, { ...desk.ask, name }))),
  fc
    .tuple(key, fc.boolean())
    .map(([name, running]) =>
      act(`run ${name} ${running}`, (desk) => setRunning(desk.store, desk.gridClock, { ...desk.ask, name, running })),
    ),
  key.map((name) => act(`pause ${name}`, (desk) => pause(desk.store, { name, author, reason: 'x', forMs: 5_000 }))),
  key.map((name) => act(`resume ${name}`, (desk) => resume(desk.store, { name, author }))),
  fc
    .tuple(key, blueprint)
    .map(([name, to]) => act(`give ${name} ${to}`, (desk) => give(desk.store, { name, to, author }))),
  fc
    .tuple(blueprint, blueprint)
    .map(([from, to]) =>
      act(`rename blueprint ${from} ${to}`, (desk) => renameBlueprint(desk.store, { from, to, author })),
    ),
  fc
    .tuple(key, blueprint)
    .map(([name, to]) =>
      act(`rename ${name} ${to}`, (desk) =>
        renameService(desk.store, desk.gridClock, { ...desk.ask, name, to: `${to}-box` }),
      ),
    ),
  key.map((name) => act(`forget ${name}`, (desk) => forget(desk.store, { name, author }))),
  blueprint.map((name) =>
    act(`destroy ${name}`, (desk) => destroyBlueprint(desk.store, desk.gridClock, { ...desk.ask, blueprint: name })),
  ),
  fc
    .tuple(key, fc.boolean())
    .map(([name, data]) =>
      act(`destroy ${name} ${data}`, (desk) =>
        destroyData(desk.store, desk.gridClock, { name, data, author, registry: desk.registry }),
      ),
    ),
  fc
    .tuple(blueprint, fc.integer({ min: 1, max: 6 }))
    .map(([name, n]) =>
      act(`rollback ${name}@${n}`, (desk) =>
        rollback(desk.store, desk.gridClock, { ...desk.ask, target: `${name}@${n}` }),
      ),
    ),
  key.map((name) =>
    act(`retention ${name}`, (desk) => {
      desk.clock.advance(86_400_000 * 4);
      return endRetention(desk.store, 1, desk.registry, name as ServiceKey);
    }),
  ),
);

describe('any sequence of what a grid allows', () => {
  it('keeps one owner for each service, gapless revisions, growing generations, immutable history, and what is protected', async () => {
    let done = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 20, size: 'max' }), async (acts) => {
        const desk = await Desk.make();
        await desk.apply(text('shop', 2, 1, true));
        await desk.apply(text('site', 1, 1, true, true));
        const generations = new Map<string, number>();
        const history = new Map<string, string>();
        for (const [name, run] of acts) {
          const guarded = new Set<string>();
          for (const one of await desk.keys())
            if ((await desk.service(one))!.common.protect) guarded.add((await desk.service(one))!.uid);
          try {
            await run(desk);
            done += 1;
          } catch (error) {
            if (!(error instanceof EngineError)) throw error;
            expect(error.code, name).to.not.be.oneOf(['INTERNAL', 'STORE_CONFLICT', 'PLAN_STALE']);
            expect(error.hint, `${name}: ${error.message}`).to.be.a('string');
          }
          await desk.check();
          for (const one of await desk.keys('tombstone')) {
            const { uid, record } = (await desk.tombstone(one))!;
            if (guarded.has(uid) && record.common.protect)
              expect(name).to.equal('nothing may take a protected service');
          }
          for (const collection of ['service', 'tombstone'] as const) {
            for (const { value } of await desk.store.list(collection)) {
              const { uid, generation } = value as unknown as { uid: string; generation: { n: number } };
              expect(generation.n, `${name}: ${uid}`).to.be.at.least(generations.get(uid) ?? 0);
              generations.set(uid, generation.n);
            }
          }
          for (const { id, value } of await desk.store.list('revision')) {
            const now = JSON.stringify(value);
            expect(history.get(id) ?? now, `${name}: ${id}`).to.equal(now);
            history.set(id, now);
          }
        }
      }),
      { numRuns: 120 },
    );
    expect(done).to.be.greaterThan(300);
  });
});

describe('a refused change', () => {
  it('has a word for the whole blueprint too', async () => {
    const desk = await Desk.make();
    await desk.apply(text('shop', 1, 1, true, true));
    expect(
      (await refused(destroyBlueprint(desk.store, desk.gridClock, { ...desk.ask, blueprint: 'shop' }))).message,
    ).to.include('storagepool/shop is protected');
  });
});
