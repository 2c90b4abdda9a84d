// Links that name too few (rule 4): the only one there is becomes the parent, an `auto` link takes what the blueprint has or
// creates `auto_1`, `auto_2`, …, and several that would fit are an error that lists them. A stored choice is kept while it is valid.

import type { Place } from '../../model/diagnostic.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { kindOf, nameOf, scopedName, serviceKey, type ServiceKey } from '../../model/key.ts';
import type { ServiceLink } from '../../model/service.ts';
import { addToInstances, isLost, sortedMates, type Instance, type Resolving } from '../frame.ts';
import { edge, isOpen, rolesOf, type Linked } from './edges.ts';
import type { LinkPath } from './paths.ts';

/** Fills what is missing, or says so: parents, minimum, maximum. */
export function complete(
  instance: Instance,
  spec: JsonObject,
  path: LinkPath,
  keys: readonly ServiceKey[],
  at: Place,
  linked: Linked,
  resolving: Resolving,
  oneOfSeveral: boolean,
): void {
  const { rule } = path;
  const { report } = resolving;
  // Only a top-level field can be filled; a link inside a list item belongs to an item that somebody wrote.
  const fillable = path.path.length === (path.list ? 2 : 1);
  if (rule.placement === true || !fillable) return;
  const least = rule.parent === true ? (rule.optional === true && rule.auto !== true ? 0 : 1) : (rule.min ?? 0);
  const most = rule.parent === true ? 1 : (rule.max ?? (path.list ? 0 : 1));
  if (most > 0 && keys.length > most) {
    report.error(
      'LINK_TOO_MANY',
      at,
      `${instance.key}: "${path.argument}" names ${keys.length} services; at most ${most}`,
    );
    return;
  }
  if (keys.length === 0 && least === 0 && rule.auto !== true && oneOfSeveral) return;
  // One of several was named: the others stay empty.
  const alternatives = resolving.registry.actor(instance.actor)?.schema['x-oneOf'] ?? [];
  const isOneOfSeveral = alternatives.length > 1 && alternatives.includes(path.argument);
  const chosenInstead = alternatives.some((other) => other !== path.argument && spec[other] !== undefined);
  // Where none was, the missing choice between them has been told already.
  if (keys.length === 0 && isOneOfSeveral && (chosenInstead || rule.optional === true)) return;
  const implicit = keys.length === 0 && (rule.parent === true || rule.auto === true);
  const wanted = implicit || rule.auto === true ? Math.max(least - keys.length, 0) : 0;
  if (keys.length >= least && !(implicit && rule.parent === true)) return;
  const role = rolesOf(rule)[0] ?? '';
  if (wanted === 0 && !(implicit && rule.parent === true)) {
    report.error(
      'LINK_MISSING',
      at,
      `${instance.key}: "${path.argument}" needs at least ${least} ${role}, found ${keys.length}`,
      `name ${least === 1 ? 'one' : 'them'}: ${path.argument}: ${path.list ? '[NAME]' : 'NAME'}`,
    );
    return;
  }
  const chosen = choose(instance, path, role, keys, Math.max(wanted, 1), at, resolving);
  if (chosen === undefined) return;
  for (const { key, how } of chosen.picks) linked.links.push(edge(path, key, `/${path.argument}`, how));
  linked.made.push(...chosen.made);
  if (chosen.picks.length > 0) {
    const names = chosen.picks.map(({ key }) => (isOpen(rule) ? key : nameOf(key)));
    const target = spec as Record<string, JsonValue>;
    const before = target[path.argument];
    target[path.argument] = path.list
      ? [...(Array.isArray(before) ? (before as JsonValue[]) : []), ...names]
      : names[0]!;
    resolving.choices.set(
      `${instance.key}#${path.argument}`,
      chosen.picks.map(({ key }) => key),
    );
  }
}

interface Chosen {
  readonly picks: readonly { readonly key: ServiceKey; readonly how: NonNullable<ServiceLink['chosen']> }[];
  readonly made: Instance[];
}

