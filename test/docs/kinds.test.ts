// The block at the top of each page in docs/kinds is also what `ays explain KIND` shows: the example of the schema. It has to be
// a block that ays accepts once what it names is declared.

import { expect } from 'chai';
import { stringify } from 'yaml';
import { actors } from '../../actors/index.ts';
import { loadRegistry } from '../../apps/cli/registry.ts';
import { readBlueprint } from '../../engine/blueprint/index.ts';
import { memoryReader } from '../../engine/blueprint/sources/reader.ts';
import { toRecord } from '../../engine/model/diagnostic.ts';
import type { JsonValue } from '../../engine/model/json.ts';
import { EMPTY_GRID } from '../../engine/model/service.ts';

const AROUND = {
  secrets: { 'db-password': { generate: 32 }, 's3-password': { generate: 32 }, 'zdb-admin': { generate: 32 } },
  network__lan: { cidr: '10.60.0.0/24' },
  storagepool__main: { devices: [{ file: 'main.img', size: '64GiB' }] },
  vdisk__rows: { storagepool: 'main', size: '2GiB' },
  vdisk__system: { storagepool: 'main', size: '8GiB' },
  container__db: { image: 'host' },
  container__web: { image: 'host' },
  container__git: { image: 'host' },
  'zerodb__shard-1': { storagepool: 'main' },
  'zerodb__shard-2': { storagepool: 'main' },
  'zerodb__shard-3': { storagepool: 'main' },
};

describe('the example of each kind', () => {
  for (const { kind, schema } of actors) {
    it(`is there for ${kind}, and valid as a whole`, () => {
      const example = schema.examples?.[0];
      expect(example, `schemas/${kind}.schema.json has no "examples" of the whole block`).not.to.equal(undefined);
      expect(problemsOf({ ...AROUND, [`${kind}__example`]: example! })).to.deep.equal([]);
    });
  }

  it('would be seen to be wrong', () => {
    expect(problemsOf({ ...AROUND, vdisk__example: { storagepool: 'main', size: '2G' } })).not.to.be.empty;
  });
});

function problemsOf(blueprint: Readonly<Record<string, JsonValue>>): readonly string[] {
  const reader = memoryReader({ 'kinds.yaml': stringify(blueprint) });
  const { report } = readBlueprint({ path: 'kinds.yaml' }, { reader, registry: loadRegistry(), grid: EMPTY_GRID });
  return report
    .sorted()
    .filter(({ severity }) => severity === 'error')
    .map(toRecord)
    .map(({ line, code, message }) => `${line} ${code} ${message}`);
}
