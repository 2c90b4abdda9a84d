// The verbs, in the order and groups in which help shows them. This table is all that `ays` loads to print help; the
// file of a verb is loaded when it is asked for.

import { EngineError } from '../../engine/model/errors.ts';
import { nearest } from '../../engine/model/nearest.ts';
import type { Verb } from './verb.ts';

export interface VerbEntry {
  readonly name: string;
  readonly group: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly verb: Verb }>;
}

export const VERBS: readonly VerbEntry[] = [
  {
    name: 'init',
    group: 'Write',
    summary: 'write a first blueprint, with comments',
    load: () => import('./verbs/init.ts'),
  },
  {
    name: 'validate',
    group: 'Write',
    summary: 'check blueprints and show every mistake at once',
    load: () => import('./verbs/validate.ts'),
  },
  {
    name: 'fmt',
    group: 'Write',
    summary: 'put blueprints into the one canonical form',
    load: () => import('./verbs/fmt.ts'),
  },
  {
    name: 'plan',
    group: 'Look ahead',
    summary: 'show every step that would be taken, and why',
    load: () => import('./verbs/plan.ts'),
  },
  { name: 'graph', group: 'Look ahead', summary: 'show what depends on what', load: () => import('./verbs/graph.ts') },
  {
    name: 'explain',
    group: 'Understand',
    summary: 'tell what a kind, a field, an error code or a template helper means',
    load: () => import('./verbs/explain.ts'),
  },
  {
    name: 'machine',
    group: 'Understand',
    summary: 'show the lifecycle that a service runs',
    load: () => import('./verbs/machine.ts'),
  },
  {
    name: 'help',
    group: 'This program',
    summary: 'tell what a verb does, with examples',
    load: () => import('./verbs/help.ts'),
  },
  {
    name: 'completion',
    group: 'This program',
    summary: 'print the completion script of a shell',
    load: () => import('./verbs/completion.ts'),
  },
];

/** Verbs that messages already name and that need a robot. */
const COMING: readonly string[] =
  'up down apply set status watch why events logs exec do run retry pause resume adopt forget give rename destroy rollback history diff output robot node market image vdisk secret token migrate restore doctor top'.split(
    ' ',
  );

export function verbEntry(name: string): VerbEntry {
  const entry = VERBS.find((verb) => verb.name === name);
  if (entry !== undefined) return entry;
  if (COMING.includes(name)) {
    throw new EngineError('USAGE', `ays ${name} is not built yet`, { hint: 'ays help lists what there is' });
  }
  const isPath = /[./]/.test(name);
  const guess = isPath
    ? `plan ${name}`
    : nearest(
        name,
        VERBS.map((verb) => verb.name),
      );
  throw new EngineError('USAGE', `ays has no verb "${name}"`, {
    hint: guess === undefined ? 'ays help lists them' : `did you mean ays ${guess}? ays help lists them all`,
  });
}
