import { expect } from 'chai';

import { fill, problemOf, valueOf } from './filling.ts';
import { hasExpression, hasTemplate, sayWhole } from '../../../../engine/blueprint/template/index.ts';

describe('a scalar with a template (rule 8)', () => {
  it('gives text without braces back untouched', () => {
    expect(valueOf('plain \\ "text" }} { {')).to.equal('plain \\ "text" }} { {');
    expect(valueOf('')).to.equal('');
  });

  it('keeps the type when it is one whole expression', () => {
    expect(valueOf('{{params.port}}')).to.equal(8080);
    expect(valueOf('{{ params.debug }}')).to.equal(false);
    expect(valueOf('{{params.nothing}}')).to.equal(null);
    expect(valueOf('{{params.hosts}}')).to.deep.equal(['a.test', 'b.test']);
    expect(valueOf('{{params.limits}}')).to.deep.equal({ cpu: 2, memory: 512 });
    expect(valueOf('{{pick (eq params.stage "prod") 3 1}}')).to.equal(3);
    expect(valueOf('{{! why }}{{params.port}}')).to.equal(8080);
  });

  it('prints numbers and booleans inside text', () => {
    expect(valueOf('{{params.host}}:{{params.port}} {{params.debug}}')).to.equal('shop.test:8080 false');
    expect(valueOf('{{params.port}} ')).to.equal('8080 ');
  });

  it('refuses null, lists and maps inside text and says what to write', () => {
    for (const name of ['nothing', 'hosts', 'limits'])
      expect(problemOf(`x{{params.${name}}}`).code).to.equal('TEMPLATE_TYPE');
    expect(problemOf('x{{params.hosts}}').hint).to.contain('json');
    expect(valueOf('x{{json params.hosts}}')).to.equal('x["a.test","b.test"]');
  });

  it('never escapes HTML, in two braces or three', () => {
    const scope = { params: { html: '<a href="x">&amp;\'`=' } };
    for (const text of [
      '{{params.html}}',
      '{{{params.html}}}',
      '{{&params.html}}',
      '{{#if true}}{{params.html}}{{/if}}',
    ]) {
      expect(valueOf(text, scope)).to.equal('<a href="x">&amp;\'`=');
    }
  });

  it('takes escaped braces as text', () => {
    expect(valueOf('\\{{x}}')).to.equal('{{x}}');
    expect(valueOf('a \\{{x}} {{params.port}} \\{{y}}')).to.equal('a {{x}} 8080 {{y}}');
    expect(valueOf('a\\\\{{params.port}}')).to.equal('a\\8080');
    expect(valueOf('{{"{{"}}')).to.equal('{{');
    expect(valueOf('{{{{raw}}}} {{x}} {{{{/raw}}}}')).to.equal(' {{x}} ');
  });

  it('leaves out comments of both kinds', () => {
    expect(valueOf('a{{! one }}b{{!-- two }} still --}}c')).to.equal('abc');
    expect(valueOf('{{! only }}')).to.equal('');
  });

  it('does not evaluate what a value says', () => {
    expect(valueOf('{{params.text}}', { params: { text: '{{params.text}}' } })).to.equal('{{params.text}}');
    expect(valueOf('a {{params.text}}', { params: { text: '\\{{x}} $& {{{' } })).to.equal('a \\{{x}} $& {{{');
  });

  it('reads literals: text in both quotes, numbers, booleans, null', () => {
    expect(valueOf('{{"a b"}}')).to.equal('a b');
    expect(valueOf('{{\'it is "so"\'}}')).to.equal('it is "so"');
    expect(valueOf('{{-1.5}}')).to.equal(-1.5);
    expect(valueOf('{{true}}')).to.equal(true);
    expect(valueOf('{{null}}')).to.equal(null);
  });

  it('keeps unicode and both kinds of line ends', () => {
    expect(valueOf('é😀{{params.t}}\r\n', { params: { t: '\u2028ß' } })).to.equal('é😀\u2028ß\r\n');
  });

  it('knows each and replica where the block has them', () => {
    const scope = { each: { key: 'eu', value: { zone: 1 } }, replica: 2 };
    expect(valueOf('{{each.key}}-{{each.value.zone}}-{{replica}}', scope)).to.equal('eu-1-2');
    expect(valueOf('{{each.value}}', scope)).to.deep.equal({ zone: 1 });
    expect(valueOf('{{replica}}', scope)).to.equal(2);
  });

  it('says so where each and replica are not known', () => {
    expect(problemOf('{{each.key}}').message).to.contain('"each:"');
    expect(problemOf('{{replica}}').message).to.contain('"replicas:"');
    expect(problemOf('{{replica.x}}', { scope: { replica: 1 } }).message).to.contain('no member "x"');
  });

  it('reaches into lists and odd names by brackets', () => {
    expect(valueOf('{{params.hosts.[1]}}')).to.equal('b.test');
    expect(valueOf('{{params.users.[0].name}}')).to.equal('ann');
    expect(valueOf('{{params.m.[a b]}}', { params: { m: { 'a b': 7 } } })).to.equal(7);
    expect(valueOf('{{lookup params.m "a.b"}}', { params: { m: { 'a.b': 7 } } })).to.equal(7);
  });

  it('sees own members only, whatever they are called', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__defineGetter__']) {
      expect(problemOf(`{{params.${name}}}`).code, name).to.equal('TEMPLATE_UNKNOWN_NAME');
      expect(problemOf(`{{params.limits.${name}}}`).code, name).to.equal('TEMPLATE_UNKNOWN_NAME');
      expect(problemOf(`{{${name}}}`).code, name).to.equal('TEMPLATE_UNKNOWN_NAME');
      expect(problemOf(`{{${name} 1}}`).code, name).to.equal('TEMPLATE_HELPER');
      expect(valueOf(`{{lookup params.limits "${name}"}}`), name).to.equal(null);
    }
    expect(problemOf('{{params.host.length}}').code).to.equal('TEMPLATE_UNKNOWN_NAME');
    const own = JSON.parse('{"__proto__": 1}') as Record<string, number>;
    expect(valueOf('{{params.__proto__}}', { params: own })).to.equal(1);
  });

  it('names what exists and the nearest name', () => {
    const problem = problemOf('{{params.stge}}');
    expect(problem).to.include({
      code: 'TEMPLATE_UNKNOWN_NAME',
      column: 3,
      endColumn: 14,
      hint: 'did you mean params.stage?',
    });
    expect(problem.message).to.contain('params.host');
    expect(problemOf('{{prams.host}}').hint).to.equal('did you mean params?');
    expect(problemOf('{{params.limits.cup}}').hint).to.equal('did you mean params.limits.cpu?');
    expect(problemOf('{{params.hosts.length}}').hint).to.equal('write (length params.hosts)');
    expect(problemOf('{{eq}}').hint).to.equal('eq is a helper: {{eq A B}}');
  });

  it('reports every wrong expression of a scalar', () => {
    const { value, problems } = fill('{{params.a}} {{params.host}} {{upper 1}}');
    expect(value).to.equal(undefined);
    expect(problems.map(({ code, column }) => [code, column])).to.deep.equal([
      ['TEMPLATE_UNKNOWN_NAME', 3],
      ['TEMPLATE_HELPER', 38],
    ]);
  });

  it('evaluates the same text twice alike, problems too', () => {
    expect(problemOf('{{params.a}}')).to.deep.equal(problemOf('{{params.a}}'));
    expect(problemOf('{{a')).to.deep.equal(problemOf('{{a'));
  });
});

