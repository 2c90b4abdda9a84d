// Older spellings and their canonical ones: `role!name` keys, the 0-robot `services:` list, and, when asked to fix,
// `actor:` in actions. A rewrite that would lose or shadow anything is not made.

import { CST } from 'yaml';
import { KIND_PATTERN, NAME_PATTERN } from '../../model/key.ts';
import type { Rewrites } from './pieces.ts';

const NATIVE_KEY = /^[a-z][a-z0-9.-]*__[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** `role!name` as `role__name`; any other key unchanged. */
export function canonicalKey(key: string): string {
  const at = key.indexOf('!');
  const [kind, name] = [key.slice(0, Math.max(at, 0)), key.slice(at + 1)];
  return at > 0 && KIND_PATTERN.test(kind) && NAME_PATTERN.test(name) ? `${kind}__${name}` : key;
}

export function findRewrites(tokens: readonly CST.Token[], fix: boolean): Rewrites {
  const text = new Map<number, string>();
  const drop = new Set<number>();
  const lift = new Set<number>();
  for (const token of tokens) {
    if (token.type !== 'document' || token.value?.type !== 'block-map') continue;
    const { items } = token.value;
    const keys = new Set<string>();
    for (const { key } of items) keys.add(keyText(key) ?? '');
    for (const item of items) {
      const key = keyText(item.key);
      if (key === undefined || item.key === null || item.key === undefined) continue;
      const canonical = canonicalKey(key);
      if (canonical !== key && !keys.has(canonical)) {
        keys.add(canonical);
        text.set(offsetOf(item.key), canonical);
      }
      if (key === 'services') liftServices(item, keys, { text, drop, lift });
      if (key === 'actions' && fix) renameActors(item.value, text);
    }
  }
  return { text, drop, lift };
}

function liftServices(
  item: CST.BlockMap['items'][number],
  keys: Set<string>,
  rewrites: { text: Map<number, string>; drop: Set<number>; lift: Set<number> },
): void {
  const list = item.value;
  if (list?.type !== 'block-seq' || !item.key || !isBare([...item.start, ...(item.sep ?? [])])) return;
  const names: string[] = [];
  const lifted: { dash: number; map: number; key: CST.Token; name: string }[] = [];
  for (const { start, value } of list.items) {
    if (value === undefined && start.every(({ type }) => type !== 'seq-item-ind')) continue;
    const dash = start.find(({ type }) => type === 'seq-item-ind');
    if (dash === undefined || !isBare(start) || value?.type !== 'block-map') return;
    const pairs = value.items.filter(({ key, sep }) => key !== undefined || sep !== undefined);
    const key = pairs[0]?.key;
    const name = canonicalKey(keyText(key) ?? '');
    if (pairs.length !== 1 || !key || !NATIVE_KEY.test(name) || !isBare(pairs[0]!.start)) return;
    names.push(name);
    lifted.push({ dash: dash.offset, map: value.offset, key, name });
  }
  if (lifted.length === 0 || new Set(names).size < names.length || names.some((name) => keys.has(name))) return;
  names.forEach((name) => keys.add(name));
  rewrites.drop.add(offsetOf(item.key));
  for (const { type, offset } of item.sep ?? []) if (type === 'map-value-ind') rewrites.drop.add(offset);
  for (const { dash, map, key, name } of lifted) {
    rewrites.drop.add(dash);
    rewrites.lift.add(map);
    if (keyText(key) !== name) rewrites.text.set(offsetOf(key), name);
  }
}

function renameActors(value: CST.Token | undefined, text: Map<number, string>): void {
  if (value?.type === 'block-seq' || (value?.type === 'flow-collection' && value.start.source === '[')) {
    for (const item of value.items) renameActors(item.value, text);
  } else if (value?.type === 'block-map' || value?.type === 'flow-collection') {
    const names = value.items.map(({ key }) => keyText(key));
    const actor = value.items[names.indexOf('actor')]?.key;
    if (actor && !names.includes('kind')) text.set(offsetOf(actor), 'kind');
  }
}

/** Without anchor or tag, which would have nothing left to stand on, and without `?`. */
function isBare(tokens: readonly CST.SourceToken[]): boolean {
  return tokens.every(({ type }) => type !== 'anchor' && type !== 'tag' && type !== 'explicit-key-ind');
}

function keyText(token: CST.Token | null | undefined): string | undefined {
  return CST.isScalar(token) && token.type !== 'block-scalar'
    ? CST.resolveAsScalar(token, true, () => undefined)?.value
    : undefined;
}

function offsetOf(token: CST.Token): number {
  return token.offset;
}
