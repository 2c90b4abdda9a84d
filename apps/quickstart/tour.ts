// The quickstart: one example validated, planned, converged, broken and healed, with the engine's own words. It runs on memory
// drivers in simulated time and says so; nothing on the machine is touched.

import { memoryDrivers } from '../../drivers/index.ts';
import { readBlueprint } from '../../engine/blueprint/index.ts';
import { plan, printPlan } from '../../engine/plan/index.ts';
import { EngineError } from '../../engine/model/errors.ts';
import { nameOf, type ServiceKey } from '../../engine/model/key.ts';
import { EMPTY_GRID, type DesiredState } from '../../engine/model/service.ts';
import { converge, type Convergence, type HistoryEvent } from '../../engine/reconcile/converge.ts';
import { count, printDiagnostics } from '../cli/diagnostics.ts';
import { padEnd, wrap } from '../cli/display.ts';
import { packageRoot } from '../cli/package-files.ts';
import { painter } from '../cli/paint.ts';
import { fileReader } from '../cli/reader.ts';
import { loadRegistry } from '../cli/registry.ts';
import { fillSpec } from './fill-spec.ts';

export interface TourOptions {
  readonly write: (text: string) => void;
  readonly color: boolean;
  readonly width: number;
  /** Below the folder of the package. */
  readonly blueprint?: string;
}

const BLUEPRINT = 'blueprints/examples/quickstart.yaml';
/** Simulated time at which the container is killed: long after everything stands, before the next look without cause. */
const KILL_AT_MS = 10_000;

export async function tour({ write, color, width, blueprint = BLUEPRINT }: TourOptions): Promise<number> {
  const paint = painter(color);
  const say = (text = ''): void => write(`${text}\n`);
  const registry = loadRegistry();

  say(paint.bold('ays quickstart: from a blueprint to a healed container'));
  say(
    wrap(
      'Everything here runs on memory drivers: containers and disks exist only in this process, times are simulated, and nothing on this machine is touched.',
      width,
    ),
  );

  say(`\n${paint.bold('1. Validate')}  ${blueprint}`);
  const { report, desired } = readBlueprint(
    { path: blueprint },
    { reader: fileReader(packageRoot()), registry, grid: EMPTY_GRID },
  );
  write(printDiagnostics(report, { color, width }));
  if (desired === undefined) return 2;
  const kinds = new Set([...desired.services.values()].map(({ kind }) => kind));
  say(
    `   ${desired.blueprint}: ${count(desired.services.size, 'service')}, ${count(kinds.size, 'kind')}, ${paint.green('valid')}`,
  );

  say(`\n${paint.bold('2. Plan')}  what would be done, and why`);
  say(
    printPlan(plan(desired, EMPTY_GRID, registry), { color, width: width - 3 })
      .trimEnd()
      .replace(/^(?=.)/gm, '   '),
  );

  say(`\n${paint.bold('3. Converge')}  (memory drivers, simulated time)`);
  const victim = victimOf(desired);
  const last = new Map<string, string>();
  const result = await convergeAndKill(desired, victim, registry, (event) => {
    // What was said of a service is not said again: looking twice at what is fine is no news.
    const news = `${event.decision} ${event.why}`;
    if (event.key !== undefined && last.get(event.key) === news) return;
    if (event.key !== undefined) last.set(event.key, news);
    if (event.key === undefined)
      say(`\n${paint.bold(`4. ${victim} is killed`)}  (in memory, at ${time(event.atMs)} of simulated time)`);
    else say(progressLine(event, width, paint));
  });
  return finish(result, victim, say, paint);
}

async function convergeAndKill(
  desired: DesiredState,
  victim: ServiceKey,
  registry: ReturnType<typeof loadRegistry>,
  onEvent: (event: HistoryEvent) => void,
): Promise<Convergence> {
  const drivers = memoryDrivers();
  return converge({
    services: desired.services.values(),
    registry,
    drivers,
    fill: (spec, output) => fillSpec(spec, output),
    disturb: [{ atMs: KILL_AT_MS, name: `${victim} is killed`, act: () => drivers.containers.world.kill(victim) }],
    maxMs: KILL_AT_MS * 2,
    onEvent,
  });
}

function victimOf(desired: DesiredState): ServiceKey {
  const containers = [...desired.services.keys()].filter((key) => key.startsWith('container/'));
  const victim = containers.find((key) => nameOf(key).startsWith('web')) ?? containers[0];
  if (victim === undefined) throw new EngineError('INTERNAL', `${desired.blueprint} has no container to kill`);
  return victim;
}

function progressLine(
  { atMs, key, decision, why }: HistoryEvent,
  width: number,
  paint: ReturnType<typeof painter>,
): string {
  const mark =
    decision === 'converged'
      ? paint.green
      : decision === 'step'
        ? paint.cyan
        : decision === 'park'
          ? paint.red
          : paint.dim;
  const indent = ' '.repeat(46);
  return `   ${paint.dim(time(atMs).padStart(9))}  ${padEnd(key ?? '', 20)} ${mark(padEnd(decision, 10))} ${wrap(why, width, indent)}`;
}

function finish(
  { converged, history, states, passes, steps }: Convergence,
  victim: ServiceKey,
  say: (text?: string) => void,
  paint: ReturnType<typeof painter>,
): number {
  const after = history.filter(({ atMs, key }) => atMs >= KILL_AT_MS && key === victim);
  const healed = after.find(({ decision }) => decision === 'converged');
  const noticed = after.find(({ decision }) => decision !== 'converged');
  if (!converged || healed === undefined) {
    for (const [key, { state, message }] of states)
      if (state !== 'converged') say(`   ${paint.red(key)} ${state} ${message ?? ''}`);
    say(paint.red('   It did not converge: this is a bug in ays, please report it.'));
    return 70;
  }
  const standing = new Map<string, number>();
  for (const { atMs, key, decision } of history)
    if (key !== undefined && decision === 'converged' && !standing.has(key)) standing.set(key, atMs);
  say('');
  say(
    `   ${paint.green('healed')}: noticed ${time((noticed ?? healed).atMs - KILL_AT_MS)} after it died, converged again after ${time(healed.atMs - KILL_AT_MS)}, simulated.`,
  );
  say(
    `   In all: ${count(states.size, 'service')} converged in ${time(Math.max(...standing.values()))} simulated, ${passes} passes, ${steps} steps.`,
  );
  say(`\n${paint.bold('5. Now you')}`);
  const next: readonly (readonly [string, string])[] = [
    [`npx ays plan ${BLUEPRINT}`, 'the same plan, yours to change'],
    ['npx ays init my-shop', 'a first blueprint of your own, with comments'],
    ['npx ays explain container', 'what can stand in a container block'],
    ['npx ays help', 'everything else'],
  ];
  for (const [command, what] of next) say(`   ${paint.cyan(command)}\n     ${what}`);
  return 0;
}

function time(ms: number): string {
  return ms < 10_000 ? `${ms} ms` : `${(ms / 1000).toFixed(3)} s`;
}
