// What a request becomes: targets, order, refusals. Names in brackets are the AYS tests whose behaviour is kept.

import { expect } from 'chai';
import fc from 'fast-check';
import { EngineError } from '../../../engine/model/errors.ts';
import type { ServiceKey } from '../../../engine/model/key.ts';
import { planRun, wavesOf, type RunRequest } from '../../../engine/runs/index.ts';
import { Rig, SOMEONE } from './rig.ts';

const ID = '1hf7yat00abcdefgh';

function rigWith(actions: readonly string[], services: Readonly<Record<string, readonly string[]>>): Rig {
  const rig = new Rig();
  for (const action of actions) rig.actions[action] = {};
  for (const [key, links] of Object.entries(services)) rig.service(key as ServiceKey, ...(links as ServiceKey[]));
  return rig;
}

function plan(rig: Rig, actions: RunRequest['actions'], more: Partial<RunRequest> = {}): ReturnType<typeof planRun> {
  return planRun({ actions, cause: { kind: 'action' }, author: SOMEONE, ...more }, rig.view, ID, 0);
}

const waves = (rig: Rig, actions: RunRequest['actions']): string[] =>
  wavesOf(plan(rig, actions).jobs).map((wave) =>
    wave.map(({ action, key }) => `${key.split('/')[1]} ${action}`).join(', '),
  );

function error(work: () => unknown): EngineError {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof EngineError) return thrown;
    throw thrown;
  }
  throw new Error('it was not refused');
}

