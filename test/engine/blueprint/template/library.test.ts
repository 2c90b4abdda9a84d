import { expect } from 'chai';

import { isDeferred } from '../../../../engine/model/expression.ts';
import { EXAMPLE_PARAMS, helperNames } from '../../../../engine/blueprint/template/index.ts';
import { problemOf, valueOf } from './filling.ts';

describe('the helpers of templates', () => {
  for (const { name, arguments: args, summary, example } of helperNames()) {
    it(`${name} gives what its example says`, () => {
      const value = valueOf(example.template, { params: EXAMPLE_PARAMS });
      expect(isDeferred(value) ? value.$ays.template : value).to.deep.equal(example.gives);
      expect(args).not.to.equal('');
      expect(summary).to.match(/^[a-zA-Z].*[^.]$/);
      expect(example.template).to.contain(name);
    });

    it(`${name} counts its arguments`, () => {
      expect(problemOf(`{{${name} ${'1 '.repeat(101)}}}`)).to.include({
        code: 'TEMPLATE_HELPER',
        hint: `for example ${example.template}`,
      });
    });
  }

  it('check the types of what they are given, and name helper, place, found and expected', () => {
    const problem = problemOf('{{add params.port (upper params.limits)}}');
    expect(problem).to.include({ code: 'TEMPLATE_HELPER', column: 26, endColumn: 39 });
    expect(problem.message).to.equal('upper expects text as argument 1, found a map');
    for (const text of [
      '{{add 1 "2"}}',
      '{{join "a" ","}}',
      '{{keys params.hosts}}',
      '{{lt 1 "a"}}',
      '{{first "a"}}',
      '{{contains params.limits 1}}',
      '{{split "a" ""}}',
      '{{replace "a" "" "b"}}',
      '{{indent 1.5 "a"}}',
      '{{indent -1 "a"}}',
      '{{unbase64 "%%%"}}',
      '{{unbase64 "/w=="}}',
      "{{unjson '{'}}",
      '{{div 1 0}}',
      '{{mod 1 0}}',
      '{{concat params.hosts "a"}}',
      '{{join (unjson "[null]") ","}}',
    ]) {
      expect(problemOf(text).code, text).to.equal('TEMPLATE_HELPER');
    }
    const big = '9'.repeat(300);
    expect(problemOf(`{{mul ${big} ${big}}}`).message).to.contain('too large');
  });

  it('know the nearest helper, and values that are called like one', () => {
    expect(problemOf('{{eqq 1 2}}').hint).to.equal('did you mean eq?');
    expect(problemOf('{{params.host "x"}}').message).to.equal('params.host is a value and takes no arguments');
    expect(problemOf('{{if true 1 2}}').hint).to.contain('pick');
    expect(problemOf('{{eq a=1}}').message).to.contain('no names');
  });

  it('treat texts as texts, never as patterns', () => {
    expect(valueOf('{{replace "a.b" "." "$&$1"}}')).to.equal('a$&$1b');
    expect(valueOf('{{split "a.b|c" "|"}}')).to.deep.equal(['a.b', 'c']);
  });

  it('count characters, not code units', () => {
    expect(valueOf('{{length "é😀"}}')).to.equal(2);
  });

  it('keep line ends when they indent', () => {
    expect(valueOf('{{indent 2 params.t}}', { params: { t: 'a\r\n\r\nb\n' } })).to.equal('  a\r\n\r\n  b\n');
  });

  it('give the other value for what is missing only below the first member', () => {
    expect(valueOf('{{default params.limits.disk 9}}')).to.equal(9);
    expect(valueOf('{{default params.limits.a.b.c 9}}')).to.equal(9);
    expect(valueOf('{{default params.nothing params.host}}')).to.equal('shop.test');
    expect(valueOf('{{default false 9}}')).to.equal(false);
    expect(problemOf('{{default params.typo 9}}').code).to.equal('TEMPLATE_UNKNOWN_NAME');
  });

  it('never give minus zero', () => {
    expect(Object.is(valueOf('{{mul 0 -1}}'), 0)).to.equal(true);
  });
});
