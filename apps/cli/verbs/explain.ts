// ays explain: the schemas and the error page, from the command line. What editors show comes from the same schemas.

import { EngineError } from '../../../engine/model/errors.ts';
import { nearest } from '../../../engine/model/nearest.ts';
import { EXIT, type Verb } from '../verb.ts';

export const verb: Verb = {
  operands: [
    {
      name: 'TOPIC',
      optional: true,
      completes: 'topic',
      summary: 'a kind, a field such as container.mounts.at, an error code, a helper, or "templates"',
    },
  ],
  flags: [],
  about: [
    'Tells what a kind is and what each field means: type, default, bounds, and what happens to a running service when it changes. Also explains each error code, and the helpers of templates. Without a topic it lists the kinds.',
  ],
  examples: [
    { command: 'ays explain', shows: 'all kinds' },
    { command: 'ays explain container', shows: 'a kind with its fields' },
    { command: 'ays explain container.probe', shows: 'one field and what is inside' },
    { command: 'ays explain FIELD_UNKNOWN', shows: 'an error code' },
    { command: 'ays explain templates', shows: 'the helpers inside {{ }}' },
  ],
  run: async ({ operands, output }) => {
    const [topic] = operands;
    const { isErrorCode, explainCode } = await import('../explain/code.ts');
    if (topic !== undefined && isErrorCode(topic)) {
      explainCode(topic, output);
      return EXIT.done;
    }
    if (topic === 'templates') {
      const { explainTemplates } = await import('../explain/templates.ts');
      explainTemplates(output);
      return EXIT.done;
    }
    const { loadRegistry } = await import('../registry.ts');
    const { explainField, explainKind, explainKinds } = await import('../explain/kind.ts');
    const registry = loadRegistry();
    if (topic === undefined) {
      explainKinds(registry, output);
      return EXIT.done;
    }
    // A dot leads into a field, but a kind may have one too: `node.ovc.address`.
    const parts = topic.split('.');
    const dotted = registry.actor(parts.slice(0, 2).join('.'));
    const actor = dotted ?? registry.actor(parts[0]!);
    if (actor === undefined) {
      const { explainHelper } = await import('../explain/templates.ts');
      if (explainHelper(topic, output)) return EXIT.done;
      throw unknownTopic(topic, registry.kinds(), await codes());
    }
    const path = parts.slice(dotted !== undefined && parts.length > 1 ? 2 : 1);
    if (path.length === 0) explainKind(registry, actor, output);
    else explainField(registry, actor, path, output);
    return EXIT.done;
  },
};

async function codes(): Promise<readonly string[]> {
  const { CATALOGUE } = await import('../../../engine/model/errors.ts');
  return Object.keys(CATALOGUE);
}

function unknownTopic(topic: string, kinds: readonly string[], errorCodes: readonly string[]): EngineError {
  const guess = nearest(topic, [...kinds, 'templates', ...errorCodes]);
  return new EngineError('KEY_UNKNOWN', `there is no kind, field, error code or helper "${topic}"`, {
    hint: guess === undefined ? `kinds are ${kinds.join(', ')}; ays help explain tells more` : `did you mean ${guess}?`,
  });
}
