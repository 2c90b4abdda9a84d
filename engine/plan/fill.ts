// Later values that are known by now: the outputs of producers that stay as they are. What a plan changes cannot be known
// before it is done, so the outputs of a service that is made or replaced stay open, and secrets always do.

import { isDeferred } from '../model/expression.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Fill } from './shape.ts';

export type Outputs = (key: ServiceKey, field: string) => JsonValue | undefined;

/** Gives back the same object when nothing could be filled. */
export function fillSpec(spec: JsonObject, fill: Fill, outputs: Outputs): JsonObject {
  return fillValue(spec, fill, outputs) as JsonObject; // a map stays a map: only the deferred values in it are filled
}

function fillValue(value: JsonValue, fill: Fill, outputs: Outputs): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (isDeferred(value)) {
    const body = value.$ays;
    if (body.secrets.length > 0 || body.status.some(({ key, field }) => outputs(key, field) === undefined))
      return value;
    return fill(body, { status: outputs, secret: () => undefined });
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => fillValue(item as JsonValue, fill, outputs));
    return items.every((item, i) => item === (value as readonly JsonValue[])[i])
      ? (value as readonly JsonValue[])
      : items;
  }
  const object = value as JsonObject;
  let copy: Record<string, JsonValue | undefined> | undefined;
  for (const key of Object.keys(object)) {
    const item = object[key];
    if (item === undefined) continue;
    const filled = fillValue(item, fill, outputs);
    if (filled === item) continue;
    copy ??= { ...object };
    copy[key] = filled;
  }
  return copy ?? value;
}
