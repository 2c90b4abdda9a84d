// `actions:` and `eventfilters:` (rule 21), in the AYS form and the 0-robot form. A block names actions, targets and arguments; it is
// checked here in full, so that a run never starts with a wrong word.

import type { Place, SourceFile } from '../../model/diagnostic.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { nameOf, parseKey, roleOf, kindOf, type ServiceKey } from '../../model/key.ts';
import { nearest } from '../../model/nearest.ts';
import type { FieldSchema, KindSchema } from '../../model/schema.ts';
import type { DesiredAction, DesiredEventFilter } from '../../model/service.ts';
import { clip, place } from '../sources/draft.ts';
import { isLost, lookUp, visibleNames, type Frame, type Resolving } from '../frame.ts';
import { hashJson } from '../hash.ts';
import { checkRecurring } from './recurring.ts';
import { nearestName } from '../links/suggest.ts';
import type { ObjectShape, Shaper } from '../shape/shape.ts';
import type { ShapeContext } from '../shape/context.ts';
import { sayNode, type MapNode, type Node } from '../tree.ts';
import type { Validator } from '../shape/validate.ts';

/** The engine does these by itself: applying is installing. */
const DONE_BY_APPLY = ['install', 'start', 'init', 'monitor'];
const REMOVALS = ['stop', 'uninstall', 'delete'];

const words: FieldSchema = {
  oneOf: [
    { type: 'string', maxLength: 1024 },
    { type: 'array', items: { type: 'string', maxLength: 128 }, maxItems: 64 },
  ],
};

export const ACTION_BLOCK: KindSchema = {
  $id: 'action',
  title: 'action',
  description: 'Actions to run once per target after convergence, or on a schedule.',
  type: 'object',
  additionalProperties: false,
  properties: {
    action: { ...words, description: 'Names of actions: one, a list, or separated by commas.' },
    actions: { ...words, description: 'The 0-robot spelling of action.' },
    kind: { type: 'string', maxLength: 128, description: 'Only services of this kind.' },
    actor: { type: 'string', maxLength: 128, description: 'Alias of kind.' },
    template: { type: 'string', maxLength: 256, description: 'The 0-robot spelling of kind.' },
    service: { type: 'string', maxLength: 320, description: 'Only the service of this name or key.' },
    args: {
      type: 'object',
      additionalProperties: {},
      description: 'Arguments, checked against the schema of the action.',
    },
    force: { type: 'boolean', default: false, description: 'Run at each apply, not once.' },
    recurring: { type: 'string', maxLength: 128, description: 'A period (30s, 5m) or a cron line.' },
    timezone: { type: 'string', maxLength: 64, default: 'UTC', description: 'Of the cron line.' },
    keep: { type: 'integer', minimum: 1, maximum: 10000, description: 'How many results to keep.' },
  },
};

export const FILTER_BLOCK: KindSchema = {
  $id: 'eventfilter',
  title: 'eventfilter',
  description: 'Runs actions when an event comes in.',
  type: 'object',
  additionalProperties: false,
  required: ['channel', 'command'],
  properties: {
    channel: {
      type: 'string',
      enum: ['all', 'webhook', 'webservice', 'api', 'email', 'telegram', 'blueprint'],
      description: 'Where the event comes from.',
    },
    command: { type: 'string', minLength: 1, maxLength: 128, description: 'The event, such as deploy.' },
    action: { ...words, description: 'Actions to run.' },
    actions: { ...words, description: 'Alias of action.' },
    kind: { type: 'string', maxLength: 128, description: 'Only services of this kind.' },
    actor: { type: 'string', maxLength: 128, description: 'Alias of kind.' },
    service: { type: 'string', maxLength: 320, description: 'Only the service of this name or key.' },
    secret: { type: 'string', maxLength: 64, description: 'Name of the secret that signs the event.' },
  },
};

export interface ActionServices {
  readonly shaper: Shaper;
  readonly validator: Validator;
  readonly context: (frame: Frame, file: SourceFile, subject: string) => ShapeContext;
  readonly blocks: { readonly action: ObjectShape; readonly filter: ObjectShape };
}

