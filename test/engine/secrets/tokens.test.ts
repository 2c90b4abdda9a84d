import { expect } from 'chai';
import fs from 'node:fs';
import { assertNoSecret, tokens, type Tokens } from '../../../engine/secrets/index.ts';
import type { JsonObject } from '../../../engine/model/json.ts';
import { ANNA, codeOf, gridFixture, seededBytes, type GridFixture } from './grid-fixture.ts';

const HOUR = 3_600_000;

describe('tokens', () => {
  let grid: GridFixture;
  let all: Tokens;
  const open = async (random = seededBytes('tokens')): Promise<Tokens> =>
    tokens({ store: grid.store, vault: await grid.open(), random, clock: grid.clock });
  beforeEach(async () => {
    grid = gridFixture();
    all = await open();
  });

  it('let in who has the text, also at another robot, and are stored without it', async () => {
    const { text, token } = await all.create({ name: 'ci', scopes: ['change'], by: ANNA });
    expect(text).to.match(/^ays_[2-9A-Za-z]{12}_[2-9A-Za-z]{43}$/);
    expect(await all.check(text, 'change')).to.include({ id: token.id, name: 'ci' });
    expect(await (await open()).check(text, 'read')).to.include({ id: token.id });
    const stored = JSON.stringify(await grid.store.list('token'));
    assertNoSecret(stored, text);
    assertNoSecret(stored, text.slice(-43));
    for (const info of [token, ...(await all.list())]) expect(info).not.to.have.property('hash');
  });

  it('refuse any other text, all with the same words', async () => {
    const { text } = await all.create({ name: 'ci', scopes: ['admin'], by: ANNA });
    const messages = new Set<string>();
    const wrong = [
      '',
      'ays_',
      text.toLowerCase(),
      `${text}x`,
      text.slice(0, -1),
      ` ${text}`,
      `aysjoin${text.slice(3)}`,
    ];
    for (let i = 4; i < text.length; i += 3)
      wrong.push(text.slice(0, i) + (text[i] === 'A' ? 'B' : 'A') + text.slice(i + 1));
    for (const each of wrong) {
      const error = await all.check(each, 'read').catch((reason: unknown) => reason as Error & { code: string });
      expect(error, each).to.have.property('code', 'TOKEN_REFUSED');
      messages.add((error as Error).message);
    }
    expect([...messages]).to.have.length(1);
  });

  it('allow what their scopes say and no more', async () => {
    const may = async (scopes: readonly ('read' | 'change' | 'secrets' | 'admin')[]): Promise<string> => {
      const { text } = await all.create({ name: 'x', scopes, by: ANNA });
      const answers = [];
      for (const wanted of ['read', 'change', 'secrets', 'admin'] as const)
        answers.push((await codeOf(all.check(text, wanted))) === 'nothing was refused' ? wanted : '-');
      return answers.join(' ');
    };
    expect(await may(['read'])).to.equal('read - - -');
    expect(await may(['change'])).to.equal('read change - -');
    expect(await may(['secrets'])).to.equal('- - secrets -');
    expect(await may(['read', 'secrets'])).to.equal('read - secrets -');
    expect(await may(['admin'])).to.equal('read change secrets admin');
    const { text } = await all.create({ name: 'x', scopes: ['read'], by: ANNA });
    expect(await codeOf(all.check(text, 'change'))).to.equal('TOKEN_SCOPE');
  });

  it('end when their time is over, and when they are revoked', async () => {
    const short = await all.create({ name: 'short', scopes: ['read'], ttlMs: HOUR, by: ANNA });
    const long = await all.create({ name: 'long', scopes: ['read'], by: ANNA });
    grid.clock.advance(HOUR - 1);
    await all.check(short.text, 'read');
    grid.clock.advance(1);
    expect(await codeOf(all.check(short.text, 'read'))).to.equal('TOKEN_REFUSED');
    await all.check(long.text, 'read');
    expect(await all.revoke(long.token.id, ANNA)).to.equal(true);
    expect(await all.revoke(long.token.id, ANNA)).to.equal(false);
    expect(await codeOf(all.check(long.text, 'read'))).to.equal('TOKEN_REFUSED');
    expect(await codeOf(all.revoke('nobody', ANNA))).to.equal('TOKEN_UNKNOWN');
    grid.clock.advance(HOUR);
    expect(await all.prune(2 * HOUR)).to.equal(0);
    grid.clock.advance(2 * HOUR);
    expect(await all.prune(2 * HOUR)).to.equal(2);
    expect(await all.list()).to.deep.equal([]);
  });

  it('remember to the hour when they were used, with one write an hour', async () => {
    const { text, token } = await all.create({ name: 'ci', scopes: ['read'], by: ANNA });
    const version = async (): Promise<number | undefined> => (await grid.store.get('token', token.id))?.version;
    for (let i = 0; i < 20; i++) await all.check(text, 'read');
    expect(await version()).to.equal(2);
    grid.clock.advance(90 * 60_000);
    await all.check(text, 'read');
    expect(await version()).to.equal(3);
    expect((await all.list())[0]?.lastUsed).to.equal(Math.floor(grid.clock.now() / HOUR) * HOUR);
  });

  it('still let in when that cannot be written', async () => {
    const { text } = await all.create({ name: 'ci', scopes: ['read'], by: ANNA });
    const store = { ...grid.store, commit: () => Promise.reject(new Error('disk full')) };
    const readOnly = tokens({ store, vault: await grid.open(), random: seededBytes('y'), clock: grid.clock });
    expect(await readOnly.check(text, 'read')).to.include({ name: 'ci' });
  });

  it('do not let in when a hand has put another digest or wider scopes without knowing the key of the grid', async () => {
    const { text, token } = await all.create({ name: 'ci', scopes: ['read'], by: ANNA });
    const stored = (await grid.store.get<JsonObject>('token', token.id))!.value;
    for (const change of [{ hash: 'a'.repeat(64) }, { hash: '' }, { hash: 7 }, { id: 'other' }, { kind: 'join' }]) {
      await grid.store.commit({ puts: [{ collection: 'token', id: token.id, value: { ...stored, ...change } }] });
      expect(await codeOf(all.check(text, 'read')), JSON.stringify(change)).to.equal('TOKEN_REFUSED');
    }
  });

  it('are refused when they could not be used', async () => {
    const wish = { name: 'x', scopes: ['read'] as const, by: ANNA };
    for (const change of [
      { name: '' },
      { name: 'a\nb' },
      { scopes: [] },
      { scopes: ['root'] },
      { ttlMs: 0 },
      { ttlMs: NaN },
    ])
      expect(await codeOf(all.create({ ...wish, ...change } as typeof wish)), JSON.stringify(change)).to.equal(
        'TOKEN_INVALID',
      );
    expect(await codeOf(all.createJoin({ name: 'x', ttlMs: 8 * 24 * HOUR, by: ANNA }))).to.equal('TOKEN_INVALID');
  });

  it('are compared in constant time, whether the id is known or not', () => {
    // By construction: one comparison, of digests of one length, before anything is decided.
    const source = fs.readFileSync('engine/secrets/tokens.ts', 'utf8');
    const body = /async function proven[\s\S]*?\n {2}}/.exec(source)?.[0] ?? '';
    expect(body.match(/timingSafeEqual\(/g)).to.have.length(1);
    expect(body.slice(0, body.indexOf('timingSafeEqual')).match(/\b(if|throw|return)\b/g)).to.equal(null);
    expect(body).not.to.match(/hash === |=== record\.hash|===\s*hash/);
  });
});

