// How patient the lifecycle is: backoff by cause, the ladder, quarantine, asking. Told as histories of one service.

import { expect } from 'chai';
import fc from 'fast-check';
import { backoffMs } from '../../../engine/lifecycle/counters.ts';
import {
  compileLifecycle,
  type LifecycleEvent,
  type PassReport,
  type StepReport,
  type Turn,
} from '../../../engine/lifecycle/index.ts';
import { policyOf, type PolicyOverrides } from '../../../engine/model/policy.ts';
import type { HealPolicy } from '../../../engine/model/service.ts';

const step = (op: string, rung: StepReport['rung'] = null): PassReport => ({
  kind: 'progressed',
  step: { op, risk: 'safe', text: 'on: false → true', signature: op, rung },
});
const failed = (code: string, rung?: StepReport['rung']): PassReport => ({
  kind: 'failed',
  error: { code, message: 'something' },
  ...(rung !== undefined && { step: { op: 'start', risk: 'safe', text: '', signature: 'start', rung } }),
});
const converged: PassReport = { kind: 'converged' };
const planned: PassReport = {
  kind: 'planned',
  steps: [{ op: 'start', risk: 'safe', text: 'on: false → true', signature: 'start', rung: 'restart' }],
};

function service(heal: Partial<HealPolicy> = {}, overrides: PolicyOverrides = {}) {
  const lifecycle = compileLifecycle(
    'box',
    policyOf(overrides, { attempts: 6, windowMs: 60_000, cooldownMs: 5_000, ...heal }),
  );
  let now = 0;
  let turn: Turn = lifecycle.start({ key: 'box/one', generation: 1 }, { now, random: 0.5 });
  const send = (event: LifecycleEvent, random = 0.5): Turn =>
    (turn = lifecycle.next(turn.snapshot, event, { now, random }));
  return {
    send,
    wait(ms: number): void {
      now += ms;
    },
    /** Answers the pass that is on its way. */
    answer: (outcome: PassReport, random?: number): Turn =>
      send({ type: 'PASS_DONE', pass: turn.snapshot.context.pass, outcome }, random),
    deadline: (): Turn => send({ type: 'DEADLINE', turn: turn.snapshot.context.turn }),
    get state(): string {
      return turn.snapshot.value;
    },
    get context() {
      return turn.snapshot.context;
    },
    pass: () => turn.effects.find((effect) => effect.kind === 'pass'),
    reasons: () =>
      turn.effects.flatMap((effect) => (effect.kind === 'record' ? [`${effect.decision}: ${effect.reason}`] : [])),
    due: () => turn.effects.find((effect) => effect.kind === 'due'),
  };
}

/** It was right, drifts, and one step repairs it. */
function repair(one: ReturnType<typeof service>): void {
  one.send({ type: 'POKE' });
  one.answer(step('start', 'restart'));
  one.answer(converged);
}

describe('backoff', () => {
  it('grows to its cap, with full jitter', () => {
    const policy = { baseMs: 100, factor: 2, capMs: 1_000 };
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, random) => {
          const ms = backoffMs(policy, attempt, random);
          expect(ms).to.be.within(1, Math.min(1_000, 100 * 2 ** (attempt - 1)));
          expect(ms).to.equal(Math.max(1, Math.ceil(random * Math.min(1_000, 100 * 2 ** (attempt - 1)))));
        },
      ),
    );
  });

  it('counts by cause, and is not shortened by pokes', () => {
    const one = service();
    one.answer(failed('DRIVER_UNREACHABLE'));
    expect([one.state, one.due()]).to.deep.equal(['backingOff', { kind: 'due', turn: 2, afterMs: 100 }]);
    one.send({ type: 'POKE' });
    expect(one.state).to.equal('backingOff');
    one.deadline();
    one.answer(failed('DRIVER_UNREACHABLE'));
    expect(one.due()).to.include({ afterMs: 200 });
    one.deadline();
    one.answer(failed('DRIVER_FAILED'));
    expect(one.due(), 'another cause starts at the base').to.include({ afterMs: 100 });
    expect(one.reasons()).to.deep.equal(['back off: DRIVER_FAILED: something; next try in 100 ms (failure 1)']);
  });

  it('ends the moment its cause clears, and no other', () => {
    const one = service();
    one.answer(failed('DRIVER_UNREACHABLE'));
    one.send({ type: 'CAUSE_CLEARED', code: 'DRIVER_FAILED' });
    expect(one.state).to.equal('backingOff');
    one.send({ type: 'CAUSE_CLEARED', code: 'DRIVER_UNREACHABLE' });
    expect(one.state).to.equal('reconciling');
    expect(one.context.attempts).to.deep.equal({});
  });

  it('follows a pass that never answers, which is called off', () => {
    const one = service();
    const turn = one.deadline();
    expect(one.state).to.equal('backingOff');
    expect(turn.effects).to.deep.include({ kind: 'abort', pass: 1 });
    one.deadline();
    one.send({ type: 'PASS_DONE', pass: 1, outcome: converged });
    expect(one.state, 'its late answer is void').to.equal('reconciling');
  });

  it('never parks by itself, however long a cause that may pass lasts', () => {
    const one = service();
    for (let i = 0; i < 200; i++) {
      one.answer(failed('DRIVER_UNREACHABLE'));
      expect(one.state).to.equal('backingOff');
      one.deadline();
    }
    one.answer(converged);
    expect(one.state).to.equal('converged');
    expect(one.context.attempts).to.deep.equal({});
  });
});

