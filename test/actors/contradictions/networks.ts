// What an author gets wrong about networks, gateways and machines.

import { wrong, type ContradictionCase } from './case.ts';

const network = (rest: string): string => `network__lan:\n  cidr: 10.20.0.0/24\n${rest}`;
const LAN = 'network__lan: { cidr: 10.20.0.0/24 }\n';
const gateway = (rest: string): string => `gateway__edge:\n${rest}${LAN}container__web: { image: host }\n`;
const ROUTE = '{ host: shop.test, to: container/web }';

export const networkCases: readonly ContradictionCase[] = [
  wrong(
    'a range that is none',
    'network__lan: { cidr: ▶10.20.0.300/24 }\n',
    '"10.20.0.300/24" is not an address range',
    ['300', '0'],
  ),
  wrong(
    'an address in place of a range',
    'network__lan: { cidr: ▶10.20.0.5/24 }\n',
    '10.20.0.5/24 is one address of the range 10.20.0.0/24',
    ['10.20.0.5/24', '10.20.0.0/24'],
  ),
  wrong(
    'an IPv6 address in place of a range',
    "network__lan: { cidr: ▶'fd00:20::5/64' }\n",
    'fd00:20::5/64 is one address of the range fd00:20::/64',
    ['::5/', '::/'],
  ),
  wrong(
    'a range without room',
    'network__lan: { cidr: ▶10.20.0.1/32 }\n',
    '10.20.0.1/32 has one address, and the node takes it',
    ['10.20.0.1/32', '10.20.0.0/30'],
  ),
  wrong(
    'packets too small for IPv6',
    "network__lan: { cidr: 'fd00:20::/64', mtu: ▶1000 }\n",
    'IPv6 needs packets of 1280 bytes, 1000 are allowed',
    ['1000', '1280'],
  ),
  wrong('a gateway elsewhere', network('  gateway: ▶10.21.0.1\n'), '10.21.0.1 is not in the range 10.20.0.0/24', [
    '10.21',
    '10.20',
  ]),
  wrong(
    'a gateway of the other family',
    network("  gateway: ▶'fd00::1'\n"),
    'fd00::1 is not in the range 10.20.0.0/24',
    ['fd00::1', '10.20.0.1'],
  ),
  wrong(
    'a gateway at the address of the network',
    network('  gateway: ▶10.20.0.0\n'),
    '10.20.0.0 stands for the network or for all of it; no host can have it',
    ['gateway: 10.20.0.0', 'gateway: 10.20.0.254'],
  ),
  wrong('a gateway that is no address', network('  gateway: ▶10.20.0\n'), '"10.20.0" is not an IP address', [
    'gateway: 10.20.0\n',
    'gateway: 10.20.0.9\n',
  ]),
  wrong(
    'a pool that begins elsewhere',
    network('  dhcp: { from: ▶10.19.0.100, to: 10.20.0.200 }\n'),
    '10.19.0.100 is not in the range 10.20.0.0/24',
    ['10.19', '10.20'],
  ),
  wrong(
    'a pool that ends before it begins',
    network('  dhcp: { from: 10.20.0.200, to: ▶10.20.0.100 }\n'),
    'the pool ends at 10.20.0.100, before it begins at 10.20.0.200',
    ['100', '250'],
  ),
  wrong(
    'two fixed addresses for one card',
    network(
      "  dhcp:\n    from: 10.20.0.100\n    to: 10.20.0.200\n    hosts:\n      - { mac: '02:00:00:00:00:0a', address: 10.20.0.7 }\n      - { mac: ▶'02:00:00:00:00:0A', address: 10.20.0.8 }\n",
    ),
    'two fixed addresses for 02:00:00:00:00:0a',
    ['0A', '0b'],
  ),
  wrong(
    'one address fixed for two cards',
    network(
      "  dhcp:\n    from: 10.20.0.100\n    to: 10.20.0.200\n    hosts:\n      - { mac: '02:00:00:00:00:0a', address: 10.20.0.7 }\n      - { mac: '02:00:00:00:00:0b', address: ▶10.20.0.7 }\n",
    ),
    '10.20.0.7 is fixed for two',
    ["0b', address: 10.20.0.7", "0b', address: 10.20.0.8"],
  ),
  wrong(
    "the node's own address for somebody else",
    network(
      "  dhcp: { from: 10.20.0.9, to: 10.20.0.10, hosts: [{ mac: '02:00:00:00:00:0a', address: ▶10.20.0.1 }] }\n",
    ),
    "10.20.0.1 is the node's own address in the network",
    ['10.20.0.1 }', '10.20.0.2 }'],
  ),
  wrong(
    'a reserved address elsewhere',
    network('  reserved: [10.20.0.9, ▶10.30.0.9]\n'),
    '10.30.0.9 is not in the range 10.20.0.0/24',
    ['10.30.0.9', '10.20.0.10'],
  ),
  wrong(
    'a route over a stranger',
    network('  routes: [{ to: 10.99.0.0/16, via: ▶10.98.0.1 }]\n'),
    '10.98.0.1 is not in the range 10.20.0.0/24',
    ['10.98.0.1', '10.20.0.3'],
  ),
  wrong('a name server that is no address', network('  dns: { servers: [▶1.1.1] }\n'), '"1.1.1" is not an IP address', [
    '1.1.1',
    '1.1.1.1',
  ]),
  wrong(
    'a record that is no address',
    network('  dns: { records: { cache: ▶10.20.0.999 } }\n'),
    '"10.20.0.999" is not an IP address',
    ['999', '9'],
  ),
  wrong(
    'records where no names are answered',
    network('  dns: { enabled: false, records: { cache: ▶10.20.0.9 } }\n'),
    'no names are answered here, and dns.enabled is false',
    ['enabled: false', 'enabled: true'],
  ),
  wrong('a VXLAN id of a bridge', network('  vxlan: ▶61\n'), 'a VXLAN id means nothing to a network of mode bridge', [
    'vxlan: 61',
    'vxlan: 61\n  mode: vxlan',
  ]),
  wrong('a VLAN tag of a bridge', network('  vlan: ▶61\n'), 'a VLAN tag means nothing to a network of mode bridge', [
    'vlan: 61',
    'vlan: 61\n  mode: macvlan',
  ]),
  wrong('a tagged network without a tag', network('  mode: ▶vlan\n'), 'a network of mode vlan needs its tag', [
    'mode: vlan',
    'mode: vlan\n  vlan: 7',
  ]),
  wrong(
    'an interface under a bridge',
    network('  device: ▶eth1\n'),
    'a network of mode bridge has no interface underneath',
    ['device: eth1', 'device: eth1\n  mode: macvlan'],
  ),

  wrong(
    'two routes for one host and path, whatever the case',
    gateway(`  routes: [${ROUTE}, { host: ▶Shop.test, to: container/web }]\n`),
    'two routes for shop.test/',
    ['Shop.test', 'blog.test'],
  ),
  wrong(
    'two forwards of one port',
    gateway(
      '  portforwards: [{ port: 2222, to: container/web }, { port: ▶2222, protocols: [udp, tcp], to: container/web }]\n',
    ),
    'two port forwards of port 2222/tcp',
    ['protocols: [udp, tcp]', 'protocols: [udp]'],
  ),
  wrong(
    'DHCP towards the outside',
    gateway('  networks: [{ network: lan, public: ▶true, dhcp: { from: 10.20.0.100, to: 10.20.0.200 } }]\n'),
    'DHCP in lan, which is public: it would answer strangers',
    ['public: true', 'public: false'],
  ),
  wrong('http and https on one port', gateway('  https: ▶80\n'), 'http and https on the same port 80', [
    'https: 80',
    'https: 8443',
  ]),
  wrong('http on the port of https', gateway('  http: ▶443\n'), 'http and https on the same port 443', [
    'http: 443',
    'http: 8080',
  ]),
  wrong(
    'a forward of a web port',
    gateway(`  routes: [${ROUTE}]\n  portforwards: [{ port: ▶443, to: container/web }]\n`),
    'a port forward of 443, which the web routes listen on',
    [`  routes: [${ROUTE}]\n`, ''],
  ),
  wrong(
    'https without any certificate',
    gateway('  tls: { issuer: none }\n  routes: [{ host: shop.test, to: container/web, tls: ▶required }]\n'),
    'shop.test has to be answered on https, and no certificate is for it',
    ['issuer: none', 'issuer: internal'],
  ),
  wrong(
    'a directory for an issuer that has none',
    gateway('  tls: { directory: ▶https://acme.test/dir }\n'),
    'an ACME directory means nothing to the issuer internal',
    ['tls: {', 'tls: { issuer: acme,'],
  ),
  wrong('an address to listen on that is none', gateway('  listen: ▶192.0.2\n'), '"192.0.2" is not an IP address', [
    '192.0.2\n',
    '192.0.2.1\n',
  ]),
  wrong(
    'a forward from a range that is none',
    gateway('  portforwards: [{ port: 2222, from: ▶192.0.2.0/64, to: container/web }]\n'),
    '"192.0.2.0/64" is not an address range',
    ['/64', '/24'],
  ),
  wrong(
    'a pool of a gateway that ends before it begins',
    gateway('  networks: [{ network: lan, dhcp: { from: 10.20.0.100, to: ▶10.20.0.10 } }]\n'),
    'the pool ends at 10.20.0.10, before it begins at 10.20.0.100',
    ['10.20.0.10 }', '10.20.0.200 }'],
  ),
  wrong('a port of ICMP', gateway('  firewall: { allow: [{ protocol: icmp, port: ▶8 }] }\n'), 'icmp has no ports', [
    'protocol: icmp, port: 8',
    'protocol: icmp',
  ]),

  wrong(
    'an address of a node that is none',
    'node__one: { address: ▶192.0.2.999 }\n',
    '"192.0.2.999" is not an IP address',
    ['999', '9'],
  ),
  wrong('a module by two spellings', 'node__one: { modules: [ip_vs, ▶ip-vs] }\n', 'the module ip_vs is named twice', [
    'ip-vs',
    'nbd',
  ]),
];
