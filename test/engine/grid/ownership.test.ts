// Who owns a service, what it is called, and that it can be left to itself: records change, the thing does not.

import { expect } from 'chai';
import { adopt, agree, pause, resume, retry } from '../../../engine/grid/asks.ts';
import { forget, give, renameBlueprint } from '../../../engine/grid/ownership.ts';
import { renameService } from '../../../engine/grid/rename.ts';
import { setFields } from '../../../engine/grid/set.ts';
import type { Overlay } from '../../../engine/store/records.ts';
import { check, Desk, refused, somebody } from './desk.ts';

const shop = `
network__lan: { cidr: 10.60.0.0/24 }
storagepool__main: { profile: single, devices: [{ file: a.img, size: 8GiB }] }
vdisk__rows: { storagepool: main, size: 1GiB }
container__db: { image: 'oci:registry.test/db:1', network: lan, mounts: [{ vdisk: rows, at: /data }] }
container__web:
  image: 'oci:registry.test/web:1'
  replicas: 2
  network: lan
  after: { container/db: started }
  env: { DB: '{{status "container/db" "address"}}' }
gateway__edge: { routes: [{ host: shop.test, to: container/web, port: 8080 }] }
outputs: { db: '{{status "container/db" "address"}}' }
actions: [{ action: snapshot, kind: vdisk, service: rows }]
`;
const author = somebody;

