// A desired state becomes the next revision of its blueprint, in one transaction: all of it or nothing. The plan that a person
// read says who is renamed, removed or revived; what it does not say is not done. The revision before it must still be the
// head, so two people applying at once get one winner and one who is shown the new plan.

import { EngineError } from '../model/errors.ts';
import type { ServiceKey } from '../model/key.ts';
import type { DesiredService, DesiredState } from '../model/service.ts';
import type { Plan, PlanItem } from '../plan/index.ts';
import { compareStamps, type Stamp, type Store } from '../store/port.ts';
import type {
  Author,
  BlueprintHead,
  Overlay,
  StoredObserved,
  StoredService,
  StoredTombstone,
} from '../store/records.ts';
import { change, type Change } from './change.ts';
import { consent, dropConsents, heldConsents } from './consents.ts';
import { undoOverlays, type WouldUndo } from './overlays.ts';
import { refuseRejected } from './pins.ts';
import { putHead, revisionOf, sayRevision } from './revisions.ts';
import { revisionId } from './state.ts';

export interface ApplyOrder {
  readonly desired: DesiredState;
  readonly plan: Plan;
  readonly author: Author;
  /** What made it: `apply`, `set`, `rollback`, … */
  readonly cause: string;
  /** Destructive steps somebody agreed to. */
  readonly consents: readonly { readonly key: ServiceKey; readonly op: string; readonly reason: string }[];
  /** Set by a rollback. Absent: an apply ends the pin, every other change leaves it. */
  readonly pinned?: NonNullable<BlueprintHead['pinned']>;
  /** The person knows that this very state was rolled back from. */
  readonly despitePin?: boolean;
  /** What was set by hand stays noted: the change does not come from the blueprint's text. */
  readonly keepOverlays?: boolean;
  /** Contents that are in the store already, by SHA-256. */
  readonly contents?: readonly string[];
  /** What else belongs to the same transaction. */
  readonly also?: (draft: Change, revision: number) => void | Promise<void>;
}

export interface GridClock {
  readonly epoch: number;
  /** Identity of a new service: unguessable and never used twice. */
  newId(): string;
}

export interface Applied {
  readonly blueprint: string;
  readonly revision: number;
  readonly changed: readonly ServiceKey[];
  readonly pokes: readonly ServiceKey[];
  /** What was set by hand and is as the blueprint says again. */
  readonly undone: readonly WouldUndo[];
  /** The pin of a rollback that ended with this apply. */
  readonly unpinned?: NonNullable<BlueprintHead['pinned']>;
}

export async function applyRevision(store: Store, clock: GridClock, order: ApplyOrder): Promise<Applied> {
  const { desired, plan } = order;
  const [refusal] = plan.refusals;
  if (refusal !== undefined)
    throw new EngineError(refusal.code, refusal.message, { ...(refusal.hint !== undefined && { hint: refusal.hint }) });
  const { result, pokes } = await change(store, async (draft) => {
    const head = await draft.see<BlueprintHead>('blueprint', desired.blueprint);
    const base = head?.value.revision ?? 0;
    if (base !== (plan.base ?? 0)) {
      throw new EngineError(
        'PLAN_STALE',
        `${desired.blueprint} is at revision ${base}, and the plan was made for ${plan.base ?? 0}`,
        { hint: 'plan again, and read what changed' },
      );
    }
    const pinned = order.pinned ?? (order.cause === 'apply' ? null : (head?.value.pinned ?? null));
    const ended = pinned === null ? (head?.value.pinned ?? undefined) : undefined;
    if (ended !== undefined && order.despitePin !== true) await refuseRejected(store, desired, ended);
    const number = base + 1;
    const items = new Map(plan.items.map((item) => [item.key, item]));
    const changed = await writeServices(draft, clock, order, items, number);
    for (const item of plan.items) if (leaves(item, desired)) await bury(draft, clock, item, order.author, changed);
    const undone = order.keepOverlays === true ? [] : await undoOverlays(draft, desired, plan.items, order.author);
    for (const [sha256, bytes] of desired.contents) draft.put('content', sha256, Buffer.from(bytes).toString('base64'));
    writeConsents(draft, order, changed);
    const { author, cause, contents = [] } = order;
    const made = revisionOf({ desired, author, cause, planHash: plan.hash, contents }, number, draft.now);
    draft.put('revision', revisionId(desired.blueprint, number), made);
    putHead(draft, desired, number, pinned);
    sayRevision(draft, desired.blueprint, { revision: number, by: author.name, cause, changed: changed.size });
    await order.also?.(draft, number);
    return {
      revision: number,
      changed: [...changed.keys()].sort(),
      undone,
      ...(ended !== undefined && { unpinned: ended }),
    };
  });
  return { blueprint: desired.blueprint, ...result, pokes };
}

