// Checked against a brute force that walks real time minute by minute and reads the wall clock off Intl.

import { expect } from 'chai';
import fc from 'fast-check';
import { cronProblem } from '../../../engine/model/cron.ts';
import { cronNext } from '../../../engine/runs/cron-next.ts';

const at = (text: string): number => Date.parse(text);
const say = (line: string, zone: string, after: string): string => {
  const next = cronNext(line, zone, at(after));
  return next === undefined ? 'never' : new Date(next).toISOString();
};

describe('when a cron line is due next', () => {
  const rows: readonly (readonly [string, string, string, string])[] = [
    ['0 3 * * *', 'UTC', '2026-01-01T02:59:59.999Z', '2026-01-01T03:00:00.000Z'],
    ['0 3 * * *', 'UTC', '2026-01-01T03:00:00Z', '2026-01-02T03:00:00.000Z'],
    ['*/15 * * * *', 'UTC', '2026-01-01T03:16:00Z', '2026-01-01T03:30:00.000Z'],
    ['7/20 * * * *', 'UTC', '2026-01-01T03:28:00Z', '2026-01-01T03:47:00.000Z'],
    ['0 0 29 2 *', 'UTC', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['0 0 29 2 *', 'UTC', '2097-01-01T00:00:00Z', '2104-02-29T00:00:00.000Z'],
    ['0 0 30 2 *', 'UTC', '2026-01-01T00:00:00Z', 'never'],
    ['0 0 * * mon', 'UTC', '2026-01-01T00:00:00Z', '2026-01-05T00:00:00.000Z'],
    ['0 0 * * 7', 'UTC', '2026-01-01T00:00:00Z', '2026-01-04T00:00:00.000Z'],
    ['0 0 * * 5-7', 'UTC', '2026-01-03T00:00:00Z', '2026-01-04T00:00:00.000Z'],
    // Both restricted: either is enough.
    ['0 0 13 * fri', 'UTC', '2026-01-03T00:00:00Z', '2026-01-09T00:00:00.000Z'],
    ['0 0 13 * fri', 'UTC', '2026-01-09T00:00:00Z', '2026-01-13T00:00:00.000Z'],
    // A star with a step is still a star: both must match.
    ['0 0 */2 * fri', 'UTC', '2026-01-03T00:00:00Z', '2026-01-09T00:00:00.000Z'],
    ['0 3 * * *', 'Europe/Brussels', '2026-01-01T00:00:00Z', '2026-01-01T02:00:00.000Z'],
    ['0 3 * * *', 'Europe/Brussels', '2026-07-01T00:00:00Z', '2026-07-01T01:00:00.000Z'],
    // Clocks go forward: 02:30 does not exist, so it runs at 03:00, once.
    ['30 2 * * *', 'Europe/Brussels', '2026-03-28T23:00:00Z', '2026-03-29T01:00:00.000Z'],
    ['30 2 * * *', 'Europe/Brussels', '2026-03-29T01:00:00Z', '2026-03-30T00:30:00.000Z'],
    // Clocks go back: 02:30 is there twice, and it runs the first time only.
    ['30 2 * * *', 'Europe/Brussels', '2026-10-24T23:00:00Z', '2026-10-25T00:30:00.000Z'],
    ['30 2 * * *', 'Europe/Brussels', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00.000Z'],
    // What follows real time runs in both.
    ['30 * * * *', 'Europe/Brussels', '2026-10-25T00:30:00Z', '2026-10-25T01:30:00.000Z'],
    ['30 * * * *', 'Europe/Brussels', '2026-03-29T00:30:00Z', '2026-03-29T01:30:00.000Z'],
    // Half an hour of summer time, and a gap at midnight.
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T12:00:00Z', '2026-10-03T15:30:00.000Z'],
    ['30 0 * * *', 'America/Asuncion', '2020-10-03T12:00:00Z', '2020-10-04T04:00:00.000Z'],
    // Clocks went back from one minute past midnight into the day before.
    ['0,30 * * * *', 'America/St_Johns', '2010-11-07T02:15:00Z', '2010-11-07T02:30:00.000Z'],
    ['0,30 * * * *', 'America/St_Johns', '2010-11-07T02:30:00Z', '2010-11-07T03:00:00.000Z'],
    ['0 0 * * *', 'America/St_Johns', '2010-11-07T02:30:00Z', '2010-11-08T03:30:00.000Z'],
  ];
  for (const [line, zone, after, expected] of rows) {
    it(`says ${expected} for "${line}" in ${zone} after ${after}`, () => {
      expect(cronProblem(line)).to.equal(undefined);
      expect(say(line, zone, after)).to.equal(expected);
    });
  }

  it('agrees with a walk through real time, also where clocks change', () => {
    const zones = [
      'UTC',
      'Europe/Brussels',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'Africa/Cairo',
    ];
    // Days around changes in these zones, and one quiet day.
    const starts = [
      '2026-03-28',
      '2026-10-24',
      '2026-03-07',
      '2026-10-31',
      '2026-04-03',
      '2026-10-02',
      '2026-04-23',
      '2026-10-29',
      '2026-06-10',
    ];
    const number = (low: number, high: number): fc.Arbitrary<string> =>
      fc.oneof(
        fc.constant('*'),
        fc.integer({ min: low, max: high }).map(String),
        fc.integer({ min: 2, max: 7 }).map((step) => `*/${step}`),
        fc
          .tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }))
          .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
      );
    fc.assert(
      fc.property(
        number(0, 59),
        number(0, 5),
        fc.oneof({ weight: 3, arbitrary: fc.constant('*') }, number(0, 7)),
        fc.constantFrom(...zones),
        fc.constantFrom(...starts),
        fc.integer({ min: 0, max: 36 * 60 }),
        (minute, hour, weekday, zone, day, shift) => {
          const line = `${minute} ${hour} * * ${weekday}`;
          const after = at(`${day}T00:00:00Z`) + shift * 60_000;
          const expected = walk(line, zone, after);
          if (expected === undefined) return;
          expect(cronNext(line, zone, after), `${line} ${zone} ${new Date(after).toISOString()}`).to.equal(expected);
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** The next time within 30 hours, by asking every minute; undefined when there is none. */
function walk(line: string, zone: string, after: number): number | undefined {
  const [minute = '', hour = '', , , weekday = ''] = line.split(' ');
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  const wall = (time: number): { minuteOfDay: number; weekday: number } => {
    const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
    return {
      minuteOfDay: Number(parts['hour']) * 60 + Number(parts['minute']),
      weekday: days.indexOf(parts['weekday']!),
    };
  };
  const fits = (field: string, value: number): boolean => {
    const [range = '', step] = field.split('/');
    if (range === '*') return value % Number(step ?? 1) === 0;
    const [from, to] = range.split('-');
    return value >= Number(from) && value <= Number(to ?? from);
  };
  const matches = (minuteOfDay: number, day: number): boolean =>
    fits(minute, minuteOfDay % 60) &&
    fits(hour, Math.floor(minuteOfDay / 60)) &&
    (fits(weekday, day) || (day === 0 && !weekday.startsWith('*') && fits(weekday, 7)));
  const real = hour.startsWith('*');
  const first = Math.floor(after / 60_000) * 60_000 + 60_000;
  // Of the second of two equal times it is known that it is the second.
  const seen = new Set<string>();
  let previous = wall(first - 181 * 60_000);
  for (let time = first - 180 * 60_000; time < first + 30 * 3_600_000; time += 60_000) {
    const now = wall(time);
    const jump = (now.minuteOfDay - previous.minuteOfDay + 1440) % 1440;
    const hit =
      (matches(now.minuteOfDay, now.weekday) && (real || !seen.has(JSON.stringify(now)))) ||
      // Skipped minutes, for a line of fixed hours.
      (!real &&
        jump > 1 &&
        jump < 200 &&
        Array.from({ length: jump - 1 }, (_, i) => previous.minuteOfDay + 1 + i).some((each) =>
          matches(each % 1440, each >= 1440 ? now.weekday : previous.weekday),
        ));
    if (hit && time >= first) return time;
    seen.add(JSON.stringify(now));
    previous = now;
  }
  return undefined;
}
