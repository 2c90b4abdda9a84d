import { expect } from 'chai';

import { problemOf, valueOf } from './filling.ts';

describe('blocks in templates', () => {
  it('take one branch of if and unless', () => {
    expect(valueOf('{{#if params.debug}}a{{else}}b{{/if}}')).to.equal('b');
    expect(valueOf('{{#unless params.debug}}a{{else}}b{{/unless}}')).to.equal('a');
    expect(valueOf('{{^if params.debug}}a{{/if}}')).to.equal('a');
    expect(valueOf('{{#if params.debug}}a{{else if (eq params.stage "prod")}}b{{else}}c{{/if}}')).to.equal('b');
  });

  it('count false, null, 0 and what is empty as not holding', () => {
    for (const value of [false, null, 0, '', [], {}])
      expect(valueOf('{{#if params.v}}y{{else}}n{{/if}}', { params: { v: value } })).to.equal('n');
    for (const value of [true, 1, '0', [0], { a: null }])
      expect(valueOf('{{#if params.v}}y{{else}}n{{/if}}', { params: { v: value } })).to.equal('y');
  });

  it('walk lists and maps', () => {
    expect(valueOf('{{#each params.hosts}}{{this}}{{#unless @last}},{{/unless}}{{/each}}')).to.equal('a.test,b.test');
    expect(valueOf('{{#each params.limits}}{{@index}}{{@key}}={{this}};{{/each}}')).to.equal('0cpu=2;1memory=512;');
    expect(valueOf('{{#each params.hosts as |host i|}}{{i}}{{host}}{{#if @first}}!{{/if}}{{/each}}')).to.equal(
      '0a.test!1b.test',
    );
    expect(valueOf('{{#each params.none}}x{{else}}none{{/each}}', { params: { none: [] } })).to.equal('none');
  });

  it('name members of the item, of outer items, and roots from everywhere', () => {
    expect(
      valueOf(
        '{{#each params.users}}{{name}}:{{#each roles}}{{../name}}{{this}}{{params.stage}}{{@../index}} {{/each}};{{/each}}',
      ),
    ).to.equal('ann:annxprod0 annyprod0 ;bob:;');
    expect(
      valueOf('{{#each params.users}}{{this.name}}{{./name}}{{@root.params.port}}{{../params.port}}{{/each}}'),
    ).to.equal('annann80808080bobbob80808080');
    expect(valueOf('{{#with params.limits as |l|}}{{cpu}}{{l.memory}}{{#if true}}{{cpu}}{{/if}}{{/with}}')).to.equal(
      '25122',
    );
  });

  it('tidy up lines that hold only a block or a comment', () => {
    const text = 'a\n{{#each params.hosts}}\n  - {{this}}\n{{/each}}\n{{! gone }}\nb\n';
    expect(valueOf(text)).to.equal('a\n  - a.test\n  - b.test\nb\n');
    expect(valueOf(text.replaceAll('\n', '\r\n'))).to.equal('a\r\n  - a.test\r\n  - b.test\r\nb\r\n');
    expect(valueOf('a   {{~params.port~}}   b')).to.equal('a8080b');
  });

  it('refuse what cannot be walked, and names that are not there', () => {
    expect(problemOf('{{#each params.host}}x{{/each}}').code).to.equal('TEMPLATE_TYPE');
    expect(problemOf('{{#each params.users}}{{nam}}{{/each}}').hint).to.equal('did you mean name?');
    expect(problemOf('{{this}}').code).to.equal('TEMPLATE_UNKNOWN_NAME');
    expect(problemOf('{{@index}}').code).to.equal('TEMPLATE_UNKNOWN_NAME');
    expect(problemOf('{{../params.host}}').code).to.equal('TEMPLATE_UNKNOWN_NAME');
    expect(problemOf('{{#each params.hosts}}{{@indx}}{{/each}}').hint).to.equal('did you mean @index?');
  });

  it('check the names of the branch that is not taken', () => {
    expect(problemOf('{{#if params.debug}}{{params.typo}}{{/if}}').code).to.equal('TEMPLATE_UNKNOWN_NAME');
    expect(problemOf('{{#if params.debug}}{{uper "x"}}{{/if}}').code).to.equal('TEMPLATE_HELPER');
    expect(problemOf('{{pick params.debug params.typo 1}}').code).to.equal('TEMPLATE_UNKNOWN_NAME');
    expect(problemOf('{{and params.debug params.typo}}').code).to.equal('TEMPLATE_UNKNOWN_NAME');
    expect(
      valueOf('{{#each params.none as |n|}}{{n}}{{x}}{{/each}}{{params.none}}'.replace('{{params.none}}', ''), {
        params: { none: [] },
      }),
    ).to.equal('');
  });

  it('evaluate nothing of the branch that is not taken', () => {
    expect(valueOf('{{pick true 1 (div 1 0)}}')).to.equal(1);
    expect(valueOf('{{and false (div 1 0)}}')).to.equal(false);
    expect(valueOf('{{or 1 (div 1 0)}}')).to.equal(true);
    expect(valueOf('{{default "x" (div 1 0)}}')).to.equal('x');
    expect(valueOf('{{#if false}}{{div 1 0}}{{/if}}')).to.equal('');
  });

  it('refuse partials, decorators and blocks of their own', () => {
    for (const text of ['{{> other}}', '{{#> other}}x{{/other}}', '{{* inline}}', '{{#*inline "x"}}{{/inline}}'])
      expect(problemOf(text).code, text).to.equal('TEMPLATE_NOT_ALLOWED');
    expect(problemOf('{{#params.debug}}x{{/params.debug}}')).to.include({
      code: 'TEMPLATE_HELPER',
      hint: 'to test a value write {{#if params.debug}}',
    });
    expect(problemOf('{{#eahc params.hosts}}x{{/eahc}}').hint).to.equal('did you mean {{#each …}}?');
    expect(problemOf('{{{{x}}}} {{{{/x}}}}').code).to.equal('TEMPLATE_HELPER');
    expect(problemOf('{{#if a b}}{{/if}}').code).to.equal('TEMPLATE_HELPER');
    expect(problemOf('{{#each params.hosts as |params|}}{{/each}}').code).to.equal('TEMPLATE_HELPER');
    expect(problemOf('{{#each params.hosts as |a b c|}}{{/each}}').code).to.equal('TEMPLATE_HELPER');
  });

  it('stop at the first item that is wrong', () => {
    expect(problemOf('{{#each params.hosts}}{{this.x}}{{/each}}').code).to.equal('TEMPLATE_UNKNOWN_NAME');
  });
});