export function resolveActions(frame: Frame, resolving: Resolving, services: ActionServices): DesiredAction[] {
  const resolved: DesiredAction[] = [];
  for (const { node, file } of frame.draft.actions) {
    const block = readBlock(node, file, 'actions', ACTION_BLOCK, services.blocks.action, frame, services);
    if (block === undefined) continue;
    const { value, map } = block;
    const names = namesOf(value['action'] ?? value['actions']);
    const at = place(file, map.get('action') ?? map.get('actions') ?? map);
    if (names.length === 0) {
      resolving.report.error('ACTION_INVALID', at, 'actions: this block names no action', 'action: snapshot');
      continue;
    }
    const when = checkRecurring(
      value['recurring'],
      textOf(value['timezone'], 'UTC'),
      place(file, map.get('recurring') ?? map),
      resolving.report,
      place(file, map.get('timezone') ?? map.get('recurring') ?? map),
    );
    if (when === 'invalid') continue;
    for (const name of names) {
      const targets = targetsOf(name, value, map, file, at, frame, resolving);
      if (targets === undefined || targets.length === 0) continue;
      const args = checkArgs(name, targets, map, file, frame, resolving, services);
      if (args === undefined) continue;
      const position = file.position(map.start);
      const body = {
        action: name,
        args,
        ...(when && { recurring: when as unknown as JsonObject }),
        ...(typeof value['keep'] === 'number' && { keep: value['keep'] }),
      };
      resolved.push({
        action: name,
        targets,
        args,
        force: value['force'] === true,
        ...(when && { recurring: when }),
        ...(typeof value['keep'] === 'number' && { keep: value['keep'] }),
        hash: hashJson(body),
        origin: { file: file.name, ...position },
      });
    }
  }
  return resolved;
}

export function resolveFilters(frame: Frame, resolving: Resolving, services: ActionServices): DesiredEventFilter[] {
  const resolved: DesiredEventFilter[] = [];
  for (const { node, file } of frame.draft.eventfilters) {
    const block = readBlock(node, file, 'eventfilters', FILTER_BLOCK, services.blocks.filter, frame, services);
    if (block === undefined) continue;
    const { value, map } = block;
    const at = place(file, map.get('action') ?? map.get('actions') ?? map);
    const names = namesOf(value['action'] ?? value['actions']);
    if (names.length === 0) {
      resolving.report.error('EVENTFILTER_INVALID', at, 'eventfilters: this block names no action', 'action: restart');
      continue;
    }
    const targets = new Set<ServiceKey>();
    for (const name of names)
      for (const key of targetsOf(name, value, map, file, at, frame, resolving) ?? []) targets.add(key);
    const secret = value['secret'];
    if (
      typeof secret === 'string' &&
      !resolving.secrets.has(secret) &&
      !resolving.grid.secrets.has(secret) &&
      resolving.strictSecrets
    ) {
      resolving.report.error(
        'SECRET_UNKNOWN',
        place(file, map.get('secret') ?? map),
        `the secret "${clip(secret)}" is neither declared under "secrets" nor set`,
        `ays secret set ${secret}`,
      );
      continue;
    }
    resolved.push({
      channel: textOf(value['channel']),
      command: textOf(value['command']),
      actions: names,
      targets: [...targets].sort(),
      ...(typeof secret === 'string' && { secret }),
      origin: { file: file.name, ...file.position(map.start) },
    });
  }
  return resolved;
}

function readBlock(
  node: Node,
  file: SourceFile,
  section: string,
  schema: KindSchema,
  shape: ObjectShape,
  frame: Frame,
  services: ActionServices,
): { value: JsonObject; map: MapNode } | undefined {
  const context = services.context(frame, file, section);
  if (node.kind !== 'map') {
    context.report.error(
      section === 'actions' ? 'ACTION_INVALID' : 'EVENTFILTER_INVALID',
      place(file, node),
      `${section}: expected a block of fields, found ${sayNode(node)}`,
      section === 'actions'
        ? '- { action: snapshot, kind: vdisk }'
        : '- { channel: webhook, command: deploy, action: restart }',
    );
    return undefined;
  }
  const before = context.report.errors;
  const value = shape.shape(node, '', context, false);
  services.validator.check(schema.$id, schema, schema, value, { file, node, shape }, context);
  return context.report.errors === before ? { value, map: node } : undefined;
}

