// Gateways in memory: parts that die alone, ports of the node that two cannot share. What only hands and crashes do is
// in `world`.

import { EngineError } from '../../engine/model/errors.ts';
import type { JsonObject } from '../../engine/model/json.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import { withoutSecrets } from '../fingerprint.ts';
import { MemoryTable } from '../memory-table.ts';
import type { Ownership } from '../ownership.ts';
import { refuseLate } from '../presence.ts';
import { contradictionOf } from './contradiction.ts';
import type { GatewayConfig, GatewayPart, GatewaysDriver } from './port.ts';

interface Gateway {
  running: boolean;
  config: GatewayConfig;
  readonly dead: Set<GatewayPart>;
  readonly address: string;
}

export interface GatewaysWorld {
  kill(key: ServiceKey): void;
  startByHand(key: ServiceKey): void;
  killPart(key: ServiceKey, part: GatewayPart): void;
  removeByHand(key: ServiceKey): void;
  editByHand(key: ServiceKey, settings: JsonObject): void;
  putForeign(key: ServiceKey, owner?: Ownership): string;
}

export type MemoryGateways = GatewaysDriver & { readonly world: GatewaysWorld };

const EMPTY: GatewayConfig = { http: 80, https: 443, listen: '', routes: [], portforwards: [], networks: [] };

export function memoryGateways(options: { readonly grid?: string } = {}): MemoryGateways {
  const table = new MemoryTable<Gateway>(options.grid);
  let made = 0;

  const present = (key: ServiceKey): Gateway => {
    const gateway = table.own(key);
    if (gateway === undefined) throw new EngineError('DRIVER_FAILED', `${key}: there is no such gateway`);
    return gateway;
  };
  const make = (config: GatewayConfig): Gateway => {
    made += 1;
    return { running: false, config: structuredClone(config), dead: new Set(), address: `192.0.2.${made % 256}` };
  };
  const check = (key: ServiceKey, config: GatewayConfig, running: boolean): void => {
    const problem = contradictionOf(config);
    if (problem !== undefined) throw new EngineError('DRIVER_REFUSED', `${key}: ${problem}`);
    if (!running) return;
    for (const other of table.keys()) {
      const holder = table.entry(other)!.thing; // listed just now
      if (other === key || !holder.running) continue;
      const port = portsOf(config).find((each) => portsOf(holder.config).includes(each));
      if (port === undefined || !sameAddress(config.listen, holder.config.listen)) continue;
      throw new EngineError('DRIVER_REFUSED', `${key}: port ${port} of the node is taken by ${other}`, {
        hint: 'give one of the two another port or address to listen on',
      });
    }
  };

  const world: GatewaysWorld = {
    kill(key) {
      const gateway = table.own(key);
      if (gateway === undefined) return;
      gateway.running = false;
      gateway.dead.clear();
    },
    startByHand(key) {
      const gateway = table.own(key);
      if (gateway !== undefined) gateway.running = true;
    },
    killPart(key, part) {
      const gateway = table.own(key);
      if (gateway?.running === true && has(gateway.config, part)) gateway.dead.add(part);
    },
    removeByHand: (key) => table.vanish(key),
    editByHand(key, settings) {
      const gateway = table.own(key);
      if (gateway !== undefined) gateway.config = { ...gateway.config, ...structuredClone(settings) };
    },
    putForeign: (key, owner) => table.putForeign(key, { ...make(EMPTY), running: true }, owner),
  };

  return {
    world,
    async inspect(key) {
      const foreign = table.foreign(key);
      if (foreign !== undefined) return { presence: 'foreign', foreign };
      const gateway = table.own(key);
      if (gateway === undefined) return { presence: 'absent' };
      return {
        presence: 'present',
        state: gateway.running ? 'running' : 'stopped',
        config: structuredClone(withoutSecrets(gateway.config)) as JsonObject, // an object goes in, an object comes out
        dead: [...gateway.dead].filter((part) => has(gateway.config, part)).sort(),
        address: gateway.config.listen === '' ? gateway.address : gateway.config.listen,
      };
    },
    async create(key, identity, config, signal) {
      refuseLate(signal, key);
      if (table.own(key) !== undefined) return;
      check(key, config, false);
      table.put(key, identity.uid, identity.hash, make(config));
    },
    async update(key, identity, changes) {
      const gateway = present(key);
      const config = { ...gateway.config, ...structuredClone(changes) };
      check(key, config, gateway.running);
      gateway.config = config;
      table.put(key, identity.uid, identity.hash, gateway);
    },
    async start(key, signal) {
      refuseLate(signal, key);
      const gateway = present(key);
      check(key, gateway.config, true);
      gateway.running = true;
      gateway.dead.clear();
    },
    async stop(key) {
      const gateway = table.own(key);
      if (gateway === undefined) return;
      gateway.running = false;
      gateway.dead.clear();
    },
    async repair(key, parts) {
      const gateway = present(key);
      for (const part of parts) gateway.dead.delete(part);
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

function has(config: GatewayConfig, part: GatewayPart): boolean {
  switch (part) {
    case 'web':
      return config.routes.length > 0;
    case 'dhcp':
      return config.networks.some((each) => each['dhcp'] !== undefined && each['dhcp'] !== null);
    case 'firewall':
      return true;
  }
}

/** Web ports count only where there is a route to serve. */
function portsOf(config: GatewayConfig): readonly string[] {
  const web = config.routes.length > 0 ? [`${config.http}/tcp`, `${config.https}/tcp`] : [];
  return [...web, ...config.portforwards.flatMap(({ port, protocols }) => protocols.map((each) => `${port}/${each}`))];
}

function sameAddress(a: string, b: string): boolean {
  return a === '' || b === '' || a === b;
}
