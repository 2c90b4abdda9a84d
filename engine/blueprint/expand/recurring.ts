// Periods and cron lines of `recurring` (rule 21), checked and brought into one form. What a cron line
// may say stands in model/cron.ts; what it means in time is the runs' business, not this file's.

import { cronProblem, isTimezone } from '../../model/cron.ts';
import type { Place, Report } from '../../model/diagnostic.ts';
import type { JsonValue } from '../../model/json.ts';
import type { DesiredAction } from '../../model/service.ts';
import { parseDuration } from '../../model/units.ts';
import { clip } from '../sources/draft.ts';

const SHORT: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
};

export function checkRecurring(
  value: JsonValue | undefined,
  timezone: string,
  at: Place,
  report: Report,
  timezoneAt: Place = at,
): DesiredAction['recurring'] | 'invalid' {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^\d/.test(text) && !text.includes(' ')) {
    const period = parseDuration(text);
    if (!period.ok) {
      report.error(
        period.problem === 'unit' ? 'UNIT_MISSING' : 'UNIT_INVALID',
        at,
        `recurring: "${clip(text)}" is not a period`,
        period.suggestion === undefined
          ? 'for example 30s, 5m, or a cron line such as 0 3 * * *'
          : `did you mean ${period.suggestion}?`,
      );
      return 'invalid';
    }
    if (period.value < 1000) {
      report.error('FIELD_RANGE', at, `recurring: ${text} is too short; at least 1s`);
      return 'invalid';
    }
    return { everyMs: period.value };
  }
  const line = Object.hasOwn(SHORT, text) ? SHORT[text]! : text;
  const problem = cronProblem(line);
  if (problem !== undefined) {
    report.error(
      'ACTION_INVALID',
      at,
      `recurring: "${clip(text)}": ${problem}`,
      Object.hasOwn(SHORT, `@${text.toLowerCase()}`)
        ? `did you mean '@${text.toLowerCase()}'?`
        : 'minute hour day month weekday, for example 0 3 * * *',
    );
    return 'invalid';
  }
  if (!isTimezone(timezone)) {
    report.error(
      'ACTION_INVALID',
      timezoneAt,
      `recurring: there is no timezone "${clip(timezone)}"`,
      'for example Europe/Brussels',
    );
    return 'invalid';
  }
  return { cron: line.split(/\s+/).join(' '), timezone };
}
