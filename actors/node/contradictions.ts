// What is wrong with the fields of a machine together. Little can be: reserves and thresholds stand each for itself, and whether
// the machine has what is kept back is seen only when it has joined.

import type { JsonObject } from '../../engine/model/json.ts';
import { checkAddress } from '../checks/addresses.ts';
import { list, text, twice, type Found } from '../checks/reading.ts';

export function contradictionsOf(spec: JsonObject): Found {
  const address = text(spec['address']) ?? '';
  return [
    // It may be a name; what has nothing but digits and dots, or a colon, is meant as an address.
    ...(/^[0-9.]+$|:/.test(address) ? checkAddress(address, '/address') : []),
    // The kernel knows a module by either spelling.
    ...twice(
      list(spec['modules']).map((module, i) => ({ at: `/modules/${i}`, claim: text(module)?.replaceAll('-', '_') })),
      (module) => `the module ${module} is named twice`,
    ),
  ];
}
