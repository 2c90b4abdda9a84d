// The top level of a blueprint, sorted out: what is declared where, nothing evaluated yet. Reads the native form, the
// older `role!name` and the 0-robot `services:` list; after this file they are the same thing (rules 1 and 2).

import type { Place, Report, SourceFile } from '../../model/diagnostic.ts';
import { KIND_PATTERN, NAME_PATTERN, roleOf } from '../../model/key.ts';
import { nearest } from '../../model/nearest.ts';
import type { Registry } from '../../model/registry.ts';
import { coreValue, sayNode, type MapNode, type Node, type Pair, type ScalarNode } from '../tree.ts';
import { parseYaml } from '../yaml/parse.ts';

export interface Located<N extends Node = Node> {
  readonly node: N;
  readonly file: SourceFile;
  /** Of a named entry. */
  readonly key?: ScalarNode;
}

export interface Declaration {
  /** As written, `node.ovc`; for a package `package`. */
  readonly kind: string;
  readonly name: string;
  readonly key: ScalarNode;
  /** undefined when the block is empty. */
  readonly body: MapNode | undefined;
  readonly file: SourceFile;
}

export interface Draft {
  name: (Located<ScalarNode> & { readonly text: string }) | undefined;
  readonly params: Map<string, Located>;
  readonly secrets: Map<string, Located>;
  readonly outputs: Map<string, Located>;
  readonly actions: Located[];
  readonly eventfilters: Located[];
  readonly declarations: Declaration[];
  /** `kind/name` of blocks that were written and could not be read: a link to one is no second mistake. */
  readonly lost: Set<string>;
  /** Params that are declared and have no value because of an error. */
  readonly withoutValue: Set<string>;
}

export function emptyDraft(): Draft {
  return {
    name: undefined,
    params: new Map(),
    secrets: new Map(),
    outputs: new Map(),
    actions: [],
    eventfilters: [],
    declarations: [],
    lost: new Set(),
    withoutValue: new Set(),
  };
}

const SECTIONS = ['ays', 'blueprint', 'params', 'secrets', 'outputs', 'actions', 'eventfilters', 'services'];

const SECTION_EXAMPLES: Readonly<Record<string, string>> = {
  params: 'params: { stage: { type: string, default: dev } }',
  secrets: 'secrets: { db-password: { generate: 32 } }',
  outputs: 'outputs: { address: \'{{status "container/web" "address"}}\' }',
  actions: 'actions: [{ action: restart, kind: container, service: web }]',
  eventfilters: 'eventfilters: [{ channel: webhook, command: deploy, action: restart }]',
};

export function place(file: SourceFile, node: { readonly start: number; readonly end: number }): Place {
  return { file, start: node.start, end: node.end };
}

/** Names that would reach into JavaScript's own objects; no honest blueprint needs one. */
export function isPrototypeName(name: string): boolean {
  return name === '__proto__' || name === 'constructor' || name === 'prototype';
}

/** Adds what one plain file declares. */
export function readFile(draft: Draft, file: SourceFile, registry: Registry, report: Report): void {
  const before = report.errors;
  const roots = parseYaml(file, report);
  if (report.errors !== before) rememberLost(draft, file);
  for (const root of roots) readDocument(draft, root, file, registry, report);
}

/** Adds what one YAML document declares to the draft. */
export function readDocument(
  draft: Draft,
  root: Node | undefined,
  file: SourceFile,
  registry: Registry,
  report: Report,
): void {
  if (root === undefined || (root.kind === 'scalar' && coreValue(root) === null)) return;
  if (root.kind !== 'map') {
    report.error(
      'TOP_LEVEL_UNKNOWN',
      place(file, root),
      `a blueprint is a map of blocks; found ${sayNode(root)}`,
      'write blocks such as container__web:',
    );
    return;
  }
  for (const pair of root.pairs) readTopLevel(draft, pair, file, registry, report);
}

