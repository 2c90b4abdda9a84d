// What a filesystem's diff plans for what is seen.

import { expect } from 'chai';
import { filesystem, type FilesystemStatus } from '../../actors/filesystem.ts';
import type { Want } from '../../engine/model/actor.ts';
import { memoryStorage } from '../../drivers/storage/memory.ts';
import type { FilesystemSpec } from '../../schemas/types.ts';
import { contextOf } from './context.ts';

const MiB = 2 ** 20;
const spec = (changes: Partial<FilesystemSpec> = {}): FilesystemSpec & { readonly running: boolean } => ({
  storagepool: 'main',
  quota: 10 * MiB,
  readOnly: false,
  compress: 'none',
  copyOnWrite: true,
  mode: '0755',
  owner: '0:0',
  noAccessTime: true,
  thresholds: { warning: 90, error: 99 },
  running: true,
  ...changes,
});
const { running: _running, ...asWanted } = spec();
const present = (changes: Partial<FilesystemStatus> = {}): FilesystemStatus => ({
  presence: 'present',
  reachable: true,
  used: 0,
  config: { ...asWanted, snapshots: null },
  ...changes,
});

const rows: readonly {
  readonly it: string;
  readonly want: Want<FilesystemSpec>;
  readonly seen: FilesystemStatus;
  readonly steps: readonly string[];
}[] = [
  { it: 'makes what is not there', want: spec(), seen: { presence: 'absent' }, steps: ['create: presence'] },
  { it: 'leaves what is as wanted', want: spec(), seen: present(), steps: [] },
  { it: 'changes a quota in place', want: spec({ quota: 20 * MiB }), seen: present(), steps: ['configure: quota'] },
  {
    it: 'leaves a quota that use is above',
    want: spec({ quota: 5 * MiB }),
    seen: present({ used: 6 * MiB }),
    steps: [],
  },
  { it: 'lifts a quota', want: spec({ quota: 0 }), seen: present({ used: 6 * MiB }), steps: ['configure: quota'] },
  {
    it: 'changes each field that differs',
    want: spec({ readOnly: true, mode: '0700' }),
    seen: present(),
    steps: ['configure: readOnly', 'configure: mode'],
  },
  {
    it: 'sets a schedule',
    want: spec({ snapshots: { every: 3_600_000, timezone: 'UTC', keep: 7 } }),
    seen: present(),
    steps: ['configure: snapshots'],
  },
  { it: 'is never made again in another pool', want: spec({ storagepool: 'other' }), seen: present(), steps: [] },
  {
    it: 'is never made again to turn copying on write off',
    want: spec({ copyOnWrite: false }),
    seen: present(),
    steps: [],
  },
  {
    it: 'waits while its pool is not mounted',
    want: spec({ quota: 20 * MiB }),
    seen: present({ reachable: false }),
    steps: [],
  },
  { it: 'touches no stranger', want: spec(), seen: { presence: 'foreign' }, steps: [] },
  { it: 'stays where it is when retired', want: 'retired', seen: present(), steps: [] },
  { it: 'is destroyed when it must go', want: 'absent', seen: present(), steps: ['destroy: presence'] },
];

describe('a filesystem', () => {
  for (const row of rows)
    it(row.it, () =>
      expect(filesystem.diff(row.want, row.seen).map(({ op, why }) => `${op}: ${why.field}`)).to.deep.equal(row.steps),
    );

  it('says what it refuses, with both values', () => {
    const refused =
      filesystem.refusals?.(spec({ storagepool: 'other', quota: 5 * MiB }), present({ used: 6 * MiB })) ?? [];
    expect(refused.map(({ text }) => text)).to.deep.equal([
      'storagepool: main → other (it cannot be changed once made)',
      'quota: 5MiB is below the 6MiB in use',
    ]);
  });

  it('is healthy, then warned of, then in error as it fills', async () => {
    const driver = memoryStorage();
    driver.world.makePool('main');
    const context = contextOf('filesystem/photos');
    const { running: _ignored, ...settings } = spec();
    await driver.createFilesystem('filesystem/photos', context, 'main', settings);
    const healthAt = async (used: number): Promise<string | undefined> => {
      driver.world.fill('filesystem/photos', used);
      return (await filesystem.observe(driver, context)).health;
    };
    // 90 itself warns: the original compared with == and never did above it.
    expect([
      await healthAt(8 * MiB),
      await healthAt(9 * MiB),
      await healthAt(9.5 * MiB),
      await healthAt(10 * MiB),
    ]).to.deep.equal(['ok', 'warning', 'warning', 'error']);
  });
});
