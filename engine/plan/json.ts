// A plan as JSON, by schemas/plan.schema.json. Members without a value are left out; nothing is added that the plan has not.

import type { Why } from '../model/actor.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { KeyList, Plan, PlanItem, PlanStep, Refusal } from './shape.ts';

export function planToJson(plan: Plan): JsonObject {
  const { format, blueprint, scope, base, summary, blast, consents, refusals, unknown, hash } = plan;
  return {
    format,
    blueprint,
    scope,
    ...(base !== undefined && { base }),
    hash,
    summary: { ...summary, verbs: { ...summary.verbs }, risks: { ...summary.risks } },
    items: plan.items.map(itemToJson),
    blast: {
      interrupted: listToJson(blast.interrupted),
      consumers: listToJson(blast.consumers),
      data: listToJson(blast.data),
      nodes: listToJson(blast.nodes),
    },
    consents: consents.map((consent) => ({ ...consent })),
    refusals: refusals.map(refusalToJson),
    unknown: unknown.map(({ key, foreign }) => ({ key, ...(foreign && { foreign: { ...foreign } }) })),
  };
}

function listToJson({ count, first }: KeyList): JsonObject {
  return { count, first: [...first] };
}

function itemToJson(item: PlanItem): JsonObject {
  const { key, verb, wave, after, risk, because, from, steps, changes, notes, spec, facts, blocked } = item;
  return {
    key,
    verb,
    wave,
    after: [...after],
    risk,
    because,
    ...(from !== undefined && { from }),
    steps: steps.map(stepToJson),
    changes: changes.map((change) => ({ ...change })),
    notes: [...notes],
    ...(spec !== undefined && { spec }),
    ...(facts !== undefined && { measures: { ...facts.measures } }),
    ...(blocked !== undefined && { blocked: refusalToJson(blocked) }),
  };
}

function stepToJson(step: PlanStep): JsonObject {
  return { ...step, why: whyToJson(step.why) };
}

function whyToJson({ field, have, want, text }: Why): JsonObject {
  return { field, ...defined('have', have), ...defined('want', want), text };
}

function defined(name: string, value: JsonValue | undefined): JsonObject {
  return value === undefined ? {} : { [name]: value };
}

function refusalToJson({ code, key, message, hint }: Refusal): JsonObject {
  return { code, key, message, ...(hint !== undefined && { hint }) };
}
