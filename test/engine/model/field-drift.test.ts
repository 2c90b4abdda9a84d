// Drift by field: one why for each field that changed, and what can never be changed in place told apart.

import { expect } from 'chai';
import { changedFields, isRefused, refusedFields } from '../../../engine/model/field-drift.ts';
import type { KindSchema } from '../../../engine/model/schema.ts';

const schema: KindSchema = {
  $id: 'jar.schema.json',
  title: 'jar',
  description: 'A jar.',
  type: 'object',
  additionalProperties: false,
  properties: {
    size: { type: 'string', format: 'size', 'x-change': 'grow' },
    rest: { type: 'string', format: 'duration', 'x-change': 'live' },
    shape: { type: 'string', 'x-change': 'refused' },
    lid: {
      type: 'object',
      properties: { colour: { type: 'string' }, wide: { type: 'boolean' } },
      'x-change': 'restart',
    },
    glass: { type: 'string' },
  },
};

describe('drift by field', () => {
  it('gathers the differences inside one field into one why', () => {
    const changed = changedFields(
      schema,
      { lid: { colour: 'red', wide: true } },
      { lid: { colour: 'blue', wide: false } },
    );
    expect(changed.map(({ field, change }) => [field, change])).to.deep.equal([['lid', 'restart']]);
    expect(changed[0]?.why).to.deep.equal({
      field: 'lid.colour',
      have: 'blue',
      want: 'red',
      text: 'lid.colour: blue → red; lid.wide: false → true',
    });
  });

  it('says sizes and durations as people write them', () => {
    const texts = changedFields(schema, { size: 2 ** 31, rest: 90_000 }, { size: 2 ** 30, rest: 3_600_000 }).map(
      ({ why }) => why.text,
    );
    expect(texts).to.deep.equal(['size: 1GiB → 2GiB', 'rest: 1h → 90s']);
  });

  it('keeps the order of the schema', () => {
    const changed = changedFields(schema, { shape: 'square', size: 2 }, { shape: 'round', size: 1 });
    expect(changed.map(({ field }) => field)).to.deep.equal(['size', 'shape']);
  });

  const refused = (want: object, config: object): boolean[] =>
    changedFields(schema, { ...want }, { ...config }).map(isRefused);

  it('refuses a field that cannot change, one that would make the thing again, and a smaller size', () => {
    expect(refused({ shape: 'square' }, { shape: 'round' })).to.deep.equal([true]);
    expect(refused({ glass: 'thick' }, { glass: 'thin' })).to.deep.equal([true]);
    expect(refused({ size: 1 }, { size: 2 })).to.deep.equal([true]);
  });

  it('does not refuse a larger size or a change in place', () => {
    expect(refused({ size: 2, rest: 1 }, { size: 1, rest: 2 })).to.deep.equal([false, false]);
  });

  it('says why it refuses', () => {
    const texts = refusedFields(
      schema,
      { size: 2 ** 20, shape: 'square', rest: 1 },
      { size: 2 ** 30, shape: 'round', rest: 2 },
    ).map(({ text }) => text);
    expect(texts).to.deep.equal([
      'size: 1GiB → 1MiB (it can only grow)',
      'shape: round → square (it cannot be changed once made)',
    ]);
  });
});
