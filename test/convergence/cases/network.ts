// What may be asked of a network, and what hands and time do to one.

import fc from 'fast-check';
import { network } from '../../../actors/network.ts';
import { memoryNetworks, type MemoryNetworks } from '../../../drivers/networks/memory.ts';
import type { JsonObject } from '../../../engine/model/json.ts';
import { anyActor } from '../../../engine/model/registry.ts';
import type { ActorCase } from '../actor-case.ts';
import { oneOtherField } from './workload-spec.ts';

const fields: fc.Arbitrary<JsonObject> = fc.record(
  {
    mode: fc.constantFrom('bridge', 'vxlan', 'macvlan'),
    cidr: fc.integer({ min: 0, max: 250 }).map((block) => `10.20.${block}.0/24`),
    gateway: fc.constantFrom('', '10.20.0.254'),
    nat: fc.boolean(),
    isolated: fc.boolean(),
    mtu: fc.constantFrom(1450, 1500, 9000),
    vxlan: fc.integer({ min: 1, max: 4096 }),
    device: fc.constantFrom('eth0', 'eth1'),
    dhcp: fc.record({
      from: fc.constant('10.20.0.100'),
      to: fc.constant('10.20.0.200'),
      lease: fc.constantFrom(3_600_000, 60_000),
      hosts: fc.constant([]),
    }),
    dns: fc.record({
      enabled: fc.boolean(),
      domain: fc.constant('grid.internal'),
      servers: fc.constant([]),
      records: fc.constantFrom({}, { cache: '10.20.0.9' }),
    }),
    routes: fc.constantFrom([], [{ to: '10.99.0.0/16', via: '10.20.0.3' }]),
    reserved: fc.constantFrom([], ['10.20.0.7']),
  },
  { requiredKeys: ['mode', 'cidr', 'gateway', 'nat', 'isolated', 'mtu', 'dns', 'routes', 'reserved'] },
);

/** Without contradictions: addresses of the range, and only the settings that its mode has. */
function coherent(spec: JsonObject): JsonObject {
  const { vxlan, device, ...rest } = spec;
  const inRange = (value: unknown): JsonObject[string] => {
    const block = (spec['cidr'] as string).split('.')[2]; // text, above
    return JSON.parse(JSON.stringify(value).replace(/10\.20\.\d+\./g, `10.20.${block}.`)) as JsonObject[string]; // JSON in, JSON out
  };
  const dns = spec['dns'] as JsonObject; // a field above
  return {
    ...rest,
    gateway: inRange(spec['gateway']),
    routes: inRange(spec['routes']),
    reserved: inRange(spec['reserved']),
    dns: dns['enabled'] === true ? dns : { ...dns, records: {} },
    ...(spec['dhcp'] !== undefined && { dhcp: inRange(spec['dhcp']) }),
    ...(spec['mode'] === 'vxlan' && vxlan !== undefined && { vxlan }),
    ...(spec['mode'] !== 'bridge' && device !== undefined && { device }),
  };
}

const specs = fields.map(coherent);

export const networkCase: ActorCase<MemoryNetworks> = {
  actor: anyActor(network),
  makeDriver: () => memoryNetworks(),
  specs,
  followUp: (spec) => oneOtherField(specs)(spec).map(coherent),
  ends: ({ running }) => [running ? 'ready' : 'exists'],
  putForeign: ({ world }, key) => void world.putForeign(key),
  disturb: [
    { name: 'link set down', act: ({ world }, key) => world.setDown(key) },
    { name: 'deleted by hand', act: ({ world }, key) => world.removeByHand(key) },
    { name: 'rules flushed', act: ({ world }, key) => world.losePart(key, 'nat') },
    { name: 'name service died', act: ({ world }, key) => world.losePart(key, 'dns') },
    { name: 'DHCP died', act: ({ world }, key) => world.losePart(key, 'dhcp') },
    { name: 'routes flushed', act: ({ world }, key) => world.losePart(key, 'routes') },
    { name: 'packet size changed by hand', act: ({ world }, key) => world.editByHand(key, { mtu: 600 }) },
    { name: 'range changed by hand', act: ({ world }, key) => world.editByHand(key, { cidr: '10.77.0.0/24' }) },
    { name: 'the node rebooted', act: ({ world }) => world.reboot() },
  ],
};
