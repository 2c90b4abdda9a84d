// Every kind there is, and the schemas that several of them share. A new kind is one file, one schema and one line here.

import { anyActor } from '../engine/model/registry.ts';
import type { AnyActor } from '../engine/model/actor.ts';
import type { FieldSchema } from '../engine/model/schema.ts';
import commonSchema from '../schemas/common.schema.json' with { type: 'json' };
import storageSchema from '../schemas/storage.schema.json' with { type: 'json' };
import workloadSchema from '../schemas/workload.schema.json' with { type: 'json' };
import { container } from './container.ts';
import { filesystem } from './filesystem.ts';
import { gateway } from './gateway.ts';
import { network } from './network.ts';
import { node } from './node.ts';
import { s3 } from './s3.ts';
import { snapshot } from './snapshot.ts';
import { storagepool } from './storagepool.ts';
import { task } from './task.ts';
import { vdisk } from './vdisk.ts';
import { vm } from './vm.ts';
import { zerodb } from './zerodb.ts';

export const actors: readonly AnyActor[] = [
  anyActor(container),
  anyActor(filesystem),
  anyActor(gateway),
  anyActor(network),
  anyActor(node),
  anyActor(s3),
  anyActor(snapshot),
  anyActor(storagepool),
  anyActor(task),
  anyActor(vdisk),
  anyActor(vm),
  anyActor(zerodb),
];

/** By the name that a `$ref` uses. JSON imports are typed by their text; that they are schemas is tested. */
export const sharedSchemas: Readonly<Record<string, FieldSchema>> = {
  'common.schema.json': commonSchema as FieldSchema,
  'storage.schema.json': storageSchema as FieldSchema,
  'workload.schema.json': workloadSchema as FieldSchema,
};
