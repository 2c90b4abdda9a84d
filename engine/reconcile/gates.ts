// Who waits for whom. A producer gates the making of its consumer until it has come as far as the link asks; a consumer
// gates the going of its producer until it is gone itself.

import type { Status } from '../model/actor.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Milestone, ServiceLink } from '../model/service.ts';

/** What is known of a producer: what its last pass came to, and what was seen. */
export interface Producer {
  readonly converged: boolean;
  readonly status: Status | undefined;
}

const ORDER: readonly Milestone[] = ['exists', 'started', 'ready', 'done'];

/** A kind that reports no milestone has none beyond being there: converged is ready then. */
export function hasReached({ converged, status }: Producer, until: Milestone): boolean {
  if (status === undefined || status.presence !== 'present') return false;
  const reached = status.milestone ?? (converged ? 'ready' : 'exists');
  if (ORDER.indexOf(reached) < ORDER.indexOf(until)) return false;
  return until === 'exists' || until === 'started' || (converged && status.health !== 'error');
}

/** Unknown producers are not there: the blueprint reader refused links to nothing, so they are still to come. */
export function producersNotReady(
  links: readonly ServiceLink[],
  producer: (key: ServiceKey) => Producer | undefined,
  ready: ReadonlySet<ServiceKey> = new Set(),
): readonly ServiceKey[] {
  const missing = new Set<ServiceKey>();
  for (const { to, until } of links) {
    if (ready.has(to)) continue;
    const known = producer(to);
    if (known === undefined || !hasReached(known, until)) missing.add(to);
  }
  return [...missing];
}

export function consumersOf(
  services: Iterable<{ readonly key: ServiceKey; readonly links: readonly ServiceLink[] }>,
): ReadonlyMap<ServiceKey, readonly ServiceKey[]> {
  const consumers = new Map<ServiceKey, ServiceKey[]>();
  for (const { key, links } of services) {
    for (const to of new Set(links.map((link) => link.to))) {
      const list = consumers.get(to);
      if (list === undefined) consumers.set(to, [key]);
      else list.push(key);
    }
  }
  return consumers;
}
