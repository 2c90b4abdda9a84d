// Names of runs and of their documents. A run's id begins with its time, so that ids sort as the runs came; what it makes in the world
// is called after it. Its documents are named by the mirrored id, so that a listing in id order shows the newest first
// and a page of history never reads the whole of it.

import type { Random } from '../model/world.ts';

const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_DIGITS = 9; // until the year 3084
const RANDOM_DIGITS = 8;

const ID = new RegExp(`^[${DIGITS}]{${TIME_DIGITS + RANDOM_DIGITS}}$`);

export function runId(now: number, random: Random): string {
  let id = '';
  for (let rest = Math.max(0, Math.floor(now)), i = 0; i < TIME_DIGITS; i++, rest = Math.floor(rest / 32))
    id = DIGITS[rest % 32]! + id;
  for (let i = 0; i < RANDOM_DIGITS; i++) id += DIGITS[Math.floor(random() * 32)]!;
  return id;
}

export function isRunId(text: string): boolean {
  return ID.test(text);
}

/** Its own inverse. */
export function mirrored(id: string): string {
  let mirror = '';
  for (const digit of id) mirror += DIGITS[31 - DIGITS.indexOf(digit)]!;
  return mirror;
}

export function jobPrefix(run: string): string {
  return `of/${mirrored(run)}/`;
}

export function jobDocument(run: string, n: number): string {
  return `${jobPrefix(run)}${padded(n)}`;
}

export function logDocument(run: string, n: number): string {
  return `log/${mirrored(run)}/${padded(n)}`;
}

/** While a job runs on a service, this says which: an action has its service to itself. */
export function busyDocument(key: string): string {
  return `busy/${key}`;
}

/** A run that a robot moves now; few, so that every sweep may look at all. */
export function openDocument(run: string): string {
  return `open/${run}`;
}

/** In the order of time: the first documents of a listing are the next to be done. */
export function dueDocument(at: number, what: string): string {
  return `due/${String(Math.max(0, Math.ceil(at))).padStart(15, '0')}/${what}`;
}

export const DUE_PREFIX = 'due/';
export const OPEN_PREFIX = 'open/';

export interface Due {
  readonly at: number;
  readonly what: 'run' | 'tick' | 'call';
  /** Run, schedule, or run and attempt. */
  readonly subject: string;
}

export function parseDue(document: string): Due | undefined {
  const match = /^due\/(\d{15})\/(run|tick|call)\/(.+)$/.exec(document);
  if (match === null) return undefined;
  return { at: Number(match[1]), what: match[2] as Due['what'], subject: match[3]! };
}

function padded(n: number): string {
  return String(n).padStart(5, '0');
}
