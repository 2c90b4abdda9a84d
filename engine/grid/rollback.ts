// Back to an earlier revision of a blueprint: its services and values become the next revision, and the one that was left is marked
// as rejected. The number goes on upwards; history is never cut.

import { EngineError } from '../model/errors.ts';
import type { ServiceKey } from '../model/key.ts';
import type { DesiredService, DesiredState } from '../model/service.ts';
import type { Store } from '../store/port.ts';
import type { GridClock } from './apply.ts';
import { desiredOf, withServices } from './desired.ts';
import { headOf, parseRevision, revisionAt } from './find.ts';
import { revise, type Ask, type Revised } from './revise.ts';

/** `shop@6`; `shop` alone means the one before. */
export async function rollback(
  store: Store,
  clock: GridClock,
  order: Ask & { readonly target: string },
): Promise<Revised> {
  const { blueprint, number } = parseRevision(order.target);
  await headOf(store, blueprint);
  return await revise(store, clock, order, { blueprint, cause: 'rollback' }, async ({ head }) => {
    const wanted = number ?? head.revision - 1;
    if (wanted === head.revision || wanted < 1)
      throw new EngineError(
        'USAGE',
        wanted < 1 ? `there is nothing before ${blueprint}@1` : `${blueprint}@${wanted} is what stands`,
        {
          hint: `ays history ${blueprint}`,
        },
      );
    const target = await revisionAt(store, blueprint, wanted);
    return {
      desired: withFormerNames(desiredOf(target), await namesSince(store, blueprint, wanted, head.revision)),
      contents: target.contents,
      pinned: { revision: wanted, rejected: head.revision, by: order.author, at: await store.now() },
    };
  });
}

/** What the services of a revision are called today: a renamed one keeps its data on the way back as on the way there. */
async function namesSince(
  store: Store,
  blueprint: string,
  from: number,
  to: number,
): Promise<ReadonlyMap<ServiceKey, ServiceKey>> {
  const names = new Map<ServiceKey, ServiceKey>();
  let before = desiredOf(await revisionAt(store, blueprint, from));
  for (const key of before.services.keys()) names.set(key, key);
  for (let number = from + 1; number <= to; number++) {
    const next = desiredOf(await revisionAt(store, blueprint, number));
    const taken = new Map([...next.services.values()].flatMap((service) => formerOf(service, before, next)));
    for (const [first, now] of names) names.set(first, taken.get(now) ?? now);
    before = next;
  }
  return names;
}

/** Which service of the revision before it took over. */
function formerOf(
  { key, group, common: { was } }: DesiredService,
  before: DesiredState,
  next: DesiredState,
): readonly (readonly [ServiceKey, ServiceKey])[] {
  if (was === undefined || before.services.has(key)) return [];
  const sources: readonly ServiceKey[] =
    group === undefined ? [was] : [`${was}.${group.index}`, ...(group.index === 1 ? [was] : [])];
  const from = sources.find((source) => before.services.has(source) && !next.services.has(source));
  return from === undefined ? [] : [[from, key]];
}

function withFormerNames(state: DesiredState, names: ReadonlyMap<ServiceKey, ServiceKey>): DesiredState {
  return withServices(
    state,
    [...state.services.values()].map((service) => {
      const now = names.get(service.key);
      const { was: _was, ...common } = service.common;
      if (now === undefined || now === service.key) return { ...service, common };
      const { group } = service;
      const was =
        group !== undefined && now.endsWith(`.${group.index}`)
          ? (now.slice(0, now.lastIndexOf('.')) as ServiceKey)
          : now; // what stands before the number is still a key
      return { ...service, common: { ...common, was } };
    }),
  );
}
