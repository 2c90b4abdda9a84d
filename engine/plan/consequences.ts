// What follows from an item for other services: a removal that somebody's minimum forbids, and a restart that a replaced
// producer causes. Both look across services, so they are worked out anew for each plan, over its items only.

import { why } from '../model/drift.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Registry } from '../model/registry.ts';
import type { ServiceLink } from '../model/service.ts';
import { reaches, type Consumers } from './consumers.ts';
import { interrupts } from './ops.ts';
import { minimumRefusal } from './safety.ts';
import { StepList } from './steps.ts';
import { blocked, draft, subjectOf, type Draft } from './draft.ts';
import type { View } from './view.ts';

export interface Scene {
  readonly view: View;
  readonly registry: Registry;
  readonly consumers: Consumers;
  readonly drafts: ReadonlyMap<ServiceKey, Draft>;
  readonly members: (group: ServiceKey) => ReadonlySet<ServiceKey> | undefined;
}

/**
 * Removals that would leave a consumer below its minimum, turned into refusals. A refused removal stays, and then
 * what *it* consumes must stay too; so this goes on until nothing changes. All who leave count as gone, so
 * the answer does not depend on an order.
 */
export function guardMinimums(scene: Scene, away: Iterable<ServiceKey>): ReadonlyMap<ServiceKey, Draft> {
  const { view, consumers, drafts, members } = scene;
  const leaving = new Map<ServiceKey, Draft>();
  const staying: Draft[] = [];
  for (const key of away) {
    const draft = drafts.get(key);
    if (draft === undefined || view.ownRecord(key) === undefined) continue;
    if (draft.verb === 'blocked') staying.push(draft);
    else leaving.set(key, draft);
  }
  const refused = new Map<ServiceKey, Draft>();
  if (leaving.size === 0) return refused;
  const exists = (key: ServiceKey): boolean =>
    !leaving.has(key) && (view.desired(key) !== undefined || view.record(key) !== undefined);
  const stays = ({ to }: ServiceLink): boolean => exists(to) || [...(members(to) ?? [])].some(exists);
  const check = (producer: Draft, consumer: ServiceKey, links: readonly ServiceLink[]): void => {
    if (refused.has(producer.key)) return;
    const group = producer.group?.key;
    const refusal = minimumRefusal(producer.key, consumer, links, (link) => reaches(link, producer.key, group), stays);
    if (refusal === undefined) return;
    const held = blocked(producer, refusal, true);
    refused.set(producer.key, held);
    staying.push(held);
  };
  for (const producer of [...leaving.values()].sort((a, b) => (a.key < b.key ? -1 : 1))) {
    for (const consumer of [...new Set(consumers.of(producer.key, producer.group?.key))].sort()) {
      const links = linksOf(scene, consumer);
      if (links !== undefined) check(producer, consumer, links);
    }
  }
  staying.sort((a, b) => (a.key < b.key ? 1 : -1)); // taken from the end: in key order
  for (let draft = staying.pop(); draft !== undefined; draft = staying.pop()) {
    for (const { to } of draft.oldLinks) {
      const producer = leaving.get(to);
      if (producer !== undefined) check(producer, draft.key, draft.oldLinks);
    }
  }
  return refused;
}

/** The links of a consumer that stays; undefined when it leaves itself. */
function linksOf({ view }: Scene, consumer: ServiceKey): readonly ServiceLink[] | undefined {
  const desired = view.desired(consumer);
  if (desired !== undefined) return desired.links;
  const record = view.record(consumer);
  return record === undefined || record.blueprint === view.blueprint ? undefined : record.links;
}

/** Consumers that restart because a producer is replaced, as new drafts that take the place of theirs. */
export function restartConsumers(scene: Scene, replaced: readonly Draft[]): ReadonlyMap<ServiceKey, Draft> {
  const result = new Map<ServiceKey, Draft>();
  for (const producer of [...replaced].sort((a, b) => (a.key < b.key ? -1 : 1))) {
    const group = producer.group?.key;
    for (const consumer of new Set(scene.consumers.of(producer.key, group))) {
      const service = scene.view.desired(consumer);
      const link = service?.links.find((one) => one.onReplace === 'restart' && reaches(one, producer.key, group));
      if (service === undefined || link === undefined || result.has(consumer)) continue;
      const draft = restart(scene, consumer, link.argument, producer.key);
      if (draft !== undefined) result.set(consumer, draft);
    }
  }
  return result;
}

function restart(scene: Scene, key: ServiceKey, argument: string, producer: ServiceKey): Draft | undefined {
  const { view, registry, drafts } = scene;
  const service = view.desired(key);
  const status = view.observed(key)?.status;
  const actor = service === undefined ? undefined : registry.actor(service.actor);
  if (service === undefined || actor === undefined || status?.presence !== 'present' || !service.common.running)
    return undefined;
  if (service.common.paused) return undefined;
  const known = drafts.get(key);
  if (known !== undefined && (known.verb !== 'update' || interrupts(known.steps.map(({ op }) => op)))) return undefined;
  const ops = ['restart'].filter((op) => Object.hasOwn(actor.steps, op));
  if (ops.length === 0) ops.push(...['stop', 'start'].filter((op) => Object.hasOwn(actor.steps, op)));
  if (ops.length === 0) return undefined;
  const steps = new StepList(key);
  steps.list.push(...(known?.steps ?? []));
  const because = `${producer} is replaced, and "${argument}" of ${key} restarts with it`;
  for (const op of ops)
    steps.forced(actor, op, why('onReplace', `${producer} as it was`, `${producer} as replaced`, because));
  if (known !== undefined)
    return draft(known, { ...known, verb: 'restart', steps: steps.list, notes: [...known.notes, because] });
  const subject = subjectOf(service, view.ownRecord(key), status, actor.schema['x-holdsData'] === true);
  return draft(subject, { verb: 'restart', steps: steps.list, because });
}
