import { expect } from 'chai';
import fs from 'node:fs';
import { CATALOGUE } from '../../engine/model/errors.ts';
import { readPage } from './markdown.ts';

describe('docs/errors.md', () => {
  const page = readPage(
    'docs/errors.md',
    fs.existsSync('docs/errors.md') ? fs.readFileSync('docs/errors.md', 'utf8') : '',
  );
  const codes = page.headings.map(({ text }) => text).filter((text) => /^[A-Z][A-Z0-9_]*$/.test(text));

  it('has a heading for every code of the catalogue', () => {
    expect(Object.keys(CATALOGUE).filter((code) => !codes.includes(code))).to.deep.equal([]);
  });

  it('has no heading for a code that is not in the catalogue, and none twice', () => {
    expect(codes.filter((code, i) => !Object.hasOwn(CATALOGUE, code) || codes.indexOf(code) !== i)).to.deep.equal([]);
  });
});
