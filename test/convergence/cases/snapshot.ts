// Snapshots of filesystems and vdisks; what they were taken of goes on changing.

import fc from 'fast-check';
import { snapshot } from '../../../actors/snapshot.ts';
import { memoryStorage, type MemoryStorage } from '../../../drivers/storage/memory.ts';
import { anyActor } from '../../../engine/model/registry.ts';
import type { ActorCase } from '../actor-case.ts';

const live = { flush: fc.boolean(), note: fc.constantFrom('', 'before the upgrade') };
const source = fc.constantFrom({ filesystem: 'photos' }, { vdisk: 'rows' });

export const snapshotCase: ActorCase<MemoryStorage> = {
  actor: anyActor(snapshot),
  makeDriver: () => memoryStorage({ vdisks: { content: (name) => `blocks of ${name}`, restore: () => undefined } }),
  specs: fc.tuple(source, fc.record({ readOnly: fc.boolean(), ...live })).map(([of, spec]) => ({ ...of, ...spec })),
  followUp: (spec) => fc.record(live).map((changes) => ({ ...spec, ...changes })),
  prepare: (driver) => driver.world.makeFilesystem('photos', 'main'),
  /** `running` is for workloads, and there is nothing to detach. */
  ends: () => ['ready'],
  disturb: [
    { name: 'its source changed', act: (driver) => driver.world.write('filesystem/photos', 'another state') },
    { name: 'its note edited by hand', act: (driver, key) => driver.world.editByHand(key, { note: 'mine' }) },
    { name: 'removed by hand', act: (driver, key) => driver.world.removeByHand(key) },
    { name: 'a stranger in its place', act: (driver, key) => void driver.world.putForeign(key) },
  ],
};
