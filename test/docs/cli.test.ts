import { expect } from 'chai';
import fs from 'node:fs';
import { VERBS } from '../../apps/cli/verbs.ts';
import { readPage } from './markdown.ts';

describe('docs/cli.md', () => {
  const text = fs.existsSync('docs/cli.md') ? fs.readFileSync('docs/cli.md', 'utf8') : '';
  const documented = readPage('docs/cli.md', text)
    .headings.map((heading) => /^ays ([a-z][a-z-]*)/.exec(heading.text)?.[1])
    .filter((verb) => verb !== undefined);
  const names = VERBS.map(({ name }) => name);

  it('has a heading "ays VERB" for every verb', () => {
    expect(names).not.to.be.empty;
    expect(names.filter((name) => !documented.includes(name))).to.deep.equal([]);
  });

  it('has no heading for a verb that ays does not have, and none twice', () => {
    expect(documented.filter((verb, i) => !names.includes(verb) || documented.indexOf(verb) !== i)).to.deep.equal([]);
  });

  it('names every flag of every verb under its heading', async () => {
    for (const { name, load } of VERBS) {
      const { verb } = await load();
      const section = sectionOf(text, name);
      for (const flag of verb.flags) expect(section, `docs/cli.md, ays ${name}`).to.contain(`--${flag.name}`);
    }
  });
});

function sectionOf(text: string, verb: string): string {
  const start = text.search(new RegExp(`^#+ \`?ays ${verb}\\b`, 'm'));
  if (start < 0) return '';
  const rest = text.slice(start);
  const body = rest.slice(rest.indexOf('\n') + 1);
  const end = body.search(/^#+ `?ays /m);
  return end < 0 ? body : body.slice(0, end);
}
