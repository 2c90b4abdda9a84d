// One line of JSON for each thing that is worth a line. The fields are a closed list of small values: a spec, an observation or anything
// else with a shape of its own cannot get into a log, and what is text passes the redactor. Fields stand in one order,
// so that lines can be read by people and cut by tools.

import { EngineError } from '../model/errors.ts';
import type { Clock } from '../model/world.ts';
import type { Stamp } from '../store/port.ts';

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];

const FIELDS = [
  'robot',
  'node',
  'blueprint',
  'revision',
  'key',
  'generation',
  'pass',
  'step',
  'run',
  'job',
  'token',
  'trace',
  'why',
  'code',
  'hint',
  'count',
  'ms',
  'at',
] as const;

export type LogFields = {
  readonly [Field in (typeof FIELDS)[number]]?: string | number | boolean | Stamp | undefined;
} & { readonly error?: unknown };

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same logger with these fields in every line. */
  with(fields: LogFields): Logger;
  /** Asked before something costly is made for a line. */
  enabled(level: Level): boolean;
}

export interface LoggerOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Gets whole lines without their end. */
  readonly sink: (line: string, level: Level) => void;
  readonly level?: Level;
  readonly redact?: { text(text: string): string; error(error: unknown): Error };
}

/** Longer text is cut: a log is no place for what has a length of its own. */
const LONGEST = 2000;
const LONGEST_STACK = 8000;

export function logger(options: LoggerOptions, always: LogFields = {}): Logger {
  const least = LEVELS.indexOf(options.level ?? 'info');
  const enabled = (level: Level): boolean => LEVELS.indexOf(level) >= least;
  const write = (level: Level, message: string, fields: LogFields = {}): void => {
    if (enabled(level)) options.sink(line(options, level, message, { ...always, ...fields }), level);
  };
  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
    with: (fields) => logger(options, { ...always, ...fields }),
    enabled,
  };
}

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => silentLogger,
  enabled: () => false,
};

function line({ clock, redact }: LoggerOptions, level: Level, message: string, fields: LogFields): string {
  // Hidden before it is cut: half a secret is not found any more.
  const say = (text: string, longest = LONGEST): string => cut(redact?.text(text) ?? text, longest);
  const result: Record<string, string | number | boolean> = {
    time: timeText(clock.now()),
    level,
    message: say(message),
  };
  for (const field of FIELDS) {
    const value = fields[field];
    if (value === undefined) continue;
    if (typeof value === 'string') result[field] = say(value);
    else if (typeof value === 'object') result[field] = `${value.epoch}.${value.n}`;
    else result[field] = typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  }
  if (fields.error !== undefined) {
    const error = redact === undefined ? asError(fields.error) : redact.error(fields.error);
    result['error'] = say(error.message);
    if (error instanceof EngineError) {
      result['code'] ??= error.code;
      if (error.hint !== undefined) result['hint'] ??= say(error.hint);
    }
    // A stack is for what is ours to mend; of the rest the code says enough.
    const bug = !(error instanceof EngineError) || error.disposition === 'bug';
    if (bug && error.stack !== undefined) result['stack'] = say(error.stack, LONGEST_STACK);
  }
  return JSON.stringify(result);
}

function timeText(ms: number): string {
  // A clock that jumped out of all bounds must not take the log with it.
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : `${ms} ms`;
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length} characters)`;
}

function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}
