import { expect } from 'chai';
import { makeNodeKey, openParcel, readNodeKey, assertNoSecret } from '../../../engine/secrets/index.ts';
import { ANNA, codeOf, gridFixture, seededBytes } from './grid-fixture.ts';

const CONTEXT = 'container/web 1.7';

async function sealed() {
  const { privateKey, publicKey } = makeNodeKey(seededBytes('node'));
  const grid = gridFixture();
  const vault = await grid.open();
  await vault.set('a', 'alpha-alpha', ANNA);
  await vault.set('b', 'two\nlines', ANNA);
  const parcel = await vault.sealFor({ node: 'n1', publicKey }, ['a', 'b', 'a'], CONTEXT);
  return { vault, parcel, key: readNodeKey(privateKey), publicKey };
}

describe('a parcel for a node', () => {
  const address = { grid: 'g1', node: 'n1', context: CONTEXT };

  it('opens on the node, to the values, and shows nothing on its way', async () => {
    const { parcel, key } = await sealed();
    expect([...openParcel(parcel, key, address)]).to.deep.equal([
      ['a', 'alpha-alpha'],
      ['b', 'two\nlines'],
    ]);
    assertNoSecret(parcel, 'alpha-alpha');
  });

  it('opens for no other node, grid, context or key', async () => {
    const { parcel, key } = await sealed();
    const other = readNodeKey(makeNodeKey(seededBytes('other')).privateKey);
    expect(await codeOf(() => openParcel(parcel, other, address))).to.equal('SECRET_DAMAGED');
    for (const change of [{ grid: 'g2' }, { node: 'n2' }, { context: 'container/web 1.8' }])
      expect(await codeOf(() => openParcel(parcel, key, { ...address, ...change }))).to.equal('SECRET_DAMAGED');
  });

  it('is refused when any one character of it is another', async () => {
    const { parcel, key } = await sealed();
    for (let i = 0; i < parcel.length; i++) {
      const changed = parcel.slice(0, i) + (parcel[i] === 'A' ? 'B' : 'A') + parcel.slice(i + 1);
      expect(await codeOf(() => openParcel(changed, key, address)), `character ${i}`).to.equal('SECRET_DAMAGED');
    }
    for (const text of ['', 'p1', parcel.slice(0, -1), `${parcel}A`])
      expect(await codeOf(() => openParcel(text, key, address))).to.equal('SECRET_DAMAGED');
  });

  it('is never the same twice', async () => {
    const { vault, parcel, publicKey } = await sealed();
    const again = await vault.sealFor({ node: 'n1', publicKey }, ['a', 'b'], CONTEXT);
    expect(again.split('.')[1]).not.to.equal(parcel.split('.')[1]);
  });

  it('is not made for a public key that gives everyone the same secret, nor for what is no key', async () => {
    const { vault } = await sealed();
    const one = Buffer.alloc(32);
    one[0] = 1;
    for (const bytes of [Buffer.alloc(32), one, Buffer.alloc(31)]) {
      const recipient = { node: 'n1', publicKey: `x25519:${bytes.toString('base64url')}` };
      expect(await codeOf(vault.sealFor(recipient, ['a'], CONTEXT))).to.equal('SECRETS_LOCKED');
    }
    expect(await codeOf(vault.sealFor({ node: 'n1', publicKey: 'ssh-ed25519 AAAA' }, ['a'], CONTEXT))).to.equal(
      'SECRETS_LOCKED',
    );
  });

  it('with the sender key of low order is refused', async () => {
    const { parcel, key } = await sealed();
    const [, , ...rest] = parcel.split('.');
    const forged = ['p1', Buffer.alloc(32).toString('base64url'), ...rest].join('.');
    expect(await codeOf(() => openParcel(forged, key, address))).to.equal('SECRET_DAMAGED');
  });

  it('is not made of a secret without a value', async () => {
    const { vault, publicKey } = await sealed();
    expect(await codeOf(vault.sealFor({ node: 'n1', publicKey }, ['a', 'c'], CONTEXT))).to.equal('SECRET_UNKNOWN');
  });
});

describe("a node's key", () => {
  it('has the public key that the standard says', () => {
    // RFC 7748, section 6.1.
    const pair = [
      '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a',
      '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
    ] as const;
    const { publicKey } = makeNodeKey(() => new Uint8Array(Buffer.from(pair[0], 'hex')));
    expect(publicKey).to.equal(`x25519:${Buffer.from(pair[1], 'hex').toString('base64url')}`);
  });

  it('is refused when its file holds anything else', async () => {
    for (const text of ['', 'ays-node-key-1 short', 'ays-key-1 '.padEnd(53, 'A')])
      expect(await codeOf(() => readNodeKey(text))).to.equal('SECRETS_LOCKED');
  });
});
