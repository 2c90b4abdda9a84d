// What a pool's diff plans for what is seen: a table of (spec, status) → steps, and the healing on a world in memory.

import { expect } from 'chai';
import { storagepool } from '../../actors/storagepool.ts';
import type { StoragepoolStatus } from '../../actors/storagepool/status.ts';
import type { Want } from '../../engine/model/actor.ts';
import type { DeviceView, MemberView } from '../../drivers/storage/port.ts';
import type { Device, StoragepoolSpec } from '../../schemas/types.ts';

const GiB = 2 ** 30;
const file = (name: string, more: Partial<Device> = {}): Device => ({
  file: name,
  size: 4 * GiB,
  overwrite: false,
  ...more,
});
const disk = (name: string, more: Partial<Device> = {}): Device => ({
  device: `/dev/${name}`,
  overwrite: false,
  ...more,
});
const spec = (
  changes: Partial<StoragepoolSpec> & { readonly running?: boolean } = {},
): StoragepoolSpec & { readonly running: boolean } => ({
  devices: [file('a'), file('b')],
  spares: [file('s')],
  profile: 'raid1',
  convert: false,
  compress: 'none',
  scrub: { every: 86_400_000, timezone: 'UTC' },
  thresholds: { warning: 90, error: 99 },
  running: true,
  ...changes,
});
const member = (path: string, state: MemberView['state'] = 'healthy'): MemberView => ({ path, size: 4 * GiB, state });
const device = (path: string, changes: Partial<DeviceView> = {}): DeviceView => ({
  path,
  size: 4 * GiB,
  state: 'present',
  holds: 'nothing',
  ...changes,
});
const present = (changes: Partial<StoragepoolStatus> = {}): StoragepoolStatus => {
  const members = changes.members ?? [member('a'), member('b')];
  return {
    presence: 'present',
    state: members.every(({ state }) => state === 'healthy') ? 'healthy' : 'degraded',
    mountedAt: '/pools/main',
    members,
    devices: members.map(({ path, state }) =>
      device(path, { holds: 'member', state: state === 'healthy' ? 'present' : state }),
    ),
    config: {
      dataProfile: 'raid1',
      metadataProfile: 'raid1',
      mountpoint: null,
      compress: 'none',
      scrub: spec().scrub,
      thresholds: spec().thresholds,
    },
    ...changes,
  };
};
const steps = (want: Want<StoragepoolSpec>, status: StoragepoolStatus): readonly string[] =>
  storagepool.diff(want, status).map(({ op, args }) => {
    if (op === 'replaceDevice') return `replace ${args.out} by ${args.in.path}`;
    if (op === 'addDevice') return `add ${args.path}`;
    return op === 'removeDevice' ? `remove ${args.path}` : op;
  });
const withDevices = (status: StoragepoolStatus, ...more: readonly DeviceView[]): StoragepoolStatus => ({
  ...status,
  devices: [...(status.devices ?? []), ...more],
});

interface Row {
  readonly it: string;
  readonly want: Want<StoragepoolSpec>;
  readonly seen: StoragepoolStatus;
  readonly steps: readonly string[];
}

