// What every actor promises, whatever its kind. Each property looks at the world through the actor's own `observe`, but
// judges what it sees without asking the actor's `diff`: an actor that does not notice a difference must not pass.

import { expect } from 'chai';
import fc from 'fast-check';
import { withFaults } from '../../drivers/faults.ts';
import type { Status, Want } from '../../engine/model/actor.ts';
import type { JsonObject } from '../../engine/model/json.ts';
import { serviceKey } from '../../engine/model/key.ts';
import { riskOf } from '../../engine/reconcile/rung.ts';
import type { ActorCase } from './actor-case.ts';
import { contextFor, deepFreeze, drive, keyOf, passOnce, watched } from './drive.ts';
import { essence, expectEnd, expectHonest, expectReached } from './judgement.ts';
import { faultsOf, reached, scenesOf, stage } from './scenes.ts';

export type PromiseName =
  'converges' | 'quiet' | 'twice' | 'absent' | 'pure' | 'honest' | 'crash' | 'rekey' | 'stranger' | 'retired';

export interface ActorProperty {
  readonly name: PromiseName;
  /** A sentence that states the promise. */
  readonly promise: string;
  /** Throws, with the shrunk counter-example, when the promise is broken. */
  readonly check: (runs: {
    readonly numRuns: number;
    readonly seed?: number;
    readonly endOnFailure?: boolean;
  }) => Promise<void>;
}

