// "Did you mean" for names of services. A blueprint may hold fifty thousand names and as many mistakes: what is compared is bounded
// for one reading, and nothing is looked for once the report is full, so that a bad blueprint is refused as fast as a good one is read.

import { kindOf, NAME_PATTERN, nameOf, scopedName, serviceKey } from '../../model/key.ts';
import { nearest } from '../../model/nearest.ts';
import { lookUp, visibleNames, type Frame, type Instance, type Resolving } from '../frame.ts';

/** Names that one reading may look at; about a second's work. */
export const MOST_COMPARED = 1_000_000;

/** The nearest of some names of services, while it can be afforded. */
export function nearestName(resolving: Resolving, name: string, names: readonly string[]): string | undefined {
  if (!afford(resolving, names.length)) return undefined;
  return nearest(name, names) ?? names.find((each) => each.endsWith(`.${name}`));
}

function afford({ budget, report }: Resolving, cost: number): boolean {
  if (report.full || budget.left < cost) return false;
  budget.left -= cost;
  return true;
}

/** What to do about a name that is not there. */
export function unknownHint(
  resolving: Resolving,
  frame: Frame,
  role: string,
  name: string,
  say: (name: string) => string,
): string | undefined {
  if (resolving.report.full) return undefined;
  const like = nearestName(resolving, name, visibleNames(resolving, frame, role));
  if (like !== undefined) return `did you mean ${say(like)}?`;
  const removed = resolving.grid.records.get(serviceKey(role, scopedName(frame.scope, name)));
  if (removed !== undefined) return `it was part of ${removed.blueprint} and is no longer declared`;
  const other = resolving.registry
    .roles()
    .find((each) => each !== role && lookUp(resolving, frame, each, name) !== undefined);
  if (other !== undefined) return `there is ${other}/${name}: is this the right field?`;
  return NAME_PATTERN.test(name) ? `declare it: ${role}__${name}:` : undefined;
}

/** A name without its kind, where a key is wanted. */
export function suggestKey(name: string, { frame }: Instance, resolving: Resolving): string | undefined {
  if (resolving.report.full) return undefined;
  const role = resolving.registry.roles().find((each) => lookUp(resolving, frame, each, name) !== undefined);
  if (role !== undefined) return `did you mean ${role}/${name}?`;
  return `for example container/${NAME_PATTERN.test(name) ? name : 'web'}`;
}

/** Whether a key of the long form of `after` means this service: itself, its group, or its `each` block. */
export function meansKey(written: string, key: string): boolean {
  const [kind = '', name = ''] = written.split(/\/|__|!/, 2);
  const full = key as `${string}/${string}`;
  return (
    kindOf(full) === kind &&
    (nameOf(full) === name ||
      nameOf(full).endsWith(`.${name}`) ||
      nameOf(full).startsWith(`${name}.`) ||
      nameOf(full).startsWith(`${name}-`))
  );
}
