// What is wrong with the fields of a zerodb together: namespaces that do not fit, that share a name, or that keep readers out
// with no password to let anybody in.

import type { JsonObject } from '../../engine/model/json.ts';
import { formatSize } from '../../engine/model/units.ts';
import { entries, number, text, twice, when, type Found } from '../checks/reading.ts';

export function contradictionsOf(spec: JsonObject): Found {
  const namespaces = entries(spec, 'namespaces');
  const together = namespaces.reduce((sum, { entry }) => sum + (number(entry['size']) ?? 0), 0);
  const most = number(spec['maxSize']) ?? 0;
  return [
    ...twice(
      namespaces.map(({ at, entry }) => ({ at: `${at}/name`, claim: text(entry['name']) })),
      (name) => `the namespace ${name} is given twice`,
    ),
    ...when(
      most > 0 && together > most,
      '/maxSize',
      () => `its namespaces may hold ${formatSize(together)} together, and it may hold ${formatSize(most)}`,
      'make maxSize larger, or the namespaces smaller',
    ),
    ...namespaces.flatMap(({ at, entry }) =>
      when(
        entry['public'] === false && entry['password'] === undefined,
        `${at}/public`,
        () => 'only a password keeps readers out, and it has none',
        'add a password, or make it public',
      ),
    ),
  ];
}
