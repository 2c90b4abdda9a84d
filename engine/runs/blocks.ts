// `actions:` blocks without a schedule: once per target and block, after the target has converged; with `force` at each apply.
// "Once" is remembered per uid, so that a service that was destroyed and made again gets its actions again, and it is
// remembered for ever: a block that comes back with a rollback has run already.

import type { DesiredAction } from '../model/service.ts';
import type { ServiceKey } from '../model/key.ts';
import type { RequestedAction, RunView } from './plan-run.ts';

export interface BlockMemory {
  /** Document that remembers it. */
  readonly id: string;
  readonly action: DesiredAction;
  readonly key: ServiceKey;
}

/** What has to be remembered of the blocks, for targets that have converged. */
export function blocksToRun(
  blueprint: string,
  actions: readonly DesiredAction[],
  view: RunView,
  converged: (key: ServiceKey) => boolean,
): readonly BlockMemory[] {
  const found = new Map<string, BlockMemory>();
  for (const action of actions) {
    if (action.recurring !== undefined) continue;
    for (const key of action.targets) {
      const service = view.services.get(key);
      if (service === undefined || view.action(service.actor, action.action) === undefined || !converged(key)) continue;
      const id = `once/${blueprint}/${action.hash}/${service.uid}`;
      if (!found.has(id)) found.set(id, { id, action, key });
    }
  }
  return [...found.values()];
}

/** One request in the order of the blocks. */
export function requestOf(blocks: readonly BlockMemory[]): readonly RequestedAction[] {
  const byBlock = new Map<DesiredAction, ServiceKey[]>();
  for (const { action, key } of blocks) byBlock.set(action, [...(byBlock.get(action) ?? []), key]);
  return [...byBlock].map(([{ action, args }, keys]) => ({ action, args, on: { keys } }));
}
