// A rollback pins: what was rejected does not come back by an apply that nobody thought about. The loop cannot bring it back at all,
// since it reads services, never revisions.

import { EngineError } from '../model/errors.ts';
import type { DesiredState } from '../model/service.ts';
import type { Store } from '../store/port.ts';
import type { BlueprintHead, Revision } from '../store/records.ts';
import { revisionId } from './state.ts';

export type Pin = NonNullable<BlueprintHead['pinned']>;

/** The rollback that holds a blueprint where it is, if one does. */
export async function pinOf(store: Store, blueprint: string): Promise<Pin | undefined> {
  const head = (await store.get('blueprint', blueprint))?.value as unknown as BlueprintHead | undefined;
  return head?.pinned ?? undefined;
}

export async function refuseRejected(store: Store, desired: DesiredState, pin: Pin): Promise<void> {
  const { blueprint } = desired;
  const rejected = await store.get('revision', revisionId(blueprint, pin.rejected));
  if ((rejected?.value as unknown as Revision | undefined)?.hash !== desired.hash) return;
  throw new EngineError(
    'PINNED',
    `${blueprint} was rolled back from revision ${pin.rejected} to ${pin.revision} by ${pin.by.name}, and this is revision ${pin.rejected} again`,
    {
      hint: `change the blueprint, or ays rollback ${blueprint}@${pin.rejected} if it is wanted after all`,
      detail: { pinned: pin.revision, rejected: pin.rejected },
    },
  );
}
