// Who takes whose place. `was` and the renumbering of replicas give a thing another key where it stands; nothing is made
// again. Deterministic and idempotent: once the new key has its record, the question is answered and not asked again.

import { kindOf, type ServiceKey } from '../model/key.ts';
import type { DesiredService } from '../model/service.ts';
import type { Refusal } from './shape.ts';
import type { View } from './view.ts';

export interface Claim {
  readonly from: ServiceKey;
  readonly via: 'was' | 'replica';
}

export type Claimed =
  { readonly kind: 'claim'; readonly claim: Claim } | { readonly kind: 'refused'; readonly refusal: Refusal };

/** What this service asks to take over; undefined when nothing, or when it is there already. */
export function claimOf(service: DesiredService, view: View): Claimed | undefined {
  const { key, common } = service;
  if (view.record(key) !== undefined) return undefined;
  if (common.was !== undefined) {
    const claimed = claimWas(service, common.was, view);
    if (claimed !== undefined) return claimed;
  }
  const from = neighbour(service);
  if (from === undefined || view.desired(from) !== undefined || view.tombstone(key) !== undefined) return undefined;
  const record = view.ownRecord(from);
  if (record === undefined) return undefined;
  const fits = service.group === undefined ? record.group?.key === key : record.group === undefined;
  return fits ? { kind: 'claim', claim: { from, via: 'replica' } } : undefined;
}

function claimWas(service: DesiredService, was: ServiceKey, view: View): Claimed | undefined {
  const { key } = service;
  if (kindOf(was) !== kindOf(key)) {
    return refuse(key, `${key}: "was" names ${was}, which is another kind`, 'a service keeps its kind; remove "was"');
  }
  for (const from of wasSources(service, was)) {
    const foreignRecord = view.record(from);
    if (foreignRecord !== undefined && foreignRecord.blueprint !== view.blueprint) {
      const message = `${key}: "was" names ${from}, which belongs to the blueprint ${foreignRecord.blueprint}`;
      const hint = `ays give ${from} --to ${view.blueprint}`;
      return { kind: 'refused', refusal: { code: 'OWNED_ELSEWHERE', key, message, hint } };
    }
    if (!standsUnder(from, view)) continue;
    if (view.desired(from) !== undefined) {
      return refuse(
        key,
        `${key}: "was" names ${from}, which is declared too`,
        `remove the block of ${from}, or remove "was"`,
      );
    }
    if (view.ownTombstone(key)?.state === 'retired') {
      return refuse(
        key,
        `${key}: an older ${key} is retired and kept, so ${from} cannot take its name`,
        `ays destroy ${key} --data, or choose another name`,
      );
    }
    return { kind: 'claim', claim: { from, via: 'was' } };
  }
  return undefined;
}

/** A record, a kept one, or a thing of ours without a record (adoptable). */
function standsUnder(from: ServiceKey, view: View): boolean {
  if (view.ownRecord(from) !== undefined) return true;
  const tombstone = view.tombstone(from);
  if (tombstone !== undefined) return tombstone.state === 'retired' && tombstone.record.blueprint === view.blueprint;
  return view.observed(from)?.status.presence === 'present';
}

/** Of a group each replica takes the one with its number; a lone service is taken by the first. */
function wasSources(service: DesiredService, was: ServiceKey): readonly ServiceKey[] {
  const { group } = service;
  if (group === undefined) return [was];
  const numbered: ServiceKey = `${was}.${group.index}`;
  return group.index === 1 ? [numbered, was] : [numbered];
}

function neighbour(service: DesiredService): ServiceKey | undefined {
  if (service.group === undefined) return `${service.key}.1`;
  return service.group.index === 1 ? service.group.key : undefined;
}

function refuse(key: ServiceKey, message: string, hint: string): Claimed {
  return { kind: 'refused', refusal: { code: 'WAS_INVALID', key, message, hint } };
}

/** The key without a replica number, if it ends in one. */
export function baseOf(key: ServiceKey): ServiceKey | undefined {
  const match = /^(.+)\.[0-9]+$/.exec(key);
  return match === null ? undefined : (match[1] as ServiceKey); // what stands before the last dot is still kind/name
}
