// The order after a change, from the order before it: only nodes that changed, and those that link to them, draw their edges
// again, and waves are corrected from there. It knows hard edges of coming services only; a plan in which
// something leaves is ordered anew, and a circle is left to the full order, which says its path.

import type { ServiceKey } from '../model/key.ts';
import { linkProducers, Node, sameInOrder, type Groups, type Nodes } from './order.ts';
import type { Draft } from './draft.ts';

export interface Reordering {
  readonly nodes: Nodes;
  readonly touched: Iterable<ServiceKey>;
  readonly draftOf: (key: ServiceKey) => Draft | undefined;
  readonly consumersOf: (key: ServiceKey) => Iterable<ServiceKey>;
  readonly groups: Groups;
}

/** The nodes that are new or stand elsewhere now (those that are gone are no longer in `nodes`); undefined: order anew. */
export function reorder({ nodes, touched, draftOf, consumersOf, groups }: Reordering): ReadonlySet<Node> | undefined {
  const changed = new Set<Node>();
  const relink = new Set<Node>();
  for (const key of touched) {
    const old = nodes.get(key);
    const draft = draftOf(key);
    if (old?.draft === draft) continue;
    if (old !== undefined && draft !== undefined && sameInOrder(old.draft, draft)) {
      old.draft = draft;
      changed.add(old);
      continue;
    }
    if (old !== undefined) takeOut(old, nodes, relink);
    if (draft === undefined) continue;
    const node = new Node(draft);
    nodes.set(key, node);
    relink.add(node);
    for (const consumer of consumersOf(key)) {
      const follower = nodes.get(consumer);
      if (follower !== undefined) relink.add(follower);
    }
  }
  const queue: Node[] = [];
  for (const node of relink) {
    if (nodes.get(node.key) !== node) continue; // taken out after it was named
    for (const producer of node.before) producer.next?.delete(node);
    node.before = [];
    linkProducers(node, nodes, groups);
    for (const producer of node.before) producer.follow(node);
    queue.push(node);
    changed.add(node);
  }
  return settleWaves(queue, nodes.size, changed) ? changed : undefined;
}

function takeOut(old: Node, nodes: Nodes, relink: Set<Node>): void {
  for (const follower of old.next ?? []) relink.add(follower);
  for (const producer of old.before) producer.next?.delete(old);
  nodes.delete(old.key);
}

/** False when it takes too long, which only a circle or a very tangled change does. */
function settleWaves(queue: Node[], size: number, changed: Set<Node>): boolean {
  const limit = 4 * size + 1000;
  for (let at = 0; at < queue.length; at++) {
    if (at > limit) return false;
    const node = queue[at]!; // at is below the length
    let wave = 1;
    for (const producer of node.before) if (producer.wave >= wave) wave = producer.wave + 1;
    if (wave === node.wave) continue;
    node.wave = wave;
    changed.add(node);
    if (node.next !== undefined) queue.push(...node.next);
  }
  return true;
}
