// Things that get another key where they stand.

import { expect } from 'chai';
import type { ServiceKey } from '../../../engine/model/key.ts';
import type { DesiredService } from '../../../engine/model/service.ts';
import { item, ops, planned, service, there, tombstone, verbs, type World } from './toys.ts';

const GiB = 1024 ** 3;

describe('plan: renaming in place', () => {
  const old = service('disk/old', { spec: { size: GiB } });
  const fresh = (was: ServiceKey = 'disk/old', spec = old.spec): DesiredService =>
    service('disk/new', { spec, common: { was } });

  it('gives the thing its new key where it stands, and changes the rest in the same item', () => {
    const made = planned([fresh('disk/old', { size: 2 * GiB })], {
      records: [old],
      seen: { 'disk/old': there(old.spec) },
    });
    expect(verbs(made)).to.deep.equal({ 'disk/new': 'rename' });
    expect(item(made, 'disk/new').from).to.equal('disk/old');
    expect(ops(made, 'disk/new')).to.deep.equal(['rekey', 'grow']);
    expect(made.unknown).to.deep.equal([]);
  });

  it('is done once: with the record under the new key nothing is left to do', () => {
    const made = planned([fresh()], { records: [fresh()], seen: { 'disk/new': there(old.spec) } });
    expect(made.items).to.deep.equal([]);
  });

  it('takes up what is kept, and what is ours without a record', () => {
    const kept = planned([fresh()], { tombstones: [tombstone(old, 'retired')], seen: { 'disk/old': there(old.spec) } });
    expect(ops(kept, 'disk/new')).to.deep.equal(['rekey', 'revive']);
    const lost = planned([fresh()], { seen: { 'disk/old': there(old.spec) } });
    expect(verbs(lost)).to.deep.equal({ 'disk/new': 'rename' });
    expect(lost.unknown).to.deep.equal([]);
  });

  it('makes it new, and says so, when there is nothing under the old key', () => {
    const made = planned([fresh()]);
    expect(verbs(made)).to.deep.equal({ 'disk/new': 'create' });
    expect(item(made, 'disk/new').notes).to.include('was: there is no disk/old to take over, so it is made new');
  });

  it('says nothing of a missing old key to the replicas that could never have taken it', () => {
    const members = [1, 2].map((index) =>
      service(`box/web.${index}`, {
        common: { was: 'box/old' },
        group: { key: 'box/web', index, size: 2 },
      }),
    );
    const single = service('box/old');
    const made = planned(members, { records: [single], seen: { 'box/old': there(single.spec) } });
    expect(verbs(made)).to.deep.equal({ 'box/web.1': 'rename', 'box/web.2': 'create' });
    expect(item(made, 'box/web.2').notes).to.deep.equal([]);
  });

  it('refuses an old key that is declared too, of another kind, owned elsewhere or wanted twice', () => {
    const world = { records: [old], seen: { 'disk/old': there(old.spec) } };
    const codes = (services: readonly DesiredService[], at: World = world): string[] =>
      planned(services, at).refusals.map(({ code, key }) => `${code} ${key}`);
    expect(codes([old, fresh()])).to.deep.equal(['WAS_INVALID disk/new']);
    expect(codes([fresh('box/old')])).to.deep.equal(['WAS_INVALID disk/new']);
    expect(codes([fresh()], { records: [service('disk/old', { blueprint: 'blog' })] })).to.deep.equal([
      'OWNED_ELSEWHERE disk/new',
    ]);
    const twice = planned([fresh(), service('disk/newer', { common: { was: 'disk/old' } })], world);
    expect(twice.refusals.map(({ key }) => key)).to.deep.equal(['disk/new', 'disk/newer']);
    expect(
      twice.items.map(({ key }) => key),
      'and what is contested stays',
    ).to.deep.equal(['disk/new', 'disk/newer']);
  });
});

describe('plan: replicas', () => {
  const replica = (index: number, size: number): DesiredService =>
    service(`box/web.${index}`, { spec: { image: 'a' }, group: { key: 'box/web', index, size } });
  const single = service('box/web', { spec: { image: 'a' } });

  it('lets the one become the first of many', () => {
    const made = planned([replica(1, 2), replica(2, 2)], {
      records: [single],
      seen: { 'box/web': there(single.spec) },
    });
    expect(verbs(made)).to.deep.equal({ 'box/web.1': 'rename', 'box/web.2': 'create' });
  });

  it('lets the first of many become the one, the highest leaving first', () => {
    const three = [replica(1, 3), replica(2, 3), replica(3, 3)];
    const seen = Object.fromEntries(three.map(({ key, spec }) => [key, there(spec)]));
    const made = planned([single], { records: three, seen });
    expect(verbs(made)).to.deep.equal({ 'box/web': 'rename', 'box/web.2': 'delete', 'box/web.3': 'delete' });
    expect(item(made, 'box/web.2').after).to.deep.equal(['box/web.3']);
  });

  it('takes the highest away first when a group shrinks', () => {
    const three = [replica(1, 3), replica(2, 3), replica(3, 3)];
    const seen = Object.fromEntries(three.map(({ key, spec }) => [key, there(spec)]));
    const made = planned([replica(1, 1)], { records: three, seen });
    expect(made.items.map(({ key, wave }) => [key, wave])).to.deep.equal([
      ['box/web.3', 1],
      ['box/web.2', 2],
    ]);
    expect(made.summary.unchanged).to.equal(1);
  });
});
