// What a person asks of a grid: how it stands, why, what became of it, what it shows; and the log as it grows.

import { expect } from 'chai';
import { fillDeferred } from '../../../engine/blueprint/template/index.ts';
import { pause } from '../../../engine/grid/asks.ts';
import { follow } from '../../../engine/grid/follow.ts';
import { diffRevisions, historyOf, historyOfService } from '../../../engine/grid/history.ts';
import { outputsOf, type FillValue } from '../../../engine/grid/outputs.ts';
import { renameService } from '../../../engine/grid/rename.ts';
import { rollback } from '../../../engine/grid/rollback.ts';
import { setFields } from '../../../engine/grid/set.ts';
import { countStates, statusOf } from '../../../engine/grid/status.ts';
import { sayWhy, whyOf } from '../../../engine/grid/why.ts';
import type { Timers } from '../../../engine/model/deadline.ts';
import { isDeferred } from '../../../engine/model/expression.ts';
import type { Registry } from '../../../engine/model/registry.ts';
import { check, Desk, refused, somebody } from './desk.ts';

const shop = `
params: { stage: { type: string, default: dev, description: x } }
secrets: { pw: { generate: 20 } }
network__lan: { cidr: 10.60.0.0/24 }
container__db: { image: 'oci:registry.test/db:1', network: lan, env: { PW: '{{secret "pw"}}' } }
container__web: { image: 'oci:registry.test/web:1', after: { container/db: started }, env: { LOG: info } }
outputs: { address: 'http://{{status "container/db" "address"}}', plain: hello }
`;
const present = { presence: 'present' } as const;

describe('status', () => {
  let desk: Desk;
  let registry: Registry;
  beforeEach(async () => {
    desk = await Desk.make();
    ({ registry } = desk);
    await desk.apply(shop);
  });

  const one = async (name: string) => (await statusOf(desk.store, { registry, name, since: true }))[0]!;

  it('says of what nobody has looked at that it is due, and knows nothing else', async () => {
    expect(await one('container/db')).to.deep.include({
      state: 'due',
      health: 'unknown',
      drift: null,
      seen: null,
      since: null,
    });
    expect(countStates(await statusOf(desk.store, { registry }))).to.deep.equal({ due: 3 });
  });

  it('shows state, health and drift apart', async () => {
    await desk.machine('network/lan', 'converged');
    await desk.observe('network/lan', { ...present, health: 'warning', config: { cidr: '10.99.0.0/24' } });
    const { state, health, drift } = await one('network/lan');
    expect([state, health]).to.deep.equal(['converged', 'warning']);
    expect(drift!.map(({ field }) => field)).to.include('cidr');
    await desk.observe('container/db', { presence: 'absent' });
    expect(await one('container/db')).to.deep.include({ state: 'due', health: 'error', presence: 'absent' });
    await desk.observe('container/db', { presence: 'foreign', foreign: { id: 'c0ffee' } });
    expect((await one('container/db')).drift![0]!.text).to.equal('c0ffee stands there and is not ours');
  });

  it('does not believe a machine that has not heard of the newest wish, nor what was seen of another thing of the same name', async () => {
    await desk.machine('container/web', 'converged');
    await desk.observe('container/web', present, 'uid-of-its-ancestor');
    expect(await one('container/web')).to.deep.include({ state: 'converged', seen: null });
    await desk.apply(shop.replace('web:1', 'web:2'));
    expect((await one('container/web')).state).to.equal('due');
  });

  it('tells age, since when, who paused, what is set by hand, and what is retired until when', async () => {
    await desk.machine('container/web', 'reconciling');
    desk.clock.advance(1_000);
    await desk.machine('container/web', 'converged');
    const since = desk.clock.now();
    await desk.observe('container/web', present);
    desk.clock.advance(2_000);
    await desk.machine('container/web', 'converged');
    const status = await one('container/web');
    expect(status.since).to.equal(since);
    expect(status.seen).to.deep.equal({ at: since, ageMs: 2_000, by: 'robot-1' });
    await pause(desk.store, { name: 'container/web', author: somebody, reason: 'audit', forMs: 1_000 });
    expect((await one('container/web')).paused!.reason).to.equal('audit');
    desk.clock.advance(1_000);
    expect((await one('container/web')).paused).to.equal(null);
    await setFields(desk.store, desk.gridClock, {
      ...desk.ask,
      name: 'container/web',
      fields: { 'env.LOG': 'x' },
      check,
    });
    expect((await one('container/web')).overlays.map(({ field }) => field)).to.deep.equal(['env.LOG']);
    await desk.apply('blueprint: d\nstoragepool__p: { profile: single, devices: [{ file: a.img, size: 8GiB }] }');
    await desk.apply('blueprint: d\nnode__x:\n');
    expect(await one('storagepool/p')).to.deep.include({ want: 'retired', until: desk.clock.now() + 7 * 86_400_000 });
    expect((await statusOf(desk.store, { registry, blueprint: 'd' })).map(({ key }) => key)).to.deep.equal([
      'node/x',
      'storagepool/p',
    ]);
  });
});

