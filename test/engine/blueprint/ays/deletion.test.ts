// The refusals of AYS 9's delete tests, asked of the planner: what another blueprint consumes does not go below the minimum that the
// consumer needs. In AYS one service was deleted by hand; here its block is gone from the blueprint.

import { expect } from 'chai';
import { plan } from '../../../../engine/plan/index.ts';
import type { ServiceKey } from '../../../../engine/model/key.ts';
import { EMPTY_GRID, type DesiredState, type GridState } from '../../../../engine/model/service.ts';
import { good } from '../reading.ts';
import { ays } from './kinds.ts';

/** The grid after these blueprints were applied and everything converged. */
function applied(...blueprints: readonly DesiredState[]): GridState {
  const services = blueprints.flatMap(({ services: all }) => [...all.values()]);
  return {
    ...EMPTY_GRID,
    revisions: new Map(
      blueprints.map(({ blueprint, choices }) => [blueprint, { blueprint, number: 1, params: {}, choices }]),
    ),
    records: new Map(
      services.map((each) => [each.key, { ...each, uid: `uid-${each.key}`, generation: 1, revision: 1 }]),
    ),
    observed: new Map(services.map(({ key }) => [key, { key, status: { presence: 'present' as const }, seenAt: 0 }])),
  };
}

function blueprint(name: string, text: string, grid: GridState = EMPTY_GRID): DesiredState {
  return good(`blueprint: ${name}\n${text}`, { registry: ays, grid });
}

/** What the plan of `after` refuses, and what it removes, once `before` and the consumers are applied. */
function remove(before: string, after: string, consumers: string): { refused: string[]; removed: string[] } {
  const owner = blueprint('owner', before);
  const grid = consumers === '' ? applied(owner) : applied(owner, blueprint('consumer', consumers, applied(owner)));
  const made = plan(blueprint('owner', after, grid), grid, ays);
  return {
    refused: made.refusals.map(({ code, key }) => `${code} ${key}`),
    removed: made.items.filter(({ verb }) => verb === 'delete').map(({ key }: { key: ServiceKey }) => key),
  };
}

describe('AYS: deletion (sample_repo_basicdelete)', () => {
  it('delete_knotconsumed: a service that nobody consumes goes', () => {
    expect(remove('kp__kp:\nk__knotconsumed:\nk__k:\n', 'kp__kp:\nk__k:\n', 'cons__c: { ks: [k] }\n')).to.deep.equal({
      refused: [],
      removed: ['k/knotconsumed'],
    });
  });

  it('delete_cons1: a consumed kid stays, and the refusal names it', () => {
    const { refused, removed } = remove('k__k:\nk__other:\n', 'k__other:\n', 'cons__c: { ks: [k] }\n');
    expect(refused).to.deep.equal(['CONSUMER_MINIMUM k/k']);
    expect(removed).to.deep.equal([]);
  });

  it('delete_kp: the parent of a consumed kid stays with it', () => {
    const { refused, removed } = remove(
      'kp__kp:\nkid__k: { kp: kp }\nkp__other:\n',
      'kp__other:\n',
      'consumer__c: { kids: [k] }\n',
    );
    expect(refused).to.have.members(['CONSUMER_MINIMUM kid/k', 'CONSUMER_MINIMUM kp/kp']);
    expect(removed).to.deep.equal([]);
  });

  it('prepare: of {k1, k2, k3} with min 2 one may go, and then no other', () => {
    const consumers = 'cons1__c: { ks: [k1, k2, k3] }\n';
    expect(remove('k__k1:\nk__k2:\nk__k3:\n', 'k__k2:\nk__k3:\n', consumers)).to.deep.equal({
      refused: [],
      removed: ['k/k1'],
    });
    expect(remove('k__k2:\nk__k3:\n', 'k__k3:\n', 'cons1__c: { ks: [k2, k3] }\n').refused).to.deep.equal([
      'CONSUMER_MINIMUM k/k2',
    ]);
  });

  it('prepare: two of three at once are refused together, since either alone might go', () => {
    const { refused } = remove('k__k1:\nk__k2:\nk__k3:\n', 'k__k3:\n', 'cons1__c: { ks: [k1, k2, k3] }\n');
    expect(refused.length).to.be.greaterThan(0);
  });

  it('a kid goes before its parent', () => {
    const owner = blueprint('owner', 'kp__kp:\nkid__k: { kp: kp }\nkp__rest:\n');
    const grid = applied(owner);
    const made = plan(blueprint('owner', 'kp__rest:\n', grid), grid, ays);
    const removed = made.items.filter(({ verb }) => verb === 'delete').map(({ key }) => key);
    expect(removed).to.deep.equal(['kid/k', 'kp/kp']);
  });

  it('a consumer that goes in the same blueprint frees what it consumed', () => {
    const before = 'k__k:\ncons__c: { ks: [k] }\nkp__rest:\n';
    expect(remove(before, 'kp__rest:\n', '')).to.deep.equal({ refused: [], removed: ['cons/c', 'k/k'] });
  });
});
