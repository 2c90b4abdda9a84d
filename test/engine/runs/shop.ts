// What the tests of runs say again and again.

import { EngineError } from '../../../engine/model/errors.ts';
import type { Run, RunRequest } from '../../../engine/runs/index.ts';
import { Rig, SOMEONE } from './rig.ts';

export const MINUTE = 60_000;

/** A disk, a database on it, a site on that, and one that stands alone. */
export function shop(): Rig {
  const rig = new Rig();
  Object.assign(rig.actions, { test: {}, test2: {}, backup: {}, slow: { timeoutMs: 5_000 } });
  rig.service('vdisk/rows');
  rig.service('container/db', 'vdisk/rows');
  rig.service('container/web', 'container/db');
  rig.service('container/lone');
  return rig;
}

export const all = { on: { keys: ['container/web', 'container/db', 'vdisk/rows', 'container/lone'] } } as const;

export function request(actions: RunRequest['actions'], more: Partial<RunRequest> = {}): RunRequest {
  return { actions, cause: { kind: 'action' }, author: SOMEONE, ...more };
}

export const states = ({ jobs }: Run): Record<string, string> =>
  Object.fromEntries(jobs.map(({ action, key, state }) => [`${action} ${key}`, state]));

export async function refused(work: Promise<unknown>): Promise<EngineError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