/** Fields that the block's schema says are text. */
function textOf(value: JsonValue | undefined, otherwise = ''): string {
  return typeof value === 'string' ? value : otherwise;
}

function namesOf(value: JsonValue | undefined): string[] {
  const list = typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value.map(String) : [];
  return list.map((name) => name.trim()).filter((name) => name !== '');
}

/** undefined: an error was reported. Empty: nothing to do, a note was left. */
function targetsOf(
  action: string,
  block: JsonObject,
  map: MapNode,
  file: SourceFile,
  at: Place,
  frame: Frame,
  resolving: Resolving,
): readonly ServiceKey[] | undefined {
  const { report, registry } = resolving;
  const kindText = block['kind'] ?? block['actor'] ?? block['template'];
  const kindAt = place(file, map.get('kind') ?? map.get('actor') ?? map.get('template') ?? map);
  let kind: string | undefined;
  if (typeof kindText === 'string') {
    const short = kindText.includes('/') ? (kindText.split('/')[3] ?? kindText) : kindText;
    kind = registry.actor(short) !== undefined || registry.hasRole(short) ? short : undefined;
    if (kind === undefined) {
      const like = registry.nearestKind(short);
      report.error(
        'KIND_UNKNOWN',
        kindAt,
        `actions: there is no kind "${clip(kindText)}"`,
        like === undefined ? `known kinds: ${registry.kinds().join(', ')}` : `did you mean ${like}?`,
      );
      return undefined;
    }
  }
  const candidates = candidatesOf(
    action,
    block['service'],
    kind,
    place(file, map.get('service') ?? map),
    frame,
    resolving,
  );
  if (candidates === undefined) return undefined;
  const known = candidates.filter((key) => actionOf(key, action, resolving) !== undefined);
  if (known.length > 0) return known;
  if (DONE_BY_APPLY.includes(action)) {
    report.note('ACTION_UNKNOWN', at, `"${action}" is skipped: apply does this`);
    return [];
  }
  if (REMOVALS.includes(action)) {
    const [declared] = candidates;
    report.error(
      'DECLARED_AND_REMOVED',
      at,
      declared === undefined
        ? `"${action}" has no target in this blueprint`
        : `${declared} is declared in this blueprint and "${action}" would remove it`,
      action === 'stop'
        ? 'set running: false on the block'
        : 'remove the block: what is no longer declared is deleted, consumers first',
    );
    return undefined;
  }
  if (candidates.length === 0 && frame.draft.lost.size > 0) return undefined;
  const names = actionNames(candidates, kind, resolving);
  const like = nearest(action, names);
  const whose = kind ?? (typeof block['service'] === 'string' ? block['service'] : 'any service of this blueprint');
  report.error(
    'ACTION_UNKNOWN',
    at,
    `there is no action "${clip(action)}" for ${whose}`,
    like !== undefined ? `did you mean ${like}?` : names.length === 0 ? undefined : `actions are: ${names.join(', ')}`,
  );
  return undefined;
}

