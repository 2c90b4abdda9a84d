// Who waits for whom: a table of how far a producer has come and what its consumer asks for.

import { expect } from 'chai';
import type { Milestone } from '../../../engine/model/service.ts';
import { hasReached } from '../../../engine/reconcile/gates.ts';

describe('a producer has reached', () => {
  const table: [string, Parameters<typeof hasReached>[0], readonly Milestone[]][] = [
    ['nothing while it was never seen', { converged: false, status: undefined }, []],
    ['nothing while it is absent', { converged: false, status: { presence: 'absent' } }, []],
    ['nothing while a stranger stands there', { converged: false, status: { presence: 'foreign' } }, []],
    [
      'existence when it is there',
      { converged: false, status: { presence: 'present', milestone: 'exists' } },
      ['exists'],
    ],
    [
      'no readiness by a probe alone while it still changes',
      { converged: false, status: { presence: 'present', milestone: 'ready' } },
      ['exists', 'started'],
    ],
    [
      'readiness when it is converged and its probe passes',
      { converged: true, status: { presence: 'present', milestone: 'ready' } },
      ['exists', 'started', 'ready'],
    ],
    [
      'no readiness while its probe fails',
      { converged: true, status: { presence: 'present', milestone: 'started' } },
      ['exists', 'started'],
    ],
    [
      'no readiness while it is ill',
      { converged: true, status: { presence: 'present', milestone: 'ready', health: 'error' } },
      ['exists', 'started'],
    ],
    [
      'everything when it is done',
      { converged: true, status: { presence: 'present', milestone: 'done' } },
      ['exists', 'started', 'ready', 'done'],
    ],
    [
      'readiness when it is converged and its kind knows no milestones',
      { converged: true, status: { presence: 'present' } },
      ['exists', 'started', 'ready'],
    ],
  ];
  for (const [name, producer, reached] of table) {
    it(name, () => {
      const all: Milestone[] = ['exists', 'started', 'ready', 'done'];
      expect(all.filter((until) => hasReached(producer, until))).to.deep.equal(reached);
    });
  }
});
