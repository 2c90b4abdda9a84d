// S3 services in memory: a gateway that runs, stops and fails, and shards on zerodbs that fail, come back and are rebuilt
// elsewhere. A rebuild that the parity does not bear is refused, as it is in life.

import { EngineError } from '../../engine/model/errors.ts';
import type { JsonObject } from '../../engine/model/json.ts';
import { nameOf, type ServiceKey } from '../../engine/model/key.ts';
import { withoutSecrets } from '../fingerprint.ts';
import { MemoryTable } from '../memory-table.ts';
import type { Ownership } from '../ownership.ts';
import { refuseLate } from '../presence.ts';
import type { BucketWish, ObjectStoreDriver, ObjectStorePresent, ObjectStoreView } from './port.ts';

interface Store {
  content: string;
  state: ObjectStorePresent['state'];
  settings: JsonObject;
  zerodbs: readonly string[];
  readonly buckets: Map<string, { settings: BucketWish; objects: number }>;
  damaged: number;
}

export interface ObjectStoreWorld {
  /** Leaves bytes in it, to see whether they survive. */
  write(key: ServiceKey, content: string): void;
  content(key: ServiceKey): string | undefined;
  kill(key: ServiceKey): void;
  /** Down for so long already. */
  failZerodb(name: string, forMs?: number): void;
  mendZerodb(name: string): void;
  present(key: ServiceKey): boolean;
  /** One of its zerodbs fails, if its parity bears it. */
  failOne(key: ServiceKey, forMs: number): void;
  putObjects(key: ServiceKey, bucket: string, objects: number): void;
  corrupt(key: ServiceKey, objects: number): void;
  dropBucket(key: ServiceKey, bucket: string): void;
  editBucket(key: ServiceKey, bucket: string, changes: Partial<BucketWish>): void;
  editByHand(key: ServiceKey, settings: JsonObject): void;
  removeByHand(key: ServiceKey): void;
  /** A stranger under this key: nobody's, or of another grid. */
  putForeign(key: ServiceKey, owner?: Ownership): string;
}

export type MemoryObjectStores = ObjectStoreDriver & { readonly world: ObjectStoreWorld };