describe('a join token', () => {
  const NODE = { node: 'n1', publicKey: 'x25519:one' };
  let grid: GridFixture;
  let all: Tokens;
  beforeEach(async () => {
    grid = gridFixture();
    all = tokens({ store: grid.store, vault: await grid.open(), random: seededBytes('join'), clock: grid.clock });
  });

  it('lets one node in, once; the same node may ask again, since an answer may be lost', async () => {
    const { text } = await all.createJoin({ name: 'rack 7', ttlMs: HOUR, by: ANNA });
    expect(text).to.match(/^aysjoin_/);
    expect(await all.redeem(text, NODE)).to.deep.include({ name: 'rack 7' });
    await all.redeem(text, NODE);
    expect(await codeOf(all.redeem(text, { ...NODE, node: 'n2' }))).to.equal('TOKEN_REFUSED');
    expect(await codeOf(all.redeem(text, { ...NODE, publicKey: 'x25519:two' }))).to.equal('TOKEN_REFUSED');
    grid.clock.advance(HOUR);
    expect(await codeOf(all.redeem(text, NODE))).to.equal('TOKEN_REFUSED');
  });

  it('lets exactly one in when many come at once', async () => {
    const { text } = await all.createJoin({ name: 'rack 7', ttlMs: HOUR, by: ANNA });
    const tries = Array.from({ length: 20 }, (_, i) => codeOf(all.redeem(text, { ...NODE, node: `n${i}` })));
    expect((await Promise.all(tries)).filter((code) => code === 'nothing was refused')).to.have.length(1);
  });

  it('opens no other door, and no other token opens its', async () => {
    const join = await all.createJoin({ name: 'rack 7', ttlMs: HOUR, by: ANNA });
    const api = await all.create({ name: 'ci', scopes: ['admin'], by: ANNA });
    expect(await codeOf(all.check(join.text, 'read'))).to.equal('TOKEN_REFUSED');
    expect(await codeOf(all.redeem(api.text, NODE))).to.equal('TOKEN_REFUSED');
  });

  it('lets nobody in once it is revoked', async () => {
    const { text, token } = await all.createJoin({ name: 'rack 7', ttlMs: HOUR, by: ANNA });
    await all.revoke(token.id, ANNA);
    expect(await codeOf(all.redeem(text, NODE))).to.equal('TOKEN_REFUSED');
  });
});