function readTopLevel(draft: Draft, pair: Pair, file: SourceFile, registry: Registry, report: Report): void {
  const { key, value } = pair;
  const at = place(file, key);
  if (key.text.startsWith('x-')) return;
  switch (key.text) {
    case 'ays':
      if (value.kind !== 'scalar' || coreValue(value) !== 1) {
        report.error(
          'LANGUAGE_VERSION',
          place(file, value),
          `"ays" is ${sayNode(value)}; expected the number 1, the version of the language that this ays reads`,
          'ays: 1',
        );
      }
      return;
    case 'blueprint':
      return readName(draft, value, file, report);
    case 'params':
    case 'secrets':
    case 'outputs':
      return readSection(draft[key.text], key.text, value, file, report);
    case 'actions':
    case 'eventfilters':
      return readList(draft[key.text], key.text, value, file, report);
    case 'services':
      return readServices(draft, value, file, registry, report);
    default:
  }
  const split = /^(.+?)(?:__|!)(.*)$/s.exec(key.text);
  if (split === null) {
    const like = nearest(key.text, [...SECTIONS, ...registry.kinds()]);
    const single = /^([a-z][a-z0-9.]*)[_/:.-]([A-Za-z0-9].*)$/.exec(key.text);
    const hint =
      single !== null && registry.hasRole(roleOf(single[1] ?? ''))
        ? `did you mean ${single[1]}__${single[2]}?`
        : registry.hasRole(key.text)
          ? `a block is kind__name: ${key.text}__NAME`
          : like !== undefined
            ? `did you mean ${registry.hasRole(like) ? `${like}__NAME` : like}?`
            : 'a block is kind__name; other top-level words are ays, blueprint, params, secrets, outputs, actions, eventfilters and x-…';
    report.error(
      'TOP_LEVEL_UNKNOWN',
      at,
      `"${clip(key.text)}" is neither a section of a blueprint nor a kind__name block`,
      hint,
    );
    return;
  }
  declare(draft, split[1] ?? '', split[2] ?? '', pair, file, registry, report);
}

function declare(
  draft: Draft,
  kindText: string,
  name: string,
  { key, value }: Pair,
  file: SourceFile,
  registry: Registry,
  report: Report,
): void {
  const at = place(file, key);
  const kind = kindOfText(kindText, registry);
  if (kind !== 'package' && registry.actor(kind) === undefined) {
    const like = registry.nearestKind(kind);
    const known = registry.kinds().join(', ');
    lose(draft, like ?? kind, name);
    report.error(
      'KIND_UNKNOWN',
      at,
      `there is no kind "${clip(kindText)}"`,
      like === undefined ? `known kinds: ${known}` : `did you mean ${like}__${name}?`,
    );
    return;
  }
  if (!NAME_PATTERN.test(name) || isPrototypeName(name)) {
    lose(draft, kind, name);
    return badName(name, kind, at, report);
  }
  let body: MapNode | undefined;
  if (value.kind === 'map') body = value;
  else if (value.kind !== 'scalar' || coreValue(value) !== null) {
    report.error(
      'FIELD_TYPE',
      place(file, value),
      `${kind}__${name}: expected fields (a map) or nothing, found ${sayNode(value)}`,
    );
    lose(draft, kind, name);
    return;
  }
  draft.declarations.push({ kind, name, key, body, file });
}

/** A kind, or the long 0-robot form `host/account/repo/name/version`, whose name counts. */
function kindOfText(text: string, registry: Registry): string {
  if (text === 'package' || KIND_PATTERN.test(text)) return text;
  const parts = text.split('/');
  if (parts.length !== 4 && parts.length !== 5) return text;
  const name = parts[3] ?? '';
  return registry.actor(name) !== undefined ? name : name.replaceAll('_', '-');
}

export function badName(name: string, kind: string, at: Place, report: Report): void {
  if (isPrototypeName(name)) return report.error('NAME_INVALID', at, `${kind}: "${name}" is not allowed as a name`);
  if (name === '') return report.error('NAME_INVALID', at, `${kind}: the name is missing`, `write ${kind}__NAME`);
  if (name.includes('{{')) {
    return report.error(
      'NAME_INVALID',
      at,
      `${kind}: a template may not stand in a name`,
      'for several services use each: in the block, or a .yaml.hbs file; for a second copy of all use --as NAME',
    );
  }
  if (name.length > 63 && NAME_PATTERN.test(name.slice(0, 63)) && /^[A-Za-z0-9_-]+$/.test(name)) {
    return report.error('NAME_TOO_LONG', at, `${kind}: the name has ${name.length} characters; at most 63 are allowed`);
  }
  const dotted = name.includes('.') ? " A dot is the engine's own: scopes and replicas." : '';
  const cleaned = name
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+|-+$/g, '')
    .slice(0, 63);
  report.error(
    'NAME_INVALID',
    at,
    `${kind}: "${clip(name)}" is not a name; a name has letters, digits, - and _, and begins with a letter or digit.${dotted}`,
    cleaned === '' ? undefined : `for example ${kind}__${cleaned}`,
  );
}

