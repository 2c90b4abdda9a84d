// A compiled lifecycle as people and programs read it. Everything is taken from the compiled machine itself,
// so the picture cannot say anything else than what runs.

import type { Policy } from '../model/policy.ts';
import type { LifecycleMachine } from './machine.ts';
import { delaysOf } from './vocabulary.ts';

export interface DescribedTransition {
  readonly from: string;
  /** The same state where nothing but counters changes. */
  readonly to: string;
  /** Event name, `after 30 s`, or empty where it follows at once. */
  readonly on: string;
  readonly guard?: string;
  readonly actions: readonly string[];
}

export interface Description {
  readonly mermaid: string;
  readonly json: {
    readonly kind: string;
    readonly initial: string;
    readonly live?: string;
    readonly policy: Policy;
    readonly states: readonly {
      readonly name: string;
      readonly word: string;
      readonly rests: boolean;
      readonly deadline?: string;
    }[];
    readonly transitions: readonly DescribedTransition[];
  };
}

export function describeMachine(kind: string, machine: LifecycleMachine, policy: Policy, live?: string): Description {
  const nodes = Object.entries(machine.states);
  const transitions = nodes.flatMap(([name, node]) => transitionsOf(name, node, policy));
  const states = nodes.map(([name, node]) => {
    const [deadline] = node.after.map(({ delay }) => sayDelay(String(delay), policy));
    const word = (node.meta as { word?: string } | undefined)?.word ?? name;
    return { name, word, rests: node.tags.includes('resting'), ...(deadline !== undefined && { deadline }) };
  });
  const initial = 'due';
  return {
    mermaid: mermaidOf(kind, initial, states, transitions, live),
    json: { kind, initial, ...(live !== undefined && { live }), policy, states, transitions },
  };
}

function transitionsOf(
  name: string,
  node: NonNullable<LifecycleMachine['states'][string]>,
  policy: Policy,
): DescribedTransition[] {
  const delayOf = new Map(
    node.after.map((after) => [after.eventType as string, sayDelay(String(after.delay), policy)]),
  );
  const all = [
    ...(node.always ?? []).map((transition) => ({ event: '', transition })),
    ...[...node.transitions].flatMap(([event, list]) => list.map((transition) => ({ event, transition }))),
  ];
  return all.map(({ event, transition }) => ({
    from: name,
    to: transition.target?.[0]?.key ?? name,
    on: delayOf.get(event) ?? event,
    ...(transition.guard !== undefined && { guard: nameOf(transition.guard) }),
    actions: transition.actions.map(nameOf),
  }));
}

function nameOf(thing: unknown): string {
  if (typeof thing === 'string') return thing;
  const type = (thing as { type?: unknown }).type;
  return typeof type === 'string' ? type : 'unnamed';
}

function sayDelay(name: string, policy: Policy): string {
  if (name === 'backoff') return `after up to ${sayMs(policy.backoff.capMs)}`;
  const ms = delaysOf(policy)[name];
  return ms === undefined ? `after ${name}` : `after ${sayMs(ms)}`;
}

export function sayMs(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 120_000) return `${ms / 1_000} s`;
  return ms < 7_200_000 ? `${ms / 60_000} min` : `${ms / 3_600_000} h`;
}

function mermaidOf(
  kind: string,
  initial: string,
  states: Description['json']['states'],
  transitions: readonly DescribedTransition[],
  live: string | undefined,
): string {
  const lines = ['stateDiagram-v2', `  %% ${kind}`, `  [*] --> ${initial}`];
  for (const { name, word } of states) if (word !== name) lines.push(`  ${name}: ${name} (${word})`);
  // Arrows that only count, or only say no, are left to the JSON: the picture shows where one can go.
  const arrows = new Map<string, string[]>();
  for (const { from, to, on, guard } of transitions) {
    if (from === to) continue;
    const label = [on, guard === undefined ? '' : `[${guard}]`].filter((part) => part !== '').join(' ');
    const arrow = `  ${from} --> ${to}`;
    arrows.set(arrow, [...(arrows.get(arrow) ?? []), label]);
  }
  for (const [arrow, labels] of arrows) {
    const text = [...new Set(labels)].filter((label) => label !== '').join(', ');
    lines.push(text === '' ? arrow : `${arrow}: ${text}`);
  }
  if (live !== undefined)
    lines.push('  classDef live fill:#ffd54f,stroke:#e65100,stroke-width:3px', `  class ${live} live`);
  return `${lines.join('\n')}\n`;
}
