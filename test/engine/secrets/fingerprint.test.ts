import { expect } from 'chai';
import { fillDeferred } from '../../../engine/blueprint/template/index.ts';
import { driftOf } from '../../../engine/model/drift.ts';
import { isDeferred, type Deferred } from '../../../engine/model/expression.ts';
import type { JsonObject } from '../../../engine/model/json.ts';
import type { KindSchema } from '../../../engine/model/schema.ts';
import { assertNoSecret, fillPrints, hideSecrets, resolveSecrets, secretNames } from '../../../engine/secrets/index.ts';
import type { Vault } from '../../../engine/secrets/vault.ts';
import { ANNA, codeOf, gridFixture } from './grid-fixture.ts';

function deferred(template: string, secrets: readonly string[], status: Deferred['$ays']['status'] = []): Deferred {
  return { $ays: { template, whole: false, secrets, status } };
}

const SPEC: JsonObject = {
  image: 'oci:x',
  env: {
    PASSWORD: deferred('{{secret "a"}}', ['a']),
    DSN: deferred('db://{{secret "a"}}:{{secret "b"}}@host', ['a', 'b']),
    HOST: deferred('{{status "container/db" "address"}}', [], [{ key: 'container/db', field: 'address' }]),
    'with/slash~': deferred('x-{{secret "b"}}', ['b']),
  },
  list: [1, deferred('{{secret "b"}}', ['b'])],
};

const printAt = (spec: JsonObject, ...path: string[]): string | undefined => {
  let value: unknown = spec;
  for (const part of path) value = (value as JsonObject)[part];
  return isDeferred(value) ? value.$ays.print : undefined;
};

describe('the print of a value built from secrets', () => {
  let vault: Vault;
  beforeEach(async () => {
    vault = await gridFixture().open();
    await vault.set('a', 'alpha-alpha', ANNA);
    await vault.set('b', 'beta-beta', ANNA);
  });

  it('is the same as long as template and secrets are, and another when one of them is', async () => {
    const first = fillPrints(SPEC, await vault.printer());
    expect(fillPrints(SPEC, await vault.printer())).to.deep.equal(first);
    await vault.set('b', 'beta-changed', ANNA);
    const second = fillPrints(SPEC, await vault.printer());
    expect(printAt(second, 'env', 'PASSWORD'))
      .to.be.a('string')
      .and.equal(printAt(first, 'env', 'PASSWORD'));
    expect(printAt(second, 'env', 'DSN')).not.to.equal(printAt(first, 'env', 'DSN'));
    const other = { v: deferred('y{{secret "a"}}', ['a']), w: deferred('{{secret "a"}}', ['a']) };
    const filled = fillPrints(other, await vault.printer());
    expect(printAt(filled, 'v')).not.to.equal(printAt(filled, 'w'));
  });

  it('counts the outputs that it reads, and waits for them', async () => {
    const spec = { v: deferred('{{status "x/y" "f"}}{{secret "a"}}', ['a'], [{ key: 'x/y', field: 'f' }]) };
    const printer = await vault.printer();
    expect(fillPrints(spec, printer)).to.equal(spec);
    const one = printAt(
      fillPrints(spec, printer, () => 'one'),
      'v',
    );
    expect(one)
      .to.be.a('string')
      .and.not.equal(
        printAt(
          fillPrints(spec, printer, () => 'two'),
          'v',
        ),
      );
  });

  it('is absent while a secret has no value, also when it had one before', async () => {
    const filled = fillPrints(SPEC, await vault.printer());
    await vault.remove('a');
    const again = fillPrints(filled, await vault.printer());
    expect(printAt(again, 'env', 'PASSWORD')).to.equal(undefined);
    expect(printAt(again, 'list', '1')).to.equal(printAt(filled, 'list', '1'));
  });

  it('costs no copy where there is no secret, and changes no input', async () => {
    const plain = { image: 'x', env: { A: 'b' }, list: [1, 2] };
    expect(fillPrints(plain, await vault.printer())).to.equal(plain);
    const before = JSON.stringify(SPEC);
    const filled = fillPrints(SPEC, await vault.printer());
    expect(JSON.stringify(SPEC)).to.equal(before);
    expect(fillPrints(filled, await vault.printer())).to.equal(filled);
  });

  it('shows drift of a secret, and no value, between what is wanted and what a driver reports', async () => {
    const schema = {
      type: 'object',
      properties: { env: { type: 'object', 'x-change': 'replace' } },
    } as unknown as KindSchema; // as much of a schema as drift reads
    const wanted = fillPrints(
      { env: { PASSWORD: SPEC['env'] ? deferred('{{secret "a"}}', ['a']) : null } },
      await vault.printer(),
    );
    const values = new Map([['a', 'alpha-alpha']]);
    const { spec, prints } = resolveSecrets(wanted, (name) => values.get(name), fillDeferred);
    const reported = hideSecrets(spec, prints);
    expect(driftOf(schema, wanted, reported)).to.deep.equal([]);
    await vault.set('a', 'rotated-value', ANNA);
    const drift = driftOf(schema, fillPrints(wanted, await vault.printer()), reported);
    expect(drift).to.have.length(1);
    expect(drift[0]).to.include({ field: 'env.PASSWORD', secret: true });
    assertNoSecret(JSON.stringify(drift), 'alpha-alpha');
  });
});

describe('on the node', () => {
  const open = (name: string): string | undefined => ({ a: 'alpha-alpha', b: 'beta "beta"' })[name];

  it('values become plain, with a print for each, and everything else stays', async () => {
    const vault = await gridFixture().open();
    await vault.set('a', 'alpha-alpha', ANNA);
    await vault.set('b', 'beta "beta"', ANNA);
    const filled = fillPrints(SPEC, await vault.printer());
    const { spec, prints, sensitive } = resolveSecrets(filled, open, fillDeferred);
    expect(spec).to.deep.equal({
      image: 'oci:x',
      env: {
        PASSWORD: 'alpha-alpha',
        DSN: 'db://alpha-alpha:beta "beta"@host',
        HOST: (SPEC['env'] as JsonObject)['HOST'],
        'with/slash~': 'x-beta "beta"',
      },
      list: [1, 'beta "beta"'],
    });
    expect(Object.keys(prints).sort()).to.deep.equal(['/env/DSN', '/env/PASSWORD', '/env/with~1slash~0', '/list/1']);
    expect(sensitive).to.include.members(['alpha-alpha', 'beta "beta"', 'db://alpha-alpha:beta "beta"@host']);
    const hidden = hideSecrets(spec, prints);
    for (const value of ['alpha-alpha', 'beta "beta"']) assertNoSecret(JSON.stringify(hidden), value);
    expect((hidden['env'] as JsonObject)['PASSWORD']).to.deep.equal({ $print: printAt(filled, 'env', 'PASSWORD') });
    expect(hidden['image']).to.equal('oci:x');
  });

  it('a secret without a value, and a value without its print, are refused', async () => {
    const spec = { v: { $ays: { ...deferred('{{secret "c"}}', ['c']).$ays, print: 'p' } } };
    expect(await codeOf(() => resolveSecrets(spec, open, fillDeferred))).to.equal('SECRET_UNKNOWN');
    expect(await codeOf(() => resolveSecrets(SPEC, open, fillDeferred))).to.equal('INTERNAL');
  });

  it('needs only the secrets that the spec names', () => {
    expect(secretNames(SPEC)).to.deep.equal(['a', 'b']);
    expect(secretNames({ a: [1, { b: null }] })).to.deep.equal([]);
  });
});
