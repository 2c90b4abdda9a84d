import { expect } from 'chai';
import fc from 'fast-check';

import { EngineError } from '../../../../engine/model/errors.ts';
import { isDeferred, type DeferredBody } from '../../../../engine/model/expression.ts';
import type { JsonValue } from '../../../../engine/model/json.ts';
import { fillDeferred } from '../../../../engine/blueprint/template/index.ts';
import { fill, problemOf, valueOf } from './filling.ts';

function left(text: string, params?: Record<string, JsonValue>): DeferredBody {
  const value = valueOf(text, params && { params });
  if (!isDeferred(value)) throw new Error(`not put off: ${JSON.stringify(value)}`);
  return value.$ays;
}

const values = (outputs: Record<string, JsonValue>, secrets: Record<string, string> = {}) => ({
  status: (_key: string, field: string) => outputs[field],
  secret: (name: string) => secrets[name],
});

describe('a value that is known only later (rules 12 and 13)', () => {
  it('keeps what must wait and puts in all else', () => {
    expect(left('{{params.host}}:{{status "db" "port"}}')).to.deep.equal({
      template: 'shop.test:{{status "container/db" "port"}}',
      whole: false,
      status: [{ key: 'container/db', field: 'port' }],
      secrets: [],
    });
    expect(left('{{add (length params.hosts) (status "db" "port")}}')).to.include({
      template: '{{add 2 (status "container/db" "port")}}',
      whole: true,
    });
    expect(left('{{join (concat params.hosts (status "db" "all")) ","}}').template).to.equal(
      `{{join (concat (unjson '["a.test","b.test"]') (status "container/db" "all")) ","}}`,
    );
    expect(left('{{secret "a"}}{{secret "b"}}{{secret "a"}}').secrets).to.deep.equal(['a', 'b']);
  });

  it('names a status or secret only when its branch is taken', () => {
    expect(valueOf('{{pick params.debug (secret "x") 1}}')).to.equal(1);
    expect(valueOf('{{#if params.debug}}{{secret "x"}}{{/if}}')).to.equal('');
    expect(valueOf('{{and params.debug (status "db" "port")}}')).to.equal(false);
    expect(left('{{pick (secret "x") (status "db" "a") 1}}')).to.deep.include({
      secrets: ['x'],
      status: [{ key: 'container/db', field: 'a' }],
    });
  });

  it('keeps blocks whose condition waits, with both branches filled', () => {
    const body = left('{{#if (status "db" "tls")}}{{params.port}}s{{else}}{{params.port}}{{/if}}');
    expect(body.template).to.equal('{{#if (status "container/db" "tls")}}8080s{{else}}8080{{/if}}');
    expect(fillDeferred(body, values({ tls: true }))).to.equal('8080s');
    expect(fillDeferred(body, values({ tls: false }))).to.equal('8080');
  });

  it('counts the way to outer items anew when known loops are gone', () => {
    const text =
      '{{#each (status "db" "all")}}{{#each params.hosts as |h|}}{{../name}}{{h}}{{@../index}}{{#each (status "db" "all")}}{{../../name}}{{this.name}}{{../this}}{{/each}} {{/each}}{{/each}}';
    const body = left(text.replace('{{../this}}', '{{h}}'));
    expect(body.template).not.to.contain('params');
    expect(fillDeferred(body, values({ all: [{ name: 'x' }, { name: 'y' }] }))).to.equal(
      'xa.test0xxa.testxya.test xb.test0xxb.testxyb.test ya.test1yxa.testyya.test yb.test1yxb.testyyb.test ',
    );
  });

  it('keeps the type of a whole expression, and prints inside text', () => {
    expect(fillDeferred(left('{{status "db" "port"}}'), values({ port: 5432 }))).to.equal(5432);
    expect(fillDeferred(left('{{status "db" "all"}}'), values({ all: [1, { a: null }] }))).to.deep.equal([
      1,
      { a: null },
    ]);
    expect(fillDeferred(left('{{#if true}}{{status "db" "port"}}{{/if}}'), values({ port: 5432 }))).to.equal('5432');
  });

  it('waits for an output that is not there, and says which secret is not set', () => {
    const refused = (work: () => unknown): EngineError => {
      try {
        work();
      } catch (error) {
        if (error instanceof EngineError) return error;
      }
      throw new Error('was not refused');
    };
    expect(refused(() => fillDeferred(left('{{status "db" "port"}}'), values({}))).code).to.equal('DEPENDENCY_UNREADY');
    expect(refused(() => fillDeferred(left('{{secret "pw"}}'), values({})))).to.include({
      code: 'SECRET_UNKNOWN',
      hint: 'ays secret set pw',
    });
    expect(refused(() => fillDeferred(left('a{{status "db" "all"}}'), values({ all: [] }))).code).to.equal(
      'TEMPLATE_TYPE',
    );
    const told = refused(() => fillDeferred(left('{{add 1 (secret "pw")}}'), values({}, { pw: 'hunter2' })));
    expect(JSON.stringify(told)).not.to.contain('hunter2');
    expect(told.message).to.contain('(secret "pw")');
    const inside = refused(() =>
      fillDeferred(left('{{#with (unjson (secret "pw"))}}{{hunter}}{{/with}}'), values({}, { pw: '{"hunter2":1}' })),
    );
    expect(JSON.stringify(inside)).not.to.contain('hunter2');
  });

  it('is refused where only params count, also in the branch that is not taken', () => {
    for (const text of [
      '{{status "db" "a"}}',
      'x{{secret "a"}}',
      '{{and false (secret "a")}}',
      '{{#if false}}{{secret "a"}}{{/if}}',
    ]) {
      expect(problemOf(text, { references: 'forbidden' }).code, text).to.equal('TEMPLATE_NOT_ALLOWED');
    }
    expect(fill('{{params.host}}', { references: 'forbidden' }).value).to.equal('shop.test');
  });

  it('adds no problem of its own when the caller has reported one', () => {
    const mute = { status: () => undefined, secret: () => undefined };
    expect(fill('{{status "db" "a"}}', { references: mute })).to.deep.equal({ value: undefined, problems: [] });
    expect(fill('a {{secret "a"}}', { references: mute })).to.deep.equal({ value: undefined, problems: [] });
  });

  it('needs to know which status and which secret', () => {
    expect(problemOf('{{status "db" (status "db" "a")}}').code).to.equal('TEMPLATE_NOT_ALLOWED');
    expect(problemOf('{{secret 1}}').code).to.equal('TEMPLATE_HELPER');
    expect(left('{{status (concat "container/" params.stage) "a"}}').status).to.deep.equal([
      { key: 'container/prod', field: 'a' },
    ]);
  });
});

