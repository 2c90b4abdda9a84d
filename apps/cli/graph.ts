// The dependency graph of a desired state, for people and for drawing programs: who links to whom, and the waves in which
// things can be made when the world is empty (a service stands one wave after the last it waits for).

import type { DesiredState, LinkType } from '../../engine/model/service.ts';
import { kindOf, type ServiceKey } from '../../engine/model/key.ts';
import { compareText } from '../../engine/model/json.ts';

export interface GraphNode {
  readonly key: ServiceKey;
  readonly kind: string;
  readonly wave: number;
  /** Linked to, but not declared by this blueprint. */
  readonly outside?: true;
}

export interface GraphLink {
  readonly from: ServiceKey;
  readonly to: ServiceKey;
  readonly type: LinkType;
  readonly until: string;
  /** Where it was written. */
  readonly path: string;
}

export interface Graph {
  readonly blueprint: string;
  readonly services: readonly GraphNode[];
  readonly links: readonly GraphLink[];
}

export function graphOf(desired: DesiredState): Graph {
  const links: GraphLink[] = [];
  const outside = new Set<ServiceKey>();
  for (const service of desired.services.values()) {
    const seen = new Set<string>();
    for (const link of service.links) {
      for (const to of desired.groups.get(link.to) ?? [link.to]) {
        if (to === service.key || seen.has(to)) continue;
        seen.add(to);
        if (!desired.services.has(to)) outside.add(to);
        links.push({ from: service.key, to, type: link.type, until: link.until, path: link.path });
      }
    }
  }
  const keys = [...desired.services.keys(), ...outside];
  const waves = wavesOf(keys, links);
  const services = keys
    .map((key): GraphNode => ({
      key,
      kind: desired.services.get(key)?.actor ?? kindOf(key),
      wave: waves.get(key) ?? 0,
      ...(outside.has(key) && { outside: true as const }),
    }))
    .sort((a, b) => a.wave - b.wave || compareText(a.key, b.key));
  return { blueprint: desired.blueprint, services, links };
}

/** Only a service, all it needs and all that needs it. */
export function focusOn(graph: Graph, keys: readonly ServiceKey[]): Graph {
  const producers = new Map<ServiceKey, ServiceKey[]>();
  const consumers = new Map<ServiceKey, ServiceKey[]>();
  for (const { from, to } of graph.links) {
    (producers.get(from) ?? producers.set(from, []).get(from)!).push(to);
    (consumers.get(to) ?? consumers.set(to, []).get(to)!).push(from);
  }
  const kept = new Set([...reachable(keys, producers), ...reachable(keys, consumers)]);
  return {
    blueprint: graph.blueprint,
    services: graph.services.filter(({ key }) => kept.has(key)),
    links: graph.links.filter(({ from, to }) => kept.has(from) && kept.has(to)),
  };
}

function reachable(
  from: readonly ServiceKey[],
  edges: ReadonlyMap<ServiceKey, readonly ServiceKey[]>,
): Set<ServiceKey> {
  const seen = new Set(from);
  const open = [...from];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    for (const next of edges.get(key) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return seen;
}

function wavesOf(keys: readonly ServiceKey[], links: readonly GraphLink[]): ReadonlyMap<ServiceKey, number> {
  const missing = new Map<ServiceKey, number>(keys.map((key) => [key, 0]));
  const consumers = new Map<ServiceKey, ServiceKey[]>();
  for (const { from, to } of links) {
    missing.set(from, (missing.get(from) ?? 0) + 1);
    (consumers.get(to) ?? consumers.set(to, []).get(to)!).push(from);
  }
  const waves = new Map<ServiceKey, number>();
  let wave = keys.filter((key) => missing.get(key) === 0);
  for (let number = 1; wave.length > 0; number++) {
    const next: ServiceKey[] = [];
    for (const key of wave) {
      waves.set(key, number);
      for (const consumer of consumers.get(key) ?? []) {
        const left = missing.get(consumer)! - 1;
        missing.set(consumer, left);
        if (left === 0) next.push(consumer);
      }
    }
    wave = next;
  }
  return waves;
}

export function graphText(
  graph: Graph,
  paint: { bold: (text: string) => string; dim: (text: string) => string },
): string {
  const producers = new Map<ServiceKey, GraphLink[]>();
  for (const link of graph.links) (producers.get(link.from) ?? producers.set(link.from, []).get(link.from)!).push(link);
  const lines: string[] = [];
  let wave = -1;
  for (const { key, wave: at, outside } of graph.services) {
    if (at !== wave) lines.push(...(lines.length > 0 ? [''] : []), paint.bold(`wave ${at}`));
    wave = at;
    lines.push(`  ${key}${outside === true ? paint.dim(' (not in this blueprint)') : ''}`);
    for (const { to, type, until } of producers.get(key) ?? [])
      lines.push(paint.dim(`    ← ${to}${sayLink(type, until)}`));
  }
  return lines.length === 0 ? '(no services)\n' : `${lines.join('\n')}\n`;
}

const LINK_WORDS: Readonly<Record<LinkType, string>> = {
  parent: 'its parent',
  consume: '',
  placement: 'where it runs',
  after: 'after',
  status: 'reads its status',
};

function sayLink(type: LinkType, until: string): string {
  const words = [LINK_WORDS[type], until === 'ready' ? '' : until === 'exists' ? 'once it exists' : `once ${until}`];
  const said = words.filter((word) => word !== '').join(', ');
  return said === '' ? '' : ` (${said})`;
}

export function graphMermaid(graph: Graph): string {
  const ids = new Map(graph.services.map(({ key }, i) => [key, `s${i}`]));
  const lines = ['flowchart BT'];
  for (const { key, outside } of graph.services)
    lines.push(`  ${ids.get(key)}${outside === true ? `(["${key}"])` : `["${key}"]`}`);
  for (const { from, to, type } of graph.links) {
    lines.push(
      `  ${ids.get(from)} ${type === 'parent' ? '==>' : type === 'consume' ? '-->' : `-. ${type} .->`} ${ids.get(to)}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

export function graphDot(graph: Graph): string {
  const lines = [`digraph ${JSON.stringify(graph.blueprint)} {`, '  rankdir=BT;', '  node [shape=box];'];
  for (const { key, outside } of graph.services)
    lines.push(`  ${JSON.stringify(key)}${outside === true ? ' [style=dashed]' : ''};`);
  for (const { from, to, type } of graph.links) {
    lines.push(
      `  ${JSON.stringify(from)} -> ${JSON.stringify(to)}${type === 'consume' ? '' : ` [label=${JSON.stringify(type)}]`};`,
    );
  }
  return `${[...lines, '}'].join('\n')}\n`;
}
