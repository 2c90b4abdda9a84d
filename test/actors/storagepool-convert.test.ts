// Another profile is the one change of a pool that its schema calls refused for the parts and a person may still ask for. The plan
// looks at the last revision too, so the actor alone cannot promise it.

import { expect } from 'chai';
import { loadRegistry } from '../../apps/cli/registry.ts';
import { readBlueprint, readGridState } from '../../engine/blueprint/index.ts';
import { memoryReader } from '../../engine/blueprint/sources/reader.ts';
import { Report, SourceFile } from '../../engine/model/diagnostic.ts';
import { plan, type Plan } from '../../engine/plan/index.ts';

const GIB = 1024 ** 3;
const DEVICES = ['a.img', 'b.img'];
const settings = {
  compress: 'none',
  scrub: { every: 2_592_000_000, timezone: 'UTC' },
  thresholds: { warning: 90, error: 99 },
};
const OBSERVED = {
  ays: 1,
  revisions: { pool: { number: 1 } },
  services: {
    'storagepool/main': {
      blueprint: 'pool',
      revision: 1,
      spec: {
        profile: 'single',
        convert: false,
        devices: DEVICES.map((file) => ({ file, size: 4 * GIB, overwrite: false })),
        spares: [],
        ...settings,
      },
      status: {
        presence: 'present',
        milestone: 'ready',
        state: 'healthy',
        mountedAt: '/pools/main',
        members: DEVICES.map((path) => ({ path, size: 4 * GIB, state: 'healthy' })),
        devices: DEVICES.map((path) => ({ path, size: 4 * GIB, state: 'present', holds: 'member' })),
        config: { dataProfile: 'single', metadataProfile: 'single', mountpoint: null, ...settings },
      },
    },
  },
};

function planned(convert: boolean): Plan {
  const registry = loadRegistry();
  const report = new Report();
  const grid = readGridState(new SourceFile('grid.json', JSON.stringify(OBSERVED)), registry, report);
  const text = `storagepool__main:
  profile: raid1
  convert: ${convert}
  devices: [{ file: a.img, size: 4GiB }, { file: b.img, size: 4GiB }]
`;
  const read = readBlueprint(
    { path: 'pool.yaml' },
    { reader: memoryReader({ 'pool.yaml': text }), registry, grid: grid! },
  );
  expect([...report.sorted(), ...read.report.sorted()]).to.deep.equal([]);
  return plan(read.desired!, grid!, registry);
}

describe('another profile of a pool', () => {
  it('is planned as a conversion of its data and metadata when the blueprint says so', () => {
    const { items, refusals } = planned(true);
    expect(refusals).to.deep.equal([]);
    expect(items.flatMap(({ steps }) => steps).map(({ op, risk }) => `${op} ${risk}`)).to.include.members([
      'convert disruptive',
    ]);
  });

  it('is refused without that word, and the refusal names it', () => {
    const { refusals } = planned(false);
    expect(refusals.map(({ code }) => code)).to.deep.equal(['CHANGE_REFUSED']);
    expect(refusals[0]?.message).to.contain('convert: true');
  });
});
