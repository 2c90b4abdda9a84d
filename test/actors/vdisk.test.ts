// What a vdisk's diff plans for what is seen: it holds data, so it is never made again.

import { expect } from 'chai';
import fc from 'fast-check';
import { vdisk, type VdiskStatus } from '../../actors/vdisk.ts';
import type { Want } from '../../engine/model/actor.ts';
import type { VdiskSpec } from '../../schemas/types.ts';
import { vdiskCase } from '../convergence/cases/vdisk.ts';

const GiB = 2 ** 30;
const spec = (
  changes: Partial<VdiskSpec> & { readonly running?: boolean } = {},
): VdiskSpec & { readonly running: boolean } => ({
  storagepool: 'main',
  size: 2 * GiB,
  blockSize: 4096,
  type: 'db',
  format: 'ext4',
  preallocate: false,
  readOnly: false,
  iops: 0,
  running: true,
  ...changes,
});
const { running: _running, ...asWanted } = spec();
const present = (changes: Partial<VdiskStatus> = {}, config = {}): VdiskStatus => ({
  presence: 'present',
  attached: true,
  parts: 'optimal',
  rebuildable: true,
  config: {
    ...asWanted,
    zerodbs: null,
    key: null,
    redundancy: null,
    log: null,
    snapshots: null,
    image: null,
    template: null,
    ...config,
  },
  ...changes,
});
const detached = present({ attached: false });
const absent: VdiskStatus = { presence: 'absent' };

const rows: readonly {
  readonly it: string;
  readonly want: Want<VdiskSpec>;
  readonly seen: VdiskStatus;
  readonly steps: readonly string[];
}[] = [
  { it: 'makes and attaches what is not there', want: spec(), seen: absent, steps: ['create', 'attach'] },
  {
    it: 'makes and does not attach what shall not run',
    want: spec({ running: false }),
    seen: absent,
    steps: ['create'],
  },
  { it: 'leaves what is as wanted', want: spec(), seen: present(), steps: [] },
  { it: 'grows in place', want: spec({ size: 3 * GiB }), seen: present(), steps: ['grow'] },
  { it: 'never shrinks', want: spec({ size: GiB }), seen: present(), steps: [] },
  { it: 'attaches again to be read only', want: spec({ readOnly: true }), seen: present(), steps: ['reattach'] },
  { it: 'attaches what is detached', want: spec(), seen: detached, steps: ['attach'] },
  { it: 'detaches what is stopped on purpose', want: spec({ running: false }), seen: present(), steps: ['detach'] },
  { it: 'grows also while stopped', want: spec({ running: false, size: 3 * GiB }), seen: detached, steps: ['grow'] },
  { it: 'changes a limit', want: spec({ iops: 100 }), seen: present(), steps: ['configure'] },
  { it: 'is never made again in another pool', want: spec({ storagepool: 'other' }), seen: present(), steps: [] },
  {
    it: 'is never made again with another block size, type or format',
    want: spec({ blockSize: 8192, type: 'boot', format: 'xfs' }),
    seen: present(),
    steps: [],
  },
  {
    it: 'spreads its blocks anew over other zerodbs',
    want: spec({ zerodbs: ['x', 'y'] }),
    seen: present({}, { zerodbs: ['x'] }),
    steps: ['configure'],
  },
  { it: 'rebuilds parts that are missing', want: spec(), seen: present({ parts: 'degraded' }), steps: ['repair'] },
  {
    it: 'waits with missing parts that nothing can be rebuilt on',
    want: spec(),
    seen: present({ parts: 'degraded', rebuildable: false }),
    steps: [],
  },
  {
    it: 'touches nothing when more is lost than it bears',
    want: spec({ size: 3 * GiB }),
    seen: present({ parts: 'lost', attached: false }),
    steps: [],
  },
  { it: 'touches no stranger', want: spec(), seen: { presence: 'foreign' }, steps: [] },
  { it: 'is detached and kept when retired', want: 'retired', seen: present(), steps: ['detach'] },
  { it: 'is detached and destroyed when it must go', want: 'absent', seen: present(), steps: ['detach', 'destroy'] },
];

describe('a vdisk', () => {
  for (const row of rows)
    it(row.it, () => expect(vdisk.diff(row.want, row.seen).map(({ op }) => op)).to.deep.equal(row.steps));

  it('says why it will not shrink or change what it was made with', () => {
    const refused = vdisk.refusals?.(spec({ size: GiB, type: 'boot' }), present()) ?? [];
    expect(refused.map(({ text }) => text)).to.deep.equal([
      'size: 2GiB → 1GiB (it can only grow)',
      'type: db → boot (it cannot be changed once made)',
    ]);
  });

  it('refuses a block size that is no power of two', () => {
    expect(vdisk.refusals?.(spec({ blockSize: 5000 }), absent).map(({ field }) => field)).to.deep.equal(['blockSize']);
  });

  it('is destroyed by a wish for its absence and by nothing else', () => {
    const want = fc
      .oneof(vdiskCase.specs, vdiskCase.specs)
      .map((one) => ({ ...one, running: true }) as unknown as VdiskSpec & { readonly running: boolean }); // specs of the case are valid by the schema
    fc.assert(
      fc.property(
        want,
        want,
        fc.boolean(),
        fc.constantFrom('optimal', 'degraded', 'lost'),
        (earlier, later, attached, parts) => {
          const { running: _ignored, ...config } = earlier;
          const steps = vdisk.diff(later, present({ attached, parts }, config));
          expect(steps.map(({ op }) => op)).not.to.include.oneOf(['destroy', 'create']);
        },
      ),
    );
  });
});
