// What the parts of the stores' suite share: the store under test, and short ways to write to it.

import type { JsonValue } from '../../engine/model/json.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import type { Claim, Committed, Store, Transaction } from '../../engine/store/port.ts';

export interface StoreSubject {
  /** A new, empty grid. */
  readonly store: Store;
  /** A second door to the same grid, as another robot has it. Absent: this store takes one robot. */
  readonly another?: () => Promise<Store>;
  /** Closes the store and opens what it left. */
  readonly reopen: () => Promise<Store>;
  /** At least this long goes by on the store's clock. */
  readonly advance: (ms: number) => Promise<void> | void;
  /** Ends all that the subject started. */
  readonly end?: () => Promise<void> | void;
}

/** So long that it does not lapse during a test on a real clock. */
export const LONG = 120_000;
/** So short that a test on a real clock waits for it, and long enough for the commands before. */
export const BRIEF = 300;
export const OVER = BRIEF + 50;
export const web: ServiceKey = 'container/web';
export const db: ServiceKey = 'container/db';

export interface StoreHands {
  readonly subject: StoreSubject;
  /** The one that is open now. */
  readonly store: Store;
  readonly put: (id: string, value: JsonValue, more?: Transaction) => Promise<Committed>;
  readonly value: (id: string) => Promise<JsonValue | undefined>;
  readonly claimed: (key: ServiceKey, robot: string, at?: Store) => Promise<Claim>;
  /** Closes the store and opens what it left, which is `store` from then on. */
  readonly again: () => Promise<Store>;
}

/** Makes a subject before each test of the suite that is being described, and ends it afterwards. */
export function storeHands(make: () => Promise<StoreSubject>): StoreHands {
  let subject: StoreSubject;
  let store: Store;
  beforeEach(async () => {
    subject = await make();
    store = subject.store;
  });
  afterEach(async () => {
    try {
      await store.close();
    } finally {
      await subject.end?.();
    }
  });
  return {
    get subject() {
      return subject;
    },
    get store() {
      return store;
    },
    put: (id, value, more = {}) => store.commit({ ...more, puts: [{ collection: 'service', id, value }] }),
    value: async (id) => (await store.get('service', id))?.value,
    claimed: async (key, robot, at = store) => {
      const token = await at.claim(key, robot);
      if ('heldBy' in token) throw new Error(`${key} is held by ${token.heldBy}`);
      return { key, robot, token };
    },
    again: async () => {
      store = await subject.reopen();
      return store;
    },
  };
}
