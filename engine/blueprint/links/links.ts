// Links become edges (rules 3, 4, 15, 18, 19). A name is looked up in its scope, then unscoped; a group of replicas means all of
// them, or the one of the same number where the schema pairs; a parent or `auto` link that names nothing takes what the
// blueprint has, or makes it. What was chosen is recorded and kept while it stays valid.

import type { Place } from '../../model/diagnostic.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { kindOf, nameOf, parseKey, scopedName, serviceKey, type ServiceKey } from '../../model/key.ts';
import { nearest } from '../../model/nearest.ts';
import { clip, place } from '../sources/draft.ts';
import { isLost, lookUp, type Found, type Instance, type Resolving } from '../frame.ts';
import { complete } from './chosen.ts';
import { edge, isOpen, rolesOf, type Linked } from './edges.ts';
import { linkValues, markedFields, type LinkPath } from './paths.ts';
import { suggestKey, unknownHint } from './suggest.ts';
import { ScalarNode, type Node } from '../tree.ts';

/** Resolves the links of one shaped spec; puts full names into it. `locate` gives the place of a pointer. */
export function resolveLinks(
  instance: Instance,
  spec: JsonObject,
  paths: readonly LinkPath[],
  locate: (pointer: string) => Place,
  resolving: Resolving,
): Linked {
  const linked: Linked = { links: [], made: [], bad: [] };
  const parents = paths.filter(({ rule }) => rule.parent === true).length;
  for (const path of paths) {
    const values = linkValues(spec, path);
    const keys: ServiceKey[] = [];
    let broken = false;
    // A name in a list may become several: the list is rebuilt from the end so that slots stay true.
    for (const each of [...values].reverse()) {
      const found = resolveOne(instance, each.value, path, locate(each.pointer), resolving);
      if (found === undefined) {
        broken = true;
        continue;
      }
      const full = found.keys.map((key) => (isOpen(path.rule) ? (found.written ?? key) : nameOf(key)));
      // `local` leads to no key yet: it stays as it is written, and the robot that accepts the blueprint says which node it is.
      if (full.length === 0 && !path.list) continue;
      if (path.list && Array.isArray(each.holder)) each.holder.splice(Number(each.slot), 1, ...full);
      else
        (each.holder as Record<string, JsonValue>)[each.slot] = isOpen(path.rule)
          ? (found.written ?? full[0]!)
          : found.written !== undefined
            ? nameOf(found.written)
            : full[0]!;
      for (const key of [...found.keys].reverse()) {
        keys.unshift(key);
        linked.links.unshift(edge(path, key, each.pointer));
      }
      if (path.rule.paired === true) checkPaired(instance, each.holder, found, locate(each.pointer), resolving);
    }
    const place = locate(values[0]?.pointer ?? `/${path.argument}`);
    const before = resolving.report.errors;
    checkTwice(
      instance,
      keys,
      path,
      (key) => locate(values[keys.lastIndexOf(key)]?.pointer ?? `/${path.argument}`),
      resolving,
    );
    // Of several possible parents the author must choose: filling one in would be a guess.
    if (!broken) complete(instance, spec, path, keys, place, linked, resolving, parents > 1);
    if (resolving.report.errors !== before && path.path.length <= 2) linked.bad.push(`/${path.argument}`);
  }
  return linked;
}

interface Target {
  readonly keys: readonly ServiceKey[];
  /** The name of the group, where a single field names several. */
  readonly written?: ServiceKey;
}

function resolveOne(
  instance: Instance,
  value: JsonValue,
  path: LinkPath,
  at: Place,
  resolving: Resolving,
): Target | undefined {
  const { rule } = path;
  const { report } = resolving;
  if (typeof value !== 'string') return undefined;
  const roles = rolesOf(rule);
  const explicit = value.includes('/') || value.includes('__') || value.includes('!') ? parseKey(value) : undefined;
  if (rule.placement === true && value === 'local') return { keys: [] };
  if (rule.kind === '*' && explicit === undefined) {
    report.error(
      'LINK_UNKNOWN',
      at,
      `${instance.key}: "${clip(value)}" does not say its kind; write kind/name`,
      suggestKey(value, instance, resolving),
    );
    return undefined;
  }
  if (explicit !== undefined) {
    const role = kindOf(explicit);
    if (rule.kind !== '*' && !roles.includes(role)) {
      report.error(
        'LINK_KIND',
        at,
        `${instance.key}: "${path.argument}" links to ${roles.join(' or ')}, not to ${role}`,
      );
      return undefined;
    }
    if (!resolving.registry.hasRole(role)) {
      const like = nearest(role, resolving.registry.roles());
      report.error(
        'LINK_KIND',
        at,
        `${instance.key}: "${clip(value)}": there is no kind "${role}"`,
        like === undefined ? undefined : `did you mean ${like}/${nameOf(explicit)}?`,
      );
      return undefined;
    }
    return accept(
      lookUp(resolving, instance.frame, role, nameOf(explicit)),
      instance,
      value,
      role,
      nameOf(explicit),
      path,
      at,
      resolving,
    );
  }
  for (const role of roles) {
    const found = lookUp(resolving, instance.frame, role, value);
    if (found !== undefined) return accept(found, instance, value, role, value, path, at, resolving);
  }
  return accept(undefined, instance, value, roles[0] ?? '', value, path, at, resolving);
}

