// What could stand at the cursor: `ays __complete SHELL WORD…`, where the last word is the unfinished one. Never fails and
// never prints an error: a shell in the middle of a line is no place for one.

import { readdirSync } from 'node:fs';
import { GLOBAL_FLAGS, splitVerb } from '../globals.ts';
import type { Io } from '../io.ts';
import { guarded, readBounded } from '../reader.ts';
import type { Completes, Flag, Verb } from '../verb.ts';
import { VERBS } from '../verbs.ts';

/** Value and description; a value `:file` or `:folder` asks the shell for paths. */
type Candidate = readonly [value: string, about?: string];

export async function complete(args: readonly string[], io: Io): Promise<number> {
  const [shell = 'bash', ...words] = args;
  try {
    const joined = shell === 'bash' ? joinBashWords(words) : words;
    const candidates = await candidatesFor(joined, shell === 'bash', io);
    for (const [value, about] of candidates)
      io.stdout.write(about === undefined ? `${value}\n` : `${value}\t${about}\n`);
  } catch {
    // No candidates is the only sensible answer.
  }
  return 0;
}

/** Bash splits words at `=`: `--color`, `=`, `al` was one. */
export function joinBashWords(words: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (let i = 0; i < words.length; i++) {
    if (words[i] === '=' && joined.at(-1)?.startsWith('--') === true)
      joined.push(`${joined.pop()}=${words[++i] ?? ''}`);
    else joined.push(words[i]!);
  }
  return joined;
}

/** `tailOnly`: give what stands after `--flag=` alone, as bash wants it. */
export async function candidatesFor(
  words: readonly string[],
  tailOnly: boolean,
  io: Io,
): Promise<readonly Candidate[]> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const { verb: name, rest } = splitVerb(before);
  const entry = VERBS.find((verb) => verb.name === name);
  if (name !== undefined && entry === undefined) return [];
  const verb: Verb | undefined = entry === undefined ? undefined : (await entry.load()).verb;
  const flags = [...(verb?.flags ?? []), ...GLOBAL_FLAGS];
  if (before.includes('--')) return verb === undefined ? [] : operandCandidates(verb, rest, flags, current, io);

  const waiting = flagAwaitingValue(before.at(-1), flags);
  if (waiting !== undefined)
    return matching(await valueCandidates(waiting.completes, waiting.choices, current, words, io), current);
  if (current.startsWith('-')) {
    const equals = current.indexOf('=');
    if (equals < 0) return matching(flagCandidates(flags, before), current);
    const flag = flags.find((known) => `--${known.name}` === current.slice(0, equals));
    if (flag?.value === undefined) return [];
    const value = current.slice(equals + 1);
    const values = matching(await valueCandidates(flag.completes, flag.choices, value, words, io), value);
    return tailOnly
      ? values
      : values.map(([text, about]) => (text.startsWith(':') ? [text] : [`--${flag.name}=${text}`, about ?? '']));
  }
  if (verb === undefined)
    return matching(
      VERBS.map(({ name, summary }) => [name, summary]),
      current,
    );
  return operandCandidates(verb, rest, flags, current, io);
}

async function operandCandidates(
  verb: Verb,
  before: readonly string[],
  flags: readonly Flag[],
  current: string,
  io: Io,
): Promise<readonly Candidate[]> {
  let at = 0;
  let plain = false;
  before.forEach((word, i) => {
    if (word === '--') plain = true;
    else if (plain || !word.startsWith('-') || word === '-')
      at += flagAwaitingValue(before[i - 1], flags) === undefined || plain ? 1 : 0;
  });
  const operand = verb.operands[Math.min(at, verb.operands.length - 1)];
  if (operand === undefined || (at >= verb.operands.length && operand.repeated !== true)) return [];
  return matching(await valueCandidates(operand.completes, operand.choices, current, before, io), current);
}

function flagAwaitingValue(word: string | undefined, flags: readonly Flag[]): Flag | undefined {
  return flags.find(
    (flag) =>
      flag.value !== undefined &&
      (word === `--${flag.name}` || (flag.short !== undefined && word === `-${flag.short}`)),
  );
}

function flagCandidates(flags: readonly Flag[], before: readonly string[]): readonly Candidate[] {
  return flags
    .filter(
      (flag) =>
        flag.repeated === true ||
        !before.some((word) => word === `--${flag.name}` || word.startsWith(`--${flag.name}=`)),
    )
    .map((flag) => [`--${flag.name}`, flag.summary]);
}

async function valueCandidates(
  completes: Completes | undefined,
  choices: readonly string[] | undefined,
  current: string,
  words: readonly string[],
  io: Io,
): Promise<readonly Candidate[]> {
  if (choices !== undefined) return choices.map((choice) => [choice]);
  switch (completes) {
    case 'file':
    case 'blueprint':
      return [[':file']];
    case 'folder':
      return [[':folder']];
    case 'verb':
      return VERBS.map(({ name, summary }) => [name, summary]);
    case 'kind':
    case 'topic':
      return topics(current, completes === 'topic');
    case 'key':
      return [...(await topics('', false)), ...keysNearby(words, io)];
    case 'none':
    case undefined:
      return [];
  }
}

async function topics(current: string, all: boolean): Promise<readonly Candidate[]> {
  if (/^[A-Z]/.test(current)) {
    const { CATALOGUE } = await import('../../../engine/model/errors.ts');
    return all ? Object.keys(CATALOGUE).map((code) => [code, 'error code']) : [];
  }
  const { loadRegistry } = await import('../registry.ts');
  const registry = loadRegistry();
  const kinds: readonly Candidate[] = registry
    .kinds()
    .map((kind) => [kind, registry.actor(kind)!.schema.description.split('. ')[0]!]);
  const dot = current.lastIndexOf('.');
  if (!all || dot < 0) return all ? [...kinds, ['templates', 'the helpers inside {{ }}']] : kinds;
  const [kind = '', ...path] = current.slice(0, dot).split('.');
  const actor = registry.actor(kind);
  if (actor === undefined) return kinds;
  const { describeCommon, describeFields, describePath } = await import('../explain/describe.ts');
  const inside =
    path.length === 0
      ? [...describeFields(registry, actor), ...describeCommon(registry, actor)]
      : describePath(registry, actor, path).inside;
  return inside.map((field) => [
    `${current.slice(0, dot)}.${field.path.split('.').at(-1)!.replaceAll('[]', '')}`,
    field.type,
  ]);
}

/** Keys of the YAML files named so far, else of those in this folder: whatever looks like a block at the margin. */
function keysNearby(words: readonly string[], io: Io): readonly Candidate[] {
  const isYaml = (path: string): boolean => /\.ya?ml$/.test(path);
  const named = words.filter(isYaml);
  const files =
    named.length > 0
      ? named
      : guarded('.', () => readdirSync(io.cwd))
          .filter(isYaml)
          .slice(0, 20);
  const keys = new Set<string>();
  for (const file of files) {
    try {
      const text = new TextDecoder().decode(
        readBounded(file.startsWith('/') ? file : `${io.cwd}/${file}`, file, 1024 * 1024),
      );
      for (const [, kind, block] of text.matchAll(/^([a-z][a-z0-9.-]*)(?:__|!)([A-Za-z0-9][\w-]*)\s*:/gm))
        keys.add(`${kind!.split('.')[0]}/${block}`);
    } catch {
      // A file that cannot be read has no keys to offer.
    }
  }
  return [...keys].sort().map((key) => [key, 'in this folder']);
}

function matching(candidates: readonly Candidate[], current: string): readonly Candidate[] {
  return candidates.filter(([value]) => value.startsWith(':') || value.startsWith(current));
}
