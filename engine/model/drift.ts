// What differs between what is wanted and what is seen, field by field. This is the one comparison of the engine: a field
// without a wanted value is unmanaged and never drift; a value that is not known yet is not drift either.

import { isDeferred, isSecretValue } from './expression.ts';
import { isObject, jsonEqual, own, type JsonObject, type JsonValue } from './json.ts';
import type { ChangeClass, KindSchema } from './schema.ts';
import type { Why } from './actor.ts';

export interface FieldDrift {
  /** Dotted path: `env.LOG_LEVEL`, `mounts[0].at`. */
  readonly field: string;
  readonly have: JsonValue | undefined;
  readonly want: JsonValue | undefined;
  readonly change: ChangeClass;
  readonly secret?: boolean;
}

/**
 * Drift of a whole spec against the observed settings. Fields that the status does not report (`config` lacks them)
 * cannot be compared and are left out; `null` in the config says "seen, and not set".
 */
export function driftOf(schema: KindSchema, want: JsonObject, config: JsonObject | undefined): readonly FieldDrift[] {
  const drift: FieldDrift[] = [];
  for (const field of Object.keys(schema.properties)) {
    const wanted = want[field];
    if (wanted === undefined || config === undefined || config[field] === undefined) continue;
    compare(field, wanted, config[field], schema.properties[field]?.['x-change'] ?? 'replace', drift);
  }
  return drift;
}

function compare(
  field: string,
  want: JsonValue | undefined,
  have: JsonValue | undefined,
  change: ChangeClass,
  drift: FieldDrift[],
): void {
  if (want === undefined) return;
  if (isDeferred(want)) {
    if (have !== undefined && have !== null && !printDiffers(want, have)) return;
    drift.push({
      field,
      have: shown(have, want),
      want: shown(want, want),
      change,
      ...(isSecretValue(want) && { secret: true }),
    });
    return;
  }
  if (isObject(want) && isObject(have)) {
    for (const key of Object.keys(want)) compare(`${field}.${key}`, want[key], own(have, key), change, drift);
    for (const key of Object.keys(have)) {
      if (own(want, key) === undefined && have[key] !== undefined && have[key] !== null)
        drift.push({ field: `${field}.${key}`, have: readable(have[key]), want: undefined, change });
    }
    return;
  }
  if (Array.isArray(want) && Array.isArray(have) && want.length === have.length) {
    want.forEach((item, i) => compare(`${field}[${i}]`, item as JsonValue, have[i] as JsonValue, change, drift));
    return;
  }
  if (!jsonEqual(want, have))
    drift.push({ field, have: have === undefined ? undefined : readable(have), want: readable(want), change });
}

/** A secret is compared by its fingerprint, where both sides have one. */
function printDiffers(want: JsonValue, have: JsonValue): boolean {
  const print = isDeferred(want) ? want.$ays.print : undefined;
  const seen = isObject(have) ? have['$print'] : undefined;
  return print !== undefined && seen !== undefined && print !== seen;
}

function shown(value: JsonValue | undefined, want: JsonValue): JsonValue | undefined {
  if (isSecretValue(want)) return value === undefined || value === null ? undefined : '(secret)';
  return isDeferred(value) ? value.$ays.template : value;
}

/** A value as it may be shown: what is known later as its expression, a secret or its fingerprint as the word alone. */
export function readable(value: JsonValue): JsonValue {
  if (isDeferred(value)) return isSecretValue(value) ? '(secret)' : value.$ays.template;
  if (Array.isArray(value)) return value.map((item) => readable(item as JsonValue));
  if (!isObject(value)) return value;
  if (value['$print'] !== undefined) return '(secret)';
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, item === undefined ? undefined : readable(item)]),
  );
}

/** The why of a drifted field. */
export function whyDrift(drift: FieldDrift): Why {
  return why(
    drift.field,
    drift.have,
    drift.want,
    drift.secret === true ? `${drift.field}: the secret differs` : undefined,
  );
}

export function why(field: string, have: JsonValue | undefined, want: JsonValue | undefined, text?: string): Why {
  return { field, have, want, text: text ?? `${field}: ${sayValue(have)} → ${sayValue(want)}` };
}

/** A value in one line for people; long ones are cut in the middle. */
export function sayValue(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '(none)';
  if (isDeferred(value)) return isSecretValue(value) ? '(secret)' : value.$ays.template;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 40)}…${text.slice(-15)}`;
}
