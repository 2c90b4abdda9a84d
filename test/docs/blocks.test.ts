// Every fenced block of the docs says by its tag what it is, and is held to it:
//   sh run, console, ts run   executed; a console block is compared with what is printed, `…` stands for anything
//   yaml blueprint            validated; `file=NAME` also puts it where the blocks after it find it
//   yaml part, json           parsed
//   yaml wrong                must be refused
//   ts file=NAME, ts add=NAME compiled and run by contributing.test.ts
//   sh                        shown only: what changes the reader's machine
//   text, mermaid, diff       shown only
// `exit=N` after `console` or `sh run` is the expected exit code of the last command.

import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { parseAllDocuments } from 'yaml';
import { loadRegistry } from '../../apps/cli/registry.ts';
import { readBlueprint } from '../../engine/blueprint/index.ts';
import { memoryReader } from '../../engine/blueprint/sources/reader.ts';
import { toRecord } from '../../engine/model/diagnostic.ts';
import { EMPTY_GRID } from '../../engine/model/service.ts';
import { Desk, matchesShown, readConsole } from './console.ts';
import { readPage, readPages, type Fence } from './markdown.ts';

const SHOWN_ONLY = ['sh', 'text', 'mermaid', 'diff'];

describe('the blocks in the docs', function () {
  this.timeout(120_000);
  const pages = readPages();

  it('are looked at in the README and in docs/', () => {
    const files = pages.map(({ file }) => file);
    expect(files).to.include.members(['README.md', 'CONTRIBUTING.md']);
    expect(files.some((file) => file.startsWith('docs/'))).to.equal(true);
  });

  for (const { file, fences } of pages) {
    if (fences.length === 0) continue;
    describe(file, () => {
      let desk: Desk;
      before(() => {
        desk = new Desk();
      });
      after(() => desk.clear());
      for (const fence of fences) {
        it(`line ${fence.line}: ${fence.tags.join(' ') || '(no tag)'}`, () => check(fence, desk));
      }
    });
  }
});

describe('the checks of the blocks', () => {
  it('read tags, indentation and longer fences', () => {
    const { fences } = readPage(
      'x.md',
      'a\n  ```yaml blueprint file=a.yaml\n  b:\n    c: d\n  ```\n````text\n```\n````\n',
    );
    expect(fences.map(({ tags, text, line }) => ({ tags, text, line }))).to.deep.equal([
      { tags: ['yaml', 'blueprint', 'file=a.yaml'], text: 'b:\n  c: d\n', line: 2 },
      { tags: ['text'], text: '```\n', line: 6 },
    ]);
  });

  it('refuse what is untagged, wrong, or not wrong although it says so', () => {
    const desk = new Desk();
    const checked = (tags: string, text: string): (() => void) => {
      const fence: Fence = { file: 'x.md', line: 1, tags: tags.split(' '), text };
      return () => check(fence, desk);
    };
    try {
      expect(checked('', 'x')).to.throw('says nothing');
      expect(checked('yaml', 'a: b')).to.throw('says nothing');
      expect(checked('ts file=x.ts', 'x')).to.throw('says nothing');
      expect(checked('yaml part', 'a: [')).to.throw();
      expect(checked('json', '{')).to.throw();
      expect(checked('yaml blueprint', 'contaner__web: {}')).to.throw('KIND_UNKNOWN');
      expect(checked('yaml wrong', 'node__a: {}')).to.throw();
      expect(checked('yaml wrong', 'contaner__web: {}')).not.to.throw();
      expect(checked('sh run', 'false')).to.throw();
      expect(checked('sh run exit=1', 'false')).not.to.throw();
      expect(checked('console', '$ echo a\nb\n')).to.throw();
      expect(checked('console exit=3', '$ echo a; exit 3\na\n')).not.to.throw();
      expect(
        checked(
          'ts run',
          "import { roleOf } from './engine/model/key.ts';\nif (roleOf('a.b') !== 'a') throw new Error();",
        ),
      ).not.to.throw();
      expect(checked('ts run', "throw new Error('no')")).to.throw();
    } finally {
      desk.clear();
    }
  });

  it('compare what is shown with what is printed', () => {
    expect(matchesShown('a\nb', 'a\nb\n')).to.equal(true);
    expect(matchesShown('a\n…\nd', 'a\nb\nc\nd\n')).to.equal(true);
    expect(matchesShown('took … ms', 'took 12 ms\n')).to.equal(true);
    expect(matchesShown('a\n...', 'a\n')).to.equal(true);
    expect(matchesShown('a', 'a\nb\n')).to.equal(false);
    expect(matchesShown('a.c', 'abc\n')).to.equal(false);
    expect(readConsole('$ x \\\n  y\nout\n$ z\n')).to.deep.equal([
      { command: 'x \\\n  y', output: 'out' },
      { command: 'z', output: '' },
    ]);
  });
});

