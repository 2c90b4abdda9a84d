// What only the queue inside one process promises: it moves on the clock and the turns that it is given, and on nothing else.

import { expect } from 'chai';
import { memoryQueue } from '../../../engine/queue/memory.ts';

/** Timers that fire when they are told to. */
function handTimers(): { after(ms: number, call: () => void): () => void; fire(): void; readonly set: number[] } {
  const calls = new Map<object, () => void>();
  const set: number[] = [];
  return {
    set,
    after(ms, call) {
      const mark = {};
      set.push(ms);
      calls.set(mark, call);
      return () => void calls.delete(mark);
    },
    fire() {
      for (const call of calls.values()) call();
      calls.clear();
    },
  };
}

describe('the queue in memory', () => {
  it('starts nothing before its turn comes', async () => {
    const turns: (() => void)[] = [];
    const ran: string[] = [];
    const queue = memoryQueue({ timers: handTimers(), turn: (run) => turns.push(run) });
    await queue.process(async (key) => void ran.push(key), { concurrency: 2 });
    turns.splice(0).forEach((run) => run());
    await queue.poke(['a/1'], 'failure');
    await queue.poke(['a/2'], 'failure');
    expect(ran).to.deep.equal([]);
    expect(turns, 'one turn is enough for all pokes').to.have.length(1);
    turns.splice(0).forEach((run) => run());
    expect(ran).to.deep.equal(['a/1', 'a/2']);
  });

  it('measures the patience of stop with the timers it was given', async () => {
    const timers = handTimers();
    const queue = memoryQueue({ timers });
    let signal: AbortSignal | undefined;
    const worker = await queue.process(
      async (_key, _lane, given) => {
        signal = given;
        await new Promise(() => undefined);
      },
      { concurrency: 1 },
    );
    await queue.poke(['a/1'], 'failure');
    await Promise.resolve();
    const stopped = worker.stop(12_345);
    expect(timers.set).to.deep.equal([12_345]);
    expect(signal?.aborted).to.equal(false);
    timers.fire();
    await stopped;
    expect(signal?.aborted).to.equal(true);
  });

  it('does not give the key of a pass that ignores its signal to another worker before that pass has ended', async () => {
    const queue = memoryQueue({ timers: handTimers() });
    let end = (): void => undefined;
    const first = await queue.process(async () => await new Promise<void>((resolve) => (end = resolve)), {
      concurrency: 1,
    });
    await queue.poke(['a/1'], 'failure');
    await Promise.resolve();
    await first.stop(0);
    const ran: string[] = [];
    let seen = (): void => undefined;
    const both = new Promise<void>((resolve) => (seen = resolve));
    await queue.process(
      async (key) => {
        if (ran.push(key) === 2) seen();
      },
      { concurrency: 5 },
    );
    await queue.poke(['a/1', 'a/2'], 'failure');
    while (ran.length === 0) await Promise.resolve();
    expect(ran).to.deep.equal(['a/2']);
    end();
    await both;
    expect(ran).to.deep.equal(['a/2', 'a/1']);
  });

  it('tells what handlers threw, also those that throw before they return a promise', async () => {
    const errors: string[] = [];
    const queue = memoryQueue({
      timers: handTimers(),
      onError: (error, key) => errors.push(`${key}: ${String(error)}`),
    });
    await queue.process(
      () => {
        throw new Error('at once');
      },
      { concurrency: 1 },
    );
    await queue.poke(['a/1'], 'failure');
    while ((await queue.counts()).waiting + (await queue.counts()).active > 0);
    expect(errors).to.deep.equal(['a/1: Error: at once']);
  });
});
