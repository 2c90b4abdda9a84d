// More or fewer replicas of what is declared, without its text: the new ones are made like the first. Where replicas differ by number
// in a way that cannot be continued, the answer is the blueprint, never a guess.

import { EngineError } from '../model/errors.ts';
import { isObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { nameOf, replicaName, type ServiceKey } from '../model/key.ts';
import type { DesiredService, DesiredState, ServiceLink } from '../model/service.ts';
import { stateOf } from './desired.ts';
import { serviceHash } from './hashes.ts';

const MOST = 1_000;

export function withReplicas(state: DesiredState, group: ServiceKey, count: number): DesiredState {
  if (count > MOST)
    throw new EngineError('REPLICAS_INVALID', `${group}: ${count} replicas; expected at most ${MOST}`, {
      hint: 'make several groups',
    });
  const before = state.groups.get(group) ?? [group];
  if (before.length === count) return state;
  const [first] = before.map((key) => state.services.get(key)!); // groups are made of the services
  const after = count === 1 ? [group] : Array.from({ length: count }, (_, i) => memberKey(group, i + 1));
  const members = after.map((_, i) => member(state, first!, group, i + 1, count));
  for (const [i, key] of before.entries()) {
    const now = state.services.get(key)!;
    if (member(state, first!, group, i + 1, before.length).hash === now.hash) continue;
    throw new EngineError('REPLICAS_INVALID', `${group}: its replicas differ by more than their number (${key})`, {
      hint: `change "replicas" in the blueprint (${now.origin.file}:${now.origin.line}) and apply`,
    });
  }
  const old = new Set(before);
  const others = [...state.services.values()].filter(({ key }) => !old.has(key));
  return stateOf({
    ...state,
    services: [...others.map((service) => relinked(service, group, before, after)), ...members],
    actions: state.actions.map((block) => ({ ...block, targets: widened(block.targets, before, after) })),
    eventfilters: state.eventfilters.map((block) => ({ ...block, targets: widened(block.targets, before, after) })),
  });
}

function memberKey(group: ServiceKey, index: number): ServiceKey {
  return replicaName(group, index) as ServiceKey; // a number behind a key is a key
}

function member(
  state: DesiredState,
  first: DesiredService,
  group: ServiceKey,
  index: number,
  size: number,
): DesiredService {
  const { group: _group, ...rest } = first;
  let { spec } = first;
  const links = first.links.map((link) => {
    const to = partner(state, first, link, index);
    if (to !== link.to) spec = replaced(spec, link.path, nameOf(link.to), nameOf(to));
    return { ...link, to };
  });
  const made: DesiredService = {
    ...rest,
    key: size === 1 ? group : memberKey(group, index),
    spec,
    links,
    ...(size > 1 && { group: { key: group, index, size } }),
  };
  return { ...made, hash: serviceHash(made) };
}

/** Replicas that write to replicas are paired by number. */
function partner(state: DesiredState, first: DesiredService, link: ServiceLink, index: number): ServiceKey {
  const of = state.services.get(link.to)?.group;
  const whole = of === undefined ? [] : (state.groups.get(of.key) ?? []);
  const all = first.links.filter(({ path, type }) => path === link.path && type === link.type).length;
  if (of === undefined || first.group === undefined || of.index !== first.group.index || all === whole.length)
    return link.to;
  const to = memberKey(of.key, index);
  if (state.services.has(to)) return to;
  throw new EngineError('REPLICAS_INVALID', `${first.key} and ${of.key} are paired by number, and there is no ${to}`, {
    hint: `ays set ${of.key} replicas=${index} first`,
  });
}

/** Who links to the whole group links to the whole new one. */
function relinked(
  service: DesiredService,
  group: ServiceKey,
  before: readonly ServiceKey[],
  after: readonly ServiceKey[],
): DesiredService {
  if (!service.links.some(({ to }) => before.includes(to))) return service;
  const links: ServiceLink[] = [];
  const seen = new Set<string>();
  for (const link of service.links) {
    if (!before.includes(link.to)) {
      links.push(link);
      continue;
    }
    const place = `${link.type} ${link.path}`;
    if (seen.has(place)) continue;
    seen.add(place);
    const here = service.links.filter(
      ({ type, path, to }) => type === link.type && path === link.path && before.includes(to),
    );
    if (here.length === before.length && !names(service.spec, link.path, group)) {
      links.push(...after.map((to) => ({ ...link, to })));
      continue;
    }
    const stays = here.filter(({ to }) => after.includes(to));
    if (stays.length !== here.length) {
      throw new EngineError(
        'REPLICAS_INVALID',
        `${service.key} names ${here.find((one) => !stays.includes(one))!.to} itself ("${link.argument}")`,
        {
          hint: `change "replicas" and "${link.argument}" in the blueprint (${service.origin.file}:${service.origin.line}) and apply`,
        },
      );
    }
    links.push(...stays);
  }
  return { ...service, links };
}

/** Whether the place names one replica rather than the group. */
function names(spec: JsonObject, path: string, group: ServiceKey): boolean {
  const value = valueAt(spec, path);
  // An expression reads the output of one service.
  if (isObject(value)) return true;
  return typeof value === 'string' && value !== group && value !== nameOf(group);
}

function widened(
  targets: readonly ServiceKey[],
  before: readonly ServiceKey[],
  after: readonly ServiceKey[],
): readonly ServiceKey[] {
  if (!before.every((key) => targets.includes(key)))
    return targets.filter((key) => !before.includes(key) || after.includes(key));
  const at = targets.findIndex((key) => before.includes(key));
  return [
    ...targets.slice(0, at).filter((key) => !before.includes(key)),
    ...after,
    ...targets.slice(at).filter((key) => !before.includes(key)),
  ];
}

export function valueAt(spec: JsonObject, pointer: string): JsonValue | undefined {
  let value: JsonValue | undefined = spec;
  for (const part of parts(pointer)) {
    if (Array.isArray(value)) value = (value as readonly JsonValue[])[Number(part)];
    else if (isObject(value)) value = Object.hasOwn(value, part) ? value[part] : undefined;
    else return undefined;
  }
  return value;
}

/** The spec with one text in the place of another at a pointer; elsewhere and otherwise as it was. */
export function replaced(spec: JsonObject, pointer: string, from: string, to: string): JsonObject {
  const edit = (value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined => {
    const [part, ...rest] = path;
    if (part === undefined) return value === from ? to : value;
    if (Array.isArray(value))
      return (value as readonly JsonValue[]).map((item, i) => (String(i) === part ? edit(item, rest)! : item));
    if (!isObject(value) || !Object.hasOwn(value, part)) return value;
    return { ...value, [part]: edit(value[part], rest) };
  };
  return edit(spec, parts(pointer)) as JsonObject; // an object stays one
}

function parts(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
