// ays validate: all mistakes of all blueprints at once. Each path is one blueprint of its own.

import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Report } from '../../../engine/model/diagnostic.ts';
import type { DesiredState } from '../../../engine/model/service.ts';
import { BLUEPRINT_FLAGS, BLUEPRINT_OPERAND, loadBlueprint } from '../blueprint.ts';
import { count, mergeReports } from '../diagnostics.ts';
import { reportMembers } from '../output.ts';
import { EXIT, type Verb } from '../verb.ts';

export const verb: Verb = {
  operands: [{ ...BLUEPRINT_OPERAND, repeated: true, summary: 'blueprints: files, folders, or - for standard input' }],
  flags: [
    ...BLUEPRINT_FLAGS,
    { name: 'lock', summary: 'pin the packages as they are now: write ays.lock beside each blueprint that uses any' },
  ],
  about: [
    'Reads each blueprint whole, checks every block against the schema of its kind, follows every link, and shows all mistakes at once, each with its place and the next move. Nothing is changed, unless --lock asks to write ays.lock.',
    'Exit code 0 when all are valid, 2 when one is not.',
  ],
  examples: [
    { command: 'ays validate blueprint.yaml', shows: 'check one file' },
    { command: 'cat blueprint.yaml | ays validate -', shows: 'check what comes from another program' },
    { command: 'ays validate --json blueprint.yaml', shows: 'the same for a program' },
  ],
  run: async (context) => {
    const { loadRegistry } = await import('../registry.ts');
    const { output, operands, options, io } = context;
    const registry = loadRegistry();
    const reports: Report[] = [];
    const locked: string[] = [];
    const blueprints: { path: string; blueprint: string; services: number; kinds: number }[] = [];
    for (const path of operands) {
      const { report, desired } = await loadBlueprint(path, context, registry, { relock: options.on('lock') });
      reports.push(report);
      if (desired === undefined) continue;
      if (options.on('lock') && Object.keys(desired.packages).length > 0)
        locked.push(await writeLock(path, desired, io.cwd));
      const kinds = new Set([...desired.services.values()].map((service) => service.actor));
      blueprints.push({ path, blueprint: desired.blueprint, services: desired.services.size, kinds: kinds.size });
    }
    const report = mergeReports(reports);
    if (output.json)
      output.document({
        ok: !report.failed,
        blueprints,
        ...(options.on('lock') && { locked }),
        ...reportMembers(report),
      });
    else {
      output.report(report);
      if (!output.quiet) {
        for (const { blueprint, services, kinds } of blueprints) {
          output.line(
            `${output.paint.bold(blueprint)}: ${count(services, 'service')}, ${count(kinds, 'kind')}, ${output.paint.green('valid')}`,
          );
        }
      }
    }
    if (!output.json && !output.quiet) for (const file of locked) output.line(`${file} written`);
    return report.failed ? EXIT.invalid : EXIT.done;
  },
};

/** The name of the file, as the person would write it. */
async function writeLock(path: string, desired: DesiredState, cwd: string): Promise<string> {
  const { formatLock, LOCK_FILE } = await import('../../../engine/blueprint/index.ts');
  const { replaceFile } = await import('../replace-file.ts');
  const shown = join(statSync(resolve(cwd, path)).isDirectory() ? path : dirname(path), LOCK_FILE);
  replaceFile(resolve(cwd, shown), shown, formatLock(desired.packages));
  return shown;
}
