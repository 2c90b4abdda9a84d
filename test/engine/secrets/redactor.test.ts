import { expect } from 'chai';
import fc from 'fast-check';
import { inspect } from 'node:util';
import { EngineError } from '../../../engine/model/errors.ts';
import type { JsonValue } from '../../../engine/model/json.ts';
import { HIDDEN, MIN_HIDDEN, assertNoSecret, redactor } from '../../../engine/secrets/index.ts';

const SECRET = `pa$$ "w0rd" /+&'ä`;

/** How a value gets into text, by no code of ours. */
const ENCODINGS: Readonly<Record<string, (value: string) => string>> = {
  plain: (value) => value,
  base64: (value) => Buffer.from(value).toString('base64'),
  base64url: (value) => Buffer.from(value).toString('base64url'),
  'base64 after one character': (value) => Buffer.from(`:${value}`).toString('base64'),
  'base64 of user:password': (value) => Buffer.from(`ab:${value}@host`).toString('base64'),
  'base64 after and before others': (value) => Buffer.from(`user:${value}@host`).toString('base64'),
  'percent-encoded': encodeURIComponent,
  'percent-encoded, small letters': (value) => encodeURIComponent(value).replace(/%../g, (each) => each.toLowerCase()),
  'a form field': (value) => new URLSearchParams({ q: value }).toString(),
  'a user in an address': (value) => {
    const url = new URL('http://host');
    url.password = value;
    return url.href;
  },
  'a query of an address': (value) => {
    const url = new URL('http://host');
    url.search = value;
    return url.search;
  },
  json: (value) => JSON.stringify({ value }),
  'json in json': (value) => JSON.stringify({ body: JSON.stringify({ value }) }),
  hexadecimal: (value) => Buffer.from(value).toString('hex'),
  'hexadecimal, big letters': (value) => Buffer.from(value).toString('hex').toUpperCase(),
};

/** What a password may be: nothing that stands in the mask itself, which would be found again. */
const secrets = fc
  .oneof(fc.string({ minLength: 6, maxLength: 40 }), fc.string({ minLength: 6, maxLength: 40, unit: 'grapheme' }))
  .filter((value) => value.length >= MIN_HIDDEN && !/[()]|secret/.test(value) && !/\p{Surrogate}/u.test(value));

