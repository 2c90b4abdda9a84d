import { expect } from 'chai';
import type { JsonObject } from '../../../engine/model/json.ts';
import { KEYRING_ID } from '../../../engine/secrets/index.ts';
import type { Store } from '../../../engine/store/port.ts';
import type { Vault } from '../../../engine/secrets/vault.ts';
import { ANNA, Killed, codeOf, dyingStore, gridFixture, keyOf, type GridFixture } from './grid-fixture.ts';

const NAMES = ['a', 'b', 'c', 'd'];
const text = async (vault: Vault, name: string): Promise<string> => Buffer.from(await vault.open(name)).toString();

async function filled(): Promise<{ grid: GridFixture; vault: Vault; prints: (string | undefined)[] }> {
  const grid = gridFixture();
  const vault = await grid.open();
  for (const name of NAMES) await vault.set(name, `value of ${name}`, ANNA);
  return { grid, vault, prints: await Promise.all(NAMES.map((name) => vault.print(name))) };
}

async function keyring(
  grid: GridFixture,
): Promise<{ current: string; keys: Record<string, string>; wrappedBy: string }> {
  return (await grid.store.get<JsonObject>('secret', KEYRING_ID))!.value as never; // the test knows its form
}

async function expectAllThere(vault: Vault, prints: readonly (string | undefined)[]): Promise<void> {
  for (const [i, name] of NAMES.entries()) {
    expect(await text(vault, name)).to.equal(`value of ${name}`);
    expect(await vault.print(name), `print of ${name}`).to.equal(prints[i]);
  }
  expect(await vault.damaged()).to.deep.equal([]);
}

