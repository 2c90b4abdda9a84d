// ays init: a first blueprint that validates and plans as it is, with comments that teach. Nothing is overwritten
// unless --force says so.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { EngineError } from '../../../engine/model/errors.ts';
import { nearest } from '../../../engine/model/nearest.ts';
import { guardedWrite } from '../reader.ts';
import { packageRoot } from '../package-files.ts';
import { starterBlueprint } from '../starter.ts';
import { EXIT, type Verb } from '../verb.ts';

const NAME = 'blueprint.yaml';

export const verb: Verb = {
  operands: [
    { name: 'DIR', optional: true, completes: 'folder', summary: 'where to write it; this folder when absent' },
  ],
  flags: [
    {
      name: 'example',
      value: 'NAME',
      summary: 'write this example of ays instead of the starter; an unknown name lists them',
    },
    { name: 'force', summary: 'overwrite what is there' },
  ],
  about: [
    `Writes ${NAME}: a small blueprint with comments. Editors with the YAML language server complete and check it as you type, from the schema named in its first line.`,
  ],
  examples: [
    { command: 'ays init shop', shows: 'a first blueprint in the folder shop' },
    { command: 'ays init demo --example quickstart', shows: 'the example that the quickstart runs' },
  ],
  run: async ({ operands, options, output, io }) => {
    const folder = resolve(io.cwd, operands[0] ?? '.');
    const example = options.text('example');
    const source = example === undefined ? undefined : exampleFile(example);
    const isFolder = source !== undefined && statSync(source).isDirectory();
    const written = isFolder ? readdirSync(source) : [NAME];
    const shown = (name: string): string => join(operands[0] ?? '.', name);

    const taken = written.filter((name) => existsSync(join(folder, name)));
    if (taken.length > 0 && !options.on('force')) {
      throw new EngineError(
        'FILE_EXISTS',
        `${taken.map(shown).join(', ')} ${taken.length === 1 ? 'is' : 'are'} there already; nothing was written`,
        {
          hint: 'choose another folder (ays init DIR), or overwrite with --force',
        },
      );
    }
    guardedWrite(shown(NAME), () => {
      mkdirSync(folder, { recursive: true });
      if (isFolder) cpSync(source, folder, { recursive: true });
      else
        writeFileSync(
          join(folder, NAME),
          withModeline(
            source === undefined ? starterBlueprint(blueprintName(folder)) : readFileSync(source, 'utf8'),
            folder,
            io.cwd,
          ),
        );
    });
    const path = isFolder ? (operands[0] ?? '.') : shown(NAME);
    if (output.json) output.document({ ok: true, written: written.map(shown), blueprint: path });
    else {
      for (const name of written) output.line(shown(name));
      output.say(`Look at it, then: ays plan ${path}`);
    }
    return EXIT.done;
  },
};

/** A folder's name made fit for a blueprint. */
export function blueprintName(folder: string): string {
  const name = basename(folder)
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 63)
    .replace(/-+$/, '');
  return name === '' ? 'first' : name;
}

/** The line by which editors find the schema: relative inside the project, so that it holds in other checkouts too. */
function withModeline(text: string, folder: string, cwd: string): string {
  const schema = join(packageRoot(), 'schemas', 'blueprint.schema.json');
  const isNear = !relative(cwd, schema).startsWith('..') && !isAbsolute(relative(cwd, schema));
  const path = isNear ? relative(folder, schema) : schema;
  return `# yaml-language-server: $schema=${path.startsWith('/') || path.startsWith('.') ? path : `./${path}`}\n${text.replace(/^# yaml-language-server:.*\n/, '')}`;
}

function exampleFile(name: string): string {
  const folder = join(packageRoot(), 'blueprints', 'examples');
  const names = new Map(
    readdirSync(folder)
      .filter((entry) => !entry.startsWith('_'))
      .map((entry) => [entry.replace(/\.ya?ml$/, ''), join(folder, entry)]),
  );
  const found = names.get(name);
  if (found !== undefined && dirname(found) === folder) return found;
  const guess = nearest(name, names.keys());
  throw new EngineError('USAGE', `there is no example "${name}"`, {
    hint:
      guess === undefined
        ? `there are ${[...names.keys()].sort().join(', ')}`
        : `did you mean ${guess}? There are ${[...names.keys()].sort().join(', ')}`,
  });
}
