// Random starts for the contract: a world that an earlier spec, a crash in the middle of its making, hands and time have
// left behind, then a spec to reach from there.

import fc from 'fast-check';
import type { JsonObject } from '../../engine/model/json.ts';
import type { Fault } from '../../drivers/faults.ts';
import type { ActorCase } from './actor-case.ts';
import { deepFreeze, drive, keyOf, methodsOf, type Driven } from './drive.ts';

export type Present = JsonObject & { readonly running: boolean };

export interface Scene {
  readonly earlier: Present;
  /** Steps of the earlier spec that were done before everything stopped. */
  readonly done: number;
  /** Numbers into the case's list. */
  readonly disturb: readonly number[];
  readonly want: Present;
}

export function scenesOf(actorCase: ActorCase): fc.Arbitrary<Scene> {
  const other = (spec: JsonObject): fc.Arbitrary<JsonObject> => actorCase.followUp?.(spec) ?? actorCase.specs;
  const change = (spec: JsonObject): fc.Arbitrary<JsonObject> => fc.oneof(fc.constant(spec), other(spec));
  const disturbances = actorCase.disturb.length;
  return actorCase.specs
    .chain((earlier) => fc.tuple(fc.constant(earlier), change(earlier)))
    .chain(([earlier, want]) =>
      fc.record({
        earlier: fc.constant({ ...earlier, running: true }),
        done: fc.oneof(
          { weight: 1, arbitrary: fc.constant(0) },
          { weight: 1, arbitrary: fc.nat(4) },
          { weight: 3, arbitrary: fc.constant(1_000) },
        ),
        disturb: disturbances === 0 ? fc.constant([]) : fc.array(fc.nat(disturbances - 1), { maxLength: 3 }),
        want: fc
          .oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) })
          .map((running) => ({ ...want, running })),
      }),
    );
}

/** Finite by construction: when it is used up the driver is honest again. */
export function faultsOf(actorCase: ActorCase): fc.Arbitrary<readonly Fault[]> {
  const fault = fc.record({
    method: fc.constantFrom('*', ...methodsOf(actorCase.makeDriver())),
    when: fc.constantFrom('before' as const, 'after' as const),
    skip: fc.nat(4),
    times: fc.integer({ min: 1, max: 2 }),
    code: fc.constantFrom('DRIVER_UNREACHABLE' as const, 'DRIVER_FAILED' as const, 'DRIVER_TIMEOUT' as const),
  });
  return fc.array(fault, { maxLength: 3 });
}

/** A driver whose world is as the scene says. The same scene makes the same world. */
export async function stage(actorCase: ActorCase, scene: Scene): Promise<unknown> {
  const driver = actorCase.makeDriver();
  const key = keyOf(actorCase);
  if (scene.done > 0) {
    actorCase.prepare?.(driver, key, scene.earlier);
    await drive(actorCase, driver, deepFreeze(structuredClone(scene.earlier)), { maxSteps: scene.done });
  }
  for (const number of scene.disturb) actorCase.disturb[number]!.act(driver, key);
  actorCase.prepare?.(driver, key, scene.want);
  return driver;
}

/** Stages the scene and reaches its spec without further trouble. */
export async function reached(
  actorCase: ActorCase,
  scene: Scene,
): Promise<{ readonly driver: unknown; readonly driven: Driven }> {
  const driver = await stage(actorCase, scene);
  return { driver, driven: await drive(actorCase, driver, deepFreeze(structuredClone(scene.want))) };
}
