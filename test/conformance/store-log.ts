// The part of the stores' suite about what is told: the log, and those who watch.

import { expect } from 'chai';
import type { Store } from '../../engine/store/port.ts';
import { LONG, web, db, type StoreHands } from './store-hands.ts';

export function storeLog(t: StoreHands): void {
  describe('log', () => {
    const types = async (listing: Parameters<Store['log']>[0] = {}): Promise<readonly string[]> =>
      (await t.store.log(listing)).map(({ type }) => type);

    beforeEach(async () => {
      await t.store.commit({ log: [{ about: web, type: 'one', body: { n: 1 } }] });
      await t.store.commit({
        log: [
          { type: 'two', body: null },
          { about: db, type: 'three', body: [3] },
        ],
      });
      await t.store.commit({ log: [{ about: web, type: 'four', body: 'x' }] });
    });

    it('keeps entries in order, with time and body', async () => {
      const entries = await t.store.log();
      expect(entries.map(({ about, type, body }) => [about, type, body])).to.deep.equal([
        [web, 'one', { n: 1 }],
        [undefined, 'two', null],
        [db, 'three', [3]],
        [web, 'four', 'x'],
      ]);
      const now = await t.store.now();
      for (const { at } of entries) expect(at).to.be.within(now - LONG, now);
      const ids = entries.map(({ id }) => id);
      expect(new Set(ids).size).to.equal(4);
      expect(ids.toSorted()).to.deep.equal(ids);
    });

    it('reads from the newest', async () => {
      expect(await types({ newestFirst: true })).to.deep.equal(['four', 'three', 'two', 'one']);
      expect(await types({ newestFirst: true, limit: 2 })).to.deep.equal(['four', 'three']);
      expect(await types({ limit: 2 })).to.deep.equal(['one', 'two']);
    });

    it('reads what is about one thing', async () => {
      expect(await types({ about: web })).to.deep.equal(['one', 'four']);
      expect(await types({ about: web, newestFirst: true, limit: 1 })).to.deep.equal(['four']);
      expect(await types({ about: 'container/none' })).to.deep.equal([]);
    });

    it('pages in both directions', async () => {
      const [one, two, three] = await t.store.log();
      expect(await types({ after: two!.id })).to.deep.equal(['three', 'four']);
      expect(await types({ after: one!.id, limit: 1 })).to.deep.equal(['two']);
      expect(await types({ after: one!.id, about: web })).to.deep.equal(['four']);
      expect(await types({ after: three!.id, newestFirst: true })).to.deep.equal(['two', 'one']);
      expect(await types({ after: three!.id, newestFirst: true, limit: 1 })).to.deep.equal(['two']);
      expect(await types({ after: three!.id, newestFirst: true, about: web })).to.deep.equal(['one']);
    });
  });

  describe('watching', () => {
    it('tells of log entries and moved due times of any door, until it is ended', async () => {
      const other = (await t.subject.another?.()) ?? t.store;
      const seen: string[] = [];
      const arrived = new Map<string, () => void>();
      const arrival = (what: string): Promise<void> =>
        seen.includes(what) ? Promise.resolve() : new Promise((resolve) => arrived.set(what, resolve));
      const end = await t.store.watch(({ log, due }) => {
        for (const what of [log?.type, due]) {
          if (what === undefined) continue;
          seen.push(what);
          arrived.get(what)?.();
        }
      });
      const now = await other.now();
      await other.commit({ log: [{ about: web, type: 'noticed', body: { a: 1 } }], due: [{ key: web, at: now }] });
      await other.commit({ hasten: [{ key: db, at: now }], durable: true });
      await Promise.all([arrival('noticed'), arrival(web), arrival(db)]);
      await end();
      await other.commit({ log: [{ type: 'unheard', body: null }] });
      expect(await t.store.log()).to.have.length(2);
      expect(seen).not.to.include('unheard');
      if (other !== t.store) await other.close();
    });
  });
}
