// ays fmt: the one canonical form. It keeps comments, order and meaning; a file is replaced whole or not at all.

import { join, resolve } from 'node:path';
import { Report } from '../../../engine/model/diagnostic.ts';
import { EngineError } from '../../../engine/model/errors.ts';
import { usage } from '../arguments.ts';
import { BLUEPRINT_OPERAND } from '../blueprint.ts';
import { reportMembers } from '../output.ts';
import { fileReader, READ_LIMIT } from '../reader.ts';
import { replaceFile } from '../replace-file.ts';
import { EXIT, type Context, type Verb } from '../verb.ts';

export const verb: Verb = {
  operands: [{ ...BLUEPRINT_OPERAND, repeated: true, summary: 'files, folders, or - for standard input' }],
  flags: [
    { name: 'write', short: 'w', summary: 'replace the files that change, and print their names' },
    {
      name: 'check',
      summary: 'change nothing; print the names of files that would change, and exit with 3 if there are any',
    },
    { name: 'fix', summary: 'also repair what has one certain repair: unquoted {{ }}, older spellings' },
  ],
  about: [
    'Writes kind__name keys, two spaces, one empty line between blocks, quotes only where they are needed. Comments, the order of blocks and the meaning stay. One file goes to standard output unless --write or --check is given.',
    'Exit code 0; with --check 3 when a file is not in its canonical form; 2 when one is not valid YAML.',
  ],
  examples: [
    { command: 'ays fmt blueprint.yaml', shows: 'the formatted text, for an editor' },
    { command: 'ays fmt --write blueprint.yaml', shows: 'replace the file' },
    { command: 'ays fmt --check .', shows: 'is everything in this folder formatted?' },
  ],
  run: async (context) => {
    const { options, output } = context;
    const write = options.on('write');
    const check = options.on('check');
    if (write && check) throw usage('--write and --check exclude each other', 'leave one out');
    const files = filesOf(context);
    if (files.length > 1 && !write && !check)
      throw usage(
        `${files.length} files cannot go to standard output together`,
        'use --write to replace them, or --check to list those that would change',
      );
    if (write && files.includes('-'))
      throw usage('standard input cannot be replaced', 'leave --write out; the text goes to standard output');

    const report = new Report();
    const results: { path: string; changed: boolean; text?: string }[] = [];
    for (const path of files) {
      const formatted = await format(path, context, report);
      if (formatted === undefined) continue;
      const { before, after } = formatted;
      const changed = before !== after;
      if (write && changed) replaceFile(resolve(context.io.cwd, path), path, after);
      results.push({ path, changed, ...(!write && !check && { text: after }) });
    }
    if (output.json) output.document({ ok: !report.failed, files: results, ...reportMembers(report) });
    else {
      output.report(report);
      for (const { path, changed, text } of results) {
        if (text !== undefined) output.data(text);
        else if (changed) output.line(path);
      }
      const changed = results.filter((result) => result.changed).length;
      if (check && changed > 0) output.say(`${changed} of ${results.length} not formatted; ays fmt --write does it`);
    }
    if (report.failed) return EXIT.invalid;
    return check && results.some(({ changed }) => changed) ? EXIT.changes : EXIT.done;
  },
};

/** Folders give their YAML files, not those below. */
function filesOf({ operands, io, output }: Context): readonly string[] {
  const reader = fileReader(io.cwd);
  return operands.flatMap((path) => {
    if (path === '-' || reader.kind(path) === 'file') return [path];
    if (reader.kind(path) === 'missing')
      throw new EngineError('FILE_NOT_FOUND', `${path}: there is no such file or folder`);
    const inside = reader
      .list(path)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort();
    if (inside.length === 0) output.say(`${path}: no YAML files in this folder`);
    return inside.map((name) => (path === '.' ? name : join(path, name)));
  });
}

async function format(
  path: string,
  { io, options }: Context,
  report: Report,
): Promise<{ before: string; after: string } | undefined> {
  const { decodeText } = await import('../../../engine/blueprint/yaml/decode.ts');
  const { formatBlueprint } = await import('../../../engine/blueprint/format/format-blueprint.ts');
  const bytes = path === '-' ? await io.stdin(READ_LIMIT) : fileReader(io.cwd).read(path);
  const file = decodeText(path === '-' ? '(standard input)' : path, bytes, report);
  if (file === undefined) return undefined;
  const after = formatBlueprint(file, report, { fix: options.on('fix') });
  return after === undefined ? undefined : { before: new TextDecoder().decode(bytes), after };
}
