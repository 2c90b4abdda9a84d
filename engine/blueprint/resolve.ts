// Text to desired state, all of it: read, sort out, params, expand, shape, link, check. Nothing is thrown for a wrong
// blueprint and nothing stops at the first mistake; with any error there is no desired state at all.

import { SourceFile, type Report } from '../model/diagnostic.ts';
import { eachDeferred, isSecretValue } from '../model/expression.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { NAME_PATTERN, type ServiceKey } from '../model/key.ts';
import type { KindSchema } from '../model/schema.ts';
import type { DesiredService, DesiredState, ParamValue } from '../model/service.ts';
import { ACTION_BLOCK, FILTER_BLOCK, resolveActions, resolveFilters } from './expand/actions.ts';
import { COMMON_NAMES } from './shape/common-fields.ts';
import { checkTogether } from './links/conflicts.ts';
import { clip, emptyDraft, isPrototypeName, place, readFile, type Draft } from './sources/draft.ts';
import { dropEchoes, joinAlike } from './sources/echoes.ts';
import { expandFrame } from './expand/expand.ts';
import type { Frame, Instance, Resolving } from './frame.ts';
import { hashJson } from './hash.ts';
import { InstanceResolver } from './instance.ts';
import { expandPackages, PACKAGE_BLOCK, readLock, type PackageLock, type PackageServices } from './expand/packages.ts';
import { givenBySet, paramScope, resolveParams, type Given } from './shape/params.ts';
import { LIMITS } from './limits.ts';
import { readSecrets } from './sources/secrets.ts';
import { readSources, readText, type Sources } from './sources/sources.ts';
import { MOST_COMPARED } from './links/suggest.ts';
import { Shaper } from './shape/shape.ts';
import { relocate, renderInto, splitTemplates } from './sources/templates.ts';
import type { RenderedFile } from './template/index.ts';
import { Validator } from './shape/validate.ts';
import { parseYaml } from './yaml/parse.ts';
import type { BlueprintInput, ResolveContext } from './index.ts';

/** Errors that are counted beyond those that are shown. */
const MOST_DROPPED = 20_000;

/** Services of one block that are judged after the first with an error. */
const MOST_FAILURES = 20;

const ANY: KindSchema = { $id: 'any', title: 'any', description: '', type: 'object', properties: {} };

export function resolveBlueprint(
  input: BlueprintInput,
  context: ResolveContext,
  report: Report,
): DesiredState | undefined {
  const rendered: RenderedFile[] = [];
  const withoutValue = new Set<string>();
  const desired = resolveAll(input, context, report, rendered, withoutValue);
  if (report.failed) dropEchoes(report, withoutValue);
  relocate(report, rendered);
  if (report.failed) joinAlike(report);
  return desired;
}

function resolveAll(
  input: BlueprintInput,
  context: ResolveContext,
  report: Report,
  rendered: RenderedFile[],
  withoutValue: Set<string>,
): DesiredState | undefined {
  const { registry, reader, grid } = context;
  const sources = readSources(input.path, input.stdin, reader, report);
  if (sources === undefined) return undefined;
  const draft = emptyDraft();
  for (const file of sources.plain) readFile(draft, file, registry, report);
  const bodies = splitTemplates(sources.templates, draft, registry, report);

  const blueprint = nameOfBlueprint(input, draft, sources, report);
  if (isEmpty(draft) && bodies.length === 0) {
    if (!report.failed)
      report.error(
        'BLUEPRINT_EMPTY',
        undefined,
        `${input.path}: nothing is declared here`,
        `an empty file is not a wish; to remove everything: ays destroy ${blueprint}`,
      );
    return undefined;
  }

  const shaper = new Shaper(registry, COMMON_NAMES);
  const validator = new Validator(registry);
  const resolving: Resolving = {
    blueprint,
    registry,
    grid,
    reader,
    report,
    strictSecrets: context.strictSecrets ?? true,
    instances: new Map(),
    mates: new Map(),
    seen: new Map(),
    sorted: new Map(),
    budget: { left: MOST_COMPARED, packages: LIMITS.packages, overflow: false },
    groups: new Map(),
    eaches: new Map(),
    absent: new Set(),
    secrets: readSecrets(draft, report),
    contents: new Map(),
    choices: new Map(),
  };
  const resolver = new InstanceResolver(resolving, shaper, validator);
  const bare: Frame = { scope: '', parent: undefined, draft, params: {}, folder: sources.folder, packages: new Map() };
  const params = resolveParams({
    draft,
    given: givenValues(input, context, report),
    env: input.env ?? {},
    previous: grid.revisions.get(blueprint),
    shaper,
    validator,
    context: (file, subject) => ({ ...resolver.context(bare, file, subject), references: 'forbidden' }),
  });
  const frame: Frame = { ...bare, scope: input.as === undefined ? '' : blueprint, params: paramScope(params) };
  rendered.push(...renderInto(draft, bodies, frame.params, registry, report));

  expandFrame(frame, resolving);
  const packages = packageServices(input, sources, resolving, resolver, shaper, validator, report, rendered);
  expandPackages(frame, resolving, packages);

  const services = resolving.budget.overflow
    ? new Map<ServiceKey, DesiredService>()
    : resolveInstances(resolver, resolving);
  checkTogether(services, (actor) => resolver.paths(actor), resolving);
  const actionServices = {
    shaper,
    validator,
    context: (at: Frame, file: SourceFile, subject: string) => resolver.context(at, file, subject),
    blocks: { action: shaper.object(ACTION_BLOCK, ACTION_BLOCK), filter: shaper.object(FILTER_BLOCK, FILTER_BLOCK) },
  };
  const frames = [frame, ...framesBelow(frame)];
  const actions = frames.flatMap((each) => resolveActions(each, resolving, actionServices));
  const eventfilters = frames.flatMap((each) => resolveFilters(each, resolving, actionServices));
  const outputs = outputsOf(frame, resolver, shaper, resolving);
  for (const each of frames) for (const name of each.draft.withoutValue) withoutValue.add(name);
  if (report.failed) return undefined;

  return finish({
    blueprint,
    scope: frame.scope,
    params,
    services,
    resolving,
    actions,
    eventfilters,
    outputs,
    pinned: packages.pinned,
  });
}

