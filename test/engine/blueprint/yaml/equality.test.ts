// The two readers are one language: whatever the fast one accepts, the library accepts with the same tree.

import { expect } from 'chai';
import fc from 'fast-check';
import { parseFast } from '../../../../engine/blueprint/yaml/fast.ts';
import { YAML_LIMITS } from '../../../../engine/blueprint/yaml/parse.ts';
import { readersAgree } from './compare.ts';
import { SNIPPETS, disturb, edits, ordinary } from './generate.ts';

describe('the fast reader and the library agree', () => {
  it('on ordinary text, nearly all of which the fast one takes', () => {
    let taken = 0;
    let all = 0;
    fc.assert(
      fc.property(ordinary, (text) => {
        all += 1;
        if (readersAgree(text)) taken += 1;
      }),
      { numRuns: 1500 },
    );
    expect(taken / all).to.be.greaterThan(0.95);
  });

  it('on ordinary text with random edits', () => {
    fc.assert(
      fc.property(ordinary, edits, (text, changes) => {
        readersAgree(disturb(text, changes));
      }),
      { numRuns: 2500 },
    );
  });

  it('on the corners of the language with random edits', () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...SNIPPETS), { minLength: 1, maxLength: 2 }), edits, (parts, changes) => {
        if (readersAgree(disturb(parts.join(''), changes))) taken += 1;
      }),
      { numRuns: 4000 },
    );
    expect(taken, 'edited snippets the fast reader still takes').to.be.greaterThan(100);
  });

  it('on the corners themselves', () => {
    for (const text of SNIPPETS) readersAgree(text);
  });

  it('on the depth limit', () => {
    for (let depth = 1; depth < 12; depth++) {
      const text = `${Array.from({ length: depth }, (_, i) => `${' '.repeat(i)}a:\n`).join('')}${' '.repeat(depth)}- [1]\n`;
      const limits = { maxDepth: 6, maxNodes: 1000 };
      readersAgree(text, limits);
      expect(parseFast(text, limits) !== undefined, `depth ${depth + 2}`).to.equal(depth + 2 <= 6);
    }
  });

  it('on how much aliases may expand to', () => {
    const text = 'a: &a [1, 2, 3]\nb: &b [*a, *a]\nc: [*b, *b]\n';
    let taken = 0;
    for (let maxNodes = 1; maxNodes < 60; maxNodes++) if (readersAgree(text, { maxDepth: 9, maxNodes })) taken += 1;
    expect(taken).to.be.within(10, 50);
  });

  // Found by fuzzing.
  const found: readonly [string, string][] = [
    ['an anchor before an anchor on the next line', 'a: &n0\n\n &n0\n\n   "env": a\n'],
    ['an anchor in a list before another', '- &a b\n- &c\n &c\n  d: e\n'],
    ['a scalar below an outdented comment', 'a:\n#it\n b:[]\nc: {\n  image: word }\n'],
    ['a comment in column 1 inside braces', "a: {b: {'c': [ 1 ]\n# c\n } }\nd: e\n"],
    ['an alias of the wrong order', '- *a\n- &a b\n'],
  ];
  for (const [name, text] of found) it(`on ${name}`, () => void readersAgree(text));

  it('on a comment in column 1 inside braces, which both accept', () => {
    expect(readersAgree('a: {b: x\n# c\n }\n')).to.equal(true);
  });

  it('gives up without a word on what it does not know', () => {
    for (const text of [
      'a: !!str 1\n',
      '%YAML 1.2\n---\na: 1\n',
      '? a\n: b\n',
      'a:\t1\n',
      'a: 1\r\n',
      'a: {{x}}\n',
      'a: "x\n  y"\n',
      'x\n',
    ]) {
      expect(parseFast(text, YAML_LIMITS), text).to.equal(undefined);
    }
  });
});
