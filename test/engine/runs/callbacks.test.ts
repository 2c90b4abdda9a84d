// What a callback address hears.

import { expect } from 'chai';
import { verify } from '../../../engine/runs/signature.ts';
import { failing, type Rig } from './rig.ts';
import { MINUTE, request, shop } from './shop.ts';

describe('the callback of a run', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = shop();
  });

  it('tells its callback of each attempt, signed', async () => {
    rig.secrets['hook'] = 's3';
    rig.work = async ({ execution }) => (execution === 1 ? await failing() : null);
    const { engine } = rig.robot('r1');
    const { id } = await engine.create(
      request([{ action: 'test', on: { keys: ['container/lone'] } }], {
        retries: [5_000],
        callback: { url: 'https://ci.test/done', secret: 'hook' },
      }),
    );
    await rig.pass(MINUTE);
    expect(rig.calls.map(({ body }) => (JSON.parse(body) as { state: string }).state)).to.deep.equal([
      'backing off',
      'done',
    ]);
    expect(JSON.parse(rig.calls[0]!.body)).to.deep.include({
      run: id,
      attempt: 1,
      jobs: { all: 1, done: 0, failed: 1 },
    });
    for (const { body, headers, at } of rig.calls) {
      const proof = { body, timestamp: headers['x-ays-timestamp']!, signature: headers['x-ays-signature']! };
      expect(verify(proof, 's3', at)).to.equal('good');
    }
  });

  it('calls back again when nobody answers, a few times, and then writes it down', async () => {
    rig.answer = () => 503;
    const { engine } = rig.robot('r1');
    const { id } = await engine.create(
      request([{ action: 'test', on: { keys: ['container/lone'] } }], { callback: { url: 'http://ci.test/' } }),
    );
    await rig.pass(60 * MINUTE);
    expect(rig.calls).to.have.length(4);
    expect(new Set(rig.calls.map(({ headers }) => headers['x-ays-delivery']))).to.have.property('size', 1);
    const log = await rig.store.log({ about: id });
    expect(log.map(({ type }) => type)).to.include('run.untold');
  });

  it('does not call back for ever though robots die over it', async () => {
    rig.answer = () => {
      for (const robot of rig.robots) robot.dead ||= robot.name.startsWith('mortal');
      return 200;
    };
    for (let i = 0; i < 8; i++) rig.robot(`mortal${i}`);
    const { id } = await rig.robots[0]!.engine.create(
      request([{ action: 'test', on: { keys: ['container/lone'] } }], { callback: { url: 'http://ci.test/' } }),
    );
    await rig.pass(1);
    const { engine } = rig.robot('last');
    await rig.pass(60 * MINUTE);
    expect((await engine.get(id)).state).to.equal('done');
    expect(rig.calls).to.have.length(2);
    expect(await rig.store.list('schedule')).to.deep.equal([]);
  });
});
