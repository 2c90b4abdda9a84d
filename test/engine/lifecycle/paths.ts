// Walks the compiled machine breadth first over everything it can hear, and notes which states and which edges it met.
// What there is to meet is read from the machine, never listed by hand.

import type { Lifecycle, LifecycleEvent, LifecycleSnapshot, PassReport } from '../../../engine/lifecycle/index.ts';

export const KEY = 'box/one';

const step = (op: string, rung: 'restart' | 'recreate' | null, text = 'on: false → true') =>
  ({ op, risk: 'safe', text, signature: op, rung }) as const;

export const OUTCOMES: readonly PassReport[] = [
  { kind: 'converged' },
  { kind: 'progressed', step: step('start', 'restart') },
  { kind: 'progressed', step: step('create', 'recreate') },
  { kind: 'planned', steps: [step('start', 'restart')] },
  { kind: 'waiting', on: ['box/two'] },
  { kind: 'retired' },
  { kind: 'absent' },
  ...['DRIVER_UNREACHABLE', 'NO_CAPACITY', 'DRIVER_REFUSED', 'UNOWNED', 'INTERNAL', 'A_CODE_OF_TOMORROW'].map(
    (code): PassReport => ({ kind: 'failed', error: { code, message: 'something' } }),
  ),
  { kind: 'failed', error: { code: 'DRIVER_FAILED', message: 'it does not start' }, step: step('start', 'restart') },
];

/** Everything that may arrive at this snapshot, stale and doubled messages too. */
export function eventsAt(snapshot: LifecycleSnapshot): readonly LifecycleEvent[] {
  const { pass, turn, generation } = snapshot.context;
  return [
    ...OUTCOMES.map((outcome): LifecycleEvent => ({ type: 'PASS_DONE', pass, outcome })),
    { type: 'PASS_DONE', pass: pass - 1, outcome: { kind: 'converged' } },
    { type: 'POKE' },
    { type: 'DEADLINE', turn },
    { type: 'DEADLINE', turn: turn - 1 },
    { type: 'RETRY' },
    { type: 'CONSENT' },
    { type: 'PAUSE' },
    { type: 'RESUME' },
    { type: 'SPEC', generation: generation + 1 },
    { type: 'RETIRE', generation: generation + 1 },
    { type: 'REVIVE', generation: generation + 1 },
    { type: 'REMOVE', generation: generation + 1 },
    ...(['SPEC', 'RETIRE', 'REVIVE', 'REMOVE'] as const).map((type) => ({ type, generation }) as const),
    { type: 'CAUSE_CLEARED', code: 'DRIVER_UNREACHABLE' },
    { type: 'CAUSE_CLEARED', code: 'DRIVER_REFUSED' },
    { type: 'CAUSE_CLEARED', code: 'NO_CAPACITY' },
    { type: 'MOVE_REFUSED', reason: 'nowhere to go' },
  ];
}

export interface Walk {
  readonly states: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
  readonly snapshots: readonly LifecycleSnapshot[];
}

type Machine = Lifecycle['machine'];
type Definition = {
  readonly target: readonly { readonly key: string }[] | undefined;
  readonly guard?: unknown;
  readonly source: { readonly key: string };
  readonly eventType: string;
};

const edgeName = (edge: Definition, index: number): string =>
  `${edge.source.key} --${edge.eventType}#${index}--> ${edge.target?.[0]?.key ?? edge.source.key}`;

/** All edges of the machine, each with a name of its own. */
export function edgesOf(machine: Machine): ReadonlyMap<object, string> {
  const edges = new Map<object, string>();
  for (const node of Object.values(machine.states)) {
    for (const list of [node.always ?? [], ...node.transitions.values()]) {
      list.forEach((edge, index) => edges.set(edge, edgeName(edge, index))); // xstate's own definition object
    }
  }
  return edges;
}

