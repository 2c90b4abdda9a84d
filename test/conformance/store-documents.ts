// The part of the stores' suite about documents: values, ids, order, pages, and an end by themselves.

import { expect } from 'chai';
import type { JsonValue } from '../../engine/model/json.ts';
import type { Committed, Store } from '../../engine/store/port.ts';
import { LONG, BRIEF, OVER, type StoreHands } from './store-hands.ts';

export function storeDocuments(t: StoreHands): void {
  const { put, value, again } = t;

  describe('documents', () => {
    it('has nothing where nothing was put', async () => {
      expect(await t.store.get('service', 'container/web')).to.equal(undefined);
      expect(await t.store.list('service')).to.deep.equal([]);
      expect(await t.store.count('service')).to.equal(0);
    });

    it('gives back every kind of JSON value unchanged', async () => {
      const values: JsonValue[] = [
        null,
        true,
        0,
        -1.5,
        1e21,
        '',
        'ünï→\u{1f600}\u2028\n\t"\\\u0000',
        [],
        [[], {}, [null]],
        {},
        { a: { b: [1, 'two', { c: null }] }, __proto: 1, constructor: 2, '': 3 },
        JSON.parse('{"__proto__": {"polluted": true}}') as JsonValue,
      ];
      await t.store.commit({ puts: values.map((v, i) => ({ collection: 'service', id: `v${i}`, value: v })) });
      for (const [i, expected] of values.entries()) {
        expect(JSON.stringify(await value(`v${i}`))).to.equal(JSON.stringify(expected));
      }
    });

    it('leaves out undefined members', async () => {
      await put('a', { one: 1, two: undefined });
      expect(await value('a')).to.deep.equal({ one: 1 });
    });

    it('counts the writes of each document and says them in the order of the puts', async () => {
      expect(await put('a', 1))
        .to.include({ ok: true })
        .and.have.deep.property('versions', [1]);
      expect(await put('a', 1)).to.have.deep.property('versions', [2]);
      const both = await t.store.commit({
        puts: [
          { collection: 'service', id: 'b', value: 1 },
          { collection: 'service', id: 'a', value: 2 },
        ],
      });
      expect(both).to.have.deep.property('versions', [1, 3]);
      expect(await t.store.get('service', 'a')).to.deep.equal({ id: 'a', version: 3, value: 2 });
    });

    it('keeps collections apart', async () => {
      await t.store.commit({
        puts: [
          { collection: 'service', id: 'a', value: 1 },
          { collection: 'observed', id: 'a', value: 2 },
        ],
      });
      expect((await t.store.get('service', 'a'))?.value).to.equal(1);
      expect((await t.store.get('observed', 'a'))?.value).to.equal(2);
      await t.store.commit({ deletes: [{ collection: 'service', id: 'a' }] });
      expect(await t.store.count('service')).to.equal(0);
      expect(await t.store.count('observed')).to.equal(1);
    });

    it('takes any text as an id', async () => {
      const ids = [
        'container/web.1',
        'shop@000007',
        'with space',
        'a:b:{c}*?[d]',
        'x'.repeat(900),
        '-',
        '(',
        '+inf',
        'ünï/→',
        'quote"\'\\',
        '__proto__',
        'constructor',
        'line\nbreak\ttab',
      ];
      await t.store.commit({ puts: ids.map((id, i) => ({ collection: 'service', id, value: i })) });
      for (const [i, id] of ids.entries())
        expect(await t.store.get('service', id)).to.deep.equal({ id, version: 1, value: i });
      expect((await t.store.list('service')).map(({ id }) => id)).to.have.members(ids);
      await t.store.commit({ deletes: ids.map((id) => ({ collection: 'service', id })) });
      expect(await t.store.count('service')).to.equal(0);
    });

    it('is not changed by changing what was put or got', async () => {
      const given = { list: [1], deep: { a: 1 } };
      const committing = put('a', given);
      given.list.push(2);
      await committing;
      given.deep.a = 2;
      const got = (await value('a')) as { list: number[]; deep: { a: number } }; // what was put
      expect(got).to.deep.equal({ list: [1], deep: { a: 1 } });
      try {
        got.list.push(3);
        got.deep.a = 3;
      } catch {
        // a frozen value is as good
      }
      expect(await value('a')).to.deep.equal({ list: [1], deep: { a: 1 } });
    });

    it('gives many at once in the order asked, undefined for what is absent', async () => {
      await put('a', 1);
      await t.store.commit({ puts: [{ collection: 'observed', id: 'b', value: 2 }] });
      const got = await t.store.getMany([
        { collection: 'observed', id: 'b' },
        { collection: 'service', id: 'none' },
        { collection: 'service', id: 'a' },
        { collection: 'observed', id: 'b' },
      ]);
      expect(got.map((document) => document?.value)).to.deep.equal([2, undefined, 1, 2]);
      expect(await t.store.getMany([])).to.deep.equal([]);
    });

    it('holds a document of a mebibyte', async () => {
      const large = { text: 'x→'.repeat(350_000) };
      await put('large', large, { durable: true });
      expect(await value('large')).to.deep.equal(large);
      await again();
      expect(await value('large')).to.deep.equal(large);
    });
  });

  describe('listing', () => {
    const ids = ['b/1', 'a/10', 'a/2', 'c', 'a/1', 'a', 'a.b/1', 'B/1', 'b/2'];
    const inOrder = ['B/1', 'a', 'a.b/1', 'a/1', 'a/10', 'a/2', 'b/1', 'b/2', 'c'];
    const listed = async (listing: Parameters<Store['list']>[1]): Promise<readonly string[]> =>
      (await t.store.list('service', listing)).map(({ id }) => id);

    beforeEach(async () => {
      await t.store.commit({ puts: ids.map((id) => ({ collection: 'service', id, value: { of: id } })) });
    });

    it('is in the order of the ids', async () => {
      expect(await listed({})).to.deep.equal(inOrder);
      expect((await t.store.list('service')).map((document) => document.value)).to.deep.equal(
        inOrder.map((id) => ({ of: id })),
      );
    });

    it('takes a prefix as it is', async () => {
      expect(await listed({ prefix: 'a/' })).to.deep.equal(['a/1', 'a/10', 'a/2']);
      expect(await listed({ prefix: 'a/1' })).to.deep.equal(['a/1', 'a/10']);
      expect(await listed({ prefix: 'd' })).to.deep.equal([]);
      expect(await listed({ prefix: '' })).to.deep.equal(inOrder);
    });

    it('goes on after an id, whether it is there or not', async () => {
      expect(await listed({ after: 'a/2' })).to.deep.equal(['b/1', 'b/2', 'c']);
      expect(await listed({ after: 'a/11' })).to.deep.equal(['a/2', 'b/1', 'b/2', 'c']);
      expect(await listed({ after: 'c' })).to.deep.equal([]);
      expect(await listed({ prefix: 'a/', after: 'a/1' })).to.deep.equal(['a/10', 'a/2']);
      expect(await listed({ prefix: 'b/', after: 'a/1' })).to.deep.equal(['b/1', 'b/2']);
      expect(await listed({ prefix: 'a/', after: 'b/1' })).to.deep.equal([]);
    });

    it('pages without a gap and without seeing anything twice', async () => {
      const seen: string[] = [];
      for (let page = await listed({ limit: 2 }); page.length > 0;) {
        seen.push(...page);
        page = await listed({ limit: 2, after: page.at(-1)! });
      }
      expect(seen).to.deep.equal(inOrder);
      expect(await listed({ prefix: 'a/', after: 'a/1', limit: 1 })).to.deep.equal(['a/10']);
    });

    it('counts what it lists', async () => {
      expect(await t.store.count('service')).to.equal(ids.length);
      await t.store.commit({ deletes: [{ collection: 'service', id: 'a' }] });
      expect(await t.store.count('service')).to.equal(ids.length - 1);
      expect(await listed({})).to.deep.equal(inOrder.filter((id) => id !== 'a'));
    });
  });

  describe('documents that end by themselves', () => {
    const brief = (id: string, ttlMs: number): Promise<Committed> =>
      t.store.commit({ puts: [{ collection: 'idempotency', id, value: { answer: id }, ttlMs }] });

    it('are there until their time and absent after it', async () => {
      await brief('short', BRIEF);
      await brief('long', LONG);
      expect((await t.store.get('idempotency', 'long'))?.value).to.deep.equal({ answer: 'long' });
      await t.subject.advance(OVER);
      expect(await t.store.get('idempotency', 'short')).to.equal(undefined);
      expect(await t.store.getMany([{ collection: 'idempotency', id: 'short' }])).to.deep.equal([undefined]);
      expect((await t.store.list('idempotency')).map(({ id }) => id)).to.deep.equal(['long']);
      expect(await t.store.count('idempotency')).to.equal(1);
      const fresh = await t.store.commit({
        checks: [{ collection: 'idempotency', id: 'short', version: 0 }],
        puts: [{ collection: 'idempotency', id: 'short', value: 1, ttlMs: LONG }],
      });
      expect(fresh).to.have.property('ok', true);
    });

    it('stay when they are put again without an end', async () => {
      await brief('a', BRIEF);
      await t.store.commit({ puts: [{ collection: 'idempotency', id: 'a', value: 2 }] });
      await t.subject.advance(OVER);
      expect((await t.store.get('idempotency', 'a'))?.value).to.equal(2);
    });

    it('end later when they are put again with a later end', async () => {
      await brief('a', BRIEF);
      await brief('a', LONG);
      await t.subject.advance(OVER);
      expect(await t.store.count('idempotency')).to.equal(1);
    });
  });
}
