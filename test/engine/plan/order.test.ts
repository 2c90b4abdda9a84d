// Producers first, consumers gone first, everything else at once.

import { expect } from 'chai';
import { item, planned, service, there, verbs } from './toys.ts';

describe('plan: order', () => {
  it('makes producers before consumers and lets independent branches share a wave', () => {
    const made = planned([
      service('box/c', { links: ['box/b'] }),
      service('box/b', { links: ['disk/a'] }),
      service('disk/a'),
      service('kid/alone'),
    ]);
    expect(made.items.map(({ key, wave }) => [key, wave])).to.deep.equal([
      ['disk/a', 1],
      ['kid/alone', 1],
      ['box/b', 2],
      ['box/c', 3],
    ]);
    expect(item(made, 'box/c').after).to.deep.equal(['box/b']);
  });

  it('takes consumers away before their producers', () => {
    const records = [service('kid/a'), service('kid/b', { links: ['kid/a'] }), service('kid/c', { links: ['kid/b'] })];
    const seen = Object.fromEntries(records.map(({ key }) => [key, there()]));
    expect(planned([], { records, seen }).items.map(({ key }) => key)).to.deep.equal(['kid/c', 'kid/b', 'kid/a']);
  });

  it('takes a consumer away before its producer is replaced', () => {
    const producer = service('box/p', { spec: { image: 'b' } });
    const made = planned([producer], {
      records: [producer, service('kid/c', { links: ['box/p'] })],
      seen: { 'box/p': there({ image: 'a' }), 'kid/c': there() },
    });
    expect(made.items.map(({ key, verb }) => [key, verb])).to.deep.equal([
      ['kid/c', 'delete'],
      ['box/p', 'replace'],
    ]);
  });

  it('does not wait for a producer that is blocked and there, and waits for one that is not', () => {
    const guarded = service('disk/d', { spec: { format: 'b' } });
    const wanted = [guarded, service('box/c', { links: ['disk/d'] })];
    const here = planned(wanted, { records: [guarded], seen: { 'disk/d': there({ format: 'a' }) } });
    expect([item(here, 'disk/d').verb, item(here, 'box/c').after]).to.deep.equal(['blocked', []]);
    const foreign = planned(wanted, { seen: { 'disk/d': { presence: 'foreign', foreign: { id: 'x' } } } });
    expect(item(foreign, 'box/c').after).to.deep.equal(['disk/d']);
    expect(item(foreign, 'box/c').notes).to.include('waits for disk/d, which is blocked');
  });

  it('changes a consumer that lets go of its producer before the producer goes', () => {
    const made = planned([service('kid/c', { spec: { value: 'b' } })], {
      records: [service('kid/p'), service('kid/c', { spec: { value: 'a' }, links: ['kid/p'] })],
      seen: { 'kid/p': there(), 'kid/c': there({ value: 'a' }) },
    });
    expect(made.items.map(({ key, verb, wave }) => [key, verb, wave])).to.deep.equal([
      ['kid/c', 'update', 1],
      ['kid/p', 'delete', 2],
    ]);
  });

  it('lets a soft order give way where it would make a circle', () => {
    // b used a and p; a used p; a goes, p is replaced, b is replaced: b before a, a before p, p before b.
    const p = service('box/p', { spec: { image: 'b' } });
    const b = service('box/b', { spec: { image: 'b' }, links: ['box/p'] });
    const made = planned([p, b], {
      records: [
        p,
        service('box/a', { links: ['box/p'] }),
        service('box/b', { spec: { image: 'b' }, links: ['box/a', 'box/p'] }),
      ],
      seen: { 'box/p': there({ image: 'a' }), 'box/a': there(), 'box/b': there({ image: 'a' }) },
    });
    expect(made.items.map(({ key }) => key)).to.deep.equal(['box/a', 'box/p', 'box/b']);
  });

  it('does not order across services that stay as they are', () => {
    const middle = service('box/middle', { links: ['box/first'] });
    const made = planned(
      [service('box/first', { spec: { note: 'b' } }), middle, service('box/last', { links: ['box/middle'] })],
      {
        records: [service('box/first'), middle],
        seen: { 'box/first': there({ note: 'a' }), 'box/middle': there() },
      },
    );
    expect(made.items.map(({ key, wave }) => [key, wave])).to.deep.equal([
      ['box/first', 1],
      ['box/last', 1],
    ]);
  });

  it('says the path of a circle that should not be', () => {
    const circle = [service('box/a', { links: ['box/b'] }), service('box/b', { links: ['box/a'] })];
    expect(() => planned(circle)).to.throw(/circle.*box\/a → box\/b → box\/a|circle.*box\/b → box\/a → box\/b/);
  });

  it('restarts a consumer whose link says so when its producer is replaced, after it', () => {
    const p = service('box/p', { spec: { image: 'b' } });
    const c = service('box/c', { links: [{ to: 'box/p', onReplace: 'restart' }] });
    const calm = service('box/calm', { links: ['box/p'] });
    const made = planned([p, c, calm], {
      records: [p, c, calm],
      seen: { 'box/p': there({ image: 'a' }), 'box/c': there(), 'box/calm': there() },
    });
    expect(verbs(made)).to.deep.equal({ 'box/p': 'replace', 'box/c': 'restart' });
    expect(item(made, 'box/c').because).to.equal('box/p is replaced, and "box" of box/c restarts with it');
    expect(item(made, 'box/c').after).to.deep.equal(['box/p']);
    expect(made.blast.consumers.first).to.deep.equal(['box/calm']);
  });
});
