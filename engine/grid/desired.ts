// A revision as a desired state again: what `set`, `rollback`, `give` and the rest start from. They edit the state and it goes
// the way of every other: planned, checked, written as the next revision. Nothing here reads a blueprint's text.

import { compareText } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { DesiredAction, DesiredEventFilter, DesiredService, DesiredState } from '../model/service.ts';
import type { Revision } from '../store/records.ts';
import { stateHash } from './hashes.ts';

type Parts = Omit<DesiredState, 'hash' | 'groups' | 'services' | 'format' | 'contents'> & {
  readonly services: Iterable<DesiredService>;
};

/** In key order, with groups and hash made anew. */
export function stateOf(parts: Parts): DesiredState {
  const sorted = [...parts.services].sort((a, b) => compareText(a.key, b.key));
  const groups = new Map<ServiceKey, ServiceKey[]>();
  const numbered = sorted.filter(({ group }) => group !== undefined);
  for (const { key, group } of numbered.sort((a, b) => a.group!.index - b.group!.index))
    groups.set(group!.key, [...(groups.get(group!.key) ?? []), key]);
  const state = {
    ...parts,
    format: 1 as const,
    services: new Map(sorted.map((service) => [service.key, service])),
    groups: new Map([...groups].sort(([a], [b]) => compareText(a, b))),
    contents: new Map<string, Uint8Array>(),
  };
  return { ...state, hash: stateHash(state) };
}

/** Contents are not loaded: they are in the store already, under the names that the revision lists. */
export function desiredOf(revision: Revision): DesiredState {
  const { blueprint, scope, params, choices, actors, actions, eventfilters, secrets, outputs, packages } = revision;
  return stateOf({
    blueprint,
    scope,
    params,
    choices,
    actors,
    actions,
    eventfilters,
    secrets,
    outputs,
    packages,
    services: revision.services,
  });
}

export function emptyState(blueprint: string): DesiredState {
  return stateOf({
    blueprint,
    scope: '',
    params: {},
    choices: {},
    actors: {},
    actions: [],
    eventfilters: [],
    secrets: {},
    outputs: {},
    packages: {},
    services: [],
  });
}

/** The state with these services in the place of those it has. */
export function withServices(state: DesiredState, services: Iterable<DesiredService>): DesiredState {
  return stateOf({ ...state, services });
}

/** Without these services, and without what was said about them: choices, targets of actions and of event filters. */
export function without(state: DesiredState, gone: ReadonlySet<ServiceKey>): DesiredState {
  return stateOf({
    ...state,
    services: [...state.services.values()].filter(({ key }) => !gone.has(key)),
    choices: Object.fromEntries(
      Object.entries(state.choices).filter(([argument]) => !gone.has(argument.split('#')[0] as ServiceKey)), // it begins with a key
    ),
    actions: retarget(state.actions, gone),
    eventfilters: retarget(state.eventfilters, gone),
  });
}

/** What has lost all its targets is about nothing any more. */
function retarget<T extends DesiredAction | DesiredEventFilter>(
  blocks: readonly T[],
  gone: ReadonlySet<ServiceKey>,
): readonly T[] {
  return blocks.flatMap((block) => {
    const targets = block.targets.filter((key) => !gone.has(key));
    if (targets.length === block.targets.length) return [block];
    return targets.length === 0 ? [] : [{ ...block, targets }];
  });
}
