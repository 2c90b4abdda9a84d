// One instance becomes one desired service: shaped, validated, linked, hashed.

import type { SourceFile } from '../model/diagnostic.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { kindOf } from '../model/key.ts';
import type { CommonFields, DesiredService, ServiceLink } from '../model/service.ts';
import { afterLinks, commonFields, COMMON_KIND, COMMON_NAMES } from './shape/common-fields.ts';
import { contentShaper } from './shape/content.ts';
import { clip } from './sources/draft.ts';
import type { Frame, Instance, Resolving } from './frame.ts';
import { hashJson } from './hash.ts';
import { linkPaths, markedFields, type LinkPath } from './links/paths.ts';
import { placeIn, resolveLinks } from './links/links.ts';
import { outputTypeIn, referencesFor } from './links/references.ts';
import type { ContentShaper, ShapeContext } from './shape/context.ts';
import type { Shaper } from './shape/shape.ts';
import type { References } from './template/index.ts';
import { MapNode } from './tree.ts';
import type { Validator } from './shape/validate.ts';

const COMMON = new Set(COMMON_NAMES);
const PLAIN_COMMON: CommonFields = {
  labels: {},
  running: true,
  paused: false,
  protect: false,
  retainMs: 604_800_000,
  heal: {},
};

/** Turns instances into services; what is the same for many is kept here. */
export class InstanceResolver {
  readonly #resolving: Resolving;
  readonly #shaper: Shaper;
  readonly #validator: Validator;
  readonly #paths = new Map<string, readonly LinkPath[]>();
  readonly #frames = new Map<Frame, { references: References; content: ContentShaper }>();
  readonly #outputType: ShapeContext['outputType'];

  constructor(resolving: Resolving, shaper: Shaper, validator: Validator) {
    this.#resolving = resolving;
    this.#shaper = shaper;
    this.#validator = validator;
    this.#outputType = outputTypeIn(resolving);
  }

