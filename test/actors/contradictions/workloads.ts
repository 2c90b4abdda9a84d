// What an author gets wrong about containers, tasks and virtual machines.

import { wrong, type ContradictionCase } from './case.ts';

const container = (rest: string): string => `container__web:\n  image: host\n${rest}`;
const task = (rest: string): string => `task__once:\n  image: host\n${rest}`;
const vm = (rest: string): string => `vm__m:\n${rest}`;
const LAN = 'network__lan: { cidr: 10.20.0.0/24 }\nnetwork__dmz: { cidr: 10.21.0.0/24 }\n';
const DISKS =
  'storagepool__main: { devices: [{ file: a.img, size: 4GiB }] }\n' +
  'vdisk__root: { storagepool: main, size: 1GiB }\nvdisk__more: { storagepool: main, size: 1GiB }\n';

export const workloadCases: readonly ContradictionCase[] = [
  wrong(
    'two mounts at one path, however it is spelt',
    container('  mounts: [{ dir: a, at: /data }, { dir: b, at: ▶/data/ }]\n'),
    'something else is at /data already',
    ['/data/', '/more'],
  ),
  wrong(
    'a folder in memory over a mount',
    container('  mounts: [{ dir: a, at: /tmp }]\n  tmpfs: [{ at: ▶/tmp }]\n'),
    'something else is at /tmp already',
    ['tmpfs: [{ at: /tmp', 'tmpfs: [{ at: /run'],
  ),
  wrong(
    'two files at one path',
    task('  files: [{ at: /etc/a, text: a }, { at: ▶/etc/./a, text: b }]\n'),
    'something else is at /etc/a already',
    ['/etc/./a', '/etc/b'],
  ),
  wrong(
    'a mount over the root',
    container('  mounts: [{ dir: a, at: ▶/ }]\n'),
    'the root is the image; nothing else can be there',
    ['at: /', 'at: /srv'],
  ),
  wrong(
    'a file inside a read-only mount',
    container('  mounts: [{ dir: a, at: /etc/shop, readOnly: true }]\n  files: [{ at: ▶/etc/shop/x, text: x }]\n'),
    '/etc/shop/x cannot be put into /etc/shop, which is mounted read-only',
    ['readOnly: true', 'readOnly: false'],
  ),
  wrong(
    'a file in memory',
    container('  tmpfs: [{ at: /run }]\n  files: [{ at: ▶/run/x, text: x }]\n'),
    '/run/x lies in /run, which is in memory and empty at each start',
    ['/run/x', '/running/x'],
  ),
  wrong(
    'a file below a file',
    container('  files: [{ at: /etc/a, text: a }, { at: ▶/etc/a/b, text: b }]\n'),
    '/etc/a/b lies below /etc/a, which is a file',
    ['/etc/a/b', '/etc/ab'],
  ),
  wrong(
    "a network beside the node's own",
    container('  hostNetwork: true\n  network: ▶lan\n') + LAN,
    "it uses the node's own network (hostNetwork), so network means nothing",
    ['  hostNetwork: true\n', ''],
  ),
  wrong(
    "ports beside the node's own network",
    container("  hostNetwork: true\n  ports: [▶'80']\n"),
    "it uses the node's own network (hostNetwork), so ports means nothing",
    ['hostNetwork: true', 'hostNetwork: false'],
  ),
  wrong(
    "interfaces beside the node's own network",
    task('  hostNetwork: true\n  nics: [{ network: ▶lan }]\n') + LAN,
    "it uses the node's own network (hostNetwork), so nics means nothing",
    ['  nics: [{ network: lan }]\n', ''],
  ),
  wrong(
    "settings of a network that is the node's",
    container("  hostNetwork: true\n  sysctls: { net.core.somaxconn: ▶'1024' }\n"),
    "it uses the node's own network (hostNetwork), whose settings are not its own",
    ['net.core.somaxconn', 'kernel.shmmax'],
  ),
  wrong(
    'two interfaces with one name',
    container('  nics: [{ network: lan, name: data0 }, { network: dmz, name: ▶data0 }]\n') + LAN,
    'two interfaces are called data0',
    ['dmz, name: data0', 'dmz, name: data1'],
  ),
  wrong(
    'two interfaces with one hardware address',
    container("  nics: [{ network: lan, mac: '02:00:00:00:00:0a' }, { network: dmz, mac: ▶'02:00:00:00:00:0A' }]\n") +
      LAN,
    'two interfaces have the hardware address 02:00:00:00:00:0a',
    ['0A', '0b'],
  ),
  wrong(
    'an interface with no address',
    container('  nics: [{ network: lan, address: ▶10.20.0 }]\n') + LAN,
    '"10.20.0" is not an IP address',
    ['10.20.0 ', '10.20.0.7 '],
  ),
  wrong(
    'privileges with capabilities dropped',
    container('  privileged: true\n  capabilities: { drop: [▶ALL] }\n'),
    'a privileged container has every capability; none can be dropped',
    ['  privileged: true\n', ''],
  ),
  wrong(
    'a capability added and dropped',
    task('  capabilities: { add: [NET_ADMIN, CHOWN], drop: [KILL, ▶CHOWN] }\n'),
    'CHOWN is both added and dropped',
    ['NET_ADMIN, CHOWN', 'NET_ADMIN'],
  ),
  wrong(
    'two devices at one path',
    container("  devices: ['/dev/ttyS0:/dev/modem', ▶'/dev/ttyS1:/dev/modem:rw']\n"),
    'two devices at /dev/modem',
    ['modem:rw', 'fax:rw'],
  ),
  wrong(
    'a fixed name with no address',
    container('  hosts: { cache: ▶10.0.0.256 }\n'),
    '"10.0.0.256" is not an IP address',
    ['256', '25'],
  ),
  wrong('a name server with no address', task('  dns: { servers: [▶8.8.8] }\n'), '"8.8.8" is not an IP address', [
    '8.8.8',
    '8.8.8.8',
  ]),
  wrong(
    'a probe that is not told its port',
    container('  probe: { http: ▶/health }\n'),
    'it is not said which port the probe asks, and it has no ports',
    ['/health', '/health, port: 8080'],
  ),
  wrong(
    'a probe of a port that nobody opens',
    container("  ports: ['8080:8080']\n  probe: { http: ▶/health }\n"),
    'without a port the probe asks 80, and none of its ports leads there',
    ['8080:8080', '8080:80'],
  ),
  wrong(
    'a probe by purpose that is not told its port',
    container('  probes: { readiness: { http: ▶/health } }\n'),
    'it is not said which port the probe asks, and it has no ports',
    ['/health', '/health, port: 8080'],
  ),
  wrong(
    'two ports of one probe',
    container('  probe: { tcp: 5432, port: ▶80 }\n'),
    'the port of a probe goes with http; tcp names its own and exec has none',
    [', port: 80', ''],
  ),
  wrong(
    'two processes with one name',
    container('  processes: [{ name: cron, command: [a] }, { name: ▶cron, command: [b] }]\n'),
    'two processes are called cron',
    ['name: cron, command: [b]', 'name: at, command: [b]'],
  ),

  wrong(
    'a schedule that names no moment',
    task("  recurring: ▶'61 3 * * *'\n"),
    '"61 3 * * *": the minute "61" is outside 0 to 59',
    ['61', '6'],
  ),
  wrong('a period that is too short', task('  recurring: ▶0.5s\n'), 'a period of 0.5s is too short; at least 1s', [
    '0.5s',
    '5s',
  ]),
  wrong(
    'a schedule in no timezone',
    task("  recurring: '0 3 * * *'\n  timezone: ▶Europe/Atlantis\n"),
    'there is no timezone "Europe/Atlantis"',
    ['Atlantis', 'Brussels'],
  ),

  wrong('a machine with nothing to boot from', '▶vm__m:\n  cpu: 2\n', 'it has nothing to boot from', [
    'cpu: 2',
    'image: debian-13',
  ]),
  wrong(
    'a machine whose disks cannot boot',
    vm('  disks: [{ vdisk: ▶root }]\n') + DISKS,
    'it has nothing to boot from',
    ['vdisk: root }]', 'vdisk: root, boot: true }]'],
  ),
  wrong(
    'a machine with two disks to boot from',
    vm('  disks: [{ vdisk: root, boot: true }, { vdisk: more, boot: ▶true }]\n') + DISKS,
    'a second disk to boot from; a machine boots from one',
    ['more, boot: true', 'more, boot: false'],
  ),
  wrong(
    'a kernel and a boot over the network',
    vm('  kernel: /boot/vmlinuz\n  ipxe: ▶https://boot.test/a\n'),
    'it boots either a kernel of the node or over the network',
    ['  kernel: /boot/vmlinuz\n', ''],
  ),
  wrong(
    'an initrd without a kernel',
    vm('  image: debian-13\n  initrd: ▶/boot/initrd\n'),
    'an initrd goes with a kernel, and there is none',
    ['image: debian-13', 'kernel: /boot/vmlinuz'],
  ),
  wrong(
    'arguments without a kernel',
    vm('  image: debian-13\n  kernelArgs: { console: ▶ttyS0 }\n'),
    'arguments go with a kernel, and there is none',
    ['image: debian-13', 'kernel: /boot/vmlinuz'],
  ),
  wrong(
    'two cards with one name',
    vm('  image: debian-13\n  nics: [{ name: eth0 }, { name: ▶eth0 }]\n'),
    'two cards are called eth0',
    ['name: eth0 }]', 'name: eth1 }]'],
  ),
  wrong(
    'two cards with one address',
    vm(
      '  image: debian-13\n  nics: [{ name: eth0, network: lan, address: 10.20.0.9 }, { name: eth1, network: lan, address: ▶10.20.0.9 }]\n',
    ) + LAN,
    'two cards have the address 10.20.0.9 on lan',
    ['eth1, network: lan, address: 10.20.0.9', 'eth1, network: lan, address: 10.20.0.8'],
  ),
  wrong(
    'a card with no address',
    vm('  image: debian-13\n  nics: [{ name: eth0, address: ▶somewhere }]\n'),
    '"somewhere" is not an IP address',
    ['somewhere', '10.20.0.9'],
  ),
  wrong(
    'two files at one path in a machine',
    vm('  image: debian-13\n  files: [{ at: /etc/a, content: { text: a } }, { at: ▶/etc/a, content: { text: b } }]\n'),
    'two files at /etc/a',
    ['/etc/a, content: { text: b', '/etc/b, content: { text: b'],
  ),
  wrong(
    'a port of a machine that cannot be',
    vm("  image: debian-13\n  ports: [▶'99999:22']\n"),
    '"99999:22": there is no port 99999',
    ['99999', '2222'],
  ),
  wrong(
    'a port that is that of the screen',
    vm("  image: debian-13\n  vnc: { port: 5901 }\n  ports: [▶'5901:22']\n"),
    'port 5901 of the node is that of its screen (vnc)',
    ["'5901:22'", "'2222:22'"],
  ),
];
