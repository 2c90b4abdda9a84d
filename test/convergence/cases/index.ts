// Every kind, for the contract that all of them keep (actor-contract.ts). A kind that is not listed is not proven.

import type { ActorCase } from '../actor-case.ts';
import { containerCase } from './container.ts';
import { filesystemCase } from './filesystem.ts';
import { gatewayCase } from './gateway.ts';
import { networkCase } from './network.ts';
import { nodeCase } from './node.ts';
import { s3Case } from './s3.ts';
import { snapshotCase } from './snapshot.ts';
import { storagepoolCase } from './storagepool.ts';
import { taskCase } from './task.ts';
import { vdiskCase } from './vdisk.ts';
import { vmCase } from './vm.ts';
import { zerodbCase } from './zerodb.ts';

export const cases: readonly ActorCase[] = [
  containerCase,
  filesystemCase,
  gatewayCase,
  networkCase,
  nodeCase,
  s3Case,
  snapshotCase,
  storagepoolCase,
  taskCase,
  vdiskCase,
  vmCase,
  zerodbCase,
];