export function propertiesOf(actorCase: ActorCase): readonly ActorProperty[] {
  const { actor } = actorCase;
  const key = keyOf(actorCase);
  const scenes = scenesOf(actorCase);
  const holdsData = actor.schema['x-holdsData'] === true;
  const promise = <T>(
    name: PromiseName,
    sentence: string,
    arbitrary: fc.Arbitrary<T>,
    judge: (value: T) => Promise<void>,
  ): ActorProperty => ({
    name,
    promise: sentence,
    check: (runs) => fc.assert(fc.asyncProperty(arbitrary, judge), runs),
  });

  const all: (ActorProperty | undefined)[] = [
    promise(
      'converges',
      'converges from any world through any finite faults',
      fc.tuple(scenes, faultsOf(actorCase)),
      async ([scene, faults]) => {
        const driver = await stage(actorCase, scene);
        const driven = await drive(
          actorCase,
          withFaults(driver as object, faults),
          deepFreeze(structuredClone(scene.want)),
        );
        if (driven.outcome.kind === 'failed') return expectLeftAlone(driven.status, driven.steps);
        // Read through the honest driver: the last faults may still be armed.
        expectReached(actorCase, scene.want, await actor.observe(driver, contextFor(key, scene.want)));
      },
    ),

    promise('quiet', 'is quiet once converged: no step, and no call but those of looking', scenes, async (scene) => {
      const { driver, driven } = await reached(actorCase, scene);
      if (driven.outcome.kind === 'failed') return;
      const looking: string[] = [];
      const status = await actor.observe(
        watched(driver, ({ method }, when) => void (when === 'before' && looking.push(method))),
        contextFor(key, scene.want),
      );
      const calls: string[] = [];
      const noted = watched(driver, ({ method }, when) => void (when === 'before' && calls.push(method)));
      for (let i = 0; i < 3; i++) {
        const outcome = await passOnce(actor, noted, key, scene.want);
        expect(outcome.kind).to.equal('converged');
        expect(outcome.status, 'looking changes nothing').to.deep.equal(status);
      }
      expect(calls).to.deep.equal([...looking, ...looking, ...looking]);
    }),

    promise('twice', 'does every step twice with the effect of once', scenes, async (scene) => {
      const driver = await stage(actorCase, scene);
      for (const want of [deepFreeze(structuredClone(scene.want)), 'retired', 'absent'] as const) {
        await drive(actorCase, driver, want, {
          onStep: async (step) => {
            const once = await actor.observe(driver, contextFor(key, want));
            await actor.steps[step.op]!.run(driver, step.args, contextFor(key, want));
            const twice = await actor.observe(driver, contextFor(key, want));
            expect(essence(twice), `${step.op} a second time`).to.deep.equal(essence(once));
          },
        });
      }
    }),

    promise(
      'absent',
      'goes away when it must, and nothing of it is made again',
      fc.tuple(scenes, faultsOf(actorCase)),
      async ([scene, faults]) => {
        const driver = await stage(actorCase, scene);
        const faulty = withFaults(driver as object, faults);
        let before: Status | undefined;
        let destroyed = false;
        const { outcome, status, steps } = await drive(actorCase, faulty, 'absent', {
          onStep(step, seen) {
            expect(step.op, 'a step towards absence').not.to.equal('create');
            if (before?.presence === 'absent')
              expect(seen.presence, `seen after it was absent, at ${step.op}`).to.equal('absent');
            before = seen;
            destroyed ||= riskOf(actor, step) === 'destructive';
          },
        });
        expect(outcome.kind).to.equal('absent');
        if (status.presence === 'foreign') return expectLeftAlone(status, steps);
        expect(status.presence).to.equal('absent');
        if (holdsData && steps.length > 0 && faults.length === 0)
          expect(destroyed, 'the loss of data is called destructive').to.equal(true);
        expect((await passOnce(actor, driver, key, 'absent')).kind).to.equal('absent');
      },
    ),

    promise('pure', 'compares without changing what it compares, twice alike', scenes, async (scene) => {
      const { driven } = await reached(actorCase, scene);
      const wants: Want<JsonObject>[] = [scene.want, scene.earlier, 'retired', 'absent'];
      for (const status of [{ presence: 'absent' } as Status, ...driven.seen].slice(-6)) {
        for (const want of wants) {
          const frozen = [deepFreeze(structuredClone(want)), deepFreeze(structuredClone(status))] as const;
          // `absent` without a kind's own fields is what the planner gives for what was never seen.
          const first = actor.diff(...frozen);
          expect(actor.diff(...frozen), 'the second time').to.deep.equal(first);
          expect(frozen, 'the arguments').to.deep.equal([want, status]);
        }
      }
    }),

    promise('honest', 'says honestly what each step is for', scenes, async (scene) => {
      const { driven } = await reached(actorCase, scene);
      for (const status of [{ presence: 'absent' } as Status, ...driven.seen]) {
        for (const want of [scene.want, scene.earlier, 'retired', 'absent'] as const) {
          for (const step of actor.diff(want, status))
            expectHonest(actor, step, want, status, actorCase.consents ?? []);
        }
      }
    }),

    promise(
      'crash',
      'reaches the same end when it is killed before or after any call of the driver',
      fc.tuple(scenes, fc.nat(), fc.boolean()),
      async ([scene, at, after]) => {
        let calls = 0;
        const calm = await stage(actorCase, scene);
        const clean = await drive(
          actorCase,
          watched(calm, (_, when) => void (calls += when === 'before' ? 1 : 0)),
          scene.want,
        );
        const driver = await stage(actorCase, scene);
        const doomed = watched(driver, ({ number }, when) => {
          if (number === at % calls && (when === 'after') === after) throw new Killed();
        });
        const killed = await drive(actorCase, doomed, scene.want).then(
          () => false,
          (error: unknown) => (error as Error).message === KILLED,
        );
        expect(killed, 'it was killed').to.equal(true);
        const resumed = await drive(actorCase, driver, scene.want);
        expect(essence(resumed.status)).to.deep.equal(essence(clean.status));
      },
    ),

    promise('rekey', 'keeps the thing when it gets another key', scenes, async (scene) => {
      const { driver, driven } = await reached(actorCase, scene);
      if (driven.outcome.kind === 'failed') return;
      const other = serviceKey(actor.kind, 'other');
      const marked = actorCase.data?.write(driver, key, 'mark') === true;
      for (let i = 0; i < 2; i++) await actor.rekey(driver, key, contextFor(other, scene.want));
      expect((await actor.observe(driver, contextFor(key, scene.want))).presence, 'under the old key').to.equal(
        'absent',
      );
      const moved = await actor.observe(driver, contextFor(other, scene.want));
      expect(moved.presence, 'under the new key').to.equal('present');
      expect(moved.config, 'its settings').to.deep.equal(driven.status.config);
      expect(actor.diff(scene.want, moved), 'steps after the renaming').to.deep.equal([]);
      if (marked) expect(actorCase.data.read(driver, other), 'its data').to.equal('mark');
    }),

    actorCase.putForeign &&
      promise(
        'stranger',
        'leaves a stranger alone until it is adopted, and goes on from there',
        actorCase.specs,
        async (spec) => {
          const driver = actorCase.makeDriver();
          const want = { ...spec, running: true };
          actorCase.prepare?.(driver, key, want);
          actorCase.putForeign!(driver, key, want);
          const before = await actor.observe(driver, contextFor(key, want));
          expect(before.presence).to.equal('foreign');
          for (const wish of [want, 'retired', 'absent'] as const)
            expect(actor.diff(wish, before), 'steps on what is not ours').to.deep.equal([]);
          expectLeftAlone((await drive(actorCase, driver, want)).status, []);
          expect(await actor.observe(driver, contextFor(key, want))).to.deep.equal(before);
          for (let i = 0; i < 2; i++) await actor.adopt(driver, before.foreign!.id, contextFor(key, want));
          expectReached(actorCase, want, (await drive(actorCase, driver, want)).status);
        },
      ),

    promise('retired', 'is detached when it is retired, keeps its data, and comes back', scenes, async (scene) => {
      const { driver, driven } = await reached(actorCase, scene);
      if (driven.outcome.kind === 'failed') return;
      const marked = actorCase.data?.write(driver, key, 'mark') === true;
      const retired = await drive(actorCase, driver, 'retired', {
        onStep: (step) => void expect(riskOf(actor, step), `${step.op} while retiring`).not.to.equal('destructive'),
      });
      expect(retired.outcome.kind).to.equal('retired');
      if (holdsData) expect(retired.status.presence, 'retired').to.equal('present');
      if (retired.status.presence === 'present')
        expectEnd(actorCase, { ...scene.want, running: false }, retired.status);
      const revived = await drive(actorCase, driver, scene.want);
      expectReached(actorCase, scene.want, revived.status);
      expect(essence(revived.status)).to.deep.equal(essence(driven.status));
      if (holdsData)
        expect(
          revived.steps.map(({ op }) => op),
          'steps of coming back',
        ).not.to.include('create');
      if (marked) expect(actorCase.data.read(driver, key), 'its data').to.equal('mark');
    }),
  ];
  return all.filter((property) => property !== undefined);

  function expectLeftAlone(status: Status, steps: readonly unknown[]): void {
    expect(status.presence).to.equal('foreign');
    expect(steps, 'steps on what is not ours').to.deep.equal([]);
  }
}

const KILLED = 'killed by the contract';

class Killed extends Error {
  constructor() {
    super(KILLED);
  }
}
