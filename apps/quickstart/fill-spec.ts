// Puts the values that are known only later into a spec, as a node would: outputs of other services, and for a secret a value
// made up for this run.

import { fillDeferred } from '../../engine/blueprint/template/index.ts';
import { eachDeferred, isDeferred } from '../../engine/model/expression.ts';
import type { JsonObject, JsonValue } from '../../engine/model/json.ts';
import type { ServiceKey } from '../../engine/model/key.ts';

/** Undefined while an output is not known yet. */
export function fillSpec(
  spec: JsonObject,
  output: (key: ServiceKey, field: string) => unknown,
): JsonObject | undefined {
  let known = true;
  eachDeferred(spec, ({ $ays }) => {
    if ($ays.status.some(({ key, field }) => output(key, field) === undefined)) known = false;
  });
  return known ? (fill(spec, output) as JsonObject) : undefined; // an object stays one
}

function fill(value: JsonValue, output: (key: ServiceKey, field: string) => unknown): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (isDeferred(value)) {
    return fillDeferred(value.$ays, {
      status: (key, field) => output(key, field) as JsonValue | undefined, // outputs are JSON
      secret: (name) => `simulated-${name}`,
    });
  }
  if (Array.isArray(value)) return value.map((item) => fill(item as JsonValue, output));
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, item]) => [
      key,
      item === undefined ? undefined : fill(item, output),
    ]),
  );
}
