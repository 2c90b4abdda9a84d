// What may be asked of a gateway, and what hands and crashes do to one.

import fc from 'fast-check';
import { gateway } from '../../../actors/gateway.ts';
import { memoryGateways, type MemoryGateways } from '../../../drivers/gateways/memory.ts';
import type { JsonObject } from '../../../engine/model/json.ts';
import { anyActor } from '../../../engine/model/registry.ts';
import type { ActorCase } from '../actor-case.ts';
import { oneOtherField, name } from './workload-spec.ts';

const route = fc.record({
  host: name.map((text) => `${text}.test`),
  path: fc.constantFrom('/', '/api'),
  to: name.map((text) => `container/${text}`),
  port: fc.integer({ min: 1, max: 65_535 }),
  stripPath: fc.boolean(),
  tls: fc.constantFrom('off', 'optional', 'required'),
  timeout: fc.constant(60_000),
  headers: fc.constant({}),
});

const forward = fc.record({
  port: fc.integer({ min: 2000, max: 7999 }),
  protocols: fc.constantFrom(['tcp'], ['tcp', 'udp']),
  from: fc.constant(''),
  to: name.map((text) => `container/${text}`),
});

const inside = fc.record(
  {
    network: name,
    address: fc.constant(''),
    public: fc.constant(false),
    dhcp: fc.constant({ from: '10.1.0.10', to: '10.1.0.99', nameservers: [], lease: 3_600_000, hosts: [] }),
  },
  { requiredKeys: ['network', 'address', 'public'] },
);

const specs: fc.Arbitrary<JsonObject> = fc.record({
  hostname: fc.constantFrom('', 'edge'),
  domain: fc.constantFrom('', 'shop.test'),
  routes: fc.uniqueArray(route, { maxLength: 3, selector: ({ host }) => host }),
  portforwards: fc.uniqueArray(forward, { maxLength: 2, selector: ({ port }) => port }),
  networks: fc.uniqueArray(inside, { maxLength: 2, selector: ({ network }) => network }),
  http: fc.constantFrom(80, 8080),
  https: fc.constantFrom(443, 8443),
  listen: fc.constantFrom('', '192.0.2.80'),
  tls: fc.constant({ issuer: 'internal', email: '' }),
  certificates: fc.constant([]),
  firewall: fc.constantFrom({ allow: [], deny: [] }, { allow: [{ from: '', port: 22, protocol: 'tcp' }], deny: [] }),
  staticRoutes: fc.constantFrom([], [{ to: '10.99.0.0/16', via: '10.1.0.3' }]),
  placement: fc.constant({ strategy: 'spread', labels: {}, spreadBy: '' }),
});

export const gatewayCase: ActorCase<MemoryGateways> = {
  actor: anyActor(gateway),
  makeDriver: () => memoryGateways(),
  specs,
  followUp: oneOtherField(specs),
  ends: ({ running }) => [running ? 'ready' : 'exists'],
  putForeign: ({ world }, key) => void world.putForeign(key),
  disturb: [
    { name: 'killed', act: ({ world }, key) => world.kill(key) },
    { name: 'started by hand', act: ({ world }, key) => world.startByHand(key) },
    { name: 'removed by hand', act: ({ world }, key) => world.removeByHand(key) },
    { name: 'web server died', act: ({ world }, key) => world.killPart(key, 'web') },
    { name: 'firewall flushed', act: ({ world }, key) => world.killPart(key, 'firewall') },
    { name: 'DHCP died', act: ({ world }, key) => world.killPart(key, 'dhcp') },
    { name: 'routes edited by hand', act: ({ world }, key) => world.editByHand(key, { routes: [] }) },
    { name: 'ports edited by hand', act: ({ world }, key) => world.editByHand(key, { http: 81 }) },
  ],
};
