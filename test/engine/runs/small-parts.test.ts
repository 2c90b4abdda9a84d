// The parts that the rest of runs stands on: ids, due documents, logs, rounds, retries, the view of a grid.

import { expect } from 'chai';
import fc from 'fast-check';
import { seededRandom } from '../../../engine/model/world.ts';
import { dueDocument, isRunId, mirrored, parseDue, runId } from '../../../engine/runs/ids.ts';
import { appendLog, EMPTY_LOG } from '../../../engine/runs/job-log.ts';
import { EngineError } from '../../../engine/model/errors.ts';
import { Registry } from '../../../engine/model/registry.ts';
import { parseRetries, runView } from '../../../engine/runs/index.ts';
import { actors, sharedSchemas } from '../../../actors/index.ts';
import { Rounds } from '../../../engine/runs/rounds.ts';

describe('the id of a run', () => {
  const time = fc.integer({ min: 0, max: 4_000_000_000_000 });

  it('sorts as the runs came, and mirrored the other way round', () => {
    const random = seededRandom(1);
    fc.assert(
      fc.property(time, time, (a, b) => {
        const [first, second] = [runId(a, random), runId(b, random)];
        expect(isRunId(first)).to.equal(true);
        expect(mirrored(mirrored(first))).to.equal(first);
        if (a === b) return;
        expect(first < second).to.equal(a < b);
        expect(mirrored(first) < mirrored(second)).to.equal(a > b);
      }),
    );
  });

  it('is fit to name what an action makes', () => {
    expect(runId(1_700_000_000_000, seededRandom(1))).to.match(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/);
  });
});

describe('a due document', () => {
  it('sorts by time and is read back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000_000_000_000 }),
        fc.integer({ min: 0, max: 4_000_000_000_000 }),
        (a, b) => {
          const [first, second] = [dueDocument(a, 'run/x'), dueDocument(b, 'tick/shop/backup')];
          if (a !== b) expect(first < second).to.equal(a < b);
          expect(parseDue(second)).to.deep.equal({ at: b, what: 'tick', subject: 'shop/backup' });
        },
      ),
    );
    expect(parseDue('due/soon/run/x')).to.equal(undefined);
  });
});

describe('the log of a job', () => {
  it('keeps the newest lines within its bounds, and their numbers', () => {
    const texts = fc.array(
      fc.array(
        fc.integer({ min: 0, max: 6_000 }).map((length) => 'ab\n'.repeat(length / 60) + 'x'.repeat(length)),
        {
          maxLength: 8,
        },
      ),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(texts, (batches) => {
        let log = EMPTY_LOG;
        let all = 0;
        for (const batch of batches) {
          log = appendLog(log, batch, 1);
          all += batch.reduce((sum, text) => sum + text.split('\n').length, 0);
          expect(log.dropped + log.lines.length).to.equal(all);
          expect(log.lines.map(({ n }) => n)).to.deep.equal(log.lines.map((_, i) => log.dropped + i + 1));
          expect(log.lines.length).to.be.at.most(1_000);
          expect(log.lines.reduce((sum, { text }) => sum + text.length, 0)).to.be.at.most(65_536);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('drops the oldest of many short lines', () => {
    const log = appendLog(
      EMPTY_LOG,
      Array.from({ length: 1_500 }, (_, i) => String(i)),
      1,
    );
    expect(log).to.deep.include({ dropped: 500 });
    expect(log.lines[0]).to.deep.equal({ n: 501, at: 1, text: '500' });
  });
});

describe('rounds', () => {
  it('give whoever asks a round that began after he asked, and never two at once', async () => {
    let running = 0;
    let begun = 0;
    const rounds = new Rounds(async () => {
      expect(++running).to.equal(1);
      begun++;
      for (let i = 0; i < 3; i++) await Promise.resolve();
      running--;
    });
    const asked: Promise<void>[] = [];
    const random = seededRandom(7);
    for (let i = 0; i < 2_000; i++) {
      const before = begun;
      asked.push(
        rounds.ask().then(() => {
          expect(begun).to.be.above(before);
        }),
      );
      for (let turns = Math.floor(random() * 14); turns > 0; turns--) await Promise.resolve();
    }
    await Promise.all(asked);
    expect(begun).to.be.below(2_001);
  });
});

describe('the waits between attempts', () => {
  it('are read in seconds as in AYS, or with units', () => {
    expect(parseRetries('5,10,15')).to.deep.equal([5_000, 10_000, 15_000]);
    expect(parseRetries(' 500ms, 1m ')).to.deep.equal([500, 60_000]);
    for (const none of ['0', '', ' ']) expect(parseRetries(none)).to.deep.equal([]);
  });

  it('are refused when they are none', () => {
    for (const text of ['a', '5,', '-1', '1e3', '5x', '5,,6'])
      expect(() => parseRetries(text), text)
        .to.throw(EngineError)
        .with.property('code', 'ACTION_INVALID');
  });
});

describe('what runs see of a grid', () => {
  const service = (key: `${string}/${string}`, more: object = {}) => ({
    key,
    uid: key,
    actor: key.split('/')[0]!,
    blueprint: 'shop',
    links: [],
    ...more,
  });
  const view = runView(
    [
      service('vdisk/b'),
      service('vdisk/a.1', { group: { key: 'vdisk/a' } }),
      service('vdisk/a.2', { group: { key: 'vdisk/a' } }),
    ],
    new Registry(actors, sharedSchemas),
    (_actor, _action, args) => args,
  );

  it('knows services, members of groups and the actions of their actors', () => {
    expect([...view.services.all()].map(({ key }) => key)).to.deep.equal(['vdisk/a.1', 'vdisk/a.2', 'vdisk/b']);
    expect(view.services.members('vdisk/a')).to.deep.equal(['vdisk/a.1', 'vdisk/a.2']);
    expect(view.services.members('vdisk/b')).to.equal(undefined);
    expect(view.action('vdisk', 'snapshot')).to.have.property('summary');
    expect(view.actions('vdisk')).to.include('snapshot');
  });

  it('takes no name of the language itself for an action', () => {
    expect(view.action('vdisk', 'constructor')).to.equal(undefined);
    expect(view.action('nothing', 'snapshot')).to.equal(undefined);
    expect(view.actions('nothing')).to.deep.equal([]);
  });
});
