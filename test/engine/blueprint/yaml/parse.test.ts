import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { Report, SourceFile, toRecord } from '../../../../engine/model/diagnostic.ts';
import type { DiagnosticRecord } from '../../../../engine/model/diagnostic.ts';
import { coreScalar, toPlain } from '../../../../engine/blueprint/tree.ts';
import type { MapNode, Node } from '../../../../engine/blueprint/tree.ts';
import { parseFast } from '../../../../engine/blueprint/yaml/fast.ts';
import { YAML_LIMITS, parseYaml } from '../../../../engine/blueprint/yaml/parse.ts';
import type { YamlLimits } from '../../../../engine/blueprint/yaml/parse.ts';

function parse(text: string, limits?: YamlLimits): { docs: readonly (Node | undefined)[]; errors: DiagnosticRecord[] } {
  const report = new Report();
  const docs = parseYaml(new SourceFile('f.yaml', text), report, limits);
  return { docs, errors: report.sorted().map(toRecord) };
}

function plain(text: string): unknown {
  const { docs, errors } = parse(text);
  expect(errors).to.deep.equal([]);
  return docs.length === 1 && docs[0]
    ? JSON.parse(JSON.stringify(toPlain(docs[0])))
    : docs.map((doc) => doc && toPlain(doc));
}

function codes(text: string, limits?: YamlLimits): string[] {
  return parse(text, limits).errors.map(({ code, line, column }) => `${code} ${line}:${column}`);
}

// Each text is read twice: as it is, and with a tag in front that sends it to the careful reader.
function both(text: string, expected: unknown): void {
  expect(parseFast(text, YAML_LIMITS), 'fast reader').not.to.equal(undefined);
  expect(plain(text)).to.deep.equal(expected);
  const crlf = text.replaceAll('\n', '\r\n');
  expect(parseFast(crlf, YAML_LIMITS)).to.equal(undefined);
  expect(plain(crlf), 'with CRLF').to.deep.equal(expected);
}

