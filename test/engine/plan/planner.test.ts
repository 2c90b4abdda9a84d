// What becomes of one service: made, changed in place, made again, or left alone.

import { expect } from 'chai';
import { plan, planToJson } from '../../../engine/plan/index.ts';
import type { ServiceKey } from '../../../engine/model/key.ts';
import { grid, item, ops, planned, registry, service, state, there, tombstone, verbs } from './toys.ts';

const GiB = 1024 ** 3;

describe('plan: what each service needs', () => {
  const web = service('box/web', { spec: { image: 'a', env: { LOG: 'info' } } });

  it('makes what is declared and not there', () => {
    const made = planned([web]);
    expect(verbs(made)).to.deep.equal({ 'box/web': 'create' });
    expect(ops(made, 'box/web')).to.deep.equal(['create']);
    expect(item(made, 'box/web').spec).to.deep.equal({ image: 'a', env: { LOG: 'info' } });
  });

  it('leaves out what is as wanted and counts it', () => {
    const made = planned([web], { records: [web], seen: { 'box/web': there(web.spec) } });
    expect(made.items).to.deep.equal([]);
    expect(made.summary.unchanged).to.equal(1);
  });

  it('makes again what should be there and is gone', () => {
    const made = planned([web], { records: [web], seen: { 'box/web': { presence: 'absent' } } });
    expect(item(made, 'box/web').verb).to.equal('create');
    expect(item(made, 'box/web').because).to.equal('it should be there and is gone');
  });

  it('says which field forces a replacement, with both values and its class', () => {
    const made = planned([web], { records: [web], seen: { 'box/web': there({ image: 'old', env: { LOG: 'info' } }) } });
    const { verb, because, changes, risk } = item(made, 'box/web');
    expect({ verb, risk }).to.deep.equal({ verb: 'replace', risk: 'disruptive' });
    expect(because).to.equal('image: old → a needs a new one (on change: replace)');
    expect(changes).to.deep.equal([
      { field: 'image', sign: '~', have: 'old', want: 'a', change: 'replace', source: 'observed' },
    ]);
    expect(ops(made, 'box/web')).to.deep.equal(['remove', 'create']);
  });

  it('shows what follows a removal also when the actor stops there to look again', () => {
    const only = {
      ...registry.actor('box')!,
      diff: (want: unknown, status: { presence: string }) => {
        const steps = registry.actor('box')!.diff(want as never, status as never);
        return steps.slice(0, 1);
      },
    };
    const made = plan(state([web]), grid({ records: [web], seen: { 'box/web': there({ image: 'old' }) } }), {
      actor: () => only,
      follow: (field: unknown) => field,
    } as never);
    expect(ops(made, 'box/web')).to.deep.equal(['remove', 'create']);
  });

  it('restarts, updates, grows and moves in place', () => {
    const disk = service('disk/d', { spec: { size: 2 * GiB, pool: 'main' } });
    const kid = service('kid/k', { spec: { value: 'new' } });
    const made = planned([web, disk, kid], {
      records: [web, disk, kid],
      seen: {
        'box/web': there({ image: 'a', env: { LOG: 'debug' } }),
        'disk/d': there({ size: GiB, pool: 'old' }),
        'kid/k': there({ value: 'old' }),
      },
    });
    expect(verbs(made)).to.deep.equal({ 'box/web': 'restart', 'disk/d': 'move', 'kid/k': 'update' });
    expect(item(made, 'box/web').changes.map(({ field }) => field)).to.deep.equal(['env.LOG']);
    expect(item(made, 'disk/d').changes[0]).to.include({ field: 'size', measure: 'size' });
  });

  it('gives every step a why with the field and both values', () => {
    const made = planned([web], { records: [web], seen: { 'box/web': there({ image: 'old' }) } });
    for (const { why } of item(made, 'box/web').steps)
      expect(why).to.include({ field: 'image', have: 'old', want: 'a' });
  });

  it('shows a setting that only the record knows and stores it', () => {
    const before = service('box/web', { spec: { ...web.spec, probe: { every: 1000 } } });
    const after = service('box/web', {
      spec: { ...web.spec, probe: { every: 2000 } },
      common: { labels: { tier: 'front' } },
    });
    const made = planned([after], { records: [before], seen: { 'box/web': there(web.spec) } });
    const { verb, changes, steps } = item(made, 'box/web');
    expect(verb).to.equal('update');
    expect(changes.map(({ field, source }) => [field, source])).to.deep.equal([
      ['probe.every', 'record'],
      ['labels.tier', 'record'],
    ]);
    expect(steps).to.have.length(1);
    expect(steps[0]).to.deep.include({ op: 'record', by: 'engine', risk: 'safe' });
    expect(steps[0]?.why).to.include({ field: 'probe.every', have: 1000, want: 2000 });
  });

  it('looks at a paused service and plans nothing for it', () => {
    const paused = service('box/web', { spec: web.spec, common: { paused: true } });
    const made = planned([paused], { records: [paused], seen: { 'box/web': there({ image: 'old' }) } });
    expect(item(made, 'box/web')).to.include({ verb: 'blocked', risk: 'safe' });
    expect(item(made, 'box/web').steps).to.deep.equal([]);
    expect(item(made, 'box/web').because).to.match(/^paused: image: old → a/);
    expect(made.refusals).to.deep.equal([]);
  });
});

