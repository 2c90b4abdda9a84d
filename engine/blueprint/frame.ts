// The things that resolving works on. A frame is one scope with its params: the blueprint itself, or a package inside it.
// An instance is one service to be: a declaration after `when`, `each` and `replicas`, before its fields have values.

import type { SourceFile } from '../model/diagnostic.ts';
import { scopedName, serviceKey, type ServiceKey } from '../model/key.ts';

import type { JsonValue } from '../model/json.ts';
import type { GridState } from '../model/service.ts';
import type { Registry } from '../model/registry.ts';
import type { Report } from '../model/diagnostic.ts';
import type { Draft } from './sources/draft.ts';
import type { BlueprintReader } from './sources/reader.ts';
import type { MapNode, ScalarNode } from './tree.ts';

export interface Frame {
  /** '' or `shop-dev` or `shop-dev.blog`. */
  readonly scope: string;
  readonly parent: Frame | undefined;
  readonly draft: Draft;
  readonly params: Readonly<Record<string, JsonValue>>;
  /** Files named inside are relative to the declaring file and inside this folder. */
  readonly folder: string;
  /** Outputs of the packages declared here, by package name; filled once the package is resolved. */
  readonly packages: Map<string, PackageFrame>;
}

export interface PackageFrame {
  readonly frame: Frame;
  /** Evaluated lazily: an output may read a status. */
  readonly outputs: Map<string, JsonValue>;
}

export interface Instance {
  readonly key: ServiceKey;
  readonly kind: string;
  /** The actor, `node.ovc`. */
  readonly actor: string;
  /** As written, with the value of `each`, without scope and replica. */
  readonly baseName: string;
  readonly frame: Frame;
  readonly file: SourceFile;
  readonly keyNode: ScalarNode;
  readonly body: MapNode | undefined;
  readonly each: { readonly key: string; readonly value: JsonValue } | undefined;
  readonly replica: { readonly group: ServiceKey; readonly index: number; readonly size: number } | undefined;
  readonly auto: boolean;
}

/** Everything that is known while one blueprint is resolved. */
export interface Resolving {
  readonly blueprint: string;
  readonly registry: Registry;
  readonly grid: GridState;
  readonly reader: BlueprintReader;
  readonly report: Report;
  readonly strictSecrets: boolean;
  readonly instances: Map<ServiceKey, Instance>;
  /** The instances by role and scope, and the names seen from a scope: kept because ten thousand links ask. */
  readonly mates: Map<string, ServiceKey[]>;
  readonly seen: Map<string, string[]>;
  readonly sorted: Map<string, readonly ServiceKey[]>;
  /** Names that may still be compared for suggestions, packages that may still be read, and whether services are too many. */
  readonly budget: { left: number; packages: number; overflow: boolean };
  /** Replica groups: `container/web` → its members in number order. */
  readonly groups: Map<ServiceKey, ServiceKey[]>;
  /** `each` blocks: `container/NAME` → what it made. */
  readonly eaches: Map<ServiceKey, ServiceKey[]>;
  /** Blocks that `when` left out, to say so when something links to them. */
  readonly absent: Set<ServiceKey>;
  readonly secrets: Map<string, { readonly generate?: number }>;
  readonly contents: Map<string, Uint8Array>;
  readonly choices: Map<string, readonly ServiceKey[]>;
}

/** The scopes a short name is looked up in: innermost first, unscoped last (rule 15). */
export function scopesOf(frame: Frame): readonly string[] {
  const scopes: string[] = [];
  for (let at: Frame | undefined = frame; at !== undefined; at = at.parent) scopes.push(at.scope);
  if (!scopes.includes('')) scopes.push('');
  return scopes;
}

export type Found =
  | { readonly type: 'one'; readonly key: ServiceKey }
  | { readonly type: 'group' | 'each'; readonly key: ServiceKey; readonly members: readonly ServiceKey[] }
  /** Another blueprint's. */
  | { readonly type: 'elsewhere'; readonly key: ServiceKey };

/** What a name of a role means, seen from a frame. */
export function lookUp(resolving: Resolving, frame: Frame, role: string, name: string): Found | undefined {
  for (const scope of scopesOf(frame)) {
    const key = serviceKey(role, scopedName(scope, name));
    const found = lookUpKey(resolving, key);
    if (found !== undefined) return found;
  }
  return undefined;
}

function lookUpKey(resolving: Resolving, key: ServiceKey): Found | undefined {
  if (resolving.instances.has(key)) return { type: 'one', key };
  const group = resolving.groups.get(key);
  if (group !== undefined) return { type: 'group', key, members: group };
  const each = resolving.eaches.get(key);
  if (each !== undefined) return { type: 'each', key, members: each };
  const record = resolving.grid.records.get(key);
  if (record !== undefined && record.blueprint !== resolving.blueprint) return { type: 'elsewhere', key };
  return undefined;
}

export function addToInstances(resolving: Resolving, instance: Instance): void {
  resolving.instances.set(instance.key, instance);
  const index = `${instance.kind} ${instance.frame.scope}`;
  const mates = resolving.mates.get(index);
  if (mates === undefined) resolving.mates.set(index, [instance.key]);
  else mates.push(instance.key);
  resolving.seen.clear();
  resolving.sorted.delete(index);
}

/** The name was written, in a block that could not be read: that error is enough. Without a name: any of the role. */
export function isLost(frame: Frame, role: string, name?: string): boolean {
  for (let at: Frame | undefined = frame; at !== undefined; at = at.parent) {
    if (at.draft.lost.has(name === undefined ? `${role}/` : `${role}/${name}`)) return true;
  }
  return false;
}

/** The services of a role in one scope, in the order they were declared. */
export function matesOf(resolving: Resolving, role: string, scope: string): readonly ServiceKey[] {
  return resolving.mates.get(`${role} ${scope}`) ?? [];
}

/** The same in name order. */
export function sortedMates(resolving: Resolving, role: string, scope: string): readonly ServiceKey[] {
  const index = `${role} ${scope}`;
  let mates = resolving.sorted.get(index);
  if (mates === undefined) {
    mates = [...matesOf(resolving, role, scope)].sort();
    resolving.sorted.set(index, mates);
  }
  return mates;
}

/** Names of a role that can be seen from a frame, short where they can, for "did you mean". */
export function visibleNames(resolving: Resolving, frame: Frame, role: string): readonly string[] {
  const index = `${role} ${frame.scope}`;
  let names = resolving.seen.get(index);
  if (names === undefined) {
    names = findNames(resolving, frame, role);
    resolving.seen.set(index, names);
  }
  return names;
}

function findNames(resolving: Resolving, frame: Frame, role: string): string[] {
  const names = new Set<string>();
  const prefixes = scopesOf(frame).map((scope) => (scope === '' ? '' : `${scope}.`));
  const add = (key: ServiceKey): void => {
    if (!key.startsWith(`${role}/`)) return;
    const name = key.slice(role.length + 1);
    const prefix = prefixes.find((each) => name.startsWith(each)) ?? '';
    names.add(name.slice(prefix.length));
  };
  for (const key of resolving.instances.keys()) add(key);
  for (const key of resolving.groups.keys()) add(key);
  for (const key of resolving.grid.records.keys()) add(key);
  return [...names].sort();
}
