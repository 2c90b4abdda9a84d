// What became of a blueprint or a service: its revisions, newest first, what each changed against the one before, and what the log
// still knows of one service. Secrets and later values appear as a plan would show them.

import { jsonEqual, type JsonObject, type JsonValue } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { DesiredService } from '../model/service.ts';
import { differences, type Difference } from '../plan/structural.ts';
import type { Store } from '../store/port.ts';
import type { Author, Revision } from '../store/records.ts';
import { find, headOf, parseRevision, revisionAt } from './find.ts';
import { sayEntry } from './say-entry.ts';

export interface RevisionLine {
  readonly revision: number;
  readonly at: number;
  readonly by: Author;
  readonly cause: string;
  readonly services: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** It is what stands now. */
  readonly current: boolean;
  /** Somebody rolled back from it. */
  readonly rejected: boolean;
  /** Of the current one: the revision that a rollback took. */
  readonly pinnedTo?: number;
}

const PAGE = 20;

/** Newest first; `before` goes on where the last page ended. */
export async function historyOf(
  store: Store,
  order: { readonly blueprint: string; readonly limit?: number; readonly before?: number },
): Promise<readonly RevisionLine[]> {
  const { blueprint, limit = PAGE } = order;
  const head = await headOf(store, blueprint);
  const newest = Math.min(head.revision, (order.before ?? Infinity) - 1);
  const lines: RevisionLine[] = [];
  let next = newest > 0 ? await revisionAt(store, blueprint, newest) : undefined;
  while (next !== undefined && lines.length < limit) {
    const one: Revision = next;
    const { number } = one;
    next = number > 1 ? await revisionAt(store, blueprint, number - 1) : undefined;
    const { added, changed, removed } = keysBetween(next?.services ?? [], one.services);
    const current = number === head.revision;
    lines.push({
      revision: number,
      at: one.at,
      by: one.author,
      cause: one.cause,
      services: one.services.length,
      added: added.length,
      changed: changed.length,
      removed: removed.length,
      current,
      rejected: head.pinned?.rejected === number,
      ...(current && head.pinned !== null && { pinnedTo: head.pinned.revision }),
    });
  }
  return lines;
}

export interface ServiceEvent {
  readonly id: string;
  readonly at: number;
  readonly type: string;
  readonly text: string;
  readonly body: JsonValue;
}

/** What the log knows of a service, newest first; of a group, of all its replicas. `after`: the id the last page ended with. */
export async function historyOfService(
  store: Store,
  order: { readonly name: string; readonly limit?: number; readonly after?: string },
): Promise<readonly ServiceEvent[]> {
  const { name, limit = PAGE, after } = order;
  const { services, tombstones } = await find(store, name);
  const keys = new Set([...services, ...tombstones].map(({ key }) => key));
  const pages = await Promise.all(
    [...keys].map((about) => store.log({ about, newestFirst: true, limit, ...(after !== undefined && { after }) })),
  );
  const all = pages.flat().sort((a, b) => (a.id < b.id ? 1 : -1));
  return all.slice(0, limit).map((entry) => ({
    id: entry.id,
    at: entry.at,
    type: entry.type,
    text: sayEntry(entry),
    body: entry.body,
  }));
}

export interface RevisionDiff {
  readonly from: string;
  readonly to: string;
  readonly added: readonly ServiceKey[];
  readonly removed: readonly ServiceKey[];
  readonly renamed: readonly { readonly from: ServiceKey; readonly to: ServiceKey }[];
  readonly changed: readonly {
    readonly key: ServiceKey;
    readonly changes: readonly Difference[];
    readonly more: number;
  }[];
  readonly params: readonly Difference[];
}

/** `shop@3` and `shop@5`; one revision alone is compared with the one before it. */
export async function diffRevisions(store: Store, from: string, to?: string): Promise<RevisionDiff> {
  const newer = await named(store, to ?? from);
  const older = to === undefined ? await previous(store, newer) : await named(store, from);
  const { added, removed, renamed, changed } = keysBetween(older?.services ?? [], newer.services);
  return {
    from: older === undefined ? `${newer.blueprint}@0` : `${older.blueprint}@${older.number}`,
    to: `${newer.blueprint}@${newer.number}`,
    added,
    removed,
    renamed,
    changed: changed.map(([before, after]) => ({ key: after.key, ...changesOf(before, after) })),
    params: differences('params', values(older), values(newer)).list,
  };
}

async function named(store: Store, text: string): Promise<Revision> {
  const { blueprint, number } = parseRevision(text);
  return await revisionAt(store, blueprint, number ?? (await headOf(store, blueprint)).revision);
}

async function previous(store: Store, { blueprint, number }: Revision): Promise<Revision | undefined> {
  return number > 1 ? await revisionAt(store, blueprint, number - 1) : undefined;
}

function keysBetween(before: readonly DesiredService[], after: readonly DesiredService[]) {
  const old = new Map(before.map((service) => [service.key, service]));
  const now = new Map(after.map((service) => [service.key, service]));
  const renamed: { from: ServiceKey; to: ServiceKey }[] = [];
  const added: ServiceKey[] = [];
  const changed: (readonly [DesiredService, DesiredService])[] = [];
  for (const service of after) {
    const { was } = service.common;
    const source = old.get(service.key);
    const former = source === undefined && was !== undefined && !now.has(was) ? old.get(was) : undefined;
    if (former !== undefined) renamed.push({ from: former.key, to: service.key });
    else if (source === undefined) added.push(service.key);
    const compared = source ?? former;
    if (compared !== undefined && compared.hash !== service.hash) changed.push([compared, service]);
  }
  const taken = new Set(renamed.map(({ from }) => from));
  const removed = before.filter(({ key }) => !now.has(key) && !taken.has(key)).map(({ key }) => key);
  return { added, removed, renamed, changed };
}

function changesOf(before: DesiredService, after: DesiredService): { changes: readonly Difference[]; more: number } {
  const changes: Difference[] = [];
  let more = 0;
  const [have, want] = [flat(before), flat(after)];
  for (const field of new Set([...Object.keys(have), ...Object.keys(want)])) {
    if (jsonEqual(have[field], want[field])) continue;
    const found = differences(field, have[field], want[field]);
    changes.push(...found.list);
    more += found.more;
  }
  return { changes, more };
}

/** The fields of the kind and those of every kind, as an author writes them. */
function flat({ actor, spec, common }: DesiredService): JsonObject {
  const { was: _was, retainMs: retain, ...rest } = common;
  return { ...spec, ...(rest as unknown as JsonObject), retain, actor }; // plain JSON by its type
}

function values(revision: Revision | undefined): JsonObject {
  return Object.fromEntries(Object.entries(revision?.params ?? {}).map(([name, { value }]) => [name, value]));
}
