// Who may import whom (docs/architecture.md has the picture). The table is the rule; a folder that the table
// names must exist and have files, so the test cannot pass by looking at nothing.

import { expect } from 'chai';
import fs from 'node:fs';
import path from 'node:path';
import { kindName, readSchemas } from '../../scripts/generate/schemas.ts';
import { findCycle, readModule, readModules, sourceFiles, type Import, type SourceModule } from './source-tree.ts';

interface Layer {
  readonly folder: string;
  /** Folders and files of this project, besides itself. One that ends in `*` is a pattern for one path part. */
  readonly files: readonly string[];
  /** Only as types. */
  readonly types?: readonly string[];
  readonly packages: readonly string[];
}

/** A file belongs to the first layer whose folder it lies in. */
const LAYERS: readonly Layer[] = [
  { folder: 'schemas', files: [], packages: [] },
  { folder: 'engine/model', files: [], packages: [] },
  {
    folder: 'engine/blueprint',
    files: ['engine/model', 'schemas'],
    packages: ['yaml', 'ajv', 'handlebars', 'node:crypto'],
  },
  { folder: 'engine/plan', files: ['engine/model', 'schemas'], packages: ['node:crypto', 'yaml'] },
  { folder: 'engine/reconcile', files: ['engine/model', 'engine/plan', 'engine/lifecycle'], packages: [] },
  { folder: 'engine/lifecycle', files: ['engine/model'], packages: ['xstate'] },
  { folder: 'engine/store', files: ['engine/model'], packages: ['ioredis', 'node:*'] },
  { folder: 'engine/queue', files: ['engine/model'], packages: ['bullmq', 'ioredis'] },
  { folder: 'engine/secrets', files: ['engine/model', 'engine/store'], packages: ['node:crypto'] },
  { folder: 'engine/telemetry', files: ['engine/model', 'engine/store', 'engine/queue'], packages: [] },
  { folder: 'engine/runs', files: ['engine/model', 'engine/store', 'engine/secrets'], packages: ['node:crypto'] },
  { folder: 'engine/grid', files: ['engine/model', 'engine/plan', 'engine/store'], packages: [] },
  {
    folder: 'engine/runtime',
    files: ['engine/model', 'engine/lifecycle', 'engine/reconcile', 'engine/store', 'engine/queue', 'engine/grid'],
    packages: [],
  },
  { folder: 'actors', files: ['engine/model', 'schemas'], types: ['drivers/*/port.ts'], packages: [] },
  { folder: 'drivers', files: ['engine/model', 'schemas'], packages: ['node:*'] },
  { folder: 'apps', files: ['engine', 'actors', 'drivers', 'schemas', 'package.json'], packages: ['node:*', 'yaml'] },
];

/** The one place that may know a library; everywhere else it is behind a port. */
const ONLY_IN: Readonly<Record<string, string>> = { bullmq: 'engine/queue/', xstate: 'engine/lifecycle/' };

const KINDS = new Set(readSchemas('schemas').kinds.map(kindName));

const LONGEST = 400;
const GENERATED = ['schemas/types.ts'];
const DRAWERS = /^(utils?|helpers?|common|misc|shared|stuff|lib)$/;

