// The fields that every kind has (rule 6): their shapes come from schemas/common.schema.json, their meaning from here.

import commonSchema from '../../../schemas/common.schema.json' with { type: 'json' };
import type { Place } from '../../model/diagnostic.ts';
import { isObject, type JsonObject } from '../../model/json.ts';
import { kindOf, nameOf, parseKey, scopedName, serviceKey, type ServiceKey } from '../../model/key.ts';
import { nearest } from '../../model/nearest.ts';
import type { FieldSchema, KindSchema } from '../../model/schema.ts';
import type { CommonFields, HealPolicy, Milestone, ServiceLink } from '../../model/service.ts';
import { clip, place } from '../sources/draft.ts';
import { isLost, lookUp, type Instance, type Resolving } from '../frame.ts';
import { suggestKey, unknownHint } from '../links/suggest.ts';

export const COMMON_SCHEMA = { 'common.schema.json': commonSchema as unknown as FieldSchema };

/** `when` and `each` are done before a spec is shaped; the rest is shaped beside it. */
const EARLY = ['when', 'each'];

export const COMMON_KIND: KindSchema = {
  $id: 'common',
  title: 'common',
  description: commonSchema.description,
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(
    Object.entries(commonSchema.properties as unknown as Record<string, FieldSchema>).filter(
      ([name]) => !EARLY.includes(name),
    ),
  ),
};

export const COMMON_NAMES: readonly string[] = Object.keys(commonSchema.properties);

export function commonFields(
  value: JsonObject,
  instance: Instance,
  locate: (pointer: string) => Place,
  resolving: Resolving,
): CommonFields {
  const was =
    typeof value['was'] === 'string' ? formerKey(value['was'], instance, locate('/was'), resolving) : undefined;
  return {
    labels: (value['labels'] ?? {}) as Readonly<Record<string, string>>,
    running: value['running'] !== false,
    paused: value['paused'] === true,
    protect: value['protect'] === true,
    retainMs: typeof value['retain'] === 'number' ? value['retain'] : 604_800_000,
    heal: healOf(value['heal']),
    ...(was && { was }),
  };
}

function healOf(value: JsonObject[string]): Partial<HealPolicy> {
  if (typeof value === 'string') return { mode: value as HealPolicy['mode'] };
  if (!isObject(value)) return {};
  const { mode, attempts, window, cooldown } = value;
  return {
    ...(typeof mode === 'string' && { mode: mode as HealPolicy['mode'] }),
    ...(typeof attempts === 'number' && { attempts }),
    ...(typeof window === 'number' && { windowMs: window }),
    ...(typeof cooldown === 'number' && { cooldownMs: cooldown }),
  };
}

function formerKey(text: string, instance: Instance, at: Place, resolving: Resolving): ServiceKey | undefined {
  const { report } = resolving;
  const named = parseKey(text) ?? parseKey(`${instance.kind}/${text}`);
  if (named === undefined) {
    report.error(
      'WAS_INVALID',
      at,
      `${instance.key}: "was" is "${clip(text)}"; expected the former key, such as ${instance.kind}/old`,
    );
    return undefined;
  }
  if (kindOf(named) !== instance.kind) {
    report.error(
      'WAS_INVALID',
      at,
      `${instance.key}: "was" names a ${kindOf(named)}; a service keeps its kind when it is renamed`,
    );
    return undefined;
  }
  const key = serviceKey(instance.kind, scopedName(instance.frame.scope, nameOf(named)));
  if (key === instance.key) {
    report.error('WAS_INVALID', at, `${instance.key}: "was" names the service itself`, 'remove the line');
    return undefined;
  }
  if (resolving.instances.has(key)) {
    report.error(
      'WAS_INVALID',
      at,
      `${instance.key}: "was" names ${key}, which is still declared`,
      `remove the block ${key.replace('/', '__')}, or the line`,
    );
    return undefined;
  }
  return key;
}

/** `after`: a list means ready; the long form says how far (rule 18). */
export function afterLinks(
  value: JsonObject['after'],
  instance: Instance,
  locate: (pointer: string) => Place,
  resolving: Resolving,
): ServiceLink[] {
  const wishes: { text: string; until: Milestone; pointer: string }[] = [];
  if (typeof value === 'string') wishes.push({ text: value, until: 'ready', pointer: '/after' });
  else if (Array.isArray(value))
    value.forEach((text, i) => wishes.push({ text: String(text), until: 'ready', pointer: `/after/${i}` }));
  else if (isObject(value))
    for (const [text, until] of Object.entries(value))
      wishes.push({ text, until: until as Milestone, pointer: '/after' });
  const links: ServiceLink[] = [];
  for (const { text, until, pointer } of wishes) {
    for (const to of afterKeys(text, instance, afterPlace(text, instance) ?? locate(pointer), resolving)) {
      links.push({
        type: 'after',
        path: pointer,
        role: kindOf(to),
        argument: 'after',
        to,
        until,
        onReplace: 'nothing',
        min: 0,
      });
    }
  }
  return links;
}

/** In the long form the services are the keys of a map. */
function afterPlace(text: string, instance: Instance): Place | undefined {
  const written = instance.body?.get('after');
  const pair = written?.kind === 'map' ? written.pairs.find(({ key }) => key.text === text) : undefined;
  return pair === undefined ? undefined : place(instance.file, pair.key);
}

function afterKeys(text: string, instance: Instance, at: Place, resolving: Resolving): readonly ServiceKey[] {
  const { report, registry } = resolving;
  const key = parseKey(text);
  if (key === undefined) {
    report.error(
      'LINK_UNKNOWN',
      at,
      `${instance.key}: after "${clip(text)}": expected a key such as container/db`,
      suggestKey(text, instance, resolving),
    );
    return [];
  }
  if (!registry.hasRole(kindOf(key))) {
    const like = nearest(kindOf(key), registry.roles());
    report.error(
      'LINK_KIND',
      at,
      `${instance.key}: after "${clip(text)}": there is no kind "${kindOf(key)}"`,
      like === undefined ? `known kinds: ${registry.kinds().join(', ')}` : `did you mean ${like}/${nameOf(key)}?`,
    );
    return [];
  }
  const found = lookUp(resolving, instance.frame, kindOf(key), nameOf(key));
  if (found === undefined) {
    if (isLost(instance.frame, kindOf(key), nameOf(key))) return [];
    const absent = resolving.absent.has(serviceKey(kindOf(key), scopedName(instance.frame.scope, nameOf(key))));
    const hint = absent
      ? 'give this block the same "when", or leave the line out'
      : unknownHint(resolving, instance.frame, kindOf(key), nameOf(key), (like) => `${kindOf(key)}/${like}`);
    report.error(
      'LINK_UNKNOWN',
      at,
      `${instance.key}: after "${clip(text)}": there is no such service${absent ? ` here: its "when" is false` : ''}`,
      hint,
    );
    return [];
  }
  if (found.key === instance.key) {
    report.error('CYCLE', at, `${instance.key} waits for itself: ${instance.key} → ${instance.key}`);
    return [];
  }
  return found.type === 'group' || found.type === 'each' ? found.members : [found.key];
}
