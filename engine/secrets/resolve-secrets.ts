// The last moment, on the node: values built from secrets become plain, and what must be remembered of them is their print. What
// a driver makes with the plain spec it reports with the prints in the same places, never with the values.

import type { DeferredBody } from '../model/expression.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { EngineError } from '../model/errors.ts';
import type { Outputs } from './fingerprint.ts';
import { escapePointer, mapDeferred, mapMembers } from './map-deferred.ts';

/** Evaluates a template with these values; `fillDeferred` of engine/blueprint. */
export type Fill = (
  body: DeferredBody,
  values: { readonly status: Outputs; readonly secret: (name: string) => string | undefined },
) => JsonValue;

export interface ResolvedSecrets {
  /** In clear: for the driver, and for nothing that is written. */
  readonly spec: JsonObject;
  /** JSON pointer → print, of each value built from secrets. */
  readonly prints: Readonly<Record<string, string>>;
  /** What must not appear in anything that is written: the secrets, and the values built from them. */
  readonly sensitive: readonly string[];
}

export function resolveSecrets(
  spec: JsonObject,
  open: (name: string) => string | undefined,
  fill: Fill,
  outputs: Outputs = () => undefined,
): ResolvedSecrets {
  const prints = new Map<string, string>();
  const sensitive = new Set<string>();
  const secret = (name: string): string => {
    const value = open(name);
    if (value === undefined)
      throw new EngineError('SECRET_UNKNOWN', `the secret "${name}" has no value`, { hint: `ays secret set ${name}` });
    sensitive.add(value);
    return value;
  };
  const plain = mapDeferred(spec, (deferred, pointer) => {
    const body = deferred.$ays;
    if (body.secrets.length === 0) return deferred;
    if (body.print === undefined)
      throw new EngineError('INTERNAL', `${pointer}: a value built from a secret came without its print`);
    const value = fill(body, { status: outputs, secret });
    prints.set(pointer, body.print);
    eachText(value, (text) => sensitive.add(text));
    return value;
  });
  return { spec: plain as JsonObject, prints: Object.fromEntries(prints), sensitive: [...sensitive] }; // a map stays a map
}

/** Observed settings with `{ $print }` in the places of values built from secrets; what is absent there stays absent. */
export function hideSecrets(config: JsonObject, prints: Readonly<Record<string, string>>): JsonObject {
  const hide = (value: JsonValue, pointer: string): JsonValue => {
    const print = Object.hasOwn(prints, pointer) ? prints[pointer] : undefined;
    if (print !== undefined) return value === null ? null : { $print: print };
    return mapMembers(value, (member, name) => hide(member, `${pointer}/${escapePointer(name)}`));
  };
  return hide(config, '') as JsonObject; // a map stays a map, unless the whole spec were one secret
}

function eachText(value: JsonValue, visit: (text: string) => void): void {
  if (typeof value === 'string') visit(value);
  else
    mapMembers(value, (member) => {
      eachText(member, visit);
      return member;
    });
}
