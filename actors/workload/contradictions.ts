// What is wrong with the fields of a container or a task together: two things at one path, files where none can be put, a
// network beside the node's own, rights given and taken at once.

import { own, type JsonObject } from '../../engine/model/json.ts';
import { addressOf, checkAddress } from '../checks/addresses.ts';
import { entries, given, liesBelow, list, map, plainPath, text, twice, when, type Found } from '../checks/reading.ts';

export function workloadContradictions(spec: JsonObject): Found {
  return [...paths(spec), ...network(spec), ...rights(spec), ...names(spec)];
}

interface Place {
  readonly at: string;
  readonly path: string;
  readonly entry: JsonObject;
}

function placesOf(spec: JsonObject, field: string): readonly Place[] {
  return entries(spec, field).flatMap(({ at, entry }) => {
    const path = text(entry['at']);
    return path === undefined ? [] : [{ at: `${at}/at`, path: plainPath(path), entry }];
  });
}

function paths(spec: JsonObject): Found {
  const mounts = placesOf(spec, 'mounts');
  const memory = placesOf(spec, 'tmpfs');
  const files = placesOf(spec, 'files');
  const folders = [...mounts, ...memory];
  return [
    ...twice(
      [...folders, ...files].map(({ at, path }) => ({ at, claim: path })),
      (path) => `something else is at ${path} already`,
      'give each a path of its own',
    ),
    ...[...folders, ...files].flatMap(({ at, path }) =>
      when(path === '/', at, () => 'the root is the image; nothing else can be there', 'name a folder below it'),
    ),
    ...files.flatMap(({ at, path }) => fileInside(at, path, folders, files)),
  ];
}

/** The innermost mount above a file decides. */
function fileInside(at: string, path: string, folders: readonly Place[], files: readonly Place[]): Found {
  const above = files.find((other) => liesBelow(path, other.path));
  if (above !== undefined) return [{ at, message: `${path} lies below ${above.path}, which is a file` }];
  const [folder] = folders.filter((each) => liesBelow(path, each.path)).sort((a, b) => b.path.length - a.path.length);
  if (folder === undefined) return [];
  if (folder.at.startsWith('/tmpfs/'))
    return [{ at, message: `${path} lies in ${folder.path}, which is in memory and empty at each start` }];
  const readOnly = folder.entry['readOnly'] === true || folder.entry['from'] !== undefined;
  return when(
    readOnly,
    at,
    () => `${path} cannot be put into ${folder.path}, which is mounted read-only`,
    'put it beside the mount, or into what is mounted',
  );
}

function network(spec: JsonObject): Found {
  const shared = spec['hostNetwork'] === true;
  const beside: readonly (readonly [string, boolean])[] = [
    ['/network', given(spec['network'])],
    ['/nics/0/network', list(spec['nics']).length > 0],
    ['/ports/0', list(spec['ports']).length > 0],
  ];
  const [setting] = Object.keys(map(spec['sysctls'])).filter((name) => /^net[./]/.test(name));
  const nics = entries(spec, 'nics');
  const claims = (field: string, read: (entry: JsonObject) => string | undefined) =>
    nics.map(({ at, entry }) => ({ at: `${at}/${field}`, claim: read(entry) }));
  return [
    ...beside.flatMap(([at, wrong]) =>
      when(
        shared && wrong,
        at,
        () => `it uses the node's own network (hostNetwork), so ${at.split('/')[1]} means nothing`,
        `leave out hostNetwork or ${at.split('/')[1]}`,
      ),
    ),
    ...when(
      shared && setting !== undefined,
      `/sysctls/${setting}`,
      () => `it uses the node's own network (hostNetwork), whose settings are not its own`,
      'set it on the node, or leave out hostNetwork',
    ),
    ...twice(
      claims('name', ({ name }) => text(name)),
      (name) => `two interfaces are called ${name}`,
    ),
    ...twice(
      claims('mac', ({ mac }) => text(mac)?.toLowerCase()),
      (mac) => `two interfaces have the hardware address ${mac}`,
    ),
    ...nics.flatMap(({ at, entry }) => checkAddress(entry['address'], `${at}/address`)),
    ...twice(
      claims('address', ({ address, network }) =>
        addressOf(address) === undefined || text(network) === undefined
          ? undefined
          : `${text(address)} in ${text(network)}`,
      ),
      (address) => `two interfaces have the address ${address}`,
    ),
  ];
}

function rights(spec: JsonObject): Found {
  const capabilities = map(spec['capabilities']);
  const dropped = list(capabilities['drop']);
  const privileged = spec['privileged'] === true;
  const inside = list(spec['devices']).map((device, i) => {
    const [outside, second = ''] = (text(device) ?? '').split(':');
    return { at: `/devices/${i}`, claim: outside === '' ? undefined : second.startsWith('/') ? second : outside };
  });
  return [
    ...when(
      privileged && dropped.length > 0,
      '/capabilities/drop/0',
      () => 'a privileged container has every capability; none can be dropped',
      'leave out privileged, and add the capabilities it needs',
    ),
    ...(privileged ? [] : dropped).flatMap((name, i) =>
      when(
        text(name) !== undefined && list(capabilities['add']).includes(name),
        `/capabilities/drop/${i}`,
        () => `${text(name)} is both added and dropped`,
      ),
    ),
    ...twice(inside, (path) => `two devices at ${path}`),
  ];
}

function names(spec: JsonObject): Found {
  const servers = list(map(spec['dns'])['servers']);
  const hosts = map(spec['hosts']);
  return [
    ...servers.flatMap((server, i) => checkAddress(server, `/dns/servers/${i}`)),
    ...Object.keys(hosts).flatMap((name) => checkAddress(own(hosts, name), `/hosts/${name}`)),
  ];
}
