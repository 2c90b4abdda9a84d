import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { plan, planToJson, type Plan } from '../../../engine/plan/index.ts';
import schema from '../../../schemas/plan.schema.json' with { type: 'json' };
import { services, world } from './random-grid.ts';
import { grid, registry, state } from './toys.ts';

describe('the JSON form of a plan', () => {
  const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile<unknown>(schema);

  it('is valid by its schema, whatever is planned, and survives being written and read', () => {
    const verbs = new Set<string>();
    fc.assert(
      fc.property(services, world, (list, at) => {
        const made: Plan = plan(state(list), grid(at), registry, { now: 10 });
        for (const { verb } of made.items) verbs.add(verb);
        const json = planToJson(made);
        expect(JSON.parse(JSON.stringify(json))).to.deep.equal(json);
        if (!validate(json)) expect(validate.errors).to.deep.equal([]);
      }),
      { numRuns: 300 },
    );
    expect([...verbs]).to.include.members([
      'create',
      'update',
      'restart',
      'replace',
      'rename',
      'revive',
      'retire',
      'delete',
      'blocked',
    ]);
  });

  it('has a schema that describes every member', () => {
    const bare: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [name, member] of Object.entries(value)) {
        if (name === 'properties' || name === '$defs') {
          for (const [field, rule] of Object.entries(member as Record<string, { description?: string }>)) {
            if (rule.description === undefined) bare.push(`${path}/${field}`);
          }
        }
        walk(member, `${path}/${name}`);
      }
    };
    walk(schema, '');
    expect(bare).to.deep.equal([]);
  });

  it('refuses a plan with a member too many or too few', () => {
    const json = planToJson(plan(state([]), grid(), registry));
    expect(validate(json)).to.equal(true);
    expect(validate({ ...json, colour: 'red' })).to.equal(false);
    expect(validate({ ...json, hash: undefined })).to.equal(false);
  });
});
