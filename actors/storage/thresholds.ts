// How full is too full: an alarm that comes before its warning would never be preceded by one.

import type { JsonObject } from '../../engine/model/json.ts';
import { map, number, when, type Found } from '../checks/reading.ts';

const USUAL_WARNING = 90;

export function checkThresholds(spec: JsonObject): Found {
  const thresholds = map(spec['thresholds']);
  const [warning, error] = [number(thresholds['warning']), number(thresholds['error'])];
  if (warning === undefined || error === undefined) return [];
  return when(
    warning > error,
    // The one of the two that was written, as far as it can be told.
    warning === USUAL_WARNING ? '/thresholds/error' : '/thresholds/warning',
    () => `its health would be an error at ${error} %, before it is a warning at ${warning} %`,
    'make warning the smaller of the two',
  );
}
