// What a virtual machine's diff plans for what is seen.

import { expect } from 'chai';
import { vm, type VmStatus } from '../../actors/vm.ts';
import { memoryVms } from '../../drivers/vms/memory.ts';
import type { Want } from '../../engine/model/actor.ts';
import type { VmSpec } from '../../schemas/types.ts';
import { contextOf } from './context.ts';

const MiB = 2 ** 20;
const disk = (vdisk: string, maxIops = 0) => ({ vdisk, maxIops, readOnly: false, boot: false });
type Wanted = VmSpec & { readonly running: boolean };
const spec = (changes: Partial<Wanted> = {}): Wanted => ({
  cpu: 2,
  memory: 512 * MiB,
  image: 'ubuntu:lts',
  kernelArgs: {},
  disks: [disk('rows')],
  mounts: [],
  nics: [{ name: 'eth0' }],
  ports: [],
  files: [],
  stopAfter: 60_000,
  running: true,
  ...changes,
});
const { running: _running, disks: _disks, nics: _nics, ...settings } = spec();
const unset = { kernel: null, initrd: null, ipxe: null, userData: null, vnc: null };
const present = (changes: Partial<VmStatus> = {}): VmStatus => ({
  presence: 'present',
  state: 'running',
  disks: [disk('rows')],
  nics: [{ name: 'eth0' }],
  config: { ...settings, ...unset },
  ...changes,
});

const rows: readonly {
  readonly it: string;
  readonly want: Want<VmSpec>;
  readonly seen: VmStatus;
  readonly steps: readonly string[];
}[] = [
  {
    it: 'makes, furnishes and starts what is not there',
    want: spec(),
    seen: { presence: 'absent' },
    steps: ['create', 'attachDisk', 'attachNic', 'start'],
  },
  {
    it: 'does not start what shall not run',
    want: spec({ running: false }),
    seen: { presence: 'absent' },
    steps: ['create', 'attachDisk', 'attachNic'],
  },
  { it: 'leaves what is as wanted', want: spec(), seen: present(), steps: [] },
  { it: 'starts what crashed', want: spec(), seen: present({ state: 'crashed' }), steps: ['start'] },
  { it: 'starts what was shut down from inside', want: spec(), seen: present({ state: 'stopped' }), steps: ['start'] },
  { it: 'resumes what was paused', want: spec(), seen: present({ state: 'paused' }), steps: ['resume'] },
  { it: 'shuts down what is stopped on purpose', want: spec({ running: false }), seen: present(), steps: ['stop'] },
  {
    it: 'leaves what is stopped on purpose',
    want: spec({ running: false }),
    seen: present({ state: 'stopped' }),
    steps: [],
  },
  {
    it: 'forgets the crash of what is stopped on purpose',
    want: spec({ running: false }),
    seen: present({ state: 'crashed' }),
    steps: ['stop'],
  },
  {
    it: 'attaches a disk while it runs',
    want: spec({ disks: [disk('rows'), disk('swap')] }),
    seen: present(),
    steps: ['attachDisk'],
  },
  { it: 'detaches a disk while it runs', want: spec({ disks: [] }), seen: present(), steps: ['detachDisk'] },
  {
    it: 'exchanges a disk, the old one first',
    want: spec({ disks: [disk('new')] }),
    seen: present(),
    steps: ['detachDisk', 'attachDisk'],
  },
  {
    it: 'sets the limit of a disk',
    want: spec({ disks: [disk('rows', 100)] }),
    seen: present(),
    steps: ['attachDisk'],
  },
  {
    it: 'adds and removes cards while it runs',
    want: spec({ nics: [{ name: 'eth1', network: 'lan' }] }),
    seen: present(),
    steps: ['detachNic', 'attachNic'],
  },
  {
    it: 'restarts once for more processors and memory',
    want: spec({ cpu: 4, memory: 1024 * MiB }),
    seen: present(),
    steps: ['restart'],
  },
  {
    it: 'sets processors without a restart while it is down',
    want: spec({ cpu: 4 }),
    seen: present({ state: 'stopped' }),
    steps: ['configure', 'start'],
  },
  { it: 'opens a port while it runs', want: spec({ ports: ['2222:22'] }), seen: present(), steps: ['configure'] },
  {
    it: 'is made anew for another image',
    want: spec({ image: 'debian:13' }),
    seen: present(),
    steps: ['stop', 'remove', 'create', 'attachDisk', 'attachNic', 'start'],
  },
  { it: 'touches no stranger', want: spec(), seen: { presence: 'foreign' }, steps: [] },
  { it: 'is stopped when retired', want: 'retired', seen: present(), steps: ['stop'] },
  { it: 'is stopped and removed when it must go', want: 'absent', seen: present(), steps: ['stop', 'remove'] },
];

describe('a virtual machine', () => {
  for (const row of rows)
    it(row.it, () => expect(vm.diff(row.want, row.seen).map(({ op }) => op)).to.deep.equal(row.steps));

  it('names both settings in the why of one restart', () => {
    const [step] = vm.diff(spec({ cpu: 4, memory: 1024 * MiB }), present());
    expect(step?.why.text).to.equal('cpu: 2 → 4; memory: 512MiB → 1GiB');
  });

  it('names the field that makes it anew, in every step of it', () => {
    const steps = vm.diff(spec({ image: 'debian:13', disks: [], nics: [] }), present());
    expect(new Set(steps.map(({ why }) => why.text))).to.deep.equal(new Set(['image: ubuntu:lts → debian:13']));
  });

  it('refuses a disk or card that is given twice, and takes the first', () => {
    const want = spec({ disks: [disk('rows'), disk('rows', 5)] });
    expect(vm.refusals?.(want, present()).map(({ field }) => field)).to.deep.equal(['rows']);
    expect(vm.diff(want, present())).to.deep.equal([]);
  });

  it('waits for a disk that is not ready, and does not start without it', async () => {
    const driver = memoryVms();
    const context = contextOf('vm/web');
    await driver.createVm('vm/web', context, settings);
    await driver.attachDisk('vm/web', disk('rows'));
    driver.world.breakVdisk('rows');
    let code = '';
    await vm.steps.start
      .run(driver, {}, context)
      .catch((error: unknown) => void (code = (error as { code: string }).code));
    expect(code).to.equal('DEPENDENCY_UNREADY');
    driver.world.mendVdisk('rows');
    await vm.steps.start.run(driver, {}, context);
    expect((await vm.observe(driver, context)).state).to.equal('running');
  });
});