/** A wrong name stops nothing else: all errors are shown at once. */
function nameOfBlueprint(input: BlueprintInput, draft: Draft, sources: Sources, report: Report): string {
  const { as } = input;
  const name = as ?? draft.name?.text ?? sources.baseName;
  if (name !== undefined && NAME_PATTERN.test(name) && !isPrototypeName(name)) return name;
  const fixed = (name ?? '')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+|-+$/g, '')
    .slice(0, 63);
  const better = fixed === '' || isPrototypeName(fixed) ? 'NAME' : fixed;
  if (as !== undefined)
    report.error(
      'BLUEPRINT_NAME',
      undefined,
      `--as "${clip(as)}" is not a blueprint name; letters, digits, - and _, at most 63`,
      `for example --as ${better}`,
    );
  else if (name === undefined)
    report.error(
      'BLUEPRINT_NAME',
      undefined,
      'a blueprint from standard input has no name of its own',
      'add the line blueprint: NAME, or use --as NAME',
    );
  else
    report.error(
      'BLUEPRINT_NAME',
      undefined,
      `a blueprint without a name is called after its file or folder, and "${clip(name)}" is not a blueprint name`,
      `add the line blueprint: ${better}, or use --as NAME`,
    );
  return 'unnamed';
}

function isEmpty(draft: Draft): boolean {
  return (
    draft.declarations.length === 0 &&
    draft.name === undefined &&
    draft.params.size === 0 &&
    draft.actions.length === 0 &&
    draft.eventfilters.length === 0 &&
    draft.outputs.size === 0 &&
    draft.secrets.size === 0
  );
}

function resolveInstances(resolver: InstanceResolver, resolving: Resolving): Map<ServiceKey, DesiredService> {
  const services = new Map<ServiceKey, DesiredService>();
  const groupsWithErrors = new Set<ServiceKey>();
  const work: Instance[] = [...resolving.instances.values()];
  const failures = new Map<object, number>();
  for (let i = 0; i < work.length; i++) {
    // Far past what can be shown there is nothing to gain from counting on.
    if (resolving.report.dropped >= MOST_DROPPED) break;
    const instance = work[i]!;
    // Ten thousand services of one block need not all say it.
    const failed = failures.get(instance.keyNode) ?? 0;
    if (failed >= MOST_FAILURES) continue;
    // Ten replicas of one block make the same mistakes: once is enough.
    if (instance.replica !== undefined && groupsWithErrors.has(instance.replica.group)) continue;
    const before = resolving.report.errors;
    const resolved = resolver.resolve(instance);
    if (resolving.report.errors !== before) failures.set(instance.keyNode, failed + 1);
    if (resolving.report.errors !== before && instance.replica !== undefined)
      groupsWithErrors.add(instance.replica.group);
    if (resolved === undefined) continue;
    services.set(instance.key, resolved.service);
    work.push(...resolved.made);
  }
  return services;
}

function givenValues(input: BlueprintInput, context: ResolveContext, report: Report): Map<string, Given> {
  const given = new Map<string, Given>();
  for (const path of input.values ?? []) {
    if (context.reader.kind(path) === 'missing') {
      report.error('FILE_NOT_FOUND', undefined, `${path}: there is no such values file`);
      continue;
    }
    const file = readText(path, context.reader, report);
    if (file === undefined) continue;
    for (const root of parseYaml(file, report)) {
      if (root === undefined) continue;
      if (root.kind !== 'map') {
        report.error('PARAM_INVALID', place(file, root), `${path}: a values file is a map of params`);
        continue;
      }
      for (const { key, value } of root.pairs) given.set(key.text, { key, node: value, file, from: 'file' });
    }
  }
  for (const [name, text] of Object.entries(input.set ?? {}))
    given.set(name, givenBySet(text, new SourceFile(`--set ${name}`, text)));
  return given;
}

