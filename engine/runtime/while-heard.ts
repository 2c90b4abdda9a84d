// A driver as a turn may use it: each call asks first whether the robot may still act. A process that was stopped for a while goes on
// in the middle of a pass; what it was about to do may be another robot's business by now.

import { EngineError } from '../model/errors.ts';

export function whileHeard(driver: unknown, mayAct: () => boolean): unknown {
  if (typeof driver !== 'object' || driver === null) return driver;
  return new Proxy(driver, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== 'function') return member;
      const method = member as (...args: unknown[]) => unknown;
      return (...args: unknown[]): unknown => {
        if (mayAct()) return method.apply(target, args);
        return Promise.reject(
          new EngineError(
            'STORE_UNREACHABLE',
            'this robot has not been heard by the store for a while: it starts nothing',
            {
              hint: 'another robot goes on, or this one when it has the key again',
              detail: { silent: true },
            },
          ),
        );
      };
    },
  });
}
