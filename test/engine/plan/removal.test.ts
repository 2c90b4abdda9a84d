// What leaves: deleted, retired or kept, and what a consumer forbids.

import { expect } from 'chai';
import type { DesiredService } from '../../../engine/model/service.ts';
import { item, ops, planned, service, there, tombstone, verbs } from './toys.ts';

const GiB = 1024 ** 3;

describe('plan: what leaves', () => {
  const web = service('box/web', { spec: { image: 'a' } });
  const disk = service('disk/d', { spec: { size: GiB } });

  it('deletes a record whose block is gone', () => {
    const made = planned([], { records: [web], seen: { 'box/web': there(web.spec) } });
    expect(verbs(made)).to.deep.equal({ 'box/web': 'delete' });
    expect(ops(made, 'box/web')).to.deep.equal(['remove']);
  });

  it('retires what holds data, keeps it and says until when', () => {
    const made = planned([], { records: [disk], seen: { 'disk/d': there(disk.spec) } }, { now: 0 });
    expect(verbs(made)).to.deep.equal({ 'disk/d': 'retire' });
    expect(ops(made, 'disk/d')).to.deep.equal(['detach']);
    expect(item(made, 'disk/d').notes[0]).to.include('until 1970-01-08 00:00 UTC (retain 1w)');
    expect(made.consents).to.deep.equal([]);
  });

  it('calls the end of a retention destructive also where the thing was not seen lately: it may be there, with its data', () => {
    const made = planned([], { tombstones: [tombstone(disk, 'retired', 10)] }, { now: 20 });
    const { risk, steps } = item(made, 'disk/d');
    expect(risk).to.equal('destructive');
    expect(steps[0]).to.include({ by: 'engine', consent: 'standing' });
    expect(made.blast.data.first).to.deep.equal(['disk/d']);
    expect(item(planned([], { records: [web] }), 'box/web').risk).to.equal('disruptive');
  });

  it('revives what was kept when its block returns', () => {
    const made = planned([disk], {
      tombstones: [tombstone(disk, 'retired')],
      seen: { 'disk/d': there(disk.spec, { up: false }) },
    });
    expect(verbs(made)).to.deep.equal({ 'disk/d': 'revive' });
    expect(ops(made, 'disk/d')).to.deep.equal(['revive', 'start']);
  });

  it('leaves a kept service alone until its retention ends, then destroys it with standing consent', () => {
    const world = { tombstones: [tombstone(disk, 'retired', 1000)], seen: { 'disk/d': there(disk.spec) } };
    expect(planned([], world).items, 'no clock, no end').to.deep.equal([]);
    expect(planned([], world, { now: 999 }).items).to.deep.equal([]);
    const made = planned([], world, { now: 1000 });
    expect(item(made, 'disk/d')).to.include({ verb: 'delete', risk: 'destructive' });
    expect(item(made, 'disk/d').steps[0]).to.include({ consent: 'standing' });
    expect(made.consents).to.deep.equal([]);
    expect(made.blast.data).to.deep.equal({ count: 1, first: ['disk/d'] });
  });

  it('goes on with a deletion until the thing is seen to be gone', () => {
    const tombstones = [tombstone(web, 'deleted')];
    expect(verbs(planned([], { tombstones, seen: { 'box/web': there() } }))).to.deep.equal({ 'box/web': 'delete' });
    expect(planned([], { tombstones, seen: { 'box/web': { presence: 'absent' } } }).items).to.deep.equal([]);
  });

  it('finishes a deletion before it makes the thing anew', () => {
    const made = planned([web], { tombstones: [tombstone(web, 'deleted')], seen: { 'box/web': there(web.spec) } });
    expect(ops(made, 'box/web')).to.deep.equal(['remove', 'create']);
  });

  it('refuses to delete what is protected, also when its block is gone', () => {
    const guarded = service('box/web', { common: { protect: true } });
    const made = planned([], { records: [guarded], seen: { 'box/web': there() } });
    expect(made.refusals.map(({ code }) => code)).to.deep.equal(['PROTECTED']);
    expect(item(made, 'box/web').steps).to.deep.equal([]);
  });

  it('parks a deletion that no actor can do, with the way out', () => {
    const ghost = service('ghost/g');
    const made = planned([], { records: [ghost] });
    expect(item(made, 'ghost/g').blocked).to.include({
      code: 'KIND_UNKNOWN',
      hint: 'ays forget ghost/g leaves it running, unmanaged',
    });
  });
});

describe('plan: deletions that AYS refused', () => {
  // sample_repo_basicdelete: prepare, delete_knotconsumed, delete_cons1, delete_kp.
  const kp = service('kp/kp');
  const kid = (name: string): DesiredService =>
    service(`kid/${name}`, { links: [{ to: 'kp/kp', type: 'parent', path: '/kp', argument: 'kp' }] });
  const consumer = (...kids: string[]): DesiredService =>
    service('box/c', {
      blueprint: 'blog',
      links: kids.map((name, i) => ({ to: `kid/${name}` as const, path: `/kids/${i}`, argument: 'kids', min: 2 })),
    });

  it('deletes a service that nobody consumes', () => {
    expect(
      verbs(planned([kp], { records: [kp, kid('k')], seen: { 'kid/k': there(), 'kp/kp': there() } })),
    ).to.deep.equal({ 'kid/k': 'delete' });
  });

  it('refuses to delete a consumed one, and then the parent that it stands on', () => {
    const one = service('box/c', { blueprint: 'blog', links: [{ to: 'kid/k', argument: 'kid', min: 1 }] });
    const made = planned([], { records: [kp, kid('k'), one], seen: { 'kid/k': there(), 'kp/kp': there() } });
    expect(made.refusals.map(({ code, key }) => `${code} ${key}`)).to.deep.equal([
      'CONSUMER_MINIMUM kid/k',
      'CONSUMER_MINIMUM kp/kp',
    ]);
    expect(made.refusals[0]?.message).to.equal(
      "Can't remove kid/k without providing minimum of 1 kid services to box/c",
    );
    expect(made.items.every(({ steps }) => steps.length === 0)).to.equal(true);
  });

  it('deletes one of three when two are needed, and then no other', () => {
    const kids = ['k1', 'k2', 'k3'].map(kid);
    const seen = Object.fromEntries(kids.map(({ key }) => [key, there()]));
    const first = planned([kp, ...kids.slice(1)], { records: [kp, ...kids, consumer('k1', 'k2', 'k3')], seen });
    expect(verbs(first)).to.include({ 'kid/k1': 'delete' });
    expect(first.refusals).to.deep.equal([]);
    const second = planned([kp, kids[2]!], {
      records: [kp, ...kids.slice(1), consumer('k1', 'k2', 'k3')],
      seen: { ...seen, 'kid/k1': { presence: 'absent' } },
    });
    expect(second.refusals.map(({ key }) => key)).to.deep.equal(['kid/k2']);
  });

  it('refuses both when two go at once and one could', () => {
    const kids = ['k1', 'k2', 'k3'].map(kid);
    const made = planned([kp, kids[2]!], { records: [kp, ...kids, consumer('k1', 'k2', 'k3')] });
    expect(made.refusals.map(({ key }) => key)).to.deep.equal(['kid/k1', 'kid/k2']);
  });
});
