// Events in and their signatures: who is believed, how often, and what they begin.

import { expect } from 'chai';
import { EngineError } from '../../../engine/model/errors.ts';
import type { DesiredEventFilter } from '../../../engine/model/service.ts';
import { sign, verify, type Proof } from '../../../engine/runs/index.ts';
import { REPLAY_WINDOW_MS } from '../../../engine/runs/signature.ts';
import type { JsonValue } from '../../../engine/model/json.ts';
import { Rig, SOMEONE } from './rig.ts';

const filter = (more: Partial<DesiredEventFilter>): DesiredEventFilter => ({
  channel: 'webhook',
  command: 'deploy',
  actions: ['restart'],
  targets: ['container/web'],
  origin: { file: 'shop.yaml', line: 1, column: 1 },
  ...more,
});

async function blueprint(rig: Rig, name: string, revision: number, ...filters: DesiredEventFilter[]): Promise<void> {
  const put = (collection: 'blueprint' | 'revision', id: string, value: unknown) => ({
    collection,
    id,
    value: value as JsonValue,
  });
  await rig.store.commit({
    puts: [
      put('blueprint', name, { blueprint: name, revision, hash: 'h', pinned: null, services: 1 }),
      put('revision', `${name}@${String(revision).padStart(6, '0')}`, { eventfilters: filters }),
    ],
  });
}

