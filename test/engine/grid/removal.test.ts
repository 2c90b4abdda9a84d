// The ways out and the way back: destroy, the end of a retention, rollback and its pin.

import { expect } from 'chai';
import { applyRevision } from '../../../engine/grid/apply.ts';
import { pinOf } from '../../../engine/grid/pins.ts';
import { destroyBlueprint, destroyData, endRetention } from '../../../engine/grid/removal.ts';
import { renameService } from '../../../engine/grid/rename.ts';
import { rollback } from '../../../engine/grid/rollback.ts';
import { setFields } from '../../../engine/grid/set.ts';
import { check, Desk, refused, somebody } from './desk.ts';

const disks = (more = '', tail = '') => `
storagepool__main: { profile: single, devices: [{ file: a.img, size: 8GiB }] }
vdisk__rows: { storagepool: main, size: 1GiB${more} }
container__db: { image: 'oci:registry.test/db:1', mounts: [{ vdisk: rows, at: /data }] }
${tail}
`;
const DAY = 86_400_000;

describe('destroying', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await Desk.make();
    await desk.apply(disks());
  });
  afterEach(() => desk.check());

  const destroy = (name: string, data = true) =>
    destroyData(desk.store, desk.gridClock, { name, data, author: somebody, registry: desk.registry });

  it('takes all services of a blueprint, keeping what holds data', async () => {
    const { applied } = await destroyBlueprint(desk.store, desk.gridClock, { ...desk.ask, blueprint: 'shop' });
    expect(applied!.revision).to.equal(2);
    expect(await desk.keys()).to.deep.equal([]);
    expect((await desk.tombstone('container/db'))!.state).to.equal('deleted');
    expect(await desk.tombstone('vdisk/rows')).to.deep.include({ state: 'retired', until: desk.clock.now() + 7 * DAY });
    await desk.apply(disks());
    expect((await desk.head('shop'))!.revision).to.equal(3);
    expect(await desk.keys('tombstone')).to.deep.equal([]);
  });

  it('is refused whole by what is protected and by a consumer of another blueprint', async () => {
    const other = await Desk.make();
    await other.apply(disks(', protect: true'));
    const protecting = await refused(
      destroyBlueprint(other.store, other.gridClock, { ...other.ask, blueprint: 'shop' }),
    );
    expect(protecting.code).to.equal('PROTECTED');
    await desk.apply(
      "blueprint: b\ncontainer__b: { image: 'oci:registry.test/b:1', mounts: [{ vdisk: rows, at: /d, readOnly: true }] }",
    );
    const used = await refused(destroyBlueprint(desk.store, desk.gridClock, { ...desk.ask, blueprint: 'shop' }));
    expect(`${used.code} ${used.message}`).to.equal(
      'CONSUMER_MINIMUM vdisk/rows is used by container/b ("mounts", blueprint b)',
    );
    expect((await desk.keys()).length).to.equal(4);
    expect(
      (await refused(destroyBlueprint(desk.store, desk.gridClock, { ...desk.ask, blueprint: 'shpo' }))).hint,
    ).to.equal('did you mean shop?');
  });

  it('of one service is for what is retired; a declared one is refused, naming the line', async () => {
    const { code, message, hint } = await refused(destroy('vdisk/rows'));
    expect(`${code} ${message} ${hint}`).to.equal(
      'DECLARED_AND_REMOVED vdisk/rows is declared by the blueprint shop (/b/shop.yaml:3) remove the block and apply, or ays destroy shop',
    );
    await desk.apply('node__x:\n');
    expect((await refused(destroy('vdisk/rows', false))).hint).to.equal('ays destroy vdisk/rows --data');
    await desk.observe('vdisk/rows', { presence: 'present' });
    const { generation } = (await desk.tombstone('vdisk/rows'))!;
    const { keys, pokes } = await destroy('vdisk/rows');
    expect(keys).to.deep.equal(['vdisk/rows']);
    expect(pokes).to.deep.equal(['vdisk/rows']);
    const after = (await desk.tombstone('vdisk/rows'))!;
    expect(after).to.deep.include({ state: 'deleted', until: null, generation: { epoch: 1, n: generation.n + 1 } });
    const steps = desk.registry.actor('vdisk')!.steps;
    const destructive = Object.keys(steps).filter((op) => steps[op]!.risk === 'destructive');
    expect(destructive).to.not.be.empty;
    expect(await desk.keys('consent')).to.include.members(destructive.map((op) => `vdisk/rows ${after.uid} ${op}`));
    expect((await destroy('vdisk/rows')).keys, 'once is enough').to.deep.equal([]);
  });

  it('takes its consents back with it when the block returns first', async () => {
    await desk.apply('node__x:\n');
    await desk.observe('vdisk/rows', { presence: 'present' });
    await destroy('vdisk/rows');
    await desk.apply(disks());
    expect(await desk.service('vdisk/rows')).to.not.equal(undefined);
    expect(await desk.keys('consent')).to.deep.equal([]);
  });

  it('is refused while somebody still uses what is retired', async () => {
    await desk.apply('node__x:\n');
    const record = (await desk.tombstone('container/db'))!.record;
    await desk.put('service', 'container/db', { ...record, blueprint: 'late' });
    expect((await refused(destroy('vdisk/rows'))).code).to.equal('CONSUMER_MINIMUM');
    await desk.store.commit({ deletes: [{ collection: 'service', id: 'container/db' }] });
  });

  it('ends a retention when its time has come, not before, and not of what is protected', async () => {
    await desk.apply('node__x:\n');
    const end = () => endRetention(desk.store, 1, desk.registry, 'vdisk/rows');
    desk.clock.advance(7 * DAY - 1);
    expect(await end()).to.equal(false);
    const tombstone = (await desk.tombstone('vdisk/rows'))!;
    desk.clock.advance(1);
    await desk.put('tombstone', 'vdisk/rows', {
      ...tombstone,
      record: { ...tombstone.record, common: { ...tombstone.record.common, protect: true } },
    });
    expect(await end()).to.equal(false);
    await desk.put('tombstone', 'vdisk/rows', tombstone);
    expect(await end()).to.equal(true);
    expect((await desk.tombstone('vdisk/rows'))!.state).to.equal('deleted');
    expect(await end()).to.equal(false);
    expect(await desk.said('vdisk/rows', 'deleted')).to.deep.equal([
      { by: 'retain', reason: 'its retention has ended' },
    ]);
  });
});

