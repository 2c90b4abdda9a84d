import { expect } from 'chai';
import fs from 'node:fs';
import path from 'node:path';
import { readPage, readPages } from './markdown.ts';

describe('the links in the docs', () => {
  const pages = readPages();
  const anchors = new Map(pages.map(({ file, headings }) => [file, new Set(headings.map(({ anchor }) => anchor))]));

  it('lead to files and headings that are there', () => {
    const internal = pages.flatMap(({ links }) => links).filter(({ target }) => !/^[a-z][a-z+.-]*:/i.test(target));
    expect(internal).not.to.be.empty;
    const broken = internal
      .filter(({ file, target }) => !resolves(file, target))
      .map(({ file, line, target }) => `${file}:${line} ${target}`);
    expect(broken).to.deep.equal([]);
  });

  it('are found, with the anchors a forge makes of headings', () => {
    const { links, headings } = readPage('x.md', '# A `b` c!\n## Twice\n## Twice\nsee [a](y.md#b) and `[no](z.md)`\n');
    expect(headings.map(({ anchor }) => anchor)).to.deep.equal(['a-b-c', 'twice', 'twice-1']);
    expect(links.map(({ target }) => target)).to.deep.equal(['y.md#b']);
  });

  function resolves(from: string, target: string): boolean {
    const [file = '', anchor] = target.split('#', 2);
    const to = file === '' ? from : path.posix.join(path.posix.dirname(from), decodeURIComponent(file));
    if (!fs.existsSync(to)) return false;
    return anchor === undefined || (anchors.get(to)?.has(anchor) ?? /^L\d+$/.test(anchor));
  }
});
