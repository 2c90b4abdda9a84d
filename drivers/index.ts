// Every driver there is, by the name of its port. Those in memory share one grid's label, as the drivers of one node do.

import { memoryContainers } from './containers/memory.ts';
import { memoryGateways } from './gateways/memory.ts';
import { memoryNetworks } from './networks/memory.ts';
import { memoryNodes } from './nodes/memory.ts';
import { memoryObjectStores } from './objectstores/memory.ts';
import { memoryStorage } from './storage/memory.ts';
import { memoryVdisks } from './vdisks/memory.ts';
import { memoryVms } from './vms/memory.ts';
import { memoryZerodbs } from './zerodbs/memory.ts';

export type MemoryDrivers = ReturnType<typeof memoryDrivers>;

/** A fresh world in memory, whole. */
export function memoryDrivers(options: { readonly grid?: string } = {}) {
  const vdisks = memoryVdisks(options);
  return {
    containers: memoryContainers(options),
    gateways: memoryGateways(options),
    networks: memoryNetworks(options),
    nodes: memoryNodes(options),
    objectstores: memoryObjectStores(options),
    storage: memoryStorage({ ...options, vdisks: vdisks.world }),
    vdisks,
    vms: memoryVms(options),
    zerodbs: memoryZerodbs(options),
  };
}
