// The one statechart that every service runs. It says *when* to look, wait, rest and give up; *what* to do is diff's.
// Nothing runs in here: actions are names that come back as data. Every state that waits for something has a deadline,
// so no lost message can hold a service for ever; only `parked`, `paused` and `gone` rest until somebody acts.

import type { Policy } from '../model/policy.ts';
import { dispositionOf } from './counters.ts';
import { passLimitMs, vocabularyOf, type Timed } from './vocabulary.ts';
import { freshContext, type Decision, type LifecycleContext } from './words.ts';

interface Args {
  readonly context: LifecycleContext;
  readonly event: Timed;
}

export type LifecycleMachine = ReturnType<typeof buildMachine>;

export function buildMachine(policy: Policy) {
  const record = (decision: Decision, reason: string | ((args: Args) => string)) => ({
    type: 'record' as const,
    params: (args: Args) => ({ decision, reason: typeof reason === 'string' ? reason : reason(args) }),
  });
  const { heal } = policy;

  // What can reach a service while no pass is on its way.
  const wish = [
    { guard: 'isNews', target: 'due', actions: ['takeWish', record('change', sayWish)] },
    { actions: record('ignore', 'the message is older than the wish') },
  ] as const;
  const wishes = { SPEC: wish, REVIVE: wish, RETIRE: wish, REMOVE: wish };
  const pause = { target: 'paused', actions: [setPaused(true), record('pause', 'a person asked for it')] } as const;
  const retry = {
    target: 'due',
    actions: ['freshCounters', 'grant', record('look', 'a person asked for another try')],
  } as const;
  const consent = { target: 'due', actions: ['grant', record('look', 'a person agreed')] } as const;
  const poked = { target: 'due', actions: record('look', 'poked') } as const;
  const cleared = [
    { guard: 'causeCleared', target: 'due', actions: ['forgetCause', record('look', 'the cause is over')] },
    { actions: 'forgetCause' },
  ] as const;

  // While a pass is on its way its answer is awaited: there is never a second pass beside it.
  const wishInPass = [
    { guard: 'isNews', actions: ['takeWish', 'supersede', record('change', sayWish)] },
    { actions: record('ignore', 'the message is older than the wish') },
  ] as const;
  const remember = { actions: ['noteDirty', record('remember', 'poked during the pass: one more follows')] } as const;
  const inPass = {
    SPEC: wishInPass,
    REVIVE: wishInPass,
    RETIRE: wishInPass,
    REMOVE: wishInPass,
    POKE: remember,
    RETRY: { actions: ['freshCounters', 'grant', 'noteDirty', record('remember', 'a person asked for another try')] },
    CONSENT: { actions: ['grant', 'noteDirty', record('remember', 'a person agreed')] },
    CAUSE_CLEARED: { actions: ['forgetCause', 'noteDirty'] },
    PAUSE: { actions: [setPaused(true), 'supersede', record('pause', 'after the pass that is on its way')] },
    RESUME: { actions: setPaused(false) },
  } as const;
  const passLimit = [
    {
      guard: 'isSuperseded',
      target: 'due',
      actions: ['abortPass', record('look', `no answer within ${passLimitMs(policy)} ms`)],
    },
    { target: 'backingOff', actions: ['abortPass', 'countFailure', record('back off', sayBackoff)] },
  ] as const;
  const startPass = ['nextPass', 'nextTurn', 'askPass'] as const;

  // The answers of a pass, in the order they are judged.
  const first = [
    { guard: 'isStale', actions: record('ignore', 'the answer of an earlier pass') },
    {
      guard: 'isSuperseded',
      target: 'due',
      actions: ['countStep', record('look', 'the wish changed during the pass')],
    },
  ] as const;
  const stepped = { guard: 'hasProgressed', target: 'due', actions: ['countStep', record('step', sayStep)] } as const;
  const last = [
    { guard: 'waitingButPoked', target: 'due', actions: record('look', 'poked during the pass') },
    { guard: 'isWaiting', target: 'waiting', actions: ['noteWaiting', record('wait', sayWaiting)] },
    { guard: 'failedForNow', target: 'backingOff', actions: ['countFailure', record('back off', sayBackoff)] },
    { guard: 'failedByAnother', target: 'waiting', actions: ['noteCause', 'noteWaiting', record('wait', sayCause)] },
    { guard: 'failedForGood', target: 'parked', actions: ['noteCause', record('park', sayCause)] },
    { target: 'parked', actions: [nonsense(), record('park', 'the pass gave an answer that does not fit the wish')] },
  ] as const;

  return vocabularyOf(policy).createMachine({
    id: 'lifecycle',
    context: ({ input }) => ('turn' in input ? input : freshContext(input)),
    initial: 'due',
    states: {
      due: {
        meta: { word: 'due' },
        always: [
          { guard: 'isPaused', target: 'paused' },
          { guard: 'mustGo', target: 'deleting' },
          { guard: 'mustRetire', target: 'retiring' },
          { target: 'reconciling' },
        ],
      },

      reconciling: {
        meta: { word: 'reconciling' },
        tags: 'pass',
        entry: startPass,
        after: { passLimit },
        on: {
          ...inPass,
          PASS_DONE: [
            ...first,
            { guard: 'convergedButPoked', target: 'due', actions: ['settle', record('look', 'poked during the pass')] },
            { guard: 'isConverged', target: 'converged', actions: ['settle', record('converged', 'nothing differs')] },
            {
              guard: 'isExhausted',
              target: 'parked',
              actions: [
                'countStep',
                setCause(
                  'RETRIES_EXHAUSTED',
                  `repaired ${heal.attempts} times without success`,
                  'find out why it does not hold, then ays retry',
                ),
                record('park', ({ event }) => `the ladder is at its end: ${sayStep({ event })}`),
              ],
            },
            {
              guard: 'mustMove',
              target: 'moving',
              actions: ['countStep', record('move', 'restart and recreate did not hold')],
            },
            stepped,
            {
              guard: 'mustAsk',
              target: 'asking',
              actions: ['noteProposal', record('ask', ({ event }) => `heal is ${heal.mode}: ${sayPlanned({ event })}`)],
            },
            {
              guard: 'restedTooOften',
              target: 'parked',
              actions: [
                'noteProposal',
                setCause(
                  'QUARANTINED',
                  'it converges and drifts again, also after resting',
                  'stop what changes it, then ays retry',
                ),
                record('park', sayPlanned),
              ],
            },
            {
              guard: 'isFlapping',
              target: 'quarantine',
              actions: [
                'noteProposal',
                'noteQuarantine',
                record(
                  'rest',
                  ({ event }) => `repaired ${heal.attempts} times in ${heal.windowMs} ms; ${sayPlanned({ event })}`,
                ),
              ],
            },
            ...last,
          ],
        },
      },

      deleting: {
        meta: { word: 'deleting' },
        tags: 'pass',
        entry: startPass,
        after: { passLimit },
        on: {
          ...inPass,
          PASS_DONE: [
            ...first,
            { guard: 'isAbsent', target: 'gone', actions: record('gone', 'seen absent') },
            stepped,
            ...last,
          ],
        },
      },

      retiring: {
        meta: { word: 'retiring' },
        tags: 'pass',
        entry: startPass,
        after: { passLimit },
        on: {
          ...inPass,
          PASS_DONE: [
            ...first,
            { guard: 'retiredButPoked', target: 'due', actions: ['settle', record('look', 'poked during the pass')] },
            {
              guard: 'isRetired',
              target: 'retired',
              actions: ['settle', record('retired', 'detached, its data is kept')],
            },
            stepped,
            ...last,
          ],
        },
      },

      converged: {
        meta: { word: 'converged' },
        entry: 'nextTurn',
        after: { resync: { target: 'due', actions: record('look', 'resync') } },
        on: { ...wishes, POKE: poked, RETRY: poked, PAUSE: pause },
      },

      retired: {
        meta: { word: 'retired' },
        entry: 'nextTurn',
        after: { resync: { target: 'due', actions: record('look', 'resync') } },
        on: { ...wishes, POKE: poked, RETRY: poked, PAUSE: pause },
      },

      waiting: {
        meta: { word: 'waiting' },
        entry: 'nextTurn',
        after: { waitLimit: { target: 'due', actions: record('wait', sayStillWaiting) } },
        on: { ...wishes, POKE: poked, RETRY: retry, CONSENT: consent, CAUSE_CLEARED: cleared, PAUSE: pause },
      },

      backingOff: {
        meta: { word: 'backing off' },
        entry: 'nextTurn',
        after: { backoff: { target: 'due', actions: record('look', 'the backoff is over') } },
        on: {
          ...wishes,
          POKE: { actions: record('ignore', 'backing off: a poke does not shorten it') },
          RETRY: retry,
          CONSENT: consent,
          CAUSE_CLEARED: cleared,
          PAUSE: pause,
        },
      },

      asking: {
        meta: { word: 'parked' },
        entry: 'nextTurn',
        after: { resync: { target: 'due', actions: record('look', 'is the proposal still true?') } },
        on: { ...wishes, POKE: poked, RETRY: retry, CONSENT: consent, PAUSE: pause },
      },

      quarantine: {
        meta: { word: 'parked' },
        entry: 'nextTurn',
        after: { cooldown: { target: 'due', actions: ['endQuarantine', record('look', 'it has rested')] } },
        on: {
          ...wishes,
          POKE: { actions: record('ignore', 'resting after too many repairs') },
          RETRY: retry,
          CONSENT: consent,
          PAUSE: pause,
        },
      },

      moving: {
        meta: { word: 'reconciling' },
        entry: ['nextTurn', 'askMove'],
        after: {
          waitLimit: { target: 'due', actions: ['noteUnmovable', record('look', 'no other node was found in time')] },
        },
        on: {
          ...wishes,
          MOVE_REFUSED: {
            target: 'due',
            actions: [
              'noteUnmovable',
              record('look', ({ event }) => (event.type === 'MOVE_REFUSED' ? event.reason : '')),
            ],
          },
          RETRY: retry,
          PAUSE: pause,
        },
      },

      parked: {
        meta: { word: 'parked' },
        tags: 'resting',
        entry: 'nextTurn',
        after: {
          resync: { guard: 'worldMayHaveChanged', target: 'due', actions: record('look', 'is the cause still there?') },
        },
        on: {
          ...wishes,
          POKE: [
            {
              guard: 'worldMayHaveChanged',
              target: 'due',
              actions: record('look', 'poked: is the cause still there?'),
            },
            { actions: record('ignore', ({ context }) => `parked: ${context.cause?.code ?? 'a person is needed'}`) },
          ],
          RETRY: retry,
          CONSENT: consent,
          CAUSE_CLEARED: cleared,
          PAUSE: pause,
        },
      },

      paused: {
        meta: { word: 'paused' },
        tags: 'resting',
        on: {
          SPEC: pausedWish(),
          REVIVE: pausedWish(),
          RETIRE: pausedWish(),
          REMOVE: pausedWish(),
          POKE: { actions: record('ignore', 'paused by a person') },
          RESUME: { target: 'due', actions: [setPaused(false), record('resume', 'a person asked for it')] },
        },
      },

      gone: {
        meta: { word: 'gone' },
        tags: 'resting',
        on: { SPEC: wish, REVIVE: wish },
      },
    },
  });

  function pausedWish() {
    return [
      { guard: 'isNews', actions: ['takeWish', record('remember', 'paused: the new wish waits for resume')] },
      { actions: record('ignore', 'the message is older than the wish') },
    ] as const;
  }
}

