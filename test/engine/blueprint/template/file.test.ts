import { expect } from 'chai';
import fc from 'fast-check';

import { Report, SourceFile, toRecord } from '../../../../engine/model/diagnostic.ts';
import type { JsonValue } from '../../../../engine/model/json.ts';
import { renderTemplateFile, splitHeader, type RenderedFile } from '../../../../engine/blueprint/template/index.ts';
import { parseTemplate } from '../../../../engine/blueprint/template/parse.ts';
import { PARAMS, valueOf } from './filling.ts';

function render(
  text: string,
  params: Readonly<Record<string, JsonValue>> = PARAMS,
  from = 0,
): { rendered: RenderedFile | undefined; problems: readonly string[] } {
  const report = new Report();
  const rendered = renderTemplateFile(new SourceFile('shop.yaml.hbs', text), { params }, report, from);
  return {
    rendered,
    problems: report
      .sorted()
      .map((each) => ((record) => `${record.line}:${record.column} ${record.code}`)(toRecord(each))),
  };
}

function textOf(text: string, params?: Readonly<Record<string, JsonValue>>): string {
  const { rendered, problems } = render(text, params);
  if (rendered === undefined) throw new Error(problems.join('\n'));
  return rendered.file.text;
}

const SHOP = `# a shop
{{#each params.hosts as |host i|}}
container__web-{{i}}:
  image: oci:shop
  env:
    HOST: {{host}}
    PASSWORD: '{{secret "db"}}'
    URL: '{{status "container/db" "address"}}/{{i}}'
{{/each}}
`;

