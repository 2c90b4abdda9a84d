// Drift on secret values without values: a value built from secrets has a print made of its template, the prints of its
// secrets and the outputs it reads. Equal prints mean an equal value; a print tells nothing to who has not the grid's key.

import type { KeyObject } from 'node:crypto';
import type { Deferred, DeferredBody } from '../model/expression.ts';
import { canonicalJson, type JsonObject, type JsonValue } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import { digest } from './keyring.ts';
import { mapDeferred } from './map-deferred.ts';

export type Outputs = (key: ServiceKey, field: string) => JsonValue | undefined;

export interface Printer {
  /** Undefined while one of its secrets has no value, or one of its outputs is not known. */
  printOf(body: DeferredBody, outputs?: Outputs): string | undefined;
}

export function makePrinter(key: KeyObject, prints: ReadonlyMap<string, string>): Printer {
  return {
    printOf(body, outputs) {
      const parts = ['value built from secrets', body.template, String(body.whole)];
      for (const name of [...new Set(body.secrets)].sort()) {
        const print = prints.get(name);
        if (print === undefined) return undefined;
        parts.push('secret', name, print);
      }
      for (const { key: from, field } of body.status) {
        const value = outputs?.(from, field);
        if (value === undefined) return undefined;
        parts.push('status', from, field, canonicalJson(value));
      }
      return digest(key, parts).toString('base64url');
    },
  };
}

/** Sets `$ays.print` in the values that are built from secrets; one that cannot be known yet has none. The same object when there is none. */
export function fillPrints(spec: JsonObject, printer: Printer, outputs?: Outputs): JsonObject {
  return mapDeferred(spec, (deferred) => {
    if (deferred.$ays.secrets.length === 0) return deferred;
    const { print: before, ...body } = deferred.$ays;
    const print = printer.printOf(deferred.$ays, outputs);
    if (print === before) return deferred;
    // Taking a member away from a body keeps the rest of it.
    return { $ays: { ...(body as DeferredBody), ...(print !== undefined && { print }) } };
  }) as JsonObject; // a map stays a map
}

/** Names of the secrets that a spec is built from, in order. */
export function secretNames(spec: JsonObject): readonly string[] {
  const names = new Set<string>();
  mapDeferred(spec, (deferred: Deferred) => {
    deferred.$ays.secrets.forEach((name) => names.add(name));
    return deferred;
  });
  return [...names].sort();
}