describe('waiting and parking', () => {
  it('waits for another service without counting, and says so again when it lasts', () => {
    const one = service();
    for (let i = 0; i < 20; i++) {
      one.answer({ kind: 'waiting', on: ['box/two'] });
      expect(one.state).to.equal('waiting');
      one.deadline();
      expect(one.reasons()[0]).to.equal('wait: still for box/two');
    }
    expect(one.context).to.deep.include({ attempts: {}, repairs: [] });
  });

  it('parks for a person, with the code, and leaves only for a reason', () => {
    const one = service();
    one.answer(failed('DRIVER_REFUSED'));
    expect(one.state).to.equal('parked');
    one.send({ type: 'POKE' });
    one.deadline();
    expect(one.state).to.equal('parked');
    one.send({ type: 'RETRY' });
    expect(one.state).to.equal('reconciling');
    expect(one.context.cause).to.equal(null);
  });

  it('looks again by itself where the world may have undone the cause', () => {
    const one = service();
    one.answer(failed('UNOWNED'));
    expect(one.state).to.equal('parked');
    one.deadline();
    one.answer(converged);
    expect(one.state).to.equal('converged');
  });

  it('parks on a bug, also on a code it does not know', () => {
    for (const code of ['INTERNAL', 'NOT_A_CODE']) {
      const one = service();
      one.answer(failed(code));
      expect(one.state).to.equal('parked');
      expect(one.reasons()[0]).to.match(/a bug in the engine/);
    }
  });
});

describe('a poke during a pass', () => {
  it('is remembered: one more pass follows, and only one', () => {
    const one = service();
    one.send({ type: 'POKE' });
    one.send({ type: 'POKE' });
    one.answer(converged);
    expect(one.state).to.equal('reconciling');
    one.answer(converged);
    expect(one.state).to.equal('converged');
  });

  it('does not lose a wish that changes meanwhile', () => {
    const one = service();
    one.send({ type: 'REMOVE', generation: 2 });
    expect([one.state, one.context.pass], 'the pass goes on alone').to.deep.equal(['reconciling', 1]);
    one.answer(failed('DRIVER_REFUSED'));
    expect(one.state, 'a failure of the old wish does not park the new one').to.equal('deleting');
    one.answer({ kind: 'absent' });
    expect(one.state).to.equal('gone');
    one.send({ type: 'SPEC', generation: 2 });
    expect(one.state, 'a message as old as the removal').to.equal('gone');
  });
});

describe('the ladder', () => {
  it('climbs from restart to recreate to another node as repairs do not hold', () => {
    const one = service();
    one.answer(converged);
    const rungs: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      one.send({ type: 'POKE' });
      rungs.push(one.pass()?.rung);
      one.answer(step('start', 'restart'));
      if (one.state === 'moving') break;
      one.answer(converged);
    }
    expect(rungs).to.deep.equal([null, null, 'recreate', 'recreate']);
    expect(one.state).to.equal('moving');
    one.send({ type: 'MOVE_REFUSED', reason: 'there is no other node' });
    expect(one.state).to.equal('reconciling');
  });

  it('uses the higher rung once in a repair, then builds up as usual', () => {
    const one = service();
    one.answer(converged);
    repair(one);
    repair(one);
    one.send({ type: 'POKE' });
    expect(one.pass()).to.include({ rung: 'recreate', healing: true });
    one.answer(step('remove', 'recreate'));
    expect(one.pass()).to.include({ rung: null });
    one.answer(step('create', 'recreate'));
    one.answer(step('start', 'restart'));
    one.answer(converged);
    expect(one.state).to.equal('converged');
  });

  it('climbs too when the restart itself fails again and again', () => {
    const one = service();
    one.answer(failed('DRIVER_FAILED', 'restart'));
    one.deadline();
    one.answer(failed('DRIVER_FAILED', 'restart'));
    one.deadline();
    expect(one.pass()).to.include({ rung: 'recreate' });
  });

  it('ends parked when the same step has to be done over and over and nothing converges', () => {
    const one = service({}, { ladder: ['restart', 'recreate'] });
    for (let i = 0; i < 20 && one.state === 'reconciling'; i++) one.answer(step('start', 'restart'));
    expect(one.state).to.equal('parked');
    expect(one.context.cause?.code).to.equal('RETRIES_EXHAUSTED');
    expect(one.context.repairs).to.have.length(6);
  });

  it('does not take many different steps for repairs', () => {
    const one = service();
    for (let i = 0; i < 100; i++) one.answer(step(`addBucket${i}`));
    expect(one.state).to.equal('reconciling');
    expect(one.context.repairs).to.deep.equal([]);
  });

  it('forgets repairs that are older than the window', () => {
    const one = service({}, { ladder: ['restart'] });
    one.answer(converged);
    for (let i = 0; i < 40; i++) {
      repair(one);
      one.wait(15_000);
    }
    expect(one.state).to.equal('converged');
    expect(one.context.repairs.length).to.be.at.most(5);
  });
});

