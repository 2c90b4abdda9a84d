// The lifecycle is proven from the compiled machine: generated walks meet every state and every edge of it.

import { expect } from 'chai';
import fc from 'fast-check';
import {
  compileLifecycle,
  STATES,
  type LifecycleEvent,
  type LifecycleSnapshot,
  type Turn,
} from '../../../engine/lifecycle/index.ts';
import { policyOf } from '../../../engine/model/policy.ts';
import { deepFreeze } from '../../convergence/drive.ts';
import { edgesOf, eventsAt, flapped, KEY, walk } from './paths.ts';

const heal = { attempts: 3, windowMs: 10_000, cooldownMs: 1_000 } as const;
const lifecycle = compileLifecycle('box', policyOf(undefined, heal));
const asking = compileLifecycle('box', policyOf(undefined, { ...heal, mode: 'ask' }));
const at = (now: number, random = 0.5) => ({ now, random });
const start = (): Turn => lifecycle.start({ key: KEY, generation: 1 }, at(0));

describe('the lifecycle machine', () => {
  const walks = [walk(lifecycle, 2_000), walk(asking, 500), walk(lifecycle, 300, [flapped(lifecycle, 3)])];

  it('has every state reached by a generated path', () => {
    const met = new Set(walks.flatMap(({ states }) => [...states]));
    expect(Object.keys(lifecycle.machine.states).filter((state) => !met.has(state))).to.deep.equal([]);
    expect([...STATES].sort()).to.deep.equal(Object.keys(lifecycle.machine.states).sort());
  });

  it('has every edge taken by a generated path', () => {
    const all = [...edgesOf(lifecycle.machine).values()];
    const met = new Set(walks.flatMap(({ edges }) => [...edges]));
    expect(all.length).to.be.greaterThan(100);
    expect(new Set(all).size, 'edges have names of their own').to.equal(all.length);
    expect(all.filter((edge) => !met.has(edge))).to.deep.equal([]);
  });

  it('has a deadline in every state but those where somebody has to act', () => {
    const resting: string[] = [];
    for (const [name, node] of Object.entries(lifecycle.machine.states)) {
      const passing = (node.always ?? []).some(({ guard }) => guard === undefined);
      const sure = node.after.some(({ guard }) => guard === undefined);
      if (!passing && !sure) resting.push(name);
      expect(node.tags.includes('resting'), name).to.equal(!passing && !sure);
    }
    expect(resting).to.have.members(['parked', 'paused', 'gone']);
  });

  it('asks for a deadline of finite length whenever it enters such a state', () => {
    for (const snapshot of walks[0]!.snapshots.slice(0, 150)) {
      for (const event of eventsAt(snapshot)) {
        const { snapshot: next, effects } = lifecycle.next(snapshot, event, at(5));
        if (next.context.turn === snapshot.context.turn) continue;
        const due = effects.filter(({ kind }) => kind === 'due').at(-1);
        expect(due, `${snapshot.value} ${event.type} ${next.value}`).to.include({
          kind: 'due',
          turn: next.context.turn,
        });
        expect(due)
          .to.have.property('afterMs')
          .that.is.within(0, 10 * 60_000);
      }
    }
  });

  it('is plain JSON: a snapshot comes back from text exactly, and goes on alike', () => {
    for (const snapshot of walks[0]!.snapshots.slice(0, 150)) {
      const back = JSON.parse(JSON.stringify(snapshot)) as LifecycleSnapshot;
      expect(back).to.deep.equal(snapshot);
      for (const event of eventsAt(snapshot))
        expect(lifecycle.next(back, event, at(5))).to.deep.equal(lifecycle.next(snapshot, event, at(5)));
    }
  });

  it('is pure: the same arguments twice give the same answer, and are not changed', () => {
    for (const snapshot of walks[0]!.snapshots.slice(0, 150)) {
      deepFreeze(snapshot);
      for (const event of eventsAt(snapshot)) {
        deepFreeze(event);
        expect(lifecycle.next(snapshot, event, at(7, 0.25))).to.deep.equal(
          lifecycle.next(snapshot, event, at(7, 0.25)),
        );
      }
    }
  });

  it('starts a snapshot of another machine at the beginning and keeps its counters', () => {
    const { context } = start().snapshot;
    const repairs = [{ at: 1, kind: 'again' as const }];
    const old = {
      machine: 'lifecycle',
      version: 99,
      value: 'dreaming',
      context: { ...context, repairs, generation: 7, mood: 'good', cause: 3 > 2 ? 'text' : null },
    };
    const { snapshot, effects } = lifecycle.next(old as unknown as LifecycleSnapshot, { type: 'POKE' }, at(0));
    expect(snapshot.value).to.equal('reconciling');
    expect(snapshot.context).to.include({ key: KEY, generation: 7 });
    expect(snapshot.context.repairs).to.deep.equal(repairs);
    expect(snapshot.context).not.to.have.property('mood');
    expect(effects.filter(({ kind }) => kind === 'pass')).to.have.length(1);
    for (const nonsense of [undefined, null, 7, {}, { context: [] }]) {
      expect(lifecycle.next(nonsense as never, { type: 'POKE' }, at(0)).snapshot.value).to.equal('reconciling');
    }
  });
});

