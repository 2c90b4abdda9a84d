// Another name for a service, in place: the thing keeps its uid and its data, and what says its name in the same blueprint says the new
// one. The author writes the new name into the blueprint; until then the next apply would take it for a block that is gone.

import { EngineError } from '../model/errors.ts';
import { isDeferred, type DeferredBody } from '../model/expression.ts';
import { isObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { kindOf, NAME_PATTERN, nameOf, parseKey, scopedName, serviceKey, type ServiceKey } from '../model/key.ts';
import type { DesiredService, DesiredState } from '../model/service.ts';
import type { Store } from '../store/port.ts';
import type { Overlay } from '../store/records.ts';
import type { GridClock } from './apply.ts';
import type { Change } from './change.ts';
import { linksInto } from './consumers.ts';
import { stateOf } from './desired.ts';
import { findDeclared, refuseReplica } from './find.ts';
import { baseOf } from '../plan/rename.ts';
import { serviceHash } from './hashes.ts';
import { replaced } from './replicas.ts';
import { revise, type Ask, type Revised } from './revise.ts';

type Names = ReadonlyMap<ServiceKey, ServiceKey>;

export async function renameService(
  store: Store,
  clock: GridClock,
  order: Ask & { readonly name: string; readonly to: string },
): Promise<Revised> {
  const found = await findDeclared(store, order.name);
  refuseReplica(found, 'rename');
  const { key } = found;
  const [first] = found.services;
  const { blueprint, scope } = first!; // findDeclared gives at least one
  const to = newKey(key, scope, order.to);
  const names = namesOf(found.services, key, to);
  await refuseTaken(store, names);
  const foreign = (await linksInto(store, new Set(names.keys()))).find(
    ({ consumer }) => consumer.blueprint !== blueprint,
  );
  if (foreign !== undefined) {
    const { consumer } = foreign;
    throw new EngineError(
      'CONSUMER_MINIMUM',
      `${key} is named by ${consumer.key} of the blueprint ${consumer.blueprint}`,
      {
        hint: `take the link out there (${consumer.origin.file}:${consumer.origin.line}), rename, and put it back with the new name`,
      },
    );
  }
  return await revise(store, clock, order, { blueprint, cause: 'rename' }, ({ desired }) => ({
    desired: renamed(desired, names),
    keepOverlays: true,
    ...(found.isGroup && { also: (draft: Change) => moveOverlay(draft, key, to) }),
  }));
}

function newKey(key: ServiceKey, scope: string, given: string): ServiceKey {
  const asKey = given.includes('/') ? parseKey(given) : undefined;
  const name = asKey === undefined ? given : nameOf(asKey);
  const last = scope !== '' && name.startsWith(`${scope}.`) ? name.slice(scope.length + 1) : name;
  if ((given.includes('/') && asKey === undefined) || !NAME_PATTERN.test(last))
    throw new EngineError('NAME_INVALID', `"${given}" is no name for ${key}`, {
      hint: 'letters, digits, "-" and "_", at most 63, beginning with a letter or digit',
    });
  if (asKey !== undefined && kindOf(asKey) !== kindOf(key))
    throw new EngineError('KIND_CHANGE', `${key} cannot become ${asKey}: a service keeps its kind`, {
      hint: `ays rename ${key} ${last}`,
    });
  return serviceKey(kindOf(key), scopedName(scope, last));
}

function namesOf(services: readonly DesiredService[], key: ServiceKey, to: ServiceKey): Names {
  const names = new Map<ServiceKey, ServiceKey>([[key, to]]);
  for (const { key: member, group } of services) if (group !== undefined) names.set(member, `${to}.${group.index}`);
  return names;
}

async function refuseTaken(store: Store, names: Names): Promise<void> {
  const wanted = [...names.values()].flatMap((id) => [
    { collection: 'service' as const, id },
    { collection: 'tombstone' as const, id },
  ]);
  const documents = await store.getMany(wanted);
  const at = documents.findIndex((document) => document !== undefined);
  if (at < 0) return;
  const { collection, id } = wanted[at]!;
  throw new EngineError(
    'DUPLICATE_SERVICE',
    `${id} is ${collection === 'service' ? 'declared' : 'retired or going'} already`,
    {
      hint: collection === 'service' ? 'choose another name' : `ays destroy ${id} --data, or choose another name`,
    },
  );
}

/** Everything in a state that says one of the names. */
export function renamed(state: DesiredState, names: Names): DesiredState {
  const other = (key: ServiceKey): ServiceKey => names.get(key) ?? key;
  const services = [...state.services.values()].map((service): DesiredService => {
    let { spec } = service;
    for (const { path, to } of service.links) {
      // A field says the name of the service, or of its group.
      for (const from of [to, baseOf(to) ?? to]) {
        const now = names.get(from);
        if (now !== undefined && names.has(to))
          spec = replaced(replaced(spec, path, nameOf(from), nameOf(now)), path, from, now);
      }
    }
    spec = inExpressions(spec, names) as JsonObject; // an object stays one
    const key = other(service.key);
    const { group } = service;
    const was = names.get(group?.key ?? service.key) === undefined ? service.common.was : (group?.key ?? service.key);
    const made: DesiredService = {
      ...service,
      key,
      spec,
      common: { ...service.common, ...(was !== undefined && { was }) },
      links: service.links.map((link) => ({ ...link, to: other(link.to) })),
      ...(group !== undefined && { group: { ...group, key: other(group.key) } }),
    };
    return { ...made, hash: serviceHash(made) };
  });
  return stateOf({
    ...state,
    services,
    choices: Object.fromEntries(
      Object.entries(state.choices).map(([argument, keys]) => {
        const [consumer = '', ...rest] = argument.split('#');
        return [[other(consumer as ServiceKey), ...rest].join('#'), keys.map(other)]; // it begins with a key
      }),
    ),
    actions: state.actions.map((block) => ({ ...block, targets: block.targets.map(other) })),
    eventfilters: state.eventfilters.map((block) => ({ ...block, targets: block.targets.map(other) })),
    outputs: inExpressions(state.outputs, names) as Record<string, JsonValue>, // a map stays one
  });
}

/** Expressions hold whole keys, quoted; no other text is touched. */
function inExpressions(value: JsonValue, names: Names): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (isDeferred(value)) {
    const { $ays: body } = value;
    if (!body.status.some(({ key }) => names.has(key))) return value;
    let { template } = body;
    for (const [from, to] of names)
      template = template.replaceAll(`"${from}"`, `"${to}"`).replaceAll(`'${from}'`, `'${to}'`);
    const status = body.status.map(({ key, field }) => ({ key: names.get(key) ?? key, field }));
    return { $ays: { ...body, template, status } satisfies DeferredBody };
  }
  if (Array.isArray(value)) return value.map((item) => inExpressions(item as JsonValue, names));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, item === undefined ? item : inExpressions(item, names)]),
  );
}

async function moveOverlay(draft: Change, from: ServiceKey, to: ServiceKey): Promise<void> {
  const overlay = await draft.see<Overlay>('overlay', from);
  if (overlay === undefined) return;
  draft.remove('overlay', from);
  draft.put('overlay', to, { ...overlay.value, key: to } satisfies Overlay);
}