function candidatesOf(
  action: string,
  service: JsonValue | undefined,
  kind: string | undefined,
  at: Place,
  frame: Frame,
  resolving: Resolving,
): readonly ServiceKey[] | undefined {
  const { report } = resolving;
  if (typeof service !== 'string') {
    return [...resolving.instances.values()]
      .filter((each) => kind === undefined || each.actor === kind || (each.kind === kind && !kind.includes('.')))
      .map(({ key }) => key)
      .sort();
  }
  const written = parseKey(service);
  const role = kind === undefined ? undefined : roleOf(kind);
  if (written !== undefined && role !== undefined && kindOf(written) !== role) {
    report.error('ACTION_TARGET', at, `actions: the service is ${written} and the kind is ${kind}`);
    return undefined;
  }
  const roles = written !== undefined ? [kindOf(written)] : role !== undefined ? [role] : resolving.registry.roles();
  const name = written === undefined ? service : nameOf(written);
  const found = roles.flatMap((each) => {
    const hit = lookUp(resolving, frame, each, name);
    if (hit === undefined || hit.type === 'elsewhere') return [];
    return hit.type === 'one' ? [hit.key] : [...hit.members];
  });
  if (found.length > 0) return found.sort();
  const elsewhere = roles.map((each) => lookUp(resolving, frame, each, name)).find((hit) => hit?.type === 'elsewhere');
  if (elsewhere !== undefined) {
    const owner = resolving.grid.records.get(elsewhere.key);
    report.error(
      'OWNED_ELSEWHERE',
      at,
      `actions: ${elsewhere.key} belongs to the blueprint ${owner?.blueprint ?? '?'} (revision ${owner?.revision ?? '?'})`,
      `ays do ${action} ${elsewhere.key}`,
    );
    return undefined;
  }
  if (roles.some((each) => isLost(frame, each, name))) return undefined;
  const like = report.full
    ? undefined
    : nearestName(
        resolving,
        name,
        roles.flatMap((each) => visibleNames(resolving, frame, each)),
      );
  report.error(
    'ACTION_TARGET',
    at,
    `actions: this blueprint declares no ${role ?? 'service'} "${clip(service)}"`,
    like === undefined ? undefined : `did you mean ${like}?`,
  );
  return undefined;
}

function actionOf(key: ServiceKey, action: string, resolving: Resolving): FieldSchema | 'none' | undefined {
  const actor = resolving.registry.actor(resolving.instances.get(key)?.actor ?? kindOf(key));
  const definition =
    actor?.actions !== undefined && Object.hasOwn(actor.actions, action) ? actor.actions[action] : undefined;
  return definition === undefined ? undefined : (definition.args ?? 'none');
}

function actionNames(candidates: readonly ServiceKey[], kind: string | undefined, resolving: Resolving): string[] {
  const kinds = new Set(candidates.map((key) => resolving.instances.get(key)?.actor ?? kindOf(key)));
  if (kind !== undefined) kinds.add(kind);
  return [...new Set([...kinds].flatMap((each) => Object.keys(resolving.registry.actor(each)?.actions ?? {})))].sort();
}

function checkArgs(
  action: string,
  targets: readonly ServiceKey[],
  map: MapNode,
  file: SourceFile,
  frame: Frame,
  resolving: Resolving,
  services: ActionServices,
): JsonObject | undefined {
  const written = map.get('args');
  let checked: JsonObject = {};
  const actors = new Set(targets.map((key) => resolving.instances.get(key)?.actor ?? kindOf(key)));
  for (const name of actors) {
    const target = targets.find((key) => (resolving.instances.get(key)?.actor ?? kindOf(key)) === name);
    const schema = target === undefined ? undefined : actionOf(target, action, resolving);
    const home = resolving.registry.actor(name)?.schema;
    if (schema === undefined || home === undefined) continue;
    if (schema === 'none') {
      if (written?.kind === 'map' && written.pairs.length > 0) {
        resolving.report.error(
          'ACTION_INVALID',
          place(file, written.pairs[0]!.key),
          `the action ${action} of ${name} takes no arguments`,
        );
        return undefined;
      }
      continue;
    }
    const context = services.context(frame, file, `${action} of ${name}`);
    const before = context.report.errors;
    const object = services.shaper.object({ additionalProperties: false, ...schema }, home);
    const value = object.shape(written?.kind === 'map' ? written : undefined, '', context, false);
    services.validator.check(
      `args:${name}:${action}`,
      schema,
      home,
      value,
      { file, node: written ?? map, shape: object },
      context,
    );
    if (context.report.errors !== before) return undefined;
    checked = value;
  }
  return checked;
}