describe('in a storm of late, doubled and reordered messages', () => {
  const storm = fc.array(fc.record({ pick: fc.nat(), wait: fc.nat(3_000), old: fc.nat(3) }), { maxLength: 60 });

  it('the machine never has two passes on their way, and leaves rest only for a reason', () => {
    fc.assert(
      fc.property(storm, fc.constantFrom(lifecycle, asking), (storms, machine) => {
        let { snapshot, effects } = machine.start({ key: KEY, generation: 1 }, at(0));
        let now = 0;
        let open = effects.filter(({ kind }) => kind === 'pass').length;
        const past = [snapshot];
        for (const { pick, wait, old } of storms) {
          now += wait;
          // What arrives may have been meant for an earlier moment.
          const events = eventsAt(past[Math.max(0, past.length - 1 - old)]!);
          const event = events[pick % events.length]!;
          const before = snapshot;
          ({ snapshot, effects } = machine.next(snapshot, event, at(now, (pick % 100) / 100)));
          past.push(snapshot);
          const answered = event.type === 'PASS_DONE' && event.pass === before.context.pass && isPass(before);
          const given = effects.some(({ kind }) => kind === 'abort');
          if (answered || given) open -= 1;
          open += effects.filter(({ kind }) => kind === 'pass').length;
          expect(open, `passes after ${event.type} in ${before.value}`).to.equal(isPass(snapshot) ? 1 : 0);
          expectReason(before, event, snapshot);
          expect(snapshot.context.generation).to.be.at.least(before.context.generation);
          expect(snapshot.context.repairs.length, 'counters are bounded').to.be.at.most(heal.attempts + 1);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('and then, with honest answers, comes to what was wished for last', () => {
    fc.assert(
      fc.property(storm, (storms) => {
        let turn = start();
        let now = 0;
        const past = [turn.snapshot];
        for (const { pick, wait, old } of storms) {
          now += wait;
          const events = eventsAt(past[Math.max(0, past.length - 1 - old)]!);
          turn = lifecycle.next(turn.snapshot, events[pick % events.length]!, at(now));
          past.push(turn.snapshot);
        }
        const { generation, want } = turn.snapshot.context;
        turn = lifecycle.next(turn.snapshot, { type: 'RESUME' }, at(now));
        turn = lifecycle.next(turn.snapshot, { type: 'RETRY' }, at(now));
        if (want === 'present')
          turn = lifecycle.next(turn.snapshot, { type: 'SPEC', generation: generation + 1 }, at(now));
        for (let i = 0; i < 12; i++) {
          const { value, context } = turn.snapshot;
          const kind = ({ present: 'converged', retired: 'retired', absent: 'absent' } as const)[context.want];
          now += 60_000;
          const event: LifecycleEvent = isPass(turn.snapshot)
            ? { type: 'PASS_DONE', pass: context.pass, outcome: { kind } }
            : { type: 'DEADLINE', turn: context.turn };
          if (['converged', 'retired', 'gone'].includes(value)) break;
          turn = lifecycle.next(turn.snapshot, event, at(now));
        }
        expect(turn.snapshot.value).to.equal(
          { present: 'converged', retired: 'retired', absent: 'gone' }[turn.snapshot.context.want],
        );
        expect(turn.snapshot.context.want).to.equal(want);
      }),
      { numRuns: 400 },
    );
  });
});

function isPass({ value }: LifecycleSnapshot): boolean {
  return value === 'reconciling' || value === 'deleting' || value === 'retiring';
}

function expectReason(before: LifecycleSnapshot, event: LifecycleEvent, after: LifecycleSnapshot): void {
  const { value } = before;
  if (after.context.turn === before.context.turn && after.value === value) return;
  const wishes = ['SPEC', 'REVIVE', 'RETIRE', 'REMOVE'];
  const may: Partial<Record<string, readonly string[]>> = {
    parked: [
      ...wishes,
      'RETRY',
      'CONSENT',
      'CAUSE_CLEARED',
      'PAUSE',
      ...(before.context.cause?.code === 'UNOWNED' ? ['POKE', 'DEADLINE'] : []),
    ],
    paused: ['RESUME'],
    gone: ['SPEC', 'REVIVE'],
    quarantine: [...wishes, 'RETRY', 'CONSENT', 'PAUSE', 'DEADLINE'],
    backingOff: [...wishes, 'RETRY', 'CONSENT', 'PAUSE', 'DEADLINE', 'CAUSE_CLEARED'],
  };
  if (may[value] !== undefined) expect(may[value], `left ${value}`).to.include(event.type);
}
