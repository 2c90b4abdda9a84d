// Zerodbs in memory: they run, stop and fail, keep their namespaces through all of it, and count what is in them so that a
// size below use and a delete with data can be told apart from harmless ones.

import { EngineError } from '../../engine/model/errors.ts';
import type { JsonObject } from '../../engine/model/json.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import { withoutSecrets } from '../fingerprint.ts';
import { MemoryTable } from '../memory-table.ts';
import type { Ownership } from '../ownership.ts';
import type { NamespaceWish, Zerodbs, ZerodbPresent, ZerodbView } from './port.ts';

interface Namespace {
  settings: NamespaceWish;
  used: number;
}

interface Zerodb {
  content: string;
  state: ZerodbPresent['state'];
  settings: JsonObject;
  readonly namespaces: Map<string, Namespace>;
  readonly freePort: number;
  ioErrors: number;
}

export interface ZerodbWorld {
  /** Leaves bytes in it, to see whether they survive. */
  write(key: ServiceKey, content: string): void;
  content(key: ServiceKey): string | undefined;
  kill(key: ServiceKey): void;
  /** Stopped by hand, not by us. */
  stopByHand(key: ServiceKey): void;
  breakDisk(key: ServiceKey): void;
  mendDisk(key: ServiceKey): void;
  fill(key: ServiceKey, namespace: string, used: number): void;
  dropNamespace(key: ServiceKey, namespace: string): void;
  editNamespace(key: ServiceKey, namespace: string, changes: Partial<NamespaceWish>): void;
  editByHand(key: ServiceKey, settings: JsonObject): void;
  removeByHand(key: ServiceKey): void;
  /** A stranger under this key: nobody's, or of another grid. */
  putForeign(key: ServiceKey, owner?: Ownership): string;
}

export type MemoryZerodbs = Zerodbs & { readonly world: ZerodbWorld };

export function memoryZerodbs(options: { readonly grid?: string } = {}): MemoryZerodbs {
  const table = new MemoryTable<Zerodb>(options.grid);
  let ports = 9899;
  const blank = (settings: JsonObject): Zerodb => {
    ports += 1;
    return {
      content: '',
      state: 'stopped',
      settings: { ...settings },
      namespaces: new Map(),
      freePort: ports,
      ioErrors: 0,
    };
  };
  const need = (key: ServiceKey): Zerodb => {
    const zerodb = table.own(key);
    if (zerodb === undefined) throw new EngineError('DRIVER_FAILED', `${key}: there is no such zerodb`);
    return zerodb;
  };
  const running = (key: ServiceKey): Zerodb => {
    const zerodb = need(key);
    if (zerodb.state !== 'running')
      throw new EngineError('DRIVER_FAILED', `${key}: it is ${zerodb.state}, so its namespaces cannot change`);
    return zerodb;
  };
  const portOf = (zerodb: Zerodb): number => Number(zerodb.settings['port'] ?? zerodb.freePort);

  const driver: Zerodbs = {
    async inspectZerodb(key): Promise<ZerodbView> {
      const stranger = table.foreign(key);
      if (stranger !== undefined) return { presence: 'foreign', foreign: stranger };
      const zerodb = table.own(key);
      if (zerodb === undefined) return { presence: 'absent' };
      return {
        presence: 'present',
        state: zerodb.state,
        settings: withoutSecrets({ ...zerodb.settings, port: portOf(zerodb) }) as JsonObject, // an object in gives an object out
        namespaces:
          zerodb.state !== 'running'
            ? undefined
            : [...zerodb.namespaces.values()].map(({ settings, used }) => ({
                settings: withoutSecrets(settings) as NamespaceWish & JsonObject,
                used,
              })), // likewise
        address: zerodb.settings['address'] === '0.0.0.0' ? '10.20.0.1' : (zerodb.settings['address'] as string),
        port: portOf(zerodb),
        ioErrors: zerodb.ioErrors,
      };
    },
    async createZerodb(key, { uid, hash }, settings) {
      if (table.own(key) === undefined) table.put(key, uid, hash, blank(settings));
    },
    async startZerodb(key) {
      const zerodb = need(key);
      const other = table
        .keys()
        .find((at) => at !== key && table.own(at)?.state === 'running' && portOf(need(at)) === portOf(zerodb));
      if (other !== undefined)
        throw new EngineError('DRIVER_REFUSED', `${key}: port ${portOf(zerodb)} is taken by ${other}`, {
          hint: 'leave the port out to be given a free one',
        });
      zerodb.state = 'running';
    },
    async stopZerodb(key) {
      const zerodb = table.own(key);
      if (zerodb !== undefined) zerodb.state = 'stopped';
    },
    async configureZerodb(key, changes) {
      const zerodb = need(key);
      zerodb.settings = { ...zerodb.settings, ...changes };
    },
    async putNamespace(key, namespace) {
      const { namespaces } = running(key);
      const before = namespaces.get(namespace.name);
      if (before !== undefined && namespace.size > 0 && namespace.size < before.used) {
        throw new EngineError(
          'DRIVER_REFUSED',
          `${key}: the namespace ${namespace.name} holds ${before.used} bytes, a size of ${namespace.size} is below it`,
        );
      }
      namespaces.set(namespace.name, { settings: namespace, used: before?.used ?? 0 });
    },
    async deleteNamespace(key, name) {
      running(key).namespaces.delete(name);
    },
    destroyZerodb: async (key) => table.remove(key),
    rekey: async (from, to, { uid, hash }) => table.rekey(from, to, uid, hash),
    adopt: async (key, nativeId, { uid, hash }) => table.adopt(key, nativeId, uid, hash),
  };

  const change = (key: ServiceKey, act: (zerodb: Zerodb) => void): void => {
    const zerodb = table.own(key);
    if (zerodb !== undefined) act(zerodb);
  };
  const world: ZerodbWorld = {
    write: (key, content) => change(key, (zerodb) => (zerodb.content = content)),
    content: (key) => table.own(key)?.content,
    kill: (key) => change(key, (zerodb) => (zerodb.state = zerodb.state === 'running' ? 'failed' : zerodb.state)),
    stopByHand: (key) => change(key, (zerodb) => (zerodb.state = 'stopped')),
    breakDisk: (key) => change(key, (zerodb) => (zerodb.ioErrors += 1)),
    mendDisk: (key) => change(key, (zerodb) => (zerodb.ioErrors = 0)),
    fill(key, namespace, used) {
      const found = table.own(key)?.namespaces.get(namespace);
      if (found !== undefined) found.used = used;
    },
    dropNamespace: (key, namespace) => change(key, ({ namespaces }) => namespaces.delete(namespace)),
    editNamespace(key, namespace, changes) {
      const found = table.own(key)?.namespaces.get(namespace);
      if (found !== undefined) found.settings = { ...found.settings, ...changes };
    },
    editByHand: (key, settings) => change(key, (zerodb) => (zerodb.settings = { ...zerodb.settings, ...settings })),
    removeByHand: (key) => table.vanish(key),
    putForeign: (key, owner) => table.putForeign(key, blank({}), owner),
  };
  return { ...driver, world };
}
