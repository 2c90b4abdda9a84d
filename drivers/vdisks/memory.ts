// Virtual disks in memory: sizes that only grow, one attachment, snapshots, and parts on zerodbs that may be lost and
// rebuilt. Text stands for their bytes, enough to see whether data survived.

import { EngineError } from '../../engine/model/errors.ts';
import { isObject, type JsonObject } from '../../engine/model/json.ts';
import { nameOf, type ServiceKey } from '../../engine/model/key.ts';
import { withoutSecrets } from '../fingerprint.ts';
import { MemoryTable } from '../memory-table.ts';
import type { Ownership } from '../ownership.ts';
import { refuseLate } from '../presence.ts';
import type { VdiskDriver, VdiskSettings, VdiskView } from './port.ts';

interface Vdisk {
  settings: JsonObject;
  content: string;
  attached: { readonly readOnly: boolean } | undefined;
  readonly snapshots: Map<string, string>;
  /** Zerodbs whose parts of this disk are gone. */
  readonly missing: Set<string>;
}

export interface VdiskWorld {
  kill(key: ServiceKey): void;
  failZerodb(name: string): void;
  /** The parts on one of its zerodbs are lost, if its redundancy bears it; the zerodb itself answers again. */
  damage(key: ServiceKey): void;
  mendZerodb(name: string): void;
  write(key: ServiceKey, content: string): void;
  content(name: string): string | undefined;
  restore(name: string, content: string): void;
  editByHand(key: ServiceKey, settings: JsonObject): void;
  removeByHand(key: ServiceKey): void;
  /** A stranger under this key: nobody's, or of another grid. */
  putForeign(key: ServiceKey, owner?: Ownership): string;
}

export type MemoryVdisks = VdiskDriver & { readonly world: VdiskWorld };

