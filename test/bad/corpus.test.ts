// Every way we know to write a blueprint wrongly, and exactly what is said about it. UPDATE=1 writes the answers anew:
// read the diff as somebody who has never seen `ays` before.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { MAX_DIAGNOSTICS, Report, type Diagnostic } from '../../engine/model/diagnostic.ts';
import { memoryReader, readBlueprint, COMMON_SCHEMA } from '../../engine/blueprint/index.ts';
import { actors, sharedSchemas } from '../../actors/index.ts';
import { Registry } from '../../engine/model/registry.ts';
import { CUT, print, splitGolden, tell } from './golden.ts';

const FOLDER = import.meta.dirname;
const UPDATE = process.env['UPDATE'] === '1' || process.env['AYS_UPDATE_GOLDEN'] === '1';
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));

/** What is wrong with these stands in no file. */
const WITHOUT_PLACE = ['file-not-found', 'folder-of-packages', 'folder-without-blueprints', 'name-as', 'name-file', 'name-standard-input', 'yaml-only-comments'];

/** Codes that need bytes, sizes or counts which no golden should hold. */
const BUILT_HERE: readonly Built[] = [
  { code: 'FILE_HAS_NUL', files: { '/b.yaml': 'node__a:\n  hostname: a\0b\n' }, says: /b\.yaml:2:14 .*NUL byte at line 2, column 14/ },
  { code: 'FILE_NOT_UTF8', files: { '/b.yaml': Uint8Array.of(110, 111, 100, 101, 95, 95, 0xe9, 58) }, says: /b\.yaml:1:7 .*byte 0xE9.*[\s\S]*ISO-8859-1/ },
  { code: 'FILE_NOT_UTF8', files: { '/b.yaml': utf16('node__a:\n') }, says: /UTF-16LE text; a blueprint is UTF-8[\s\S]*iconv -f UTF-16 -t UTF-8/ },
  { code: 'FILE_TOO_LARGE', files: { '/b.yaml': `# ${'x'.repeat(9 * 1024 * 1024)}` }, says: /at most/ },
  { code: 'FILE_UNREADABLE', files: { '/b.yaml': 'node__a:\n' }, unreadable: '/b.yaml', says: /b\.yaml: cannot be read: permission denied/ },
  { code: 'YAML_SYNTAX', files: { '/b.yaml': 'node__a:\n  hostname: "a\u0007b"\n' }, says: /b\.yaml:2:15 .*control character U\+0007/ },
  { code: 'YAML_SYNTAX', files: { '/b.yaml': 'node__a:\rnode__b:\r' }, says: /carriage return without a line feed/ },
  { code: 'CONTENT_TOO_LARGE', files: { '/b.yaml': "container__a: { image: host, files: [{ at: /x, from: big }] }\n", '/big': 'x'.repeat(1024 * 1024 + 1) }, says: /b\.yaml:1:54 .*1048577 bytes; at most 1048576/ },
  { code: 'VALUE_TOO_LONG', files: { '/b.yaml': `node__a: { labels: { a: ${'x'.repeat(300)} } }\n` }, says: /"labels\.a" has 300 characters; at most 256/ },
  { code: 'TOO_MANY_SERVICES', files: { '/b.yaml': `node__a: { each: [${Array.from({ length: 10_001 }, (_, i) => i).join(', ')}] }\n` }, says: /"each" has 10001 values; at most 10000/ },
  { code: 'TEMPLATE_TOO_LARGE', files: { '/b.yaml': `params: { a: { type: string, default: ${'x'.repeat(60_000)} } }\nnode__a: { hostname: '${'{{params.a}}'.repeat(200)}' }\n` }, says: /TEMPLATE_TOO_LARGE/ },
  { code: 'FIELD_CONTRADICTION', files: { '/b.yaml': 'node__a: { hostname: b, cordon: true }\n' }, contradicting: true, says: /b\.yaml:1:33 node\/a: a cordoned node has no name/ },
];

interface Built {
  readonly code: Diagnostic['code'];
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly unreadable?: string;
  /** With a node that contradicts itself, whatever the real ones do. */
  readonly contradicting?: boolean;
  readonly says: RegExp;
}

function utf16(text: string): Uint8Array {
  return Uint8Array.from([0xff, 0xfe, ...[...text].flatMap((char) => [char.charCodeAt(0), 0])]);
}

/** Codes that reading a blueprint never gives, though the reader's folder names them. */
const NOT_OF_READING = ['OBSERVED_INVALID', 'ACTOR_INVALID', 'DEPENDENCY_UNREADY'];

