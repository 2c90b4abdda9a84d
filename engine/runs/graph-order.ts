// Which services come before which, as far as a run must know: along the links, also through services that the run leaves alone,
// because a database two links below must still be ready when the site above it is worked on.

import { EngineError } from '../model/errors.ts';
import type { ServiceKey } from '../model/key.ts';
import type { ServiceLink } from '../model/service.ts';

/** A service as runs see it. */
export interface RunService {
  readonly key: ServiceKey;
  readonly uid: string;
  readonly actor: string;
  readonly blueprint: string;
  readonly links: readonly Pick<ServiceLink, 'to'>[];
  readonly group?: { readonly key: ServiceKey };
}

export interface RunServices {
  get(key: ServiceKey): RunService | undefined;
  /** Members of a group of replicas; undefined when it is none. */
  members(group: ServiceKey): readonly ServiceKey[] | undefined;
  /** Everything there is, in key order. */
  all(): Iterable<RunService>;
}

/** For each target the nearest targets it stands on, in key order. */
export function nearestProducers(
  targets: readonly ServiceKey[],
  services: RunServices,
): ReadonlyMap<ServiceKey, readonly ServiceKey[]> {
  const wanted = new Set(targets);
  const below = new Map<ServiceKey, ReadonlySet<ServiceKey>>();
  const open = new Set<ServiceKey>();

  // Iterative: a chain of ten thousand links is deeper than the stack.
  const visit = (start: ServiceKey): void => {
    const stack: { key: ServiceKey; producers: readonly ServiceKey[]; next: number }[] = [];
    const enter = (key: ServiceKey): void => {
      open.add(key);
      stack.push({ key, producers: producersOf(key, services), next: 0 });
    };
    enter(start);
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const producer = frame.producers[frame.next++];
      if (producer === undefined) {
        const nearest = new Set<ServiceKey>();
        for (const each of frame.producers) {
          if (wanted.has(each)) nearest.add(each);
          else for (const further of below.get(each) ?? []) nearest.add(further);
        }
        below.set(frame.key, nearest);
        open.delete(frame.key);
        stack.pop();
      } else if (open.has(producer)) {
        const path = stack.map(({ key }) => key);
        const circle = [...path.slice(path.indexOf(producer)), producer];
        throw new EngineError('CYCLE', `the links go in a circle: ${circle.join(' → ')}`, {
          hint: 'take one of these links out',
        });
      } else if (!below.has(producer)) {
        enter(producer);
      }
    }
  };
  for (const target of targets) if (!below.has(target)) visit(target);
  return new Map(targets.map((key) => [key, [...(below.get(key) ?? [])].sort()]));
}

function producersOf(key: ServiceKey, services: RunServices): readonly ServiceKey[] {
  const producers = new Set<ServiceKey>();
  for (const { to } of services.get(key)?.links ?? []) {
    const members = services.members(to);
    if (members === undefined) producers.add(to);
    else for (const member of members) producers.add(member);
  }
  producers.delete(key);
  return [...producers];
}
