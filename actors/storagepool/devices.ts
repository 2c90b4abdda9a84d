// Which devices come in and which go, one at a time. A spare that took a place keeps it: going back by itself would wear the
// disks each time one flickers. The pool never has fewer devices in between than its profile needs.

import type { StepOf, Why } from '../../engine/model/actor.ts';
import { why } from '../../engine/model/drift.ts';
import type { DeviceWish, Profile } from '../../drivers/storage/port.ts';
import type { StoragepoolSpec } from '../../schemas/types.ts';
import { FEWEST, holds, problemOf, wishOf, type Ops, type StoragepoolStatus } from './status.ts';

/** Lost devices first, then what is not wanted, then what is new. The pool never has fewer devices in between. */
export function deviceSteps(want: StoragepoolSpec, status: StoragepoolStatus): readonly StepOf<Ops>[] {
  const wishes = want.devices.map(wishOf);
  const spares = want.spares.map(wishOf);
  const known = new Set([...wishes, ...spares].map(({ path }) => path));
  const members = new Map((status.members ?? []).map((member) => [member.path, member.state]));
  const steps: StepOf<Ops>[] = [];
  const ruins = (wish: DeviceWish): { risk?: 'destructive' } =>
    holds(status, wish.path) ? { risk: 'destructive' } : {};
  const next = (from: readonly DeviceWish[], out?: string): DeviceWish | undefined =>
    from.find(
      (wish) =>
        (!members.has(wish.path) || (wish.path === out && members.get(out) === 'missing')) &&
        problemOf(wish, status) === undefined,
    );
  const replace = (out: string, wish: DeviceWish, because: Why): void => {
    members.delete(out);
    members.set(wish.path, 'healthy');
    steps.push({ op: 'replaceDevice', args: { out, in: wish }, why: because, ...ruins(wish) });
  };

  for (const { path, state } of status.members ?? []) {
    if (state === 'healthy') continue;
    const standIn = next([...wishes, ...spares], path);
    if (members.size > wishes.length && !known.has(path)) continue; // to be released below
    if (standIn !== undefined)
      replace(
        path,
        standIn,
        why(`devices[${path}]`, state, 'healthy', `${path} is ${state}; ${standIn.path} takes its place`),
      );
  }
  for (const path of [...members.keys()].filter((member) => !known.has(member))) {
    const standIn = next(wishes);
    if (standIn !== undefined) replace(path, standIn, why('devices', path, standIn.path));
  }
  for (let wish = next(wishes); wish !== undefined && members.size < wishes.length; wish = next(wishes)) {
    members.set(wish.path, 'healthy');
    steps.push({ op: 'addDevice', args: wish, why: why('devices', null, wish.path), ...ruins(wish) });
  }
  const wanted = new Set(wishes.map(({ path }) => path));
  const surplus = [...members.keys()]
    .filter((path) => !wanted.has(path))
    .sort((a, b) => Number(known.has(a)) - Number(known.has(b)));
  const profiles = [status.config?.['dataProfile'], status.config?.['metadataProfile']] as (Profile | null)[]; // statusOf puts profiles there
  const fewest = Math.max(wishes.length, ...profiles.map((profile) => (profile === null ? 1 : FEWEST[profile])));
  for (const path of surplus) {
    if (members.size <= fewest) break;
    members.delete(path);
    steps.push({ op: 'removeDevice', args: { path }, why: why('devices', path, null) });
  }
  return steps;
}
