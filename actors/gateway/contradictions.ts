// What is wrong with the fields of a gateway together: what no gateway can be asked (schemas/gateway-rules.ts, which a driver
// keeps too), certificates that nobody would give, and addresses that are none.

import type { JsonObject } from '../../engine/model/json.ts';
import { gatewayProblems } from '../../schemas/gateway-rules.ts';
import { checkPool } from '../checks/address-pool.ts';
import { checkAddress, checkRange } from '../checks/addresses.ts';
import { entries, list, map, number, text, when, type Found } from '../checks/reading.ts';

export function contradictionsOf(spec: JsonObject): Found {
  return [...gatewayProblems(spec), ...certificates(spec), ...addresses(spec)];
}

function certificates(spec: JsonObject): Found {
  const tls = map(spec['tls']);
  const covered = entries(spec, 'certificates').flatMap(({ entry }) => list(entry['hosts']));
  // A host known only later may be any.
  const unsure = covered.some((host) => text(host) === undefined) || !Array.isArray(spec['certificates']);
  const hosts = covered.flatMap((host) => text(host)?.toLowerCase() ?? []);
  return [
    ...entries(spec, 'routes').flatMap(({ at, entry }) => {
      const host = text(entry['host'])?.toLowerCase();
      return when(
        tls['issuer'] === 'none' &&
          entry['tls'] === 'required' &&
          host !== undefined &&
          !unsure &&
          !isCovered(host, hosts),
        `${at}/tls`,
        () => `${host} has to be answered on https, and no certificate is for it`,
        'bring one along in certificates, or let tls.issuer give one',
      );
    }),
    ...when(
      tls['directory'] !== undefined && typeof tls['issuer'] === 'string' && tls['issuer'] !== 'acme',
      '/tls/directory',
      () => `an ACME directory means nothing to the issuer ${text(tls['issuer'])}`,
      'set issuer: acme, or leave it out',
    ),
  ];
}

function isCovered(host: string, hosts: readonly string[]): boolean {
  return hosts.includes(host) || hosts.includes(host.replace(/^[^.]+/, '*'));
}

function addresses(spec: JsonObject): Found {
  const firewall = map(spec['firewall']);
  return [
    ...checkAddress(spec['listen'], '/listen'),
    ...entries(spec, 'portforwards').flatMap(({ at, entry }) => [
      ...checkRange(entry['from'], `${at}/from`),
      ...checkAddress(entry['address'], `${at}/address`),
    ]),
    ...entries(spec, 'networks').flatMap(({ at, entry }) => [
      ...checkAddress(entry['address'], `${at}/address`),
      ...checkPool(map(entry['dhcp']), `${at}/dhcp`, undefined, ''),
    ]),
    ...entries(spec, 'staticRoutes').flatMap(({ at, entry }) => [
      ...checkRange(entry['to'], `${at}/to`),
      ...checkAddress(entry['via'], `${at}/via`),
    ]),
    ...(['allow', 'deny'] as const).flatMap((field) =>
      entries(firewall, field, '/firewall').flatMap(({ at, entry }) => [
        ...(text(entry['from'])?.includes('/') === true ? checkRange : checkAddress)(entry['from'], `${at}/from`),
        ...when(
          (number(entry['port']) ?? 0) > 0 && entry['protocol'] === 'icmp',
          `${at}/port`,
          () => 'icmp has no ports',
          'leave out port, or name tcp or udp',
        ),
      ]),
    ),
  ];
}
