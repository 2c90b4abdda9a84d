// A log entry in words: what happened, without when and to what. Entries of a type unknown here are shown as they are.

import { isObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { sayValue } from '../model/drift.ts';
import type { LogEntry } from '../store/port.ts';

const SAYINGS: Readonly<Record<string, (body: JsonObject) => string>> = {
  decision: ({ decision, reason }) => `${text(decision)}: ${text(reason)}`,
  revision: ({ blueprint, revision, by, cause, changed }) =>
    `${text(blueprint)}@${text(revision)} by ${text(by)} (${text(cause)}), ${text(changed)} changed`,
  declared: ({ revision }) => `declared in revision ${text(revision)}`,
  changed: ({ revision }) => `changed in revision ${text(revision)}`,
  revived: () => 'its block is back',
  renamed: ({ from, to }) => `renamed from ${text(from)} to ${text(to)}`,
  retired: ({ by }) => `its block is gone (${text(by)}): retired`,
  deleted: ({ by, reason }) => `to be deleted by ${text(by)}${reason === undefined ? '' : `: ${text(reason)}`}`,
  gone: () => 'seen to be gone',
  forgotten: ({ by }) => `forgotten by ${text(by)}: it goes on unmanaged`,
  given: ({ from, to, by }) => `given from ${text(from)} to ${text(to)} by ${text(by)}`,
  set: ({ fields, by }) =>
    `${Object.entries(isObject(fields) ? fields : {})
      .map(([field, change]) => `${field}: ${sayChanged(change)}`)
      .join(', ')} set by ${text(by)}`,
  undone: ({ field, have, want, setBy, by }) =>
    `${text(field)}: ${sayValue(have)} → ${sayValue(want)}: ${text(by)} applied over what ${text(setBy)} had set`,
  consent: ({ op, reason, by }) => `${text(by)} agreed to ${text(op)}: ${text(reason)}`,
  retry: ({ by }) => `${text(by)} asked for another try`,
  adopt: ({ id, by }) => `${text(by)} said to adopt ${text(id)}`,
  paused: ({ by, reason }) => `paused by ${text(by)}: ${text(reason)}`,
  resumed: ({ by }) => `resumed by ${text(by)}`,
  value: ({ of, have, want }) => `the value ${text(of)} changed: ${sayValue(have)} → ${sayValue(want)}`,
};

export function sayEntry({ type, body }: LogEntry): string {
  const say = Object.hasOwn(SAYINGS, type) ? SAYINGS[type] : undefined;
  return say !== undefined && isObject(body) ? say(body) : `${type} ${JSON.stringify(body)}`;
}

function sayChanged(change: JsonValue | undefined): string {
  return isObject(change) ? `${sayValue(change['have'])} → ${sayValue(change['want'])}` : sayValue(change);
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