function check(fence: Fence, desk: Desk): void {
  const [language = '', ...more] = fence.tags;
  const flags = more.filter((tag) => !tag.includes('='));
  const settings = new Map(more.filter((tag) => tag.includes('=')).map((tag) => tag.split('=', 2) as [string, string]));
  const file = settings.get('file');
  if (file !== undefined) desk.write(file, fence.text);
  const exit = Number(settings.get('exit') ?? 0);
  switch ([language, ...flags].join(' ')) {
    case 'sh run': {
      const { code, output } = desk.run(fence.text);
      expect(code, output).to.equal(exit);
      return;
    }
    case 'console':
      return checkConsole(fence, desk, exit);
    case 'ts run':
      return checkScript(fence.text);
    case 'yaml blueprint':
      return expectNone(problemsOf(fence.text, desk));
    case 'yaml wrong':
      if (problemsOf(fence.text, desk).length === 0)
        throw new Error('this blueprint is said to be wrong, but ays accepts it');
      return;
    case 'yaml part':
      return expectNone(
        parseAllDocuments(fence.text)
          .flatMap((document) => ('errors' in document ? document.errors : []))
          .map(String),
      );
    case 'json':
      return void JSON.parse(fence.text);
    default:
      if (language === 'ts' && fence.file === 'CONTRIBUTING.md' && settings.size > 0) return;
      if (flags.length > 0 || !SHOWN_ONLY.includes(language)) {
        throw new Error(
          `the tag "${fence.tags.join(' ')}" says nothing about how this block is checked; the tags are listed in test/docs/blocks.test.ts`,
        );
      }
  }
}

function expectNone(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

function checkConsole(fence: Fence, desk: Desk, exit: number): void {
  const shown = readConsole(fence.text);
  shown.forEach(({ command, output }, i) => {
    const ran = desk.run(command);
    // A docs-like diff when it differs, no diff when the ellipsis covers it.
    if (!matchesShown(output, ran.output)) expect(ran.output, `$ ${command}`).to.equal(output);
    expect(ran.code, `exit code of $ ${command}\n${ran.output}`).to.equal(i === shown.length - 1 ? exit : 0);
  });
}

/** Imports are as from the root of the project: './engine/model/key.ts'. */
function checkScript(text: string): void {
  const { status, stderr } = spawnSync(
    process.execPath,
    ['node_modules/tsx/dist/cli.mjs', '--input-type=module', '--eval', text],
    { encoding: 'utf8', timeout: 60_000 },
  );
  expect(status, stderr).to.equal(0);
}

function problemsOf(text: string, desk: Desk): readonly string[] {
  const reader = memoryReader({ [`${desk.folder}/docs.yaml`]: text });
  const { report } = readBlueprint(
    { path: `${desk.folder}/docs.yaml` },
    { reader, registry: loadRegistry(), grid: EMPTY_GRID },
  );
  return report
    .sorted()
    .filter(({ severity }) => severity === 'error')
    .map(toRecord)
    .map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);
}