describe('a rollback', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await Desk.make();
    await desk.apply(disks());
    await desk.apply(disks('', "container__new: { image: 'oci:registry.test/new:1' }").replace('db:1', 'db:2'));
  });
  afterEach(() => desk.check());

  const back = (target: string) => rollback(desk.store, desk.gridClock, { ...desk.ask, target });

  it('makes the earlier state the next revision, and says what it left', async () => {
    const { uid } = (await desk.service('container/db'))!;
    const { applied } = await back('shop@1');
    expect(applied).to.deep.include({ revision: 3, changed: ['container/db'] });
    const db = (await desk.service('container/db'))!;
    expect(db.spec['image']).to.equal('oci:registry.test/db:1');
    expect(db.uid).to.equal(uid);
    expect((await desk.tombstone('container/new'))!.state).to.equal('deleted');
    const [first, , third] = await desk.revisions('shop');
    expect(third).to.deep.include({ hash: first!.hash, cause: 'rollback', parent: 2 });
    expect(await pinOf(desk.store, 'shop')).to.deep.include({ revision: 1, rejected: 2, by: somebody });
  });

  it('pins: what was rejected is not applied again without being asked, what is new is, and ends the pin', async () => {
    const rejected = disks('', "container__new: { image: 'oci:registry.test/new:1' }").replace('db:1', 'db:2');
    await back('shop');
    const { code, message } = await refused(desk.apply(rejected));
    expect(`${code} ${message}`).to.equal(
      'PINNED shop was rolled back from revision 2 to 1 by kim, and this is revision 2 again',
    );
    await setFields(desk.store, desk.gridClock, { ...desk.ask, name: 'container/db', fields: { 'env.A': 'x' }, check });
    expect((await pinOf(desk.store, 'shop'))!.rejected, 'a partial change leaves it').to.equal(2);
    const { desired, made } = await desk.plan(rejected);
    const asked = { desired, plan: made, author: somebody, cause: 'apply', consents: [], despitePin: true };
    expect((await applyRevision(desk.store, desk.gridClock, asked)).unpinned!.rejected).to.equal(2);
    await back('shop@1');
    const { unpinned } = await desk.apply(disks().replace('db:1', 'db:3'));
    expect(unpinned!.rejected).to.equal(5);
    expect(await pinOf(desk.store, 'shop')).to.equal(undefined);
  });

  it('keeps the data of what was renamed since, also twice', async () => {
    const { uid } = (await desk.service('vdisk/rows'))!;
    const rename = (name: string, to: string) => renameService(desk.store, desk.gridClock, { ...desk.ask, name, to });
    await rename('vdisk/rows', 'tables');
    await rename('vdisk/tables', 'sheets');
    await back('shop@1');
    expect((await desk.service('vdisk/rows'))!.uid).to.equal(uid);
    expect(await desk.keys('tombstone')).to.deep.equal(['container/new']);
    expect((await desk.service('container/db'))!.links.map(({ to }) => to)).to.deep.equal(['vdisk/rows']);
  });

  it('keeps the data of what got its name by "was", and of the first replica', async () => {
    const { uid } = (await desk.service('vdisk/rows'))!;
    await desk.apply(disks().replaceAll('rows', 'tables').replace('size: 1GiB', 'size: 1GiB, was: vdisk/rows'));
    expect((await desk.service('vdisk/tables'))!.uid).to.equal(uid);
    await back('shop@1');
    expect((await desk.service('vdisk/rows'))!.uid).to.equal(uid);
    const { uid: db } = (await desk.service('container/db'))!;
    await desk.apply(
      disks().replace(/container__db.*/, "container__db: { image: 'oci:registry.test/db:1', replicas: 2 }"),
    );
    expect((await desk.service('container/db.1'))!.uid).to.equal(db);
    await back('shop@1');
    expect((await desk.service('container/db'))!.uid).to.equal(db);
  });

  it('refuses what is no revision, what stands already, and what another blueprint owns by now', async () => {
    expect((await refused(back('shop@2'))).code).to.equal('USAGE');
    expect((await refused(back('shop@9'))).hint).to.equal('shop has the revisions 1 to 2: ays history shop');
    expect((await refused(back('shop@x'))).code).to.equal('USAGE');
    expect((await refused(back('sop@1'))).hint).to.equal('did you mean shop?');
  });
});