export function walk(lifecycle: Lifecycle, maxSnapshots: number, begin: readonly LifecycleSnapshot[] = []): Walk {
  const { machine } = lifecycle;
  const names = edgesOf(machine);
  const states = new Set<string>();
  const edges = new Set<string>();
  const seen = new Set<string>();
  const snapshots: LifecycleSnapshot[] = [];
  const moment = { now: 0, random: 0.5 };
  const visit = (snapshot: LifecycleSnapshot): void => {
    const essence = JSON.stringify([snapshot.value, abstracted(snapshot)]);
    if (seen.has(essence) || snapshots.length >= maxSnapshots) return;
    seen.add(essence);
    snapshots.push(snapshot);
  };
  begin.forEach(visit);
  for (const want of ['present', 'retired', 'absent'] as const) {
    for (const paused of [false, true]) {
      const { snapshot } = lifecycle.start({ key: KEY, generation: 1, want, paused }, moment);
      states.add('due').add(snapshot.value);
      edges.add(alwaysTo(machine, names, snapshot.value));
      visit(snapshot);
    }
  }
  for (let at = 0; at < snapshots.length; at++) {
    const snapshot = snapshots[at]!;
    for (const event of eventsAt(snapshot)) {
      const next = lifecycle.next(snapshot, event, moment).snapshot;
      const taken = takenBy(machine, snapshot, event);
      for (const edge of taken) edges.add(names.get(edge)!);
      if (taken.some((edge) => edge.target?.[0]?.key === 'due')) edges.add(alwaysTo(machine, names, next.value));
      states.add(next.value);
      visit(next);
    }
  }
  return { states, edges, snapshots };
}

/** Counters without their exact height, and numbers that only grow left out: else the walk would never end. */
function abstracted({ context }: LifecycleSnapshot): unknown {
  const { key: _key, generation: _generation, pass: _pass, turn: _turn, delayMs: _delayMs, ...rest } = context;
  return {
    ...rest,
    attempts: Object.keys(rest.attempts),
    failedRestarts: Math.min(rest.failedRestarts, 4),
    waitingOn: 0,
    proposal: rest.proposal.length,
    cause: rest.cause?.code,
  };
}

function takenBy(machine: Machine, snapshot: LifecycleSnapshot, event: LifecycleEvent): readonly Definition[] {
  let type: string = event.type;
  if (event.type === 'DEADLINE') {
    if (event.turn !== snapshot.context.turn) return [];
    const found = [...machine.states[snapshot.value]!.transitions.keys()].find((name) =>
      name.startsWith('xstate.after.'),
    );
    if (found === undefined) return [];
    type = found;
  }
  const timed = { ...event, type, now: 0, random: 0.5 } as never; // the machine's own event type, with a deadline under xstate's name
  return machine.getTransitionData(machine.resolveState(snapshot), timed) ?? [];
}

function alwaysTo(machine: Machine, names: ReadonlyMap<object, string>, state: string): string {
  const edge = machine.states['due']!.always!.find(({ target }) => target?.[0]?.key === state);
  return edge === undefined ? '' : names.get(edge)!;
}

/** It converges, drifts and is repaired so often that it has rested `rests` times; generated paths alone take long to get there. */
export function flapped(lifecycle: Lifecycle, rests: number): LifecycleSnapshot {
  const moment = { now: 0, random: 0.5 };
  let { snapshot } = lifecycle.start({ key: KEY, generation: 1 }, moment);
  let last: PassReport['kind'] = 'progressed';
  for (let i = 0; i < 200 && snapshot.context.quarantines < rests; i++) {
    const { pass, turn } = snapshot.context;
    if (snapshot.value !== 'reconciling') {
      snapshot = lifecycle.next(snapshot, { type: 'DEADLINE', turn }, moment).snapshot;
      continue;
    }
    const effects = lifecycle.next({ ...snapshot, value: 'converged' }, { type: 'POKE' }, moment).effects;
    const looks = effects.some((effect) => effect.kind === 'pass' && effect.mode === 'look');
    last = looks ? 'planned' : last === 'converged' ? 'progressed' : 'converged';
    const outcome = OUTCOMES.find(({ kind }) => kind === last)!;
    snapshot = lifecycle.next(snapshot, { type: 'PASS_DONE', pass, outcome }, moment).snapshot;
  }
  return snapshot;
}
