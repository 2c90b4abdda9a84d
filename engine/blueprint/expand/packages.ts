// `package__blog: { from, version, with }` puts another blueprint's services here, under the scope `blog` (rule 23). It owns nothing of its
// own: what it declares belongs to this blueprint. Read from a folder beside the blueprint; `ays.lock` pins version and bytes.

import type { Place, Report, SourceFile } from '../../model/diagnostic.ts';
import { isObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import { scopedName } from '../../model/key.ts';
import type { KindSchema } from '../../model/schema.ts';
import { clip, emptyDraft, place, readFile, type Declaration, type Draft } from '../sources/draft.ts';
import { expandFrame, paramsOnly } from './expand.ts';
import type { Frame, Resolving } from '../frame.ts';
import { hashBytes, hashJson } from '../hash.ts';
import { LIMITS } from '../limits.ts';
import { paramScope, type Given } from '../shape/params.ts';
import { baseOf, isInside, joinPath, folderOf } from '../sources/reader.ts';
import { readSources, readText } from '../sources/sources.ts';
import { nodeOf } from '../shape/scalar.ts';
import type { ObjectShape } from '../shape/shape.ts';
import type { ShapeContext } from '../shape/context.ts';
import { parseRange, parseVersion } from './version.ts';
import type { TemplateBody } from '../sources/templates.ts';
import { toPlain } from '../tree.ts';
import { parseYaml } from '../yaml/parse.ts';

export interface PackageLock {
  readonly from: string;
  readonly version: string;
  readonly digest: string;
}

export interface PackageServices {
  readonly locks: Readonly<Record<string, PackageLock>>;
  readonly pinned: Map<string, PackageLock>;
  /** Shapes one map of a package block; kept by the resolver, which has the shaper. */
  readonly blockShape: ObjectShape;
  context(frame: Frame, file: SourceFile, subject: string): ShapeContext;
  /** Params of the package's own declarations. */
  params(
    draft: Draft,
    given: ReadonlyMap<string, Given>,
    owner: { readonly name: string; readonly at: Place },
  ): Readonly<Record<string, { readonly value: JsonValue }>>;
  /** The plain headers of `.yaml.hbs` files; their bodies come back and are filled once params are known. */
  headers(draft: Draft, files: readonly SourceFile[]): readonly TemplateBody[];
  templates(draft: Draft, bodies: readonly TemplateBody[], params: JsonObject): void;
  /** Evaluates `outputs:` of a frame. */
  outputs(frame: Frame): Map<string, JsonValue>;
}

export const PACKAGE_BLOCK: KindSchema = {
  $id: 'package',
  title: 'package',
  description: 'Another blueprint, put here under a scope of its own.',
  type: 'object',
  additionalProperties: false,
  required: ['from'],
  properties: {
    from: {
      type: 'string',
      minLength: 1,
      maxLength: 1024,
      description: 'A folder beside the blueprint, such as ./packages/wordpress.',
    },
    version: { type: 'string', maxLength: 128, default: '*', description: 'Versions that fit, such as ^2.1.' },
    with: { type: 'object', additionalProperties: {}, description: 'Values for its params.' },
  },
};

export function expandPackages(
  frame: Frame,
  resolving: Resolving,
  services: PackageServices,
  chain: readonly string[] = [],
): void {
  for (const declaration of frame.draft.declarations) {
    if (declaration.kind !== 'package') continue;
    if (resolving.budget.packages < 0) return;
    const when = declaration.body?.get('when');
    if (when !== undefined && paramsOnly(when, declaration, frame, resolving) === false) continue;
    const before = resolving.report.errors;
    expandOne(declaration, frame, resolving, services, chain);
    if (resolving.report.errors !== before && !frame.packages.has(declaration.name))
      frame.draft.lost.add(`package/${declaration.name}`);
  }
}

function expandOne(
  declaration: Declaration,
  frame: Frame,
  resolving: Resolving,
  services: PackageServices,
  chain: readonly string[],
): void {
  const { report } = resolving;
  const subject = `package/${declaration.name}`;
  const at = place(declaration.file, declaration.key);
  if (frame.packages.has(declaration.name)) {
    report.error('DUPLICATE_SERVICE', at, `${subject} is declared twice`, 'rename one of them');
    return;
  }
  const context = services.context(frame, declaration.file, subject);
  const block = services.blockShape.shape(declaration.body, '', context, false, new Set(['when']));
  const { from, version = '*', with: values } = block;
  if (typeof from !== 'string') {
    if (!context.bad.has('/from'))
      report.error('FIELD_MISSING', at, `${subject}: "from" is missing`, 'from: ./packages/NAME');
    return;
  }
  const folder = packageFolder(from, declaration, frame, resolving);
  if (folder === undefined) return;
  if (chain.includes(folder) || chain.length >= LIMITS.packageDepth) {
    const path = [...chain, folder].map(baseOf).join(' → ');
    report.error(
      'PACKAGE_CYCLE',
      at,
      chain.includes(folder)
        ? `${subject}: packages contain each other: ${path}`
        : `${subject}: packages are nested deeper than ${LIMITS.packageDepth}`,
    );
    return;
  }
  resolving.budget.packages -= 1;
  if (resolving.budget.packages < 0) {
    if (resolving.budget.packages === -1)
      report.error(
        'TOO_MANY_SERVICES',
        at,
        `more than ${LIMITS.packages} packages in one blueprint, those inside packages included`,
        'split it into several blueprints',
      );
    return;
  }
  const draft = emptyDraft();
  const sources = readSources(folder, undefined, resolving.reader, report);
  if (sources === undefined) return;
  for (const file of sources.plain) readFile(draft, file, resolving.registry, report);
  if (
    !checkVersion(
      folder,
      typeof version === 'string' ? version : '*',
      declaration,
      frame,
      sources.plain.concat(sources.templates),
      resolving,
      services,
    )
  )
    return;

  const bodies = services.headers(draft, sources.templates);
  const given = new Map<string, Given>();
  if (isObject(values)) {
    const written = declaration.body?.get('with');
    for (const [name, value] of Object.entries(values)) {
      const pair = written?.kind === 'map' ? written.pairs.find(({ key }) => key.text === name) : undefined;
      const node = pair?.value ?? declaration.key;
      given.set(name, {
        ...(pair && { key: pair.key }),
        node: nodeOf(value ?? null, node),
        file: declaration.file,
        from: 'package',
        value: value ?? null,
      });
    }
  }
  const params = paramScope(services.params(draft, given, { name: subject, at }) as never);
  services.templates(draft, bodies, params);
  const child: Frame = {
    scope: scopedName(frame.scope, declaration.name),
    parent: frame,
    draft,
    params,
    folder,
    packages: new Map(),
  };
  frame.packages.set(declaration.name, { frame: child, outputs: new Map() });
  expandFrame(child, resolving);
  expandPackages(child, resolving, services, [...chain, folder]);
  for (const [name, value] of services.outputs(child)) frame.packages.get(declaration.name)?.outputs.set(name, value);
}

function packageFolder(from: string, declaration: Declaration, frame: Frame, resolving: Resolving): string | undefined {
  const { report, reader } = resolving;
  const at = place(declaration.file, declaration.body?.get('from') ?? declaration.key);
  if (!/^\.\.?\//.test(from)) {
    report.error(
      'PACKAGE_UNKNOWN',
      at,
      `package/${declaration.name}: "${clip(from)}" is not a folder; packages are read from a folder beside the blueprint`,
      `for example from: ./packages/${baseOf(from)}`,
    );
    return undefined;
  }
  const home = declaration.file.name.startsWith('(') ? frame.folder : folderOf(declaration.file.name);
  const folder = joinPath(home, from);
  const root = rootFolder(frame);
  if (!isInside(root, folder) || !isInside(reader.realPath(root === '' ? '.' : root), reader.realPath(folder))) {
    report.error(
      'CONTENT_OUTSIDE',
      at,
      `package/${declaration.name}: "${clip(from)}" leads out of the blueprint's folder`,
      'put the package below the blueprint',
    );
    return undefined;
  }
  if (reader.kind(folder) !== 'folder') {
    report.error('PACKAGE_UNKNOWN', at, `package/${declaration.name}: there is no folder ${folder}`);
    return undefined;
  }
  return folder;
}

function rootFolder(frame: Frame): string {
  return frame.parent === undefined ? frame.folder : rootFolder(frame.parent);
}

/** `_package.yaml` says name and version; without it the version is 0.0.0. */
function checkVersion(
  folder: string,
  range: string,
  declaration: Declaration,
  frame: Frame,
  files: readonly SourceFile[],
  resolving: Resolving,
  services: PackageServices,
): boolean {
  const { report, reader } = resolving;
  const subject = `package/${declaration.name}`;
  const at = place(declaration.file, declaration.body?.get('version') ?? declaration.key);
  const fits = parseRange(range);
  if (fits === undefined) {
    report.error(
      'PACKAGE_VERSION',
      at,
      `${subject}: "${clip(range)}" is not a version range`,
      'for example ^2.1, ~1.4.0, >=1.2 <2 or 2.1.0',
    );
    return false;
  }
  let text = '0.0.0';
  const about = joinPath(folder, '_package.yaml');
  if (reader.kind(about) === 'file') {
    const file = readText(about, reader, report);
    const [root] = file === undefined ? [] : parseYaml(file, report);
    const plain = root === undefined ? undefined : toPlain(root);
    const written = root?.kind === 'map' ? root.get('version') : undefined;
    if (written?.kind === 'scalar') text = written.text;
    if (file !== undefined && (!isObject(plain) || parseVersion(text) === undefined)) {
      report.error(
        'PACKAGE_VERSION',
        { file, start: written?.start ?? 0, end: written?.end ?? 0 },
        `${about}: "version" is "${clip(text)}"; expected three numbers such as 2.1.0`,
      );
      return false;
    }
  }
  const version = parseVersion(text);
  if (version === undefined || !fits(version)) {
    report.error('PACKAGE_VERSION', at, `${subject}: ${folder} is version ${text}, which does not fit ${range}`);
    return false;
  }
  const digest = hashJson(
    files.map((file) => ({ name: file.name.slice(folder.length), sha256: hashBytes(file.text) })),
  );
  const name = scopedName(frame.scope, declaration.name);
  const lock = Object.hasOwn(services.locks, name) ? services.locks[name] : undefined;
  if (lock !== undefined && lock.version !== text) {
    report.error(
      'PACKAGE_VERSION',
      at,
      `${subject}: ays.lock pins version ${lock.version}, and ${folder} is ${text}`,
      'ays validate --lock writes the new pin',
    );
    return false;
  }
  if (lock !== undefined && lock.digest !== digest) {
    report.warning(
      'PACKAGE_VERSION',
      at,
      `${subject}: version ${text} has other bytes than ays.lock pins`,
      'ays validate --lock writes the new pin',
    );
  }
  services.pinned.set(name, {
    from:
      declaration.body?.get('from')?.kind === 'scalar'
        ? (declaration.body.get('from') as { text: string }).text
        : folder,
    version: text,
    digest,
  });
  return true;
}

/** Beside the blueprint: in its folder, or in the folder of its file. */
export const LOCK_FILE = 'ays.lock';

export function readLock(
  folder: string,
  resolving: { reader: Resolving['reader']; report: Report },
): Readonly<Record<string, PackageLock>> {
  const path = joinPath(folder, LOCK_FILE);
  if (resolving.reader.kind(path) !== 'file') return {};
  const file = readText(path, resolving.reader, resolving.report);
  if (file === undefined) return {};
  try {
    const parsed = JSON.parse(file.text) as { packages?: Record<string, PackageLock> };
    return parsed.packages ?? {};
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const start = Math.min(Number(/ at position (\d+)/.exec(text)?.[1] ?? 0), file.text.length);
    resolving.report.error(
      'YAML_SYNTAX',
      { file, start, end: start },
      `ays.lock is not JSON: ${text.replace(/ (?:in JSON )?at position.*$/s, '')}`,
      'ays validate --lock writes it anew',
    );
    return {};
  }
}

export function formatLock(pinned: Readonly<Record<string, PackageLock>>): string {
  const sorted = Object.fromEntries(Object.entries(pinned).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ ays: 1, packages: sorted }, null, 2)}\n`;
}
