// A new service in a line or two: the settings its author gave, without what the kind fills in by itself. Lists show what
// names their items, maps of the author's own the keys; everything stands in the verbose form and in the JSON.

import { isObject, jsonEqual, type JsonObject, type JsonValue } from '../model/json.ts';
import { IDENTITIES } from './structural.ts';
import { inOrder, sayAs, type KindFacts } from './measure.ts';

const FEW = 4;

export function briefly(spec: JsonObject, facts: KindFacts): readonly string[] {
  const said: string[] = [];
  for (const [field, value] of inOrder(spec, facts)) {
    if (value === null || jsonEqual(value, facts.defaults[field])) continue;
    const text = brief(field, value, facts);
    if (text !== '') said.push(`${field}: ${text}`);
  }
  return said;
}

function brief(field: string, value: JsonValue, facts: KindFacts): string {
  if (Array.isArray(value)) return some((value as readonly JsonValue[]).map(nameOf));
  if (isObject(value)) return facts.free.has(field) ? some(Object.keys(value)) : '';
  return sayAs(value, facts.measures[field]);
}

/** An item that is a map goes by what tells it from its neighbours, else by its first text. */
function nameOf(item: JsonValue): string {
  if (!isObject(item)) return sayAs(item, undefined);
  const members = [
    ...['vdisk', 'filesystem', 'network', ...IDENTITIES].map((name) => item[name]),
    ...Object.values(item),
  ];
  return members.find((member): member is string => typeof member === 'string' && member !== '') ?? '…';
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, FEW).join(' ');
  return names.length > FEW ? `${shown} and ${names.length - FEW} more` : shown;
}