const rows: readonly Row[] = [
  {
    it: 'makes and mounts what was never seen',
    want: spec(),
    seen: { presence: 'absent' },
    steps: ['create', 'mount'],
  },
  { it: 'leaves what is as wanted', want: spec(), seen: present(), steps: [] },
  {
    it: 'mounts what is not mounted',
    want: spec(),
    seen: { ...present(), mountedAt: undefined } as unknown as StoragepoolStatus,
    steps: ['mount'],
  },
  { it: 'mounts in another place', want: spec({ mountpoint: '/srv' }), seen: present(), steps: ['remount'] },
  {
    it: 'brings in a spare for a missing device',
    want: spec(),
    seen: present({ members: [member('a'), member('b', 'missing')] }),
    steps: ['replace b by s'],
  },
  {
    it: 'brings in a spare for a failing device',
    want: spec(),
    seen: present({ members: [member('a', 'failing'), member('b')] }),
    steps: ['replace a by s'],
  },
  {
    it: 'waits degraded without a spare',
    want: spec({ spares: [] }),
    seen: present({ members: [member('a'), member('b', 'missing')] }),
    steps: [],
  },
  {
    it: 'passes over a spare that is dead',
    want: spec({ spares: [file('s'), file('t')] }),
    seen: withDevices(present({ members: [member('a'), member('b', 'missing')] }), device('s', { state: 'missing' })),
    steps: ['replace b by t'],
  },
  {
    it: 'passes over a spare that holds something else',
    want: spec({ spares: [file('s'), file('t')] }),
    seen: withDevices(
      present({ members: [member('a'), member('b', 'missing')] }),
      device('s', { holds: 'something-else', content: 'ext4' }),
    ),
    steps: ['replace b by t'],
  },
  {
    it: 'passes over a spare that another pool has',
    want: spec(),
    seen: withDevices(present({ members: [member('a'), member('b', 'missing')] }), device('s', { holds: 'member' })),
    steps: [],
  },
  {
    it: 'makes a deleted file again in its own place before it takes a spare',
    want: spec(),
    seen: present({ members: [member('a'), member('b', 'missing')], devices: [device('a', { holds: 'member' })] }),
    steps: ['replace b by b'],
  },
  {
    it: 'leaves a spare where it took a place',
    want: spec(),
    seen: withDevices(present({ members: [member('a'), member('s')] }), device('b')),
    steps: [],
  },
  {
    it: 'adds a device',
    want: spec({ devices: [file('a'), file('b'), file('c')] }),
    seen: present(),
    steps: ['add c'],
  },
  {
    it: 'removes a device',
    want: spec(),
    seen: present({ members: [member('a'), member('b'), member('c')] }),
    steps: ['remove c'],
  },
  {
    it: 'removes a spare only when nothing else is too many',
    want: spec(),
    seen: present({ members: [member('a'), member('b'), member('s'), member('c')] }),
    steps: ['remove c', 'remove s'],
  },
  {
    it: 'replaces a device by another that the spec names instead',
    want: spec({ devices: [file('a'), file('c')] }),
    seen: present(),
    steps: ['replace b by c'],
  },
  {
    it: 'releases a lost device that is not wanted any more',
    want: spec(),
    seen: present({ members: [member('a'), member('b'), member('c', 'missing')] }),
    steps: ['remove c'],
  },
  {
    it: 'never goes below what the profile needs',
    want: spec({ devices: [file('a')], profile: 'single' }),
    seen: present(),
    steps: [],
  },
  {
    it: 'waits for a disk that is not there',
    want: spec({ devices: [file('a'), file('b'), disk('sdx')] }),
    seen: present(),
    steps: [],
  },
  { it: 'only reports another profile', want: spec({ profile: 'single' }), seen: present(), steps: [] },
  {
    it: 'converts when asked to',
    want: spec({ profile: 'single', convert: true }),
    seen: present(),
    steps: ['convert', 'convert'],
  },
  {
    it: 'does not convert while degraded',
    want: spec({ profile: 'single', convert: true, spares: [] }),
    seen: present({ members: [member('a'), member('b', 'missing')] }),
    steps: [],
  },
  {
    it: 'does not convert to what its devices are too few for',
    want: spec({ profile: 'raid1c3', convert: true }),
    seen: present(),
    steps: [],
  },
  { it: 'changes a setting', want: spec({ compress: 'zstd' }), seen: present(), steps: ['configure'] },
  {
    it: 'touches nothing when more is gone than it bears',
    want: spec(),
    seen: {
      ...present({ members: [member('a', 'missing'), member('b', 'missing')], state: 'error' }),
      mountedAt: undefined,
    } as unknown as StoragepoolStatus,
    steps: [],
  },
  { it: 'touches no stranger', want: spec(), seen: { presence: 'foreign' }, steps: [] },
  { it: 'unmounts what is stopped on purpose', want: spec({ running: false }), seen: present(), steps: ['unmount'] },
  {
    it: 'makes and does not mount what shall not run',
    want: spec({ running: false }),
    seen: { presence: 'absent' },
    steps: ['create'],
  },
  { it: 'unmounts what is retired, and keeps it', want: 'retired', seen: present(), steps: ['unmount'] },
  { it: 'unmounts and destroys what must go', want: 'absent', seen: present(), steps: ['unmount', 'destroy'] },
  { it: 'is done when what must go is gone', want: 'absent', seen: { presence: 'absent' }, steps: [] },
];

