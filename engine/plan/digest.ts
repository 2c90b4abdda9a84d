// The hash of a plan: what it does, to what, and seen in which state. Two plans with one hash do the same; an accepted plan
// whose hash no longer comes out has met another world. Volatile parts of a status (load, age) do not count: what
// they lead to stands in the steps.

import { hash } from 'node:crypto';
import { canonicalJson } from '../model/json.ts';
import type { Draft } from './draft.ts';
import type { Plan } from './shape.ts';

export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}

/** One draft in full; its place in the order is added where it is known. */
export function digestDraft(draft: Draft): string {
  const { key, verb, steps, changes, because, blocked, from, uid, generation, wanted, status } = draft;
  let text = `${verb}|${wanted}|${uid}|${generation}|${from}|${blocked?.code}|${seen(status)}|${quote(because)}`;
  for (const { op, by, risk, consent, why } of steps) {
    text += `|${op}|${by}|${risk}|${consent}|${quote(why.text)}|${quote(why.field)}|${canonicalJson(why.have)}|${canonicalJson(why.want)}`;
  }
  for (const change of changes) text += `|${canonicalJson({ ...change })}`;
  return sha256(`${key}|${text}`);
}

/** What may hold any character is quoted, so that two different drafts never make one text. */
function quote(text: string): string {
  return JSON.stringify(text);
}

function seen(status: Draft['status']): string {
  if (status === undefined) return 'unseen';
  if (status.presence === 'absent') return 'absent';
  return canonicalJson([status.presence, status.config ?? null, status.foreign ?? null]);
}

/** `items`: the digest of all items with their places. */
export function digestPlan(plan: Omit<Plan, 'hash'>, items: string): string {
  const lines: string[] = [`ays plan ${plan.format}`, plan.blueprint, plan.scope, String(plan.base ?? ''), items];
  for (const { code, key } of plan.refusals) lines.push(`refused ${code} ${key}`);
  for (const { key, foreign } of plan.unknown) lines.push(`unknown ${key} ${foreign?.id ?? ''}`);
  return sha256(lines.join('\n'));
}
