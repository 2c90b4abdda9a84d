// ays help: the overview, or one verb.

import { printOverview, printVerbHelp } from '../help.ts';
import { EXIT, type Verb } from '../verb.ts';
import { verbEntry } from '../verbs.ts';

export const verb: Verb = {
  operands: [{ name: 'VERB', optional: true, summary: 'the verb to tell about', completes: 'verb' }],
  flags: [],
  about: ['Without a verb it lists all of them and says what to do first.'],
  examples: [
    { command: 'ays help', shows: 'all verbs' },
    { command: 'ays help plan', shows: 'one verb, with its flags and examples' },
  ],
  run: async ({ operands, output }) => {
    const [name] = operands;
    if (name === undefined) printOverview(output);
    else {
      const entry = verbEntry(name);
      const { verb } = await entry.load();
      printVerbHelp(entry, verb, output);
    }
    return EXIT.done;
  },
};
