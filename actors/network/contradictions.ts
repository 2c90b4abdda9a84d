// What is wrong with the fields of a network together: addresses outside its range or already taken, and settings of a mode it
// does not have.

import { firstHost, parseRange, printAddress, type AddressRange } from '../../engine/model/address.ts';
import type { JsonObject } from '../../engine/model/json.ts';
import { addressOf, checkAddress, checkInside, checkRange } from '../checks/addresses.ts';
import { checkPool } from '../checks/address-pool.ts';
import { entries, list, map, number, text, when, type Found } from '../checks/reading.ts';

export function contradictionsOf(spec: JsonObject): Found {
  const cidr = text(spec['cidr']) ?? '';
  const range = parseRange(cidr);
  return [
    ...rangeItself(spec, range),
    ...mode(spec),
    ...gateway(spec, range),
    ...pool(spec, range),
    ...list(spec['reserved']).flatMap((address, i) => checkInside(address, range, `/reserved/${i}`, cidr)),
    ...entries(spec, 'routes').flatMap(({ at, entry }) => [
      ...checkRange(entry['to'], `${at}/to`),
      ...checkInside(entry['via'], range, `${at}/via`, cidr),
    ]),
    ...names(spec),
  ];
}

function rangeItself(spec: JsonObject, range: AddressRange | undefined): Found {
  const cidr = text(spec['cidr']);
  if (cidr === undefined) return [];
  if (range === undefined) return checkRange(cidr, '/cidr');
  const [address = '', length = ''] = cidr.split('/');
  const whole = `${printAddress({ family: range.family, value: range.first })}/${length}`;
  const mtu = number(spec['mtu']);
  return [
    ...when(
      addressOf(address)?.value !== range.first,
      '/cidr',
      () => `${cidr} is one address of the range ${whole}`,
      `did you mean ${whole}?`,
    ),
    ...when(
      range.first === range.last,
      '/cidr',
      () => `${cidr} has one address, and the node takes it`,
      'give it room for those that join, such as /24',
    ),
    ...when(
      range.family === 6 && mtu !== undefined && mtu < 1280,
      '/mtu',
      () => `IPv6 needs packets of 1280 bytes, ${mtu} are allowed`,
    ),
  ];
}

function mode(spec: JsonObject): Found {
  const kind = text(spec['mode']);
  if (kind === undefined) return [];
  const tagged = ['vlan', 'macvlan', 'ipvlan'].includes(kind);
  return [
    ...when(
      kind !== 'vxlan' && spec['vxlan'] !== undefined,
      '/vxlan',
      () => `a VXLAN id means nothing to a network of mode ${kind}`,
      'set mode: vxlan, or leave it out',
    ),
    ...when(
      !tagged && spec['vlan'] !== undefined,
      '/vlan',
      () => `a VLAN tag means nothing to a network of mode ${kind}`,
      'set mode: vlan, or leave it out',
    ),
    ...when(
      kind === 'vlan' && spec['vlan'] === undefined,
      '/mode',
      () => 'a network of mode vlan needs its tag',
      'add vlan: NUMBER',
    ),
    ...when(
      kind === 'bridge' && spec['device'] !== undefined,
      '/device',
      () => 'a network of mode bridge has no interface underneath',
      'set mode: vlan, macvlan or ipvlan, or leave it out',
    ),
  ];
}

function gateway(spec: JsonObject, range: AddressRange | undefined): Found {
  const address = addressOf(spec['gateway']);
  const edges =
    range !== undefined && range.family === 4 && range.last - range.first > 1n ? [range.first, range.last] : [];
  return [
    ...checkInside(spec['gateway'], range, '/gateway', text(spec['cidr']) ?? ''),
    ...when(
      address !== undefined && address.family === 4 && edges.includes(address.value),
      '/gateway',
      () => `${text(spec['gateway'])} stands for the network or for all of it; no host can have it`,
      range && `for example ${firstHost(range)}`,
    ),
  ];
}

function pool(spec: JsonObject, range: AddressRange | undefined): Found {
  const dhcp = map(spec['dhcp']);
  const cidr = text(spec['cidr']) ?? '';
  const named = text(spec['gateway']);
  const own = named === undefined || named === '' ? range && firstHost(range) : named;
  return [
    ...checkPool(dhcp, '/dhcp', range, cidr),
    ...entries(dhcp, 'hosts', '/dhcp').flatMap(({ at, entry }) =>
      when(
        own !== undefined &&
          addressOf(entry['address']) !== undefined &&
          addressOf(entry['address'])?.value === addressOf(own)?.value,
        `${at}/address`,
        () => `${text(entry['address'])} is the node's own address in the network`,
      ),
    ),
  ];
}

function names(spec: JsonObject): Found {
  const dns = map(spec['dns']);
  const records = map(dns['records']);
  const [first] = Object.keys(records);
  return [
    ...list(dns['servers']).flatMap((server, i) => checkAddress(server, `/dns/servers/${i}`)),
    ...Object.entries(records).flatMap(([name, address]) => checkAddress(address, `/dns/records/${name}`)),
    ...when(
      dns['enabled'] === false && first !== undefined,
      `/dns/records/${first}`,
      () => 'no names are answered here, and dns.enabled is false',
      'leave out the records, or enable dns',
    ),
  ];
}
