// A state made of a revision is the state the blueprint reader made.

import { expect } from 'chai';
import fs from 'node:fs';
import { desiredOf } from '../../../engine/grid/desired.ts';
import { serviceHash } from '../../../engine/grid/hashes.ts';
import { loadRegistry } from '../../../apps/cli/registry.ts';
import { fileReader } from '../../../apps/cli/reader.ts';
import { readBlueprint } from '../../../engine/blueprint/index.ts';
import { revisionOf } from '../../../engine/grid/revisions.ts';
import { somebody } from './desk.ts';

describe('the hashes of a revision', () => {
  const files = fs.readdirSync('blueprints/examples').filter((name) => name.endsWith('.yaml'));
  for (const name of files) {
    it(`are those of the blueprint reader: ${name}`, () => {
      const { desired } = readBlueprint(
        { path: `blueprints/examples/${name}` },
        { reader: fileReader('.'), registry: loadRegistry(), strictSecrets: false },
      );
      expect(desired).to.not.equal(undefined);
      for (const service of desired!.services.values()) expect(serviceHash(service)).to.equal(service.hash);
      const revision = revisionOf(
        { desired: desired!, author: somebody, cause: 'apply', planHash: null, contents: [] },
        1,
        0,
      );
      const again = desiredOf(JSON.parse(JSON.stringify(revision)) as typeof revision);
      expect(again.hash).to.equal(desired!.hash);
      expect([...again.services.keys()]).to.deep.equal([...desired!.services.keys()]);
      expect([...again.groups]).to.deep.equal([...desired!.groups]);
      expect(revision.contents).to.deep.equal([...desired!.contents.keys()].sort());
    });
  }

  it('are looked at for more than one example', () => {
    expect(files.length).to.be.greaterThan(3);
  });
});
