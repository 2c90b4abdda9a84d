// Anchors, aliases and `<<`, the same for both readers, and how large a document is once every alias stands for its
// whole value. Counting happens as the document is read, so a bomb of aliases costs no more than its text.

import type { MapNode } from '../tree.ts';
import type { Node } from '../tree.ts';

export interface YamlLimits {
  /** Maps and lists inside each other, aliases followed. */
  readonly maxDepth: number;
  /** Nodes after alias expansion. */
  readonly maxNodes: number;
}

interface Anchor {
  /** Undefined while the anchored node is being read: an alias to it would contain itself. */
  node: Node | undefined;
  nodes: number;
  height: number;
}

export type AliasProblem = 'unknown' | 'itself' | 'too many' | 'too deep';

export class Expansion {
  readonly limits: YamlLimits;
  readonly anchors = new Map<string, Anchor>();
  /** Nodes read so far, each alias counted as what it stands for. */
  nodes = 0;
  /** The deepest level reached since it was last set. */
  deepest = 0;

  constructor(limits: YamlLimits) {
    this.limits = limits;
  }

  /** Call before the anchored node is read; hand the result to `close` after. */
  open(name: string, depth: number): { anchor: Anchor; nodes: number; deepest: number } {
    const anchor: Anchor = { node: undefined, nodes: 0, height: 0 };
    this.anchors.set(name, anchor);
    const opened = { anchor, nodes: this.nodes, deepest: this.deepest };
    this.deepest = depth;
    return opened;
  }

  close(opened: { anchor: Anchor; nodes: number; deepest: number }, node: Node, depth: number): void {
    opened.anchor.node = node;
    opened.anchor.nodes = this.nodes - opened.nodes;
    opened.anchor.height = this.deepest - depth;
    this.deepest = Math.max(this.deepest, opened.deepest);
  }

  /** The node an alias at this depth stands for. */
  alias(name: string, depth: number): Node | AliasProblem {
    const anchor = this.anchors.get(name);
    if (anchor === undefined) return 'unknown';
    if (anchor.node === undefined) return 'itself';
    if (depth + anchor.height > this.limits.maxDepth) return 'too deep';
    if (this.nodes + anchor.nodes > this.limits.maxNodes) return 'too many';
    this.nodes += anchor.nodes;
    this.deepest = Math.max(this.deepest, depth + anchor.height);
    return anchor.node;
  }
}

/** The maps a `<<` value stands for, or undefined when it is neither a map nor a list of maps. */
export function mergeSources(value: Node): readonly MapNode[] | undefined {
  if (value.kind === 'map') return [value];
  if (value.kind !== 'seq') return undefined;
  return value.items.every((item) => item.kind === 'map') ? value.items : undefined;
}

/** Appends the pairs of the sources: keys of the map itself win, then the earlier source. */
export function mergeInto(map: MapNode, sources: readonly MapNode[]): void {
  const seen = new Set<string>();
  for (const pair of map.pairs) seen.add(pair.key.text);
  for (const source of sources) {
    for (const pair of source.pairs) {
      if (seen.has(pair.key.text)) continue;
      seen.add(pair.key.text);
      map.pairs.push(pair);
    }
  }
}