const setPaused = (paused: boolean) => ({ type: 'setPaused', params: { paused } }) as const;
const setCause = (code: string, message: string, hint: string) =>
  ({ type: 'setCause', params: { code, message, hint } }) as const;
const nonsense = () =>
  setCause('INTERNAL', 'the answer of the pass does not fit the wish', 'this is a bug in the engine: please report it');

function sayWish({ event }: Args): string {
  if (event.type === 'SPEC') return `generation ${event.generation}`;
  if (event.type === 'REVIVE') return 'declared again';
  return event.type === 'RETIRE' ? 'no longer declared: detach and keep the data' : 'it must go';
}

function sayStep({ event }: Pick<Args, 'event'>): string {
  return event.type === 'PASS_DONE' && event.outcome.kind === 'progressed'
    ? `${event.outcome.step.op}: ${event.outcome.step.text}`
    : '';
}

function sayPlanned({ event }: Pick<Args, 'event'>): string {
  if (event.type !== 'PASS_DONE' || event.outcome.kind !== 'planned') return '';
  return event.outcome.steps.map(({ op, text }) => `${op}: ${text}`).join('; ');
}

function sayWaiting({ event }: Args): string {
  return event.type === 'PASS_DONE' && event.outcome.kind === 'waiting' ? `for ${event.outcome.on.join(', ')}` : '';
}

function sayStillWaiting({ context }: Args): string {
  return context.waitingOn.length > 0
    ? `still for ${context.waitingOn.join(', ')}`
    : `still: ${context.cause?.message ?? 'no cause given'}`;
}

function sayCause({ event }: Args): string {
  if (event.type !== 'PASS_DONE' || event.outcome.kind !== 'failed') return '';
  const { code, message } = event.outcome.error;
  return `${code}: ${message}${dispositionOf(code) === 'bug' ? ' (a bug in the engine)' : ''}`;
}

function sayBackoff({ context }: Args): string {
  const { cause, delayMs, attempts } = context;
  return cause === null
    ? ''
    : `${cause.code}: ${cause.message}; next try in ${delayMs} ms (failure ${attempts[cause.code] ?? 1})`;
}
