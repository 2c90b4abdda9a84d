// One run of `ays`: find the verb, read its flags, run it, answer with an exit code. Every failure ends here, as one
// message or one JSON document; a stack is printed only when AYS_DEBUG asks for it.

import { asEngineError, CATALOGUE, EngineError } from '../../engine/model/errors.ts';
import { checkOperands, readArguments } from './arguments.ts';
import { GLOBAL_FLAGS, splitVerb } from './globals.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import type { ColorChoice } from './paint.ts';
import { verbEntry } from './verbs.ts';
import { version } from './version.ts';

export async function runCli(args: readonly string[], io: Io): Promise<number> {
  // Until the flags are read nothing is known of the output; what looks like --json is taken for it, so that a
  // program that asked for JSON gets its usage errors as JSON too.
  let output = new Output(io, { json: asksForJson(args), quiet: false, color: 'auto' });
  try {
    const { verb: name, rest } = splitVerb(args);
    if (name === undefined) {
      const { options } = readArguments(rest, GLOBAL_FLAGS, '');
      output = outputFor(io, options);
      if (options.on('version')) {
        if (output.json) output.document({ ok: true, name: 'ays', version });
        else output.line(`ays ${version}`);
        return 0;
      }
      const { printOverview } = await import('./help.ts');
      printOverview(output);
      return 0;
    }
    if (name === '__complete') {
      const { complete } = await import('./completion/complete.ts');
      return await complete(rest, io);
    }
    const entry = verbEntry(name);
    const { verb } = await entry.load();
    const { options, operands } = readArguments(rest, [...verb.flags, ...GLOBAL_FLAGS], name);
    output = outputFor(io, options);
    if (options.on('help')) {
      const { printVerbHelp } = await import('./help.ts');
      printVerbHelp(entry, verb, output);
      return 0;
    }
    checkOperands(operands, verb.operands, name);
    return await verb.run({ options, operands, output, io });
  } catch (error) {
    return fail(error, output, io);
  }
}

function fail(thrown: unknown, output: Output, io: Io): number {
  const error = toEngineError(thrown);
  output.failure(error);
  if (CATALOGUE[error.code].disposition === 'bug' && !output.json) {
    output.say(
      'This is a bug in ays, please report it: what you ran, and what it said. AYS_DEBUG=1 adds where it happened.',
    );
  }
  if (io.env['AYS_DEBUG'] === '1') {
    const origin = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
    io.stderr.write(`${origin instanceof Error ? (origin.stack ?? origin.message) : String(origin)}\n`);
  }
  return error.exit;
}

/** An error of ours may come from another copy of its class: a linked package, a loader that keeps two module graphs. */
function toEngineError(thrown: unknown): EngineError {
  if (thrown instanceof Error && !(thrown instanceof EngineError) && thrown.name === 'EngineError') {
    const { code, message, hint } = thrown as EngineError; // by its name
    if (Object.hasOwn(CATALOGUE, code))
      return new EngineError(code, message, { ...(hint !== undefined && { hint }), cause: thrown });
  }
  return asEngineError(thrown);
}

function outputFor(io: Io, options: ReturnType<typeof readArguments>['options']): Output {
  const color = (options.text('color') ?? 'auto') as ColorChoice; // its choices were checked when it was read
  return new Output(io, { json: options.on('json'), quiet: options.on('quiet'), color });
}

function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? undefined : end).includes('--json');
}
