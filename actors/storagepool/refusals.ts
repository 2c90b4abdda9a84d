// What a pool will not do, and what a person must do instead: profiles without enough devices, devices that cannot be taken,
// and a pool that has lost more than its profile bears.

import type { Why } from '../../engine/model/actor.ts';
import { why } from '../../engine/model/drift.ts';
import { changedFields, isRefused } from '../../engine/model/field-drift.ts';
import type { StoragepoolSpec } from '../../schemas/types.ts';
import { deviceSteps } from './devices.ts';
import { FEWEST, problemOf, schema, settingsOf, wishOf, type StoragepoolStatus } from './status.ts';

export function profileRefusals(want: StoragepoolSpec, status: StoragepoolStatus): readonly Why[] {
  const settings = settingsOf(want);
  const refusals: Why[] = [];
  for (const field of ['dataProfile', 'metadataProfile'] as const) {
    const fewest = FEWEST[settings[field]];
    if (want.devices.length < fewest)
      refusals.push(
        why(
          'devices',
          want.devices.length,
          fewest,
          `${settings[field]} needs ${fewest} devices, ${want.devices.length} are given`,
        ),
      );
  }
  const refused = changedFields(schema, { ...settings }, status.config).filter(isRefused);
  return [
    ...refusals,
    ...refused.flatMap((changed) => {
      const fewest = FEWEST[settings[changed.field as 'dataProfile' | 'metadataProfile']]; // only these two are refused
      const hindrance = want.convert
        ? hindranceOf(fewest, want, status)
        : 'reported only; convert: true rewrites the pool';
      return hindrance === undefined ? [] : [{ ...changed.why, text: `${changed.why.text} (${hindrance})` }];
    }),
  ];
}

/** Why a conversion that is wanted does not take place, also after all that its devices still wait for. */
function hindranceOf(fewest: number, want: StoragepoolSpec, status: StoragepoolStatus): string | undefined {
  const members = status.members ?? [];
  const steps = deviceSteps(want, status);
  const gone = new Set(
    steps.flatMap(({ op, args }) => (op === 'replaceDevice' ? [args.out] : op === 'removeDevice' ? [args.path] : [])),
  );
  const ill = members.find(({ path, state }) => state !== 'healthy' && !gone.has(path));
  if (ill !== undefined) return `converted when ${ill.path} is replaced, which is ${ill.state}`;
  const added = steps.filter(({ op }) => op === 'addDevice').length;
  return members.length + added < fewest ? `converted when it has ${fewest} devices` : undefined;
}

export function deviceRefusals(want: StoragepoolSpec, status: StoragepoolStatus): readonly Why[] {
  if (status.state === 'error') {
    const gone = (status.members ?? []).filter(({ state }) => state === 'missing').map(({ path }) => path);
    return [
      why(
        'devices',
        `${gone.join(', ')} missing`,
        'present',
        `${gone.join(', ')}: more devices are gone than the profile bears; plug them in again, nothing is changed until then`,
      ),
    ];
  }
  const members = new Set((status.members ?? []).map(({ path }) => path));
  if (status.presence === 'present' && members.size >= want.devices.length) return [];
  return want.devices.flatMap((device, i) => {
    const problem = members.has(wishOf(device).path) ? undefined : problemOf(wishOf(device), status);
    return problem === undefined
      ? []
      : [why(`devices[${i}]`, problem, 'usable', `devices[${i}]: ${wishOf(device).path} ${problem}`)];
  });
}