function accept(
  found: Found | undefined,
  instance: Instance,
  written: string,
  role: string,
  name: string,
  path: LinkPath,
  at: Place,
  resolving: Resolving,
): Target | undefined {
  const { report } = resolving;
  if (found === undefined) {
    const key = serviceKey(role, scopedName(instance.frame.scope, name));
    if (isLost(instance.frame, role, name)) return undefined;
    const left = resolving.absent.has(key) ? ` here: its "when" is false` : '';
    const say = (like: string): string => (written.includes('/') ? `${role}/${like}` : like);
    const hint =
      left === ''
        ? unknownHint(resolving, instance.frame, role, name, say)
        : 'give this block the same "when", or leave the link out';
    report.error('LINK_UNKNOWN', at, `${instance.key}: there is no ${role} "${clip(name)}"${left}`, hint);
    return undefined;
  }
  if (found.key === instance.key) {
    report.error('CYCLE', at, `${instance.key} links to itself: ${instance.key} → ${instance.key}`);
    return undefined;
  }
  switch (found.type) {
    case 'one':
    case 'elsewhere':
      return { keys: [found.key] };
    case 'each':
      if (path.list) return { keys: found.members };
      report.error(
        'LINK_UNKNOWN',
        at,
        `${instance.key}: "${clip(written)}" is ${found.members.length} services made by "each"; this field takes one`,
        found.members[0] === undefined ? undefined : `for example ${nameOf(found.members[0])}`,
      );
      return undefined;
    case 'group':
      if (path.rule.paired !== true)
        return path.list ? { keys: found.members } : { keys: found.members, written: found.key };
      return pairReplica(found.members, found.key, instance, at, resolving);
  }
}

function pairReplica(
  members: readonly ServiceKey[],
  group: ServiceKey,
  instance: Instance,
  at: Place,
  resolving: Resolving,
): Target | undefined {
  const { replica } = instance;
  const partner = replica === undefined ? undefined : members[replica.index - 1];
  if (replica !== undefined && replica.size === members.length && partner !== undefined) return { keys: [partner] };
  const own = replica?.size ?? 1;
  resolving.report.error(
    'REPLICAS_INVALID',
    at,
    `${replica?.group ?? instance.key} has ${own} replica${own === 1 ? '' : 's'} and ${group} has ${members.length}; read-write they are paired by number and must be equal`,
    remedyOf(kindOf(group), `set both to the same "replicas"`, resolving),
  );
  return undefined;
}

/** A kind without replicas cannot be told to have some. */
function remedyOf(role: string, remedy: string, resolving: Resolving): string {
  const schema = resolving.registry.actor(role)?.schema;
  return schema !== undefined && markedFields(schema, resolving.registry).replicas !== undefined
    ? `${remedy}, or mount it readOnly`
    : `mount it readOnly, or declare one ${role} and one consumer each with "each"`;
}

/** A read-write producer serves one consumer: n replicas cannot share it. */
function checkPaired(
  instance: Instance,
  holder: Record<string, JsonValue> | JsonValue[],
  found: Target,
  at: Place,
  resolving: Resolving,
): void {
  const readOnly = !Array.isArray(holder) && holder['readOnly'] === true;
  const [key] = found.keys;
  if (readOnly || key === undefined) return;
  const producer = resolving.instances.get(key);
  if (instance.replica !== undefined && producer !== undefined && producer.replica === undefined) {
    resolving.report.error(
      'REPLICAS_INVALID',
      at,
      `${instance.replica.group} has ${instance.replica.size} replicas and ${key} is one; a read-write ${kindOf(key)} has one writer`,
      remedyOf(kindOf(key), `give ${key} "replicas: ${instance.replica.size}"`, resolving),
    );
  }
}

function checkTwice(
  instance: Instance,
  keys: readonly ServiceKey[],
  path: LinkPath,
  locate: (key: ServiceKey) => Place,
  resolving: Resolving,
): void {
  if (!path.list) return;
  const seen = new Set<ServiceKey>();
  const twice = keys.find((key) => seen.size === seen.add(key).size);
  if (twice === undefined) return;
  resolving.report.error('FIELD_TWICE', locate(twice), `${instance.key}: "${path.argument}" names ${twice} twice`);
}

/** A pointer as a place: the written value, else the block's key. */
export function placeIn(instance: Instance): (pointer: string) => Place {
  return (pointer) => {
    let node: Node | undefined = instance.body;
    for (const part of pointer.split('/').slice(1)) {
      if (node?.kind === 'map')
        node =
          node.get(part) ??
          node.pairs.find(
            ({ key }) => key.text.replace(/[._]+([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase()) === part,
          )?.value;
      else if (node?.kind === 'seq') node = node.items[Number(part)];
      else break;
    }
    return place(instance.file, node instanceof ScalarNode ? node : instance.keyNode);
  };
}
