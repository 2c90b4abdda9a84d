import { expect } from 'chai';

import { problemOf } from './filling.ts';

/** Text, the stretch that is marked, a part of the message or hint. */
const rows: readonly (readonly [text: string, marked: string, said: RegExp])[] = [
  ['a {{params.host', '{{', /never closed/],
  ['a {{params.host} b', '{{', /never closed|cannot stand/],
  ['{{params.host}}}', '}}}', /opened with \{\{ and is closed with \}\}\}/],
  ['{{}}', '{{}}', /empty/],
  ['{{ }}', '{{ }}', /empty/],
  ['x {{#if params.debug}}y', '{{#if', /\{\{#if\}\} is never closed/],
  ['{{/if}}', '{{/', /never opened/],
  ['{{else}}', '{{else}}', /outside a block/],
  ['{{#if params.debug}}a{{else}}b{{else}}c{{/if}}', '{{else}}', /second time/],
  ['{{#if params.debug}}{{/unless}}', '{{', /should close \{\{#if\}\}/],
  ['{{params.port == 1}}', '=', /eq A B/],
  ['{{params.port + 1}}', '+', /\{\{add A B\}\}/],
  ['{{params.port * 2}}', '*', /mul/],
  ['{{params.host | upper}}', '|', /no pipes/],
  ['{{params.debug ? 1 : 2}}', '{{params.debug ?', /pick COND A B/],
  ['{{params.port - 1}}', '{{params.port -', /sub A B/],
  ['{{!params.debug}} {{a && b}}', '&', /and A B/],
  ['{{eq params.a, params.b}}', ',', /without commas/],
  ['{{eq params.a "b}}', '"', /quote is not closed/],
  ['{{eq `a` "b"}}', '`', /texts stand in/],
  ['{{eq (lower params.a "b"}}', '{{eq (lower params.a "b"}}', /bracket is not closed/],
  ['{{eq params.a "b")}}', ')', /too many|expected/],
  ['{{params.hosts.0}}', '0', /write \.\[0\]/],
  ['{{.params.host}}', '.', /cannot begin with/],
  ['{{a.this}}', '{{', /may stand only at its beginning/],
  ['{{params.a {{params.b}}', '{{params.a {{', /a new \{\{ begins/],
  ['{{undefined}}', 'undefined', /write null/],
  ['a\0 {{x}}', '', /NUL/],
];

describe('a template that cannot be read', () => {
  for (const [text, marked, said] of rows) {
    it(`${JSON.stringify(text)} is explained in words`, () => {
      const problem = problemOf(text);
      expect(problem.code).to.be.oneOf(['TEMPLATE_SYNTAX', 'TEMPLATE_UNKNOWN_NAME', 'TEMPLATE_HELPER']);
      const stretch = text.slice(problem.column - 1, problem.endColumn - 1);
      expect(stretch.startsWith(marked), `marked ${JSON.stringify(stretch)}`).to.equal(true);
      expect(`${problem.message} ${problem.hint}`).to.match(said);
      expect(problem.message, 'words of the parser').not.to.match(
        /Expecting|Parse error|SEXPR|'ID'|undefined:|\bEOF\b/,
      );
    });
  }

  it('is found on its line in a block', () => {
    const source = 'a: |\n  one\n  {{#if params.debug}}\n  two {{params.host + 1}}\n  {{/if}}\n';
    const text = 'one\n{{#if params.debug}}\ntwo {{params.host + 1}}\n{{/if}}\n';
    expect(problemOf(text, { source, style: 'literal', at: 3 })).to.include({ line: 4, column: 21 });
  });
});
