// What a grid holds, read from its store: the planner's second argument, and the view of one service that a pass or a person
// asks for, so that the plan, the loop and `status` see the same wish.

import type { ServiceKey } from '../model/key.ts';
import type { GridState, Observed, RevisionRecord, ServiceRecord, Tombstone } from '../model/service.ts';
import type { Document, Store } from '../store/port.ts';
import type {
  BlueprintHead,
  Overlay,
  Revision,
  StoredObserved,
  StoredService,
  StoredTombstone,
} from '../store/records.ts';

const PAGE = 5_000;

/** Every document of a collection, in pages, so that no answer is larger than a page. */
export async function* everyDocument<Value>(
  store: Store,
  collection: Parameters<Store['list']>[0],
  prefix?: string,
): AsyncGenerator<Document & { readonly value: Value }> {
  for (let after: string | undefined; ;) {
    const page = await store.list(collection, {
      limit: PAGE,
      ...(prefix !== undefined && { prefix }),
      ...(after !== undefined && { after }),
    });
    for (const document of page) yield document as unknown as Document & { readonly value: Value };
    after = page.at(-1)?.id;
    if (page.length < PAGE || after === undefined) return;
  }
}

/** As the planner knows it. What was set by hand stands in the spec already; a pause that has ended is none. */
export function overlaid(service: StoredService, overlay: Overlay | undefined, now = 0): ServiceRecord {
  const { filled: _filled, generation, ...rest } = service;
  const paused = service.common.paused || isPaused(overlay, now);
  return { ...rest, generation: generation.n, common: { ...service.common, paused } };
}

export function isPaused(overlay: Overlay | undefined, now: number): boolean {
  const held = overlay?.paused;
  return held !== null && held !== undefined && (held.until === null || held.until > now);
}

export async function readGrid(store: Store): Promise<GridState> {
  const now = await store.now();
  const revisions = new Map<string, RevisionRecord>();
  for await (const { value } of everyDocument<BlueprintHead>(store, 'blueprint')) {
    const revision = await store.get('revision', revisionId(value.blueprint, value.revision));
    const { params, choices } = (revision?.value ?? { params: {}, choices: {} }) as unknown as Pick<
      Revision,
      'params' | 'choices'
    >;
    revisions.set(value.blueprint, { blueprint: value.blueprint, number: value.revision, params, choices });
  }
  const overlays = new Map<string, Overlay>();
  for await (const { id, value } of everyDocument<Overlay>(store, 'overlay')) overlays.set(id, value);
  const records = new Map<ServiceKey, ServiceRecord>();
  for await (const { id, value } of everyDocument<StoredService>(store, 'service'))
    records.set(value.key, overlaid(value, overlays.get(id), now));
  const tombstones = new Map<ServiceKey, Tombstone>();
  for await (const { value } of everyDocument<StoredTombstone>(store, 'tombstone')) {
    tombstones.set(value.key, {
      key: value.key,
      uid: value.uid,
      record: overlaid(value.record, undefined, now),
      state: value.state,
      ...(value.until !== null && { until: value.until }),
    });
  }
  const observed = new Map<ServiceKey, Observed>();
  for await (const { value } of everyDocument<StoredObserved>(store, 'observed'))
    observed.set(value.key, { key: value.key, status: value.status, seenAt: value.seenAt });
  const secrets = new Set<string>();
  for await (const { id } of everyDocument(store, 'secret')) secrets.add(id);
  return { revisions, records, tombstones, observed, secrets };
}

/** Sorts as text in the order of the numbers. */
export function revisionId(blueprint: string, number: number): string {
  return `${blueprint}@${String(number).padStart(8, '0')}`;
}
