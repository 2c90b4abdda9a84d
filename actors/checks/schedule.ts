// Periods and cron lines inside a spec: fields that are each well formed text and still name no moment.

import { cronProblem, isTimezone } from '../../engine/model/cron.ts';
import type { JsonValue } from '../../engine/model/json.ts';
import { parseDuration } from '../../engine/model/units.ts';
import { map, text, when, type Found } from './reading.ts';

const CRON_HINT = 'minute hour day month weekday, for example 0 3 * * *';

/** `{every}` or `{cron, timezone}`; nothing when it is absent. */
export function checkSchedule(value: JsonValue | undefined, at: string): Found {
  const { cron, timezone } = map(value);
  return [...checkCron(cron, `${at}/cron`), ...checkTimezone(timezone, `${at}/timezone`)];
}

/** The short form: a period such as `15m`, or a cron line. */
export function checkRecurrence(value: JsonValue | undefined, at: string): Found {
  const written = text(value);
  if (written === undefined) return [];
  const period = parseDuration(written);
  if (!period.ok) return checkCron(written, at);
  return when(period.value < 1000, at, () => `a period of ${written} is too short; at least 1s`);
}

export function checkTimezone(value: JsonValue | undefined, at: string): Found {
  const name = text(value);
  if (name === undefined) return [];
  return when(!isTimezone(name), at, () => `there is no timezone "${name}"`, 'for example Europe/Brussels');
}

function checkCron(value: JsonValue | undefined, at: string): Found {
  const line = text(value);
  const problem = line === undefined ? undefined : cronProblem(line);
  return when(problem !== undefined, at, () => `"${line}": ${problem}`, CRON_HINT);
}
