import { expect } from 'chai';
import { network, type NetworkStatus } from '../../actors/network.ts';
import { anyActor } from '../../engine/model/registry.ts';
import type { NetworkSpec } from '../../schemas/types.ts';
import { opsOf, saySteps, unseenFields } from './a-step.ts';

const actor = anyActor(network);

const spec: NetworkSpec = {
  mode: 'bridge',
  cidr: '10.20.0.0/24',
  gateway: '',
  nat: true,
  isolated: false,
  mtu: 1500,
  dns: { enabled: true, domain: 'grid.internal', servers: [], records: {} },
  routes: [],
  reserved: [],
};
const want = { ...spec, running: true };
const up: NetworkStatus = {
  presence: 'present',
  milestone: 'ready',
  state: 'up',
  missing: [],
  config: { ...spec, dhcp: null },
};
const edited = (settings: object): NetworkStatus => ({ ...up, config: { ...up.config, ...settings } });

describe('the diff of a network', () => {
  it('sees drift of every setting', () => expect(unseenFields(actor, want, up)).to.deep.equal([]));

  const table: readonly (readonly [string, Parameters<typeof actor.diff>[0], NetworkStatus, readonly string[]])[] = [
    ['is empty when it stands as asked', want, up, []],
    [
      'makes one that is absent',
      want,
      { presence: 'absent' },
      ['create (safe) there is no such network', 'setUp (safe) there is no such network'],
    ],
    ['sets a link up that was set down', want, { ...up, state: 'down' }, ['setUp (safe) its link is down']],
    [
      'puts back lost parts, and only those',
      want,
      { ...up, missing: ['dns', 'nat'] },
      ['repair (safe) lost: dns, nat'],
    ],
    [
      'changes settings in place',
      want,
      edited({ mtu: 9000, nat: false }),
      ['update (safe) nat: false → true; mtu: 9000 → 1500'],
    ],
    [
      'switches DHCP off that is not asked for',
      want,
      edited({ dhcp: { from: 'a', to: 'b' } }),
      ['update (safe) dhcp: {"from":"a","to":"b"} → (none)'],
    ],
    [
      'makes it anew for another range',
      want,
      edited({ cidr: '10.9.0.0/24' }),
      [
        'remove (disruptive) cidr: 10.9.0.0/24 → 10.20.0.0/24',
        'create (safe) cidr: 10.9.0.0/24 → 10.20.0.0/24',
        'setUp (safe) cidr: 10.9.0.0/24 → 10.20.0.0/24',
      ],
    ],
    [
      'sets one down that is stopped on purpose',
      { ...spec, running: false },
      up,
      ['setDown (disruptive) it is stopped on purpose'],
    ],
    ['sets a retired one down and keeps it', 'retired', up, ['setDown (disruptive) it is retired']],
    ['takes one away that must go', 'absent', up, ['remove (disruptive) it is to be removed']],
    ['has nothing to take away that is absent', 'absent', { presence: 'absent' }, []],
    ['leaves a stranger alone', want, { presence: 'foreign', foreign: { id: 'x' } }, []],
  ];
  for (const [promise, wish, status, steps] of table) {
    it(promise, () => expect(saySteps(actor, wish, status)).to.deep.equal(steps));
  }

  it('does not care where it stands', () => {
    expect(opsOf(actor.diff({ ...want, node: 'other' }, up))).to.deep.equal([]);
  });

  it('does not touch a setting that nobody asked for', () => {
    expect(opsOf(actor.diff(want, edited({ vxlan: 77, device: 'eth3' })))).to.deep.equal([]);
  });
});