// A random template is written twice: once with outputs that are known only later, once with the same values as params.
// Put off and filled, the first must give what the second gives at once.
const awkward = fc.oneof(
  fc.constantFrom(
    '',
    '{{x}}',
    '\\{{',
    '\\',
    '{',
    '}',
    '}}',
    '{{',
    '"',
    "'",
    '\'"',
    '\\"',
    "\\'",
    '\0',
    '\n',
    '{{{{raw}}}}',
    '~',
    '😀',
    'a"\'\\',
  ),
  fc
    .array(fc.constantFrom('{', '}', '\\', '"', "'", 'a', ' ', '\n', '~', '!'), { maxLength: 6 })
    .map((letters) => letters.join('')),
);
const scalar = fc.oneof(
  awkward,
  fc.integer({ min: -5, max: 5 }),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n)),
);
const world = fc.record({
  text: awkward,
  plain: scalar,
  list: fc.array(scalar, { maxLength: 3 }),
  map: fc.dictionary(fc.constantFrom('k', 'odd key', 'a.b', 'this', '0', ']'), scalar, { maxKeys: 3 }),
  nested: fc.array(fc.record({ n: scalar, l: fc.array(scalar, { maxLength: 2 }) }), { maxLength: 3 }),
});

/** `@now:NAME@` is always a param; `@later:NAME@` is a status in one writing and a param in the other. */
const source = (name: string): fc.Arbitrary<string> => fc.constantFrom(`@now:${name}@`, `@later:${name}@`);
const { text: phrase } = fc.letrec<{ text: string; expr: string; flag: string }>((tie) => ({
  flag: fc.oneof(
    { depthSize: 'small' },
    source('plain'),
    fc.tuple(tie('expr'), tie('expr')).map(([a, b]) => `(eq ${a} ${b})`),
    fc.tuple(fc.constantFrom('and', 'or'), tie('flag'), tie('flag')).map(([name, a, b]) => `(${name} ${a} ${b})`),
    tie('flag').map((a) => `(not ${a})`),
  ),
  expr: fc.oneof(
    { depthSize: 'small' },
    source('plain'),
    fc.constantFrom('"a"', "'{{'", '1', 'true'),
    tie('expr').map((a) => `(json ${a})`),
    fc.tuple(tie('expr'), tie('expr')).map(([a, b]) => `(concat ${a} ${b})`),
    fc.tuple(tie('flag'), tie('expr'), tie('expr')).map(([c, a, b]) => `(pick ${c} ${a} ${b})`),
    fc.tuple(source('text'), tie('expr')).map(([a, b]) => `(default ${a} ${b})`),
    source('list').map((a) => `(json ${a})`),
    fc.tuple(source('list'), source('text')).map(([a, b]) => `(join ${a} ${b})`),
    fc.tuple(source('list'), source('list')).map(([a, b]) => `(json (concat ${a} ${b}))`),
    source('map').map((a) => `(join (keys ${a}) "|")`),
    source('map').map((a) => `(json (lookup ${a} "odd key"))`),
  ),
  text: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', ' ', '\n', '}', '{', '\\{{', '"', 'x\n  ', '{{! c }}', '}}', '\\ ', '\\\\'),
    tie('expr').map((a) => `{{concat ${a}}}`),
    tie('expr').map((a) => `{{~json ${a}~}}`),
    fc.tuple(tie('text'), tie('text')).map(([a, b]) => a + b),
    fc
      .tuple(fc.constantFrom('if', 'unless'), tie('flag'), tie('text'), tie('text'))
      .map(([name, c, a, b]) => `{{#${name} ${c}}}${a}{{else}}${b}{{/${name}}}`),
    fc
      .tuple(source('list'), tie('text'), tie('text'))
      .map(
        ([c, a, b]) =>
          `{{#each ${c} as |v k|}}${a}{{v}}{{this}}{{k}}{{@index}}{{#if @last}}.{{/if}}{{else}}${b}{{/each}}`,
      ),
    fc.tuple(source('map'), tie('text')).map(([c, a]) => `{{#each ${c}}}${a}{{@key}}={{this}}{{/each}}`),
    fc
      .tuple(source('nested'), source('list'), tie('text'))
      .map(
        ([c, d, a]) =>
          `{{#each ${c} as |o|}}{{n}}{{#each l}}{{../n}}{{this}}{{@../index}}{{/each}}{{#each ${d}}}{{../n}}{{json o}}{{this}}${a}{{/each}}{{/each}}`,
      ),
    fc
      .tuple(source('map'), tie('text'))
      .map(([c, a]) => `{{#with ${c} as |m|}}{{json this}}{{json m}}{{json (lookup m "k")}}${a}{{/with}}`),
  ),
}));

describe('putting off and filling', () => {
  it('gives what evaluating at once gives', () => {
    let putOff = 0;
    fc.assert(
      fc.property(phrase, world, fc.boolean(), (text, params, whole) => {
        const shape = whole ? text.trim() : `${text} `;
        const atOnce = fill(shape.replace(/@(?:now|later):(\w+)@/g, 'params.$1'), { scope: { params } });
        const later = fill(
          shape.replace(/@now:(\w+)@/g, 'params.$1').replace(/@later:(\w+)@/g, '(status "container/a" "$1")'),
          { scope: { params } },
        );
        // What is wrong may be found earlier when it is put off (both branches are looked at), never the other way round.
        if (later.problems.length > 0 || later.value === undefined) return;
        if (!isDeferred(later.value)) {
          expect(later.value).to.deep.equal(atOnce.value);
          return;
        }
        putOff += 1;
        const body = JSON.parse(JSON.stringify(later.value.$ays)) as DeferredBody;
        expect(body.template).not.to.contain('params.');
        let filled: JsonValue | undefined;
        try {
          filled = fillDeferred(body, values(params));
        } catch (error) {
          if (!(error instanceof EngineError)) throw error;
          expect(atOnce.problems[0]?.code, error.message).to.equal(error.code);
          return;
        }
        expect(filled).to.deep.equal(atOnce.value);
      }),
      { numRuns: 1500 },
    );
    expect(putOff, 'templates that were put off').to.be.greaterThan(300);
  });
});