describe('plan: what is paused', () => {
  it('gets no new name and no new settings in the world, also when it is paused in the same breath', () => {
    const before = service('box/web', { spec: { image: 'a' } });
    const seen = { 'box/web': there({ image: 'a' }) };
    const renamed = service('box/new', { spec: { image: 'a' }, common: { paused: true, was: 'box/web' } });
    expect(verbs(planned([renamed], { records: [before], seen }))).to.deep.equal({ 'box/new': 'blocked' });
    const changed = service('box/web', { spec: { image: 'b' }, common: { paused: true } });
    expect(verbs(planned([changed], { records: [before], seen }))).to.deep.equal({ 'box/web': 'blocked' });
    const paused = service('box/web', { spec: { image: 'a' }, common: { paused: true } });
    expect(ops(planned([paused], { records: [before], seen }), 'box/web')).to.deep.equal(['record']);
  });
});

describe('plan: what is not ours', () => {
  const web = service('box/web', { spec: { image: 'a' } });
  const foreign = { presence: 'foreign', foreign: { id: 'native-7', label: 'other:box/web:1' } } as const;

  it('never steps on a foreign thing and says how to adopt it', () => {
    const made = planned([web], { seen: { 'box/web': foreign } });
    const { verb, steps, blocked } = item(made, 'box/web');
    expect({ verb, steps }).to.deep.equal({ verb: 'blocked', steps: [] });
    expect(blocked).to.include({ code: 'UNOWNED', hint: 'ays adopt box/web --from native-7' });
    expect(made.refusals, 'the rest of the plan goes on').to.deep.equal([]);
  });

  it('adopts what a person said to adopt', () => {
    const made = planned([web], { seen: { 'box/web': foreign } }, { adopt: new Map([['box/web', 'native-7']]) });
    expect(item(made, 'box/web').verb).to.equal('adopt');
    expect(ops(made, 'box/web')).to.deep.equal(['adopt']);
  });

  it('reports unknown keys and never touches them', () => {
    const other = service('box/theirs', { blueprint: 'blog' });
    const made = planned([], {
      records: [other],
      tombstones: [tombstone(service('box/gone'), 'retired')],
      seen: {
        'box/stray': there(),
        'box/theirs': there(),
        'box/gone': there(),
        'box/empty': { presence: 'absent' },
        'box/alien': foreign,
      },
    });
    expect(made.items).to.deep.equal([]);
    expect(made.unknown.map(({ key }) => key)).to.deep.equal(['box/alien', 'box/stray']);
  });

  it('refuses a service that another blueprint owns', () => {
    const made = planned([web], { records: [service('box/web', { blueprint: 'blog' })] });
    expect(made.refusals).to.have.length(1);
    expect(made.refusals[0]).to.include({
      code: 'OWNED_ELSEWHERE',
      hint: 'ays give box/web --to shop, or choose another name',
    });
  });
});

