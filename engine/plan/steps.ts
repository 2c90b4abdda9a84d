// Steps of a draft: what an actor's diff returned, and the few things the engine does itself, in one form.

import type { AnyActor, Risk, Step, Want, Status, Why } from '../model/actor.ts';
import { EngineError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Registry } from '../model/registry.ts';
import { maskedWhy } from './mask.ts';
import { measureOf, sayAs, sayChange } from './measure.ts';
import type { PlanStep } from './shape.ts';

export const ABSENT: Status = { presence: 'absent' };

const RANK: Readonly<Record<Risk, number>> = { safe: 0, disruptive: 1, destructive: 2 };

export function highestRisk(steps: readonly PlanStep[]): Risk {
  let highest: Risk = 'safe';
  for (const { risk } of steps) if (RANK[risk] > RANK[highest]) highest = risk;
  return highest;
}

/** Asks an actor; an exception there is a bug of the actor and is reported with the service's name. */
export function diffOf(actor: AnyActor, key: ServiceKey, want: Want<JsonObject>, status: Status): readonly Step[] {
  try {
    return actor.diff(want, status);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new EngineError('INTERNAL', `${key}: the diff of actor ${actor.kind} failed: ${message}`, { cause: error });
  }
}

export class StepList {
  readonly list: PlanStep[] = [];
  readonly #key: ServiceKey;

  constructor(key: ServiceKey) {
    this.#key = key;
  }

  engine(op: string, summary: string, why: Why, risk: Risk = 'safe', consent: 'needed' | 'standing' = 'needed'): void {
    this.list.push({
      id: this.#nextId(),
      op,
      summary,
      why: maskedWhy(why),
      risk,
      by: 'engine',
      ...(risk === 'destructive' && { consent }),
    });
  }

  actor(actor: AnyActor, steps: readonly Step[], consent: 'needed' | 'standing', registry: Registry): void {
    for (const { op, why, risk: override } of steps) {
      this.#push(actor, op, measured(why, registry, actor), override, consent);
    }
  }

  /** A step that no diff asked for: the restart that a replaced producer causes. */
  forced(actor: AnyActor, op: string, why: Why): void {
    this.#push(actor, op, why, undefined, 'needed');
  }

  #push(actor: AnyActor, op: string, why: Why, override: Risk | undefined, consent: 'needed' | 'standing'): void {
    const definition = Object.hasOwn(actor.steps, op) ? actor.steps[op] : undefined;
    if (definition === undefined) {
      throw new EngineError(
        'ACTOR_INVALID',
        `${this.#key}: actor ${actor.kind} plans the step "${op}", which it does not define`,
      );
    }
    const risk = override ?? definition.risk;
    this.list.push({
      id: this.#nextId(),
      op,
      summary: definition.summary,
      why: maskedWhy(why),
      risk,
      by: 'actor',
      ...(risk === 'destructive' && { consent }),
    });
  }

  #nextId(): string {
    return `${this.#key}#${this.list.length + 1}`;
  }
}

/** Bytes and milliseconds get their units back in the words of a why that has none of its own. */
function measured(given: Why, registry: Registry, actor: AnyActor): Why {
  const { field, have, want, text } = given;
  if (typeof have !== 'number' && typeof want !== 'number') return given;
  if (text !== sayChange({ field, ...(have !== undefined && { have }), ...(want !== undefined && { want }) }))
    return given;
  const measure = measureOf(registry, actor.schema, field);
  if (measure === undefined) return given;
  return { ...given, text: `${field}: ${sayAs(have, measure)} → ${sayAs(want, measure)}` };
}