describe('why', () => {
  it('leads through what is waited for to the cause, says a circle once, and names who wanted it', async () => {
    const desk = await Desk.make();
    await desk.apply(shop);
    await desk.machine('container/web', 'waiting', { waitingOn: ['container/db', 'container/gone'] });
    await desk.machine('container/db', 'waiting', { waitingOn: ['network/lan', 'container/web'] });
    const cause = { code: 'DRIVER_REFUSED', message: 'no such bridge', hint: 'load the module' };
    await desk.machine('network/lan', 'parked', { cause });
    const [why] = await whyOf(desk.store, { registry: desk.registry, name: 'container/web' });
    const lines = sayWhy(why!).map(({ depth, text }) => `${depth} ${text}`);
    expect(lines[0]).to.equal('0 container/web waiting: it waits for container/db, container/gone');
    expect(lines).to.include.members([
      '1 wanted by kim (apply, shop@1)',
      '1 container/db waiting: it waits for network/lan, container/web',
      '2 network/lan parked: it needs a person: DRIVER_REFUSED: no such bridge',
      '3 next: load the module',
      '2 container/web waiting: it waits for container/db, container/gone',
      '1 container/gone unknown: it is not declared anywhere (any more)',
    ]);
    expect(lines.filter((line) => line.includes('container/web waiting'))).to.have.length(2);
    expect((await refused(whyOf(desk.store, { registry: desk.registry, name: 'container/wep' }))).code).to.equal(
      'KEY_UNKNOWN',
    );
  });

  it('ends a chain without end', async () => {
    const desk = await Desk.make();
    const count = 60;
    const text = Array.from({ length: count }, (_, i) => `container__c${i}: { image: 'oci:registry.test/x:1' }`).join(
      '\n',
    );
    await desk.apply(`blueprint: long\n${text}`);
    for (let i = 0; i < count; i++)
      await desk.machine(`container/c${i}`, 'waiting', { waitingOn: [`container/c${(i + 1) % count}`] });
    const [why] = await whyOf(desk.store, { registry: desk.registry, name: 'container/c0' });
    let depth = 0;
    for (let node = why; node?.waitsFor[0] !== undefined; node = node.waitsFor[0]) depth += 1;
    expect(depth).to.equal(20);
  });
});

describe('history', () => {
  it('lists revisions with what each changed, page by page, and marks what was rejected', async () => {
    const desk = await Desk.make();
    await desk.apply(shop);
    await desk.apply(`${shop}\ncontainer__more: { image: 'oci:registry.test/x:1' }`.replace('web:1', 'web:2'));
    await rollback(desk.store, desk.gridClock, { ...desk.ask, target: 'shop@1' });
    const lines = await historyOf(desk.store, { blueprint: 'shop' });
    expect(
      lines.map(({ revision, cause, added, changed, removed }) => [revision, cause, added, changed, removed]),
    ).to.deep.equal([
      [3, 'rollback', 0, 1, 1],
      [2, 'apply', 1, 1, 0],
      [1, 'apply', 3, 0, 0],
    ]);
    expect(lines.map(({ current, rejected, pinnedTo }) => [current, rejected, pinnedTo])).to.deep.equal([
      [true, false, 1],
      [false, true, undefined],
      [false, false, undefined],
    ]);
    const [first] = await historyOf(desk.store, { blueprint: 'shop', limit: 1 });
    const rest = await historyOf(desk.store, { blueprint: 'shop', before: first!.revision });
    expect(rest.map(({ revision }) => revision)).to.deep.equal([2, 1]);
  });

  it('of one service is its log in words, newest first', async () => {
    const desk = await Desk.make();
    await desk.apply(shop);
    await setFields(desk.store, desk.gridClock, {
      ...desk.ask,
      name: 'container/web',
      fields: { 'env.LOG': 'x' },
      check,
    });
    const events = await historyOfService(desk.store, { name: 'container/web' });
    expect(events.map(({ text }) => text)).to.deep.equal([
      'env.LOG: info → x set by kim',
      'changed in revision 2',
      'declared in revision 1',
    ]);
    const [, , last] = events;
    expect(await historyOfService(desk.store, { name: 'container/web', after: events[1]!.id })).to.deep.equal([last]);
  });

  it('compares revisions field by field, without secrets, and knows a rename from a new one', async () => {
    const desk = await Desk.make();
    await desk.apply(shop);
    await desk.apply(
      shop.replace('LOG: info', 'LOG: debug, X: "1"').replace(`'{{secret "pw"}}' } }`, `'x{{secret "pw"}}' } }`),
    );
    await renameService(desk.store, desk.gridClock, { ...desk.ask, name: 'network/lan', to: 'wan' });
    const diff = await diffRevisions(desk.store, 'shop@1', 'shop@2');
    const web = diff.changed.find(({ key }) => key === 'container/web')!;
    expect(web.changes).to.deep.equal([
      { field: 'env.LOG', sign: '~', have: 'info', want: 'debug' },
      { field: 'env.X', sign: '+', want: '1' },
    ]);
    expect(JSON.stringify(diff)).to.include('(secret)');
    expect(JSON.stringify(diff)).to.not.include('$ays');
    const renamed = await diffRevisions(desk.store, 'shop');
    expect(renamed).to.deep.include({ from: 'shop@2', to: 'shop@3', added: [], removed: [] });
    expect(renamed.renamed).to.deep.equal([{ from: 'network/lan', to: 'network/wan' }]);
    expect(renamed.changed.map(({ key }) => key)).to.deep.equal(['container/db']);
    expect((await diffRevisions(desk.store, 'shop@1')).added).to.have.length(3);
  });
});

