// Drift gathered by top-level field, which is how a driver takes a change and how a schema says what a change means.
// One field is one step, so that its why names it. What can never be changed in place is told apart here, once,
// because a kind that holds data must refuse it and never make itself again.

import type { Why } from './actor.ts';
import { driftOf, sayValue, whyDrift, type FieldDrift } from './drift.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { ChangeClass, KindSchema } from './schema.ts';
import { formatMeasure } from './units.ts';

export interface ChangedField {
  readonly field: string;
  readonly change: ChangeClass;
  /** Names the first difference; its text names all of them. */
  readonly why: Why;
  readonly drift: readonly FieldDrift[];
}

/** The changed fields in the order of the schema. */
export function changedFields(
  schema: KindSchema,
  want: JsonObject,
  config: JsonObject | undefined,
): readonly ChangedField[] {
  const fields = new Map<string, FieldDrift[]>();
  for (const drift of driftOf(schema, want, config)) {
    const field = /^[^.[]+/.exec(drift.field)?.[0] ?? drift.field;
    const known = fields.get(field);
    if (known === undefined) fields.set(field, [drift]);
    else known.push(drift);
  }
  return [...fields].map(([field, drift]) => {
    const first = whyDrift(drift[0]!); // a field is in the map because it has drift
    const text = drift.map((entry) => sayDrift(entry, schema)).join('; ');
    return { field, change: drift[0]!.change, why: { ...first, text }, drift };
  });
}

/** Bytes and milliseconds as people write them. */
function sayDrift(drift: FieldDrift, schema: KindSchema): string {
  const measure = schema.properties[drift.field]?.format;
  if (measure !== 'size' && measure !== 'duration') return whyDrift(drift).text;
  const say = (value: JsonValue | undefined): string =>
    typeof value === 'number' ? formatMeasure(measure, value) : sayValue(value);
  return `${drift.field}: ${say(drift.have)} → ${say(drift.want)}`;
}

/** Changes that a kind which holds data cannot make: class `refused` or `replace`, and `grow` downwards. */
export function isRefused(changed: ChangedField): boolean {
  if (changed.change === 'refused' || changed.change === 'replace') return true;
  const { have, want } = changed.why;
  return changed.change === 'grow' && typeof have === 'number' && typeof want === 'number' && want < have;
}

export function refusedFields(schema: KindSchema, want: JsonObject, config: JsonObject | undefined): readonly Why[] {
  return changedFields(schema, want, config)
    .filter(isRefused)
    .map(({ why, change }) => ({
      ...why,
      text: `${why.text} (${change === 'grow' ? 'it can only grow' : 'it cannot be changed once made'})`,
    }));
}

/** One why for a step that takes several changed fields (at least one): it names the first, its text all of them. */
export function oneWhy(changes: readonly ChangedField[]): Why {
  return { ...changes[0]!.why, text: changes.map((each) => each.why.text).join('; ') };
}

/** The wanted settings of the changed fields: what a driver is asked to change. */
export function wantedOf(settings: JsonObject, changes: readonly ChangedField[]): JsonObject {
  return Object.fromEntries(changes.map(({ field }) => [field, settings[field]]));
}
