// The part of the stores' suite about changes: checks, all or nothing, many at once, founding a grid, and what is there again after
// the store is opened again.

import { expect } from 'chai';
import { LONG, web, db, type StoreHands } from './store-hands.ts';

export function storeTransactions(t: StoreHands): void {
  const { put, value, again } = t;

  describe('transactions', () => {
    it('happen when what was seen is still there', async () => {
      await put('a', 1);
      const moved = await put('a', 2, { checks: [{ collection: 'service', id: 'a', version: 1 }] });
      expect(moved).to.have.property('ok', true);
      expect(await value('a')).to.equal(2);
    });

    it('say which check failed and what was found, and change nothing', async () => {
      await put('a', 1);
      await put('a', 2);
      const now = await t.store.now();
      const check = { collection: 'service', id: 'a', version: 1 } as const;
      const refused = await t.store.commit({
        checks: [{ collection: 'service', id: 'none', version: 0 }, check],
        puts: [
          { collection: 'service', id: 'b', value: 1 },
          { collection: 'service', id: 'a', value: 3 },
        ],
        deletes: [{ collection: 'service', id: 'a' }],
        due: [{ key: web, at: now - 1000 }],
        hasten: [{ key: db, at: now - 1000 }],
        log: [{ about: web, type: 'never', body: {} }],
        durable: true,
      });
      expect(refused).to.deep.equal({ ok: false, why: 'version', check, found: 2 });
      expect(await value('a')).to.equal(2);
      expect(await value('b')).to.equal(undefined);
      expect(await t.store.due(10)).to.deep.equal([]);
      expect(await t.store.log()).to.deep.equal([]);
    });

    it('take version 0 for absent', async () => {
      const absent = [{ collection: 'service', id: 'a', version: 0 }] as const;
      expect(await put('a', 1, { checks: absent })).to.have.property('ok', true);
      expect(await put('a', 1, { checks: absent })).to.deep.include({ ok: false, why: 'version', found: 1 });
      await t.store.commit({ deletes: [{ collection: 'service', id: 'a' }] });
      expect(await put('a', 1, { checks: absent })).to.have.property('ok', true);
      expect(await put('b', 1, { checks: [{ collection: 'service', id: 'b', version: 1 }] })).to.deep.include({
        ok: false,
        found: 0,
      });
    });

    it('delete what is there and do not mind what is not', async () => {
      await put('a', 1);
      const gone = await t.store.commit({
        deletes: [
          { collection: 'service', id: 'a' },
          { collection: 'service', id: 'none' },
        ],
      });
      expect(gone).to.deep.include({ ok: true, versions: [] });
      expect(await value('a')).to.equal(undefined);
    });

    it('may be empty and say the time', async () => {
      const before = await t.store.now();
      const committed = await t.store.commit({});
      if (!committed.ok) throw new Error('an empty transaction was refused');
      expect(committed.now).to.be.within(before, await t.store.now());
    });

    it('carry ten thousand documents, all or nothing', async () => {
      const many = (n: number) =>
        Array.from({ length: 10_000 }, (_, i) => ({ collection: 'service' as const, id: `s${i}`, value: { n } }));
      await t.store.commit({ puts: many(1), durable: true });
      expect(await t.store.count('service')).to.equal(10_000);
      const refused = await t.store.commit({
        checks: [{ collection: 'service', id: 's9999', version: 2 }],
        puts: many(2),
      });
      expect(refused).to.have.property('ok', false);
      expect((await t.store.list('service')).every((document) => document.version === 1)).to.equal(true);
      const open = await again();
      expect(await open.count('service')).to.equal(10_000);
    });

    it('let one of many win: a hundred increments at once are a hundred in the end', async () => {
      await put('counter', 0);
      let successes = 0;
      const increment = async (): Promise<void> => {
        for (;;) {
          const seen = (await t.store.get<number>('service', 'counter'))!; // it was put above and nobody deletes it
          const made = await put('counter', seen.value + 1, {
            checks: [{ collection: 'service', id: 'counter', version: seen.version }],
          });
          if (!made.ok) continue;
          successes++;
          return;
        }
      };
      await Promise.all(Array.from({ length: 100 }, increment));
      expect(successes).to.equal(100);
      expect(await t.store.get('service', 'counter')).to.deep.equal({ id: 'counter', version: 101, value: 100 });
    });

    it('are seen by whoever reads after them', async () => {
      await put('a', 1);
      const other = (await t.subject.another?.()) ?? t.store;
      expect((await other.get('service', 'a'))?.value).to.equal(1);
      await other.commit({ puts: [{ collection: 'service', id: 'a', value: 2 }] });
      expect(await value('a')).to.equal(2);
      if (other !== t.store) await other.close();
      expect(await value('a')).to.equal(2);
    });
  });

  describe('founding', () => {
    const meta = { grid: 'g-1', format: 1, epoch: 1 };

    it('is empty before and founded once', async () => {
      expect(await t.store.meta()).to.equal(undefined);
      expect(await t.store.found(meta, { ...meta, epoch: 9 })).to.equal(false);
      expect(await t.store.found(meta, undefined)).to.equal(true);
      expect(await t.store.meta()).to.deep.equal(meta);
      expect(await t.store.found({ ...meta, grid: 'g-2' }, undefined)).to.equal(false);
      expect(await t.store.meta()).to.deep.equal(meta);
    });

    it('begins an epoch only over what was seen', async () => {
      await t.store.found(meta, undefined);
      const next = { ...meta, epoch: 2 };
      expect(await t.store.found(next, { ...meta, grid: 'other' })).to.equal(false);
      expect(await t.store.found(next, meta)).to.equal(true);
      expect(await t.store.found({ ...meta, epoch: 3 }, meta)).to.equal(false);
      expect(await t.store.meta()).to.deep.equal(next);
    });

    it('lets one of many found a grid', async () => {
      const tries = await Promise.all(
        Array.from({ length: 20 }, (_, i) => t.store.found({ ...meta, grid: `g-${i}` }, undefined)),
      );
      expect(tries.filter(Boolean)).to.have.length(1);
      expect((await t.store.meta())?.grid).to.equal(`g-${tries.indexOf(true)}`);
    });

    it('is no document of the collection meta', async () => {
      await t.store.found(meta, undefined);
      expect(await t.store.list('meta')).to.deep.equal([]);
    });
  });

  describe('opened again', () => {
    it('has everything that was acknowledged as durable', async () => {
      const now = await t.store.now();
      const meta = { grid: 'g-1', format: 1, epoch: 3 };
      await t.store.found(meta, undefined);
      await put('a', { n: 1 }, { durable: true });
      await put('a', { n: 2 });
      await put('b', 1);
      await t.store.commit({
        puts: [{ collection: 'idempotency', id: 'kept', value: 1, ttlMs: LONG }],
        deletes: [{ collection: 'service', id: 'b' }],
        due: [
          { key: web, at: now - 20 },
          { key: db, at: now - 30 },
          { key: 'task/gone', at: now - 10 },
        ],
        log: [{ about: web, type: 'applied', body: { by: 'somebody' } }],
        durable: true,
      });
      await t.store.commit({ due: [{ key: 'task/gone', at: null }], durable: true });
      const before = await t.store.log();

      const open = await again();
      expect(await open.meta()).to.deep.equal(meta);
      expect(await open.get('service', 'a')).to.deep.equal({ id: 'a', version: 2, value: { n: 2 } });
      expect(await open.get('service', 'b')).to.equal(undefined);
      expect((await open.list('service')).map(({ id }) => id)).to.deep.equal(['a']);
      expect(await open.count('idempotency')).to.equal(1);
      expect(await open.due(10)).to.deep.equal([
        { key: db, at: now - 30 },
        { key: web, at: now - 20 },
      ]);
      expect(await open.log()).to.deep.equal(before);
      await open.commit({ log: [{ type: 'later', body: null }] });
      const [last] = await open.log({ newestFirst: true, limit: 1 });
      expect(last!.id > before.at(-1)!.id).to.equal(true);
    });

    it('keeps what was committed before a clean close, durable or not', async () => {
      await put('a', 1);
      await again();
      expect(await value('a')).to.equal(1);
    });
  });
}
