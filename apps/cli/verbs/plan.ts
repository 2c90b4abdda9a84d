// ays plan: what would be done, in which order, and why. It changes nothing. With --exit-code a script can ask
// whether there is anything to do.

import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Report } from '../../../engine/model/diagnostic.ts';
import type { Registry } from '../../../engine/model/registry.ts';
import { EMPTY_GRID, type DesiredState, type GridState } from '../../../engine/model/service.ts';
import { usage } from '../arguments.ts';
import { BLUEPRINT_FLAGS, BLUEPRINT_OPERAND, loadBlueprint, readStandardInput } from '../blueprint.ts';
import { reportMembers } from '../output.ts';
import { fileReader, guardedWrite, READ_LIMIT } from '../reader.ts';
import { EXIT, type Context, type Verb } from '../verb.ts';

export const verb: Verb = {
  operands: [BLUEPRINT_OPERAND],
  flags: [
    ...BLUEPRINT_FLAGS,
    {
      name: 'observed',
      value: 'FILE',
      completes: 'file',
      summary:
        'plan against this state of the world, in YAML or JSON, - for standard input; without it the world is empty',
    },
    { name: 'exit-code', summary: 'exit with 3 when the plan has changes' },
    { name: 'out', value: 'FILE', completes: 'file', summary: 'write the plan as JSON to this file too' },
    { name: 'verbose', short: 'v', summary: 'show values in full, and the order of execution' },
  ],
  about: [
    'Compares what the blueprint asks for with what was seen, and shows every step that would be taken: in order, with the reason, the risk, and the consent it needs. Unchanged services are counted, not shown. Nothing is changed.',
    'Exit code 0; with --exit-code 3 when there are changes; 2 when the blueprint is invalid or the plan refuses something.',
  ],
  examples: [
    { command: 'ays plan blueprint.yaml', shows: 'what a first apply would do' },
    { command: 'ays plan blueprint.yaml --set stage=prod', shows: 'the same with another value of a param' },
    { command: 'ays plan blueprint.yaml --as demo', shows: 'a second copy beside the first' },
    { command: 'ays plan blueprint.yaml --json | grep hash', shows: 'the plan for a program' },
  ],
  run: async (context) => {
    const { loadRegistry } = await import('../registry.ts');
    const { options, output, operands } = context;
    const registry = loadRegistry();
    const observedPath = options.text('observed');
    if (observedPath === '-' && operands[0] === '-')
      throw usage(
        'standard input can be read once: as the blueprint or as what was observed',
        'put one of them in a file',
      );
    const grid = observedPath === undefined ? EMPTY_GRID : await readObserved(observedPath, context, registry);
    if (grid === 'invalid') return EXIT.invalid;
    const { report, desired } = await loadBlueprint(operands[0]!, context, registry, { grid });
    if (desired === undefined) {
      if (output.json) output.document({ ok: false, ...reportMembers(report) });
      else output.report(report);
      return EXIT.invalid;
    }
    return show(desired, grid, registry, context, report);
  },
};

async function readObserved(path: string, context: Context, registry: Registry): Promise<GridState | 'invalid'> {
  const { io, output } = context;
  const { readGridState } = await import('../../../engine/blueprint/index.ts');
  const { decodeText } = await import('../../../engine/blueprint/yaml/decode.ts');
  const report = new Report();
  const fromInput = path === '-';
  const bytes = fromInput ? await readStandardInput(context, 'what was observed') : fileReader(io.cwd).read(path);
  const file = decodeText(fromInput ? '(standard input)' : path, bytes, report, READ_LIMIT);
  const grid = file === undefined ? undefined : readGridState(file, registry, report);
  if (grid !== undefined && !report.failed) return grid;
  if (output.json) output.document({ ok: false, ...reportMembers(report) });
  else output.report(report);
  return 'invalid';
}

async function show(
  desired: DesiredState,
  grid: GridState,
  registry: Registry,
  { options, output, io }: Context,
  report: Report,
): Promise<number> {
  const { plan, planToJson, printPlan } = await import('../../../engine/plan/index.ts');
  const { fillDeferred } = await import('../../../engine/blueprint/template/index.ts');
  const made = plan(desired, grid, registry, { fill: fillDeferred, now: Date.now() });
  const out = options.text('out');
  if (out !== undefined) {
    guardedWrite(out, () => {
      writeFileSync(resolve(io.cwd, out), `${JSON.stringify(planToJson(made), null, 2)}\n`);
    });
  }
  const refused = made.refusals.length > 0;
  if (output.json) {
    const { errors, ...members } = reportMembers(report);
    const refusals = made.refusals.map((refusal) => ({ ...refusal, ...desired.services.get(refusal.key)?.origin }));
    output.document({ ok: !refused, ...members, errors: [...errors, ...refusals], plan: planToJson(made) });
  } else {
    output.report(report);
    output.data(
      printPlan(made, {
        color: output.color.stdout,
        verbose: options.on('verbose'),
        width: output.width,
        originOf: (key) => desired.services.get(key)?.origin,
      }),
    );
  }
  if (refused) return EXIT.invalid;
  return options.on('exit-code') && made.items.length > 0 ? EXIT.changes : EXIT.done;
}
