// Networks in memory: interfaces that can be set down or deleted by hand, rules that can be flushed, servers that die.
// Ranges may not overlap, as on a real node. What only hands and time do is in `world`.

import { EngineError } from '../../engine/model/errors.ts';
import { isObject, type JsonObject } from '../../engine/model/json.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import { withoutSecrets } from '../fingerprint.ts';
import { MemoryTable } from '../memory-table.ts';
import type { Ownership } from '../ownership.ts';
import { refuseLate } from '../presence.ts';
import { firstHost, parseRange, rangesOverlap } from '../../engine/model/address.ts';
import type { NetworkConfig, NetworkPart, NetworksDriver } from './port.ts';

interface Network {
  up: boolean;
  config: NetworkConfig;
  readonly missing: Set<NetworkPart>;
  readonly device: string;
}

export interface NetworksWorld {
  setDown(key: ServiceKey): void;
  /** Rules flushed, a server killed; what the network does not have cannot be lost. */
  losePart(key: ServiceKey, part: NetworkPart): void;
  removeByHand(key: ServiceKey): void;
  editByHand(key: ServiceKey, settings: JsonObject): void;
  putForeign(key: ServiceKey, config?: NetworkConfig, owner?: Ownership): string;
  /** The node restarts: interfaces and rules are gone. */
  reboot(): void;
}

export type MemoryNetworks = NetworksDriver & { readonly world: NetworksWorld };

export function memoryNetworks(options: { readonly grid?: string } = {}): MemoryNetworks {
  const table = new MemoryTable<Network>(options.grid);
  let made = 0;

  const present = (key: ServiceKey): Network => {
    const network = table.own(key);
    if (network === undefined) throw new EngineError('DRIVER_FAILED', `${key}: there is no such network`);
    return network;
  };
  const make = (config: NetworkConfig): Network => {
    made += 1;
    return { up: false, config: structuredClone(config), missing: new Set(), device: `ays${made}` };
  };
  const refuseOverlap = (key: ServiceKey, cidr: string): void => {
    const range = parseRange(cidr);
    if (range === undefined) throw new EngineError('DRIVER_REFUSED', `${key}: ${cidr} is not an address range`);
    for (const other of table.keys()) {
      const taken = parseRange(table.entry(other)!.thing.config.cidr); // listed just now
      if (other === key || taken === undefined || !rangesOverlap(range, taken)) continue;
      throw new EngineError('DRIVER_REFUSED', `${key}: the range ${cidr} overlaps that of ${other}`, {
        hint: 'give it another range',
      });
    }
  };

  const world: NetworksWorld = {
    setDown(key) {
      const network = table.own(key);
      if (network !== undefined) network.up = false;
    },
    losePart(key, part) {
      const network = table.own(key);
      if (network !== undefined && has(network.config, part)) network.missing.add(part);
    },
    removeByHand: (key) => table.vanish(key),
    editByHand(key, settings) {
      const network = table.own(key);
      if (network !== undefined) network.config = { ...network.config, ...structuredClone(settings) };
    },
    putForeign: (key, config = { cidr: '10.255.255.0/24' }, owner) => table.putForeign(key, make(config), owner),
    reboot() {
      for (const key of table.keys()) if (table.own(key) !== undefined) table.vanish(key);
    },
  };

  return {
    world,
    async inspect(key) {
      const foreign = table.foreign(key);
      if (foreign !== undefined) return { presence: 'foreign', foreign };
      const network = table.own(key);
      if (network === undefined) return { presence: 'absent' };
      const range = parseRange(network.config.cidr);
      const named = network.config.gateway ?? '';
      return {
        presence: 'present',
        state: network.up ? 'up' : 'down',
        config: structuredClone(withoutSecrets(network.config)) as JsonObject, // an object goes in, an object comes out
        missing: [...network.missing].filter((part) => has(network.config, part)).sort(),
        gateway: named !== '' || range === undefined ? named : firstHost(range),
        device: network.device,
      };
    },
    async create(key, identity, config, signal) {
      refuseLate(signal, key);
      if (table.own(key) !== undefined) return;
      if (table.foreign(key) === undefined) refuseOverlap(key, config.cidr);
      table.put(key, identity.uid, identity.hash, make(config));
    },
    async update(key, identity, changes) {
      const network = present(key);
      network.config = { ...network.config, ...structuredClone(changes) };
      table.put(key, identity.uid, identity.hash, network);
    },
    async setUp(key, up) {
      present(key).up = up;
    },
    async repair(key, parts) {
      const network = present(key);
      for (const part of parts) network.missing.delete(part);
    },
    async remove(key) {
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

function has(config: NetworkConfig, part: NetworkPart): boolean {
  const { nat, dns, dhcp, routes } = config;
  switch (part) {
    case 'nat':
      return nat === true;
    case 'dns':
      return isObject(dns) && dns['enabled'] === true;
    case 'dhcp':
      return isObject(dhcp);
    case 'routes':
      return Array.isArray(routes) && routes.length > 0;
  }
}