export function memoryObjectStores(options: { readonly grid?: string } = {}): MemoryObjectStores {
  const table = new MemoryTable<Store>(options.grid);
  const failed = new Map<string, number>();
  const need = (key: ServiceKey): Store => {
    const store = table.own(key);
    if (store === undefined) throw new EngineError('DRIVER_FAILED', `${key}: there is no such s3`);
    return store;
  };
  const running = (key: ServiceKey): Store => {
    const store = need(key);
    if (store.state !== 'running')
      throw new EngineError('DRIVER_FAILED', `${key}: it is ${store.state}, so its buckets cannot change`);
    return store;
  };
  const answers = (key: ServiceKey, names: readonly string[]): void => {
    const down = names.find((name) => failed.has(name));
    if (down !== undefined) throw new EngineError('DEPENDENCY_UNREADY', `${key}: zerodb/${down} does not answer`);
  };
  const bearsLoss = (key: ServiceKey, { settings, zerodbs }: Store): void => {
    const gone = zerodbs.filter((name) => failed.has(name)).length;
    const parity = Number(settings['parityShards'] ?? 0);
    if (gone > parity)
      throw new EngineError(
        'DRIVER_REFUSED',
        `${key}: ${gone} zerodbs are gone and ${parity} may be; nothing can be rebuilt`,
        { hint: 'bring a zerodb back' },
      );
  };
  const enough = (key: ServiceKey, settings: JsonObject, zerodbs: number): void => {
    const least = Number(settings['dataShards'] ?? 1) + Number(settings['parityShards'] ?? 0);
    if (zerodbs < least)
      throw new EngineError('DRIVER_REFUSED', `${key}: its shards need ${least} zerodbs, it would have ${zerodbs}`);
  };

  const driver: ObjectStoreDriver = {
    async inspectStore(key): Promise<ObjectStoreView> {
      const stranger = table.foreign(key);
      if (stranger !== undefined) return { presence: 'foreign', foreign: stranger };
      const store = table.own(key);
      if (store === undefined) return { presence: 'absent' };
      const { state, settings, zerodbs, buckets } = store;
      const host = settings['address'] === '0.0.0.0' ? '10.20.0.1' : (settings['address'] as string);
      return {
        presence: 'present',
        state,
        settings: withoutSecrets(settings) as JsonObject, // an object in gives an object out
        shards: zerodbs.map((zerodb) => ({
          zerodb,
          state: failed.has(zerodb) ? 'failed' : 'ok',
          failedForMs: failed.get(zerodb) ?? 0,
        })),
        answering: [...listOf(settings, 'zerodbs'), ...listOf(settings, 'spares')].filter((name) => !failed.has(name)),
        buckets:
          state !== 'running'
            ? undefined
            : [...buckets.values()].map((bucket) => ({ settings: { ...bucket.settings }, objects: bucket.objects })),
        url: `${settings['tls'] === undefined ? 'http' : 'https'}://${host}:${Number(settings['port'])}`,
      };
    },
    async createStore(key, { uid, hash }, settings, signal) {
      refuseLate(signal, `${key}: make the s3`);
      if (table.own(key) !== undefined) return;
      const zerodbs = listOf(settings, 'zerodbs');
      enough(key, settings, zerodbs.length);
      answers(key, zerodbs);
      table.put(key, uid, hash, {
        content: '',
        state: 'stopped',
        settings: { ...settings },
        zerodbs,
        buckets: new Map(),
        damaged: 0,
      });
    },
    async startStore(key) {
      need(key).state = 'running';
    },
    async stopStore(key) {
      const store = table.own(key);
      if (store !== undefined) store.state = 'stopped';
    },
    async configureStore(key, changes) {
      const store = need(key);
      store.settings = { ...store.settings, ...changes };
    },
    destroyStore: async (key) => table.remove(key),
    rekey: async (from, to, { uid, hash }) => table.rekey(from, to, uid, hash),
    adopt: async (key, nativeId, { uid, hash }) => table.adopt(key, nativeId, uid, hash),

    async putBucket(key, bucket) {
      const { buckets } = running(key);
      buckets.set(bucket.name, { settings: bucket, objects: buckets.get(bucket.name)?.objects ?? 0 });
    },
    async removeBucket(key, name) {
      running(key).buckets.delete(name);
    },
    async exchangeShard(key, { in: added, out }, signal) {
      refuseLate(signal, `${key}: move shards`);
      const store = need(key);
      const rest = store.zerodbs.filter((name) => name !== out);
      const zerodbs = added === undefined || rest.includes(added) ? rest : [...rest, added];
      if (zerodbs.length === store.zerodbs.length && zerodbs.every((name) => store.zerodbs.includes(name))) return; // done before
      bearsLoss(key, store);
      enough(key, store.settings, zerodbs.length);
      if (added !== undefined) answers(key, [added]);
      store.zerodbs = zerodbs;
    },
    async checkStore(key, { repair }, signal) {
      refuseLate(signal, `${key}: check`);
      const store = need(key);
      const damaged = store.damaged;
      if (repair) bearsLoss(key, store);
      if (repair) store.damaged = 0;
      const objects = [...store.buckets.values()].reduce((sum, bucket) => sum + bucket.objects, 0);
      return { objects, damaged, repaired: repair ? damaged : 0 };
    },
  };

  const change = (key: ServiceKey, act: (store: Store) => void): void => {
    const store = table.own(key);
    if (store !== undefined) act(store);
  };
  const bucketOf = (key: ServiceKey, name: string): { settings: BucketWish; objects: number } | undefined =>
    table.own(key)?.buckets.get(name);
  const world: ObjectStoreWorld = {
    write: (key, content) => change(key, (store) => (store.content = content)),
    content: (key) => table.own(key)?.content,
    kill: (key) => change(key, (store) => (store.state = store.state === 'running' ? 'failed' : store.state)),
    failZerodb: (name, forMs = 0) => void failed.set(name, forMs),
    present: (key) => table.own(key) !== undefined,
    failOne: (key, forMs) =>
      change(key, (store) => {
        const bears = Number(store.settings['parityShards'] ?? 0);
        const [name, ...others] = store.zerodbs.filter((each) => !failed.has(each));
        if (name !== undefined && store.zerodbs.length - others.length - 1 < bears) failed.set(name, forMs);
      }),
    mendZerodb: (name) => void failed.delete(name),
    putObjects(key, bucket, objects) {
      const found = bucketOf(key, bucket);
      if (found !== undefined) found.objects = objects;
    },
    corrupt: (key, objects) => change(key, (store) => (store.damaged += objects)),
    dropBucket: (key, bucket) => change(key, (store) => store.buckets.delete(bucket)),
    editBucket(key, bucket, changes) {
      const found = bucketOf(key, bucket);
      if (found !== undefined) found.settings = { ...found.settings, ...changes };
    },
    editByHand: (key, settings) => change(key, (store) => (store.settings = { ...store.settings, ...settings })),
    removeByHand: (key) => table.vanish(key),
    putForeign: (key, owner) =>
      table.putForeign(
        key,
        {
          content: '',
          state: 'running',
          settings: { name: nameOf(key) },
          zerodbs: [],
          buckets: new Map(),
          damaged: 0,
        },
        owner,
      ),
  };
  return { ...driver, world };
}

function listOf(settings: JsonObject, field: string): readonly string[] {
  return (settings[field] ?? []) as readonly string[]; // the schema says so
}
