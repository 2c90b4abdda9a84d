// What every queue of the port promises. Nothing here sleeps: handlers wait at gates that the test opens, and a test that must
// see that nothing more comes pokes a last key in the last lane and waits for that one.

import { expect } from 'chai';
import fc from 'fast-check';
import { replicaName, scopedName, serviceKey, type ServiceKey } from '../../engine/model/key.ts';
import { LANES, type Queue } from '../../engine/queue/port.ts';
import { LAST, held, quiet, runUntil } from './queue-held.ts';
import { behavesAsTheModel } from './queue-model.ts';

export interface QueueSubject {
  readonly queue: Queue;
  /** Another process's view of the same queue; where there is none, the same. */
  readonly elsewhere: Queue;
  close(): Promise<void>;
}

export function queueConformance(
  name: string,
  make: () => Promise<QueueSubject>,
  { propertyRuns }: { readonly propertyRuns: number },
): void {
  describe(`queue: ${name}`, () => {
    let subject: QueueSubject;
    let queue: Queue;
    beforeEach(async () => {
      subject = await make();
      queue = subject.queue;
    });
    afterEach(() => subject.close());

    describe('order', () => {
      it('serves the lanes by urgency, and first come first served inside a lane', async () => {
        for (const lane of [...LANES].reverse()) await queue.poke([`${lane}/1`, `${lane}/2`], lane);
        await queue.poke(['resync/3'], 'resync');
        await queue.poke(['person/3'], 'person');
        await queue.poke([LAST], 'resync');
        expect(await runUntil(await held(queue))).to.deep.equal([
          'person person/1',
          'person person/2',
          'person person/3',
          'failure failure/1',
          'failure failure/2',
          'creation creation/1',
          'creation creation/2',
          'resync resync/1',
          'resync resync/2',
          'resync resync/3',
        ]);
      });

      it('lifts what waits when a more urgent poke comes, to the end of that lane', async () => {
        await queue.poke(['a/1', 'a/2', 'a/3'], 'resync');
        await queue.poke(['a/4'], 'failure');
        await subject.elsewhere.poke(['a/3'], 'failure');
        await queue.poke(['a/2'], 'person');
        await queue.poke([LAST], 'resync');
        expect(await runUntil(await held(queue))).to.deep.equal([
          'person a/2',
          'failure a/4',
          'failure a/3',
          'resync a/1',
        ]);
      });

      it('leaves the place of what waits when a poke is as urgent or less', async () => {
        await queue.poke(['a/1', 'a/2'], 'failure');
        await queue.poke(['a/1'], 'failure');
        for (const lane of ['creation', 'resync'] as const) await queue.poke(['a/1'], lane);
        await queue.poke([LAST], 'resync');
        expect(await runUntil(await held(queue))).to.deep.equal(['failure a/1', 'failure a/2']);
      });
    });

    describe('coalescing', () => {
      it('makes one pass of many pokes that came before it', async () => {
        for (let i = 0; i < 10; i++) await (i % 2 === 0 ? queue : subject.elsewhere).poke(['a/1', 'a/1'], 'failure');
        await queue.poke([LAST], 'resync');
        expect(await runUntil(await held(queue))).to.deep.equal(['failure a/1']);
      });

      it('makes exactly one more of ten pokes during a pass, and not before the pass has ended', async () => {
        const worker = await held(queue, 5);
        await queue.poke(['a/1'], 'failure');
        const first = await worker.next();
        await Promise.all(
          Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? queue : subject.elsewhere).poke(['a/1'], 'failure')),
        );
        await queue.poke(['b/1'], 'resync');
        const other = await worker.next();
        expect(other.key, 'only the other key may start beside it').to.equal('b/1');
        other.end();
        first.end();
        const second = await worker.next();
        expect(second.key).to.equal('a/1');
        second.end();
        await quiet(queue);
        expect(worker.started.map((run) => run.key)).to.deep.equal(['a/1', 'b/1', 'a/1']);
      });

      it('makes one more of a poke from inside the pass itself', async () => {
        let runs = 0;
        await queue.process(
          async (key) => {
            runs += 1;
            if (runs === 1) await queue.poke([key, key], 'resync');
          },
          { concurrency: 2 },
        );
        await queue.poke(['a/1'], 'person');
        await quiet(queue);
        expect(runs).to.equal(2);
      });

      it('gives the pass that follows the lane of the most urgent poke, not of the last', async () => {
        const worker = await held(queue);
        await queue.poke(['a/1'], 'resync');
        const first = await worker.next();
        for (const lane of ['creation', 'person', 'failure', 'resync'] as const) {
          await subject.elsewhere.poke(['a/1'], lane);
        }
        await queue.poke(['b/1'], 'failure');
        await queue.poke([LAST], 'resync');
        first.end();
        expect(await runUntil(worker)).to.deep.equal(['person a/1', 'failure b/1']);
      });

      it('forgets urgency with the pass that answered it', async () => {
        const worker = await held(queue);
        await queue.poke(['a/1'], 'person');
        (await worker.next()).end();
        await quiet(queue);
        await queue.poke(['a/1'], 'resync');
        expect((await worker.next()).lane).to.equal('resync');
      });
    });

    describe('workers', () => {
      it('runs as many passes at once as it was told, and no more', async () => {
        const worker = await held(queue, 3);
        await queue.poke(
          Array.from({ length: 9 }, (_, i): ServiceKey => `a/${i}`),
          'failure',
        );
        const first = [await worker.next(), await worker.next(), await worker.next()];
        const counts = await queue.counts();
        expect([counts.active, counts.waiting]).to.deep.equal([3, 6]);
        expect(worker.started).to.have.length(3);
        first.forEach((run) => run.end());
        for (let i = 3; i < 9; i++) (await worker.next()).end();
        await quiet(queue);
      });

      it('lets two workers share the work and never gives both the same key', async () => {
        const now = new Map<ServiceKey, number>();
        let overlaps = 0;
        const ran = [0, 0];
        for (const [which, from] of [queue, subject.elsewhere].entries()) {
          await from.process(
            async (key) => {
              now.set(key, (now.get(key) ?? 0) + 1);
              if (now.get(key) !== 1) overlaps += 1;
              ran[which] = (ran[which] ?? 0) + 1;
              await new Promise((resolve) => setImmediate(resolve));
              now.set(key, (now.get(key) ?? 0) - 1);
            },
            { concurrency: 4 },
          );
        }
        for (let i = 0; i < 100; i++) await queue.poke([`a/${i % 3}`, `b/${i}`], 'failure');
        await quiet(queue);
        expect(overlaps).to.equal(0);
        expect(Math.min(...ran), 'both worked').to.be.greaterThan(0);
      });

      it('loses the poke and nothing else when a handler throws', async () => {
        const worker = await held(queue);
        await queue.poke(['a/1', 'a/2'], 'failure');
        (await worker.next()).end(new Error('broken on purpose'));
        (await worker.next()).end();
        await quiet(queue);
        expect(worker.started.map((run) => run.key)).to.deep.equal(['a/1', 'a/2']);
        await queue.poke(['a/1'], 'failure');
        expect((await worker.next()).key).to.equal('a/1');
      });

      it('keeps the poke that came during a pass that throws', async () => {
        const worker = await held(queue);
        await queue.poke(['a/1'], 'failure');
        const first = await worker.next();
        await queue.poke(['a/1'], 'failure');
        first.end(new Error('broken on purpose'));
        expect((await worker.next()).key).to.equal('a/1');
      });
    });

    describe('stop', () => {
      it('waits for what runs and starts no more', async () => {
        const worker = await held(queue);
        await queue.poke(['a/1', 'a/2'], 'failure');
        const first = await worker.next();
        let stopped = false;
        const stopping = worker.worker.stop(10_000).then(() => (stopped = true));
        await queue.poke(['a/3'], 'person');
        expect(stopped).to.equal(false);
        expect(first.signal.aborted).to.equal(false);
        first.end();
        await stopping;
        expect(worker.started.map((run) => run.key)).to.deep.equal(['a/1']);
        expect((await queue.counts()).waiting).to.equal(2);
        const after = await held(subject.elsewhere);
        expect((await after.next()).key).to.equal('a/3');
      });

      it('calls off what runs too long, and its key runs at another worker before the others of its lane', async () => {
        const worker = await held(queue);
        await queue.poke(['a/1'], 'failure');
        const first = await worker.next();
        first.signal.addEventListener('abort', () => first.end(new Error('called off')));
        await worker.worker.stop(1);
        expect(first.signal.aborted).to.equal(true);
        const after = await held(subject.elsewhere);
        const second = await after.next();
        expect([second.key, second.lane]).to.deep.equal(['a/1', 'failure']);
      });

      it('comes back although a handler never heeds its signal', async () => {
        const worker = await held(queue);
        await queue.poke(['a/1'], 'failure');
        const first = await worker.next();
        await worker.worker.stop(0);
        expect(first.signal.aborted).to.equal(true);
        first.end();
      });

      it('stops sooner when it is asked again', async () => {
        const worker = await held(queue);
        await queue.poke(['a/1'], 'failure');
        const first = await worker.next();
        const patient = worker.worker.stop(60_000);
        await worker.worker.stop(0);
        await patient;
        expect(first.signal.aborted).to.equal(true);
        first.end();
      });

      it('stops at once when nothing runs, also twice', async () => {
        const worker = await held(queue);
        await worker.worker.stop(10_000);
        await worker.worker.stop(10_000);
      });

      it('refuses pokes once it is closed, and calls off what runs', async () => {
        const worker = await held(queue);
        await queue.poke(['a/1'], 'failure');
        const first = await worker.next();
        await queue.close();
        expect(first.signal.aborted).to.equal(true);
        first.end();
        const code = await queue.poke(['a/1'], 'failure').then(
          () => 'none',
          (error: unknown) => (error as { readonly code?: string }).code,
        );
        expect(code).to.equal('STORE_UNREACHABLE');
      });
    });

    describe('what waits', () => {
      it('is counted by lane', async () => {
        await queue.poke(['a/1', 'a/2', 'a/3'], 'resync');
        await queue.poke(['a/3', 'a/4'], 'creation');
        await queue.poke(['a/5'], 'person');
        expect(await queue.counts()).to.deep.equal({
          waiting: 5,
          active: 0,
          byLane: { person: 1, failure: 0, creation: 2, resync: 2 },
        });
      });

      it('is forgotten by drain, also what is owed to a pass that runs, and may be poked again', async () => {
        const worker = await held(queue);
        await queue.poke(['a/1'], 'failure');
        const first = await worker.next();
        await queue.poke(['a/1', 'a/2', 'a/3'], 'failure');
        await queue.drain();
        expect((await queue.counts()).waiting).to.equal(0);
        first.end();
        await quiet(queue);
        expect(worker.started).to.have.length(1);
        await queue.poke(['a/1', 'a/2', LAST], 'failure');
        expect(await runUntil(worker)).to.deep.equal(['failure a/1', 'failure a/2']);
      });

      it('may be nothing', async () => {
        await queue.poke([], 'person');
        await queue.drain();
        expect((await queue.counts()).waiting).to.equal(0);
      });

      it('may be 10,000 keys, each of which runs once', async () => {
        const keys = Array.from({ length: 10_000 }, (_, i): ServiceKey => `a/${i}`);
        await queue.poke(keys, 'creation');
        await queue.poke(keys.slice(0, 100), 'creation');
        expect((await queue.counts()).byLane.creation).to.equal(10_000);
        const ran: string[] = [];
        await queue.process(async (key) => void ran.push(key), { concurrency: 50 });
        await quiet(queue);
        expect(ran.sort()).to.deep.equal([...keys].sort());
      });
    });

    it('takes every key that a service can have', async () => {
      const ran: string[] = [];
      await queue.process(async (key) => void ran.push(key), { concurrency: 10 });
      const written = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/);
      const keys = fc
        .tuple(fc.stringMatching(/^[a-z][a-z0-9-]{0,31}$/), written, written, fc.nat(9999))
        .map(([kind, scope, part, index]) => serviceKey(kind, replicaName(scopedName(scope, part), index)));
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(keys, { minLength: 1, maxLength: 20 }), async (some) => {
          ran.length = 0;
          await queue.poke(some, 'failure');
          await quiet(queue);
          expect([...ran].sort()).to.deep.equal([...some].sort());
        }),
        { numRuns: propertyRuns },
      );
    });

    behavesAsTheModel(() => queue, propertyRuns);
  });
}
