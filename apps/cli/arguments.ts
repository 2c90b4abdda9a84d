// Reads the arguments of a verb: flags before, between or after the operands, `--flag value`, `--flag=value`, `-f value`,
// `-fvalue`, `--no-flag`, and `--` before operands that begin with a dash. What it does not know it refuses, with the
// nearest flag, because a misspelt `--exit-code` that is ignored is a broken pipeline.

import { EngineError } from '../../engine/model/errors.ts';
import { nearest } from '../../engine/model/nearest.ts';
import type { Flag, Operand } from './verb.ts';

/** The flags that were given. Asking for one that the verb does not declare is a mistake of ours. */
export class Options {
  readonly #declared: ReadonlyMap<string, Flag>;
  readonly #given: ReadonlyMap<string, readonly (string | boolean)[]>;

  constructor(declared: readonly Flag[], given: ReadonlyMap<string, readonly (string | boolean)[]>) {
    this.#declared = new Map(declared.map((flag) => [flag.name, flag]));
    this.#given = given;
  }

  /** A switch: the last one given counts. */
  on(name: string): boolean {
    return this.#values(name).at(-1) === true;
  }

  text(name: string): string | undefined {
    const value = this.#values(name).at(-1);
    return typeof value === 'string' ? value : undefined;
  }

  list(name: string): readonly string[] {
    return this.#values(name).filter((value) => typeof value === 'string');
  }

  #values(name: string): readonly (string | boolean)[] {
    if (!this.#declared.has(name)) throw new EngineError('INTERNAL', `the flag --${name} is not declared`);
    return this.#given.get(name) ?? [];
  }
}

export interface Arguments {
  readonly options: Options;
  readonly operands: readonly string[];
}

/** `verb` names it in messages; '' for what stands before a verb. */
export function readArguments(args: readonly string[], flags: readonly Flag[], verb: string): Arguments {
  const byName = new Map(flags.map((flag) => [flag.name, flag]));
  const byShort = new Map(flags.flatMap((flag) => (flag.short === undefined ? [] : [[flag.short, flag] as const])));
  const given = new Map<string, (string | boolean)[]>();
  const operands: string[] = [];
  const help = verb === '' ? 'ays help' : `ays help ${verb}`;

  const give = (flag: Flag, value: string | boolean): void => {
    const values = given.get(flag.name);
    if (values === undefined) given.set(flag.name, [value]);
    else if (flag.repeated === true || typeof value === 'boolean') values.push(value);
    else
      throw usage(
        `--${flag.name} is given twice, with "${String(values[0])}" and "${String(value)}"; it takes one value`,
        `leave one out; ${help} tells more`,
      );
  };

  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '--') {
      operands.push(...args.slice(i + 1));
      break;
    }
    if (arg === '-' || !arg.startsWith('-')) {
      operands.push(arg);
      continue;
    }
    const equals = arg.indexOf('=');
    if (arg.startsWith('--')) {
      const name = arg.slice(2, equals < 0 ? undefined : equals);
      const attached = equals < 0 ? undefined : arg.slice(equals + 1);
      const flag = byName.get(name);
      const denied = flag === undefined && name.startsWith('no-') ? byName.get(name.slice(3)) : undefined;
      if (denied !== undefined && denied.value === undefined && attached === undefined) give(denied, false);
      else if (flag === undefined) throw unknownFlag(`--${name}`, name, [...byName.keys()], verb, help);
      else if (flag.value === undefined) {
        if (attached !== undefined && attached !== 'true' && attached !== 'false') {
          throw usage(
            `--${name} is a switch and takes no value, but "${attached}" was given`,
            `write --${name} or --no-${name}`,
          );
        }
        give(flag, attached !== 'false');
      } else give(flag, checked(flag, attached ?? following(flag, `--${name}`, args[++i], help)));
      continue;
    }
    // Short flags: -q, -qv, -f value, -fvalue, -f=value.
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at]!;
      const flag = byShort.get(letter);
      if (flag === undefined) throw unknownFlag(`-${letter}`, letter, [], verb, help);
      if (flag.value === undefined) {
        give(flag, true);
        continue;
      }
      const rest = arg.slice(at + 1).replace(/^=/, '');
      give(flag, checked(flag, rest === '' ? following(flag, `-${letter}`, args[++i], help) : rest));
      break;
    }
  }
  return { options: new Options(flags, given), operands };
}

/** Too few or too many operands, and values that are not among the choices. */
export function checkOperands(operands: readonly string[], rules: readonly Operand[], verb: string): void {
  const needed = rules.filter(({ optional }) => optional !== true);
  const missing = needed[operands.length];
  if (missing !== undefined) {
    throw usage(
      `${verb} needs ${missing.name} (${missing.summary})`,
      `ays ${verb} ${rules.map(sayOperand).join(' ')}; ays help ${verb} tells more`,
    );
  }
  if (operands.length > rules.length && rules.at(-1)?.repeated !== true) {
    const takes = rules.length === 0 ? 'nothing' : rules.map(sayOperand).join(' ');
    throw usage(`${verb} takes ${takes}, but "${operands[rules.length]}" was given too`, `ays help ${verb}`);
  }
  rules.forEach((rule, i) => {
    const operand = operands[i];
    if (rule.choices !== undefined && operand !== undefined && !rule.choices.includes(operand))
      throw notAChoice(rule.name, operand, rule.choices);
  });
}

export function sayOperand(operand: Operand): string {
  const name = operand.repeated === true ? `${operand.name}…` : operand.name;
  return operand.optional === true ? `[${name}]` : name;
}

function following(flag: Flag, written: string, next: string | undefined, help: string): string {
  // A lone dash is standard input. Anything else with a dash is more likely the next flag than a value.
  if (next === undefined || (next.startsWith('-') && next !== '-')) {
    const instead = next === undefined ? '' : `, but "${next}" follows`;
    throw usage(
      `${written} needs ${flag.value}${instead}`,
      `write ${written.startsWith('--') ? `${written}=${flag.value}` : `${written} ${flag.value}`}; ${help} tells more`,
    );
  }
  return next;
}

function checked(flag: Flag, value: string): string {
  if (flag.choices !== undefined && !flag.choices.includes(value))
    throw notAChoice(`--${flag.name}`, value, flag.choices);
  return value;
}

function notAChoice(what: string, value: string, choices: readonly string[]): EngineError {
  const guess = nearest(value, choices);
  return usage(
    `${what} is one of ${choices.join(', ')}; found "${value}"`,
    guess === undefined ? undefined : `did you mean ${guess}?`,
  );
}

function unknownFlag(written: string, name: string, known: readonly string[], verb: string, help: string): EngineError {
  const guess = nearest(name, known);
  const whose = verb === '' ? 'ays' : verb;
  return usage(
    `${whose} has no flag ${written}`,
    guess === undefined ? `${help} lists them` : `did you mean --${guess}? ${help} lists them all`,
  );
}

export function usage(message: string, hint?: string): EngineError {
  return new EngineError('USAGE', message, hint === undefined ? {} : { hint });
}
