// The settings of a container or task that the node must know, in the shape of the spec, so that what was asked for and
// what is seen can be compared field by field. What only the robot acts on (placement, replicas, how to stop) stays
// out: a container cannot show it, and a change of it is no drift.

import type { ContainerConfig } from '../../drivers/containers/port.ts';
import type { JsonObject } from '../../engine/model/json.ts';

const ROBOT_ONLY = new Set([
  'node',
  'placement',
  'probe',
  'probes',
  'recurring',
  'replicas',
  'running',
  'stop',
  'timezone',
  'update',
]);

export function settingsOf(spec: { readonly image: string }): ContainerConfig {
  const settings: Record<string, unknown> = { network: null }; // none named: the node's default network, which is a choice too
  for (const [field, value] of Object.entries(spec)) {
    if (!ROBOT_ONLY.has(field) && value !== undefined) settings[field] = value;
  }
  return settings as JsonObject as ContainerConfig; // a resolved spec is JSON, and its image was just copied
}