describe('plan: later values', () => {
  const later = {
    $ays: {
      template: '{{status "box/db" "address"}}',
      whole: true,
      status: [{ key: 'box/db', field: 'address' }],
      secrets: [],
    },
  } as const;
  const secret = {
    $ays: { template: '{{secret "pw"}}', whole: true, status: [], secrets: ['pw'], print: 'print-wanted' },
  } as const;
  const db = service('box/db', { spec: { image: 'a' } });
  const web = service('box/web', { spec: { note: later }, links: [{ to: 'box/db', type: 'status', min: 0 }] });
  const fill = (_: unknown, values: { status(key: ServiceKey, field: string): unknown }): string =>
    String(values.status('box/db', 'address'));
  const seen = {
    'box/db': there(db.spec, { outputs: { address: '10.0.0.1' } }),
    'box/web': there({ note: '10.0.0.9' }),
  };

  it('are no drift while they are not known', () => {
    expect(planned([db, web], { records: [db, web], seen }).items).to.deep.equal([]);
  });

  it('are drift once the producer has been seen', () => {
    const made = planned([db, web], { records: [db, web], seen }, { fill });
    expect(item(made, 'box/web').changes[0]).to.include({ field: 'note', have: '10.0.0.9', want: '10.0.0.1' });
  });

  it('stay open when the producer is made or replaced', () => {
    const made = planned([service('box/db', { spec: { image: 'b' } }), web], { records: [db, web], seen }, { fill });
    expect(verbs(made)).to.deep.equal({ 'box/db': 'replace' });
  });

  it('never show a secret, its fingerprint or its expression', () => {
    const hidden = service('box/web', { spec: { env: { PW: secret, OPEN: 'yes' } } });
    const made = planned([hidden], {
      records: [hidden],
      seen: { 'box/web': there({ env: { PW: { $print: 'print-seen' }, OPEN: 'yes' } }) },
    });
    expect(item(made, 'box/web').changes).to.deep.equal([
      { field: 'env.PW', sign: '~', have: '(secret)', want: '(secret)', change: 'restart', source: 'observed' },
    ]);
    const all = JSON.stringify([planToJson(made), planToJson(planned([hidden]))]);
    expect(all)
      .to.include('(secret)')
      .and.not.match(/print-|\{\{secret/);
  });
});

describe('plan: what it costs', () => {
  it('lists who is interrupted, who depends on them, what needs consent and which nodes are touched', () => {
    const p = service('box/p', { spec: { image: 'b' }, links: [{ to: 'node/n1', type: 'placement', min: 0 }] });
    const c = service('box/c', { links: ['box/p'] });
    const far = service('kid/far', { blueprint: 'blog', links: ['box/c'] });
    const made = planned([p, c], {
      records: [p, c, far],
      seen: { 'box/p': there({ image: 'a' }), 'box/c': there(), 'kid/far': there() },
    });
    expect(made.blast).to.deep.equal({
      interrupted: { count: 1, first: ['box/p'] },
      consumers: { count: 2, first: ['box/c', 'kid/far'] },
      data: { count: 0, first: [] },
      nodes: { count: 1, first: ['node/n1'] },
    });
    expect(made.summary).to.deep.equal({
      verbs: { replace: 1 },
      risks: { safe: 1, disruptive: 1, destructive: 0 },
      steps: 2,
      waves: 1,
      unchanged: 1,
    });
  });

  it('asks consent for a destructive step, with key, uid, step and reason', () => {
    const risky = {
      ...registry.actor('disk')!,
      diff: () => [
        {
          op: 'remove',
          args: null,
          why: { field: 'namespaces', have: 'a', want: undefined, text: 'namespaces: a → (none)' },
        },
      ],
      schema: { ...registry.actor('disk')!.schema, 'x-holdsData': false },
    };
    const disk = service('disk/d');
    const made = plan(state([disk]), grid({ records: [disk], seen: { 'disk/d': there() } }), {
      actor: () => risky,
      follow: (field: unknown) => field,
    } as never);
    expect(made.consents[0]).to.deep.equal({
      key: 'disk/d',
      uid: 'uid-disk/d',
      op: 'remove',
      reason: 'namespaces: a → (none)',
    });
  });
});

describe('plan: the hash', () => {
  const web = service('box/web');
  const hashOf = (config: Record<string, string>, load = 0): string =>
    planned([], { records: [web], seen: { 'box/web': { ...there(config), load } as never } }).hash;

  it('changes with the state that was seen, though the steps are the same', () => {
    expect(hashOf({ image: 'a' })).to.not.equal(hashOf({ image: 'b' }));
  });

  it('does not change with what is volatile', () => {
    expect(hashOf({ image: 'a' }, 1)).to.equal(hashOf({ image: 'a' }, 2));
  });

  it('changes with the revision it starts from', () => {
    expect(planned([web], { revision: 1 }).hash).to.not.equal(planned([web], { revision: 2 }).hash);
  });
});
