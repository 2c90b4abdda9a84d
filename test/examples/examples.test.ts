// Every example: valid, planned as the golden says, converging on memory drivers from nothing through finite faults, and then
// planned to no change. UPDATE=1 writes the goldens anew.

import { expect } from 'chai';
import fc from 'fast-check';
import fs from 'node:fs';
import path from 'node:path';
import { fillSpec } from '../../apps/quickstart/fill-spec.ts';
import { fileReader } from '../../apps/cli/reader.ts';
import { loadRegistry } from '../../apps/cli/registry.ts';
import { withFaults, type Fault } from '../../drivers/faults.ts';
import { memoryDrivers } from '../../drivers/index.ts';
import { readBlueprint } from '../../engine/blueprint/index.ts';
import { toRecord } from '../../engine/model/diagnostic.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import { EMPTY_GRID, type DesiredState, type GridState, type ServiceRecord } from '../../engine/model/service.ts';
import { plan, planToJson, printPlan } from '../../engine/plan/index.ts';
import { converge, type Convergence } from '../../engine/reconcile/converge.ts';

const root = path.join(import.meta.dirname, '../..');
const folder = 'blueprints/examples';
const registry = loadRegistry();
const examples = fs.readdirSync(path.join(root, folder)).sort();

function readExample(name: string): DesiredState {
  const { report, desired } = readBlueprint({ path: `${folder}/${name}` }, { reader: fileReader(root), registry });
  expect(
    report
      .sorted()
      .filter(({ severity }) => severity === 'error')
      .map(toRecord),
  ).to.deep.equal([]);
  return desired!;
}

/** What the store would hold once all of it converged. */
function gridAfter(desired: DesiredState, { observed }: Convergence): GridState {
  const output = (key: ServiceKey, field: string): unknown => observed.get(key)?.status.outputs?.[field];
  const records = [...desired.services.values()].map((service): [ServiceKey, ServiceRecord] => [
    service.key,
    {
      ...service,
      spec: fillSpec(service.spec, output) ?? service.spec,
      uid: `uid-${service.key}`,
      generation: 1,
      revision: 1,
    },
  ]);
  return { ...EMPTY_GRID, records: new Map(records), observed };
}

async function convergeExample(desired: DesiredState, faults: readonly Fault[]): Promise<Convergence> {
  const world = memoryDrivers();
  for (const disk of ['/dev/sdb', '/dev/sdc']) world.storage.world.devices.plug(disk, 64 * 1024 ** 3);
  const drivers = Object.fromEntries(
    Object.entries(world).map(([port, driver]) => [port, faults.length === 0 ? driver : withFaults(driver, faults)]),
  );
  return converge({
    services: desired.services.values(),
    registry,
    drivers,
    fill: (spec, output) => fillSpec(spec, output),
    // What is meant to end, ends.
    passTime: (key) => {
      if (key.startsWith('task/')) world.containers.world.finish(key, 0);
    },
    maxMs: 3_600_000,
    maxPasses: 20_000,
  });
}

const fault: fc.Arbitrary<Fault> = fc.record({
  method: fc.constant('*'),
  when: fc.constantFrom('before' as const, 'after' as const),
  skip: fc.nat(20),
  times: fc.integer({ min: 1, max: 3 }),
});

describe('the examples', function () {
  this.timeout(120_000);

  it('are there', () => expect(examples.length).to.be.at.least(9));

  for (const name of examples) {
    describe(name, () => {
      it('is planned as the golden says', () => {
        const desired = readExample(name);
        const made = plan(desired, EMPTY_GRID, registry);
        const shown = printPlan(made, { color: false, verbose: true, width: 120 });
        const golden = path.join(root, 'test/golden/plans', `${name}.txt`);
        if (process.env['UPDATE'] === '1') fs.writeFileSync(golden, shown);
        expect(shown).to.equal(fs.readFileSync(golden, 'utf8'));
        expect(planToJson(plan(readExample(name), EMPTY_GRID, registry))).to.deep.equal(planToJson(made));
      });

      it('converges from nothing, and is then planned to no change', async () => {
        const desired = readExample(name);
        expectSettled(desired, await convergeExample(desired, []));
      });

      it('converges to the same through finite faults before and after the effect', async () => {
        const desired = readExample(name);
        await fc.assert(
          fc.asyncProperty(fc.array(fault, { minLength: 1, maxLength: 4 }), async (faults) => {
            expectSettled(desired, await convergeExample(desired, faults));
          }),
          { numRuns: 15 },
        );
      });
    });
  }
});

/** Everything stands, and the planner finds nothing to do. */
function expectSettled(desired: DesiredState, result: Convergence): void {
  const stuck = [...result.states].filter(([, { state }]) => state !== 'converged');
  expect(stuck, JSON.stringify(stuck)).to.deep.equal([]);
  const again = plan(desired, gridAfter(desired, result), registry);
  expect(again.items.map(({ key, verb, because }) => `${verb} ${key}: ${because}`)).to.deep.equal([]);
}
