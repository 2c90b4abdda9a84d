import { expect } from 'chai';
import { contradictionOf } from '../../../drivers/gateways/contradiction.ts';
import type { GatewayConfig } from '../../../drivers/gateways/port.ts';

describe('the settings of a gateway contradict each other', () => {
  const config: GatewayConfig = {
    http: 80,
    https: 443,
    listen: '',
    routes: [{ host: 'shop.test', path: '/', tls: 'optional' }],
    portforwards: [{ port: 2222, protocols: ['tcp'], from: '' }],
    networks: [{ network: 'lan', public: false, dhcp: { from: '10.0.0.10', to: '10.0.0.20' } }],
  };

  it('not in an ordinary one', () => expect(contradictionOf(config)).to.equal(undefined));

  const wrong: readonly (readonly [string, Partial<GatewayConfig>, string])[] = [
    [
      'with two routes for one host and path',
      { routes: [config.routes[0]!, config.routes[0]!] },
      'two routes for shop.test/',
    ],
    [
      'with two forwards of one port',
      { portforwards: [config.portforwards[0]!, { port: 2222, protocols: ['udp', 'tcp'], from: '' }] },
      'two port forwards of port 2222/tcp',
    ],
    [
      'with one network joined twice',
      { networks: [config.networks[0]!, { network: 'lan', public: true }] },
      'the network lan is joined twice',
    ],
    [
      'with DHCP towards the outside',
      { networks: [{ network: 'wan', public: true, dhcp: {} }] },
      'DHCP in wan, which is public',
    ],
    ['with http and https on one port', { https: 80 }, 'http and https on the same port 80'],
    [
      'with a forward of a web port',
      { portforwards: [{ port: 443, protocols: ['tcp'], from: '' }] },
      'a port forward of 443',
    ],
  ];
  for (const [name, change, text] of wrong) {
    it(name, () => expect(contradictionOf({ ...config, ...change })).to.contain(text));
  }

  it('not with a forward of a web port where there is no route to serve', () => {
    const forward = { portforwards: [{ port: 443, protocols: ['tcp'], from: '' }], routes: [] };
    expect(contradictionOf({ ...config, ...forward })).to.equal(undefined);
  });
});
