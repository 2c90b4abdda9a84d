// What a plan refuses, each with its reason and the way out. A refusal is never a guess about data: what is protected, held,
// consumed by others or of another kind stays as it is until a person says so.

import type { AnyActor, Status, Want } from '../model/actor.ts';
import type { JsonObject } from '../model/json.ts';
import { kindOf, nameOf, type ServiceKey } from '../model/key.ts';
import type { DesiredService, ServiceLink, ServiceRecord } from '../model/service.ts';
import type { Changes } from './changes.ts';
import { sayAs, sayChange } from './measure.ts';
import { verbOf } from './ops.ts';
import type { FieldChange, Refusal } from './shape.ts';
import type { View } from './view.ts';

/** What a change would do, for the refusals that depend on it. */
export interface Proposal {
  readonly actor: AnyActor;
  readonly want: Want<JsonObject>;
  readonly status: Status;
  readonly changes: Changes;
  readonly ops: readonly string[];
}

/** Whose it is, and of which kind. */
export function ownershipRefusal(
  service: DesiredService,
  view: View,
  record: ServiceRecord | undefined,
): Refusal | undefined {
  const { key } = service;
  const owner = view.record(key)?.blueprint ?? view.tombstone(key)?.record.blueprint;
  if (owner !== undefined && owner !== view.blueprint) {
    return {
      code: 'OWNED_ELSEWHERE',
      key,
      message: `${key} belongs to the blueprint ${owner}`,
      hint: `ays give ${key} --to ${view.blueprint}, or choose another name`,
    };
  }
  if (record !== undefined && record.actor !== service.actor) {
    return {
      code: 'KIND_CHANGE',
      key,
      message: `${key} is made by ${record.actor}; the blueprint asks for ${service.actor}`,
      hint: `a service keeps its kind: declare a new name, or remove ${key} first`,
    };
  }
  return undefined;
}

/** What must not be done to it. An actor with `refusals` is asked; for others, and for what no status tells, the schema decides. */
export function changeRefusal(
  service: DesiredService,
  { actor, want, status, changes, ops }: Proposal,
): Refusal | undefined {
  const { key } = service;
  const [told] = actor.refusals?.(want, status) ?? [];
  if (told !== undefined) {
    return {
      code: 'CHANGE_REFUSED',
      key,
      message: `${key}: ${told.text}`,
      hint: 'keep what is there, or make another one under a new name',
    };
  }
  const unasked = changes.fields.filter(({ first }) => actor.refusals === undefined || first.source === 'record');
  const refused = unasked.find(({ change, first }) => change === 'refused' || (change === 'grow' && shrinks(first)));
  if (refused !== undefined) {
    const rule = refused.change === 'grow' ? 'it can only grow' : 'it cannot be changed';
    return {
      code: 'CHANGE_REFUSED',
      key,
      message: `${key}: ${sayChange(refused.first)}: ${rule}`,
      hint: `keep ${sayAs(refused.first.have, refused.first.measure)}, or make another ${kindOf(key)} under a new name`,
    };
  }
  const verb = verbOf(ops);
  if (verb === 'move') return undefined;
  const forcing = changes.fields.find(({ change }) => change === 'replace');
  const said = forcing === undefined ? 'this change' : sayChange(forcing.first);
  const byRecord = unasked.some(({ change }) => change === 'replace');
  if (actor.schema['x-holdsData'] === true && (verb === 'replace' || byRecord)) {
    return {
      code: 'DATA_REPLACE',
      key,
      message: `${key} holds data, and ${said} would need a new, empty one`,
      hint: `declare a new ${kindOf(key)} and copy the data, or keep the value`,
    };
  }
  if (verb === 'replace' && service.common.protect) {
    return {
      code: 'PROTECTED',
      key,
      message: `${key} is protected, and ${said} would replace it`,
      hint: 'set protect: false first',
    };
  }
  return undefined;
}

function shrinks({ have, want }: FieldChange): boolean {
  return typeof have === 'number' && typeof want === 'number' && want < have;
}

export function protectedFrom(record: ServiceRecord): Refusal | undefined {
  if (!record.common.protect) return undefined;
  return {
    code: 'PROTECTED',
    key: record.key,
    message: `${record.key} is protected and its block is gone`,
    hint: `put the block back with protect: false, apply, and remove it then`,
  };
}

export function unowned(key: ServiceKey, status: Status): Refusal {
  const id = status.foreign?.id ?? 'something';
  const label = status.foreign?.label === undefined ? 'no label' : `the label ${status.foreign.label}`;
  return {
    code: 'UNOWNED',
    key,
    message: `${id} stands at ${key} with ${label}; it is not ours and is left alone`,
    hint: `ays adopt ${key} --from ${id}`,
  };
}

/** Links of one list argument count together (`/stores/0`, `/stores/1`); a link inside a map stands alone (`/mounts/0/vdisk`). */
function slotOf(link: ServiceLink): string {
  return `${link.type} ${link.role} ${link.path.replace(/\/\d+$/, '')}`;
}

/** AYS's rule: nobody may be left with fewer producers of an argument than it needs. */
export function minimumRefusal(
  producer: ServiceKey,
  consumer: ServiceKey,
  links: readonly ServiceLink[],
  reaches: (link: ServiceLink) => boolean,
  stays: (link: ServiceLink) => boolean,
): Refusal | undefined {
  for (const link of links) {
    if (link.min === 0 || !reaches(link)) continue;
    const slot = slotOf(link);
    const left = new Set(links.filter((other) => slotOf(other) === slot && stays(other)).map(({ to }) => to)).size;
    if (left >= link.min) continue;
    return {
      code: 'CONSUMER_MINIMUM',
      key: producer,
      message: `Can't remove ${producer} without providing minimum of ${link.min} ${link.role} services to ${consumer}`,
      hint: `change "${link.argument}" of ${nameOf(consumer)} first, or keep the block of ${producer}`,
    };
  }
  return undefined;
}
