// A broken actor does not pass the contract. What cannot be told from the original is listed with its reason in the case.

import { expect } from 'chai';
import { survivorsOf } from './catch-mutants.ts';
import { cases } from './cases/index.ts';
import { jarCase, lampCase } from './toys.ts';

describe('the contract catches every broken', () => {
  for (const actorCase of [lampCase, jarCase, ...cases]) {
    it(actorCase.actor.kind, async function () {
      this.timeout(120_000);
      const { uncaught, needless, unused, tried } = await survivorsOf(actorCase);
      expect(tried).to.be.greaterThan(20);
      expect(uncaught, 'mutants that got through').to.deep.equal([]);
      expect(unused, 'steps that the case never needs').to.deep.equal([]);
      expect(needless, 'mutants listed as equivalent that are caught').to.deep.equal([]);
    });
  }
});
