// Many services driven to rest by the real lifecycle and the real pass, in simulated time.

import { expect } from 'chai';
import fc from 'fast-check';
import { withFaults } from '../../../drivers/faults.ts';
import { EngineError } from '../../../engine/model/errors.ts';
import type { JsonObject } from '../../../engine/model/json.ts';
import type { ServiceKey } from '../../../engine/model/key.ts';
import { anyActor, Registry } from '../../../engine/model/registry.ts';
import type { CommonFields, Milestone, ServiceLink } from '../../../engine/model/service.ts';
import { converge, type Convergence, type DrivenService, type World } from '../../../engine/reconcile/converge.ts';
import { jar, lamp, memoryToys } from '../../convergence/toys.ts';

const registry = new Registry([anyActor(lamp), anyActor(jar)]);
const common: CommonFields = { labels: {}, running: true, paused: false, protect: false, retainMs: 0, heal: {} };

const link = (to: ServiceKey, until: Milestone = 'ready'): ServiceLink => ({
  type: 'consume',
  path: '/jar',
  role: 'jar',
  argument: 'jar',
  to,
  until,
  onReplace: 'nothing',
  min: 0,
});

function service(
  key: ServiceKey,
  over: Partial<DrivenService> & { readonly to?: readonly ServiceKey[] } = {},
): DrivenService {
  const actor = key.slice(0, key.indexOf('/'));
  const spec: JsonObject = actor === 'jar' ? { size: 2, lid: true } : { bulb: 'E14', colour: 'red' };
  return { key, actor, spec, common, links: (over.to ?? []).map((to) => link(to)), hash: 'h', ...over };
}

function world(services: readonly DrivenService[], over: Partial<World> = {}) {
  const toys = memoryToys();
  return { toys, run: () => converge({ services, registry, drivers: { toys }, ...over }) };
}

const stepsOf = ({ history }: Convergence): string[] =>
  history.filter(({ decision }) => decision === 'step').map(({ key, why }) => `${key} ${why.split(':')[0]}`);
const statesOf = ({ states }: Convergence): Record<string, string> =>
  Object.fromEntries([...states].map(([key, { state }]) => [key, state]));

