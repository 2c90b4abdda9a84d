// Input that means harm: each is answered by an error or a tree, in memory that its size explains. The clock is not
// asked; what would take quadratic time here runs into the timeout of the test.

import { expect } from 'chai';
import { Report, SourceFile } from '../../../../engine/model/diagnostic.ts';
import { parseYaml } from '../../../../engine/blueprint/yaml/parse.ts';

function outcome(text: string): { code: string | undefined; errors: number; kept: number } {
  const report = new Report();
  parseYaml(new SourceFile('f.yaml', text), report);
  return { code: report.diagnostics[0]?.code, errors: report.errors, kept: report.diagnostics.length };
}

function bomb(levels: number): string {
  let text = 'a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n';
  for (let i = 1; i < levels; i++)
    text += `a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(',')}]\n`;
  return text;
}

describe('hostile YAML', () => {
  const deep: readonly [string, string][] = [
    ['20,000 open brackets', '['.repeat(20_000)],
    ['20,000 brackets, all closed', `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`],
    ['20,000 open maps', '{a: '.repeat(20_000)],
    ['20,000 braces', `a: ${'{'.repeat(20_000)}`],
    ['20,000 dashes', `${'- '.repeat(20_000)}x`],
    ['20,000 question marks', `${'? '.repeat(20_000)}x`],
    ['20,000 keys in one line', `${'a: '.repeat(20_000)}x`],
    ['2,500 levels of indentation', Array.from({ length: 2_500 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')],
    ['a tab before 20,000 brackets', `a:\t${'['.repeat(20_000)}`],
  ];
  for (const [name, text] of deep) {
    it(`${name}: one error about depth`, () => {
      expect(outcome(text)).to.deep.equal({ code: 'YAML_TOO_DEEP', errors: 1, kept: 1 });
    });
  }

  it('a bomb of aliases: one error, before it is expanded', () => {
    expect(outcome(bomb(12))).to.deep.equal({ code: 'YAML_ALIAS_LIMIT', errors: 1, kept: 1 });
  });

  it('a bomb of merges', () => {
    const base = Array.from({ length: 1000 }, (_, i) => `k${i}: 1`).join(', ');
    expect(outcome(`base: &b {${base}}\nlist:\n${'- <<: *b\n'.repeat(8_000)}`)).to.deep.equal({
      code: 'YAML_ALIAS_LIMIT',
      errors: 1,
      kept: 1,
    });
  });

  it('a chain of 5,000 aliases, each one level deeper', () => {
    let text = 'a0: &a0 [x]\n';
    for (let i = 1; i < 5_000; i++) text += `a${i}: &a${i} [*a${i - 1}]\n`;
    expect(outcome(text).code).to.equal('YAML_TOO_DEEP');
  });

  it('100,000 duplicate keys: all counted, a thousand kept', () => {
    expect(outcome('a: 1\n'.repeat(100_000))).to.deep.equal({ code: 'YAML_DUPLICATE_KEY', errors: 99_999, kept: 1000 });
  });

  it('100,000 different keys and one duplicate, by the careful reader', () => {
    const keys = Array.from({ length: 100_000 }, (_, i) => `k${i}: 1\n`).join('');
    expect(outcome(`x:\t1\n${keys}k5: 1\n`)).to.deep.equal({ code: 'YAML_DUPLICATE_KEY', errors: 1, kept: 1 });
  });

  it('a 10 MB list of services', () => {
    const text = Array.from({ length: 300_000 }, (_, i) => `service__number${i}: { value: ${i} }\n`).join('');
    expect(text.length).to.be.greaterThan(10_000_000);
    expect(outcome(text).errors).to.equal(0);
  });

  it('one line of 5 MB', () => expect(outcome(`a: ${'x'.repeat(5_000_000)}`).errors).to.equal(0));
  it('a key of 5 MB', () => expect(outcome(`${'x'.repeat(5_000_000)}: 1`).code).to.equal('YAML_SYNTAX'));
  it('an open quote before 5 MB', () =>
    expect(outcome(`a: 'x${'x'.repeat(5_000_000)}`)).to.include({ code: 'YAML_SYNTAX', errors: 1 }));
  it('an open quote before 5 MB of lines', () =>
    expect(outcome(`a: "${'hello world\n  '.repeat(360_000)}`).errors).to.equal(1));
  it('2 MB of escaped quotes, never closed', () =>
    expect(outcome(`a: "${'\\"'.repeat(1_000_000)}`).errors).to.equal(1));
  it('50,000 commas', () => expect(outcome(`[${','.repeat(50_000)}`).errors).to.equal(1));
  it('50,000 closing brackets', () => expect(outcome(']'.repeat(50_000)).errors).to.equal(1));
  it('50,000 anchors in a row', () => expect(outcome(`a: ${'&a '.repeat(50_000)}`).code).to.equal('YAML_SYNTAX'));
  it('10,000 unquoted templates in one line', () =>
    expect(outcome(`a: [${'{{x}}, '.repeat(10_000)}]`).errors).to.equal(10_000));
  it('10,000 unquoted templates that open comments', () => {
    expect(
      outcome(Array.from({ length: 10_000 }, (_, i) => `k${i}: {{#if x}}y{{/if}}\n`).join('')).errors,
    ).to.be.greaterThan(0);
  });
  it('10,000 unknown aliases beside 10,000 anchors', () => {
    const text = Array.from({ length: 10_000 }, (_, i) => `k${i}: &anchor${i} x\nl${i}: *ancho${i}\n`).join('');
    expect(outcome(text).errors).to.equal(10_000);
  });
  it('50,000 lines with tabs: one error', () => {
    expect(outcome(Array.from({ length: 50_000 }, (_, i) => `\tk${i}: 1\n`).join('')).errors).to.equal(1);
  });
  it('50,000 documents', () => expect(outcome('---\na: 1\n'.repeat(50_000)).errors).to.equal(0));
});
