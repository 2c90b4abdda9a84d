// What was asked for beside a blueprint and would be undone by its next apply: fields that were set, services that were stopped or
// started. A blueprint is whole, so an apply takes them back; who reads the plan is told first, and the log keeps it. A pause is no
// wish about the thing and stays.

import { jsonEqual, type JsonValue } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { DesiredState } from '../model/service.ts';
import type { PlanItem } from '../plan/index.ts';
import { baseOf } from '../plan/rename.ts';
import type { Store } from '../store/port.ts';
import type { Author, Overlay } from '../store/records.ts';
import type { Change } from './change.ts';
import { desiredOf } from './desired.ts';
import { headOf, revisionAt } from './find.ts';
import { commonFieldOf, fieldOf, REPLICAS } from './fields.ts';
import { everyDocument } from './state.ts';

export interface OverlayEntry {
  /** A service or a group of replicas. */
  readonly key: ServiceKey;
  /** Path of a field; `running` and `replicas` too. */
  readonly field: string;
  readonly value: JsonValue;
  readonly by: Author;
  readonly at: number;
}

/** `would undo: replicas 5 → 3 (who, when)`. */
export interface WouldUndo extends OverlayEntry {
  /** What the apply makes of it; undefined when the service goes. */
  readonly want: JsonValue | undefined;
}

/** What is set by hand on the services of a blueprint, in key order. */
export async function overlaysOf(store: Store, blueprint: string): Promise<readonly OverlayEntry[]> {
  const head = await headOf(store, blueprint);
  const { services, groups } = desiredOf(await revisionAt(store, blueprint, head.revision));
  const entries: OverlayEntry[] = [];
  for await (const { value } of everyDocument<Overlay>(store, 'overlay'))
    if (services.has(value.key) || groups.has(value.key)) entries.push(...entriesOf(value));
  return entries;
}

export function entriesOf({ key, set, running }: Overlay): readonly OverlayEntry[] {
  const entries = Object.entries(set).map(([field, { value, by, at }]): OverlayEntry => ({
    key,
    field,
    value,
    by,
    at,
  }));
  return running === null ? entries : [...entries, { key, field: 'running', ...running }];
}

/** Those that an apply of this state changes: what the author took over into the blueprint is kept. */
export function wouldUndo(entries: readonly OverlayEntry[], desired: DesiredState): readonly WouldUndo[] {
  return entries.flatMap((entry) => {
    const want = wanted(entry, desired);
    return jsonEqual(entry.value, want) ? [] : [{ ...entry, want }];
  });
}

function wanted({ key, field }: OverlayEntry, { services, groups }: DesiredState): JsonValue | undefined {
  const members = groups.get(key) ?? (services.has(key) ? [key] : []);
  if (field === REPLICAS) return members.length;
  const first = services.get(members[0] ?? key);
  if (first === undefined) return undefined;
  const common = commonFieldOf(field);
  return common === undefined ? fieldOf(first.spec, field) : first.common[common];
}

/** Takes the records of set fields away, also of what leaves or is renamed; a pause stays. */
export async function undoOverlays(
  draft: Change,
  desired: DesiredState,
  items: readonly Pick<PlanItem, 'key' | 'from'>[],
  author: Author,
): Promise<readonly WouldUndo[]> {
  const touched = new Set(items.flatMap(({ key, from }) => [key, from ?? key]));
  for (const key of [...touched]) touched.add(baseOf(key) ?? key);
  const renamed = new Map(items.flatMap(({ key, from }) => (from === undefined ? [] : [[from, key] as const])));
  const undone: WouldUndo[] = [];
  for await (const { id, version, value } of everyDocument<Overlay>(draft.store, 'overlay')) {
    const { key: before, paused } = value;
    if (!desired.services.has(before) && !desired.groups.has(before) && !touched.has(before)) continue;
    const entries = entriesOf(value);
    if (entries.length === 0) continue;
    const key = renamed.get(before) ?? before;
    draft.expect('overlay', id, version);
    draft.remove('overlay', id);
    draft.remove('overlay', key);
    if (paused !== null) draft.put('overlay', key, { key, set: {}, running: null, paused } satisfies Overlay);
    const lost = wouldUndo(
      entries.map((entry) => ({ ...entry, key })),
      desired,
    );
    for (const { field, value: have, want, by } of lost)
      draft.say('undone', { field, have, want: want ?? null, setBy: by.name, by: author.name }, key);
    undone.push(...lost);
  }
  return undone;
}
