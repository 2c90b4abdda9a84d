// A pool of addresses to lend and the fixed ones beside it: both a network and a gateway hand out addresses.

import type { AddressRange } from '../../engine/model/address.ts';
import type { JsonObject } from '../../engine/model/json.ts';
import { addressOf, checkAddress, checkInside } from './addresses.ts';
import { entries, list, text, twice, when, type Found } from './reading.ts';

/** `range` is undefined where it is known only to the network. */
export function checkPool(dhcp: JsonObject, at: string, range: AddressRange | undefined, cidr: string): Found {
  const [from, to] = [addressOf(dhcp['from']), addressOf(dhcp['to'])];
  const hosts = entries(dhcp, 'hosts', at);
  return [
    ...checkInside(dhcp['from'], range, `${at}/from`, cidr),
    ...checkInside(dhcp['to'], range, `${at}/to`, cidr),
    ...when(
      from !== undefined && to !== undefined && from.family !== to.family,
      `${at}/to`,
      () => `${text(dhcp['from'])} and ${text(dhcp['to'])} are of two families`,
    ),
    ...when(
      from !== undefined && to !== undefined && from.family === to.family && from.value > to.value,
      `${at}/to`,
      () => `the pool ends at ${text(dhcp['to'])}, before it begins at ${text(dhcp['from'])}`,
    ),
    ...hosts.flatMap(({ at: host, entry }) => checkInside(entry['address'], range, `${host}/address`, cidr)),
    ...twice(
      hosts.map(({ at: host, entry }) => ({ at: `${host}/mac`, claim: text(entry['mac'])?.toLowerCase() })),
      (mac) => `two fixed addresses for ${mac}`,
    ),
    ...twice(
      hosts.map(({ at: host, entry }) => ({
        at: `${host}/address`,
        claim: addressOf(entry['address']) && text(entry['address']),
      })),
      (address) => `${address} is fixed for two`,
    ),
    ...list(dhcp['nameservers']).flatMap((server, i) => checkAddress(server, `${at}/nameservers/${i}`)),
  ];
}
