// Sizes and durations as people write them. Inside the engine a size is a whole number of bytes and a duration
// a whole number of milliseconds; the unit is required in a blueprint because a bare number has been misread
// by somebody in every system that allowed it.

export type Measure = 'size' | 'duration';
export type Parsed =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly problem: 'unit' | 'syntax'; readonly suggestion?: string };

const SIZE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** What people write when they mean a unit of ours. */
const SIZE_GUESSES: Readonly<Record<string, string>> = {
  '': 'GiB',
  k: 'KiB',
  K: 'KiB',
  M: 'MiB',
  m: 'MiB',
  G: 'GiB',
  g: 'GiB',
  T: 'TiB',
  t: 'TiB',
  KB: 'kB',
  kb: 'kB',
  mb: 'MB',
  gb: 'GB',
  tb: 'TB',
  Ki: 'KiB',
  Mi: 'MiB',
  Gi: 'GiB',
  Ti: 'TiB',
  kib: 'KiB',
  kiB: 'KiB',
  mib: 'MiB',
  gib: 'GiB',
  tib: 'TiB',
  b: 'B',
};
const DURATION_GUESSES: Readonly<Record<string, string>> = {
  '': 's',
  sec: 's',
  secs: 's',
  second: 's',
  seconds: 's',
  S: 's',
  min: 'm',
  mins: 'm',
  minute: 'm',
  minutes: 'm',
  M: 'm',
  H: 'h',
  hr: 'h',
  hour: 'h',
  hours: 'h',
  D: 'd',
  day: 'd',
  days: 'd',
  W: 'w',
  week: 'w',
  weeks: 'w',
  msec: 'ms',
  millis: 'ms',
  milliseconds: 'ms',
};

export function parseSize(text: string): Parsed {
  return parse(text, SIZE_UNITS, SIZE_GUESSES);
}

export function parseDuration(text: string): Parsed {
  return parse(text, DURATION_UNITS, DURATION_GUESSES);
}

export function parseMeasure(measure: Measure, text: string): Parsed {
  return measure === 'size' ? parseSize(text) : parseDuration(text);
}

function parse(
  text: string,
  units: Readonly<Record<string, number>>,
  guesses: Readonly<Record<string, string>>,
): Parsed {
  const match = /^(\d{1,15}(?:\.\d{1,6})?) ?([A-Za-z]*)$/.exec(text);
  if (match === null) return { ok: false, problem: 'syntax' };
  const [, digits = '', unit = ''] = match;
  if (!Object.hasOwn(units, unit)) {
    const guess = Object.hasOwn(guesses, unit) ? guesses[unit] : undefined;
    return { ok: false, problem: 'unit', ...(guess !== undefined && { suggestion: `${digits}${guess}` }) };
  }
  const value = Number(digits) * units[unit]!;
  return Number.isSafeInteger(value) ? { ok: true, value } : { ok: false, problem: 'syntax' };
}

/** The shortest exact text: 1073741824 → `1GiB`, 1500 → `1500B`. */
export function formatSize(bytes: number): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB']) {
    const factor = SIZE_UNITS[unit]!;
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  for (const unit of ['TB', 'GB', 'MB', 'kB']) {
    const factor = SIZE_UNITS[unit]!;
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return `${bytes}B`;
}

/** The shortest exact text: 90000 → `90s`, 3600000 → `1h`. */
export function formatDuration(ms: number): string {
  for (const unit of ['w', 'd', 'h', 'm', 's']) {
    const factor = DURATION_UNITS[unit]!;
    if (ms >= factor && ms % factor === 0) return `${ms / factor}${unit}`;
  }
  return `${ms}ms`;
}

export function formatMeasure(measure: Measure, value: number): string {
  return measure === 'size' ? formatSize(value) : formatDuration(value);
}
