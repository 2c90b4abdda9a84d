// Machines in memory: they reboot and forget what no disk keeps, are edited by hand, fall silent and come back. What only
// hands, power and time do is in `world`.

import { EngineError } from '../../engine/model/errors.ts';
import type { JsonObject } from '../../engine/model/json.ts';
import { nameOf, type ServiceKey } from '../../engine/model/key.ts';
import { withoutSecrets } from '../fingerprint.ts';
import { MemoryTable } from '../memory-table.ts';
import type { Ownership } from '../ownership.ts';
import { refuseLate } from '../presence.ts';
import type { NodesDriver } from './port.ts';

interface Machine {
  state: 'up' | 'unreachable';
  boot: number;
  preparedBoot: number | undefined;
  config: JsonObject;
  movable: number;
  readonly id: string;
  readonly ownName: string;
}

export interface NodesWorld {
  reboot(key: ServiceKey): void;
  editByHand(key: ServiceKey, settings: JsonObject): void;
  /** The agent's identity is wiped: for the grid the machine has gone. */
  wipe(key: ServiceKey): void;
  placeWorkloads(key: ServiceKey, count: number): void;
  silence(key: ServiceKey): void;
  answer(key: ServiceKey): void;
  putForeign(key: ServiceKey, owner?: Ownership): string;
}

export type MemoryNodes = NodesDriver & { readonly world: NodesWorld };

/** Lives in the kernel and is gone after a boot. */
const FORGOTTEN: JsonObject = { sysctls: {}, modules: [], networks: [] };

export function memoryNodes(options: { readonly grid?: string } = {}): MemoryNodes {
  const table = new MemoryTable<Machine>(options.grid);
  let made = 0;

  const present = (key: ServiceKey): Machine => {
    const machine = table.own(key);
    if (machine === undefined) throw new EngineError('DRIVER_FAILED', `${key}: this machine has not joined`);
    return machine;
  };
  const reachable = (key: ServiceKey): Machine => {
    const machine = present(key);
    if (machine.state === 'unreachable') {
      throw new EngineError('DRIVER_UNREACHABLE', `${key}: its agent does not answer`, { hint: 'it is tried again' });
    }
    return machine;
  };
  const make = (key: ServiceKey, config: JsonObject): Machine => {
    made += 1;
    return {
      state: 'up',
      boot: 1,
      preparedBoot: undefined,
      config: structuredClone(config),
      movable: 0,
      id: `machine-${made}`,
      ownName: nameOf(key),
    };
  };
  const boot = (machine: Machine): void => {
    machine.boot += 1;
    machine.config = { ...machine.config, ...FORGOTTEN };
  };

  const world: NodesWorld = {
    reboot(key) {
      const machine = table.own(key);
      if (machine !== undefined) boot(machine);
    },
    editByHand(key, settings) {
      const machine = table.own(key);
      if (machine !== undefined) machine.config = { ...machine.config, ...structuredClone(settings) };
    },
    wipe: (key) => table.vanish(key),
    placeWorkloads(key, count) {
      const machine = table.own(key);
      if (machine !== undefined) machine.movable = count;
    },
    silence(key) {
      const machine = table.own(key);
      if (machine !== undefined) machine.state = 'unreachable';
    },
    answer(key) {
      const machine = table.own(key);
      if (machine !== undefined) machine.state = 'up';
    },
    putForeign: (key, owner) => table.putForeign(key, make(key, {}), owner),
  };

  return {
    world,
    async inspect(key) {
      const foreign = table.foreign(key);
      if (foreign !== undefined) return { presence: 'foreign', foreign };
      const machine = table.own(key);
      if (machine === undefined) return { presence: 'absent' };
      const { address, hostname } = machine.config;
      return {
        presence: 'present',
        state: machine.state,
        id: machine.id,
        bootId: `boot-${machine.boot}`,
        ...(machine.preparedBoot !== undefined && { preparedBoot: `boot-${machine.preparedBoot}` }),
        config: structuredClone(withoutSecrets(machine.config)) as JsonObject, // an object goes in, an object comes out
        address: typeof address === 'string' && address !== '' ? address : '127.0.0.1',
        hostname: typeof hostname === 'string' && hostname !== '' ? hostname : machine.ownName,
        movable: machine.movable,
        health: machine.state === 'up' ? 'ok' : 'error',
      };
    },
    async join(key, identity, config, signal) {
      refuseLate(signal, key);
      if (table.own(key) === undefined) table.put(key, identity.uid, identity.hash, make(key, config));
    },
    async update(key, identity, changes) {
      const machine = reachable(key);
      machine.config = { ...machine.config, ...structuredClone(changes) };
      table.put(key, identity.uid, identity.hash, machine);
    },
    async prepare(key, bootId, config) {
      const machine = reachable(key);
      if (bootId !== `boot-${machine.boot}`) return;
      machine.config = { ...machine.config, ...structuredClone(config) };
      machine.preparedBoot = machine.boot;
    },
    async drain(key) {
      reachable(key).movable = 0;
    },
    async reboot(key, signal) {
      refuseLate(signal, key);
      boot(reachable(key));
    },
    async leave(key) {
      if (table.own(key) === undefined) return;
      reachable(key);
      table.remove(key);
    },
    async rekey(from, to, identity) {
      table.rekey(from, to, identity.uid, identity.hash);
    },
    async adopt(key, nativeId, identity) {
      table.adopt(key, nativeId, identity.uid, identity.hash);
    },
  };
}
