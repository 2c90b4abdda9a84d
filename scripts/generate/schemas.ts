// Reads schemas/*.schema.json as files: the generators must not need the actors, which need what is generated here.
// A schema whose top-level fields say `x-change` describes a kind; the others are shared shapes or documents.

import fs from 'node:fs';
import path from 'node:path';
import { Registry } from '../../engine/model/registry.ts';
import { asKindSchema, type FieldSchema, type KindSchema } from '../../engine/model/schema.ts';

export interface Schemas {
  /** In name order. */
  readonly kinds: readonly KindSchema[];
  /** The fields that every kind has. */
  readonly common: KindSchema;
  /** Follows a `$ref` the way the engine does. */
  readonly follow: (field: FieldSchema, home: KindSchema) => FieldSchema;
}

export function kindName(schema: KindSchema): string {
  return schema.$id.replace(/\.schema\.json$/, '');
}

export function readSchemas(folder: string): Schemas {
  const files = fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.schema.json') && name !== 'blueprint.schema.json')
    .sort();
  const shared: Record<string, FieldSchema> = {};
  const kinds: KindSchema[] = [];
  for (const name of files) {
    const schema = asKindSchema(JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')) as object);
    if (schema.$id !== name) throw new Error(`schemas/${name}: its "$id" is "${schema.$id}"; expected "${name}"`);
    if (isKind(schema)) kinds.push(schema);
    else shared[name] = schema;
  }
  const common = shared['common.schema.json'];
  if (common === undefined) throw new Error('schemas/common.schema.json is not there');
  const registry = new Registry([], shared);
  return { kinds, common: asKindSchema(common), follow: (field, home) => registry.follow(field, home) };
}

function isKind(schema: KindSchema): boolean {
  return Object.values(schema.properties ?? {}).some((field) => field['x-change'] !== undefined);
}
