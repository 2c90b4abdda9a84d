import { expect } from 'chai';
import fc from 'fast-check';
import { parse } from 'yaml';
import { Report, SourceFile } from '../../../../engine/model/diagnostic.ts';
import { toPlain } from '../../../../engine/blueprint/tree.ts';
import { formatBlueprint } from '../../../../engine/blueprint/format/format-blueprint.ts';
import { parseYaml } from '../../../../engine/blueprint/yaml/parse.ts';
import { SNIPPETS, disturb, edits, ordinary } from '../yaml/generate.ts';

function run(text: string, fix = false, name = 'f.yaml'): { result: string | undefined; report: Report } {
  const report = new Report();
  return { result: formatBlueprint(new SourceFile(name, text), report, { fix }), report };
}

function format(text: string, fix = false): string {
  const { result, report } = run(text, fix);
  expect(report.diagnostics.map(({ message }) => message)).to.deep.equal([]);
  return result!;
}

/** Formatting this gives that, and formatting that changes nothing. */
function gives(text: string, expected: string, fix = false): void {
  expect(format(text, fix)).to.equal(expected);
  expect(format(expected, fix), 'a second time').to.equal(expected);
}

describe('ays fmt writes the canonical form', () => {
  it('indents by two, lists below their key too', () => {
    gives('a:\n    b:\n    - c\n    -   d: 1\n        e: 2\n', 'a:\n  b:\n    - c\n    - d: 1\n      e: 2\n');
  });

  it('writes one empty line between blocks and none between single lines', () => {
    gives(
      'ays: 1\nblueprint: shop\na__x:\n  b: 1\nc__y:\n\n\n  d: 1\ne__z: { f: 1 }\n',
      'ays: 1\nblueprint: shop\n\na__x:\n  b: 1\n\nc__y:\n\n  d: 1\n\ne__z: { f: 1 }\n',
    );
  });

  it('keeps comments, with what they stand above', () => {
    gives(
      '# top\na__x: # same line\n    # inside\n    b: 1   # aligned\n    # last of a\n# above c\nc__y:\n    d: 1\n',
      '# top\na__x: # same line\n  # inside\n  b: 1   # aligned\n  # last of a\n\n# above c\nc__y:\n  d: 1\n',
    );
  });

  it('takes quotes away where they say nothing and writes single ones elsewhere', () => {
    gives(
      `a: "word"\nb: "two words"\nc: "it's"\nd: "a: b"\ne: "1.10"\nf: "yes"\ng: "x\\ty"\nh: '4GiB'\ni: "{{params.x}}"\n"j": ""\nk: ["a, b", "c"]\n`,
      `a: word\nb: two words\nc: it's\nd: 'a: b'\ne: '1.10'\nf: 'yes'\ng: "x\\ty"\nh: 4GiB\ni: '{{params.x}}'\nj: ''\nk: ['a, b', c]\n`,
    );
  });

  it('keeps the quotes of what would be another value without', () => {
    for (const text of [
      '0644',
      '1.10',
      'true',
      'null',
      '~',
      '',
      '0x1F',
      '.inf',
      '12:30',
      '2024-01-01',
      '<<',
      '---',
      '- a',
      '*a',
      '@a',
      'a #b',
      'a:',
      ' a',
      'y',
    ]) {
      const written = format(`k: "${text}"\n`);
      expect(parse(written), written).to.deep.equal({ k: text });
      expect(written, text).to.match(/^k: ['"]/);
    }
  });

  it('leaves plain scalars exactly as written', () => {
    const text = 'a: 1.10\nb: 0644\nc: 0x1F\nd: 1e3\ne: ~\nf: True\n';
    gives(text, text);
  });

  it('leaves tagged scalars alone', () => gives('a: !!str "1"\nb: ! "x"\n', 'a: !!str "1"\nb: ! "x"\n'));

  it('removes spaces at line ends, empty lines at both ends, and CRLF', () => {
    gives('\r\n\r\na: 1   \r\nb:   \r\n  c: 1\t\r\n\r\n\r\n', 'a: 1\n\nb:\n  c: 1\n');
  });

  it('ends with one line end, except a text that keeps its own', () => {
    gives('a: 1', 'a: 1\n');
    gives('a: |+\n  x\n\n\n', 'a: |+\n  x\n\n\n');
    gives('', '');
    gives('# only a comment', '# only a comment\n');
  });

  it('moves text blocks with their key and keeps what is inside', () => {
    gives(
      'a:\n      b: |\n            x\n              y  \n\n            z\n      c: >-\n        folded\n        text\n      d: |2\n          two more\n',
      'a:\n  b: |\n    x\n      y  \n\n    z\n  c: >-\n    folded\n    text\n  d: |2\n      two more\n',
    );
  });

  it('does not wrap or join lines', () => {
    const long = `a: ${'word '.repeat(60).trim()}\nb: several\n  lines\nc: [ a,\n  b,\n  c ]\n`;
    gives(long, `${long.slice(0, long.indexOf('\nc:'))}\n\nc: [ a,\n  b,\n  c ]\n`);
  });

  it('keeps anchors, aliases and merges', () => {
    const text = 'a__x: &a\n  b: 1\n\nc__y:\n  <<: *a\n  d: *a\n';
    gives(text, text);
  });

  it('keeps several documents', () => gives('---\na: 1\n---\n\n\nb:\n    c: 1\n', '---\na: 1\n---\n\nb:\n  c: 1\n'));
});

describe('ays fmt modernises', () => {
  it('writes role!name as role__name', () => {
    gives('node.ovc!demo:\n  a: 1\n"vdc!x":\n', 'node.ovc__demo:\n  a: 1\n\nvdc__x:\n');
  });

  it('but not where the other name is taken, nor below the top', () => {
    const text = 'a!b:\n  c!d: 1\n\na__b:\n  e: 1\n';
    gives(text, text);
  });

  it('makes the services list native blocks', () => {
    gives(
      'services: # the list\n  - node__n1:\n      foo: bar\n      list:\n      - a\n  # second\n  - container!web: {image: x}\n  - vm__x:\nactions:\n  - action: start\n',
      '# the list\nnode__n1:\n  foo: bar\n  list:\n    - a\n\n# second\ncontainer__web: {image: x}\nvm__x:\n\nactions:\n  - action: start\n',
    );
  });

  const kept: readonly [string, string][] = [
    ['with a name that is taken', 'services:\n  - a__b:\n      c: 1\n\na__b:\n  d: 1\n'],
    ['with a name twice', 'services:\n  - a__b:\n  - a__b:\n'],
    ['with two keys in an item', 'services:\n  - a__b: 1\n    c__d: 2\n'],
    ['with a full template name', 'services:\n  - github.com/x/0-robot/node/0.0.1__n:\n'],
    ['with an anchor', 'services: &s\n  - a__b:\n\nx-other: *s\n'],
    ['in brackets', 'services: [{a__b: {}}]\n'],
  ];
  for (const [name, text] of kept) it(`but not a list ${name}`, () => gives(text, text));
});

describe('ays fmt --fix', () => {
  it('quotes templates', () => {
    gives(
      "a: {{params.x}}:80 # c\nb: [x, {{pick a 'b' c}}]\n",
      `a: '{{params.x}}:80' # c\nb: [x, "{{pick a 'b' c}}"]\n`,
      true,
    );
  });

  it('writes kind for actor in actions, and only there', () => {
    gives(
      'actions:\n- { action: start, actor: vm }\n- actor: vm\n  kind: x\na__b:\n  actor: y\n',
      'actions:\n  - { action: start, kind: vm }\n  - actor: vm\n    kind: x\n\na__b:\n  actor: y\n',
      true,
    );
  });

  it('is needed for both', () => {
    const { result, report } = run('a: {{params.x}}\n');
    expect(result).to.equal(undefined);
    expect(report.diagnostics.map(({ code }) => code)).to.deep.equal(['TEMPLATE_UNQUOTED']);
    gives('actions:\n  - actor: vm\n', 'actions:\n  - actor: vm\n');
  });

  it('reports what it cannot fix at its place in the file as it is', () => {
    const { result, report } = run('a: {{x}}\r\nb: *c\r\n', true);
    expect(result).to.equal(undefined);
    const alias = report.diagnostics.find(({ code }) => code === 'YAML_ALIAS_UNKNOWN');
    expect(alias?.place?.file.position(alias.place.start)).to.deep.equal({ line: 2, column: 4 });
  });
});

describe('ays fmt refuses', () => {
  it('template files, which are not YAML yet', () => {
    const { result, report } = run('{{#each params.x}}\na: 1\n{{/each}}\n', true, 'web.yaml.hbs');
    expect(result).to.equal(undefined);
    expect(report.diagnostics[0]?.message).to.contain('web.yaml.hbs is a template');
  });

  it('wrong YAML, with all its errors', () => {
    const { result, report } = run('a: 1\na: 2\nb: *x\n');
    expect(result).to.equal(undefined);
    expect(report.errors).to.equal(2);
  });
});

describe('ays fmt never changes the meaning', () => {
  const plain = (text: string): unknown =>
    parseYaml(new SourceFile('f.yaml', text), new Report()).map((tree) => tree && JSON.stringify(toPlain(tree)));

  const property = (text: string): boolean => {
    const { result, report } = run(text);
    if (result === undefined) {
      expect(report.failed).to.equal(true);
      return false;
    }
    expect(plain(result)).to.deep.equal(plain(text.replaceAll('\r\n', '\n')));
    expect(run(result).result).to.equal(result);
    expect(result).not.to.match(/^\n/);
    // With a note the text came back as it was: fmt does not touch what it is not certain of.
    if (report.diagnostics.length === 0) expect(result === '' || result.endsWith('\n')).to.equal(true);
    const comments = (from: string): number => from.split('# c').length;
    expect(comments(result)).to.equal(comments(text));
    return report.diagnostics.length === 0;
  };

  it('of ordinary text, all of which it formats, and stays as it is the second time', () => {
    fc.assert(
      fc.property(ordinary, (text) => {
        expect(property(text)).to.equal(true);
      }),
      { numRuns: 800 },
    );
  });

  it('of broken and odd text', () => {
    let formatted = 0;
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...SNIPPETS), ordinary), edits, (text, changes) => {
        if (property(disturb(text, changes))) formatted += 1;
      }),
      { numRuns: 1500 },
    );
    expect(formatted).to.be.greaterThan(200);
  });
});
