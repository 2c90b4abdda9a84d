// What every store promises, whatever it is made of: versions, checks, atomic transactions, order, due times, leases, the log.
// Only promises that a Redis with scripts can keep as well as memory can. Times are the store's own, so a subject says how to
// let time pass: a simulated clock moves, a real one is waited for.

import { expect } from 'chai';
import { storeDocuments } from './store-documents.ts';
import { storeHands, type StoreSubject } from './store-hands.ts';
import { storeLeases } from './store-leases.ts';
import { storeLog } from './store-log.ts';
import { storeTransactions } from './store-transactions.ts';

export type { StoreSubject } from './store-hands.ts';

export function storeConformance(name: string, make: () => Promise<StoreSubject>): void {
  describe(`store: ${name}`, () => {
    const t = storeHands(make);
    storeDocuments(t);
    storeTransactions(t);
    storeLeases(t);
    storeLog(t);

    it('answers nothing after it is closed', async () => {
      await t.store.close();
      await t.store.close();
      let code: unknown;
      await t.store.get('service', 'a').catch((error: unknown) => (code = (error as { code?: unknown }).code));
      expect(code).to.equal('STORE_UNREACHABLE');
    });
  });
}
