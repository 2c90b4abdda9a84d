// Tries each mutant of an actor against the contract and tells which ones got through.

import type { ActorCase } from './actor-case.ts';
import { mutantsOf, type Mutant } from './mutants.ts';
import { propertiesOf } from './properties.ts';

export interface Survivors {
  /** Got through, and no reason is given why they cannot be told apart. */
  readonly uncaught: readonly string[];
  /** Listed as equivalent, yet caught: the list is out of date. */
  readonly needless: readonly string[];
  /** Steps that the case never made the actor do, so that breaking them changed nothing. */
  readonly unused: readonly string[];
  readonly tried: number;
}

const RUNS = 150;
const SEED = 20_261;

export async function survivorsOf(actorCase: ActorCase): Promise<Survivors> {
  const uncaught: string[] = [];
  const needless: string[] = [];
  const unused: string[] = [];
  const mutants = mutantsOf(actorCase.actor);
  for (const mutant of mutants) {
    const end = await trial(actorCase, mutant);
    const equivalent = actorCase.equivalent?.[mutant.name] !== undefined;
    if (end === 'caught' && equivalent) needless.push(mutant.name);
    if (end === 'caught' || equivalent) continue;
    if (end === 'uncaught') uncaught.push(mutant.name);
    // A field that is never seen, a stranger that is never there: nothing to catch. A step never done is another matter.
    else if (mutant.name.endsWith(' does nothing')) unused.push(mutant.name.replace(' does nothing', ''));
  }
  return { uncaught, needless, unused, tried: mutants.length };
}

/** A few runs of every promise first: most mutants fall at once, and only the stubborn ones cost time. */
async function trial(actorCase: ActorCase, mutant: Mutant): Promise<'caught' | 'uncaught' | 'same'> {
  let differed = false;
  for (const numRuns of [3, RUNS]) {
    const actor = mutant.make(() => (differed = true));
    for (const [index, { name, check }] of propertiesOf({ ...actorCase, actor }).entries()) {
      if (!mutant.aim.includes(name)) continue;
      const kept = await check({ numRuns, seed: SEED + index, endOnFailure: true }).then(
        () => true,
        () => false,
      );
      if (!kept) return 'caught';
    }
  }
  return differed ? 'uncaught' : 'same';
}
