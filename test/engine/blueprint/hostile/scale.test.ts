// Eight times the text costs about eight times the time, also when all of it is wrong. No clock is asserted: each input is compared
// with an eighth of itself in the same run, with room for a busy machine; a quadratic step would cost sixty-four times.

import { expect } from 'chai';
import { MAX_DIAGNOSTICS } from '../../../../engine/model/diagnostic.ts';
import { codes, judge } from './judge.ts';

const image = 'image: oci:a.test/a:1';
const rows = (n: number, row: (i: number) => string): string => Array.from({ length: n }, (_, i) => row(i)).join('');
const names = (n: number, name: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => name(i)).join(', ');

interface Input {
  readonly what: string;
  readonly small: number;
  readonly text: (n: number) => string;
  /** The code of all errors; absent when it reads well. */
  readonly code?: string;
}

const INPUTS: readonly Input[] = [
  {
    what: 'services',
    small: 500,
    text: (n) => rows(n, (i) => `container__c${i}:\n  ${image}\n  env: { A: b }\n  memory: 64MiB\n`),
  },
  {
    what: 'services with a template each',
    small: 500,
    text: (n) =>
      `params: { a: { type: string, default: b } }\n${rows(n, (i) => `container__c${i}: { ${image}, env: { A: '{{params.a}}-${i}' } }\n`)}`,
  },
  {
    what: 'a chain of services',
    small: 500,
    text: (n) => rows(n, (i) => `container__c${i}: { ${image}${i > 0 ? `, after: [container/c${i - 1}]` : ''} }\n`),
  },
  {
    what: 'a ring of services',
    small: 500,
    code: 'CYCLE',
    text: (n) => rows(n, (i) => `container__c${i}: { ${image}, after: [container/c${(i + 1) % n}] }\n`),
  },
  {
    what: 'links to one service',
    small: 1000,
    text: (n) =>
      `network__lan: { cidr: 10.0.0.0/24 }\n${rows(n, (i) => `container__c${i}: { ${image}, network: lan }\n`)}`,
  },
  {
    what: 'links of one service',
    small: 1250,
    code: 'FIELD_RANGE',
    text: (n) =>
      `${rows(n, (i) => `node__n${i}:\n`)}container__c: { ${image}, after: [${names(n, (i) => `node/n${i}`)}] }\n`,
  },
  {
    what: 'links to nobody',
    small: 500,
    code: 'LINK_UNKNOWN',
    text: (n) =>
      rows(n, (i) => `network__net${i}: { cidr: 10.0.0.0/24 }\ncontainer__c${i}: { ${image}, network: nte${i}x }\n`),
  },
  {
    what: 'after nobody',
    small: 500,
    code: 'LINK_UNKNOWN',
    text: (n) => rows(n, (i) => `container__c${i}: { ${image}, after: [container/d${i}x] }\n`),
  },
  {
    what: 'a status of nobody',
    small: 500,
    code: 'STATUS_UNKNOWN',
    text: (n) =>
      rows(n, (i) => `container__c${i}: { ${image}, env: { A: '{{status "container/d${i}x" "address"}}' } }\n`),
  },
  {
    what: 'actions for nobody',
    small: 300,
    code: 'ACTION_TARGET',
    text: (n) =>
      `${rows(n, (i) => `node__n${i}:\n`)}actions:\n${rows(n, (i) => `- { action: reboot, kind: node, service: m${i}x }\n`)}`,
  },
  {
    what: 'packages that are not there',
    small: 500,
    code: 'STATUS_UNKNOWN',
    text: (n) => rows(n, (i) => `node__n${i}: { hostname: '{{status "package/p${i}" "a"}}' }\n`),
  },
  {
    what: 'unknown fields',
    small: 1250,
    code: 'FIELD_UNKNOWN',
    text: (n) => rows(n, (i) => `node__n${i}: { hostnaem${i}: a }\n`),
  },
  { what: 'unknown kinds', small: 1250, code: 'KIND_UNKNOWN', text: (n) => rows(n, (i) => `kind${i}__a:\n`) },
  { what: 'unknown words', small: 1250, code: 'TOP_LEVEL_UNKNOWN', text: (n) => rows(n, (i) => `word${i}: x\n`) },
  {
    what: 'parents to choose from',
    small: 500,
    code: 'LINK_AMBIGUOUS',
    text: (n) =>
      rows(
        n,
        (i) => `storagepool__p${i}: { profile: single, devices: [{ file: a, size: 1GiB }] }\nfilesystem__f${i}:\n`,
      ),
  },
  {
    what: 'blocks of a lost kind',
    small: 1000,
    code: 'KIND_UNKNOWN',
    text: (n) => rows(n, (i) => `storagepol__p${i}:\nfilesystem__f${i}: { storagepool: p${i} }\n`),
  },
  {
    what: 'one key again and again',
    small: 1250,
    code: 'DUPLICATE_SERVICE',
    text: (n) => `services:\n${rows(n, () => '- node__a:\n')}`,
  },
  {
    what: 'one host port again and again',
    small: 1000,
    code: 'PORT_CONFLICT',
    text: (n) => `node__n:\n${rows(n, (i) => `container__c${i}: { ${image}, node: n, ports: ['80:80'] }\n`)}`,
  },
  {
    what: 'params',
    small: 1000,
    text: (n) =>
      `params:\n${rows(n, (i) => `  p${i}: { type: string, default: a }\n`)}node__a: { hostname: '{{params.p1}}' }\n`,
  },
  { what: 'values of each', small: 1250, text: (n) => `node__a: { each: [${names(n, (i) => `v${i}`)}] }\n` },
  {
    what: 'wrong values of each',
    small: 1250,
    code: 'EACH_INVALID',
    text: (n) => `node__a: { each: [${names(n, (i) => `v.${i}`)}] }\n`,
  },
  { what: 'tabs', small: 1250, code: 'YAML_TAB', text: (n) => `node__a:\n${rows(n, (i) => `\tword${i}: x\n`)}` },
  {
    what: 'unquoted templates',
    small: 1250,
    code: 'TEMPLATE_UNQUOTED',
    text: (n) => rows(n, (i) => `node__n${i}: { hostname: {{params.a}} }\n`),
  },
  {
    what: 'unknown aliases',
    small: 1250,
    code: 'YAML_ALIAS_UNKNOWN',
    text: (n) => rows(n, (i) => `node__n${i}: { hostname: *a${i} }\n`),
  },
];

