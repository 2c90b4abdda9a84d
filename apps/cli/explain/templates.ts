// The helpers that may stand inside {{ }}, from the template engine's own table.

import { helperNames } from '../../../engine/blueprint/template/index.ts';
import { padEnd, wrap } from '../display.ts';
import type { Output } from '../output.ts';

const NAMES: readonly (readonly [string, string])[] = [
  ['params.NAME', 'a param of this blueprint'],
  ['each.key, each.value', 'the value this block was made for, in a block with each:'],
  ['replica', 'the number of this replica, from 1'],
];

/** One helper by its name; undefined when there is none of that name. */
export function explainHelper(name: string, output: Output): boolean {
  const helper = helperNames().find((one) => one.name === name);
  if (helper === undefined) return false;
  if (output.json) {
    output.document({ ok: true, topic: 'templates', helper });
    return true;
  }
  const { bold, dim } = output.paint;
  output.line(`${bold(`${helper.name} ${helper.arguments}`)}  a helper inside {{ }}`);
  output.line(`  ${wrap(helper.summary, output.width, '  ')}`);
  output.line(`  ${dim(`${helper.example.template} → ${JSON.stringify(helper.example.gives)}`)}`);
  return true;
}

export function explainTemplates(output: Output): void {
  const helpers = helperNames();
  if (output.json)
    return output.document({
      ok: true,
      topic: 'templates',
      names: NAMES.map(([name, summary]) => ({ name, summary })),
      helpers,
    });
  const { bold, dim, cyan } = output.paint;
  output.line(bold('Templates'));
  for (const text of [
    "A value may hold {{expressions}}; they are filled after the YAML is read, so a value cannot change the structure. Quote the value: '{{params.host}}'. A value that is one whole expression keeps its type: a number stays a number. \\{{ is literal.",
    'Also {{#if}}, {{#unless}}, {{#each}} and {{#with}}, with {{else}}. No file, network or environment can be reached.',
  ]) {
    output.line(`  ${wrap(text, output.width, '  ')}`);
  }
  output.line('');
  output.line(bold('Names'));
  for (const [name, summary] of NAMES) output.line(`  ${cyan(padEnd(name, 22))} ${summary}`);
  output.line('');
  output.line(bold('Helpers'));
  for (const helper of helpers) {
    output.line(
      `  ${cyan(padEnd(`${helper.name} ${helper.arguments}`, 30))} ${wrap(helper.summary, output.width, ' '.repeat(33))}`,
    );
    output.line(`${' '.repeat(33)}${dim(`${helper.example.template} → ${JSON.stringify(helper.example.gives)}`)}`);
  }
}
