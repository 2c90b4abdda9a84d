// Cycles among services, each shown as a path. Links, `after` and `status` references are edges alike: whatever must be ready
// first. Iterative, because a chain of 100,000 services is allowed and must not exhaust the stack.

import type { ServiceKey } from '../../model/key.ts';

/** Every cycle once, beginning at its smallest key; bounded, since a dense knot has exponentially many. */
export function findCycles(
  edges: ReadonlyMap<ServiceKey, readonly ServiceKey[]>,
  most = 20,
): readonly (readonly ServiceKey[])[] {
  const state = new Map<ServiceKey, 'open' | 'done'>();
  const cycles: ServiceKey[][] = [];
  for (const root of edges.keys()) {
    if (state.has(root)) continue;
    const path: ServiceKey[] = [root];
    const next: number[] = [0];
    state.set(root, 'open');
    while (path.length > 0) {
      const at = path.at(-1)!;
      const targets = edges.get(at) ?? [];
      const i = next[next.length - 1]!;
      if (i >= targets.length) {
        state.set(at, 'done');
        path.pop();
        next.pop();
        continue;
      }
      next[next.length - 1] = i + 1;
      const target = targets[i]!;
      const seen = state.get(target);
      if (seen === 'open') {
        if (cycles.length < most) cycles.push(fromSmallest(path.slice(path.indexOf(target))));
      } else if (seen === undefined && edges.has(target)) {
        state.set(target, 'open');
        path.push(target);
        next.push(0);
      }
    }
  }
  return cycles;
}

function fromSmallest(cycle: ServiceKey[]): ServiceKey[] {
  const smallest = cycle.reduce((best, key, i) => (key < cycle[best]! ? i : best), 0);
  return [...cycle.slice(smallest), ...cycle.slice(0, smallest)];
}