describe('a storage pool', () => {
  for (const row of rows) it(row.it, () => expect(steps(row.want, row.seen)).to.deep.equal(row.steps));

  it('calls it destructive to take a device that holds something else', () => {
    const devices = [device('a', { holds: 'something-else', content: 'ext4 "photos"' })];
    const [create] = storagepool.diff(spec({ devices: [file('a', { overwrite: true }), file('b')] }), {
      presence: 'absent',
      devices,
    });
    expect(create).to.include({ op: 'create', risk: 'destructive' });
    const [add] = storagepool.diff(
      spec({ devices: [file('a'), file('b'), file('c', { overwrite: true })] }),
      withDevices(present(), device('c', { holds: 'something-else' })),
    );
    expect(add).to.include({ op: 'addDevice', risk: 'destructive' });
  });

  it('says which device is lost and what takes its place', () => {
    const [step] = storagepool.diff(spec(), present({ members: [member('a'), member('b', 'missing')] }));
    expect(step?.why).to.deep.equal({
      field: 'devices[b]',
      have: 'missing',
      want: 'healthy',
      text: 'b is missing; s takes its place',
    });
  });

  const refused = (want: Want<StoragepoolSpec>, status: StoragepoolStatus): readonly string[] =>
    (storagepool.refusals?.(want, status) ?? []).map(({ text }) => text);

  it('refuses a profile that its devices are too few for', () => {
    expect(refused(spec({ profile: 'raid10' }), { presence: 'absent' }).at(0)).to.equal(
      'raid10 needs 4 devices, 2 are given',
    );
  });

  it('reports a profile that it does not convert', () => {
    expect(refused(spec({ profile: 'dup' }), present()).at(0)).to.match(/^dataProfile: raid1 → dup \(reported only/);
    expect(refused(spec({ profile: 'dup', convert: true }), present())).to.deep.equal([]);
  });

  it('says what a conversion waits for', () => {
    const dup = spec({ profile: 'dup', convert: true, spares: [] });
    const ill = present({ members: [member('a'), member('b', 'failing')] });
    expect(refused(dup, ill).at(0)).to.match(/\(converted when b is replaced, which is failing\)$/);
    expect(refused({ ...dup, spares: [file('s')] }, ill)).to.deep.equal([]);
    const more = spec({ profile: 'raid1c3', convert: true, devices: [file('a'), file('b'), disk('sdx')] });
    expect(refused(more, present()).at(0)).to.match(/\(converted when it has 3 devices\)$/);
    expect(refused({ ...more, devices: [file('a'), file('b'), file('c')] }, present())).to.deep.equal([]);
  });

  it('names a device that it cannot take, and why', () => {
    const absent: StoragepoolStatus = {
      presence: 'absent',
      devices: [device('/dev/sdb', { size: GiB }), device('b', { holds: 'something-else', content: 'xfs' })],
    };
    const texts = refused(spec({ devices: [disk('sda'), disk('sdb', { size: 4 * GiB }), file('b')] }), absent);
    expect(texts).to.deep.equal([
      'devices[0]: /dev/sda is not there',
      'devices[1]: /dev/sdb has 1GiB, wanted are 4GiB',
      'devices[2]: b holds xfs; overwrite: true would lose it',
    ]);
  });

  it('says that a person must act when more is gone than it bears', () => {
    const [text] = refused(
      spec(),
      present({ state: 'error', members: [member('a', 'missing'), member('b', 'missing')] }),
    );
    expect(text).to.match(/^a, b: more devices are gone than the profile bears/);
  });
});
