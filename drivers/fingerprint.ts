// What a driver may report of a secret: the fingerprint that came with it, never the value. Everything else of a
// setting is reported as it stands, so that drift of single fields can be seen.

import { isSecretValue, type Deferred } from '../engine/model/expression.ts';
import { isObject, type JsonValue } from '../engine/model/json.ts';

export function withoutSecrets(value: JsonValue): JsonValue {
  if (isSecretValue(value)) return { $print: (value as Deferred).$ays.print ?? null }; // isSecretValue says it is deferred
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item as JsonValue));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, item === undefined ? undefined : withoutSecrets(item)]),
  );
}
