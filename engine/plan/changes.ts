// The differences of one service: what was seen against what is wanted where the status tells, and the last revision
// against this one where only the record knows. The first is drift; the second is a setting nobody can observe.

import { driftOf, type FieldDrift } from '../model/drift.ts';
import { jsonEqual, type JsonObject } from '../model/json.ts';
import type { Registry } from '../model/registry.ts';
import type { ChangeClass, KindSchema } from '../model/schema.ts';
import type { CommonFields } from '../model/service.ts';
import type { Measure } from '../model/units.ts';
import { measureOf } from './measure.ts';
import { differences, type Difference } from './structural.ts';
import { masked } from './mask.ts';
import type { FieldChange } from './shape.ts';

export interface Changes {
  readonly list: readonly FieldChange[];
  readonly more: number;
  /** Top-level fields with drift, by class of change. */
  readonly fields: readonly { readonly field: string; readonly change: ChangeClass; readonly first: FieldChange }[];
}

export const NO_CHANGES: Changes = { list: [], more: 0, fields: [] };

export function changesOf(
  registry: Registry,
  schema: KindSchema,
  want: JsonObject,
  config: JsonObject | undefined,
  record: { readonly spec: JsonObject; readonly common: CommonFields } | undefined,
  common: CommonFields,
): Changes {
  const drift = config === undefined ? [] : driftOf(schema, want, config);
  if (drift.length === 0 && record === undefined) return NO_CHANGES;
  const drifted = new Map<string, FieldDrift>();
  for (const one of drift) {
    const field = topOf(one.field);
    if (!drifted.has(field)) drifted.set(field, one);
  }
  const collected: Collected = { list: [], more: 0, fields: [], measure: (path) => measureOf(registry, schema, path) };
  for (const field of Object.keys(schema.properties)) {
    const change = schema.properties[field]?.['x-change'] ?? 'replace';
    const one = drifted.get(field);
    if (one !== undefined) {
      collect(collected, field, change, 'observed', differences(field, config?.[field], want[field]), one);
    } else if (record !== undefined && config?.[field] === undefined && !jsonEqual(record.spec[field], want[field])) {
      collect(collected, field, change, 'record', differences(field, record.spec[field], want[field]), undefined);
    }
  }
  if (record !== undefined) commonChanges(record.common, common, collected);
  return collected;
}

interface Collected {
  readonly list: FieldChange[];
  more: number;
  readonly fields: { field: string; change: ChangeClass; first: FieldChange }[];
  readonly measure: (path: string) => Measure | undefined;
}

function collect(
  into: Collected,
  field: string,
  change: ChangeClass,
  source: FieldChange['source'],
  found: { readonly list: readonly Difference[]; readonly more: number },
  drift: FieldDrift | undefined,
): void {
  const list = found.list.map((difference): FieldChange => {
    const measure = field === 'retain' ? 'duration' : into.measure(difference.field);
    return { ...difference, change, source, ...(measure && { measure }) };
  });
  if (list.length === 0) {
    // The engine's comparison sees a difference where the structure shows none: the order of a list.
    if (drift === undefined) return;
    const have = drift.have === undefined ? undefined : masked(drift.have);
    const want = drift.want === undefined ? undefined : masked(drift.want);
    list.push({
      field: drift.field,
      sign: '~',
      ...(have !== undefined && { have }),
      ...(want !== undefined && { want }),
      change,
      source,
    });
  }
  into.list.push(...list);
  into.more += found.more;
  into.fields.push({ field, change, first: list[0]! });
}

function topOf(path: string): string {
  const end = path.search(/[.[]/);
  return end < 0 ? path : path.slice(0, end);
}

/** The fields of every kind that only the record keeps. `was` is a question, not a setting. */
function commonChanges(have: CommonFields, want: CommonFields, into: Collected): void {
  if (have === want) return;
  const fields = [
    ['labels', have.labels, want.labels],
    ['running', have.running, want.running],
    ['paused', have.paused, want.paused],
    ['protect', have.protect, want.protect],
    ['retain', have.retainMs, want.retainMs],
    ['heal', have.heal as JsonObject, want.heal as JsonObject], // a map of numbers and words: JSON
  ] as const;
  for (const [field, before, after] of fields) {
    if (!jsonEqual(before, after)) collect(into, field, 'live', 'record', differences(field, before, after), undefined);
  }
}
