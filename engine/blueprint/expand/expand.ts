// From declarations to instances: `when` leaves out, `each` multiplies by value, `replicas` by number (rules 10 and 19). After
// this every service of the blueprint has its key, so that links and references can be checked in one sweep.

import { NAME_PATTERN, replicaName, roleOf, scopedName, serviceKey, type ServiceKey } from '../../model/key.ts';
import { isObject, type JsonValue } from '../../model/json.ts';
import { isDeferred } from '../../model/expression.ts';
import { clip, isPrototypeName, place, type Declaration } from '../sources/draft.ts';
import { addToInstances, type Frame, type Instance, type Resolving } from '../frame.ts';
import { LIMITS } from '../limits.ts';
import { markedFields } from '../links/paths.ts';
import { evaluateScalar, hasTemplate } from '../template/index.ts';
import { coreScalar, coreValue, sayNode, toPlain, type Node } from '../tree.ts';

/** Adds the instances of a frame's declarations. Packages are somebody else's (packages.ts). */
export function expandFrame(frame: Frame, resolving: Resolving): void {
  for (const declaration of frame.draft.declarations) {
    if (resolving.budget.overflow) return;
    if (declaration.kind === 'package') continue;
    const role = roleOf(declaration.kind);
    const key = serviceKey(role, scopedName(frame.scope, declaration.name));
    if (whenOf(declaration, frame, resolving) === false) {
      resolving.absent.add(key);
      continue;
    }
    const each = eachOf(declaration, frame, resolving);
    if (each === undefined) {
      addReplicas(declaration, declaration.name, undefined, frame, resolving);
      continue;
    }
    const made: ServiceKey[] = [];
    for (const entry of each) {
      if (resolving.budget.overflow) break;
      const name = `${declaration.name}-${entry.key}`;
      if (!NAME_PATTERN.test(name) || isPrototypeName(name)) {
        resolving.report.error(
          'EACH_INVALID',
          place(declaration.file, entry.at),
          `${declaration.kind}/${declaration.name}: the value "${clip(entry.key)}" of each makes the name "${clip(name)}", which is not a name`,
          'use a map: its keys make the names, its values are {{each.value}}',
        );
        continue;
      }
      made.push(...addReplicas(declaration, name, entry, frame, resolving));
    }
    if (!resolving.eaches.has(key)) resolving.eaches.set(key, made);
  }
}

interface EachEntry {
  readonly key: string;
  readonly value: JsonValue;
  readonly at: Node;
}

/** undefined when it was wrong: the block counts as present, so that its other errors are shown too. */
function whenOf(declaration: Declaration, frame: Frame, resolving: Resolving): boolean | undefined {
  const node = declaration.body?.get('when');
  if (node === undefined) return true;
  const value = paramsOnly(node, declaration, frame, resolving);
  if (value === undefined || typeof value === 'boolean') return value;
  resolving.report.error(
    'WHEN_INVALID',
    place(declaration.file, node),
    `${declaration.kind}/${declaration.name}: "when" is ${JSON.stringify(value)}; expected true or false`,
    `for example when: '{{eq params.stage "prod"}}'`,
  );
  return undefined;
}

/** The value of a field that must be known before anything else: params only, no status, no secret. */
export function paramsOnly(
  node: Node,
  declaration: Declaration,
  frame: Frame,
  resolving: Resolving,
  each?: Instance['each'],
): JsonValue | undefined {
  if (node.kind !== 'scalar') {
    if (node.kind === 'seq') {
      const items = node.items.map((item) => paramsOnly(item, declaration, frame, resolving, each));
      return items.includes(undefined) ? undefined : (items as JsonValue[]);
    }
    return toPlain(node);
  }
  if (!hasTemplate(node.text)) return coreValue(node);
  const scope = { params: frame.params, ...(each !== undefined && { each }) };
  const value = evaluateScalar(node, declaration.file, scope, 'forbidden', resolving.report);
  return isDeferred(value) ? undefined : value;
}

