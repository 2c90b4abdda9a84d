// The part of the stores' suite about time and robots: due times, liveness, claims and their tokens.

import { expect } from 'chai';
import type { ServiceKey } from '../../engine/model/key.ts';
import { compareStamps, type Claim, type Stamp } from '../../engine/store/port.ts';
import { LONG, BRIEF, OVER, web, db, type StoreHands } from './store-hands.ts';

export function storeLeases(t: StoreHands): void {
  const { put, value, claimed, again } = t;

  describe('due times', () => {
    const keys = async (limit = 100): Promise<readonly string[]> => (await t.store.due(limit)).map(({ key }) => key);

    it('are given earliest first, equal ones in key order, and stay until they are moved', async () => {
      const now = await t.store.now();
      await t.store.commit({
        due: [
          { key: 'container/c', at: now - 100 },
          { key: 'container/a', at: now - 300 },
          { key: 'container/z', at: now - 200 },
          { key: 'container/b', at: now - 200 },
          { key: 'container/later', at: now + LONG },
        ],
      });
      const expected = ['container/a', 'container/b', 'container/z', 'container/c'];
      expect(await keys()).to.deep.equal(expected);
      expect(await keys()).to.deep.equal(expected);
      expect(await keys(2)).to.deep.equal(expected.slice(0, 2));
      expect((await t.store.due(1))[0]).to.deep.equal({ key: 'container/a', at: now - 300 });
      expect(await t.store.dueCount()).to.deep.equal({ all: 5, overdue: 4 });
    });

    it('come when the clock reaches them', async () => {
      await t.store.commit({ due: [{ key: web, at: (await t.store.now()) + BRIEF }] });
      await t.subject.advance(OVER);
      expect(await keys()).to.deep.equal([web]);
    });

    it('move in both directions and leave the index with null', async () => {
      const now = await t.store.now();
      await t.store.commit({ due: [{ key: web, at: now + LONG }] });
      await t.store.commit({ due: [{ key: web, at: now - 50 }] });
      expect(await t.store.due(10)).to.deep.equal([{ key: web, at: now - 50 }]);
      await t.store.commit({ due: [{ key: web, at: now + LONG }] });
      expect(await keys()).to.deep.equal([]);
      await t.store.commit({
        due: [
          { key: web, at: null },
          { key: db, at: null },
        ],
      });
      expect(await t.store.dueCount()).to.deep.equal({ all: 0, overdue: 0 });
    });

    it('are hastened, never put off', async () => {
      const now = await t.store.now();
      await t.store.commit({
        due: [
          { key: web, at: now - 100 },
          { key: db, at: now + LONG },
        ],
      });
      await t.store.commit({
        hasten: [
          { key: web, at: now - 50 },
          { key: db, at: now - 75 },
          { key: 'task/new', at: now - 60 },
        ],
      });
      expect(await t.store.due(10)).to.deep.equal([
        { key: web, at: now - 100 },
        { key: db, at: now - 75 },
        { key: 'task/new', at: now - 60 },
      ]);
    });

    it('are many: ten thousand keys, of which the earliest come out in order', async () => {
      const now = await t.store.now();
      const due = Array.from({ length: 10_000 }, (_, i) => ({
        key: `container/c${i}` as ServiceKey, // the template is of that form
        at: now - 10_000 + ((i * 7919) % 10_000),
      }));
      await t.store.commit({ due });
      expect(await t.store.dueCount()).to.deep.equal({ all: 10_000, overdue: 10_000 });
      const first = await t.store.due(500);
      const expected = due.toSorted((a, b) => a.at - b.at).slice(0, 500);
      expect(first).to.deep.equal(expected);
    });
  });

  describe('liveness and claims', () => {
    const heldBy = async (key: ServiceKey, robot: string): Promise<string | undefined> => {
      const token = await t.store.claim(key, robot);
      return 'heldBy' in token ? token.heldBy : undefined;
    };
    const grows = (before: Stamp, after: Stamp): void =>
      expect(compareStamps(after, before)).to.be.greaterThan(0) as never;

    it('says who lives, until the time to live is over', async () => {
      expect(await t.store.alive()).to.deep.equal([]);
      expect(await t.store.beat('r1', 'r1-a', LONG)).to.equal(true);
      expect(await t.store.beat('r2', 'r2-a', BRIEF)).to.equal(true);
      expect(await t.store.alive()).to.include('r1-a');
      await t.subject.advance(OVER);
      expect(await t.store.alive()).to.deep.equal(['r1-a']);
      expect(await t.store.beat('r2', 'r2-a', LONG)).to.equal(true);
      expect([...(await t.store.alive())].sort()).to.deep.equal(['r1-a', 'r2-a']);
    });

    it('lets a new incarnation take the place of the old one, which never comes back', async () => {
      await t.store.beat('r1', 'r1-a', LONG);
      expect(await t.store.beat('r1', 'r1-b', LONG)).to.equal(true);
      expect(await t.store.beat('r1', 'r1-a', LONG)).to.equal(false);
      expect(await t.store.alive()).to.deep.equal(['r1-b']);
      expect(await t.store.beat('r1', 'r1-b', LONG)).to.equal(true);
    });

    it('gives a key to one living robot', async () => {
      await t.store.beat('r1', 'r1-a', LONG);
      await t.store.beat('r2', 'r2-a', LONG);
      await claimed(web, 'r1-a');
      expect(await heldBy(web, 'r2-a')).to.equal('r1-a');
      expect(await heldBy(db, 'r2-a')).to.equal(undefined);
    });

    it('gives tokens that only grow, also to the same robot', async () => {
      await t.store.beat('r1', 'r1-a', LONG);
      await t.store.beat('r2', 'r2-a', LONG);
      const first = await claimed(web, 'r1-a');
      const second = await claimed(web, 'r1-a');
      grows(first.token, second.token);
      await t.store.release(second);
      const third = await claimed(web, 'r2-a');
      grows(second.token, third.token);
    });

    it('frees a key on release, and only for who holds it', async () => {
      await t.store.beat('r1', 'r1-a', LONG);
      await t.store.beat('r2', 'r2-a', LONG);
      const old = await claimed(web, 'r1-a');
      const held = await claimed(web, 'r1-a');
      await t.store.release(old);
      await t.store.release({ ...held, robot: 'r2-a' });
      expect(await heldBy(web, 'r2-a')).to.equal('r1-a');
      await t.store.release(held);
      expect(await heldBy(web, 'r2-a')).to.equal(undefined);
      await t.store.release(held);
      expect(await heldBy(web, 'r1-a')).to.equal('r2-a');
    });

    it('frees the keys of a robot whose liveness lapsed', async () => {
      await t.store.beat('r1', 'r1-a', BRIEF);
      await t.store.beat('r2', 'r2-a', LONG);
      const lost = await claimed(web, 'r1-a');
      await t.subject.advance(OVER);
      const taken = await claimed(web, 'r2-a');
      grows(lost.token, taken.token);
      await t.store.beat('r1', 'r1-a', LONG);
      expect(await put('a', 1, { claims: [lost] })).to.deep.equal({ ok: false, why: 'claim', claim: lost });
      expect(await put('a', 1, { claims: [taken] })).to.have.property('ok', true);
    });

    it('frees the keys of a replaced incarnation at once', async () => {
      await t.store.beat('r1', 'r1-a', LONG);
      const lost = await claimed(web, 'r1-a');
      await t.store.beat('r1', 'r1-b', LONG);
      expect(await put('a', 1, { claims: [lost] })).to.deep.equal({ ok: false, why: 'claim', claim: lost });
      grows(lost.token, (await claimed(web, 'r1-b')).token);
    });

    it('commits only what is claimed, by a living robot, with the last token', async () => {
      await t.store.beat('r1', 'r1-a', LONG);
      const old = await claimed(web, 'r1-a');
      const held = await claimed(web, 'r1-a');
      const also = await claimed(db, 'r1-a');
      expect(await put('a', 1, { claims: [held, also] })).to.have.property('ok', true);
      expect(await put('a', 2, { claims: [also, old] })).to.deep.equal({ ok: false, why: 'claim', claim: old });
      const unclaimed: Claim = { ...held, key: 'container/other' };
      expect(await put('a', 2, { claims: [unclaimed] })).to.deep.equal({ ok: false, why: 'claim', claim: unclaimed });
      const stolen: Claim = { ...held, robot: 'r2-a' };
      expect(await put('a', 2, { claims: [stolen] })).to.deep.equal({ ok: false, why: 'claim', claim: stolen });
      await t.store.release(held);
      expect(await put('a', 2, { claims: [held] })).to.deep.include({ ok: false, why: 'claim' });
      expect(await value('a')).to.equal(1);
    });

    it('does not commit under a claim whose robot no longer lives, though nobody took the key', async () => {
      await t.store.beat('r1', 'r1-a', BRIEF);
      const held = await claimed(web, 'r1-a');
      await t.subject.advance(OVER);
      expect(await put('a', 1, { claims: [held], durable: true })).to.deep.include({ ok: false, why: 'claim' });
      expect(await value('a')).to.equal(undefined);
    });

    it('gives one key to one of a hundred who ask at once', async () => {
      const robots = Array.from({ length: 100 }, (_, i) => `r${i}-a`);
      await Promise.all(robots.map((robot, i) => t.store.beat(`r${i}`, robot, LONG)));
      const answers = await Promise.all(robots.map((robot) => t.store.claim(web, robot)));
      const winners = robots.filter((_, i) => !('heldBy' in answers[i]!));
      expect(winners).to.have.length(1);
      for (const answer of answers) if ('heldBy' in answer) expect(answer.heldBy).to.equal(winners[0]);
    });

    it('keeps tokens growing when the store is opened again', async () => {
      await t.store.beat('r1', 'r1-a', LONG);
      const before = await claimed(web, 'r1-a');
      const open = await again();
      await open.beat('r1', 'r1-b', LONG);
      grows(before.token, (await claimed(web, 'r1-b', open)).token);
    });

    it('stamps tokens with the epoch of the grid', async () => {
      await t.store.found({ grid: 'g', format: 1, epoch: 7 }, undefined);
      await t.store.beat('r1', 'r1-a', LONG);
      const first = await claimed(web, 'r1-a');
      expect(first.token.epoch).to.equal(7);
      await t.store.found({ grid: 'g', format: 1, epoch: 8 }, { grid: 'g', format: 1, epoch: 7 });
      const second = await claimed(web, 'r1-a');
      expect(second.token.epoch).to.equal(8);
      grows(first.token, second.token);
    });
  });
}
