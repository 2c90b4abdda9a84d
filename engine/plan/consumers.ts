// Who links to whom, backwards, over the declared services and the records of other blueprints. Built once, then kept up to
// date change by change.

import type { ServiceKey } from '../model/key.ts';
import type { DesiredService, ServiceLink } from '../model/service.ts';

type Linked = Pick<DesiredService, 'key' | 'links' | 'group'>;

export class Consumers {
  readonly #of = new Map<ServiceKey, Set<ServiceKey>>();

  add({ key, links }: Linked): void {
    for (const { to } of links) {
      const consumers = this.#of.get(to);
      if (consumers === undefined) this.#of.set(to, new Set([key]));
      else consumers.add(key);
    }
  }

  remove({ key, links }: Linked): void {
    for (const { to } of links) this.#of.get(to)?.delete(key);
  }

  /** Of a service, and of the group it is in. */
  *of(key: ServiceKey, group: ServiceKey | undefined): Iterable<ServiceKey> {
    const direct = this.#of.get(key);
    if (direct !== undefined) yield* direct;
    const byGroup = group === undefined ? undefined : this.#of.get(group);
    if (byGroup !== undefined) yield* byGroup;
  }
}

export function reaches(link: ServiceLink, key: ServiceKey, group: ServiceKey | undefined): boolean {
  return link.to === key || (group !== undefined && link.to === group);
}