function packageServices(
  input: BlueprintInput,
  sources: Sources,
  resolving: Resolving,
  resolver: InstanceResolver,
  shaper: Shaper,
  validator: Validator,
  report: Report,
  rendered: RenderedFile[],
): PackageServices {
  return {
    locks: input.relock === true || sources.baseName === undefined ? {} : readLock(sources.folder, resolving),
    pinned: new Map<string, PackageLock>(),
    blockShape: shaper.object(PACKAGE_BLOCK, PACKAGE_BLOCK),
    context: (frame, file, subject) => resolver.context(frame, file, subject),
    params: (draft, given, owner) =>
      resolveParams({
        draft,
        given,
        owner,
        env: {},
        previous: undefined,
        shaper,
        validator,
        context: (file, what) => ({
          ...resolver.context(
            { scope: '', parent: undefined, draft, params: {}, folder: sources.folder, packages: new Map() },
            file,
            `${owner.name} ${what}`,
          ),
          references: 'forbidden',
        }),
      }),
    headers: (draft, files) => splitTemplates(files, draft, resolving.registry, report),
    templates: (draft, bodies, values) => {
      rendered.push(...renderInto(draft, bodies, values, resolving.registry, report));
      for (const [name, secret] of readSecrets(draft, report))
        if (!resolving.secrets.has(name)) resolving.secrets.set(name, secret);
    },
    outputs: (frame) => new Map(Object.entries(outputsOf(frame, resolver, shaper, resolving))),
  };
}

function framesBelow(frame: Frame): Frame[] {
  return [...frame.packages.values()].flatMap((each) => [each.frame, ...framesBelow(each.frame)]);
}

function outputsOf(
  frame: Frame,
  resolver: InstanceResolver,
  shaper: Shaper,
  resolving: Resolving,
): Record<string, JsonValue> {
  const outputs: Record<string, JsonValue> = {};
  const shape = shaper.field({}, ANY);
  for (const [name, { node, file }] of frame.draft.outputs) {
    const value = shape(node, `/${name}`, resolver.context(frame, file, `outputs.${name}`), false);
    if (value === undefined) continue;
    let secret = isSecretValue(value);
    eachDeferred(value, (deferred) => (secret ||= isSecretValue(deferred)));
    if (secret)
      resolving.report.error(
        'SECRET_FORBIDDEN',
        place(file, node),
        `outputs.${name}: an output is shown, so it may not hold a secret`,
      );
    else outputs[name] = value;
  }
  return outputs;
}

interface Parts {
  readonly blueprint: string;
  readonly scope: string;
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly services: ReadonlyMap<ServiceKey, DesiredService>;
  readonly resolving: Resolving;
  readonly actions: DesiredState['actions'];
  readonly eventfilters: DesiredState['eventfilters'];
  readonly outputs: Readonly<Record<string, JsonValue>>;
  readonly pinned: ReadonlyMap<string, PackageLock>;
}

function finish({ resolving, services, ...parts }: Parts): DesiredState {
  const sorted = new Map([...services].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  const actors: Record<string, string> = {};
  for (const { actor } of sorted.values()) actors[actor] ??= resolving.registry.actor(actor)?.version ?? '';
  const groups = new Map([...resolving.groups].sort(([a], [b]) => (a < b ? -1 : 1)));
  const params: JsonObject = Object.fromEntries(Object.entries(parts.params).map(([name, { value }]) => [name, value]));
  const hash = hashJson({
    blueprint: parts.blueprint,
    scope: parts.scope,
    params,
    services: [...sorted.values()].map((service) => [service.key, service.hash]),
    actions: parts.actions.map(({ hash: block, targets, force }) => [block, [...targets], force]),
    eventfilters: parts.eventfilters.map(({ origin: _origin, ...rest }) => rest as unknown as JsonObject),
    outputs: parts.outputs,
    secrets: Object.fromEntries(resolving.secrets),
  });
  return {
    format: 1,
    blueprint: parts.blueprint,
    scope: parts.scope,
    params: parts.params,
    services: sorted,
    groups,
    actions: parts.actions,
    eventfilters: parts.eventfilters,
    secrets: Object.fromEntries(resolving.secrets),
    outputs: parts.outputs,
    choices: Object.fromEntries([...resolving.choices].sort(([a], [b]) => (a < b ? -1 : 1))),
    actors: Object.fromEntries(Object.entries(actors).sort(([a], [b]) => (a < b ? -1 : 1))),
    packages: Object.fromEntries(parts.pinned),
    contents: resolving.contents,
    hash,
  };
}
