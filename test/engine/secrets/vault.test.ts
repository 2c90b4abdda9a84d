import { expect } from 'chai';
import type { JsonObject } from '../../../engine/model/json.ts';
import { KEYRING_ID, assertNoSecret } from '../../../engine/secrets/index.ts';
import { ALPHABET } from '../../../engine/secrets/secret-value.ts';
import type { Vault } from '../../../engine/secrets/vault.ts';
import { ANNA, CLOCK_START, codeOf, gridFixture, keyOf, type GridFixture } from './grid-fixture.ts';

const text = async (vault: Vault, name: string): Promise<string> => Buffer.from(await vault.open(name)).toString();

describe('the vault', () => {
  let grid: GridFixture;
  let vault: Vault;
  beforeEach(async () => {
    grid = gridFixture();
    vault = await grid.open();
  });

  it('gives back what was set, also after it was opened anew', async () => {
    await vault.set('db-password', 'correct horse 🐎', ANNA);
    expect(await text(vault, 'db-password')).to.equal('correct horse 🐎');
    expect(await text(await grid.open(), 'db-password')).to.equal('correct horse 🐎');
  });

  it('stores nothing in clear, and lists no value', async () => {
    await vault.set('db-password', 'correct-horse-battery', ANNA);
    const stored = JSON.stringify(await grid.store.list('secret'));
    assertNoSecret(stored, 'correct-horse-battery');
    const list = await vault.list();
    assertNoSecret(JSON.stringify(list), 'correct-horse-battery');
    expect(list).to.have.length(1);
    expect(list[0]).to.include({ name: 'db-password', at: CLOCK_START });
    expect(list[0]?.by).to.deep.equal(ANNA);
  });

  it('writes nothing when the value is the same, and tells whether it wrote', async () => {
    expect(await vault.set('a', 'one', ANNA)).to.equal(true);
    expect(await vault.set('a', 'one', ANNA)).to.equal(false);
    expect(await vault.set('a', 'two', ANNA)).to.equal(true);
    expect((await grid.store.get('secret', 'a'))?.version).to.equal(2);
  });

  it('makes a value once and never again', async () => {
    expect(await vault.generate('a', 32, ANNA)).to.equal(true);
    const first = await text(vault, 'a');
    expect(first).to.match(new RegExp(`^[${ALPHABET}]{32}$`));
    expect(first).not.to.match(/[0O1lI]/);
    expect(await vault.generate('a', 32, ANNA)).to.equal(false);
    expect(await text(vault, 'a')).to.equal(first);
    for (const length of [7, 1025, 8.5, NaN])
      expect(await codeOf(vault.generate('b', length, ANNA))).to.equal('SECRET_INVALID');
  });

  it('uses every character of its alphabet about equally often', async () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 60; i++) {
      await vault.generate(`s${i}`, 1024, ANNA);
      for (const c of await text(vault, `s${i}`)) counts.set(c, (counts.get(c) ?? 0) + 1);
    }
    const mean = (60 * 1024) / ALPHABET.length;
    expect(counts).to.have.length(ALPHABET.length);
    for (const [c, count] of counts) expect(count, c).to.be.within(mean * 0.9, mean * 1.1);
  });

  it('removes, and says whether there was something', async () => {
    await vault.set('a', 'one', ANNA);
    expect(await vault.remove('a')).to.equal(true);
    expect(await vault.remove('a')).to.equal(false);
    expect(await codeOf(vault.open('a'))).to.equal('SECRET_UNKNOWN');
    expect(await vault.print('a')).to.equal(undefined);
  });

  it('lists many secrets in name order', async () => {
    const names = Array.from({ length: 450 }, (_, i) => `n${String(i).padStart(4, '0')}`);
    for (const name of [...names].reverse()) await vault.set(name, `value of ${name}`, ANNA);
    expect((await vault.list()).map(({ name }) => name)).to.deep.equal(names);
  });

  it('refuses names and values that nobody could use, and shows none of the value', async () => {
    for (const name of ['', '.keyring', 'a/b', '-a', 'a'.repeat(64), '__proto__'])
      expect(await codeOf(vault.set(name, 'x', ANNA)), name).to.equal('NAME_INVALID');
    for (const value of ['', 'x'.repeat(65_537), '\ud800', Buffer.from([0xff, 0xfe])])
      expect(await codeOf(vault.set('a', value, ANNA))).to.equal('SECRET_INVALID');
    expect(await vault.set('a', 'x'.repeat(65_536), ANNA)).to.equal(true);
    expect(await vault.set('b', Buffer.from('é'), ANNA)).to.equal(true);
  });

  it('leaves the bytes that it was given alone', async () => {
    const given = Buffer.from('correct horse');
    await vault.set('a', given, ANNA);
    expect(given.toString()).to.equal('correct horse');
  });

  it('prints equal values of one name equally, and nothing else', async () => {
    await vault.set('a', 'same value', ANNA);
    await vault.set('b', 'same value', ANNA);
    const print = await vault.print('a');
    expect(print).not.to.equal(await vault.print('b'));
    await vault.set('a', 'another', ANNA);
    expect(await vault.print('a')).not.to.equal(print);
    await vault.set('a', 'same value', ANNA);
    expect(await vault.print('a')).to.equal(print);
    const elsewhere = await gridFixture('another seed').open();
    await elsewhere.set('a', 'same value', ANNA);
    expect(await elsewhere.print('a')).not.to.equal(print);
  });

  it('refuses a value that was moved to another name, or came from another grid', async () => {
    await vault.set('weak', 'known to many', ANNA);
    await vault.set('strong', 'known to none', ANNA);
    const weak = (await grid.store.get<JsonObject>('secret', 'weak'))!.value;
    await grid.store.commit({ puts: [{ collection: 'secret', id: 'strong', value: { ...weak, name: 'strong' } }] });
    expect(await codeOf(vault.open('strong'))).to.equal('SECRET_DAMAGED');
    await grid.store.commit({ puts: [{ collection: 'secret', id: 'strong', value: weak }] });
    expect(await codeOf(vault.open('strong'))).to.equal('SECRET_DAMAGED');
    expect(await codeOf(grid.open({ grid: 'g2' }))).to.equal('SECRETS_LOCKED');
  });

  it('refuses a stored secret of which any part was changed', async () => {
    await vault.set('a', 'correct horse', ANNA);
    const stored = (await grid.store.get<JsonObject>('secret', 'a'))!.value;
    const flip = (value: string): string => (value[5] === 'A' ? 'B' : 'A') + value.slice(1);
    const changes: JsonObject[] = [
      { sealed: flip(stored['sealed'] as string) },
      { print: flip(stored['print'] as string) },
      { keyId: '0123456789abcdef' },
      { at: 1 },
      { by: { name: 'mallory', via: 'cli' } },
      { by: null },
      { sealed: 7 },
    ];
    for (const change of changes) {
      await grid.store.commit({ puts: [{ collection: 'secret', id: 'a', value: { ...stored, ...change } }] });
      expect(await codeOf(vault.open('a')), JSON.stringify(change)).to.equal('SECRET_DAMAGED');
    }
    await vault.set('a', 'mended', ANNA);
    expect(await text(vault, 'a')).to.equal('mended');
  });

  it('mends a damaged secret when the same value is set again', async () => {
    await vault.set('a', 'correct horse', ANNA);
    const stored = (await grid.store.get<JsonObject>('secret', 'a'))!.value;
    await grid.store.commit({ puts: [{ collection: 'secret', id: 'a', value: { ...stored, sealed: 'v1.x.y' } }] });
    expect(await vault.set('a', 'correct horse', ANNA)).to.equal(true);
    expect(await text(vault, 'a')).to.equal('correct horse');
  });

  describe('at the start of a robot', () => {
    it('refuses another key file, says which key is needed, and changes nothing', async () => {
      await vault.set('a', 'one', ANNA);
      const before = JSON.stringify(await grid.store.list('secret'));
      const refused = await grid.open({ wrapping: [keyOf('second')] }).then(
        () => undefined,
        (error: unknown) => error as Error & { hint: string; code: string },
      );
      expect(refused?.code).to.equal('SECRETS_LOCKED');
      expect(refused?.message).to.contain(keyOf('first').id).and.contain(keyOf('second').id);
      expect(refused?.hint).to.contain(keyOf('first').id);
      expect(JSON.stringify(await grid.store.list('secret'))).to.equal(before);
      expect(await codeOf(grid.open({ wrapping: [] }))).to.equal('SECRETS_LOCKED');
      expect(await codeOf(grid.open({ wrapping: [{ ...keyOf('second'), id: keyOf('first').id }] }))).to.equal(
        'SECRETS_LOCKED',
      );
    });

    it('refuses a keyring of which any part was changed, or of a newer format', async () => {
      const stored = (await grid.store.get<JsonObject>('secret', KEYRING_ID))!.value;
      const keys = stored['keys'] as Record<string, string>;
      const [id = '', wrapped = ''] = Object.entries(keys)[0] ?? [];
      const flip = (value: unknown): string =>
        `${String(value).slice(0, -6)}${String(value).at(-6) === 'A' ? 'B' : 'A'}${String(value).slice(-5)}`;
      const changes: JsonObject[] = [
        { canary: flip(stored['canary']) },
        { root: flip(stored['root']) },
        { canary: stored['root']!, root: stored['canary']! },
        { keys: { [id]: flip(wrapped) } },
        { keys: { '0123456789abcdef': wrapped }, current: '0123456789abcdef' },
        { keys: {} },
        { keys: [] },
        { current: 'x' },
        { wrappedBy: 'x' },
        { format: 2 },
        { format: '1' },
      ];
      for (const change of changes) {
        await grid.store.commit({ puts: [{ collection: 'secret', id: KEYRING_ID, value: { ...stored, ...change } }] });
        expect(await codeOf(grid.open()), JSON.stringify(change)).to.equal('SECRETS_LOCKED');
      }
    });

    it('does not found a second keyring over secrets that have lost theirs', async () => {
      await vault.set('a', 'one', ANNA);
      await grid.store.commit({ deletes: [{ collection: 'secret', id: KEYRING_ID }] });
      expect(await codeOf(grid.open())).to.equal('SECRETS_LOCKED');
      expect(await grid.store.get('secret', KEYRING_ID)).to.equal(undefined);
    });

    it('founds one keyring, however many robots start at once', async () => {
      const fresh = gridFixture('race');
      const vaults = await Promise.all(Array.from({ length: 8 }, () => fresh.open()));
      await Promise.all(vaults.map((each, i) => each.set(`s${i}`, `value ${i}`, ANNA)));
      for (const each of vaults) for (let i = 0; i < 8; i++) expect(await text(each, `s${i}`)).to.equal(`value ${i}`);
    });
  });

  it('keeps one of the values when many set the same name at once', async () => {
    const vaults = await Promise.all(Array.from({ length: 10 }, () => grid.open()));
    await Promise.all(vaults.map((each, i) => each.set('a', `value ${i}`, ANNA)));
    expect(await text(vault, 'a')).to.match(/^value \d$/);
    const made = await Promise.all(vaults.map((each) => each.generate('b', 20, ANNA)));
    expect(made.filter(Boolean)).to.have.length(1);
  });
});
