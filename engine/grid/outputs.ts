// What a blueprint shows: its outputs, filled from what was last seen. What is not known yet says what it waits for; what is built
// from a secret is never shown.

import { eachDeferred, type DeferredBody } from '../model/expression.ts';
import type { JsonValue } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Store } from '../store/port.ts';
import type { StoredObserved } from '../store/records.ts';
import { headOf, revisionAt } from './find.ts';

export interface Output {
  readonly value?: JsonValue;
  readonly secret?: true;
  readonly waitsFor?: readonly { readonly key: ServiceKey; readonly field: string }[];
}

/** Puts known values into the expressions of a value; the blueprint reader's, given as a parameter. */
export type FillValue = (
  value: JsonValue,
  output: (key: ServiceKey, field: string) => JsonValue | undefined,
) => JsonValue;

export async function outputsOf(
  store: Store,
  blueprint: string,
  fill: FillValue,
): Promise<Readonly<Record<string, Output>>> {
  const head = await headOf(store, blueprint);
  const { outputs } = await revisionAt(store, blueprint, head.revision);
  const bodies = new Map(Object.entries(outputs).map(([name, value]) => [name, bodiesIn(value)]));
  const keys = [...new Set([...bodies.values()].flat().flatMap(({ status }) => status.map(({ key }) => key)))];
  const documents = await store.getMany(keys.map((id) => ({ collection: 'observed' as const, id })));
  const seen = new Map(keys.map((key, i) => [key, documents[i]?.value as unknown as StoredObserved | undefined]));
  const output = (key: ServiceKey, field: string): JsonValue | undefined => {
    const known = seen.get(key)?.status.outputs;
    return known !== undefined && Object.hasOwn(known, field) ? known[field] : undefined;
  };
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]): [string, Output] => {
      const here = bodies.get(name) ?? [];
      if (here.some(({ secrets }) => secrets.length > 0)) return [name, { secret: true }];
      const missing = here.flatMap(({ status }) => status.filter(({ key, field }) => output(key, field) === undefined));
      return [name, missing.length > 0 ? { waitsFor: missing } : { value: fill(value, output) }];
    }),
  );
}

function bodiesIn(value: JsonValue): readonly DeferredBody[] {
  const bodies: DeferredBody[] = [];
  eachDeferred(value, ({ $ays }) => bodies.push($ays));
  return bodies;
}