export function memoryVdisks(options: { readonly grid?: string } = {}): MemoryVdisks {
  const table = new MemoryTable<Vdisk>(options.grid);
  const failed = new Set<string>();
  const need = (key: ServiceKey): Vdisk => {
    const vdisk = table.own(key);
    if (vdisk === undefined) throw new EngineError('DRIVER_FAILED', `${key}: there is no such vdisk`);
    return vdisk;
  };
  const rebuildable = (vdisk: Vdisk): boolean => healthy(vdisk) >= width(vdisk) && partsOf(vdisk) !== 'lost';
  const healthy = (vdisk: Vdisk): number => zerodbsOf(vdisk.settings).filter((name) => !failed.has(name)).length;

  const driver: VdiskDriver = {
    async inspectVdisk(key): Promise<VdiskView> {
      const stranger = table.foreign(key);
      if (stranger !== undefined) return { presence: 'foreign', foreign: stranger };
      const vdisk = table.own(key);
      if (vdisk === undefined) return { presence: 'absent' };
      return {
        presence: 'present',
        settings: withoutSecrets(vdisk.settings) as JsonObject, // an object in gives an object out
        device: vdisk.attached && `/dev/vdisk/${nameOf(key)}`,
        attachedReadOnly: vdisk.attached?.readOnly ?? false,
        url:
          vdisk.settings['storagepool'] === undefined
            ? `nbd+unix:///${nameOf(key)}`
            : `file:///pools/${vdisk.settings['storagepool'] as string}/vdisks/${nameOf(key)}`,
        parts: partsOf(vdisk),
        rebuildable: rebuildable(vdisk),
        snapshots: [...vdisk.snapshots.keys()],
      };
    },
    async createVdisk(key, { uid, hash }, settings: VdiskSettings, signal) {
      refuseLate(signal, `${key}: make the vdisk`);
      if (table.own(key) !== undefined) return;
      const down = (settings.zerodbs ?? []).filter((name) => failed.has(name));
      if (down.length > 0) throw new EngineError('DEPENDENCY_UNREADY', `${key}: zerodb/${down[0]} does not answer`);
      table.put(key, uid, hash, {
        settings: { ...settings },
        content: '',
        attached: undefined,
        snapshots: new Map(),
        missing: new Set(),
      });
    },
    async growVdisk(key, size) {
      const vdisk = need(key);
      const have = Number(vdisk.settings['size']);
      if (size < have)
        throw new EngineError(
          'DRIVER_REFUSED',
          `${key}: it has ${have} bytes and cannot be made smaller, ${size} were asked for`,
        );
      vdisk.settings = { ...vdisk.settings, size };
    },
    async configureVdisk(key, changes, signal) {
      refuseLate(signal, `${key}: change a setting`);
      const vdisk = need(key);
      const next = { ...vdisk.settings, ...changes };
      const down = zerodbsOf(next).filter((name) => failed.has(name) && !zerodbsOf(vdisk.settings).includes(name));
      if (down.length > 0) throw new EngineError('DEPENDENCY_UNREADY', `${key}: zerodb/${down[0]} does not answer`);
      if (partsOf(vdisk) === 'lost' && ('zerodbs' in changes || 'redundancy' in changes)) {
        throw new EngineError(
          'DRIVER_REFUSED',
          `${key}: more parts are gone than its redundancy bears, so its blocks cannot be rewritten`,
        );
      }
      vdisk.settings = next;
      for (const name of vdisk.missing) if (!zerodbsOf(next).includes(name)) vdisk.missing.delete(name);
    },
    async attachVdisk(key, { readOnly }) {
      const vdisk = need(key);
      if (partsOf(vdisk) === 'lost')
        throw new EngineError('DRIVER_REFUSED', `${key}: more parts are gone than its redundancy bears`);
      if (vdisk.attached === undefined && vdisk.settings['type'] === 'tmp') vdisk.content = '';
      vdisk.attached = { readOnly };
      vdisk.settings = { ...vdisk.settings, readOnly };
    },
    async detachVdisk(key) {
      const vdisk = table.own(key);
      if (vdisk !== undefined) vdisk.attached = undefined;
    },
    async destroyVdisk(key) {
      table.remove(key);
    },
    rekey: async (from, to, { uid, hash }) => table.rekey(from, to, uid, hash),
    adopt: async (key, nativeId, { uid, hash }) => table.adopt(key, nativeId, uid, hash),

    async repairVdisk(key, signal) {
      refuseLate(signal, `${key}: rebuild its parts`);
      const vdisk = need(key);
      if (vdisk.missing.size === 0) return;
      if (!rebuildable(vdisk))
        throw new EngineError('NO_CAPACITY', `${key}: too few zerodbs are left to rebuild its parts on`, {
          hint: 'add a zerodb to it',
        });
      vdisk.missing.clear();
    },
    async snapshotVdisk(key, name) {
      const vdisk = need(key);
      if (!vdisk.snapshots.has(name)) vdisk.snapshots.set(name, vdisk.content);
    },
    async rollbackVdisk(key, to) {
      const vdisk = need(key);
      const content = vdisk.snapshots.get(to);
      if (content === undefined)
        throw new EngineError(
          'DRIVER_REFUSED',
          `${key}: it has no snapshot ${to}; it has ${[...vdisk.snapshots.keys()].join(', ') || 'none'}`,
        );
      return replace(vdisk, content);
    },
    async exportVdisk(key, _to, signal) {
      refuseLate(signal, `${key}: export`);
      return { bytes: need(key).content.length };
    },
  };

  const world: VdiskWorld = {
    kill(key) {
      const vdisk = table.own(key);
      if (vdisk !== undefined) vdisk.attached = undefined;
    },
    failZerodb(name) {
      failed.add(name);
      for (const key of table.keys()) {
        const vdisk = table.own(key);
        if (vdisk !== undefined && zerodbsOf(vdisk.settings).includes(name)) vdisk.missing.add(name);
      }
    },
    damage(key) {
      const vdisk = table.own(key);
      const [name] = vdisk === undefined ? [] : zerodbsOf(vdisk.settings).filter((each) => !vdisk.missing.has(each));
      if (vdisk !== undefined && name !== undefined && vdisk.missing.size < spreadOf(vdisk).bears)
        vdisk.missing.add(name);
    },
    mendZerodb(name) {
      if (!failed.delete(name)) return;
      for (const key of table.keys()) table.own(key)?.missing.delete(name);
    },
    write(key, content) {
      need(key).content = content;
    },
    content: (name) => table.own(`vdisk/${name}`)?.content,
    restore(name, content) {
      replace(need(`vdisk/${name}`), content);
    },
    editByHand(key, settings) {
      const vdisk = table.own(key);
      if (vdisk !== undefined) vdisk.settings = { ...vdisk.settings, ...settings };
    },
    removeByHand: (key) => table.vanish(key),
    putForeign: (key, owner) =>
      table.putForeign(
        key,
        {
          settings: {},
          content: 'theirs',
          attached: undefined,
          snapshots: new Map(),
          missing: new Set(),
        },
        owner,
      ),
  };
  return { ...driver, world };
}

function replace(vdisk: Vdisk, content: string): string {
  const kept = `before-${vdisk.snapshots.size + 1}`;
  vdisk.snapshots.set(kept, vdisk.content);
  vdisk.content = content;
  return kept;
}

function zerodbsOf(settings: JsonObject): readonly string[] {
  return (settings['zerodbs'] ?? []) as readonly string[]; // VdiskSettings says so
}

/** On how many zerodbs each block has a part, and how many of them may be gone. */
function spreadOf({ settings }: Vdisk): { readonly width: number; readonly bears: number } {
  const redundancy = isObject(settings['redundancy']) ? settings['redundancy'] : {};
  const number = (field: string, otherwise: number): number => Number(redundancy[field] ?? otherwise);
  if (redundancy['data'] !== undefined)
    return { width: number('data', 1) + number('parity', 0), bears: number('parity', 0) };
  return { width: number('replicas', 1), bears: number('replicas', 1) - 1 };
}

function width(vdisk: Vdisk): number {
  return spreadOf(vdisk).width;
}

function partsOf(vdisk: Vdisk): 'optimal' | 'degraded' | 'lost' {
  if (vdisk.missing.size === 0) return 'optimal';
  return vdisk.missing.size > spreadOf(vdisk).bears ? 'lost' : 'degraded';
}
