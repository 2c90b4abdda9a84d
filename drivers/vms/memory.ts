// Virtual machines in memory: a machine that runs, pauses and crashes, disks that belong to one machine at a time and must be
// ready before it starts, and addresses that it keeps over a restart.

import { EngineError } from '../../engine/model/errors.ts';
import type { JsonObject } from '../../engine/model/json.ts';
import { nameOf, type ServiceKey } from '../../engine/model/key.ts';
import { withoutSecrets } from '../fingerprint.ts';
import { MemoryTable } from '../memory-table.ts';
import type { Ownership } from '../ownership.ts';
import { refuseLate } from '../presence.ts';
import type { DiskWish, NicWish, VmDriver, VmPresent, VmView } from './port.ts';

interface Vm {
  state: VmPresent['state'];
  settings: JsonObject;
  disks: readonly DiskWish[];
  nics: readonly NicWish[];
  address: string | undefined;
}

/** What cannot change under a running machine. */
const COLD = ['cpu', 'memory', 'image', 'kernel', 'initrd', 'kernelArgs', 'ipxe', 'mounts', 'files', 'userData'];

export interface VmWorld {
  crash(key: ServiceKey): void;
  /** Shut down from inside. */
  powerOff(key: ServiceKey): void;
  pause(key: ServiceKey): void;
  breakVdisk(name: string): void;
  mendVdisk(name: string): void;
  unplugDisk(key: ServiceKey, vdisk: string): void;
  unplugNic(key: ServiceKey, name: string): void;
  editByHand(key: ServiceKey, settings: JsonObject): void;
  removeByHand(key: ServiceKey): void;
  /** A stranger under this key: nobody's, or of another grid. */
  putForeign(key: ServiceKey, owner?: Ownership): string;
}

export type MemoryVms = VmDriver & { readonly world: VmWorld };

export function memoryVms(options: { readonly grid?: string } = {}): MemoryVms {
  const table = new MemoryTable<Vm>(options.grid);
  const broken = new Set<string>();
  let addresses = 0;
  const need = (key: ServiceKey): Vm => {
    const vm = table.own(key);
    if (vm === undefined) throw new EngineError('DRIVER_FAILED', `${key}: there is no such machine`);
    return vm;
  };
  const live = (vm: Vm): boolean => vm.state === 'running' || vm.state === 'paused';

  const driver: VmDriver = {
    async inspectVm(key): Promise<VmView> {
      const stranger = table.foreign(key);
      if (stranger !== undefined) return { presence: 'foreign', foreign: stranger };
      const vm = table.own(key);
      if (vm === undefined) return { presence: 'absent' };
      const { state, settings, disks, nics, address } = vm;
      return { presence: 'present', state, settings: withoutSecrets(settings) as JsonObject, disks, nics, address }; // an object in gives an object out
    },
    async createVm(key, { uid, hash }, settings, signal) {
      refuseLate(signal, `${key}: define the machine`);
      if (table.own(key) !== undefined) return;
      addresses += 1;
      table.put(key, uid, hash, {
        state: 'stopped',
        settings: { ...settings },
        disks: [],
        nics: [],
        address: `10.30.0.${addresses}`,
      });
    },
    async startVm(key) {
      const vm = need(key);
      if (live(vm)) return;
      const bad = vm.disks.find(({ vdisk }) => broken.has(vdisk));
      if (bad !== undefined)
        throw new EngineError('DEPENDENCY_UNREADY', `${key}: its disk vdisk/${bad.vdisk} is not ready`);
      vm.state = 'running';
    },
    async stopVm(key, _withinMs, signal) {
      refuseLate(signal, `${key}: shut down`);
      const vm = table.own(key);
      if (vm !== undefined) vm.state = 'stopped';
    },
    async pauseVm(key) {
      const vm = need(key);
      if (!live(vm)) throw new EngineError('DRIVER_REFUSED', `${key}: it is ${vm.state}, so it cannot be paused`);
      vm.state = 'paused';
    },
    async resumeVm(key) {
      const vm = need(key);
      if (!live(vm)) throw new EngineError('DRIVER_REFUSED', `${key}: it is ${vm.state}, so it cannot be resumed`);
      vm.state = 'running';
    },
    async resetVm(key) {
      const vm = need(key);
      if (!live(vm)) throw new EngineError('DRIVER_REFUSED', `${key}: it is ${vm.state}, so it cannot be reset`);
      vm.state = 'running';
    },
    removeVm: async (key) => table.remove(key),
    rekey: async (from, to, { uid, hash }) => table.rekey(from, to, uid, hash),
    adopt: async (key, nativeId, { uid, hash }) => table.adopt(key, nativeId, uid, hash),

    async configureVm(key, changes) {
      const vm = need(key);
      const cold = Object.keys(changes).find((field) => COLD.includes(field));
      if (live(vm) && cold !== undefined)
        throw new EngineError('DRIVER_REFUSED', `${key}: ${cold} cannot change while it runs`);
      vm.settings = { ...vm.settings, ...changes };
    },
    async attachDisk(key, disk) {
      const vm = need(key);
      const holder = table
        .keys()
        .find((other) => other !== key && table.own(other)?.disks.some(({ vdisk }) => vdisk === disk.vdisk));
      if (holder !== undefined)
        throw new EngineError('DRIVER_REFUSED', `${key}: vdisk/${disk.vdisk} is attached to ${holder}`);
      if (broken.has(disk.vdisk))
        throw new EngineError('DEPENDENCY_UNREADY', `${key}: vdisk/${disk.vdisk} is not ready`);
      vm.disks = [...vm.disks.filter(({ vdisk }) => vdisk !== disk.vdisk), disk];
    },
    async detachDisk(key, vdisk) {
      const vm = need(key);
      vm.disks = vm.disks.filter((disk) => disk.vdisk !== vdisk);
    },
    async attachNic(key, nic) {
      const vm = need(key);
      vm.nics = [...vm.nics.filter(({ name }) => name !== nic.name), nic];
    },
    async detachNic(key, name) {
      const vm = need(key);
      vm.nics = vm.nics.filter((nic) => nic.name !== name);
    },
  };

  const change = (key: ServiceKey, act: (vm: Vm) => void): void => {
    const vm = table.own(key);
    if (vm !== undefined) act(vm);
  };
  const world: VmWorld = {
    crash: (key) => change(key, (vm) => (vm.state = live(vm) ? 'crashed' : vm.state)),
    powerOff: (key) => change(key, (vm) => (vm.state = 'stopped')),
    pause: (key) => change(key, (vm) => (vm.state = live(vm) ? 'paused' : vm.state)),
    breakVdisk: (name) => void broken.add(name),
    mendVdisk: (name) => void broken.delete(name),
    unplugDisk: (key, vdisk) => change(key, (vm) => (vm.disks = vm.disks.filter((disk) => disk.vdisk !== vdisk))),
    unplugNic: (key, name) => change(key, (vm) => (vm.nics = vm.nics.filter((nic) => nic.name !== name))),
    editByHand: (key, settings) => change(key, (vm) => (vm.settings = { ...vm.settings, ...settings })),
    removeByHand: (key) => table.vanish(key),
    putForeign: (key, owner) =>
      table.putForeign(
        key,
        {
          state: 'running',
          settings: { name: nameOf(key) },
          disks: [],
          nics: [],
          address: undefined,
        },
        owner,
      ),
  };
  return { ...driver, world };
}
