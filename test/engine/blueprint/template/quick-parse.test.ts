import { expect } from 'chai';
import fc from 'fast-check';

import { parseHandlebars } from '../../../../engine/blueprint/template/grammar.ts';
import { quickParse } from '../../../../engine/blueprint/template/quick-parse.ts';

const word = fc.constantFrom(
  'a',
  'params.x',
  'a.b',
  'this',
  'eq',
  'else',
  'as',
  'true',
  'null',
  '1',
  '-2.5',
  '1a',
  '"x"',
  "'y '",
  '"',
  '(',
  ')',
  ' ',
  '  ',
  '\n',
  '.',
  '..',
  '~',
  '#',
  '/',
  '|',
  '=',
  '{',
  '}',
  '!',
  '@k',
  '[0]',
  '\u00a0',
  'é',
);
const part = fc.oneof(
  { weight: 3, arbitrary: fc.array(word, { maxLength: 6 }).map((words) => `{{${words.join('')}}}`) },
  { weight: 2, arbitrary: fc.array(word, { maxLength: 6 }).map((words) => `{{${words.join(' ')}}}`) },
  fc.constantFrom('text', '{', '}', '\\', ' ', '\n', '{{', '}}', '"', '\0'),
);

describe('the quick reader of plain templates', () => {
  it('gives what the full grammar gives, or leaves it to the grammar', () => {
    let read = 0;
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        const text = parts.join('');
        const quick = quickParse(text);
        if (quick === undefined) return;
        read += 1;
        expect(quick).to.deep.equal(parseHandlebars(text, true));
      }),
      { numRuns: 5000 },
    );
    expect(read, 'texts it read').to.be.greaterThan(300);
  });

  it('reads what blueprints usually say', () => {
    for (const text of [
      '{{params.stage}}',
      '{{status "container/db" "address"}}:5432',
      '{{pick (eq params.stage "prod") 3 1}}',
      'a {{ b.c }} d',
      '{{add 1 (length params.hosts)}}',
    ]) {
      expect(quickParse(text), text).to.deep.equal(parseHandlebars(text, true));
    }
  });

  it('leaves blocks, escapes and mistakes to the grammar', () => {
    for (const text of [
      '{{#if a}}{{/if}}',
      '\\{{a}}',
      '{{{a}}}',
      '{{a',
      '{{}}',
      '{{! a }}',
      '{{~a}}',
      '{{a "b}}',
      '{{else}}',
      '{{a.this}}',
    ]) {
      expect(quickParse(text), text).to.equal(undefined);
    }
  });
});
