// What is wrong with the fields of a task together, beside what a container can get wrong too: a schedule that names no moment.

import type { JsonObject } from '../../engine/model/json.ts';
import { checkRecurrence, checkTimezone } from '../checks/schedule.ts';
import { type Found } from '../checks/reading.ts';
import { workloadContradictions } from '../workload/contradictions.ts';

export function contradictionsOf(spec: JsonObject): Found {
  return [
    ...workloadContradictions(spec),
    ...checkRecurrence(spec['recurring'], '/recurring'),
    ...checkTimezone(spec['timezone'], '/timezone'),
  ];
}
