// Random bytes, random YAML and damaged examples: the reader must say something sensible about each, or read it.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { judge } from './judge.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', '..', '..', 'blueprints', 'examples');
const examples = readdirSync(EXAMPLES)
  .filter((name) => /\.ya?ml(\.hbs)?$/.test(name))
  .map((name) => ({ name, text: readFileSync(join(EXAMPLES, name), 'utf8') }));

const words = fc.constantFrom(
  'container__web',
  'vdisk__rows',
  'storagepool__main',
  'network__lan',
  'package__p',
  'services',
  'params',
  'secrets',
  'outputs',
  'actions',
  'eventfilters',
  'blueprint',
  'image',
  'env',
  'mounts',
  'after',
  'each',
  'when',
  'replicas',
  'was',
  'size',
  'default',
  'type',
  'action',
  'kind',
  'service',
  'args',
  'x-a',
  '__proto__',
  'constructor',
  'toString',
  '$ays',
  '<<',
  '*a',
  '&a x',
  '!!str',
  '- ',
  ': ',
  '\n',
  '\n  ',
  '\n    ',
  '\n- ',
  '{',
  '}',
  '[',
  ']',
  ', ',
  '"',
  "'",
  '#',
  '|',
  '>',
  '---',
  '...',
  '\t',
  '{{',
  '}}',
  '{{params.a}}',
  '{{status "container/web" "address"}}',
  '{{secret "a"}}',
  '{{#each params.a}}',
  '{{/each}}',
  '{{each.key}}',
  'oci:a.test/a:1',
  '1GiB',
  '10',
  '-1',
  '1e400',
  '.nan',
  '0x',
  'null',
  '~',
  'true',
  'container/web',
  'web',
  'main',
  '\u{1F600}',
  '\u0000',
  '\u2028',
  '\ufeff',
  '\r\n',
  '\ud800',
);

describe('reading what nobody wrote on purpose', function () {
  this.timeout(120_000);

  it('survives random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void judge(bytes)),
      { numRuns: 400 },
    );
  });

  it('survives random text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => void judge(text)),
      { numRuns: 400 },
    );
  });

  it('survives the words of the language in random order', () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 60 }), (parts) => void judge(`${parts.join('')}\n`)),
      { numRuns: 1500 },
    );
  });

  it('survives the words of the language in random order as a template file', () => {
    fc.assert(
      fc.property(
        fc.array(words, { maxLength: 40 }),
        (parts) =>
          void judge({
            '/b/a.yaml.hbs': `params: { a: { type: array, items: {}, default: [a, b] } }\n---\n${parts.join('')}\n`,
          }),
      ),
      { numRuns: 500 },
    );
  });

  it('survives maps of known keys with random values', () => {
    const value = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        words.filter((word) => !/[\n"{}[\]]/.test(word)),
        fc.integer(),
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(words, tie('any'), { maxKeys: 4 }),
      ),
    })).any;
    // JSON is YAML: the structure is right and everything in it is wrong.
    fc.assert(
      fc.property(fc.dictionary(words, value, { maxKeys: 8 }), (document) => void judge(JSON.stringify(document))),
      { numRuns: 1500 },
    );
  });

  for (const { name, text } of examples) {
    const file = `/b/${name}`;

    it(`reads ${name} itself, and survives it with some of it gone, doubled, moved or replaced`, () => {
      judge({ [file]: text }, { path: file });
      const edit = fc.record({
        at: fc.nat(text.length),
        length: fc.nat(40),
        how: fc.constantFrom('cut', 'double', 'insert', 'indent', 'line'),
        what: words,
      });
      fc.assert(
        fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
          let damaged = text;
          for (const { at, length, how, what } of edits) {
            const start = Math.min(at, damaged.length);
            const end = Math.min(start + length, damaged.length);
            if (how === 'cut') damaged = damaged.slice(0, start) + damaged.slice(end);
            else if (how === 'double') damaged = damaged.slice(0, end) + damaged.slice(start);
            else if (how === 'insert') damaged = damaged.slice(0, start) + what + damaged.slice(start);
            else {
              const line = damaged.lastIndexOf('\n', start) + 1;
              const next = damaged.indexOf('\n', line) + 1;
              damaged =
                how === 'indent'
                  ? `${damaged.slice(0, line)}  ${damaged.slice(line)}`
                  : damaged.slice(0, line) + (next === 0 ? '' : damaged.slice(next));
            }
          }
          judge({ [file]: damaged }, { path: file });
        }),
        { numRuns: 150 },
      );
    });
  }
});