function eachOf(declaration: Declaration, frame: Frame, resolving: Resolving): readonly EachEntry[] | undefined {
  const node = declaration.body?.get('each');
  if (node === undefined) return undefined;
  const subject = `${declaration.kind}/${declaration.name}`;
  const at = place(declaration.file, node);
  const value = paramsOnly(node, declaration, frame, resolving);
  if (value === undefined) return [];
  let entries: EachEntry[];
  if (Array.isArray(value)) {
    entries = [];
    for (const [i, item] of (value as readonly JsonValue[]).entries()) {
      const written = node.kind === 'seq' ? node.items[i] : undefined;
      if (item === null || typeof item === 'object') {
        resolving.report.error(
          'EACH_INVALID',
          place(declaration.file, written ?? node),
          `${subject}: a list under "each" holds text and numbers, which make the names`,
          'use a map: its keys make the names, its values are {{each.value}}',
        );
        return [];
      }
      entries.push({
        key: written?.kind === 'scalar' && !hasTemplate(written.text) ? written.text : String(item),
        value: item,
        at: written ?? node,
      });
    }
  } else if (isObject(value))
    entries = Object.entries(value).map(([key, item], i) => ({
      key,
      value: item ?? null,
      at: (node.kind === 'map' ? node.pairs[i]?.key : undefined) ?? node,
    }));
  else {
    resolving.report.error(
      'EACH_INVALID',
      at,
      `${subject}: "each" is ${value === null ? 'empty' : JSON.stringify(value)}; expected a list or a map`,
      'each: [a, b]',
    );
    return [];
  }
  if (entries.length > LIMITS.eachValues) {
    resolving.report.error(
      'TOO_MANY_SERVICES',
      at,
      `${subject}: "each" has ${entries.length} values; at most ${LIMITS.eachValues}`,
    );
    return [];
  }
  const seen = new Set<string>();
  return entries.filter((entry) => {
    if (seen.size !== seen.add(entry.key).size) return true;
    resolving.report.error(
      'EACH_INVALID',
      place(declaration.file, entry.at),
      `${subject}: "each" holds "${clip(entry.key)}" twice; services are keyed by value`,
      'remove one of them',
    );
    return false;
  });
}

function addReplicas(
  declaration: Declaration,
  name: string,
  each: Instance['each'],
  frame: Frame,
  resolving: Resolving,
): ServiceKey[] {
  const count = replicasOf(declaration, frame, resolving, each);
  if (count === undefined) return addInstance(declaration, name, each, undefined, frame, resolving);
  const group = serviceKey(declaration.kind, scopedName(frame.scope, name));
  const members: ServiceKey[] = [];
  for (let index = 1; index <= count && !resolving.budget.overflow; index++) {
    members.push(
      ...addInstance(declaration, replicaName(name, index), each, { group, index, size: count }, frame, resolving),
    );
  }
  if (!resolving.groups.has(group)) resolving.groups.set(group, members);
  return members;
}

/** undefined: one service under its own name. `replicas: 1` and none are the same wish. */
function replicasOf(
  declaration: Declaration,
  frame: Frame,
  resolving: Resolving,
  each: Instance['each'],
): number | undefined {
  const schema = resolving.registry.actor(declaration.kind)?.schema;
  const field = schema === undefined ? undefined : markedFields(schema, resolving.registry).replicas;
  const node = field === undefined ? undefined : declaration.body?.get(field);
  if (field === undefined || node === undefined) return undefined;
  const value = paramsOnly(node, declaration, frame, resolving, each);
  if (value === undefined) return undefined;
  const number =
    typeof value === 'string' && node.kind === 'scalar' && hasTemplate(node.text) ? coreScalar(value) : value;
  const subject = `${declaration.kind}/${declaration.name}`;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > LIMITS.replicas) {
    resolving.report.error(
      'REPLICAS_INVALID',
      place(declaration.file, node),
      `${subject}: "${field}" is ${node.kind === 'scalar' && hasTemplate(node.text) ? JSON.stringify(value) : sayNode(node)}; expected a whole number from 0 to ${LIMITS.replicas}`,
    );
    return undefined;
  }
  return number === 1 ? undefined : number;
}

function addInstance(
  declaration: Declaration,
  name: string,
  each: Instance['each'],
  replica: Instance['replica'],
  frame: Frame,
  resolving: Resolving,
): ServiceKey[] {
  const role = roleOf(declaration.kind);
  const key = serviceKey(role, scopedName(frame.scope, name));
  const before = resolving.instances.get(key);
  if (before !== undefined) {
    resolving.report.add({
      severity: 'error',
      code: 'DUPLICATE_SERVICE',
      message: `${key} is declared twice${before.actor === declaration.kind ? '' : ` (as ${before.actor} and as ${declaration.kind}: names are unique per role)`}`,
      place: place(declaration.file, declaration.key),
      hint: 'rename one of them, or make them one',
      related: [{ message: 'first declared here', place: place(before.file, before.keyNode) }],
    });
    return [];
  }
  if (resolving.instances.size >= LIMITS.services) {
    resolving.budget.overflow = true;
    resolving.report.error(
      'TOO_MANY_SERVICES',
      place(declaration.file, declaration.key),
      `more than ${LIMITS.services} services in one blueprint`,
      'split it into several blueprints',
    );
    return [];
  }
  addToInstances(resolving, {
    key,
    kind: role,
    actor: declaration.kind,
    baseName: name,
    frame,
    file: declaration.file,
    keyNode: declaration.key,
    body: declaration.body,
    each,
    replica,
    auto: false,
  });
  return [key];
}
