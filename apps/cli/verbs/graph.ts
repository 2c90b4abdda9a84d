// ays graph: what depends on what.

import { EngineError } from '../../../engine/model/errors.ts';
import { parseKey } from '../../../engine/model/key.ts';
import { nearest } from '../../../engine/model/nearest.ts';
import type { DesiredState } from '../../../engine/model/service.ts';
import type { ServiceKey } from '../../../engine/model/key.ts';
import { BLUEPRINT_FLAGS, BLUEPRINT_OPERAND, loadBlueprint } from '../blueprint.ts';
import { focusOn, graphDot, graphMermaid, graphOf, graphText } from '../graph.ts';
import { reportMembers } from '../output.ts';
import { EXIT, type Verb } from '../verb.ts';

export const verb: Verb = {
  operands: [BLUEPRINT_OPERAND],
  flags: [
    ...BLUEPRINT_FLAGS,
    {
      name: 'format',
      value: 'FORMAT',
      choices: ['text', 'mermaid', 'dot', 'json'],
      summary: 'how to print it; text is the default',
    },
    { name: 'focus', value: 'KEY', completes: 'key', summary: 'only this service, what it needs and what needs it' },
  ],
  about: [
    'Shows every service under the wave in which it can be made, with what it waits for. Services of one wave are made at the same time.',
  ],
  examples: [
    { command: 'ays graph blueprint.yaml', shows: 'the graph as text' },
    { command: 'ays graph blueprint.yaml --focus container/web', shows: 'one service and its surroundings' },
    { command: 'ays graph blueprint.yaml --format mermaid', shows: 'a drawing for a Markdown page' },
    { command: 'ays graph blueprint.yaml --format dot > graph.dot', shows: 'a drawing for Graphviz' },
  ],
  run: async (context) => {
    const { loadRegistry } = await import('../registry.ts');
    const { options, output, operands } = context;
    const { report, desired } = await loadBlueprint(operands[0]!, context, loadRegistry());
    const format = output.json ? 'json' : (options.text('format') ?? 'text');
    if (desired === undefined) {
      if (format === 'json') output.document({ ok: false, ...reportMembers(report) });
      else output.report(report);
      return EXIT.invalid;
    }
    output.report(report);
    const focus = options.text('focus');
    const whole = graphOf(desired);
    const graph = focus === undefined ? whole : focusOn(whole, keysOf(focus, desired));
    if (format === 'json') output.document({ ok: true, ...graph, ...reportMembers(report) });
    else if (format === 'mermaid') output.data(graphMermaid(graph));
    else if (format === 'dot') output.data(graphDot(graph));
    else output.data(graphText(graph, output.paint));
    return EXIT.done;
  },
};

/** The service a person names; of a group, all of it. */
export function keysOf(text: string, desired: DesiredState): readonly ServiceKey[] {
  const key = parseKey(text);
  if (key !== undefined && desired.services.has(key)) return [key];
  const group = key === undefined ? undefined : desired.groups.get(key);
  if (group !== undefined) return group;
  const guess = nearest(key ?? text, [...desired.services.keys(), ...desired.groups.keys()]);
  throw new EngineError('KEY_UNKNOWN', `${desired.blueprint} has no service "${text}"`, {
    hint:
      guess !== undefined ? `did you mean ${guess}?` : 'a key is kind/name; ays graph without --focus shows them all',
  });
}