describe('bombs in templates', () => {
  const thousand = Array.from({ length: 1000 }, (_, i) => i);

  it('are cut by steps and by size', () => {
    const nested = '{{#each params.l}}{{#each params.l}}{{#each params.l}}{{/each}}{{/each}}{{/each}}';
    expect(problemOf(nested, { scope: { params: { l: thousand } } }).code).to.equal('TEMPLATE_TOO_LARGE');
    const wide = '{{#each params.l}}{{#each ../params.l}}{{this}}{{/each}}{{/each}}';
    expect(problemOf(wide, { scope: { params: { l: thousand } } }).code).to.equal('TEMPLATE_TOO_LARGE');
    const long = `{{#each params.l}}${'x'.repeat(2000)}{{/each}}`;
    expect(problemOf(long, { scope: { params: { l: thousand } } }).code).to.equal('TEMPLATE_TOO_LARGE');
  });

  it('are cut inside helpers before the text is made', () => {
    const a = 'a'.repeat(1000);
    const text = '{{replace (replace params.a "a" params.a) "a" params.a}}';
    expect(problemOf(text, { scope: { params: { a } } }).code).to.equal('TEMPLATE_TOO_LARGE');
    expect(
      problemOf('{{join params.l params.a}}', { scope: { params: { a: a.repeat(10), l: thousand } } }).code,
    ).to.equal('TEMPLATE_TOO_LARGE');
    expect(
      problemOf('{{indent 100 (join params.l params.n)}}', { scope: { params: { n: '\n'.repeat(20), l: thousand } } })
        .code,
    ).to.equal('TEMPLATE_TOO_LARGE');
    const half = 'a'.repeat(600_000);
    expect(problemOf('{{concat params.h params.h}}', { scope: { params: { h: half } } }).code).to.equal(
      'TEMPLATE_TOO_LARGE',
    );
    expect(problemOf('{{split params.h "a"}}', { scope: { params: { h: half } } }).code).to.equal('TEMPLATE_TOO_LARGE');
  });

  it('are cut by depth, in brackets, blocks and else chains', () => {
    for (const depth of [100, 20_000]) {
      for (const text of [
        `{{${'(not '.repeat(depth)}1${')'.repeat(depth)}}}`,
        `{{not ${'(not '.repeat(depth)}1${')'.repeat(depth)}}}`,
        '{{#if true}}'.repeat(depth) + '{{/if}}'.repeat(depth),
        `{{#if true}}${'{{else if true}}'.repeat(depth * 5)}{{/if}}`,
        '{{#if true}}'.repeat(depth),
        `{{${'('.repeat(depth)}`,
      ]) {
        expect(problemOf(text).code, text.slice(0, 40)).to.be.oneOf(['TEMPLATE_TOO_LARGE', 'TEMPLATE_SYNTAX']);
      }
    }
  });

  it('are cut by the length of the text and by the number of expressions', () => {
    expect(problemOf(`{{params.host}}${'x'.repeat(2 ** 20)}`).code).to.equal('TEMPLATE_TOO_LARGE');
    expect(problemOf('{{#if true}}'.concat('{{1}}'.repeat(60_000), '{{/if}}')).code).to.equal('TEMPLATE_TOO_LARGE');
    expect(valueOf(`{{"${'x'.repeat(900_000)}"}}`)).to.have.length(900_000);
    expect(problemOf(`{{~"${'x\\"'.repeat(300_000)}`).code).to.be.oneOf(['TEMPLATE_TOO_LARGE', 'TEMPLATE_SYNTAX']);
  });
});
