// What is wrong with the fields of a virtual machine together: nothing or too much to boot from, and two things with one name,
// path, address or port.

import type { JsonObject } from '../../engine/model/json.ts';
import { addressOf, checkAddress } from '../checks/addresses.ts';
import { entries, list, map, number, plainPath, text, twice, when, type Found } from '../checks/reading.ts';

export function contradictionsOf(spec: JsonObject): Found {
  return [...boot(spec), ...cards(spec), ...paths(spec), ...ports(spec)];
}

function boot(spec: JsonObject): Found {
  const { image, kernel, initrd, ipxe } = spec;
  const disks = entries(spec, 'disks');
  const bootable = disks.filter(({ entry }) => entry['boot'] === true);
  const [argument] = Object.keys(map(spec['kernelArgs']));
  // A disk whose `boot` is known only later may be the one.
  const fromDisk = disks.some(({ entry }) => entry['boot'] !== false) || !Array.isArray(spec['disks']);
  const nothing = image === undefined && kernel === undefined && ipxe === undefined && !fromDisk;
  return [
    ...when(
      nothing,
      disks.length === 0 ? '' : '/disks/0/vdisk',
      () => 'it has nothing to boot from',
      'give it an image, a kernel, ipxe, or a disk with boot: true',
    ),
    ...bootable.slice(1).map(({ at }) => ({
      at: `${at}/boot`,
      message: 'a second disk to boot from; a machine boots from one',
      hint: 'leave boot: true on one of them',
    })),
    ...when(
      kernel !== undefined && ipxe !== undefined,
      '/ipxe',
      () => 'it boots either a kernel of the node or over the network',
      'leave out kernel or ipxe',
    ),
    ...when(
      kernel === undefined && initrd !== undefined,
      '/initrd',
      () => 'an initrd goes with a kernel, and there is none',
    ),
    ...when(
      kernel === undefined && argument !== undefined,
      `/kernelArgs/${argument}`,
      () => 'arguments go with a kernel, and there is none',
    ),
  ];
}

function cards(spec: JsonObject): Found {
  const nics = entries(spec, 'nics');
  const claims = (field: string, read: (entry: JsonObject) => string | undefined) =>
    nics.map(({ at, entry }) => ({ at: `${at}/${field}`, claim: read(entry) }));
  return [
    ...twice(
      claims('name', ({ name }) => text(name)),
      (name) => `two cards are called ${name}`,
    ),
    ...twice(
      claims('mac', ({ mac }) => text(mac)?.toLowerCase()),
      (mac) => `two cards have the hardware address ${mac}`,
    ),
    ...nics.flatMap(({ at, entry }) => checkAddress(entry['address'], `${at}/address`)),
    ...twice(
      nics.map(({ at, entry }) => ({
        at: `${at}/address`,
        claim:
          addressOf(entry['address']) &&
          `${text(entry['address'])} on ${text(entry['network']) ?? 'the default network'}`,
      })),
      (address) => `two cards have the address ${address}`,
    ),
  ];
}

function paths(spec: JsonObject): Found {
  return (['mounts', 'files'] as const).flatMap((field) =>
    twice(
      entries(spec, field).map(({ at, entry }) => {
        const path = text(entry['at']);
        return { at: `${at}/at`, claim: path === undefined ? undefined : plainPath(path) };
      }),
      (path) => `two ${field} at ${path}`,
    ),
  );
}

function ports(spec: JsonObject): Found {
  const screen = number(map(spec['vnc'])['port']);
  return list(spec['ports']).flatMap((port, i) => {
    const numbers = (
      text(port)
        ?.replace(/\/.*$/, '')
        .match(/(?:^|:)\d+(?=:|$)/g) ?? []
    ).map((part) => Number(part.replace(':', '')));
    const wrong = numbers.find((each) => each < 1 || each > 65_535);
    return [
      ...when(wrong !== undefined, `/ports/${i}`, () => `"${text(port)}": there is no port ${wrong}`),
      ...when(
        numbers.length === 2 && numbers[0] === screen && !text(port)!.endsWith('/udp'),
        `/ports/${i}`,
        () => `port ${screen} of the node is that of its screen (vnc)`,
        'give one of the two another port',
      ),
    ];
  });
}