describe('a change of keys', () => {
  it('to a new wrapping key locks the old one out and touches no value', async () => {
    const { grid, vault, prints } = await filled();
    const before = await grid.store.list('secret', { after: KEYRING_ID });
    await vault.rekey({ wrapping: keyOf('second') });
    expect(vault.wrappedBy()).to.equal(keyOf('second').id);
    expect(await grid.store.list('secret', { after: KEYRING_ID })).to.deep.equal(before);
    expect(await codeOf(grid.open())).to.equal('SECRETS_LOCKED');
    await expectAllThere(await grid.open({ wrapping: [keyOf('second')] }), prints);
  });

  it('to a new data key seals every value anew and changes no print, so that no consumer rolls', async () => {
    const { grid, vault, prints } = await filled();
    const before = await keyring(grid);
    const token = vault.derive('token').export().toString('hex');
    await vault.rekey({ data: true });
    const after = await keyring(grid);
    expect(after.current).not.to.equal(before.current);
    expect(Object.keys(after.keys)).to.deep.equal([after.current]);
    for (const { keyId } of await vault.list()) expect(keyId).to.equal(after.current);
    await expectAllThere(await grid.open(), prints);
    expect((await grid.open()).derive('token').export().toString('hex')).to.equal(token);
  });

  it('keeps who set a value and when', async () => {
    const { grid, vault } = await filled();
    const before = await vault.list();
    grid.clock.advance(1000);
    await vault.rekey({ data: true });
    const shown = (await vault.list()).map(({ name, at, by }) => ({ name, at, by }));
    expect(shown).to.deep.equal(before.map(({ name, at, by }) => ({ name, at, by })));
  });

  for (const change of ['wrapping', 'data', 'both'] as const) {
    for (const when of ['before', 'after'] as const) {
      it(`(${change}) that is killed ${when} any of its writes loses nothing and is finished at the next start`, async () => {
        let points = 0;
        for (let at = 0; ; at++) {
          const { grid, prints } = await filled();
          const before = await keyring(grid);
          const dying = dyingStore(grid.store, at, when);
          const victim = await grid.open({ store: dying.store });
          const asked = {
            ...(change !== 'data' && { wrapping: keyOf('second') }),
            ...(change !== 'wrapping' && { data: true }),
          };
          const killed = await victim.rekey(asked).then(
            () => false,
            (error: unknown) => error instanceof Killed,
          );
          if (!killed) break;
          points += 1;
          // The caller still has both key files, in either order.
          for (const wrapping of [
            [keyOf('first'), keyOf('second')],
            [keyOf('second'), keyOf('first')],
          ])
            await expectAllThere(await grid.open({ wrapping }), prints);
          const after = await keyring(grid);
          expect(Object.keys(after.keys), 'keys left').to.deep.equal([after.current]);
          const begun = at > 0 || when === 'after';
          if (change !== 'wrapping') expect(after.current !== before.current).to.equal(begun);
          if (change !== 'data') expect(after.wrappedBy).to.equal(keyOf(begun ? 'second' : 'first').id);
        }
        expect(points).to.equal(change === 'wrapping' ? 1 : 2 + NAMES.length);
      });
    }
  }

  it('is finished by another robot while the first one lies dead, and values may be set meanwhile', async () => {
    const { grid, prints } = await filled();
    const standing = await grid.open();
    const dying = dyingStore(grid.store, 2, 'after');
    const victim = await grid.open({ store: dying.store });
    expect(await codeOf(victim.rekey({ data: true }))).to.contain('Error');
    expect(await text(standing, 'a')).to.equal('value of a');
    expect(await text(standing, 'd')).to.equal('value of d');
    await standing.set('e', 'set meanwhile', ANNA);
    expect((await grid.store.get<JsonObject>('secret', 'e'))!.value['keyId']).to.equal((await keyring(grid)).current);
    const third = await grid.open();
    await expectAllThere(third, prints);
    expect(await text(third, 'e')).to.equal('set meanwhile');
    expect(await text(standing, 'e')).to.equal('set meanwhile');
  });

  it('does not lose what a robot sets that has not heard of it', async () => {
    const { grid } = await filled();
    const standing = await grid.open();
    await (await grid.open()).rekey({ data: true });
    // A new name: there is no value whose key would tell it.
    await standing.set('new', 'set under which key', ANNA);
    await standing.set('a', 'and this', ANNA);
    expect(await text(await grid.open(), 'new')).to.equal('set under which key');
    expect(await text(await grid.open(), 'a')).to.equal('and this');
  });

  it('does not bring back a value that was replaced while it was sealed again', async () => {
    const { grid } = await filled();
    const standing = await grid.open();
    let replaced = false;
    const store: Store = {
      ...grid.store,
      async commit(transaction) {
        if (!replaced && transaction.puts?.some(({ id }) => id === 'b')) {
          replaced = true;
          await standing.set('b', 'the new value', ANNA);
        }
        return grid.store.commit(transaction);
      },
    };
    await (await grid.open({ store })).rekey({ data: true });
    expect(replaced).to.equal(true);
    expect(await text(await grid.open(), 'b')).to.equal('the new value');
  });

  it('by several robots at once, with values being set, ends with one key and every value', async () => {
    const { grid } = await filled();
    const vaults = await Promise.all(Array.from({ length: 4 }, () => grid.open()));
    await Promise.all(
      vaults.flatMap((vault, i) => [
        vault.rekey({ data: true }),
        ...Array.from({ length: 10 }, (_, n) => vault.set(`s${i}-${n}`, `value ${i} ${n}`, ANNA)),
      ]),
    );
    const last = await grid.open();
    const { keys, current } = await keyring(grid);
    expect(Object.keys(keys)).to.deep.equal([current]);
    expect(await last.list()).to.have.length(4 + 40);
    expect(await last.damaged()).to.deep.equal([]);
    for (let i = 0; i < 4; i++)
      for (let n = 0; n < 10; n++) expect(await text(last, `s${i}-${n}`)).to.equal(`value ${i} ${n}`);
  });

  it('is not held up by one damaged secret, which stays damaged and is named', async () => {
    const { grid, vault } = await filled();
    const stored = (await grid.store.get<JsonObject>('secret', 'b'))!.value;
    await grid.store.commit({ puts: [{ collection: 'secret', id: 'b', value: { ...stored, sealed: 'v1.x.y' } }] });
    await grid.store.commit({ puts: [{ collection: 'secret', id: 'c', value: 7 }] });
    await vault.rekey({ data: true });
    const again = await grid.open();
    expect(await again.damaged()).to.deep.equal(['b', 'c']);
    expect(await text(again, 'a')).to.equal('value of a');
    expect((await again.list()).map(({ name }) => name)).to.deep.equal(['a', 'b', 'd']);
  });
});