describe('redaction', () => {
  for (const [name, encode] of Object.entries(ENCODINGS)) {
    it(`hides a secret: ${name}`, () => {
      fc.assert(
        fc.property(secrets, fc.string(), fc.string(), (value, before, after) => {
          const encoded = encode(value);
          const text = redactor([value]).text(`${before} ${encoded} ${after}`);
          expect(text).to.contain(HIDDEN);
          assertNoSecret(text, value);
        }),
        { numRuns: 300 },
      );
    });
  }

  it('hides a secret in what node prints of a value', () => {
    for (const value of [SECRET, `it's "both" \`of\` them`, `it's`.repeat(2), 'line\nline two']) {
      const text = redactor([value]).text(inspect({ value }));
      expect(text).to.contain(HIDDEN);
      assertNoSecret(text, value);
    }
  });

  it('hides any of many secrets, also when they overlap or lie in one another', () => {
    fc.assert(
      fc.property(fc.array(secrets, { minLength: 1, maxLength: 20 }), fc.array(fc.nat(19)), (values, order) => {
        const text = redactor(values).text(order.map((i) => values[i % values.length]).join('|'));
        for (const value of values) assertNoSecret(text, value);
      }),
    );
    expect(redactor(['abcdefgh', 'efghijkl']).text('<abcdefghijkl>')).to.equal(`<${HIDDEN}>`);
    expect(redactor(['abcdefghijkl', 'cdefgh']).text('<abcdefghijkl> <abcdefgh>')).to.equal(
      `<${HIDDEN}> <ab${HIDDEN}>`,
    );
    expect(redactor(['abcdefgh', 'abcdefghijkl']).text('<abcdefghijkl>')).to.equal(`<${HIDDEN}>`);
    expect(redactor(['aaaaaa']).text(`<${'a'.repeat(50)}>`)).to.equal(`<${HIDDEN}>`);
  });

  it('leaves everything else as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { text: hide } = redactor(['correct-horse-battery', 'x7Kp#91!']);
        expect(hide(text)).to.equal(text);
        expect(hide(`${text}correct-horse-battery${text}`)).to.equal(`${text}${HIDDEN}${text}`);
      }),
    );
  });

  it('hides each line of a secret of several lines, but not the armour of a key', () => {
    const pem = '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIEx\nyR7vLq8pT1nW4\n-----END PRIVATE KEY-----\n';
    const hide = redactor([pem]);
    expect(hide.text('  MC4CAQAwBQYDK2VwBCIEIEx')).to.equal(`  ${HIDDEN}`);
    expect(hide.text('yR7vLq8pT1nW4\r')).to.equal(`${HIDDEN}\r`);
    expect(hide.text('-----BEGIN PRIVATE KEY-----')).to.equal('-----BEGIN PRIVATE KEY-----');
    expect(hide.text(`a ${pem} b`)).to.equal(`a ${HIDDEN} b`);
  });

  it('does not show a secret by the word that hides it', () => {
    for (const value of ['secret', '(secret)', 'secret)'])
      assertNoSecret(redactor([value]).text(`a ${value} b`), value);
  });

  it(`looks for no secret under ${MIN_HIDDEN} characters inside text, but hides it as a whole JSON value`, () => {
    const hide = redactor(['12345', '']);
    expect(hide.text('port 12345')).to.equal('port 12345');
    expect(hide.json({ a: '12345', b: 12345, c: 'port 12345' })).to.deep.equal({
      a: HIDDEN,
      b: HIDDEN,
      c: 'port 12345',
    });
  });

  it('hides in JSON at any depth, in keys and in numbers, and gives back the same object when there is nothing', () => {
    const hide = redactor([SECRET, '1234567890']);
    const clean: JsonValue = { a: [1, { b: 'x' }, null], c: true };
    expect(hide.json(clean)).to.equal(clean);
    const dirty: JsonValue = { a: [{ [`k ${SECRET}`]: `v ${SECRET}` }], n: 1234567890, deep: { s: SECRET, t: 'keep' } };
    expect(hide.json(dirty)).to.deep.equal({
      a: [{ [`k ${HIDDEN}`]: `v ${HIDDEN}` }],
      n: HIDDEN,
      deep: { s: HIDDEN, t: 'keep' },
    });
  });

  it('hides in errors: message, hint, detail, cause and stack', () => {
    const hide = redactor([SECRET]);
    const cause = new TypeError(`cause ${SECRET}`);
    const error = new EngineError('DRIVER_FAILED', `failed with ${SECRET}`, {
      hint: `try ${SECRET}`,
      detail: { env: { P: SECRET } },
      cause,
    });
    const hidden = hide.error(error) as EngineError;
    expect(hidden).to.be.instanceOf(EngineError);
    expect(hidden).to.include({ code: 'DRIVER_FAILED', message: `failed with ${HIDDEN}`, hint: `try ${HIDDEN}` });
    expect(hidden.cause).to.include({ name: 'TypeError', message: `cause ${HIDDEN}` });
    assertNoSecret(inspect(hidden, { depth: 9 }) + JSON.stringify(hidden) + String(hidden.stack), SECRET);
    expect(hide.error(SECRET).message).to.equal(HIDDEN);
    const circle = new Error('a');
    circle.cause = circle;
    expect(hide.error(circle).message).to.equal('a');
  });

  it('hides a secret that comes in pieces, wherever it is cut, and holds back no more than it must', () => {
    fc.assert(
      fc.property(
        fc.array(secrets, { minLength: 1, maxLength: 4 }),
        fc.array(fc.oneof(fc.nat(3), fc.string({ maxLength: 8 })), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (values, parts, sizes) => {
          const whole = parts.map((part) => (typeof part === 'number' ? values[part % values.length] : part)).join('');
          const hide = redactor(values);
          const stream = hide.stream();
          let shown = '';
          for (let at = 0, i = 0; at < whole.length; i++) {
            const size = sizes[i % sizes.length]!;
            shown += stream.push(whole.slice(at, at + size));
            at += size;
          }
          shown += stream.end();
          expect(shown).to.equal(hide.text(whole));
        },
      ),
      { numRuns: 2000 },
    );
    const stream = redactor(['abcdefgh']).stream();
    expect(stream.push('nothing to see\n')).to.equal('nothing to see\n');
    expect(stream.push('xx abcd')).to.equal('xx ');
    expect(stream.push('X')).to.equal('abcdX');
    expect(stream.push('abcdefg') + stream.push('h!') + stream.end()).to.equal(`${HIDDEN}!`);
    expect(stream.push('again') + stream.end()).to.equal('again');
  });

  it('keeps up with endless output that is all secret', () => {
    const stream = redactor(['aaaaaaaa']).stream();
    let shown = '';
    for (let i = 0; i < 1000; i++) shown += stream.push('aaaaaaaaaa');
    expect(shown + stream.end()).to.equal(HIDDEN);
  });

  it('learns secrets later and forgets none', () => {
    const hide = redactor();
    const stream = hide.stream();
    expect(stream.push(SECRET)).to.equal(SECRET);
    expect(hide.text(SECRET)).to.equal(SECRET);
    hide.add([SECRET]);
    hide.add(['another one']);
    expect(stream.push(`${SECRET} `)).to.equal(`${HIDDEN} `);
    expect(hide.text(`${SECRET} another one`)).to.equal(`${HIDDEN} ${HIDDEN}`);
  });
});

describe('the proof that a secret was not written', () => {
  it('finds it in every form, and as UTF-16, and does not show it', () => {
    for (const [name, encode] of Object.entries(ENCODINGS)) {
      const look = (): void => assertNoSecret(`some text ${encode(SECRET)} more`, SECRET, 'the log');
      expect(look, name).to.throw(/^the log holds the secret/);
      expect(look, name).not.to.throw(SECRET);
    }
    expect(() => assertNoSecret(Buffer.from(SECRET, 'utf16le'), SECRET)).to.throw();
    expect(() => assertNoSecret('pin 1234', '1234')).to.throw();
    expect(() => assertNoSecret('x', '')).to.throw();
    assertNoSecret('nothing here', SECRET);
  });
});
