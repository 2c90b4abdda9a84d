// A link as an edge of the graph: what the schema's rule says of it, put beside the key it leads to.

import { kindOf, type ServiceKey } from '../../model/key.ts';
import type { LinkRule } from '../../model/schema.ts';
import type { ServiceLink } from '../../model/service.ts';
import type { Instance } from '../frame.ts';
import type { LinkPath } from './paths.ts';

export interface Linked {
  readonly links: ServiceLink[];
  /** Services made for `auto` links; they are resolved like any other. */
  readonly made: Instance[];
  /** Pointers of lists that were refused as a whole; later checks pass over them. */
  readonly bad: string[];
}

export function isOpen(rule: LinkRule): boolean {
  return rule.kind === '*' || Array.isArray(rule.kind);
}

export function rolesOf(rule: LinkRule): readonly string[] {
  return typeof rule.kind === 'string' ? [rule.kind] : rule.kind;
}

export function edge(path: LinkPath, to: ServiceKey, pointer: string, chosen?: ServiceLink['chosen']): ServiceLink {
  const { rule } = path;
  return {
    type: rule.parent === true ? 'parent' : rule.placement === true ? 'placement' : 'consume',
    path: pointer,
    role: kindOf(to),
    argument: path.argument,
    to,
    until: rule.until ?? 'ready',
    onReplace: rule.onReplace ?? 'nothing',
    min: rule.min ?? (rule.parent === true && rule.optional !== true ? 1 : 0),
    ...(chosen && { chosen }),
  };
}