function readName(draft: Draft, value: Node, file: SourceFile, report: Report): void {
  const at = place(file, value);
  if (value.kind !== 'scalar' || coreValue(value) === null) {
    return report.error('BLUEPRINT_NAME', at, `blueprint: expected a name, found ${sayNode(value)}`);
  }
  if (!NAME_PATTERN.test(value.text) || isPrototypeName(value.text)) {
    return report.error(
      'BLUEPRINT_NAME',
      at,
      `"${clip(value.text)}" is not a blueprint name; letters, digits, - and _, at most 63`,
    );
  }
  if (draft.name !== undefined && draft.name.text !== value.text) {
    report.add({
      severity: 'error',
      code: 'BLUEPRINT_NAME',
      message: `this folder is called both "${draft.name.text}" and "${value.text}"; a blueprint has one name`,
      place: at,
      related: [{ message: 'first named here', place: place(draft.name.file, draft.name.node) }],
    });
    return;
  }
  draft.name ??= { node: value, file, text: value.text };
}

function readSection(into: Map<string, Located>, section: string, value: Node, file: SourceFile, report: Report): void {
  if (value.kind === 'scalar' && coreValue(value) === null) return;
  if (value.kind !== 'map') {
    return report.error(
      'FIELD_TYPE',
      place(file, value),
      `${section}: expected a map of names, found ${sayNode(value)}`,
      SECTION_EXAMPLES[section],
    );
  }
  for (const pair of value.pairs) {
    const name = pair.key.text;
    if (!NAME_PATTERN.test(name) || isPrototypeName(name)) {
      report.error(
        'NAME_INVALID',
        place(file, pair.key),
        isPrototypeName(name)
          ? `${section}: "${name}" is not allowed as a name`
          : `${section}: "${clip(name)}" is not a name; letters, digits, - and _, at most 63`,
      );
      continue;
    }
    const before = into.get(name);
    if (before !== undefined) {
      report.add({
        severity: 'error',
        code: 'YAML_DUPLICATE_KEY',
        message: `${section}: "${name}" is declared twice`,
        place: place(file, pair.key),
        related: [{ message: 'first declared here', place: place(before.file, before.key ?? before.node) }],
      });
      continue;
    }
    into.set(name, { node: pair.value, file, key: pair.key });
  }
}

function readList(into: Located[], section: string, value: Node, file: SourceFile, report: Report): void {
  if (value.kind === 'scalar' && coreValue(value) === null) return;
  // 0-robot allows one block without the list.
  if (value.kind === 'map') into.push({ node: value, file });
  else if (value.kind === 'seq') for (const node of value.items) into.push({ node, file });
  else
    report.error(
      'FIELD_TYPE',
      place(file, value),
      `${section}: expected a list of blocks, found ${sayNode(value)}`,
      SECTION_EXAMPLES[section],
    );
}

function readServices(draft: Draft, value: Node, file: SourceFile, registry: Registry, report: Report): void {
  if (value.kind === 'scalar' && coreValue(value) === null) return;
  if (value.kind !== 'seq') {
    return report.error(
      'FIELD_TYPE',
      place(file, value),
      `services: expected a list of kind__name blocks, found ${sayNode(value)}`,
      value.kind === 'map'
        ? 'write each as - kind__name: {…}, or leave "services" out and put the blocks at the top level'
        : 'services: [{ container__web: {…} }]',
    );
  }
  for (const item of value.items) {
    if (item.kind !== 'map') {
      report.error(
        'FIELD_TYPE',
        place(file, item),
        `services: expected a kind__name block, found ${sayNode(item)}`,
        item.kind === 'scalar' && item.text.includes('__') ? `add a colon: - ${clip(item.text)}:` : undefined,
      );
      continue;
    }
    for (const pair of item.pairs) {
      // The long form holds no `__`, so the last one splits.
      const at =
        pair.key.text.startsWith('github.com/') || pair.key.text.includes('/')
          ? pair.key.text.lastIndexOf('__')
          : pair.key.text.indexOf('__');
      if (at <= 0) {
        const fixed = pair.key.text.replace('_', '__');
        report.error(
          'TOP_LEVEL_UNKNOWN',
          place(file, pair.key),
          `services: "${clip(pair.key.text)}" is not of the form kind__name`,
          fixed === pair.key.text ? undefined : `did you mean ${fixed}?`,
        );
        continue;
      }
      declare(draft, pair.key.text.slice(0, at), pair.key.text.slice(at + 2), pair, file, registry, report);
    }
  }
}

function lose(draft: Draft, kind: string, name: string): void {
  // The role alone answers whether anything of it was lost.
  draft.lost.add(`${roleOf(kind)}/${name}`).add(`${roleOf(kind)}/`);
}

/** Remembers the blocks of a text that could not be read whole. */
function rememberLost(draft: Draft, file: SourceFile): void {
  for (const [, kind = '', name = ''] of file.text.matchAll(
    /^[ \t-]*['"]?([a-z][a-z0-9.-]{0,64})(?:__|!)([A-Za-z0-9][\w-]{0,62})['"]?[ \t]*:/gm,
  ))
    lose(draft, kind, name);
}

export function clip(text: string, limit = 60): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}