function choose(
  instance: Instance,
  path: LinkPath,
  role: string,
  named: readonly ServiceKey[],
  count: number,
  at: Place,
  resolving: Resolving,
): Chosen | undefined {
  const { rule } = path;
  const mates = sortedMates(resolving, role, instance.frame.scope);
  const taken = new Set<ServiceKey>([instance.key, ...named]);
  const isMate = (key: ServiceKey): boolean =>
    !taken.has(key) &&
    resolving.instances.get(key)?.kind === role &&
    resolving.instances.get(key)?.frame.scope === instance.frame.scope;
  const stored = resolving.grid.revisions.get(resolving.blueprint)?.choices[`${instance.key}#${path.argument}`];
  // A stored choice that was made by us is made again if nobody declares it.
  if (stored !== undefined && stored.length === count) {
    const valid = stored.every((key) => isMate(key) || (rule.auto === true && isAutoName(key)));
    if (valid) {
      const made = stored.filter((key) => !isMate(key)).map((key) => makeAuto(key, instance, resolving));
      return { picks: stored.map((key) => ({ key, how: 'stored' })), made };
    }
  }
  // Ten thousand blocks that ask among ten thousand must not look at all of them.
  const candidates: ServiceKey[] = [];
  for (const key of mates) {
    if (candidates.length > Math.max(count, 12)) break;
    if (!taken.has(key)) candidates.push(key);
  }
  if (candidates.length > count) {
    const fit =
      mates.length -
      [...taken].filter(
        (key) =>
          resolving.instances.get(key)?.kind === role &&
          resolving.instances.get(key)?.frame.scope === instance.frame.scope,
      ).length;
    const list = candidates.slice(0, 12).map(nameOf).join(', ');
    resolving.report.error(
      'LINK_AMBIGUOUS',
      at,
      `${instance.key}: "${path.argument}" names no ${role} and ${fit} would fit: ${list}${fit > 12 ? ', …' : ''}`,
      `name one: ${path.argument}: ${nameOf(candidates[0]!)}`,
    );
    return undefined;
  }
  const picks: Chosen['picks'][number][] = candidates.map((key) => ({ key, how: 'implicit' }));
  if (picks.length < count && rule.auto !== true) {
    if (rule.optional === true) return { picks, made: [] };
    if (isLost(instance.frame, role)) return undefined;
    resolving.report.error(
      'LINK_MISSING',
      at,
      `${instance.key}: "${path.argument}" needs a ${role} and this blueprint has none`,
      `declare one, ${role}__main:, or name another blueprint's: ${path.argument}: NAME`,
    );
    return undefined;
  }
  const made: Instance[] = [];
  for (let number = 1; picks.length < count; number++) {
    const key = serviceKey(role, scopedName(instance.frame.scope, `auto_${number}`));
    if (
      resolving.instances.has(key) ||
      (resolving.grid.records.get(key)?.blueprint !== undefined &&
        resolving.grid.records.get(key)?.blueprint !== resolving.blueprint)
    )
      continue;
    made.push(makeAuto(key, instance, resolving));
    picks.push({ key, how: 'auto' });
  }
  return { picks, made };
}

function isAutoName(key: ServiceKey): boolean {
  return /(^|\.)auto_\d+$/.test(nameOf(key));
}

function makeAuto(key: ServiceKey, forWhom: Instance, resolving: Resolving): Instance {
  const instance: Instance = {
    key,
    kind: kindOf(key),
    actor: kindOf(key),
    baseName: nameOf(key).slice(forWhom.frame.scope === '' ? 0 : forWhom.frame.scope.length + 1),
    frame: forWhom.frame,
    file: forWhom.file,
    keyNode: forWhom.keyNode,
    body: undefined,
    each: undefined,
    replica: undefined,
    auto: true,
  };
  addToInstances(resolving, instance);
  return instance;
}
