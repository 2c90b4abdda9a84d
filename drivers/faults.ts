// Faults on order, for any driver. A script says which call fails, how often, and whether it fails before or *after* its
// effect took place; the second is the one that real systems get wrong. The script is finite: when it is used up
// the driver is honest again, so a test can ask that everything converges in the end.

import { EngineError, type ErrorCode } from '../engine/model/errors.ts';

export interface Fault {
  /** Method of the port, or `*` for any. */
  readonly method: string;
  /** `before`: nothing happened. `after`: the effect is there, only the answer is lost. */
  readonly when: 'before' | 'after';
  /** How many calls go through unharmed first. */
  readonly skip?: number;
  /** How many calls fail. Default 1. */
  readonly times?: number;
  readonly code?: ErrorCode;
}

interface Armed {
  readonly fault: Fault;
  skip: number;
  times: number;
}

/** A driver of the same port that follows the script. Calls are judged in the order they are made. */
export function withFaults<Driver extends object>(driver: Driver, script: readonly Fault[]): Driver {
  const armed: Armed[] = script.map((fault) => ({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 }));
  const take = (method: string): Fault | undefined => {
    for (const entry of armed) {
      if (entry.times <= 0 || (entry.fault.method !== '*' && entry.fault.method !== method)) continue;
      if (entry.skip > 0) {
        entry.skip -= 1;
        continue;
      }
      entry.times -= 1;
      return entry.fault;
    }
    return undefined;
  };
  return new Proxy(driver, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== 'function' || typeof property !== 'string') return member;
      const call = member as (...args: unknown[]) => unknown;
      return async (...args: unknown[]): Promise<unknown> => {
        const fault = take(property);
        if (fault?.when === 'before') throw failure(fault, property);
        const answer = await call.apply(target, args);
        if (fault !== undefined) throw failure(fault, property);
        return answer;
      };
    },
  });
}

function failure(fault: Fault, method: string): EngineError {
  return new EngineError(
    fault.code ?? 'DRIVER_UNREACHABLE',
    `${method}: no answer from the driver (ordered fault, ${fault.when} the effect)`,
    {
      hint: 'it is tried again',
    },
  );
}
