// ays machine: the lifecycle that every service runs, compiled with the patience of its kind, or of one service
// when its blueprint is given.

import type { Description } from '../../../engine/lifecycle/index.ts';
import { EngineError } from '../../../engine/model/errors.ts';
import { kindOf, parseKey } from '../../../engine/model/key.ts';
import { policyOf } from '../../../engine/model/policy.ts';
import type { Registry } from '../../../engine/model/registry.ts';
import type { HealPolicy } from '../../../engine/model/service.ts';
import { BLUEPRINT_FLAGS, BLUEPRINT_OPERAND, loadBlueprint } from '../blueprint.ts';
import { padEnd, wrap } from '../display.ts';
import { reportMembers, type Output } from '../output.ts';
import { EXIT, type Context, type Verb } from '../verb.ts';
import { keysOf } from './graph.ts';

export const verb: Verb = {
  operands: [
    { name: 'KEY', summary: 'a service such as container/web, or a kind', completes: 'key' },
    { ...BLUEPRINT_OPERAND, optional: true, summary: 'the blueprint that declares it, for its own heal: settings' },
  ],
  flags: [
    ...BLUEPRINT_FLAGS,
    {
      name: 'format',
      value: 'FORMAT',
      choices: ['text', 'mermaid', 'json'],
      summary: 'how to print it; text is the default',
    },
  ],
  about: [
    'Shows the states a service can be in, what moves it from one to the next, and how long it waits in each. The chart is the same for every kind; the times and the number of attempts come from the kind, and from heal: in the blueprint.',
  ],
  examples: [
    { command: 'ays machine container', shows: 'as a kind runs it' },
    { command: 'ays machine container/web blueprint.yaml', shows: 'as one service runs it' },
    { command: 'ays machine container --format mermaid', shows: 'a drawing for a Markdown page' },
  ],
  run: async (context) => {
    const { loadRegistry } = await import('../registry.ts');
    const { options, output, operands } = context;
    const [topic = '', path] = operands;
    const registry = loadRegistry();
    const subject =
      path === undefined ? kindNamed(topic, registry) : await serviceNamed(topic, path, context, registry);
    if (subject === undefined) return EXIT.invalid;
    const { compileLifecycle } = await import('../../../engine/lifecycle/index.ts');
    const lifecycle = compileLifecycle(subject.kind, policyOf(registry.actor(subject.kind)?.policy, subject.heal));
    const { mermaid, json } = lifecycle.describe();
    const format = output.json ? 'json' : (options.text('format') ?? 'text');
    if (format === 'json') output.document({ ok: true, of: subject.name, ...json });
    else if (format === 'mermaid') output.data(mermaid);
    else printText(subject.name, json, output);
    return EXIT.done;
  },
};

interface Subject {
  readonly name: string;
  readonly kind: string;
  readonly heal: Partial<HealPolicy>;
}

function kindNamed(topic: string, registry: Registry): Subject {
  const key = parseKey(topic);
  const kind = registry.actor(topic) !== undefined ? topic : key === undefined ? topic : kindOf(key);
  if (registry.actor(kind) !== undefined) return { name: topic, kind, heal: {} };
  const guess = registry.nearestKind(kind);
  throw new EngineError('KIND_UNKNOWN', `there is no kind "${kind}"`, {
    hint: guess === undefined ? `kinds are ${registry.kinds().join(', ')}` : `did you mean ${guess}?`,
  });
}

async function serviceNamed(
  topic: string,
  path: string,
  context: Context,
  registry: Registry,
): Promise<Subject | undefined> {
  const { report, desired } = await loadBlueprint(path, context, registry);
  context.output.report(report);
  if (desired === undefined) {
    if (context.output.json) context.output.document({ ok: false, ...reportMembers(report) });
    return undefined;
  }
  const service = desired.services.get(keysOf(topic, desired)[0]!)!;
  return { name: service.key, kind: service.actor, heal: service.common.heal };
}

function printText(name: string, json: Description['json'], output: Output): void {
  const { bold, dim, cyan } = output.paint;
  const { heal, ladder, backoff } = json.policy;
  output.line(`${bold(name)} ${dim(`runs the lifecycle of ${json.kind}`)}`);
  output.line(
    `  healing ${heal.mode}: ${ladder.join(', then ')}, then a person; ${heal.attempts} attempts within ${sayMs(heal.windowMs)}`,
  );
  output.line(
    `  after a failure it waits ${sayMs(backoff.baseMs)} to ${sayMs(backoff.capMs)}; it is looked at every ${sayMs(json.policy.resyncMs)} without cause`,
  );
  for (const state of json.states) {
    output.line('');
    const facts = [
      state.word === state.name ? '' : state.word,
      state.name === json.initial ? 'starts here' : '',
      state.rests ? 'rests until somebody acts' : '',
    ];
    output.line(`${bold(cyan(state.name))} ${dim(facts.filter((fact) => fact !== '').join('; '))}`.trimEnd());
    // One line per next state; what only counts and stays is left to --json.
    const leads = new Map<string, Map<string, string[]>>();
    for (const { from, to, on, guard } of json.transitions) {
      if (from !== state.name || to === from) continue;
      const lead = leads.get(to) ?? leads.set(to, new Map()).get(to)!;
      const guards = lead.get(on) ?? lead.set(on, []).get(on)!;
      if (guard !== undefined && !guards.includes(words(guard))) guards.push(words(guard));
    }
    for (const [to, lead] of leads) {
      const hows = [...lead].map(([on, guards]) =>
        [on === '' ? 'at once' : on, ...(guards.length > 0 ? [`(${guards.join(', ')})`] : [])].join(' '),
      );
      output.line(`  → ${padEnd(to, 12)} ${dim(wrap(hows.join('; '), output.width, ' '.repeat(17)))}`);
    }
  }
}

/** `failedForNow` → `failed for now`, `isNews` → `news` */
function words(name: string): string {
  return name
    .replace(/^(is|has)(?=[A-Z])/, '')
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim();
}

function sayMs(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 120_000) return `${ms / 1000} s`;
  return ms < 7_200_000 ? `${ms / 60_000} min` : `${ms / 3_600_000} h`;
}