describe('ownership', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await Desk.make();
    await desk.apply(shop);
  });
  afterEach(() => desk.check());

  it('gives a service to another blueprint in one change, with a revision of both and the thing as it is', async () => {
    const before = (await desk.service('vdisk/rows'))!;
    const { keys, revisions } = await give(desk.store, { name: 'vdisk/rows', to: 'disks', author });
    expect(keys).to.deep.equal(['vdisk/rows']);
    expect(revisions).to.deep.equal({ shop: 2, disks: 1 });
    const { uid, generation, hash } = before;
    expect(await desk.service('vdisk/rows')).to.deep.include({ blueprint: 'disks', uid, generation, hash });
    const [first] = await desk.revisions('disks');
    expect(first).to.deep.include({ cause: 'give', parent: 0 });
    expect((await desk.revisions('shop')).at(-1)!.actions).to.deep.equal([]);
    expect(await desk.said('vdisk/rows', 'given')).to.deep.equal([{ from: 'shop', to: 'disks', by: 'kim' }]);
  });

  it('lets the new owner apply what it was given, and the old one without it', async () => {
    await give(desk.store, { name: 'vdisk/rows', to: 'disks', author });
    const { uid } = (await desk.service('vdisk/rows'))!;
    const line = 'vdisk__rows: { storagepool: main, size: 1GiB }';
    await desk.apply(shop.replace(line, '').replace(/actions:.*/, ''));
    await desk.apply(`blueprint: disks\n${line}`);
    expect((await desk.service('vdisk/rows'))!.uid).to.equal(uid);
    expect(await desk.keys('tombstone')).to.deep.equal([]);
  });

  it('gives a group whole, and what is retired too', async () => {
    await give(desk.store, { name: 'container/web', to: 'front', author });
    expect((await desk.service('container/web.2'))!.blueprint).to.equal('front');
    expect((await refused(give(desk.store, { name: 'container/web.1', to: 'x', author }))).hint).to.equal(
      'ays give container/web',
    );
    expect((await refused(give(desk.store, { name: 'container/web', to: 'front', author }))).code).to.equal('USAGE');
    expect((await refused(give(desk.store, { name: 'container/web', to: 'no name', author }))).code).to.equal(
      'BLUEPRINT_NAME',
    );

    await desk.apply('blueprint: old\nstoragepool__spare: { profile: single, devices: [{ file: b.img, size: 8GiB }] }');
    await desk.apply('blueprint: old\nnode__x:\n');
    await give(desk.store, { name: 'storagepool/spare', to: 'new', author });
    expect((await desk.tombstone('storagepool/spare'))!.record.blueprint).to.equal('new');
  });

  it('renames a blueprint with all it owns, keeps its history and its number never twice', async () => {
    await renameBlueprint(desk.store, { from: 'shop', to: 'store', author });
    expect((await desk.head('shop'))!.services).to.equal(0);
    const head = (await desk.head('store'))!;
    expect(head).to.deep.include({ revision: 1, services: 7 });
    const { made } = await desk.plan(`blueprint: store\n${shop}`);
    expect(made.items.filter(({ verb }) => verb !== 'create')).to.deep.equal([]);
    await desk.apply('blueprint: shop\nnode__x:\n');
    expect((await desk.revisions('shop')).map(({ cause }) => cause)).to.deep.equal(['apply', 'rename', 'apply']);
    expect((await refused(renameBlueprint(desk.store, { from: 'store', to: 'shop', author }))).code).to.equal(
      'CHANGE_REFUSED',
    );
    expect((await refused(renameBlueprint(desk.store, { from: 'stor', to: 'x', author }))).hint).to.equal(
      'did you mean store?',
    );
  });

  it('renames a service in place, and everything in its blueprint that says its name', async () => {
    const { uid } = (await desk.service('vdisk/rows'))!;
    const { uid: dbUid } = (await desk.service('container/db'))!;
    await setFields(desk.store, desk.gridClock, { ...desk.ask, name: 'container/db', fields: { 'env.A': 'b' }, check });
    const rename = (name: string, to: string) => renameService(desk.store, desk.gridClock, { ...desk.ask, name, to });
    await rename('vdisk/rows', 'tables');
    await rename('container/db', 'container/data');
    await rename('container/web', 'front');
    expect((await desk.service('vdisk/tables'))!.uid).to.equal(uid);
    expect((await desk.service('container/data'))!.uid).to.equal(dbUid);
    expect(await desk.service('container/db')).to.equal(undefined);
    expect(await desk.keys('tombstone')).to.deep.equal([]);
    expect((await desk.store.get('meta', 'rekey vdisk/tables'))!.value).to.deep.equal({
      from: 'vdisk/rows',
      to: 'vdisk/tables',
      uid,
    });
    const renamed = shop
      .replace('vdisk__rows', 'vdisk__tables')
      .replace('vdisk: rows', 'vdisk: tables')
      .replace('service: rows', 'service: tables')
      .replace('container__db:', 'container__data:')
      .replaceAll('container/db', 'container/data')
      .replace('container__web', 'container__front')
      .replace('container/web', 'container/front')
      .replace("image: 'oci:registry.test/db:1'", "image: 'oci:registry.test/db:1', env: { A: b }");
    const { desired } = await desk.plan(renamed);
    for (const service of desired.services.values()) {
      const { hash, links } = (await desk.service(service.key))!;
      expect({ hash, links }, service.key).to.deep.equal({ hash: service.hash, links: service.links });
    }
    const last = (await desk.revisions('shop')).at(-1)!;
    expect(last.outputs).to.deep.equal(desired.outputs);
    expect(last.actions[0]!.targets).to.deep.equal(['vdisk/tables']);
    expect(((await desk.store.get('overlay', 'container/data'))!.value as unknown as Overlay).key).to.equal(
      'container/data',
    );
  });

  it('does not touch a field that says the same name of another kind', async () => {
    const other = await Desk.make();
    await other.apply(`
network__web: { cidr: 10.61.0.0/24 }
container__web: { image: 'oci:registry.test/web:1', network: web }
container__x: { image: 'oci:registry.test/web:1', network: web, after: [container/web] }
`);
    await renameService(other.store, other.gridClock, { ...other.ask, name: 'container/web', to: 'site' });
    const x = (await other.service('container/x'))!;
    expect(x.spec['network']).to.equal('web');
    expect(x.links.map(({ to }) => to)).to.deep.equal(['network/web', 'container/site']);
    await other.check();
  });

  it('refuses a name that is taken, wrong, of another kind, or in use by another blueprint', async () => {
    const rename = (to: string, name = 'container/db') =>
      refused(renameService(desk.store, desk.gridClock, { ...desk.ask, name, to }));
    expect((await rename('no.dots')).code).to.equal('NAME_INVALID');
    expect((await rename('vdisk/x')).code).to.equal('KIND_CHANGE');
    expect((await rename('web.1')).code).to.equal('NAME_INVALID');
    expect((await rename('db')).code).to.equal('DUPLICATE_SERVICE');
    await desk.apply('blueprint: other\ncontainer__x: { image: "oci:registry.test/x:1", after: [container/db] }');
    const { code, message } = await rename('data');
    expect(`${code} ${message}`).to.equal(
      'CONSUMER_MINIMUM container/db is named by container/x of the blueprint other',
    );
  });

  it('forgets a service: no record is left, a revision is without it, nothing is pending', async () => {
    await pause(desk.store, { name: 'gateway/edge', author, reason: 'x' });
    await desk.observe('gateway/edge', { presence: 'present' });
    await desk.machine('gateway/edge', 'converged');
    expect((await refused(forget(desk.store, { name: 'container/db', author }))).code).to.equal('CONSUMER_MINIMUM');
    await forget(desk.store, { name: 'gateway/edge', author });
    for (const collection of ['service', 'tombstone', 'overlay', 'snapshot', 'observed'] as const)
      expect(await desk.store.get(collection, 'gateway/edge'), collection).to.equal(undefined);
    expect((await desk.store.due(100)).map(({ key }) => key)).to.not.include('gateway/edge');
    expect((await desk.revisions('shop')).map(({ cause }) => cause)).to.deep.equal(['apply', 'forget']);
    expect(await desk.said('gateway/edge', 'forgotten')).to.have.length(1);
    expect((await refused(forget(desk.store, { name: 'gateway/edge', author }))).code).to.equal('KEY_UNKNOWN');
  });

  it('forgets what is going and cannot go', async () => {
    await desk.apply('blueprint: shop\nnode__x:\n');
    expect((await desk.tombstone('container/db'))!.state).to.equal('deleted');
    await forget(desk.store, { name: 'container/db', author });
    expect(await desk.tombstone('container/db')).to.equal(undefined);
  });
});

