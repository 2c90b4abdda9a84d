// What is wrong with the fields of a filesystem together.

import type { JsonObject } from '../../engine/model/json.ts';
import { given, when, type Found } from '../checks/reading.ts';
import { checkSchedule } from '../checks/schedule.ts';
import { checkThresholds } from '../storage/thresholds.ts';

export function contradictionsOf(spec: JsonObject): Found {
  const { compress, copyOnWrite } = spec;
  return [
    ...when(
      copyOnWrite === false && given(compress) && compress !== 'none',
      '/compress',
      () => 'what is written in place cannot be compressed, and copyOnWrite is false',
      'leave out compress, or let it copy on write',
    ),
    ...checkSchedule(spec['snapshots'], '/snapshots'),
    ...checkThresholds(spec),
  ];
}
