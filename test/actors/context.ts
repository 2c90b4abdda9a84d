// The context of a step, for tests that drive an actor without the engine.

import type { StepContext } from '../../engine/model/actor.ts';
import { nameOf, type ServiceKey } from '../../engine/model/key.ts';

export function contextOf(key: ServiceKey): StepContext {
  return {
    key,
    name: nameOf(key),
    uid: `uid-${nameOf(key)}`,
    generation: 1,
    hash: 'hash',
    signal: new AbortController().signal,
  };
}
