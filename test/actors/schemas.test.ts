import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { actors, sharedSchemas } from '../../actors/index.ts';
import { Registry } from '../../engine/model/registry.ts';
import { SCHEMA_KEYWORDS, type FieldSchema, type KindSchema } from '../../engine/model/schema.ts';
import { parseMeasure } from '../../engine/model/units.ts';

const registry = new Registry(actors, sharedSchemas);

interface Place {
  readonly path: string;
  readonly field: FieldSchema;
}

/** Every field of a kind at any depth, refs followed; a shape that holds itself is visited once. */
function fieldsOf(schema: KindSchema): readonly Place[] {
  const found: Place[] = [];
  const visit = (written: FieldSchema, path: string, above: readonly FieldSchema[]): void => {
    const field = registry.follow(written, schema);
    if (path !== '') found.push({ path, field });
    if (above.includes(field)) return;
    const below = [...above, field];
    for (const [name, member] of Object.entries(field.properties ?? {})) visit(member, `${path}/${name}`, below);
    if (field.items !== undefined) visit(field.items, `${path}[]`, below);
    if (typeof field.additionalProperties === 'object') visit(field.additionalProperties, `${path}/*`, below);
    field.oneOf?.forEach((form, i) => visit(form, `${path}|${i}`, below));
  };
  visit(schema, '', []);
  return found;
}

function validator(): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false, strictTypes: false });
  for (const keyword of SCHEMA_KEYWORDS) ajv.addKeyword({ keyword });
  for (const measure of ['size', 'duration'] as const) {
    ajv.addFormat(measure, (text: string) => parseMeasure(measure, text).ok);
  }
  for (const shared of Object.values(sharedSchemas)) ajv.addSchema(shared);
  for (const { schema } of actors) ajv.addSchema(schema);
  return ajv;
}

describe('the schemas of the kinds', () => {
  for (const { kind, schema } of actors) {
    const fields = fieldsOf(schema);

    describe(kind, () => {
      it('describes every field in words', () => {
        const silent = fields.filter(({ path, field }) => isNamed(path) && (field.description ?? '').length < 5);
        expect(silent.map(({ path }) => path)).to.deep.equal([]);
      });

      it('says of every field what happens when it changes', () => {
        const unsaid = Object.entries(schema.properties).filter(([, field]) => field['x-change'] === undefined);
        expect(unsaid.map(([name]) => name)).to.deep.equal([]);
      });

      it('bounds every text, list, map and number', () => {
        const unbounded = fields.filter(({ field }) => !isBounded(field));
        expect(unbounded.map(({ path }) => path)).to.deep.equal([]);
      });

      it('gives defaults and examples that it accepts itself', () => {
        const ajv = validator();
        const wrong = Object.entries(schema.properties).flatMap(([name, written]) => {
          const field = registry.follow(written, schema);
          const check = ajv.compile({ $ref: `${schema.$id}#/properties/${name}` });
          return [...(field.default === undefined ? [] : [field.default]), ...(field.examples ?? [])]
            .filter((value) => !check(value))
            .map((value) => `${name}: ${JSON.stringify(value)}: ${ajv.errorsText(check.errors)}`);
        });
        expect(wrong).to.deep.equal([]);
      });

      it('has outputs with a type and a description', () => {
        const outputs = Object.entries(schema['x-outputs'] ?? {});
        const poor = outputs.filter(([, output]) => output.type === undefined || output.description === undefined);
        expect(poor.map(([name]) => name)).to.deep.equal([]);
      });

      it('links to roles that exist', () => {
        const lost = fields.flatMap(({ path, field }) => {
          const kinds = field['x-link']?.kind ?? [];
          return (typeof kinds === 'string' ? [kinds] : kinds)
            .filter((role) => role !== '*' && !registry.hasRole(role))
            .map((role) => `${path} → ${role}`);
        });
        expect(lost).to.deep.equal([]);
      });
    });
  }
});

/** A form of a union, and an item of a list or map, is described by what it stands in. */
function isNamed(path: string): boolean {
  return !/(\|\d+|\[\]|\/\*)$/.test(path);
}

function isBounded(field: FieldSchema): boolean {
  if (field.enum !== undefined || field.const !== undefined || field['x-content'] === true) return true;
  switch (field.type) {
    case 'string':
      return field.maxLength !== undefined || field.format !== undefined || isShort(field.pattern);
    case 'array':
      return field.maxItems !== undefined;
    case 'integer':
    case 'number':
      return field.minimum !== undefined && field.maximum !== undefined;
    case 'object':
      return field.additionalProperties === false || field.maxProperties !== undefined;
    default:
      return true;
  }
}

/** A pattern without an open repetition bounds the text by itself. */
function isShort(pattern: string | undefined): boolean {
  return pattern !== undefined && !/[*+]|\{\d+,\}/.test(pattern.replace(/\\[*+]|\[[^\]]*\]/g, 'x'));
}
