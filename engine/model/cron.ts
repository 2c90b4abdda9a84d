// Cron lines, as far as they can be judged without a clock: five fields, minute to weekday; lists, ranges, steps and the
// English names. What a line means in time is the runs' business, not this file's.

const FIELDS = [
  { name: 'minute', low: 0, high: 59, words: [] as readonly string[] },
  { name: 'hour', low: 0, high: 23, words: [] },
  { name: 'day of month', low: 1, high: 31, words: [] },
  {
    name: 'month',
    low: 1,
    high: 12,
    words: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { name: 'day of week', low: 0, high: 7, words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

/** What is wrong with a line, as a sentence without its subject; `undefined` when it can be read. */
export function cronProblem(line: string): string | undefined {
  const fields = line.split(/\s+/);
  if (fields.length !== FIELDS.length) return `a cron line has 5 fields, this has ${fields.length}`;
  for (const [i, text] of fields.entries()) {
    const { name, low, high, words } = FIELDS[i]!;
    for (const part of text.toLowerCase().split(',')) {
      const match = /^(\*|([0-9a-z]+)(?:-([0-9a-z]+))?)(?:\/(\d+))?$/.exec(part);
      if (match === null) return `the ${name} "${clip(text)}" cannot be read`;
      const number = (word: string | undefined): number | undefined => {
        if (word === undefined) return undefined;
        const index = words.indexOf(word);
        return index >= 0 ? index + (name === 'month' ? 1 : 0) : /^\d+$/.test(word) ? Number(word) : NaN;
      };
      const from = number(match[2]);
      const to = number(match[3]);
      for (const value of [from, to]) {
        if (value !== undefined && !(value >= low && value <= high))
          return `the ${name} "${clip(part)}" is outside ${low} to ${high}`;
      }
      if (from !== undefined && to !== undefined && from > to) return `the ${name} "${clip(part)}" runs backwards`;
      if (match[4] !== undefined && Number(match[4]) === 0) return `the ${name} "${clip(part)}" has a step of 0`;
    }
  }
  return undefined;
}

/** In the IANA list of this machine. */
export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function clip(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