  paths(actor: string): readonly LinkPath[] {
    let paths = this.#paths.get(actor);
    if (paths === undefined) {
      const schema = this.#resolving.registry.actor(actor)?.schema;
      paths = schema === undefined ? [] : linkPaths(schema, this.#resolving.registry);
      this.#paths.set(actor, paths);
    }
    return paths;
  }

  context(frame: Frame, file: SourceFile, subject: string, instance?: Instance): ShapeContext {
    let shared = this.#frames.get(frame);
    if (shared === undefined) {
      shared = { references: referencesFor(frame, this.#resolving), content: contentShaper(frame, this.#resolving) };
      this.#frames.set(frame, shared);
    }
    return {
      file,
      report: this.#resolving.report,
      scope: {
        params: frame.params,
        ...(instance?.each && { each: instance.each }),
        ...(instance?.replica && { replica: instance.replica.index }),
      },
      references: shared.references,
      subject,
      ...(instance && { at: { file, start: instance.keyNode.start, end: instance.keyNode.end } }),
      bad: new Set(),
      deferred: [],
      content: shared.content,
      outputType: this.#outputType,
    };
  }

  /** The services made for its `auto` links come back too; resolve them next. */
  resolve(instance: Instance): { readonly service: DesiredService; readonly made: readonly Instance[] } | undefined {
    const resolving = this.#resolving;
    const actor = resolving.registry.actor(instance.actor);
    if (actor === undefined) {
      resolving.report.error(
        'KIND_UNKNOWN',
        placeIn(instance)(''),
        `there is no kind "${clip(instance.actor)}" to create ${instance.key} with`,
      );
      return undefined;
    }
    const { report } = resolving;
    const before = report.errors;
    const context = this.context(instance.frame, instance.file, subjectOf(instance), instance);
    const shape = this.#shaper.kind(instance.actor, actor.schema);
    const spec = shape.shape(instance.body, '', context, false) as Record<string, JsonValue>;
    const { replicas, warnings } = markedFields(actor.schema, resolving.registry);
    // The number belongs to the group: one more replica must not change the spec of the others.
    if (replicas !== undefined) delete spec[replicas];
    for (const [name, texts] of warnings) {
      const value = spec[name];
      if (typeof value === 'string' && Object.hasOwn(texts, value))
        report.warning('FIELD_VALUE', placeIn(instance)(`/${name}`), `${instance.key}: ${texts[value]}`);
    }
    const locate = placeIn(instance);
    const common = this.#common(instance, context, locate);
    const linked = resolveLinks(instance, spec, this.paths(instance.actor), locate, resolving);
    for (const pointer of linked.bad) context.bad.add(pointer);
    // After the links, since a required link may have been filled in for the author.
    this.#validator.check(
      instance.actor,
      actor.schema,
      actor.schema,
      spec,
      { file: instance.file, node: instance.body ?? instance.keyNode, shape },
      context,
    );
    if (report.errors === before) {
      for (const { at, message, hint } of actor.contradictions?.(spec) ?? [])
        report.error('FIELD_CONTRADICTION', locate(at), `${context.subject}: ${message}`, hint);
    }
    const links = [...linked.links, ...common.after, ...statusLinks(context.deferred)];
    if (report.errors !== before)
      return { service: this.#service(instance, spec, common.fields, links, ''), made: linked.made };
    const hash = hashJson({ actor: instance.actor, spec, common: hashable(common.fields) });
    return { service: this.#service(instance, spec, common.fields, links, hash), made: linked.made };
  }

  #common(
    instance: Instance,
    context: ShapeContext,
    locate: ReturnType<typeof placeIn>,
  ): { fields: CommonFields; after: readonly ServiceLink[] } {
    const { body } = instance;
    if (
      body === undefined ||
      !body.pairs.some(({ key }) => COMMON.has(key.text) && key.text !== 'when' && key.text !== 'each')
    )
      return { fields: PLAIN_COMMON, after: [] };
    const part = new MapNode(body.start, body.end);
    part.pairs.push(
      ...body.pairs.filter(({ key }) => COMMON.has(key.text) && key.text !== 'when' && key.text !== 'each'),
    );
    const shape = this.#shaper.kind('common', COMMON_KIND);
    const value = shape.shape(part, '', context, false);
    this.#validator.check(
      'common',
      COMMON_KIND,
      COMMON_KIND,
      value,
      { file: instance.file, node: part, shape },
      context,
    );
    return {
      fields: commonFields(value, instance, locate, this.#resolving),
      after: afterLinks(value['after'], instance, locate, this.#resolving),
    };
  }

  #service(
    instance: Instance,
    spec: JsonObject,
    common: CommonFields,
    links: readonly ServiceLink[],
    hash: string,
  ): DesiredService {
    return {
      key: instance.key,
      kind: instance.kind,
      actor: instance.actor,
      blueprint: this.#resolving.blueprint,
      scope: instance.frame.scope,
      spec,
      common,
      links,
      hash,
      origin: { file: instance.file.name, ...instance.file.position(instance.keyNode.start) },
      ...(instance.replica && {
        group: { key: instance.replica.group, index: instance.replica.index, size: instance.replica.size },
      }),
      ...(instance.auto && { auto: true }),
    };
  }
}

/** Ten replicas make the same mistake once. */
function subjectOf(instance: Instance): string {
  return instance.replica === undefined ? instance.key : instance.replica.group;
}

function statusLinks(deferred: ShapeContext['deferred']): ServiceLink[] {
  return deferred.flatMap(({ value, pointer }) =>
    value.$ays.status.map(({ key }): ServiceLink => ({
      type: 'status',
      path: pointer,
      role: kindOf(key),
      argument: pointer.split('/')[1] ?? '',
      to: key,
      until: 'ready',
      onReplace: 'nothing',
      min: 0,
    })),
  );
}

/** `was` says where a service came from, not what it is. */
function hashable(common: CommonFields): JsonObject {
  const { was: _was, ...rest } = common;
  return rest;
}