describe('the architecture', () => {
  const modules = readModules();
  const productModules = modules.filter(({ file }) => /^(engine|actors|drivers|apps)\//.test(file));

  it('has files in every folder that the rules name', () => {
    for (const { folder } of LAYERS) {
      const inside = modules.filter(({ file }) => file.startsWith(`${folder}/`));
      expect(inside, `TypeScript files in ${folder}/`).not.to.be.empty;
    }
  });

  it('has a rule for every file of the product', () => {
    const lawless = productModules.filter(({ file }) => layerOf(file) === undefined).map(({ file }) => file);
    expect(lawless).to.deep.equal([]);
  });

  it('keeps the arrows: each layer imports only what the table allows', () => {
    expect(modules.flatMap(violations)).to.deep.equal([]);
  });

  it('notices a wrong arrow, whatever the form of the import', () => {
    const forms = [
      "import { x } from '../../drivers/vdisks/memory.ts';",
      "import type { X } from '../plan/plan.ts';",
      "export * from '../../apps/cli/main.ts';",
      "const x = await import('../../actors/vdisk.ts');",
      "let x: import('../reconcile/reconcile.ts').X;",
      "import 'bullmq';",
      "import fs from 'node:fs';",
    ];
    for (const form of forms) expect(violations(readModule('engine/model/x.ts', form)), form).to.have.length(1);
    const actor = (text: string): readonly string[] => violations(readModule('actors/x.ts', text));
    expect(actor("import type { Vdisks } from '../drivers/vdisks/port.ts';")).to.deep.equal([]);
    expect(actor("import { Vdisks } from '../drivers/vdisks/port.ts';")).to.have.length(1);
    expect(actor("import { vdisk } from './vdisk.ts';")).to.have.length(1);
    expect(actor("import type { MemoryVdisks } from '../drivers/vdisks/memory.ts';")).to.have.length(1);
  });

  it('lets only one folder know a library that stands behind a port', () => {
    const wrong = modules.flatMap(({ file, imports }) =>
      imports
        .filter(
          ({ target }) =>
            ONLY_IN[target] !== undefined && !file.startsWith(ONLY_IN[target]) && !file.startsWith('test/'),
        )
        .map(({ target, line }) => `${file}:${line} imports ${target}; only ${ONLY_IN[target]} may`),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('has no circle of imports', () => {
    expect(findCycle(modules)?.join(' → ')).to.equal(undefined);
  });

  it('lets two actors share a folder, but not import each other', () => {
    const from = (file: string, target: string): readonly string[] =>
      violations(readModule(file, `import '${target}';`));
    expect(from('actors/container.ts', './workload/x.ts')).to.deep.equal([]);
    expect(from('actors/container/plan.ts', '../container.ts')).to.deep.equal([]);
    expect(from('actors/workload/x.ts', '../container.ts')).to.have.length(1);
    expect(from('actors/container/plan.ts', '../vdisk/x.ts')).to.have.length(1);
    expect(from('actors/index.ts', './vdisk.ts')).to.deep.equal([]);
  });

  it('notices a circle of imports', () => {
    const circle = [
      readModule('a.ts', "import './b.ts';"),
      readModule('b.ts', "export * from './c.ts';"),
      readModule('c.ts', "import { A } from './a.ts';"),
    ];
    expect(findCycle(circle)).to.deep.equal(['a.ts', 'b.ts', 'c.ts', 'a.ts']);
  });

  it('imports only files that exist, by their full name', () => {
    const broken = modules.flatMap(({ file, imports }) =>
      imports
        .filter(({ kind, target }) => kind === 'file' && !fs.existsSync(target))
        .map(({ target, line }) => `${file}:${line} imports ${target}, which is not there`),
    );
    expect(broken).to.deep.equal([]);
  });

  it('uses only packages that package.json names', () => {
    const { dependencies, devDependencies } = JSON.parse(fs.readFileSync('package.json', 'utf8')) as Record<
      string,
      Record<string, string>
    >;
    const wrong = modules.flatMap(({ file, imports }) => {
      const product = /^(engine|actors|drivers|apps)\//.test(file);
      return imports
        .filter(({ kind, target }) => kind === 'package' && !target.startsWith('node:'))
        .filter(
          ({ target }) => dependencies?.[target] === undefined && (product || devDependencies?.[target] === undefined),
        )
        .map(({ target, line }) => `${file}:${line} imports ${target}`);
    });
    expect(wrong).to.deep.equal([]);
  });

  it(`has no file of more than ${LONGEST} lines`, () => {
    const long = modules
      .filter(({ file }) => !GENERATED.includes(file))
      .map(({ file, text }) => ({ file, lines: text.trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > LONGEST)
      .map(({ file, lines }) => `${file} has ${lines} lines`);
    expect(long).to.deep.equal([]);
  });

  it('names files for what is in them, in kebab-case, and has no drawers', () => {
    const wrong = sourceFiles()
      .filter((file) => {
        const stem = path.basename(file).replace(/\.(test\.)?(ts|mts|mjs|js)$/, '');
        return DRAWERS.test(stem) || !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/.test(stem);
      })
      .sort();
    expect(wrong).to.deep.equal([]);
  });

  it('opens each file of the product with a comment that says what it guarantees', () => {
    const silent = productModules
      .filter(({ text }) => !/^(#!.*\n)?(\/\/ .{10,}|\/\*\*?)/.test(text))
      .map(({ file }) => file);
    expect(silent).to.deep.equal([]);
  });
});

function layerOf(file: string): Layer | undefined {
  return LAYERS.find(({ folder }) => file.startsWith(`${folder}/`));
}

function violations(module: SourceModule): readonly string[] {
  const layer = layerOf(module.file);
  if (layer === undefined) return [];
  return module.imports
    .filter((each) => !allowed(layer, module.file, each))
    .map(({ target, typeOnly, line }) => `${module.file}:${line} imports ${typeOnly ? 'types of ' : ''}${target}`);
}

function allowed(layer: Layer, from: string, { kind, target, typeOnly }: Import): boolean {
  if (kind === 'package')
    return layer.packages.some((name) => name === target || (name === 'node:*' && target.startsWith('node:')));
  if (layer.folder === 'actors' && target.startsWith('actors/')) return sameActor(from, target);
  if (layer.folder === 'drivers' && target.startsWith('drivers/')) return sameDriver(from, target);
  if (target.startsWith(`${layer.folder}/`)) return true;
  if (layer.files.some((file) => target === file || target.startsWith(`${file}/`))) return true;
  return typeOnly && (layer.types ?? []).some((pattern) => matches(pattern, target));
}

/**
 * Actors refer to each other by key. An actor may be a file and a folder of its kind's name; a folder that is named for
 * no kind (`workload/`) is shared and makes no arrow between kinds; the index lists them all.
 */
function sameActor(from: string, target: string): boolean {
  if (from === 'actors/index.ts') return true;
  const owner = path.basename(target.split('/')[1] ?? '', '.ts');
  const folder = from.split('/').length > 2 ? from.split('/')[1] : path.basename(from, '.ts');
  return owner === folder || !KINDS.has(owner);
}

/** Drivers meet only in the index and in the files that lie beside the folders. */
function sameDriver(from: string, target: string): boolean {
  const [, port = ''] = from.split('/');
  return from === 'drivers/index.ts' || target.split('/').length === 2 || target.startsWith(`drivers/${port}/`);
}

function matches(pattern: string, target: string): boolean {
  return new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]+')}$`).test(target);
}
