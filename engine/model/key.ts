// A key names one service: `kind/name`. In YAML it is written `kind__name`.
//
// The kind of a key is the *role*: of a dotted kind (`node.ovc`) the part before the dot,
// so a link to `node` accepts every variant. The dots in a name are the engine's own:
// `shop-dev.web` is `web` in the scope `shop-dev`, `web.2` is the second replica of `web`.

export type ServiceKey = `${string}/${string}`;

/** What a person may write as a name. */
export const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;
/** What a person may write as a kind: a role, and optionally the variant after a dot. */
export const KIND_PATTERN = /^[a-z][a-z0-9-]{0,31}(\.[a-z0-9][a-z0-9-]{0,31})?$/;
/** A name as the engine makes it: scopes before, a replica number behind. */
const FULL_NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}(\.[A-Za-z0-9][A-Za-z0-9_-]{0,62})*$/;

export function serviceKey(kind: string, name: string): ServiceKey {
  return `${roleOf(kind)}/${name}`;
}

export function roleOf(kind: string): string {
  const dot = kind.indexOf('.');
  return dot < 0 ? kind : kind.slice(0, dot);
}

export function kindOf(key: ServiceKey): string {
  return key.slice(0, key.indexOf('/'));
}

export function nameOf(key: ServiceKey): string {
  return key.slice(key.indexOf('/') + 1);
}

/** Reads `kind/name`, `kind__name` and the older `role!name`; undefined when it is none of them. */
export function parseKey(text: string): ServiceKey | undefined {
  const match = /^([a-z][a-z0-9.-]*)(?:\/|__|!)(.+)$/.exec(text);
  if (match === null) return undefined;
  const [, kind = '', name = ''] = match;
  return KIND_PATTERN.test(kind) && FULL_NAME_PATTERN.test(name) ? serviceKey(kind, name) : undefined;
}

/** The name a service has inside a scope: `('shop-dev', 'web')` → `shop-dev.web`. */
export function scopedName(scope: string, name: string): string {
  return scope === '' ? name : `${scope}.${name}`;
}

export function replicaName(name: string, index: number): string {
  return `${name}.${index}`;
}
