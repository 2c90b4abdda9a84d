// When a cron line is due next, in its timezone. Pure: Intl knows the zones, nothing here knows the time.
//
// As in cron, a day matches when day of month and day of week both match, or either one when both are restricted. Where clocks
// change: a line with fixed hours runs once, at the first moment after a gap it fell into, and at the first of two equal
// times; a line whose hour begins with `*` follows real time, so it runs in both equal hours and not in a skipped one.

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** The 29th of February may be eight years away. */
const HORIZON_DAYS = 366 * 9;

const WORDS: readonly (readonly string[])[] = [
  [],
  [],
  [],
  ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
];
const RANGES = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

interface CronLine {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  readonly anyDay: boolean;
  readonly anyWeekday: boolean;
  /** Hours begin with a star: real time counts, not the clock on the wall. */
  readonly everyHour: boolean;
}

/** The first time after `after`; undefined when there is none (the 30th of February). `line` has passed `cronProblem`. */
export function cronNext(line: string, timezone: string, after: number): number | undefined {
  const cron = readCron(line);
  const local = after + offsetAt(timezone, after);
  // Around midnight a clock set back may leave times of the day before after those of this day: look at two days at once.
  let day = Math.floor(local / DAY_MS) - 1;
  let earlier = firstOf(cron, timezone, day, after);
  for (const end = day + HORIZON_DAYS; day < end; day++) {
    const later = firstOf(cron, timezone, day + 1, after);
    if (earlier !== undefined) return later === undefined ? earlier : Math.min(earlier, later);
    earlier = later;
  }
  return undefined;
}

function firstOf(cron: CronLine, timezone: string, day: number, after: number): number | undefined {
  if (!matchesDay(cron, day)) return undefined;
  const midnight = day * DAY_MS;
  const offset = offsetAt(timezone, midnight - DAY_MS);
  if (offset === offsetAt(timezone, midnight + 2 * DAY_MS) && offset === offsetAt(timezone, midnight)) {
    for (const hour of cron.hours) {
      if (midnight + (hour + 1) * 3_600_000 - offset <= after) continue;
      for (const minute of cron.minutes) {
        const instant = midnight + (hour * 60 + minute) * MINUTE_MS - offset;
        if (instant > after) return instant;
      }
    }
    return undefined;
  }
  let first: number | undefined;
  for (const hour of cron.hours) {
    for (const minute of cron.minutes) {
      for (const instant of instantsOf(cron, timezone, midnight + (hour * 60 + minute) * MINUTE_MS)) {
        if (instant > after && (first === undefined || instant < first)) first = instant;
      }
    }
  }
  return first;
}

/** The moments a wall-clock time stands for: one, two when clocks go back, and when they go forward none or the end of the gap. */
function instantsOf(cron: CronLine, timezone: string, wall: number): readonly number[] {
  const before = offsetAt(timezone, wall - DAY_MS);
  const behind = offsetAt(timezone, wall + DAY_MS);
  const valid = [...new Set([before, behind])]
    .filter((offset) => offsetAt(timezone, wall - offset) === offset)
    .map((offset) => wall - offset)
    .sort((a, b) => a - b);
  if (valid.length > 0) return cron.everyHour ? valid : valid.slice(0, 1);
  if (cron.everyHour) return [];
  let low = wall - DAY_MS;
  let high = wall + DAY_MS;
  while (high - low > MINUTE_MS) {
    const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS;
    if (offsetAt(timezone, middle) === before) low = middle;
    else high = middle;
  }
  return [high];
}

function matchesDay(cron: CronLine, day: number): boolean {
  const date = new Date(day * DAY_MS);
  if (!cron.months.has(date.getUTCMonth() + 1)) return false;
  const dayOfMonth = cron.days.has(date.getUTCDate());
  const weekday = cron.weekdays.has(date.getUTCDay());
  if (cron.anyDay || cron.anyWeekday) return dayOfMonth && weekday;
  return dayOfMonth || weekday;
}

function readCron(line: string): CronLine {
  const fields = line.trim().toLowerCase().split(/\s+/);
  const sets = RANGES.map((_, i) => readField(fields[i] ?? '*', i));
  const [minutes, hours, days, months, weekdays] = sets as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  if (weekdays.has(7)) weekdays.add(0);
  const ascending = (set: Set<number>): readonly number[] => [...set].sort((a, b) => a - b);
  const starred = (i: number): boolean => fields[i]?.startsWith('*') ?? true;
  return {
    minutes: ascending(minutes),
    hours: ascending(hours),
    days,
    months,
    weekdays,
    anyDay: starred(2),
    anyWeekday: starred(4),
    everyHour: starred(1),
  };
}

function readField(text: string, i: number): Set<number> {
  const [low, high] = RANGES[i]!;
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '*', step] = part.split('/');
    const [first = '*', last] = range.split('-');
    const from = first === '*' ? low : numberOf(first, i);
    const to = first === '*' ? high : last !== undefined ? numberOf(last, i) : step === undefined ? from : high;
    for (let value = from; value <= to; value += Number(step ?? 1)) values.add(value);
  }
  return values;
}

function numberOf(word: string, i: number): number {
  const index = WORDS[i]!.indexOf(word);
  return index >= 0 ? index : Number(word);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Wall clock minus UTC at a moment, milliseconds. */
function offsetAt(timezone: string, at: number): number {
  if (timezone === 'UTC') return 0;
  let format = formats.get(timezone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timezone, format);
  }
  const parts: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}