describe('YAML becomes a tree', () => {
  it('reads maps, lists and lists at the column of their key', () => {
    both('a:\n  b: 1\n  c:\n  - x\n  - y: 2\n    z: 3\nd: []\n', { a: { b: 1, c: ['x', { y: 2, z: 3 }] }, d: [] });
  });

  it('reads flow collections, also over several lines and closed at the column of their key', () => {
    both('a: [1, {b: c}, "d",]\ne: [\n  {f: g}, # c\n  h\n]\ni: {"j":1}\n', {
      a: [1, { b: 'c' }, 'd'],
      e: [{ f: 'g' }, 'h'],
      i: { j: 1 },
    });
  });

  it('reads quoted text with its escapes', () => {
    both(`a: 'it''s'\nb: "x\\ty\\u00e9\\x41\\U0001F600\\/"\n'c d': 1\n`, { a: "it's", b: 'x\tyéA😀/', 'c d': 1 });
  });

  it('folds plain text over several lines', () => {
    both('a: one\n  two\n\n  three # c\nb: 1\n', { a: 'one two\nthree', b: 1 });
  });

  it('reads literal and folded text with every chomping', () => {
    both('a: |\n  x\n   y\n\n  z\n\nb: |-\n  x\n\nc: |+\n  x\n\nd: >\n  x\n  y\n\n  z\ne: 1\n', {
      a: 'x\n y\n\nz\n',
      b: 'x',
      c: 'x\n\n',
      d: 'x y\nz\n',
      e: 1,
    });
  });

  it('reads several documents; an empty one is undefined', () => {
    expect(plain('---\na: 1\n---\n---\nb: 2\n')).to.deep.equal([{ a: 1 }, undefined, { b: 2 }].map((item) => item));
    expect(plain('')).to.deep.equal([]);
    expect(plain('# only a comment\n')).to.deep.equal([]);
    expect(plain('---\n')).to.deep.equal([undefined]);
  });

  it('resolves an alias to the very node of its anchor', () => {
    const { docs } = parse('a: &x { b: 1 }\nc: *x\n');
    const map = docs[0] as MapNode;
    expect(map.get('c')).to.equal(map.get('a'));
  });

  it('merges <<: the map itself wins, then the earlier source; merged pairs come last with their own places', () => {
    const text = 'a: &a {x: 1, y: 1}\nb: &b {x: 2, z: 2}\nc:\n  <<: [*a, *b]\n  y: 3\n';
    both(text, { a: { x: 1, y: 1 }, b: { x: 2, z: 2 }, c: { y: 3, x: 1, z: 2 } });
    const merged = (parse(text).docs[0] as MapNode).get('c') as MapNode;
    expect(merged.pairs.map(({ key }) => key.text)).to.deep.equal(['y', 'x', 'z']);
    expect(merged.pairs[1]!.key.start).to.equal(text.indexOf('x: 1'));
  });

  it('leaves a quoted << alone', () => {
    both('"<<": {a: 1}\nb: 2\n', { '<<': { a: 1 }, b: 2 });
  });

  it('keeps the text of a scalar as written', () => {
    const map = parse('a: 1.10\nb: 0644\nc: 0x1F\nd: "1.10"\n').docs[0] as MapNode;
    expect(map.pairs.map(({ value }) => value.kind === 'scalar' && value.text)).to.deep.equal([
      '1.10',
      '0644',
      '0x1F',
      '1.10',
    ]);
  });

  it('gives plain scalars the values of the library', () => {
    for (const text of [
      '~',
      'null',
      'Null',
      'NULL',
      'nUll',
      'true',
      'True',
      'TRUE',
      'tRue',
      'false',
      'FALSE',
      'yes',
      'on',
      '0',
      '-0',
      '+1',
      '007',
      '0o17',
      '0o8',
      '-0o7',
      '0x1F',
      '0xg',
      '-0x1',
      '1_000',
      '1e3',
      '1E+3',
      '1e',
      '1.',
      '.5',
      '-.5',
      '+.5',
      '.',
      '..',
      '1.2.3',
      '.inf',
      '-.Inf',
      '+.INF',
      '.iNf',
      '.nan',
      '.NaN',
      '-.nan',
      '9007199254740993',
      '123456789012345678901234567890',
      '12:30',
      '2024-01-01',
      'a',
      '1a',
      '1 2',
      'nan',
      'infinity',
      '0b1',
      '1e400',
      '-',
    ]) {
      // prettier-ignore
      const theirs: unknown = parseAllDocuments(`- ${text === '-' ? '"-"' : text}`)[0]?.toJS();
      expect(coreScalar(text), text).to.deep.equal((theirs as unknown[])[0]);
    }
  });

  it('has an empty value stand after its colon and spaces', () => {
    const map = parse('a:  # c\nb:\n').docs[0] as MapNode;
    expect(map.pairs.map(({ value }) => [value.start, value.end])).to.deep.equal([[4, 4], [10, 10]]); // prettier-ignore
  });

  it('ends a collection where its last item ends', () => {
    const map = parse('a:\n  - x\n  - y # c\n\nb: [ 1 ]\n').docs[0] as MapNode;
    expect(map.get('a')).to.include({ start: 5, end: 14 });
    expect(map.get('b')).to.include({ start: 23, end: 28 });
    expect(map).to.include({ start: 0, end: 28 });
  });

  it('takes __proto__ and constructor for plain names', () => {
    const value = toPlain(parse('__proto__: { polluted: 1 }\nconstructor: 2\n').docs[0]!);
    expect(Object.getPrototypeOf(value)).to.equal(null);
    expect(Object.keys(value as object)).to.deep.equal(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });

  it('reads core tags', () => {
    expect(plain('a: !!str 1\nb: !!int "2"\nc: !!float 1\nd: !!map {}\ne: !!seq []\nf: !!null ""\ng: ! 3\n')).to.deep.equal({
      a: '1', b: 2, c: 1, d: {}, e: [], f: null, g: '3',
    }); // prettier-ignore
  });
});

describe('wrong YAML is told in plain words, with its place', () => {
  const cases: readonly [string, string, readonly string[]][] = [
    ['a duplicate key, at the second', 'a: 1\nb: 2\na: 3\n', ['YAML_DUPLICATE_KEY 3:1']],
    ['each duplicate of many', `${Array.from({ length: 30 }, (_, i) => `k${i}: 1\n`).join('')}k3: 1\nk7: 1\n`, ['YAML_DUPLICATE_KEY 31:1', 'YAML_DUPLICATE_KEY 32:1']], // prettier-ignore
    ['a duplicate inside braces', 'a: {b: 1, "b": 2}\n', ['YAML_DUPLICATE_KEY 1:11']],
    ['two <<', 'x: &x {a: 1}\ny:\n  <<: *x\n  <<: *x\n', ['YAML_DUPLICATE_KEY 4:3']],
    ['tabs, once', 'a:\n\tb: 1\n\tc: 2\n', ['YAML_TAB 2:1']],
    ['an unknown alias', 'a: &web 1\nb: *wev\n', ['YAML_ALIAS_UNKNOWN 2:4']],
    ['an alias before its anchor', 'a: *x\nb: &x 1\n', ['YAML_ALIAS_UNKNOWN 1:4']],
    ['an anchor inside itself', 'a: &x [*x]\n', ['YAML_ALIAS_LIMIT 1:8']],
    ['an unknown tag', 'a: !vault x\nb: !!binary x\n', ['YAML_TAG_UNKNOWN 1:4', 'YAML_TAG_UNKNOWN 2:13']],
    ['a tag that does not fit', 'a: !!int x\n', ['YAML_TAG_UNKNOWN 1:10']],
    ['a list as key', '? [a]\n: b\n', ['YAML_KEY_NOT_TEXT 1:3']],
    ['a value the library would lose', "a: 1\n? 'y'\n 'z'\n", ['YAML_SYNTAX 3:2']],
    ['null as key', '~: 1\nb:\n  : 2\n', ['YAML_KEY_NOT_TEXT 1:1', 'YAML_KEY_NOT_TEXT 3:3']],
    ['a quote that is not closed, where it opens', 'a: 1\nb: "x\nc: 2\n', ['YAML_SYNTAX 2:4']],
    ['a quote whose end is escaped', 'a: "x\\"\n', ['YAML_SYNTAX 1:4']],
    ['an apostrophe for an end', "a: '''\n", ['YAML_SYNTAX 1:4']],
    ['a value and keys below it', 'image: foo\n  bar: 1\n', ['YAML_SYNTAX 1:8']],
    ['a bracket that is not closed, where it opens', 'a: [1, 2\nb: 3\n', ['YAML_SYNTAX 1:4']],
    ['odd indentation', 'a:\n  b: 1\n c: 2\n', ['YAML_SYNTAX 3:2']],
    ['two keys in one line', 'a: b: c\n', ['YAML_SYNTAX 1:4']],
    ['a missing colon', 'a: 1\nb\nc: 2\n', ['YAML_SYNTAX 2:1']],
    ['text after a quoted value', 'a: "b" c\n', ['YAML_SYNTAX 1:8']],
    ['a reserved character', 'a: @b\nb: `c\n', ['YAML_SYNTAX 1:4', 'YAML_SYNTAX 2:4']],
    ['an unknown escape', 'a: "\\d"\n', ['YAML_SYNTAX 1:5']],
    ['a control character', 'a: x\u001b[31m\n', ['YAML_SYNTAX 1:5']],
    ['a lone carriage return', 'a: x\ry\n', ['YAML_SYNTAX 1:5']],
    ['a merge of what is no map', 'a:\n  <<: 1\n', ['YAML_SYNTAX 2:3']],
    ['YAML 1.1', '%YAML 1.1\n---\na: yes\n', ['YAML_SYNTAX 1:1']],
    ['errors of all documents', 'a: *x\n---\nb: *y\n', ['YAML_ALIAS_UNKNOWN 1:4', 'YAML_ALIAS_UNKNOWN 2:4'].map((line, i) => (i === 1 ? 'YAML_ALIAS_UNKNOWN 3:4' : line))], // prettier-ignore
  ];
  for (const [name, text, expected] of cases) {
    it(name, () => expect(codes(text)).to.deep.equal(expected));
  }

  it('every error has a hint', () => {
    for (const [, text] of cases)
      for (const error of parse(text).errors) expect(error.hint, error.message).to.be.a('string');
  });

  it('names the first of two duplicate keys as related', () => {
    const report = new Report();
    parseYaml(new SourceFile('f.yaml', 'a: 1\na: 2\n'), report);
    expect(report.diagnostics[0]?.related?.[0]?.place).to.include({ start: 0, end: 1 });
  });

  it('suggests the alias that was meant', () => {
    expect(parse('a: &database 1\nb: *databse\n').errors[0]?.hint).to.contain('*database');
  });

  it('does not bury the first error under its echoes', () => {
    expect(codes(`a: {b: 1\n${Array.from({ length: 50 }, (_, i) => `c${i}: 2\n`).join('')}`)).to.have.length(1);
    expect(codes('a: 1\nb: *x\n c: 3\nd: "\\q"\n')).to.have.length.within(2, 3);
  });
});

describe('a template that nobody quoted', () => {
  const cases: readonly [string, string, string][] = [
    ['as a value', 'port: {{params.port}}\n', "port: '{{params.port}}'"],
    ['with text after it', 'image: {{params.image}}:2 # c\n', "image: '{{params.image}}:2' # c"],
    ['with quotes in it', 'a: {{status "container/db" "address"}}\n', `a: '{{status "container/db" "address"}}'`],
    ['that opens a comment', 'a: {{#if params.x}}b{{/if}}\nc: 1\n', "a: '{{#if params.x}}b{{/if}}'"],
    ['in a list', '- {{params.a}}\n', "- '{{params.a}}'"],
    ['in brackets', 'a: [x, {{params.a}}]\n', "a: [x, '{{params.a}}']"],
    ['after text in brackets', 'a: [x-{{params.a}}]\n', "a: ['x-{{params.a}}']"],
    ['in braces', 'a: {b: {{params.a}}, c: d}\n', "a: {b: '{{params.a}}', c: d}"],
    ['as a key', '{{params.a}}: 1\n', "'{{params.a}}': 1"],
    ['that is not closed', 'a: {{params.a\nb: 1\n', "a: '{{params.a'"],
    ['with an apostrophe', "a: {{pick x 'y' z}}\n", "a: '{{pick x ''y'' z}}'"],
  ];
  for (const [name, text, remedy] of cases) {
    it(`${name} is one error, with the quoted text as remedy`, () => {
      const { errors } = parse(text);
      expect(errors.map(({ code }) => code)).to.deep.equal(['TEMPLATE_UNQUOTED']);
      expect(errors[0]?.hint).to.contain(`write ${remedy} (`);
    });
  }

  it('is told for each, and the other errors of the file too', () => {
    expect(codes('a: {{x}}\nb: {{y}}:1 z\nc: {{#if z}}\na: *q\n')).to.deep.equal([
      'TEMPLATE_UNQUOTED 1:4', 'TEMPLATE_UNQUOTED 2:4', 'TEMPLATE_UNQUOTED 3:4', 'YAML_DUPLICATE_KEY 4:1', 'YAML_ALIAS_UNKNOWN 4:4',
    ]); // prettier-ignore
  });

  it('keeps its text in the tree', () => {
    expect(toPlain(parse('a: {{x}}\nb: 1\n').docs[0]!)).to.deep.include({ a: '{{x}}', b: 1 });
  });

  it('is no template inside quotes, text blocks, comments or plain text', () => {
    expect(plain(`a: '{{x}}'\nb: |\n  {{y}}\nc: 1 # {{z}}\nd: x{{y}}\n`)).to.deep.equal({
      a: '{{x}}',
      b: '{{y}}\n',
      c: 1,
      d: 'x{{y}}',
    });
  });
});