describe('what is asked of one service', () => {
  let desk: Desk;
  const asks = async (key: string) => (await desk.store.get('meta', `ask ${key}`))?.value;
  beforeEach(async () => {
    desk = await Desk.make();
    await desk.apply(shop);
  });

  it('waits in the store until it is heard, each question once', async () => {
    const { pokes } = await retry(desk.store, { name: 'container/web', author });
    expect(pokes).to.deep.equal(['container/web.1', 'container/web.2']);
    await retry(desk.store, { name: 'container/web.1', author });
    const given = { name: 'container/web.1', author, op: 'remove', reason: 'yes', registry: desk.registry };
    const op = Object.keys(desk.registry.actor('container')!.steps)[0]!;
    await agree(desk.store, { ...given, op });
    expect(await asks('container/web.1')).to.deep.equal({ events: [{ type: 'RETRY' }, { type: 'CONSENT' }] });
    const { uid } = (await desk.service('container/web.1'))!;
    expect(await desk.keys('consent')).to.deep.equal([`container/web.1 ${uid} ${op}`]);
    expect((await refused(agree(desk.store, { ...given, op: 'explode' }))).code).to.equal('USAGE');
  });

  it('agrees to the spec of today only: a changed one is asked for again', async () => {
    const op = Object.keys(desk.registry.actor('container')!.steps)[0]!;
    await agree(desk.store, { name: 'container/db', author, op, reason: 'yes', registry: desk.registry });
    await desk.apply(shop);
    expect(await desk.keys('consent')).to.have.length(1);
    await desk.apply(shop.replace('db:1', 'db:2'));
    expect(await desk.keys('consent')).to.deep.equal([]);
  });

  it('pauses with a reason and an end, and resumes; what the blueprint pauses only the blueprint resumes', async () => {
    await pause(desk.store, { name: 'container/web', author, reason: 'moving the rack', forMs: 60_000 });
    const overlay = (await desk.store.get('overlay', 'container/web.2'))!.value as unknown as Overlay;
    expect(overlay.paused).to.deep.equal({
      by: author,
      at: desk.clock.now(),
      until: desk.clock.now() + 60_000,
      reason: 'moving the rack',
    });
    await desk.apply(shop);
    expect(await desk.keys('overlay'), 'an apply does not resume').to.have.length(2);
    await resume(desk.store, { name: 'container/web', author });
    expect(await desk.keys('overlay')).to.deep.equal([]);
    expect((await refused(pause(desk.store, { name: 'container/db', author, reason: 'x', forMs: NaN }))).code).to.equal(
      'USAGE',
    );
    await desk.apply('blueprint: p\ncontainer__p: { image: "oci:registry.test/x:1", paused: true }');
    expect((await refused(resume(desk.store, { name: 'container/p', author }))).hint).to.include('(/b/shop.yaml:2)');
  });

  it('adopts what stands there, under the id that was seen', async () => {
    await desk.observe('container/db', { presence: 'foreign', foreign: { id: 'c0ffee' } });
    const adopting = (id: string, name = 'container/db') => adopt(desk.store, { name, author, id });
    expect((await refused(adopting('dead'))).hint).to.equal('ays adopt container/db --from c0ffee');
    await adopting('c0ffee');
    expect((await desk.store.get('meta', 'adopt container/db'))!.value).to.deep.include({ id: 'c0ffee' });
    expect(await asks('container/db')).to.deep.equal({ events: [{ type: 'RETRY' }] });
    expect((await refused(adopting('x', 'container/web'))).code).to.equal('USAGE');
    await desk.observe('container/db', { presence: 'present' });
    expect((await refused(adopting('c0ffee'))).code).to.equal('CHANGE_REFUSED');
  });
});
