// Actors with one deliberate fault each. The contract has to catch every one of them: a contract that lets a broken
// actor through would say nothing about a sound one.

import type { AnyActor, Status, Step, Want } from '../../engine/model/actor.ts';
import type { PromiseName } from './properties.ts';
import { EngineError } from '../../engine/model/errors.ts';
import { canonicalJson, type JsonObject, type JsonValue } from '../../engine/model/json.ts';

export interface Mutant {
  readonly name: string;
  /** The promises that can be broken by it; the others are not tried. */
  readonly aim: readonly PromiseName[];
  /** A fresh one for each trial, since some of them remember; says when it did otherwise than the original. */
  make(differs: () => void): AnyActor;
}

type Diff = AnyActor['diff'];

const REACHES: readonly PromiseName[] = ['converges', 'absent', 'retired', 'stranger'];

export function mutantsOf(actor: AnyActor): readonly Mutant[] {
  const holdsData = actor.schema['x-holdsData'] === true;
  const withDiff = (name: string, aim: readonly PromiseName[], change: (diff: Diff) => Diff): Mutant => ({
    name,
    aim,
    make(differs) {
      const diff = change(actor.diff);
      let differed = false;
      return {
        ...actor,
        diff(want, status) {
          const original = differed ? undefined : JSON.stringify(actor.diff(want, status));
          const before = differed ? undefined : JSON.stringify([want, status]);
          const steps = diff(want, status);
          if (!differed && (JSON.stringify(steps) !== original || JSON.stringify([want, status]) !== before)) {
            differed = true;
            differs();
          }
          return steps;
        },
      };
    },
  });
  const eachStep = (name: string, aim: readonly PromiseName[], change: (step: Step) => Step): Mutant =>
    withDiff(name, aim, (diff) => (want, status) => diff(want, status).map(change));
  const ops = Object.keys(actor.steps);

  return [
    withDiff('drops the first step', REACHES, (diff) => (want, status) => diff(want, status).slice(1)),
    withDiff('drops the last step', REACHES, (diff) => (want, status) => diff(want, status).slice(0, -1)),
    ...ops.map((op) =>
      withDiff(
        `never plans ${op}`,
        REACHES,
        (diff) => (want, status) => diff(want, status).filter((step) => step.op !== op),
      ),
    ),
    ...ops.map((op) => doesNothing(actor, op)),
    ...ops.map((op) => failsTheSecondTime(actor, op)),
    ...Object.keys(actor.schema.properties).map((field) =>
      withDiff(
        `does not see drift of ${field}`,
        ['converges'],
        (diff) => (want, status) => diff(blinded(want, status, field), status),
      ),
    ),
    withDiff('always has a step', ['quiet', 'converges'], (diff) => {
      let last: Step | undefined;
      return (want, status) => {
        const steps = diff(want, status);
        last = steps[0] ?? last;
        return steps.length === 0 && last !== undefined ? [last] : steps;
      };
    }),
    withDiff(
      'does not see `running`',
      ['converges'],
      (diff) => (want, status) => diff(typeof want === 'string' ? want : { ...want, running: true }, status),
    ),
    withDiff('never goes', ['absent'], (diff) => (want, status) => (want === 'absent' ? [] : diff(want, status))),
    withDiff('makes again what must go', ['pure', 'honest', 'absent', 'retired'], (diff) => {
      let wanted: Want<JsonObject> | undefined;
      return (want, status) => {
        if (typeof want !== 'string') wanted = want;
        return want === 'absent' && status.presence === 'absent' && wanted !== undefined
          ? diff(wanted, status)
          : diff(want, status);
      };
    }),
    withDiff('answers otherwise the second time', ['pure'], (diff) => {
      let asked = 0;
      return (want, status) => (asked++ % 2 === 0 ? diff(want, status) : diff(want, status).slice(1));
    }),
    withDiff('changes the spec it compares', ['pure'], (diff) => (want, status) => {
      if (typeof want !== 'string') Object.assign(want, { compared: true });
      return diff(want, status);
    }),
    withDiff('changes the status it compares', ['pure'], (diff) => (want, status) => {
      Object.assign(status, { compared: true });
      return diff(want, status);
    }),
    eachStep('swaps have and want', ['honest'], (step) => ({
      ...step,
      why: { ...step.why, have: step.why.want, want: step.why.have },
    })),
    eachStep('says the same value twice', ['honest'], (step) => ({
      ...step,
      why: { ...step.why, have: step.why.want },
    })),
    eachStep('names no field', ['honest'], (step) => ({ ...step, why: { ...step.why, field: '' } })),
    eachStep('gives no text', ['honest'], (step) => ({ ...step, why: { ...step.why, text: '' } })),
    eachStep('plans a step it does not have', ['honest'], (step) => ({ ...step, op: `${step.op}Now` })),
    withDiff(
      'touches a stranger',
      ['stranger'],
      (diff) => (want, status) =>
        status.presence === 'foreign' ? diff(want, { presence: 'absent' }) : diff(want, status),
    ),
    { name: 'keeps the old key', aim: ['rekey'], make: (differs) => ({ ...actor, rekey: async () => differs() }) },
    {
      name: 'makes it anew under the other key',
      aim: ['rekey'],
      make: (differs) => ({
        ...actor,
        rekey(driver, from, context) {
          differs();
          return removeAll(actor, driver, { ...context, key: from });
        },
      }),
    },
    ...(holdsData
      ? [
          withDiff(
            'destroys what is retired',
            ['retired'],
            (diff) => (want, status) => diff(want === 'retired' ? 'absent' : want, status),
          ),
          eachStep('calls every step safe', ['absent'], (step) => ({ ...step, risk: 'safe' })),
        ]
      : []),
  ];
}

/** Settings of this field look as wanted, whatever they are. */
function blinded(want: Want<JsonObject>, status: Status, field: string): Want<JsonObject> {
  if (typeof want === 'string' || status.config?.[field] === undefined) return want;
  return { ...want, [field]: status.config[field] }; // `running` is never a field of a schema
}

function doesNothing(actor: AnyActor, op: string): Mutant {
  const make = (differs: () => void): AnyActor => ({
    ...actor,
    steps: { ...actor.steps, [op]: { ...actor.steps[op]!, run: async () => differs() } },
  });
  return { name: `${op} does nothing`, aim: REACHES, make };
}

function failsTheSecondTime(actor: AnyActor, op: string): Mutant {
  return {
    name: `${op} cannot be repeated`,
    aim: ['twice'],
    make(differs) {
      const done = new WeakMap<object, Set<string>>();
      const original = actor.steps[op]!;
      const run: typeof original.run = async (driver, args, context) => {
        const before = done.get(driver as object) ?? new Set();
        done.set(driver as object, before);
        const call = canonicalJson([context.key, (args ?? null) as JsonValue]); // arguments of a step are JSON
        differs();
        if (before.has(call)) throw new EngineError('DRIVER_REFUSED', `${op}: done already`);
        before.add(call);
        await original.run(driver, args, context);
      };
      return { ...actor, steps: { ...actor.steps, [op]: { ...original, run } } };
    },
  };
}

async function removeAll(actor: AnyActor, driver: unknown, context: Parameters<AnyActor['observe']>[1]): Promise<void> {
  for (let i = 0; i < 20; i++) {
    const [step] = actor.diff('absent', await actor.observe(driver, context));
    if (step === undefined) return;
    await actor.steps[step.op]!.run(driver, step.args, context);
  }
}
