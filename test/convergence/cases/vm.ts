// Virtual machines that crash, are shut down from inside, paused and edited by hand, with disks and cards that come and go.

import fc from 'fast-check';
import { vm } from '../../../actors/vm.ts';
import { memoryVms, type MemoryVms } from '../../../drivers/vms/memory.ts';
import type { JsonObject } from '../../../engine/model/json.ts';
import { anyActor } from '../../../engine/model/registry.ts';
import type { ActorCase } from '../actor-case.ts';
import { someSecret } from './sealed.ts';

const MiB = 2 ** 20;
/** In the order of their names, as they are reported. */
const disks = fc.subarray(['system', 'rows', 'swap']).chain((names) =>
  fc.tuple(
    ...names.sort().map((vdisk) =>
      fc.record({
        vdisk: fc.constant(vdisk),
        maxIops: fc.constantFrom(0, 100),
        readOnly: fc.boolean(),
        boot: fc.constant(vdisk === 'system'),
      }),
    ),
  ),
);
const nics = fc.constantFrom(
  [],
  [{ name: 'eth0' }],
  [
    { name: 'eth0', network: 'lan' },
    { name: 'eth1', address: '10.0.0.9' },
  ],
);

/** Without contradictions: something to boot from, and nothing for a kernel without one. */
function coherent({ ipxe, initrd, kernelArgs, ...spec }: JsonObject): JsonObject {
  const { kernel, image, disks } = spec;
  if (kernel !== undefined) return { ...spec, kernelArgs, ...(initrd !== undefined && { initrd }) };
  const bootable = image !== undefined || ipxe !== undefined || JSON.stringify(disks).includes('"boot":true');
  return {
    ...spec,
    kernelArgs: {},
    ...(ipxe !== undefined && { ipxe }),
    ...(!bootable && { image: 'ubuntu:lts' }),
  };
}

export const vmCase: ActorCase<MemoryVms> = {
  actor: anyActor(vm),
  makeDriver: () => memoryVms(),
  specs: fc
    .record(
      {
        cpu: fc.integer({ min: 1, max: 4 }),
        memory: fc.constantFrom(512 * MiB, 1024 * MiB),
        kernel: fc.constantFrom('/boot/vmlinuz-1', '/boot/vmlinuz-2'),
        initrd: fc.constantFrom('/boot/initrd-1', '/boot/initrd-2'),
        ipxe: fc.constantFrom('https://boot.test/a', 'https://boot.test/b'),
        userData: fc.constantFrom({ sha256: 'b'.repeat(64), size: 9 }, { sha256: 'c'.repeat(64), size: 9 }),
        image: fc.constantFrom('ubuntu:lts', 'debian:13'),
        kernelArgs: fc.constantFrom({}, { console: 'ttyS0', quiet: '' }),
        disks,
        nics,
        mounts: fc.constantFrom([], [{ filesystem: 'photos', at: '/photos', readOnly: true }]),
        ports: fc.constantFrom([], ['2222:22']),
        files: fc.constantFrom([], [{ at: '/etc/motd', mode: '0644', content: { sha256: 'a'.repeat(64), size: 3 } }]),
        vnc: fc.record({ port: fc.constantFrom(5900, 5901), password: someSecret('vnc') }),
        stopAfter: fc.constantFrom(60_000, 5_000),
      },
      { requiredKeys: ['cpu', 'memory', 'kernelArgs', 'disks', 'nics', 'mounts', 'ports', 'files', 'stopAfter'] },
    )
    .map(coherent),
  ends: ({ running }) => (running ? ['ready'] : ['exists']),
  disturb: [
    { name: 'crashed', act: (driver, key) => driver.world.crash(key) },
    { name: 'shut down from inside', act: (driver, key) => driver.world.powerOff(key) },
    { name: 'paused by hand', act: (driver, key) => driver.world.pause(key) },
    { name: 'a disk unplugged', act: (driver, key) => driver.world.unplugDisk(key, 'rows') },
    { name: 'a card unplugged', act: (driver, key) => driver.world.unplugNic(key, 'eth0') },
    {
      name: 'settings edited by hand',
      act: (driver, key) => driver.world.editByHand(key, { cpu: 9, ports: ['80'], image: 'mine' }),
    },
    { name: 'removed by hand', act: (driver, key) => driver.world.removeByHand(key) },
    { name: 'a stranger in its place', act: (driver, key) => void driver.world.putForeign(key) },
  ],
};