async function code(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('events in', () => {
  let rig: Rig;
  let engine: ReturnType<Rig['robot']>['engine'];
  beforeEach(() => {
    rig = new Rig();
    rig.actions['restart'] = {};
    rig.service('container/web');
    rig.service('container/db');
    engine = rig.robot('r1').engine;
  });
  const proof = (body: string, at = rig.clock.now(), secret = 's3'): Proof => ({
    body,
    timestamp: String(at),
    signature: sign(secret, at, body),
  });
  const types = async (): Promise<string[]> => (await rig.store.log()).map(({ type }) => type);

  it('begin the actions of every filter they reach', async () => {
    await blueprint(rig, 'shop', 1, filter({}), filter({ command: 'other' }));
    await blueprint(
      rig,
      'blog',
      3,
      filter({ channel: 'all', targets: ['container/db'] }),
      filter({ channel: 'email' }),
    );
    const { runs } = await engine.emit({ channel: 'webhook', command: 'deploy', payload: { tag: 'v2' } }, SOMEONE);
    await rig.pass(1);
    expect(runs).to.have.length(2);
    expect([...rig.story].sort()).to.deep.equal(['restart container/db', 'restart container/web']);
    expect((await engine.get(runs[0]!)).cause).to.deep.include({ kind: 'event', command: 'deploy' });
    expect(rig.deeds.every(({ args }) => Object.keys(args).length === 0)).to.equal(true);
  });

  it('follow the current revision', async () => {
    await blueprint(rig, 'shop', 1, filter({}));
    expect((await engine.emit({ channel: 'webhook', command: 'deploy' }, SOMEONE)).runs).to.have.length(1);
    await blueprint(rig, 'shop', 2);
    expect((await engine.emit({ channel: 'webhook', command: 'deploy' }, SOMEONE)).runs).to.be.empty;
  });

  it('that nobody wants are recorded and ignored', async () => {
    const answer = await engine.emit({ channel: 'webhook', command: 'deploy', payload: 'hunter2' }, SOMEONE);
    expect(answer).to.deep.equal({ runs: [], refused: [] });
    expect(await types()).to.deep.equal(['event.ignored']);
    expect(JSON.stringify(await rig.store.log())).not.to.contain('hunter2');
  });

  it('must prove the secret that a filter names', async () => {
    rig.secrets['hook'] = 's3';
    await blueprint(rig, 'shop', 1, filter({ secret: 'hook' }));
    const event = { channel: 'webhook', command: 'deploy' };
    const late = rig.clock.now() - REPLAY_WINDOW_MS - 1;
    expect(await code(engine.emit(event, SOMEONE))).to.equal('EVENT_REFUSED');
    expect(await code(engine.emit(event, SOMEONE, proof('{}', rig.clock.now(), 'guess')))).to.equal('EVENT_REFUSED');
    expect(await code(engine.emit(event, SOMEONE, { ...proof('{}'), body: '{ }' }))).to.equal('EVENT_REFUSED');
    expect(await code(engine.emit(event, SOMEONE, { ...proof('{}'), timestamp: '0' }))).to.equal('EVENT_REFUSED');
    expect(await code(engine.emit(event, SOMEONE, { ...proof('{}'), signature: 'v1=00' }))).to.equal('EVENT_REFUSED');
    expect(await code(engine.emit(event, SOMEONE, proof('{}', late)))).to.equal('EVENT_REFUSED');
    await rig.pass(1);
    expect(rig.deeds).to.be.empty;
    expect(await code(engine.emit(event, SOMEONE, proof('{}')))).to.equal('accepted');
    await rig.pass(1);
    expect(rig.deeds).to.have.length(1);
    expect((await types()).filter((type) => type === 'event.refused')).to.have.length(6);
  });

  it('count once per signature', async () => {
    rig.secrets['hook'] = 's3';
    await blueprint(rig, 'shop', 1, filter({ secret: 'hook' }));
    const event = { channel: 'webhook', command: 'deploy' };
    const signed = proof('{}');
    expect(await code(engine.emit(event, SOMEONE, signed))).to.equal('accepted');
    expect(await code(engine.emit(event, SOMEONE, signed))).to.equal('EVENT_REFUSED');
    expect(await code(rig.robot('r2').engine.emit(event, SOMEONE, signed))).to.equal('EVENT_REFUSED');
    await rig.pass(2 * REPLAY_WINDOW_MS);
    expect(await code(engine.emit(event, SOMEONE, signed))).to.equal('EVENT_REFUSED');
    await rig.pass(1);
    expect(rig.deeds).to.have.length(1);
  });

  it('reach other filters though one of them is not to be had', async () => {
    await blueprint(rig, 'shop', 1, filter({ secret: 'unset' }), filter({ targets: ['container/gone'] }), filter({}));
    const { runs, refused } = await engine.emit({ channel: 'webhook', command: 'deploy' }, SOMEONE, proof('{}'));
    expect(runs).to.have.length(1);
    expect(refused.map(({ reason }) => reason)).to.deep.equal([
      'the secret "unset" is not set',
      'none of its services is there with restart',
    ]);
  });

  it('are bounded', async () => {
    expect(await code(engine.emit({ channel: 'api', command: 'x', payload: 'x'.repeat(65_536) }, SOMEONE))).to.equal(
      'EVENT_TOO_LARGE',
    );
    expect(await code(engine.emit({ channel: 'API!', command: 'x' }, SOMEONE))).to.equal('EVENT_INVALID');
    expect(await code(engine.emit({ channel: 'all', command: 'x' }, SOMEONE))).to.equal('EVENT_INVALID');
    expect(await code(engine.emit({ channel: 'api', command: '' }, SOMEONE))).to.equal('EVENT_INVALID');
    expect(await code(engine.emit({ channel: 'api', command: 'x'.repeat(129) }, SOMEONE))).to.equal('EVENT_INVALID');
  });
});

describe('a signature', () => {
  it('is that of HMAC-SHA-256 over time and body', () => {
    // openssl: printf '1700000000000.{"a":1}' | openssl dgst -sha256 -hmac key
    expect(sign('key', 1_700_000_000_000, '{"a":1}')).to.equal(
      'v1=2c8bc12f88d77789404ce0a63cf69acf735ba98832f7a7d36147f537be556f3e',
    );
    const bytes = new TextEncoder().encode('{"a":1}');
    expect(sign('key', 1_700_000_000_000, bytes)).to.equal(sign('key', 1_700_000_000_000, '{"a":1}'));
  });

  it('counts within the window only, into the past and the future', () => {
    const at = 1_700_000_000_000;
    const given = { body: 'x', timestamp: String(at), signature: sign('key', at, 'x') };
    const verdicts = [-1, 0, 1].map((side) => verify(given, 'key', at + side * REPLAY_WINDOW_MS));
    expect(verdicts).to.deep.equal(['good', 'good', 'good']);
    expect(verify(given, 'key', at + REPLAY_WINDOW_MS + 1)).to.equal('late');
    expect(verify(given, 'key', at - REPLAY_WINDOW_MS - 1)).to.equal('late');
    expect(verify({ ...given, timestamp: '1e3' }, 'key', at)).to.equal('malformed');
  });
});
