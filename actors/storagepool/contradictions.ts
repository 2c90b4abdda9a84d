// What is wrong with the fields of a pool before any disk is looked at: too few devices for the profile, one disk in two roles,
// a spare that could take nobody's place.

import { own, type JsonObject } from '../../engine/model/json.ts';
import { formatSize } from '../../engine/model/units.ts';
import { entries, list, number, plainPath, text, twice, when, type Found } from '../checks/reading.ts';
import { checkSchedule } from '../checks/schedule.ts';
import { checkThresholds } from '../storage/thresholds.ts';
import { FEWEST } from './status.ts';

export function contradictionsOf(spec: JsonObject): Found {
  return [
    ...tooFewDevices(spec),
    ...oneInTwoRoles(spec),
    ...smallSpares(spec),
    ...when(
      plainPath(text(spec['mountpoint']) ?? '/x') === '/',
      '/mountpoint',
      () => 'the pool would be mounted over the root of the node',
      'give it a folder of its own, such as /srv/main',
    ),
    ...checkSchedule(spec['scrub'], '/scrub'),
    ...checkThresholds(spec),
  ];
}

function tooFewDevices(spec: JsonObject): Found {
  if (!Array.isArray(spec['devices'])) return [];
  const devices = list(spec['devices']).length;
  // The one named wins over the general one, as in settingsOf; what nobody names is said of `profile`.
  const fields = new Map(
    (['dataProfile', 'metadataProfile'] as const).map((field) => {
      const named = spec[field] === undefined ? 'profile' : field;
      return [named, text(spec[named])];
    }),
  );
  return [...fields].flatMap(([field, profile]) => {
    const fewest = profile === undefined ? undefined : (own(FEWEST, profile) as number | undefined); // its members are numbers
    return when(
      fewest !== undefined && devices < fewest,
      `/${field}`,
      () => `${profile} needs ${fewest} devices, ${devices} ${devices === 1 ? 'is' : 'are'} given`,
      'give it more devices, or another profile',
    );
  });
}

function oneInTwoRoles(spec: JsonObject): Found {
  const claims = (field: string) =>
    entries(spec, field).map(({ at, entry }) => {
      const given = entry['device'] === undefined ? 'file' : 'device';
      const path = text(entry[given]);
      return { at: `${at}/${given}`, claim: path === undefined ? undefined : plainPath(path) };
    });
  return twice(
    [...claims('devices'), ...claims('spares')],
    (path) => `${path} is given twice; a device has one place in one pool, as a member or as a spare`,
  );
}

function smallSpares(spec: JsonObject): Found {
  const sizes = entries(spec, 'devices').map(({ entry }) => number(entry['size']));
  // A device without a size may be of any.
  if (sizes.length === 0 || sizes.includes(undefined)) return [];
  const smallest = Math.min(...sizes.map((size) => size ?? Infinity));
  return entries(spec, 'spares').flatMap(({ at, entry }) => {
    const size = number(entry['size']);
    return when(
      size !== undefined && size < smallest,
      `${at}/size`,
      () => `a spare of ${formatSize(size!)} can take no place: the smallest device has ${formatSize(smallest)}`,
    );
  });
}