describe('converge', () => {
  it('makes producers first and unrelated services beside each other', async () => {
    const { run } = world([service('lamp/a', { to: ['jar/ink'] }), service('jar/ink'), service('lamp/b')]);
    const result = await run();
    expect(result).to.include({ converged: true, quiet: true, steps: 6 });
    const order = stepsOf(result);
    expect(order.indexOf('jar/ink open')).to.be.lessThan(order.indexOf('lamp/a create'));
    expect(order.indexOf('lamp/b start'), 'nobody waits for a stranger').to.be.lessThan(order.indexOf('lamp/a create'));
    const wait = result.history.find(({ decision }) => decision === 'wait');
    expect(wait).to.include({ key: 'lamp/a', why: 'for jar/ink' });
  });

  it('takes simulated time by the depth of the links, not by the number of services', async () => {
    const wide = await world(Array.from({ length: 60 }, (_, i) => service(`lamp/w${i}`))).run();
    const deep = await world(
      Array.from({ length: 12 }, (_, i) => service(`lamp/d${i}`, { to: i === 0 ? [] : [`lamp/d${i - 1}`] })),
    ).run();
    expect(wide.elapsedMs).to.be.at.most(10);
    expect(deep.elapsedMs).to.be.greaterThan(10 * 12);
    expect(deep.passes, 'only who waits is told').to.be.lessThan(12 * 8);
  });

  it('notices a disturbance and heals it, and tells the story', async () => {
    const { toys, run } = world([service('lamp/a')], {
      disturb: [{ atMs: 1_000, name: 'lamp/a put out', act: () => toys.world.turnedOff('lamp/a') }],
    });
    const result = await run();
    expect(result.converged).to.equal(true);
    expect(result.history.slice(-3)).to.deep.equal([
      { atMs: 1_000, decision: 'world', why: 'lamp/a put out' },
      { atMs: 1_025, key: 'lamp/a', decision: 'step', why: 'start: on: false → true' },
      { atMs: 1_030, key: 'lamp/a', decision: 'converged', why: 'nothing differs' },
    ]);
  });

  it('makes it anew when a restart does not hold', async () => {
    const { toys, run } = world([service('lamp/a')], {
      disturb: [{ atMs: 1_000, name: 'worn out', act: () => toys.world.wear('lamp/a') }],
    });
    const result = await run();
    expect(result.converged).to.equal(true);
    expect(stepsOf(result).slice(-3)).to.deep.equal(['lamp/a remove', 'lamp/a create', 'lamp/a start']);
  });

  it('does not stop a consumer when its producer fails later', async () => {
    const { toys, run } = world([service('lamp/a', { to: ['lamp/b'] }), service('lamp/b')], {
      disturb: [{ atMs: 1_000, name: 'both', act: () => (toys.world.turnedOff('lamp/a'), toys.world.smash('lamp/b')) }],
    });
    const result = await run();
    expect(result.converged).to.equal(true);
    const healed = result.history.filter(({ atMs, decision }) => atMs > 1_000 && decision === 'step');
    expect(healed[0]).to.include({ key: 'lamp/a' });
  });

  it('deletes consumers before producers and keeps what is retired', async () => {
    const services = [service('lamp/a'), service('lamp/b', { to: ['lamp/a'] }), service('jar/ink')];
    const toys = memoryToys();
    await converge({ services, registry, drivers: { toys } });
    const result = await converge({
      services: services.map((each) => ({
        ...each,
        want: each.key === 'jar/ink' ? ('retired' as const) : ('absent' as const),
      })),
      registry,
      drivers: { toys },
    });
    expect(statesOf(result)).to.deep.equal({ 'lamp/a': 'gone', 'lamp/b': 'gone', 'jar/ink': 'retired' });
    expect(stepsOf(result).filter((step) => step.endsWith('remove'))).to.deep.equal(['lamp/b remove', 'lamp/a remove']);
    expect(toys.world.pour('jar/ink', 'x'), 'the jar is still there').to.equal(true);
  });

  it('lets branches fail alone, and says who needs what', async () => {
    const services = [
      service('lamp/a'),
      service('lamp/b', { to: ['jar/lost'] }),
      service('lamp/c', { to: ['lamp/d'] }),
      service('lamp/d'),
    ];
    const { toys, run } = world(services);
    toys.world.putForeign('lamp/d');
    const result = await run();
    expect(result).to.include({ converged: false, quiet: true });
    expect(statesOf(result)).to.deep.equal({
      'lamp/a': 'converged',
      'lamp/b': 'waiting',
      'lamp/c': 'waiting',
      'lamp/d': 'parked',
    });
    expect(result.states.get('lamp/b')?.waitingOn).to.deep.equal(['jar/lost']);
    expect(result.states.get('lamp/d')).to.include({ code: 'UNOWNED' });
    expect(result.states.get('lamp/d')?.hint).to.contain('ays adopt lamp/d');
  });

  it('takes what other blueprints made as ready', async () => {
    const { run } = world([service('lamp/a', { to: ['jar/theirs'] })], { ready: new Set<ServiceKey>(['jar/theirs']) });
    expect((await run()).converged).to.equal(true);
  });

  it('fills outputs of producers in at pass time, and follows when they change', async () => {
    const fill: World['fill'] = (spec, output) => {
      if (spec['colour'] !== 'as b') return spec;
      const colour = output('lamp/b', 'colour');
      return typeof colour === 'string' ? { ...spec, colour } : undefined;
    };
    const services = [service('lamp/a', { spec: { bulb: 'E14', colour: 'as b' }, to: ['lamp/b'] }), service('lamp/b')];
    const result = await world(services, { fill }).run();
    expect(result.converged).to.equal(true);
    expect(result.observed.get('lamp/a')?.status.outputs).to.deep.equal({ colour: 'red' });
  });

  it('tells a converged consumer at once that an output it reads has changed', async () => {
    const fill: World['fill'] = (spec, output) => {
      const colour = output('lamp/b', 'colour');
      return 'colour' in spec ? { ...spec, colour: typeof colour === 'string' ? colour : 'grey' } : spec;
    };
    const services = [service('lamp/a', { to: ['lamp/b'] }), service('lamp/b', { spec: { bulb: 'E14' } })];
    const { toys, run } = world(services, {
      fill,
      disturb: [
        { atMs: 1_000, name: 'painted', act: () => toys.world.edit('lamp/b', { colour: 'blue' }) },
        { atMs: 9_000, name: 'nothing: so that the world is not quiet before', act: () => undefined },
      ],
    });
    const result = await run();
    expect(result.history).to.deep.include({
      atMs: 1_031,
      key: 'lamp/a',
      decision: 'step',
      why: 'paint: colour: grey → blue',
    });
  });

  it('looks at everything once more before it says that it is quiet', async () => {
    let once = true;
    const { toys, run } = world([service('lamp/a'), service('lamp/b', { to: ['lamp/a'] })], {
      passTime(key) {
        if (key === 'lamp/b' && once) toys.world.turnedOff('lamp/a');
        if (key === 'lamp/b') once = false;
      },
    });
    const result = await run();
    expect(result.converged).to.equal(true);
    expect(stepsOf(result)).to.deep.equal([
      'lamp/a create',
      'lamp/a start',
      'lamp/b create',
      'lamp/b start',
      'lamp/a start',
    ]);
  });

  it('leaves what is paused alone', async () => {
    const { toys, run } = world([service('lamp/a', { common: { ...common, paused: true } })]);
    expect(statesOf(await run())).to.deep.equal({ 'lamp/a': 'paused' });
    expect(toys.world.calls).to.deep.equal([]);
  });

  it('asks instead of healing where heal says so', async () => {
    const { toys, run } = world([service('lamp/a', { common: { ...common, heal: { mode: 'ask' } } })], {
      disturb: [{ atMs: 1_000, name: 'out', act: () => toys.world.turnedOff('lamp/a') }],
    });
    const result = await run();
    expect(statesOf(result)).to.deep.equal({ 'lamp/a': 'asking' });
    expect(stepsOf(result)).to.have.length(2);
  });

  it('ends at its bounds when nothing ever succeeds', async () => {
    const toys = withFaults(memoryToys(), [{ method: 'make', when: 'before', times: 1e9 }]);
    const result = await converge({ services: [service('lamp/a')], registry, drivers: { toys }, maxMs: 600_000 });
    expect(result).to.include({ converged: false, quiet: false });
    expect(result.passes).to.be.lessThan(60);
  });

  it('refuses a service without actor or driver by name', async () => {
    for (const [services, drivers, text] of [
      [[service('lamp/a', { actor: 'torch' })], { toys: memoryToys() }, 'no actor makes the kind "torch"'],
      [[service('lamp/a')], {}, 'no driver for the port "toys"'],
    ] as const) {
      const error: unknown = await converge({ services, registry, drivers }).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(EngineError);
      expect((error as EngineError).message).to.contain(text);
    }
  });

  it('has one history for one seed', async () => {
    const once = async (seed: number): Promise<Convergence> => {
      const toys = memoryToys();
      const drivers = { toys: withFaults(toys, [{ method: '*', when: 'after', skip: 2, times: 5 }]) };
      return await converge({
        services: [service('lamp/a', { to: ['jar/ink'] }), service('jar/ink')],
        registry,
        drivers,
        seed,
      });
    };
    expect(await once(3)).to.deep.equal(await once(3));
    expect((await once(3)).history).not.to.deep.equal((await once(4)).history);
  });

  it('converges any acyclic set of services through any finite faults and disturbances, then stays quiet', async () => {
    const arbitrary = fc.record({
      links: fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 8 }),
      faults: fc.array(
        fc.record({
          method: fc.constantFrom('*', 'make', 'turn', 'inspect'),
          when: fc.constantFrom('before' as const, 'after' as const),
          skip: fc.nat(9),
          times: fc.integer({ min: 1, max: 3 }),
        }),
        { maxLength: 3 },
      ),
      shocks: fc.array(
        fc.record({
          atMs: fc.integer({ min: 0, max: 4_000 }),
          who: fc.nat(),
          how: fc.constantFrom('turnedOff' as const, 'smash' as const),
        }),
        { maxLength: 4 },
      ),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ links, faults, shocks, seed }) => {
        const keys = links.map((_, i): ServiceKey => `${i % 3 === 2 ? 'jar' : 'lamp'}/s${i}`);
        const services = keys.map((key, i) =>
          service(key, { to: i === 0 ? [] : [...new Set(links[i]!.map((to) => keys[to % i]!))] }),
        );
        const toys = memoryToys();
        const disturb = shocks.map(({ atMs, who, how }) => ({
          atMs,
          name: how,
          act: () => toys.world[how](keys[who % keys.length]!),
        }));
        const result = await converge({
          services,
          registry,
          drivers: { toys: withFaults(toys, faults) },
          disturb,
          seed,
        });
        expect(statesOf(result)).to.deep.equal(Object.fromEntries(keys.map((key) => [key, 'converged'])));
        const again = await converge({ services, registry, drivers: { toys } });
        expect(again).to.include({ converged: true, steps: 0 });
      }),
      { numRuns: 60 },
    );
  });
});
