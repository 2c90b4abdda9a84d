// The contract of every actor, as tests. A new kind gets it by being listed in cases/index.ts.

import type { ActorCase } from './actor-case.ts';
import { propertiesOf } from './properties.ts';

export function actorContract(actorCase: ActorCase, numRuns = 60): void {
  describe(`the actor ${actorCase.actor.kind}`, () => {
    for (const { promise, check } of propertiesOf(actorCase)) it(promise, () => check({ numRuns }));
  });
}
