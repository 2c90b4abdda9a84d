// What runs see of a grid: its services with their links, and what their actors can do. Built once for a state of the grid.

import { compareText, type JsonObject } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Registry } from '../model/registry.ts';
import type { RunService } from './graph-order.ts';
import type { RunView } from './plan-run.ts';

export function runView(
  services: Iterable<RunService>,
  registry: Registry,
  checkArgs: (actor: string, action: string, args: JsonObject) => JsonObject,
): RunView {
  const byKey = new Map<ServiceKey, RunService>();
  const groups = new Map<ServiceKey, ServiceKey[]>();
  for (const service of services) {
    byKey.set(service.key, service);
    if (service.group === undefined) continue;
    const members = groups.get(service.group.key);
    if (members === undefined) groups.set(service.group.key, [service.key]);
    else members.push(service.key);
  }
  let sorted: readonly RunService[] | undefined;
  const actionsOf = (actor: string): NonNullable<ReturnType<Registry['actor']>>['actions'] =>
    registry.actor(actor)?.actions;
  return {
    services: {
      get: (key) => byKey.get(key),
      // A service that stands under the name of a group is meant itself.
      members: (group) => (byKey.has(group) ? undefined : groups.get(group)),
      all: () => (sorted ??= [...byKey.values()].sort((a, b) => compareText(a.key, b.key))),
    },
    action(actor, action) {
      const actions = actionsOf(actor);
      return actions !== undefined && Object.hasOwn(actions, action) ? actions[action] : undefined;
    },
    actions: (actor) => Object.keys(actionsOf(actor) ?? {}),
    checkArgs,
  };
}
