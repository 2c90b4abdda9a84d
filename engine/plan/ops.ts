// What the names of steps mean to the planner. Actors name their steps freely; these few names are a convention,
// so that a plan can say "replace" or "restart" without knowing any kind.

import type { PlanVerb } from './shape.ts';

const REMOVES = new Set(['remove', 'delete', 'destroy']);
const MOVES = new Set(['move', 'migrate']);
const RECREATES = new Set(['replace', 'recreate']);
const RESTARTS = new Set(['restart', 'stop', 'start', 'reboot', 'reset', 'kill']);

export function removes(op: string): boolean {
  return REMOVES.has(op);
}

/** What a list of steps does, taken together, to something that is there. */
export function verbOf(ops: readonly string[]): PlanVerb {
  if (ops.some((op) => REMOVES.has(op) || RECREATES.has(op))) return 'replace';
  if (ops.some((op) => MOVES.has(op))) return 'move';
  const restarts = ops.filter((op) => RESTARTS.has(op));
  if (restarts.length === 0) return 'update';
  return restarts.every((op) => op === 'stop') ? 'update' : 'restart';
}

export function interrupts(ops: readonly string[]): boolean {
  return ops.some((op) => REMOVES.has(op) || RECREATES.has(op) || RESTARTS.has(op) || MOVES.has(op));
}
