// The top-level sections of a blueprint (rule 1) as editors should know them. Kinds come
// from their schemas, and blocks of actions, event filters and packages from the engine's own.

import type { JsonObject } from '../../engine/model/json.ts';

const NAMES = { pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$' };

export const SECTIONS: Readonly<Record<string, JsonObject>> = {
  ays: { enum: [1], description: 'Version of the blueprint language. Optional.' },
  blueprint: {
    type: ['string', 'number'],
    ...NAMES,
    patternErrorMessage: 'Expected a name: letters, digits, - and _, at most 63.',
    description: 'Name of this blueprint; it owns what it declares. Without it the name of the file or folder counts.',
  },
  params: {
    type: ['object', 'null'],
    description: 'What may be set from outside: --set, a values file, the environment, else the default.',
    propertyNames: NAMES,
    additionalProperties: {
      type: ['object', 'null'],
      properties: {
        type: {
          enum: ['string', 'integer', 'number', 'boolean', 'array', 'object'],
          description: 'Type of the value. Sizes and durations are text with format: size or format: duration.',
        },
        default: { description: 'The value when nobody gives one. Without it the parameter must be given.' },
        description: { type: 'string', description: 'What it is for; shown when it is missing.' },
        enum: { type: 'array', description: 'The only values allowed.' },
        format: { type: 'string', description: 'size or duration, with units as in a field.' },
        fromEnv: {
          type: 'string',
          description: 'Environment variable that the command line reads when no other value is given.',
        },
        pattern: { type: 'string', description: 'Regular expression that text must match.' },
        minimum: { type: 'number', description: 'Least number.' },
        maximum: { type: 'number', description: 'Greatest number.' },
        minLength: { type: 'integer', description: 'Fewest characters.' },
        maxLength: { type: 'integer', description: 'Most characters.' },
        items: { type: 'object', description: 'Schema of the items of a list.' },
        properties: { type: 'object', description: 'Schemas of the members of a map.' },
        required: { type: 'array', description: 'Members that a map must have.' },
        additionalProperties: { description: 'Whether a map may have other members, or their schema.' },
        minItems: { type: 'integer', description: 'Fewest items.' },
        maxItems: { type: 'integer', description: 'Most items.' },
        uniqueItems: { type: 'boolean', description: 'No item twice.' },
        examples: { type: 'array', description: 'Values to show.' },
      },
      additionalProperties: false,
    },
  },
  secrets: {
    type: ['object', 'null'],
    description: 'Secrets that this blueprint needs. One with generate is made at the first apply and never shown.',
    propertyNames: NAMES,
    additionalProperties: {
      type: ['object', 'null'],
      properties: {
        generate: { type: 'integer', minimum: 1, maximum: 4096, description: 'Make one of so many characters, once.' },
      },
      additionalProperties: false,
    },
  },
  outputs: {
    type: ['object', 'null'],
    description: 'What this blueprint shows when it has converged: name and expression.',
    propertyNames: NAMES,
  },
};
