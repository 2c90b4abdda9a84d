import { expect } from 'chai';
import fc from 'fast-check';
import { jsonEqual, type JsonValue } from '../../../engine/model/json.ts';
import { differences, MAX_DIFFERENCES } from '../../../engine/plan/structural.ts';
import { editScript } from '../../../engine/plan/sequence.ts';

/** `+ a.b: 1`, `- a: 2`, `~ a: 1 → 2` */
function lines(have: JsonValue, want: JsonValue): string[] {
  return differences('f', have, want).list.map((one) => {
    const text = (value: JsonValue | undefined): string => JSON.stringify(value) ?? '';
    if (one.sign === '~') return `~ ${one.field}: ${text(one.have)} → ${text(one.want)}`;
    return `${one.sign} ${one.field}: ${text(one.sign === '+' ? one.want : one.have)}`;
  });
}

describe('structural differences', () => {
  it('go into maps, also with names that are no words', () => {
    expect(lines({ a: 1, b: { c: 2 }, 'x y': 1 }, { a: 1, b: { c: 3, d: 4 } })).to.deep.equal([
      '~ f.b.c: 2 → 3',
      '+ f.b.d: 4',
      '- f["x y"]: 1',
    ]);
  });

  it('match the items of a list by what identifies them', () => {
    const have = [{ at: '/a', readOnly: true }, { at: '/b' }];
    const want = [{ at: '/c' }, { at: '/b' }, { at: '/a', readOnly: false }];
    expect(lines(have, want)).to.deep.equal(['~ f[at=/a].readOnly: true → false', '+ f[at=/c]: {"at":"/c"}']);
  });

  it('match other items by longest common subsequence and look into those edited in place', () => {
    expect(lines(['a', 'b', 'c'], ['a', 'x', 'c', 'd'])).to.deep.equal(['~ f[1]: "b" → "x"', '+ f[3]: "d"']);
    expect(lines(['a', 'b', 'c'], ['b', 'c'])).to.deep.equal(['- f[0]: "a"']);
    expect(
      lines(
        [
          { host: 'x', n: 1 },
          { host: 'x', n: 2 },
        ],
        [
          { host: 'x', n: 1 },
          { host: 'x', n: 3 },
        ],
      ),
    ).to.deep.equal(['~ f[1].n: 2 → 3']);
  });

  it('go into JSON inside text', () => {
    expect(lines('{"port":80,"list":[1,2]}', '{ "port": 81, "list": [1, 2, 3] }')).to.deep.equal([
      '~ f{json}.port: 80 → 81',
      '+ f{json}.list[2]: 3',
    ]);
    expect(lines('{"a":1}', '{ "a": 1 }')).to.deep.equal(['~ f{json}: "the same content" → "in another form"']);
  });

  it('go into YAML inside text, when both sides are maps', () => {
    expect(lines('server:\n  port: 80\nlog: a\n', 'server:\n  port: 81\nlog: a\n')).to.deep.equal([
      '~ f{yaml}.server.port: 80 → 81',
    ]);
    expect(lines('a: [1\nb', 'a: [2\nb'), 'what is no YAML is text').to.deep.equal([
      '- f:1: "a: [1"',
      '+ f:1: "a: [2"',
    ]);
    expect(lines('note: a sentence', 'note: another'), 'one line is a sentence').to.deep.equal([
      '~ f: "note: a sentence" → "note: another"',
    ]);
  });

  it('show other long text by line', () => {
    expect(lines('one\ntwo\nthree', 'one\n2\nthree\nfour')).to.deep.equal([
      '- f:2: "two"',
      '+ f:2: "2"',
      '+ f:4: "four"',
    ]);
  });

  it('compare content by its text and not by its digest too', () => {
    const content = (text: string): JsonValue => ({ sha256: `digest of ${text}`, size: text.length, text });
    expect(lines(content('a'), content('b'))).to.deep.equal(['~ f.text: "a" → "b"']);
    expect(lines({ sha256: 'a', size: 1 }, { sha256: 'b', size: 1 })).to.deep.equal(['~ f.sha256: "a" → "b"']);
  });

  it('take a name of an object prototype for a name', () => {
    const have = JSON.parse('{"__proto__":1,"constructor":1}') as JsonValue;
    const want = JSON.parse('{"__proto__":2,"toString":1}') as JsonValue;
    expect(lines(have, want)).to.deep.equal(['~ f.__proto__: 1 → 2', '- f.constructor: 1', '+ f.toString: 1']);
  });

  it('are bounded: the rest is counted', () => {
    const want = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i]));
    const found = differences('f', {}, want);
    expect(found.list).to.have.length(MAX_DIFFERENCES);
    expect(found.more).to.equal(1000 - MAX_DIFFERENCES);
  });

  it('answer hostile text in bounded time', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from(
      { length: 12 },
      (_, i) =>
        `b${i}: &b${i} [${Array(9)
          .fill(`*${i === 0 ? 'a' : `b${i - 1}`}`)
          .join(',')}]`,
    ).join('\n')}\n`;
    expect(differences('f', bomb, bomb.replace('[x', '[y')).list.length).to.be.at.least(1);
    const long = (tag: string): string => Array.from({ length: 20_000 }, (_, i) => `${tag} ${i}`).join('\n');
    expect(differences('f', long('a'), long('b')).more).to.be.above(0);
    const deep = `${'['.repeat(50_000)}`;
    expect(differences('f', deep, `${deep} `).list).to.have.length(1);
  });

  it('are none for equal values, and some for different ones up to order', () => {
    fc.assert(
      fc.property(
        fc.jsonValue() as fc.Arbitrary<JsonValue>,
        fc.jsonValue() as fc.Arbitrary<JsonValue>,
        (have, want) => {
          expect(differences('f', have, structuredClone(have)).list).to.deep.equal([]);
          const found = differences('f', have, want).list.length > 0;
          if (jsonEqual(have, want)) expect(found).to.equal(false);
          else if (typeof have !== 'object' && typeof want !== 'object') expect(found).to.equal(true);
        },
      ),
    );
  });
});

describe('the edit script', () => {
  it('turns the old list into the new one and keeps as much as can be kept', () => {
    const word = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
    fc.assert(
      fc.property(word, word, (have, want) => {
        const script = editScript(have.length, want.length, (i, j) => have[i] === want[j]);
        expect(script.filter(({ sign }) => sign !== '+').map((edit) => have[edit.have])).to.deep.equal(have);
        expect(script.filter(({ sign }) => sign !== '-').map((edit) => want[edit.want])).to.deep.equal(want);
        expect(script.filter(({ sign }) => sign === '=').length).to.equal(longestCommon(have, want));
      }),
    );
  });
});

function longestCommon(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  const rows = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      rows[i]![j] = a[i] === b[j] ? rows[i + 1]![j + 1]! + 1 : Math.max(rows[i + 1]![j]!, rows[i]![j + 1]!);
    }
  }
  return rows[0]![0]!;
}
