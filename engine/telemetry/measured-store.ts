// The same store, with the time of each answer told to somebody. It changes nothing else: what the store throws is thrown.

import type { Store } from '../store/port.ts';

const MEASURED = [
  'get',
  'getMany',
  'list',
  'count',
  'commit',
  'due',
  'dueCount',
  'beat',
  'alive',
  'claim',
  'release',
  'log',
  'now',
  'meta',
] as const satisfies readonly (keyof Store)[];

export type Measure = (operation: string, seconds: number, ok: boolean) => void;

/** `monotonic` in milliseconds. */
export function measuredStore(store: Store, monotonic: () => number, measure: Measure): Store {
  const measured = new Set<PropertyKey>(MEASURED);
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const method = member as (...args: readonly unknown[]) => unknown; // a method of the store
      if (!measured.has(name)) return method.bind(target);
      return async (...args: readonly unknown[]) => {
        const begun = monotonic();
        let ok = false;
        try {
          const answer = await method.apply(target, [...args]);
          ok = true;
          return answer;
        } finally {
          measure(operationOf(String(name), args), (monotonic() - begun) / 1000, ok);
        }
      };
    },
  });
}

/** A commit that waits for the disk is another thing than one that does not. */
function operationOf(name: string, [first]: readonly unknown[]): string {
  if (name !== 'commit') return name;
  return (first as { readonly durable?: boolean }).durable === true ? 'commit-durable' : 'commit'; // a Transaction
}
