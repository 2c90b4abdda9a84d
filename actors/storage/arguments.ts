// The arguments of most actions on storage are one name or path.

import type { FieldSchema } from '../../engine/model/schema.ts';

export function textArgument(field: string, description: string): FieldSchema {
  return {
    type: 'object',
    additionalProperties: false,
    required: [field],
    properties: { [field]: { type: 'string', minLength: 1, maxLength: 1024, description } },
  };
}

/** An object with one text that may be left out. */
export function optionalText(field: string, description: string): FieldSchema {
  const { required: _required, ...schema } = textArgument(field, description);
  return schema;
}