describe('the plan of a run', () => {
  it('has the steps of an AYS delete chain [validate_run_steps]', () => {
    const rig = rigWith(['stop', 'uninstall', 'delete'], { 'parent/kp': [], 'child/kid': ['parent/kp'] });
    const on = { keys: ['parent/kp', 'child/kid'] } as const;
    const chain = ['stop', 'uninstall', 'delete'].map((action) => ({ action, on }));
    expect(waves(rig, chain)).to.deep.equal([
      'kid stop',
      'kp stop, kid uninstall',
      'kp uninstall, kid delete',
      'kp delete',
    ]);
  });

  it('begins with producers, and with consumers where something is taken away', () => {
    const rig = rigWith(['backup', 'stop'], {
      'vdisk/rows': [],
      'container/db': ['vdisk/rows'],
      'container/web': ['container/db'],
    });
    expect(waves(rig, [{ action: 'backup', on: {} }])).to.deep.equal(['rows backup', 'db backup', 'web backup']);
    expect(waves(rig, [{ action: 'stop', on: {} }])).to.deep.equal(['web stop', 'db stop', 'rows stop']);
  });

  it('keeps the order also across services that the run leaves alone', () => {
    const rig = rigWith(['backup'], {
      'vdisk/rows': [],
      'container/db': ['vdisk/rows'],
      'container/web': ['container/db'],
    });
    const on = { keys: ['container/web', 'vdisk/rows'] } as const;
    expect(waves(rig, [{ action: 'backup', on }])).to.deep.equal(['rows backup', 'web backup']);
  });

  it('takes a link to a group, and a group as a target, for all its members', () => {
    const rig = rigWith(['test'], { 'container/web.1': [], 'container/web.2': [], 'gateway/edge': ['container/web'] });
    const on = { keys: ['gateway/edge', 'container/web'] } as const;
    expect(waves(rig, [{ action: 'test', on }])).to.deep.equal(['web.1 test, web.2 test', 'edge test']);
  });

  it('chooses by kind and blueprint those that have the action', () => {
    const rig = rigWith(['test'], { 'vdisk/a': [], 'vdisk/b': [], 'container/c': [] });
    rig.services.set('vdisk/b', { ...rig.services.get('vdisk/b')!, blueprint: 'other' });
    expect(plan(rig, [{ action: 'test', on: { kind: 'vdisk' } }]).targets).to.deep.equal(['vdisk/a', 'vdisk/b']);
    expect(plan(rig, [{ action: 'test', on: { kind: 'vdisk', blueprint: 'shop' } }]).targets).to.deep.equal([
      'vdisk/a',
    ]);
  });

  it('does one thing once, and gives what is asked twice with other arguments names of its own', () => {
    const rig = rigWith(['test'], { 'vdisk/a': [] });
    const on = { keys: ['vdisk/a'] } as const;
    const { jobs } = plan(rig, [
      { action: 'test', on, args: { n: 1 } },
      { action: 'test', on, args: { n: 2 } },
      { action: 'test', on, args: { n: 1 } },
    ]);
    expect(jobs.map(({ args, token, after }) => [args['n'], token, after])).to.deep.equal([
      [1, ID, []],
      [2, `${ID}-2`, [0]],
    ]);
  });

  it('refuses what it cannot do, with the next move', () => {
    const rig = rigWith(['backup'], { 'vdisk/a': [] });
    const on = { keys: ['vdisk/a'] } as const;
    const rows: readonly (readonly [() => unknown, string, string | RegExp])[] = [
      [() => plan(rig, [{ action: 'backpu', on }]), 'ACTION_UNKNOWN', 'did you mean backup?'],
      [() => plan(rig, [{ action: 'backup', on: { keys: ['vdisk/zz'] } }]), 'KEY_UNKNOWN', /ays status/],
      [() => plan(rig, [{ action: 'backup', on: { kind: 'vm' } }]), 'ACTION_TARGET', /ays status/],
      [() => plan(rig, []), 'ACTION_TARGET', /ays do/],
      [() => plan(rig, [{ action: 'backup', on }], { retries: [NaN] }), 'ACTION_INVALID', /5s,10s/],
      [() => plan(rig, [{ action: 'backup', on }], { retries: [-1] }), 'ACTION_INVALID', /5s,10s/],
      [() => plan(rig, [{ action: 'backup', on }], { retries: Array<number>(33).fill(1) }), 'ACTION_INVALID', /5s,10s/],
      [
        () => plan(rig, [{ action: 'backup', on }], { callback: { url: 'https://a:b@c.test/' } }),
        'ACTION_INVALID',
        /secret/,
      ],
    ];
    for (const [work, code, hint] of rows) {
      const { code: found, hint: said = '' } = error(work);
      expect(found).to.equal(code);
      expect(said).to.match(typeof hint === 'string' ? new RegExp(hint.replace('?', '\\?')) : hint);
    }
    expect(
      error(() => plan(rig, [{ action: 'backup', on }], { callback: { url: 'file:///etc/passwd' } })).code,
    ).to.equal('ACTION_INVALID');
  });

  it('says which links go in a circle', () => {
    const rig = rigWith(['test'], { 'vdisk/a': ['vdisk/b'], 'vdisk/b': ['vdisk/c'], 'vdisk/c': ['vdisk/a'] });
    expect(error(() => plan(rig, [{ action: 'test', on: { keys: ['vdisk/a'] } }])).message).to.equal(
      'the links go in a circle: vdisk/a → vdisk/b → vdisk/c → vdisk/a',
    );
  });

  it('refuses more jobs than a run may have, and takes a chain of as many as it may', () => {
    const services: Record<string, string[]> = {};
    for (let i = 0; i < 10_000; i++) services[`vdisk/v${i}`] = i === 0 ? [] : [`vdisk/v${i - 1}`];
    const rig = rigWith(['test'], services);
    const { jobs } = plan(rig, [{ action: 'test', on: {} }]);
    expect(wavesOf(jobs)).to.have.length(10_000);
    rig.service('vdisk/more');
    expect(error(() => plan(rig, [{ action: 'test', on: {} }])).code).to.equal('RUN_TOO_LARGE');
  });

  it('never lets a consumer begin before a producer, whatever the graph', () => {
    const graph = fc.integer({ min: 1, max: 12 }).chain((size) =>
      fc.tuple(
        fc.array(fc.array(fc.nat({ max: size - 1 }), { maxLength: 4 }), { minLength: size, maxLength: size }),
        fc.subarray(
          Array.from({ length: size }, (_, i) => i),
          { minLength: 1 },
        ),
      ),
    );
    fc.assert(
      fc.property(graph, fc.constantFrom('test', 'stop'), ([links, chosen], action) => {
        const rig = rigWith(
          ['test', 'stop'],
          // Only downwards, so that there is no circle.
          Object.fromEntries(
            links.map((to, i) => [`k/s${i}`, to.filter((each) => each < i).map((each) => `k/s${each}`)]),
          ),
        );
        const reaches = (from: number, to: number): boolean =>
          links[from]!.some((next) => next < from && (next === to || reaches(next, to)));
        const { jobs } = plan(rig, [{ action, on: { keys: chosen.map((i): ServiceKey => `k/s${i}`) } }]);
        const position = new Map(wavesOf(jobs).flatMap((wave, at) => wave.map(({ key }) => [key, at] as const)));
        expect(position.size).to.equal(chosen.length);
        for (const consumer of chosen) {
          for (const producer of chosen) {
            if (!reaches(consumer, producer)) continue;
            const [first, second] = action === 'stop' ? [consumer, producer] : [producer, consumer];
            expect(position.get(`k/s${first}`)!).to.be.below(position.get(`k/s${second}`)!);
          }
        }
      }),
    );
  });
});
