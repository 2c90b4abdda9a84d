// Help that teaches: what there is, what to do first, and for each verb what it does with examples that run.

import { sayOperand } from './arguments.ts';
import { padEnd, wrap } from './display.ts';
import { GLOBAL_FLAGS } from './globals.ts';
import type { Output } from './output.ts';
import type { Flag, Verb } from './verb.ts';
import { VERBS, type VerbEntry } from './verbs.ts';
import { version } from './version.ts';

const FIRST_STEPS: readonly (readonly [string, string])[] = [
  ['ays init', 'write blueprint.yaml, with comments'],
  ['ays validate blueprint.yaml', 'check it; every mistake at once'],
  ['ays plan blueprint.yaml', 'see what would be done, and why'],
  ['ays explain container', 'what can stand in a container block'],
];

export function printOverview(output: Output): void {
  if (output.json) {
    return output.document({
      ok: true,
      version,
      verbs: VERBS.map(({ name, group, summary }) => ({ name, group, summary })),
    });
  }
  const { bold, dim, cyan } = output.paint;
  output.line(`${bold('ays')} ${dim(version)}`);
  output.line(
    wrap('At Your Service: you write a blueprint, ays makes the world equal to it and keeps it so.', output.width),
  );
  output.line('');
  output.line(bold('First steps'));
  const width = Math.max(...FIRST_STEPS.map(([command]) => command.length));
  for (const [command, what] of FIRST_STEPS) output.line(`  ${cyan(padEnd(command, width))}  ${what}`);
  for (const group of new Set(VERBS.map((verb) => verb.group))) {
    output.line('');
    output.line(bold(group));
    for (const verb of VERBS)
      if (verb.group === group)
        output.line(`  ${cyan(padEnd(verb.name, 11))} ${wrap(verb.summary, output.width, ' '.repeat(14))}`);
  }
  output.line('');
  output.line(bold('With every verb'));
  printFlags(GLOBAL_FLAGS, output);
  output.line('');
  const codes = '0 done, 2 something is invalid, 3 there are changes (plan --exit-code, fmt --check), 70 a bug in ays.';
  output.line(dim(wrap(`ays help VERB tells more about one. Exit codes: ${codes}`, output.width)));
}

export function printVerbHelp(entry: VerbEntry, verb: Verb, output: Output): void {
  const { name, summary } = entry;
  const line = ['ays', name, ...verb.operands.map(sayOperand), ...(verb.flags.length > 0 ? ['[flags]'] : [])].join(' ');
  if (output.json) {
    const { operands, flags, about, examples } = verb;
    return output.document({
      ok: true,
      verb: name,
      summary,
      usage: line,
      about,
      operands,
      flags,
      globalFlags: GLOBAL_FLAGS,
      examples,
    });
  }
  const { bold, dim, cyan } = output.paint;
  output.line(`${bold(`ays ${name}`)}: ${summary}`);
  output.line('');
  output.line(`  ${line}`);
  for (const paragraph of verb.about) {
    output.line('');
    output.line(wrap(paragraph, output.width));
  }
  if (verb.operands.length > 0) {
    output.line('');
    const column = Math.max(...verb.operands.map((operand) => operand.name.length), 6);
    for (const operand of verb.operands)
      output.line(
        `  ${cyan(padEnd(operand.name, column))}  ${wrap(operand.summary, output.width, ' '.repeat(column + 4))}`,
      );
  }
  if (verb.flags.length > 0) {
    output.line('');
    output.line(bold('Flags'));
    printFlags(verb.flags, output);
  }
  output.line('');
  output.line(bold('Examples'));
  for (const { command, shows } of verb.examples) {
    output.line(`  ${dim(`# ${shows}`)}`);
    output.line(`  ${cyan(command)}`);
  }
  output.line('');
  output.line(dim('Also --json, --color, --quiet: see ays help.'));
}

function printFlags(flags: readonly Flag[], output: Output): void {
  const written = flags.map((flag) => {
    const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
    return `${short}--${flag.name}${flag.value === undefined ? '' : ` ${flag.value}`}`;
  });
  const column = Math.max(...written.map((text) => text.length));
  flags.forEach((flag, i) => {
    const more = [
      flag.summary,
      ...(flag.choices === undefined ? [] : [`(${flag.choices.join(', ')})`]),
      ...(flag.repeated === true ? ['(may be repeated)'] : []),
    ];
    output.line(
      `  ${output.paint.cyan(padEnd(written[i]!, column))}  ${wrap(more.join(' '), output.width, ' '.repeat(column + 4))}`,
    );
  });
}