describe('detecting templates', () => {
  it('tells braces, expressions and whole expressions apart', () => {
    const rows = [
      'a',
      'a {b}',
      '{{a}}',
      '\\{{a}}',
      '\\\\{{a}}',
      '\\{{a}} {{b}}',
      'x{{a}}',
      '{{a}}{{b}}',
      '{{#if a}}{{/if}}',
      '{{a',
      '{{a "}} {{"}}',
    ];
    expect(
      rows.map((text) => [hasTemplate(text), hasExpression(text), sayWhole(text)].map(Number).join('')),
    ).to.deep.equal(['000', '000', '111', '100', '110', '110', '110', '110', '110', '110', '111']);
  });
});

describe('the place of a template problem', () => {
  const column = (
    source: string,
    text: string,
    style: 'plain' | 'single' | 'double',
    at: number,
  ): readonly number[] => {
    const { line, column: from, endColumn } = problemOf(text, { source, style, at });
    return [line, from, endColumn];
  };

  it('is exact in plain and quoted scalars', () => {
    expect(column('a: x {{params.q}}', 'x {{params.q}}', 'plain', 3)).to.deep.equal([1, 8, 16]);
    expect(column("a: 'x {{params.q}}'", 'x {{params.q}}', 'single', 3)).to.deep.equal([1, 9, 17]);
    expect(column('a: "x {{params.q}}"', 'x {{params.q}}', 'double', 3)).to.deep.equal([1, 9, 17]);
    expect(column('é😀: x {{params.q}}', 'x {{params.q}}', 'plain', 5)).to.deep.equal([1, 10, 18]);
  });

  it('is exact before an escape and the whole scalar behind it', () => {
    expect(column('"{{params.q}} \\u0041"', '{{params.q}} A', 'double', 0)).to.deep.equal([1, 4, 12]);
    expect(column('"\\u0041 {{params.q}}"', 'A {{params.q}}', 'double', 0)).to.deep.equal([1, 1, 22]);
  });

  it('is exact in literal blocks, with any indentation and line end', () => {
    const source = 'a:\n  b: |2-\n    one\n\n      two {{params.q}}\n';
    expect(problemOf('  one\n\n    two {{params.q}}', { source, style: 'literal', at: 8 })).to.include({
      line: 5,
      column: 13,
      endColumn: 21,
    });
    const crlf = 'b: |\r\n  one\r\n  {{params.q}}\r\n';
    expect(problemOf('one\n{{params.q}}\n', { source: crlf, style: 'literal', at: 3 })).to.include({
      line: 3,
      column: 5,
      endColumn: 13,
    });
  });
});
