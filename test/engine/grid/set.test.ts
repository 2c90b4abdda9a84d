// What is set by hand: a revision of its own, true for loop, history and rollback, and undone by the next apply with a word.

import { expect } from 'chai';
import { pause } from '../../../engine/grid/asks.ts';
import { overlaysOf, wouldUndo } from '../../../engine/grid/overlays.ts';
import { setFields, setRunning, unsetFields } from '../../../engine/grid/set.ts';
import type { Overlay } from '../../../engine/store/records.ts';
import type { JsonValue } from '../../../engine/model/json.ts';
import { check, Desk, refused, somebody } from './desk.ts';

const shop = `
network__lan: { cidr: 10.60.0.0/24 }
container__web:
  image: 'oci:registry.test/web:1'
  network: lan
  env: { LOG: info, PEER: '{{status "network/lan" "gateway"}}' }
container__api: { image: 'oci:registry.test/api:1', network: lan, replicas: 3, after: [network/lan] }
container__proxy: { image: 'oci:registry.test/proxy:1', after: { container/api: started } }
`;

describe('setting fields by hand', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await Desk.make();
    await desk.apply(shop);
  });
  afterEach(() => desk.check());

  const set = (name: string, fields: Record<string, JsonValue>) =>
    setFields(desk.store, desk.gridClock, { ...desk.ask, name, fields, check });

  it('makes a revision with the new value, and a generation of the service alone', async () => {
    const before = await desk.service('container/web');
    const { plan, applied } = await set('container/web', { image: 'oci:registry.test/web:2' });
    expect(plan.items.map(({ key }) => key)).to.include('container/web');
    expect(applied).to.deep.include({ revision: 2, changed: ['container/web'] });
    const after = await desk.service('container/web');
    expect(after).to.deep.include({ uid: before!.uid, revision: 2, generation: { epoch: 1, n: 2 } });
    expect(after!.spec['image']).to.equal('oci:registry.test/web:2');
    expect((await desk.revisions('shop')).map(({ cause, author }) => `${cause} ${author.name}`)).to.deep.equal([
      'apply kim',
      'set kim',
    ]);
    expect((await desk.service('network/lan'))!.revision).to.equal(1);
  });

  it('is what the blueprint reader would make of the same text, so taking it over changes nothing', async () => {
    await set('container/web', { 'env.LOG': 'debug' });
    await set('container/api', { replicas: 5 });
    const edited = shop.replace('LOG: info', 'LOG: debug').replace('replicas: 3', 'replicas: 5');
    const { desired, made } = await desk.plan(edited);
    for (const service of desired.services.values()) {
      const { hash, links } = (await desk.service(service.key))!;
      expect({ hash, links }, service.key).to.deep.equal({ hash: service.hash, links: service.links });
    }
    expect(made.items.filter(({ verb }) => verb !== 'create')).to.deep.equal([]);
    const { undone } = await desk.apply(edited);
    expect(undone).to.deep.equal([]);
    expect(await desk.keys('overlay')).to.deep.equal([]);
  });

  it('tells what the next apply would undo, and that apply undoes it and says so', async () => {
    await set('container/api', { replicas: 5 });
    await set('container/web', { 'env.LOG': 'debug' });
    await setRunning(desk.store, desk.gridClock, { ...desk.ask, name: 'container/web', running: false });
    const { desired, made } = await desk.plan(shop);
    const lost = wouldUndo(await overlaysOf(desk.store, 'shop'), desired);
    expect(lost.map(({ key, field, value, want, by }) => [key, field, value, want, by.name])).to.deep.equal([
      ['container/api', 'replicas', 5, 3, 'kim'],
      ['container/web', 'env.LOG', 'debug', 'info', 'kim'],
      ['container/web', 'running', false, true, 'kim'],
    ]);
    expect(made.items.map(({ key, verb }) => `${verb} ${key}`)).to.include.members([
      'delete container/api.5',
      'delete container/api.4',
    ]);
    const { undone } = await desk.apply(shop);
    expect(undone.map(({ field }) => field)).to.deep.equal(['replicas', 'env.LOG', 'running']);
    expect(await desk.keys('overlay')).to.deep.equal([]);
    const web = await desk.service('container/web');
    expect(web!.common.running).to.equal(true);
    expect((web!.spec['env'] as { LOG: string }).LOG).to.equal('info');
    expect(await desk.keys('tombstone')).to.deep.equal(['container/api.4', 'container/api.5']);
    expect(await desk.said('container/web', 'undone')).to.deep.include({
      field: 'env.LOG',
      have: 'debug',
      want: 'info',
      setBy: 'kim',
      by: 'kim',
    });
  });

  it('goes back to what the blueprint says, also after being set twice', async () => {
    const { hash } = (await desk.service('container/web'))!;
    await set('container/web', { 'env.LOG': 'debug' });
    await set('container/web', { 'env.LOG': 'trace', 'env.NEW': 'x', protect: true });
    await unsetFields(desk.store, desk.gridClock, { ...desk.ask, name: 'container/web' });
    expect((await desk.service('container/web'))!.hash).to.equal(hash);
    expect(await desk.keys('overlay')).to.deep.equal([]);
    expect(
      (await refused(unsetFields(desk.store, desk.gridClock, { ...desk.ask, name: 'container/web' }))).code,
    ).to.equal('USAGE');
  });

  it('is undone under a new name too, where a pause goes along', async () => {
    await set('container/web', { 'env.LOG': 'debug' });
    await pause(desk.store, { name: 'container/web', author: somebody, reason: 'audit' });
    const { undone } = await desk.apply(shop.replace('container__web:', 'container__site:\n  was: container/web'));
    expect(undone.map(({ key, field }) => `${key} ${field}`)).to.deep.equal(['container/site env.LOG']);
    const [only, ...more] = await desk.store.list('overlay');
    expect(more).to.deep.equal([]);
    expect(only!.value).to.deep.include({ key: 'container/site', set: {}, running: null });
    expect((only!.value as unknown as Overlay).paused!.reason).to.equal('audit');
  });

  it('stops and starts, of a group all replicas', async () => {
    const run = (running: boolean) =>
      setRunning(desk.store, desk.gridClock, { ...desk.ask, name: 'container/api', running });
    await run(false);
    for (const n of [1, 2, 3]) expect((await desk.service(`container/api.${n}`))!.common.running).to.equal(false);
    expect(((await desk.store.get('overlay', 'container/api'))!.value as unknown as Overlay).running!.value).to.equal(
      false,
    );
    await run(true);
    expect(await desk.keys('overlay')).to.deep.equal([]);
    expect((await desk.revisions('shop')).map(({ cause }) => cause)).to.deep.equal(['apply', 'stop', 'start']);
  });

  it('makes one of many and many of one, keeping the first', async () => {
    const first = (await desk.service('container/api.1'))!.uid;
    await set('container/api', { replicas: 1 });
    expect((await desk.service('container/api'))!.uid).to.equal(first);
    expect((await desk.service('container/proxy'))!.links.map(({ to }) => to)).to.deep.equal(['container/api']);
    await set('container/api', { replicas: 2 });
    expect((await desk.service('container/api.1'))!.uid).to.equal(first);
    expect((await desk.service('container/proxy'))!.links.map(({ to }) => to)).to.deep.equal([
      'container/api.1',
      'container/api.2',
    ]);
  });

  it('pairs new replicas with their own disks, and asks for the disk first', async () => {
    const paired = `
storagepool__main: { profile: single, devices: [{ file: a.img, size: 8GiB }] }
vdisk__rows: { storagepool: main, size: 1GiB, replicas: 2 }
container__db: { image: 'oci:registry.test/db:1', replicas: 2, mounts: [{ vdisk: rows, at: /data }] }
`.trim();
    const other = await Desk.make();
    await other.apply(paired);
    const grow = (name: string) =>
      setFields(other.store, other.gridClock, { ...other.ask, name, fields: { replicas: 3 }, check });
    expect((await refused(grow('container/db'))).hint).to.equal('ays set vdisk/rows replicas=3 first');
    await grow('vdisk/rows');
    await grow('container/db');
    const { desired } = await other.plan(paired.replaceAll('replicas: 2', 'replicas: 3'));
    for (const service of desired.services.values()) {
      const { hash, links } = (await other.service(service.key))!;
      expect({ hash, links }, service.key).to.deep.equal({ hash: service.hash, links: service.links });
    }
    await other.check();
  });

  it('refuses what belongs into the blueprint, naming field, reason and remedy', async () => {
    const tries: readonly (readonly [string, Record<string, JsonValue>, string])[] = [
      [
        'container/wbe',
        { image: 'x' },
        'KEY_UNKNOWN there is no service "container/wbe" = did you mean container/web?',
      ],
      [
        'container/web',
        { imge: 'x' },
        'FIELD_UNKNOWN container/web: container has no field "imge" = did you mean "image"?',
      ],
      [
        'container/web',
        { network: 'x' },
        'CHANGE_REFUSED container/web: "network" links to other services = change it in the blueprint (/b/shop.yaml:3) and apply',
      ],
      [
        'container/web',
        { mounts: [] },
        'CHANGE_REFUSED container/web: "mounts" links to other services = change it in the blueprint (/b/shop.yaml:3) and apply',
      ],
      [
        'container/web',
        { 'env.PEER': 'x' },
        'CHANGE_REFUSED container/web: "env.PEER" holds a value that is known only later = change it in the blueprint (/b/shop.yaml:3) and apply',
      ],
      [
        'container/web',
        { env: {} },
        'CHANGE_REFUSED container/web: "env" holds a value that is known only later = change it in the blueprint (/b/shop.yaml:3) and apply',
      ],
      [
        'container/web',
        { after: 'x' },
        'CHANGE_REFUSED container/web: "after" cannot be set beside the blueprint = change it in the blueprint (/b/shop.yaml:3) and apply',
      ],
      ['container/web', { pids: 'many' }, 'FIELD_TYPE container/web: "pids" is "many" = give another'],
      [
        'container/web',
        { running: 'no' },
        'FIELD_TYPE container/web: "running" is "no"; expected true or false = ays set container/web running=true',
      ],
      [
        'container/api',
        { replicas: 0 },
        'REPLICAS_INVALID container/api: "replicas" is 0; expected a whole number from 1 = ays do stop container/api keeps it stopped',
      ],
      [
        'container/api.2',
        { image: 'x' },
        'USAGE container/api.2 is one of 3 replicas of container/api = ays set container/api',
      ],
      ['container/web', { hostNetwork: true }, 'FIELD_CONTRADICTION'],
    ];
    for (const [name, fields, expected] of tries) {
      const { code, message, hint } = await refused(set(name, fields));
      expect(`${code} ${message} = ${hint}`).to.include(expected);
    }
    expect((await desk.head('shop'))!.revision).to.equal(1);
  });

  it('plans like an apply: only dry, only the accepted plan, refusals and consent included', async () => {
    const { plan, applied } = await setFields(desk.store, desk.gridClock, {
      ...desk.ask,
      name: 'container/web',
      fields: { image: 'oci:registry.test/web:2' },
      check,
      dryRun: true,
    });
    expect(applied).to.equal(undefined);
    expect((await desk.head('shop'))!.revision).to.equal(1);
    const accepted = { ...desk.ask, name: 'container/web', check, accepted: plan.hash };
    const other = setFields(desk.store, desk.gridClock, { ...accepted, fields: { image: 'oci:registry.test/web:3' } });
    expect((await refused(other)).code).to.equal('PLAN_STALE');
    await setFields(desk.store, desk.gridClock, { ...accepted, fields: { image: 'oci:registry.test/web:2' } });

    await desk.apply(
      'storagepool__p: { profile: single, devices: [{ file: a.img, size: 8GiB }] }\nvdisk__d: { storagepool: p, size: 2GiB }\nblueprint: disks\n',
    );
    await desk.observe('vdisk/d', { presence: 'present', config: { size: 2 * 2 ** 30 } });
    expect((await refused(set('vdisk/d', { size: 2 ** 30 }))).code).to.equal('CHANGE_REFUSED');
  });
});
