// A snapshot is taken once and is then only kept.

import { expect } from 'chai';
import { snapshot } from '../../actors/snapshot.ts';
import { memoryStorage } from '../../drivers/storage/memory.ts';
import type { Status, Want } from '../../engine/model/actor.ts';
import type { SnapshotSpec } from '../../schemas/types.ts';
import { contextOf } from './context.ts';

const spec = (changes: Partial<SnapshotSpec> = {}): SnapshotSpec & { readonly running: boolean } => ({
  filesystem: 'photos',
  readOnly: true,
  flush: true,
  note: '',
  running: true,
  ...changes,
});
const present: Status = {
  presence: 'present',
  config: { filesystem: 'photos', vdisk: null, readOnly: true, flush: true, note: '' },
};

const rows: readonly {
  readonly it: string;
  readonly want: Want<SnapshotSpec>;
  readonly seen: Status;
  readonly steps: readonly string[];
}[] = [
  { it: 'is taken when it is not there', want: spec(), seen: { presence: 'absent' }, steps: ['take'] },
  { it: 'is left when it is there', want: spec(), seen: present, steps: [] },
  { it: 'is not taken again of another source', want: spec({ filesystem: 'music' }), seen: present, steps: [] },
  { it: 'does not become writable', want: spec({ readOnly: false }), seen: present, steps: [] },
  { it: 'takes another note', want: spec({ note: 'before the upgrade' }), seen: present, steps: ['configure'] },
  { it: 'touches no stranger', want: spec(), seen: { presence: 'foreign' }, steps: [] },
  { it: 'is kept when retired', want: 'retired', seen: present, steps: [] },
  { it: 'is destroyed when it must go', want: 'absent', seen: present, steps: ['destroy'] },
];

describe('a snapshot', () => {
  for (const row of rows)
    it(row.it, () => expect(snapshot.diff(row.want, row.seen).map(({ op }) => op)).to.deep.equal(row.steps));

  it('says that its source cannot change', () => {
    expect(snapshot.refusals?.(spec({ filesystem: 'music' }), present).map(({ field }) => field)).to.deep.equal([
      'filesystem',
    ]);
  });

  it('restores what it holds and keeps what was there', async () => {
    const driver = memoryStorage();
    driver.world.makeFilesystem('photos', 'main');
    driver.world.write('filesystem/photos', 'monday');
    const context = contextOf('snapshot/monday');
    const [take] = snapshot.diff(spec(), await snapshot.observe(driver, context));
    expect(take?.op).to.equal('take');
    if (take?.op === 'take') await snapshot.steps.take.run(driver, take.args, context);
    driver.world.write('filesystem/photos', 'tuesday');
    const kept = await snapshot.actions?.['restore']?.run(driver, {}, { ...context, run: 'run-1' });
    expect(driver.world.content('filesystem/photos')).to.equal('monday');
    await driver.rollbackFilesystem('filesystem/photos', (kept as { kept: string }).kept);
    expect(driver.world.content('filesystem/photos')).to.equal('tuesday');
  });
});
