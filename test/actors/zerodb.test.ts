// What a zerodb's diff plans for what is seen.

import { expect } from 'chai';
import { zerodb, type ZerodbStatus } from '../../actors/zerodb.ts';
import type { Want } from '../../engine/model/actor.ts';
import type { ZerodbSpec } from '../../schemas/types.ts';
import { sealed } from '../convergence/cases/sealed.ts';

const MiB = 2 ** 20;
const namespace = (name: string, size = 0) => ({ name, size, public: true, worm: false, locked: false });
type Wanted = ZerodbSpec & { readonly running: boolean };
const spec = (changes: Partial<Wanted> = {}): Wanted => ({
  storagepool: 'main',
  mode: 'user',
  sync: false,
  maxSize: 0,
  address: '0.0.0.0',
  namespaces: [namespace('blocks', 8 * MiB)],
  running: true,
  ...changes,
});
const { running: _running, namespaces: _namespaces, ...settings } = spec();
const present = (changes: Partial<ZerodbStatus> = {}): ZerodbStatus => ({
  presence: 'present',
  state: 'running',
  namespaces: [{ settings: namespace('blocks', 8 * MiB), used: 4 * MiB }],
  config: { ...settings, port: 9900, filesystem: null, admin: null },
  ...changes,
});

const rows: readonly {
  readonly it: string;
  readonly want: Want<ZerodbSpec>;
  readonly seen: ZerodbStatus;
  readonly steps: readonly string[];
}[] = [
  {
    it: 'makes and starts what is not there',
    want: spec(),
    seen: { presence: 'absent' },
    steps: ['create', 'start', 'createNamespace'],
  },
  { it: 'leaves what is as wanted, with the port it was given', want: spec(), seen: present(), steps: [] },
  { it: 'starts what died', want: spec(), seen: present({ state: 'failed' }), steps: ['start'] },
  { it: 'starts what was stopped by hand', want: spec(), seen: present({ state: 'stopped' }), steps: ['start'] },
  { it: 'stops what is stopped on purpose', want: spec({ running: false }), seen: present(), steps: ['stop'] },
  {
    it: 'makes a namespace while it runs',
    want: spec({ namespaces: [namespace('blocks', 8 * MiB), namespace('index')] }),
    seen: present(),
    steps: ['createNamespace'],
  },
  {
    it: 'gives a namespace another size',
    want: spec({ namespaces: [namespace('blocks', 6 * MiB)] }),
    seen: present(),
    steps: ['setNamespace'],
  },
  {
    it: 'leaves a size that use is above',
    want: spec({ namespaces: [namespace('blocks', MiB)] }),
    seen: present(),
    steps: [],
  },
  {
    it: 'deletes a namespace that is taken away',
    want: spec({ namespaces: [] }),
    seen: present(),
    steps: ['deleteNamespace'],
  },
  { it: 'restarts for another address', want: spec({ address: '10.0.0.5' }), seen: present(), steps: ['restart'] },
  {
    it: 'sets another address without a restart while it is down',
    want: spec({ address: '10.0.0.5' }),
    seen: present({ state: 'stopped' }),
    steps: ['configure', 'start'],
  },
  {
    it: 'is never made again in another mode or pool',
    want: spec({ mode: 'seq', storagepool: 'other' }),
    seen: present(),
    steps: [],
  },
  { it: 'touches no stranger', want: spec(), seen: { presence: 'foreign' }, steps: [] },
  { it: 'is stopped and kept when retired', want: 'retired', seen: present(), steps: ['stop'] },
  { it: 'is stopped and destroyed when it must go', want: 'absent', seen: present(), steps: ['stop', 'destroy'] },
];

describe('a zerodb', () => {
  for (const row of rows)
    it(row.it, () => expect(zerodb.diff(row.want, row.seen).map(({ op }) => op)).to.deep.equal(row.steps));

  it('asks for consent to delete a namespace only when something is in it', () => {
    const empty = present({ namespaces: [{ settings: namespace('blocks'), used: 0 }] });
    expect(zerodb.diff(spec({ namespaces: [] }), present())[0]).to.include({ risk: 'destructive' });
    expect(zerodb.diff(spec({ namespaces: [] }), empty)[0]).to.include({ risk: 'safe' });
  });

  it('shows a changed password as changed, never as itself', () => {
    const wanted = { ...namespace('blocks'), password: sealed('pw', 'print-2') as unknown as string }; // sealed stands where text will be
    const seen = present({
      namespaces: [{ settings: { ...namespace('blocks'), password: { $print: 'print-1' } }, used: 0 }],
    });
    const [step] = zerodb.diff(spec({ namespaces: [wanted] }), seen);
    expect(step?.why).to.deep.equal({
      field: 'namespaces[blocks].password',
      have: '(secret)',
      want: '(secret)',
      text: 'namespaces[blocks].password: the secret differs',
    });
  });

  it('says why a size below use is left', () => {
    const [refused] = zerodb.refusals?.(spec({ namespaces: [namespace('blocks', MiB)] }), present()) ?? [];
    expect(refused?.text).to.equal('namespaces[blocks].size: 1MiB is below the 4MiB in use');
  });
});