/** The services as this revision wants them; only what differs is written. */
async function writeServices(
  draft: Change,
  clock: GridClock,
  order: ApplyOrder,
  items: ReadonlyMap<ServiceKey, PlanItem>,
  revision: number,
): Promise<Map<ServiceKey, StoredService>> {
  const changed = new Map<ServiceKey, StoredService>();
  const wanted = [...order.desired.services.values()];
  const held = await heldConsents(draft.store);
  const before = await draft.store.getMany(wanted.map(({ key }) => ({ collection: 'service' as const, id: key })));
  for (const [i, service] of wanted.entries()) {
    const record = before[i] as { readonly version: number; readonly value: StoredService } | undefined;
    draft.expect('service', service.key, record?.version ?? 0);
    const item = items.get(service.key);
    if (record !== undefined && record.value.blueprint !== service.blueprint) {
      throw new EngineError('OWNED_ELSEWHERE', `${service.key} belongs to the blueprint ${record.value.blueprint}`, {
        hint: `ays give ${service.key} --to ${service.blueprint}`,
      });
    }
    const same =
      record !== undefined &&
      record.value.hash === service.hash &&
      JSON.stringify(record.value.links) === JSON.stringify(service.links);
    // A service that the plan has something to do for is poked even when its wish is the same: it drifted.
    if (same && item === undefined) continue;
    if (same) {
      draft.poke(service.key);
      continue;
    }
    const stored = await succeed(draft, clock, service, record?.value, item, revision);
    dropConsents(draft, held, service.key);
    draft.put('service', service.key, stored);
    draft.poke(service.key);
    draft.say(
      record === undefined ? 'declared' : 'changed',
      { revision, generation: `${stored.generation.epoch}.${stored.generation.n}`, hash: service.hash },
      service.key,
    );
    changed.set(service.key, stored);
  }
  return changed;
}

/** What the service was before decides who it is: the same, a renamed one, one that comes back, or a new one. */
async function succeed(
  draft: Change,
  clock: GridClock,
  service: DesiredService,
  record: StoredService | undefined,
  item: PlanItem | undefined,
  revision: number,
): Promise<StoredService> {
  const next = (uid: string, last: Stamp | undefined, filled: StoredService['filled']): StoredService => ({
    ...service,
    uid,
    revision,
    generation: { epoch: clock.epoch, n: last === undefined || last.epoch < clock.epoch ? 1 : last.n + 1 },
    filled,
  });
  if (record !== undefined) return next(record.uid, record.generation, record.filled);
  if (item?.verb === 'rename' && item.from !== undefined)
    return next(...(await rekeyed(draft, item.from, service.key)));
  const buried = await draft.see<StoredTombstone>('tombstone', service.key);
  if (buried !== undefined) {
    draft.remove('tombstone', service.key);
    draft.say('revived', { uid: buried.value.uid }, service.key);
    return next(buried.value.uid, buried.value.generation, buried.value.record.filled);
  }
  return next(clock.newId(), undefined, null);
}

/** Moves all that is known of a service under its new key; the driver's label follows in the first pass. */
async function rekeyed(
  draft: Change,
  from: ServiceKey,
  to: ServiceKey,
): Promise<[uid: string, last: Stamp | undefined, filled: StoredService['filled']]> {
  const old = await draft.see<StoredService>('service', from);
  if (old === undefined)
    throw new EngineError('PLAN_STALE', `${to}: ${from}, which it was, is no longer there`, { hint: 'plan again' });
  draft.remove('service', from);
  for (const collection of ['overlay', 'snapshot', 'observed'] as const) {
    const document = await draft.see<Overlay | StoredObserved>(collection, from);
    if (document === undefined) continue;
    draft.remove(collection, from);
    // A snapshot speaks of its own key; the new one starts by looking.
    if (collection !== 'snapshot') draft.put(collection, to, Object.assign({}, document.value, { key: to }));
  }
  draft.forget(from);
  draft.put('meta', `rekey ${to}`, { from, to, uid: old.value.uid });
  draft.say('renamed', { from, to }, to);
  return [old.value.uid, old.value.generation, old.value.filled];
}

/** A removal that nothing can be done for now is wished all the same: what stands in the way is not ours, or its actor is missing. */
function leaves({ verb, key }: PlanItem, { services }: DesiredState): boolean {
  return verb === 'delete' || verb === 'retire' || (verb === 'blocked' && !services.has(key));
}

async function bury(
  draft: Change,
  clock: GridClock,
  item: PlanItem,
  author: Author,
  changed: ReadonlyMap<ServiceKey, StoredService>,
): Promise<void> {
  const record = await draft.see<StoredService>('service', item.key);
  const buried = await draft.see<StoredTombstone>('tombstone', item.key);
  if (changed.has(item.key)) return;
  const uid = record?.value.uid ?? buried?.value.uid;
  const source = record?.value ?? buried?.value.record;
  if (uid === undefined || source === undefined) return;
  const last = record?.value.generation ?? buried?.value.generation;
  const retired = item.verb === 'retire';
  const tombstone: StoredTombstone = {
    key: item.key,
    uid,
    record: source,
    state: retired ? 'retired' : 'deleted',
    generation: {
      epoch: clock.epoch,
      n: last === undefined || compareStamps(last, { epoch: clock.epoch, n: 0 }) < 0 ? 1 : last.n + 1,
    },
    until: retired ? draft.now + source.common.retainMs : null,
    by: author,
    at: draft.now,
  };
  // What a person agreed to beforehand: the end of the retention is a rule of the blueprint.
  for (const { op, consent: given, why } of item.steps)
    if (given === 'standing') consent(draft, { key: item.key, uid, op, reason: why.text, by: author });
  draft.remove('service', item.key);
  draft.put('tombstone', item.key, tombstone);
  draft.poke(item.key);
  draft.say(
    tombstone.state,
    { by: author.name, ...(tombstone.until !== null && { until: tombstone.until }) },
    item.key,
  );
}

function writeConsents(draft: Change, order: ApplyOrder, changed: ReadonlyMap<ServiceKey, StoredService>): void {
  for (const { key, op, reason } of order.consents) {
    const uid = changed.get(key)?.uid ?? order.plan.consents.find((each) => each.key === key && each.op === op)?.uid;
    if (uid !== undefined) consent(draft, { key, uid, op, reason, by: order.author });
  }
}
