// What a plan costs those who live with it: who is interrupted, who depends on them, which data is at stake, and what a
// person must say yes to.

import { compareText } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Entry, Ledger } from './ledger.ts';
import type { BlastRadius, Consent, KeyList } from './shape.ts';

const SHOWN = 100;

/** In the order of execution. */
export function consentsOf(ledger: Ledger): readonly Consent[] {
  return riskyEntries(ledger).flatMap(({ draft, item }) => {
    const asked = item.steps.filter(({ consent }) => consent === 'needed');
    return asked.map(({ op, why }) => ({
      key: item.key,
      op,
      reason: why.text,
      ...(draft.uid !== undefined && { uid: draft.uid }),
    }));
  });
}

function riskyEntries(ledger: Ledger): readonly Entry[] {
  const entries: Entry[] = [];
  for (const key of ledger.risky()) {
    const entry = ledger.entry(key);
    if (entry?.item.risk === 'destructive') entries.push(entry);
  }
  return entries.sort((a, b) => a.item.wave - b.item.wave || compareText(a.item.key, b.item.key));
}

/** `consumersOf` gives who links to a key, of all blueprints. */
export function blastOf(ledger: Ledger, consumersOf: (key: ServiceKey) => Iterable<ServiceKey>): BlastRadius {
  const interrupted = ledger.risky();
  const data = new Set<ServiceKey>();
  const waiting: ServiceKey[] = [];
  for (const key of interrupted) {
    waiting.push(key);
    const entry = ledger.entry(key);
    if (entry?.item.risk === 'destructive' && entry.draft.holdsData) data.add(key);
    if (entry?.item.from !== undefined) waiting.push(entry.item.from); // who knows it by its former key
  }
  const reached = new Set<ServiceKey>(waiting);
  const consumers = new Set<ServiceKey>();
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    for (const consumer of consumersOf(key)) {
      if (reached.has(consumer)) continue;
      reached.add(consumer);
      consumers.add(consumer);
      waiting.push(consumer);
    }
  }
  return {
    interrupted: listOf(interrupted),
    consumers: listOf(consumers),
    data: listOf(data),
    nodes: listOf(ledger.nodes()),
  };
}

/** The first few in key order, without sorting the rest. */
function listOf(keys: ReadonlySet<ServiceKey>): KeyList {
  if (keys.size <= SHOWN) return { count: keys.size, first: [...keys].sort() };
  let first: ServiceKey[] = [];
  for (const key of keys) {
    first.push(key);
    if (first.length >= SHOWN * 20) first = first.sort().slice(0, SHOWN);
  }
  return { count: keys.size, first: first.sort().slice(0, SHOWN) };
}