function best(text: string): number {
  let least = Infinity;
  for (let i = 0; i < 2; i++) {
    const start = performance.now();
    judge(text);
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

describe('the cost of reading grows with the text', function () {
  this.timeout(180_000);

  for (const { what, small, text, code } of INPUTS) {
    it(`reads eight times as many ${what} in proportion`, () => {
      const said = codes(judge(text(small)));
      expect([...new Set(said)]).to.deep.equal(code === undefined ? [] : [code]);
      // The floor takes the noise of short times.
      expect(best(text(small * 8))).to.be.lessThan(Math.max(best(text(small)), 30) * 8 * 4);
    });
  }

  it('shows a bounded number of a hundred thousand errors', () => {
    const { report } = judge(rows(100_000, (i) => `node__n${i}: { nothing: ${i} }\n`));
    expect(report.diagnostics.length).to.equal(MAX_DIAGNOSTICS);
    expect(report.dropped).to.be.greaterThan(10_000);
  });

  it('refuses each × replicas before it makes them', () => {
    const { report } = judge(`container__c: { each: [${names(10_000, String)}], ${image}, replicas: 1000 }\n`);
    expect(report.errors).to.equal(1);
    expect(report.diagnostics[0]?.code).to.equal('TOO_MANY_SERVICES');
  });

  it('says a mistake of ten thousand services of one block once', () => {
    const { report } = judge(`container__c: { each: [${names(10_000, String)}], ${image}, replcas: 2 }\n`);
    expect(report.errors).to.equal(1);
    expect(report.diagnostics[0]?.message).to.match(/there is no field "replcas" \(and so for others made here\)/);
  });

  it('shows a cycle of thousands by its beginning and end', () => {
    const { report } = judge(
      rows(5000, (i) => `container__c${i}: { ${image}, after: [container/c${(i + 1) % 5000}] }\n`),
    );
    expect(report.diagnostics[0]?.message).to.contain('… 4988 more …');
  });

  it('keeps to the bound of a dense knot', () => {
    const n = 120;
    const { report } = judge(
      rows(
        n,
        (i) =>
          `container__c${i}: { ${image}, after: [${names(n, (j) => `container/c${j === i ? (i + 1) % n : j}`)}] }\n`,
      ),
    );
    expect(report.errors).to.be.within(1, 200);
  });
});