describe('a flapping service', () => {
  const flap = (one: ReturnType<typeof service>): void => {
    for (let i = 0; i < 6; i++) repair(one);
    one.send({ type: 'POKE' });
    expect(one.pass(), 'too often: it only looks').to.include({ mode: 'look' });
  };

  it('rests when it drifts once too often, and is left alone when it does not', () => {
    const one = service({}, { ladder: ['restart'] });
    one.answer(converged);
    flap(one);
    one.answer(converged);
    expect(one.state, 'no drift: no quarantine').to.equal('converged');
    one.send({ type: 'POKE' });
    one.answer(planned);
    expect(one.state).to.equal('quarantine');
    one.send({ type: 'POKE' });
    expect(one.state).to.equal('quarantine');
    expect(one.reasons()).to.deep.equal(['ignore: resting after too many repairs']);
    one.deadline();
    expect(one.pass()).to.include({ mode: 'step' });
  });

  it('is parked when resting did not help', () => {
    const one = service({}, { ladder: ['restart'] });
    one.answer(converged);
    for (let i = 0; i < 3; i++) {
      flap(one);
      one.answer(planned);
      expect(one.state).to.equal('quarantine');
      one.deadline();
      one.answer(converged);
    }
    flap(one);
    one.answer(planned);
    expect(one.state).to.equal('parked');
    expect(one.context.cause?.code).to.equal('QUARANTINED');
    one.send({ type: 'RETRY' });
    expect(one.context.quarantines).to.equal(0);
  });
});

describe('heal mode', () => {
  it('ask: makes the first spec without asking, then proposes and waits for a person', () => {
    const one = service({ mode: 'ask' });
    expect(one.pass()).to.include({ mode: 'step' });
    one.answer(converged);
    one.send({ type: 'POKE' });
    expect(one.pass()).to.include({ mode: 'look', healing: true });
    one.answer(planned);
    expect(one.state).to.equal('asking');
    expect(one.context.proposal).to.have.length(1);
    one.send({ type: 'CONSENT' });
    expect(one.pass()).to.include({ mode: 'step', healing: false });
    one.answer(step('start', 'restart'));
    one.answer(converged);
    one.send({ type: 'POKE' });
    expect(one.pass(), 'consent was for that once').to.include({ mode: 'look' });
  });

  it('ask: takes the proposal back when the drift goes away by itself', () => {
    const one = service({ mode: 'ask' });
    one.answer(converged);
    one.send({ type: 'POKE' });
    one.answer(planned);
    one.deadline();
    one.answer(converged);
    expect([one.state, one.context.proposal]).to.deep.equal(['converged', []]);
  });

  it('off: only reports, until the spec changes', () => {
    const one = service({ mode: 'off' });
    one.answer(converged);
    one.send({ type: 'POKE' });
    one.answer(planned);
    expect(one.state).to.equal('asking');
    expect(one.reasons()[0]).to.match(/^ask: heal is off: start/);
    one.send({ type: 'SPEC', generation: 2 });
    expect(one.pass()).to.include({ mode: 'step', healing: false });
  });
});

describe('pause', () => {
  it('waits for the pass that is on its way, remembers wishes, and goes on at resume', () => {
    const one = service();
    one.send({ type: 'PAUSE' });
    expect(one.state).to.equal('reconciling');
    one.answer(step('start', 'restart'));
    expect(one.state).to.equal('paused');
    one.send({ type: 'POKE' });
    one.send({ type: 'REMOVE', generation: 2 });
    expect(one.state).to.equal('paused');
    one.send({ type: 'RESUME' });
    expect(one.state).to.equal('deleting');
  });
});
