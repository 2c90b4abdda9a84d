import { expect } from 'chai';
import fc from 'fast-check';
import { keyIdOf, seal, unseal } from '../../../engine/secrets/seal.ts';
import { keyOf, seededBytes } from './grid-fixture.ts';

const PLACE = ['grid', 'secret', 'db-password'];

describe('a sealed text', () => {
  const key = keyOf('a');
  const random = seededBytes('seal');

  it('opens with its key, in its place, to the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const sealed = seal(key, PLACE, bytes, random);
        expect(unseal(key, PLACE, sealed)).to.deep.equal(Buffer.from(bytes));
        expect(keyIdOf(sealed)).to.equal(key.id);
      }),
    );
  });

  it('is refused when any one character of it is another', () => {
    const sealed = seal(key, PLACE, Buffer.from('correct horse'), random);
    for (let i = 0; i < sealed.length; i++) {
      for (const other of 'AB-_w4.') {
        if (sealed[i] === other) continue;
        const changed = sealed.slice(0, i) + other + sealed.slice(i + 1);
        expect(unseal(key, PLACE, changed), `character ${i} as ${other}`).to.equal(undefined);
      }
    }
  });

  it('is refused when its last character is another that stands for the same bytes', () => {
    const sealed = seal(key, PLACE, Buffer.from('correct horse'), random);
    const bytes = (text: string): Buffer => Buffer.from(text.split('.')[2] ?? '', 'base64url');
    const others = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
      .map((last) => sealed.slice(0, -1) + last)
      .filter((text) => text !== sealed && bytes(text).equals(bytes(sealed)));
    expect(others).not.to.be.empty;
    for (const text of others) expect(unseal(key, PLACE, text), text).to.equal(undefined);
  });

  it('is refused when any one bit of its bytes is another', () => {
    const sealed = seal(key, PLACE, Buffer.from('correct horse'), random);
    const [version, id, text = ''] = sealed.split('.');
    const bytes = Buffer.from(text, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = changed[bit >> 3]! ^ (1 << (bit & 7));
      expect(unseal(key, PLACE, `${version}.${id}.${changed.toString('base64url')}`), `bit ${bit}`).to.equal(undefined);
    }
  });

  it('is refused when it is shorter or longer', () => {
    const sealed = seal(key, PLACE, Buffer.from('correct horse'), random);
    for (let length = 0; length < sealed.length; length++)
      expect(unseal(key, PLACE, sealed.slice(0, length))).to.equal(undefined);
    for (const more of ['A', '=', '\n', ' ', '.']) expect(unseal(key, PLACE, sealed + more)).to.equal(undefined);
  });

  it('is refused in another place, also in one whose parts run together to the same text', () => {
    const sealed = seal(key, PLACE, Buffer.from('x'), random);
    for (const place of [
      ['grid', 'secret', 'other'],
      ['other', 'secret', 'db-password'],
      ['gridsecret', 'db-password'],
      ['grid', 'secretdb-password'],
      [...PLACE, ''],
    ])
      expect(unseal(key, place, sealed), place.join(' | ')).to.equal(undefined);
  });

  it('is refused by another key, also by one that claims its id', () => {
    const sealed = seal(key, PLACE, Buffer.from('x'), random);
    expect(unseal(keyOf('b'), PLACE, sealed)).to.equal(undefined);
    expect(unseal({ ...keyOf('b'), id: key.id }, PLACE, sealed)).to.equal(undefined);
  });

  it('is never the same twice', () => {
    const texts = Array.from({ length: 100 }, () => seal(key, PLACE, Buffer.from('x'), random));
    expect(new Set(texts)).to.have.length(100);
  });
});