const registry = new Registry(actors, { ...COMMON_SCHEMA, ...sharedSchemas });
const withContradiction = new Registry(
  actors.map((actor) => (actor.kind === 'node' ? { ...actor, contradictions: () => [{ at: '/cordon', message: 'a cordoned node has no name' }] } : actor)),
  { ...COMMON_SCHEMA, ...sharedSchemas },
);
const told = new Map<string, readonly Diagnostic[]>();

describe('the corpus of bad blueprints', () => {
  for (const name of names) {
    const title = name.replace('.txt', '');
    it(`says what is wrong with ${title.replaceAll('-', ' ')}`, () => {
      const path = join(FOLDER, name);
      const { blueprint, expected } = splitGolden(readFileSync(path, 'utf8'));
      const { report, printed } = tell(blueprint);
      told.set(title, report.diagnostics);
      if (UPDATE) writeFileSync(path, `${blueprint}${CUT}${printed}`);
      else expect(printed).to.equal(expected);
      expect(report.failed, 'it must be refused').to.equal(true);
    });
  }

  for (const { code, files, unreadable, contradicting, says } of BUILT_HERE) {
    it(`gives ${code} for what cannot be stored in a golden (${says.source.slice(0, 40)})`, () => {
      const reader = memoryReader(files);
      const { report } = readBlueprint(
        { path: '/b.yaml' },
        {
          reader: {
            ...reader,
            read: (path) => {
              if (path === unreadable) throw new Error('permission denied');
              return reader.read(path);
            },
          },
          registry: contradicting === true ? withContradiction : registry,
        },
      );
      told.set(`${code} ${says.source}`, report.diagnostics);
      expect(report.diagnostics.map((each) => each.code)).to.include(code);
      expect(print(report)).to.match(says);
    });
  }

  it('is large, and covers every code that reading can give', () => {
    expect(names.length).to.be.greaterThan(200);
    const given = new Set([...told.values()].flatMap((diagnostics) => diagnostics.map(({ code }) => code)));
    const missing = codesOfReading().filter((code) => !given.has(code as Diagnostic['code']) && !NOT_OF_READING.includes(code));
    expect(missing).to.deep.equal([]);
  });

  it('points into a file, except where nothing stands in one', () => {
    const without = names
      .map((name) => name.replace('.txt', ''))
      .filter((title) => told.get(title)?.some(({ severity, place }) => severity === 'error' && place !== undefined) !== true);
    expect(without).to.deep.equal(WITHOUT_PLACE);
  });

  it('never says the same thing twice, and never speaks in the words of its libraries', () => {
    for (const [title, diagnostics] of told) {
      const lines = diagnostics.map(({ code, message, place }) => `${code} ${place === undefined ? '' : `${place.file.name}:${place.start} `}${message}`);
      expect(new Set(lines).size, `${title}: ${lines.join('\n')}`).to.equal(lines.length);
      for (const line of lines) expect(line, title).to.not.match(/\[object Object\]|must match|must be (string|object|equal)|anyOf|undefined|NaN|at position \d|~1/);
    }
  });

  it('ends every message that a person can act on with a next move', () => {
    // A message may carry its remedy itself; how many do not carry a hint is only allowed to fall.
    const all = [...told.values()].flat().filter(({ severity }) => severity === 'error');
    const bare = all.filter(({ hint, related }) => hint === undefined && related === undefined);
    expect(bare.length / all.length).to.be.lessThan(0.35);
  });

  it('keeps a report bounded and counts the rest', () => {
    const lines = Array.from({ length: 3000 }, (_, i) => `node__n${i}: { hostnam_${i}x: a }`);
    const report = new Report();
    for (const each of lines) report.error('FIELD_UNKNOWN', undefined, each);
    expect(report.diagnostics.length).to.equal(MAX_DIAGNOSTICS);
    const reading = readBlueprint({ path: '/b.yaml' }, { reader: memoryReader({ '/b.yaml': lines.join('\n') }), registry });
    expect(reading.report.errors).to.equal(3000);
    expect(reading.report.dropped).to.equal(2000);
    expect(print(reading.report)).to.contain('3000 errors in 1 file; 2000 more are not shown');
  });
});

/** The codes that stand in the source of the reader. */
function codesOfReading(): string[] {
  const root = join(FOLDER, '..', '..', 'engine', 'blueprint');
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts') && !path.startsWith('format'));
  const catalogue = readFileSync(join(FOLDER, '..', '..', 'engine', 'model', 'errors.ts'), 'utf8');
  const known = new Set([...catalogue.matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map(([, code]) => code ?? ''));
  const used = new Set(sources.flatMap((path) => [...readFileSync(join(root, path), 'utf8').matchAll(/'([A-Z][A-Z0-9_]+)'/g)].map(([, code]) => code ?? '')));
  return [...known].filter((code) => used.has(code)).sort();
}