describe('a template file (rule 10)', () => {
  it('is filled as text, and lines that hold only a block go', () => {
    expect(textOf(SHOP)).to.equal(`# a shop
container__web-0:
  image: oci:shop
  env:
    HOST: a.test
    PASSWORD: '{{secret "db"}}'
    URL: '{{status "container/db" "address"}}/0'
container__web-1:
  image: oci:shop
  env:
    HOST: b.test
    PASSWORD: '{{secret "db"}}'
    URL: '{{status "container/db" "address"}}/1'
`);
    expect(textOf(SHOP.replaceAll('\n', '\r\n'))).to.equal(textOf(SHOP).replaceAll('\n', '\r\n'));
  });

  it('hands expressions on to the scalar they end in', () => {
    expect(textOf("a: '\\{{each.value}}'")).to.equal("a: '{{each.value}}'");
    expect(textOf("a: '{{{{raw}}}}{{each.key}}{{{{/raw}}}}'")).to.equal("a: '{{each.key}}'");
    expect(textOf('{{#each params.hosts}}{{status (concat "container/" this) \'a\'}} {{/each}}')).to.equal(
      '{{status "container/a.test" "a"}} {{status "container/b.test" "a"}} ',
    );
    expect(textOf("{{#each params.hosts}}{{default (status 'db' 'a') this}} {{/each}}")).to.equal(
      "{{default (status 'db' 'a') 'a.test'}} {{default (status 'db' 'a') 'b.test'}} ",
    );
    expect(textOf('x {{~status "db" "a"~}} y')).to.equal('x{{status "db" "a"}}y');
  });

  it('says how to write what belongs to a service', () => {
    const report = new Report();
    renderTemplateFile(new SourceFile('f', 'a: {{each.value}}'), { params: {} }, report);
    expect(report.diagnostics[0]?.hint).to.contain('\\{{each.value}}');
  });

  it('cannot make its structure hang on what is known only later', () => {
    expect(render('a\n{{#if (secret "x")}}b{{/if}}').problems).to.deep.equal(['2:7 TEMPLATE_NOT_ALLOWED']);
  });

  it('reports every problem at its place', () => {
    expect(render('a: {{params.x}}\nb: {{params.host}}\nc: {{upper 1}}\n').problems).to.deep.equal([
      '1:6 TEMPLATE_UNKNOWN_NAME',
      '3:12 TEMPLATE_HELPER',
    ]);
    expect(render('a: b\nc: {{#if}}\n').problems).to.have.length(1);
  });

  it('knows where each character comes from', () => {
    const { rendered } = render(SHOP);
    const { file, map } = rendered!;
    const lineOf = (part: string): number => {
      const at = file.text.indexOf(part);
      expect(at, part).to.be.greaterThan(-1);
      const place = map(at, at + part.length);
      expect(place.file.name).to.equal('shop.yaml.hbs');
      return place.file.position(place.start).line;
    };
    expect(
      ['# a shop', 'container__web-1', 'oci:shop', 'HOST: b', 'b.test', "'{{secret", 'URL'].map(lineOf),
    ).to.deep.equal([1, 3, 4, 6, 6, 7, 8]);
    const at = file.text.indexOf('oci:shop');
    expect(map(at, at + 8)).to.include({ start: SHOP.indexOf('oci:shop'), end: SHOP.indexOf('oci:shop') + 8 });
    const value = map(file.text.indexOf('b.test'));
    expect(SHOP.slice(value.start, value.end)).to.equal('{{host}}');
  });

  it('maps every character of the result into the template, literal ones exactly', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'a: b\n',
        '  ',
        '\n',
        '\r\n',
        'x',
        '{{! c }}\n',
        '{{params.host}}',
        '{{~params.port~}}',
        '{{#if true}}\n y\n{{else}}\nz\n{{/if}}\n',
        '{{#each params.hosts}}\n - {{this}}\n{{/each}}\n',
        '\\{{q}} ',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        const { rendered } = render(text);
        const result = rendered!.file.text;
        for (let at = 0; at < result.length; at++) {
          const { start, end } = rendered!.map(at);
          expect(start).to.be.within(0, text.length);
          expect(end).to.be.within(start, text.length);
          const origin = text.slice(start, end);
          if (!origin.startsWith('{{') && /\S/.test(result[at]!)) expect(origin[0]).to.equal(result[at]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never lets a value become an expression', () => {
    const awkward = fc
      .array(fc.constantFrom('{', '{{', '}', '}}', '\\', 'a', '"', "'", ' ', 'secret "x"', '~', '!'), { maxLength: 6 })
      .map((parts) => parts.join(''));
    const shape = fc
      .array(
        fc.constantFrom(
          '{{params.a}}',
          '{{params.b}}',
          '{{json params.a}}',
          '{',
          'x',
          ' ',
          '{{secret "own"}}',
          '\\\\',
          '}',
        ),
        { maxLength: 6 },
      )
      .map((parts) => parts.join(''));
    let filled = 0;
    fc.assert(
      fc.property(shape, awkward, awkward, (text, a, b) => {
        const { rendered } = render(text, { a, b });
        if (rendered === undefined) return;
        filled += 1;
        // What a scalar makes of it: the expressions the author wrote and no more. What cannot be read is refused loudly.
        const made = expressionsIn(rendered.file.text);
        if (made !== undefined) expect(made, rendered.file.text).to.equal(text.split('{{secret "own"}}').length - 1);
      }),
      { numRuns: 3000 },
    );
    expect(filled).to.be.greaterThan(500);
  });

  it('refuses braces and backslashes of values that come together as an expression', () => {
    const rows = [
      ['{{params.a}}{{params.b}}', '{', '{secret "x"}}'],
      ['{{params.a}}\\\\{{params.b}}', '', '{{secret "x"}}'],
      ['{{params.a}}{{secret "own"}}', '\\', ''],
      ['{{params.a}}{{params.b}}', '\\', '{{secret "x"}}'],
      ['{{params.a}}', '\\{{secret "x"}}', ''],
      ['{{params.a}}', '{{{secret "x"}}}', ''],
    ];
    for (const [text = '', a = '', b = ''] of rows)
      expect(render(text, { a, b }).problems[0], text).to.contain('TEMPLATE_TYPE');
  });

  it('keeps a value one value with json, braces and all', () => {
    expect(textOf('a: {{json params.v}}', { v: { b: [1, 'x: y\n- z'] } })).to.equal('a: {"b":[1,"x: y\\n- z"]}');
    const text = textOf('{{json params.v}}', { v: 'a {{secret "x"}} b' });
    expect(valueOf(JSON.parse(text) as string)).to.equal('a {{secret "x"}} b');
  });

  it('is cut when it grows without end', () => {
    const l = Array.from({ length: 3000 }, (_, i) => i);
    expect(render('{{#each params.l}}{{#each params.l}}x: 1\n{{/each}}{{/each}}', { l }).problems).to.deep.equal([
      '1:37 TEMPLATE_TOO_LARGE',
    ]);
    expect(render(`{{#each params.l}}${'x'.repeat(6000)}{{/each}}`, { l }).problems).to.have.length(1);
  });
});

/** How many expressions a scalar of this text holds; undefined when it cannot be read. */
function expressionsIn(text: string): number | undefined {
  try {
    return parseTemplate(text).pieces.filter((piece) => piece.kind !== 'text').length;
  } catch {
    return undefined;
  }
}

describe('the header of a template file', () => {
  const split = (text: string): readonly [string | undefined, string] => {
    const file = new SourceFile('f', text);
    const { header, body } = splitHeader(file);
    return [header?.text, text.slice(body)];
  };

  it('is the plain first document that declares params', () => {
    expect(split('params:\n  a: 1\n---\nb: {{params.a}}\n')).to.deep.equal(['params:\n  a: 1\n', 'b: {{params.a}}\n']);
    expect(split('# c\n---\nays: 1\nparams: {}\n--- # body\nb: 1')).to.deep.equal([
      '# c\n---\nays: 1\nparams: {}\n',
      'b: 1',
    ]);
    expect(split('params:\r\n  a: 1\r\n---\r\nb: 1\r\n')).to.deep.equal(['params:\r\n  a: 1\r\n', 'b: 1\r\n']);
    expect(split('params: {}\n---')).to.deep.equal(['params: {}\n', '']);
  });

  it('is absent when the first document is filled itself, declares none, or is alone', () => {
    for (const text of [
      'params:\n  a: {{x}}\n---\nb: 1\n',
      'container__web:\n  image: x\n---\nb: 1\n',
      'params: {}\nb: {{params.a}}\n',
      '',
      '---\n',
      '---\nparams: {}\n',
    ]) {
      expect(split(text), text).to.deep.equal([undefined, text]);
    }
  });

  it('leaves the places of the body as they are in the file', () => {
    const text = 'params: {}\n---\nb: {{params.nope}}\n';
    expect(render(text, {}, splitHeader(new SourceFile('f', text)).body).problems).to.deep.equal([
      '3:6 TEMPLATE_UNKNOWN_NAME',
    ]);
    const good = 'params: {}\n---\nb: {{params.a}}\n';
    const { rendered } = render(good, { a: 'x' }, splitHeader(new SourceFile('f', good)).body);
    expect(rendered!.file.text).to.equal('b: x\n');
    expect(rendered!.map(3)).to.include({ start: 18, end: 30 });
  });
});