describe('outputs', () => {
  const fill: FillValue = (value, output) =>
    isDeferred(value) ? fillDeferred(value.$ays, { status: output, secret: () => 'never' }) : value;

  it('are filled from what was seen, wait for the rest, and show no secret', async () => {
    const desk = await Desk.make();
    await desk.apply(shop);
    // The blueprint reader refuses such an output; an older revision may have one.
    const [revision] = await desk.revisions('shop');
    const pw = { $ays: { template: '{{secret "pw"}}', whole: true, status: [], secrets: ['pw'] } };
    await desk.put('revision', 'shop@00000001', { ...revision, outputs: { ...revision!.outputs, pw } });
    expect(await outputsOf(desk.store, 'shop', fill)).to.deep.equal({
      address: { waitsFor: [{ key: 'container/db', field: 'address' }] },
      pw: { secret: true },
      plain: { value: 'hello' },
    });
    await desk.observe('container/db', { ...present, outputs: { address: '10.60.0.2' } });
    expect((await outputsOf(desk.store, 'shop', fill))['address']).to.deep.equal({ value: 'http://10.60.0.2' });
  });
});

describe('following the log', () => {
  it('gives each entry once and in order, also those of lost messages, and ends', async () => {
    const desk = await Desk.make();
    const say = (n: number) => desk.store.commit({ log: [{ type: 'n', body: n }] });
    await say(0);
    let tick: (() => void) | undefined;
    const timers: Timers = { after: (_ms, call) => ((tick = call), () => (tick = undefined)) };
    let deaf = false;
    const store = Object.assign(Object.create(desk.store) as typeof desk.store, {
      watch: (listener: Parameters<typeof desk.store.watch>[0]) =>
        desk.store.watch((message) => {
          if (!deaf) listener(message);
        }),
    });
    const heard: unknown[] = [];
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    const end = await follow(store, timers, {}, async (entries) => {
      heard.push(...entries.map(({ body }) => body));
      await settle();
    });
    for (let n = 1; n <= 700; n++) await say(n);
    for (let i = 0; i < 20; i++) await settle();
    expect(heard).to.deep.equal(Array.from({ length: 700 }, (_, i) => i + 1));
    deaf = true;
    await say(701);
    await settle();
    expect(heard).to.have.length(700);
    tick!();
    for (let i = 0; i < 5; i++) await settle();
    expect(heard.at(-1)).to.equal(701);
    await end();
    deaf = false;
    await say(702);
    await settle();
    expect(heard).to.have.length(701);
    expect(tick).to.equal(undefined);
    const fromStart: unknown[] = [];
    const [first] = await desk.store.log({ limit: 1 });
    const stop = await follow(desk.store, timers, { after: first!.id }, (entries) => void fromStart.push(...entries));
    for (let i = 0; i < 20; i++) await settle();
    await stop();
    expect(fromStart).to.have.length(702);
  });
});
