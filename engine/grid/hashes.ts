// The names of equal wishes. A state made here of an earlier one (a field set, a revision taken back) has the hash that the
// blueprint reader would give the same state, so writing into the blueprint what was set by hand is no change.

import { canonicalJson, type JsonObject, type JsonValue } from '../model/json.ts';
import type { DesiredService, DesiredState } from '../model/service.ts';
import { sha256 } from '../plan/digest.ts';

export function serviceHash({ actor, spec, common }: Pick<DesiredService, 'actor' | 'spec' | 'common'>): string {
  // `was` says where a service came from, not what it is.
  const { was: _was, ...rest } = common;
  return sha256(canonicalJson({ actor, spec, common: rest as unknown as JsonObject })); // plain JSON by its type
}

export function stateHash(state: Omit<DesiredState, 'hash'>): string {
  return sha256(
    canonicalJson({
      blueprint: state.blueprint,
      scope: state.scope,
      params: Object.fromEntries(Object.entries(state.params).map(([name, { value }]) => [name, value])),
      services: [...state.services.values()].map((service) => [service.key, service.hash]),
      actions: state.actions.map(({ hash, targets, force }) => [hash, [...targets], force]),
      eventfilters: state.eventfilters.map(({ origin: _origin, ...rest }) => rest as unknown as JsonObject),
      outputs: state.outputs,
      secrets: state.secrets as unknown as JsonValue, // names and lengths
    }),
  );
}
