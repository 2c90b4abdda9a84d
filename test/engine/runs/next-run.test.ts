// The pure machine, driven by any sequence of events: whatever comes, its promises hold.

import { expect } from 'chai';
import fc from 'fast-check';
import { nextRun, readyJobs, type RunEvent } from '../../../engine/runs/next-run.ts';
import { isFinal, LIMITS, planRun, type Job, type Run } from './machine.ts';

const SOMEONE = { name: 'operator', via: 'cli' } as const;

const move = (run: Run, ...events: readonly RunEvent[]): Run =>
  events.reduce((now, event) => nextRun(now, event, now.nextAt ?? 0).run, run);
const fail = (n: number, code = 'DRIVER_FAILED'): RunEvent => ({ kind: 'fail', n, error: { code, message: 'no' } });
const take: RunEvent = { kind: 'take', robot: 'r1' };
const begin = (n: number): RunEvent => ({ kind: 'begin', n });
const succeed = (n: number): RunEvent => ({ kind: 'succeed', n, result: null });

describe('the life of a run', () => {
  it('is not taken before its time', () => {
    const run = { ...planRun([[]]), nextAt: 1_000 };
    expect(nextRun(run, take, 999).run).to.equal(run);
    expect(nextRun(run, take, 1_000).run.state).to.equal('running');
  });

  it('begins no job before those it depends on have succeeded', () => {
    const run = move(planRun([[], [0]]), take);
    expect(nextRun(run, begin(1), 0).run).to.equal(run);
    expect(move(run, begin(0), succeed(0), begin(1)).jobs[1]!.state).to.equal('running');
  });

  it('begins a job once, however often it is told', () => {
    const run = move(planRun([[]]), take, begin(0), begin(0), begin(0));
    expect(run.jobs[0]!.executions).to.equal(1);
  });

  it('never takes a success back', () => {
    const done = move(planRun([[], []]), take, begin(0), succeed(0));
    expect(move(done, fail(0), begin(0), { kind: 'unbegin', n: 0 }).jobs[0]!.state).to.equal('done');
  });

  it('gives up on a job that its robots keep dying over', () => {
    let run = move(planRun([[], []]), take, begin(1), succeed(1));
    let executions = 0;
    while (!isFinal(run.state)) {
      run = move(run, begin(0));
      executions++;
      run = move(run, { kind: 'take', robot: `r${executions}` });
    }
    expect(executions).to.equal(LIMITS.interruptions);
    expect(run.jobs[0]!.error?.code).to.equal('JOB_INTERRUPTED');
    expect(run.jobs[1]!.state).to.equal('done');
  });

  it('begins nothing more once it is cancelled, not even what turned out not to have begun', () => {
    const cancelled = move(planRun([[], []]), take, begin(0), begin(1), { kind: 'cancel', by: SOMEONE });
    const run = move(cancelled, { kind: 'unbegin', n: 0 }, begin(0));
    expect(run.jobs[0]!.state).to.equal('waiting');
    expect(move(run, succeed(1))).to.include({ state: 'cancelled' });
  });

  it('ends as done when everything had succeeded before the cancel was seen', () => {
    const run = move(planRun([[]]), take, begin(0), { kind: 'cancel', by: SOMEONE }, succeed(0));
    expect(run.state).to.equal('done');
  });

  it('keeps its promises whatever happens to it', () => {
    const jobs = fc.array(fc.array(fc.nat({ max: 5 }), { maxLength: 3 }), { minLength: 1, maxLength: 6 });
    const n = fc.nat({ max: 6 });
    const event: fc.Arbitrary<RunEvent> = fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom<RunEvent>(take, { kind: 'take', robot: 'r2' }) },
      { weight: 8, arbitrary: n.map(begin) },
      { weight: 6, arbitrary: n.map(succeed) },
      { weight: 3, arbitrary: n.map((each) => fail(each)) },
      { weight: 1, arbitrary: n.map((each) => fail(each, 'DRIVER_REFUSED')) },
      n.map((each): RunEvent => ({ kind: 'unbegin', n: each })),
      fc.constantFrom<RunEvent>({ kind: 'release' }, { kind: 'cancel', by: SOMEONE }, { kind: 'retry' }),
    );
    fc.assert(
      fc.property(jobs, fc.array(event, { maxLength: 80 }), (links, events) => {
        let run = planRun(links.map((after, i) => after.filter((each) => each < i)));
        let attempts = 0;
        for (const each of events) {
          const before = run;
          const { run: after, effects } = nextRun(before, each, before.nextAt ?? 0);
          run = after;
          if (each.kind === 'retry' && isFinal(before.state)) attempts = 0;
          if (before.state !== 'running' && after.robot !== null) attempts++;
          if (each.kind === 'release' && after.state === 'waiting') attempts--;
          // One robot while it runs, none otherwise; a next time only when it waits.
          expect(after.robot !== null).to.equal(after.state === 'running');
          expect(after.nextAt !== null).to.equal(after.state === 'waiting' || after.state === 'backing off');
          expect(attempts).to.be.at.most(after.retries.length + 1);
          for (const job of after.jobs) {
            const was = before.jobs[job.n]!;
            if (was.state === 'done') expect(job).to.equal(was);
            if (job.state === 'running' && was.state !== 'running') {
              expect(ready(before, was)).to.equal(true);
              expect(before.cancelledBy).to.equal(null);
            }
            if (isFinal(after.state)) expect(job.state).not.to.be.oneOf(['running', 'waiting']);
            if (after.state !== 'running') expect(job.state).not.to.equal('running');
          }
          // A run that runs has something to do.
          if (after.state === 'running')
            expect(readyJobs(after).length + after.jobs.filter(({ state }) => state === 'running').length).to.be.above(
              0,
            );
          if (after.state === 'done') expect(after.jobs.every(({ state }) => state === 'done')).to.equal(true);
          const told = effects.filter(({ kind }) => kind === 'tell').length;
          const attemptEnded = after.state !== before.state && (isFinal(after.state) || after.state === 'backing off');
          expect(told).to.equal(attemptEnded ? 1 : 0);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

function ready(run: Run, job: Job): boolean {
  return job.after.every((n) => run.jobs[n]?.state === 'done');
}
