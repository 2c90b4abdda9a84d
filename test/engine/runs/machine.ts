// Runs for tests of the machine: jobs by what they wait for, two waits between attempts.

import { JOB_TIMEOUT_MS, type Run } from '../../../engine/runs/shape.ts';

export { isFinal, LIMITS, type Job, type Run } from '../../../engine/runs/shape.ts';

export function planRun(jobs: readonly (readonly number[])[]): Run {
  return {
    id: '1hf7yat00abcdefgh',
    cause: { kind: 'action' },
    author: { name: 'operator', via: 'cli' },
    actions: ['test'],
    targets: [],
    at: 0,
    state: 'waiting',
    retries: [5, 10],
    attempt: 0,
    nextAt: 0,
    startedAt: null,
    endedAt: null,
    robot: null,
    cancelledBy: null,
    callback: null,
    told: 0,
    jobs: jobs.map((after, n) => ({
      n,
      key: `k/s${n}` as const,
      uid: `u${n}`,
      action: 'test',
      args: {},
      timeoutMs: JOB_TIMEOUT_MS,
      after,
      token: '1hf7yat00abcdefgh',
      state: 'waiting',
      executions: 0,
      interrupted: 0,
      startedAt: null,
      endedAt: null,
      result: null,
      error: null,
    })),
  };
}
