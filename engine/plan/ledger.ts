// The items of a plan in order, with the counts, sets and digests that a plan's end needs, so that one item more or less costs
// one item. Whether it was filled at once or item by item, it ends the same.

import { compareText } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Risk } from '../model/actor.ts';
import { digestDraft, sha256 } from './digest.ts';
import type { Draft } from './draft.ts';
import type { PlanItem, PlanSummary, PlanVerb } from './shape.ts';

/** An item with the draft it was made from. */
export interface Entry {
  readonly draft: Draft;
  readonly item: PlanItem;
}

const BUCKETS = 1024;

export class Ledger {
  readonly #entries = new Map<ServiceKey, Entry>();
  #items: PlanItem[] = [];
  readonly #verbs = new Map<PlanVerb, number>();
  readonly #risks: Record<Risk, number> = { safe: 0, disruptive: 0, destructive: 0 };
  #steps = 0;
  /** Declared services among the items. */
  #kept = 0;
  readonly #risky = new Set<ServiceKey>();
  readonly #refused = new Set<ServiceKey>();
  readonly #placements = new Map<ServiceKey, number>();
  readonly #buckets: (Map<ServiceKey, string> | undefined)[] = new Array<undefined>(BUCKETS).fill(undefined);
  readonly #digests: string[] = new Array<string>(BUCKETS).fill('');
  readonly #stale = new Set<number>();

  /** In the order of execution. A copy: plans do not change. */
  items(): readonly PlanItem[] {
    return this.#items.slice();
  }

  entry(key: ServiceKey): Entry | undefined {
    return this.#entries.get(key);
  }

  risky(): ReadonlySet<ServiceKey> {
    return this.#risky;
  }

  refused(): ReadonlySet<ServiceKey> {
    return this.#refused;
  }

  /** Producers of the placement links of what changes. */
  nodes(): ReadonlySet<ServiceKey> {
    return new Set(this.#placements.keys());
  }

  summary(declared: number): PlanSummary {
    const verbs: Partial<Record<PlanVerb, number>> = {};
    for (const [verb, count] of this.#verbs) if (count > 0) verbs[verb] = count;
    const waves = this.#items.at(-1)?.wave ?? 0;
    return { verbs, risks: { ...this.#risks }, steps: this.#steps, waves, unchanged: declared - this.#kept };
  }

  /** All at once. */
  fill(entries: readonly Entry[]): void {
    for (const entry of entries) this.#count(entry, 1);
    this.#items = entries.map(({ item }) => item).sort(compareItems);
  }

  /** What is gone, and what is new or different. */
  apply(gone: readonly ServiceKey[], come: readonly Entry[]): void {
    const before = [...gone, ...come.map(({ item }) => item.key)];
    const many = before.length > 500;
    for (const key of before) {
      const entry = this.#entries.get(key);
      if (entry === undefined) continue;
      if (!many) this.#items.splice(placeOf(entry.item, this.#items), 1);
      this.#count(entry, -1);
    }
    for (const entry of come) {
      if (!many) this.#items.splice(placeOf(entry.item, this.#items), 0, entry.item);
      this.#count(entry, 1);
    }
    if (many) this.#items = Array.from(this.#entries.values(), ({ item }) => item).sort(compareItems);
  }

  /** Of all items, with their place in the order; buckets by key keep one change cheap. */
  digest(): string {
    for (const index of this.#stale) {
      const bucket = this.#buckets[index];
      this.#digests[index] =
        bucket === undefined || bucket.size === 0
          ? ''
          : sha256(
              [...bucket]
                .map((line) => line.join(' '))
                .sort()
                .join('\n'),
            );
    }
    this.#stale.clear();
    return sha256(this.#digests.join('\n'));
  }

  #count({ draft, item }: Entry, sign: 1 | -1): void {
    const { key } = item;
    this.#verbs.set(item.verb, (this.#verbs.get(item.verb) ?? 0) + sign);
    this.#steps += sign * item.steps.length;
    for (const { risk } of item.steps) this.#risks[risk] += sign;
    if (draft.direction === 'forward') this.#kept += sign;
    mark(this.#risky, key, sign > 0 && item.risk !== 'safe');
    mark(this.#refused, key, sign > 0 && draft.refused);
    if (item.steps.length > 0) {
      for (const { type, to } of draft.links) if (type === 'placement') this.#place(to, sign);
      for (const { type, to } of draft.oldLinks) if (type === 'placement') this.#place(to, sign);
    }
    const index = bucketOf(key);
    this.#stale.add(index);
    if (sign > 0) {
      this.#entries.set(key, { draft, item });
      (this.#buckets[index] ??= new Map()).set(key, `${item.wave} ${item.after.join(',')} ${digestDraft(draft)}`);
    } else {
      this.#entries.delete(key);
      this.#buckets[index]?.delete(key);
    }
  }

  #place(node: ServiceKey, sign: 1 | -1): void {
    const count = (this.#placements.get(node) ?? 0) + sign;
    if (count === 0) this.#placements.delete(node);
    else this.#placements.set(node, count);
  }
}

function mark(set: Set<ServiceKey>, key: ServiceKey, member: boolean): void {
  if (member) set.add(key);
  else set.delete(key);
}

function compareItems(a: PlanItem, b: PlanItem): number {
  return a.wave - b.wave || compareText(a.key, b.key);
}

/** Where an item stands in a sorted list, or would stand. */
function placeOf(item: PlanItem, items: readonly PlanItem[]): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareItems(items[middle]!, item) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function bucketOf(key: ServiceKey): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % BUCKETS;
}
