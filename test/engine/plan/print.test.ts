import { expect } from 'chai';
import { plan, printPlan, type Plan } from '../../../engine/plan/index.ts';
import { grid, item, planned, registry, service, state, there, tombstone } from './toys.ts';

const GiB = 1024 ** 3;

function example(): Plan {
  const web = service('box/web', {
    spec: { image: 'b', env: { CONF: '{"port":81}' } },
    links: [{ to: 'node/n1', type: 'placement', min: 0 }],
  });
  const edge = service('box/edge', { links: [{ to: 'box/web', onReplace: 'restart' }] });
  const same = service('box/same');
  const grown = service('disk/new', { spec: { size: 2 * GiB }, common: { was: 'disk/old' } });
  const known = grid({
    revision: 6,
    records: [
      web,
      edge,
      same,
      service('disk/old', { spec: { size: GiB } }),
      service('disk/gone'),
      service('kid/far', { blueprint: 'blog', links: ['box/edge'] }),
    ],
    tombstones: [tombstone(service('disk/kept'), 'retired', 10)],
    seen: {
      'box/web': there({ image: 'a', env: { CONF: '{"port":80}' } }),
      'box/edge': there(),
      'box/same': there(),
      'disk/old': there({ size: GiB }),
      'disk/gone': there(),
      'disk/kept': there(),
      'box/stray': there(),
      'box/taken': { presence: 'foreign', foreign: { id: 'x-1' } },
    },
  });
  const wanted = [
    web,
    edge,
    same,
    grown,
    service('box/taken'),
    service('box/fresh', { spec: { image: 'c' }, links: ['disk/new'] }),
  ];
  return plan(state(wanted), known, registry, { now: 1_000_000 });
}

describe('printing a plan', () => {
  it('is compact, in order, and ends with what it costs', () => {
    expect(printPlan(example(), { color: false }).split('\n')).to.deep.equal([
      'Plan for shop (since shop@6)',
      '',
      'wave 1, at once',
      '! box/taken  blocked  x-1 stands at box/taken with no label; it is not ours and is left alone',
      '    next: ays adopt box/taken --from x-1',
      '± box/web  replace [disruptive]  image: a → b needs a new one (on change: replace)',
      '    ~ image: a → b (forces the replacement)',
      '    ~ env.CONF{json}.port: 80 → 81',
      '    steps: remove the box [disruptive], make the box',
      'v disk/gone  retire [disruptive]  its block is gone',
      '    steps: detach it [disruptive]',
      '    its data is kept until 1970-01-08 00:16 UTC (retain 1w) and taken back if the block returns; ays',
      '    destroy disk/gone --data is the faster way',
      '- disk/kept  delete [destructive]  its retention ended 1970-01-01 00:00 UTC',
      '    steps: remove the disk [destructive]',
      '    the consent is the retention rule itself',
      '= disk/old → disk/new  rename  was disk/old',
      '    ~ size: 1GiB → 2GiB',
      '    steps: give disk/old the name disk/new, in place, grow it',
      '',
      'wave 2, when what it needs is done',
      '↻ box/edge  restart [disruptive]  box/web is replaced, and "box" of box/edge restarts with it',
      '    steps: restart it [disruptive]',
      '+ box/fresh  create',
      '    image: c',
      '',
      '1 create, 1 restart, 1 replace, 1 rename, 1 retire, 1 delete, 1 blocked; 1 unchanged (8 steps in 2',
      'waves)',
      'Risk: 3 steps interrupt, 1 destroys data',
      'Interrupted: box/edge, box/web, disk/gone, disk/kept',
      'Services that depend on them: kid/far',
      'Data at stake: disk/kept',
      'Nodes touched: node/n1',
      'Left alone:',
      '  box/taken: x-1 stands at box/taken with no label; it is not ours and is left alone',
      'Unknown, never touched:',
      '  box/stray',
      '',
    ]);
  });

  it('says that nothing changes', () => {
    const web = service('box/web');
    const text = printPlan(plan(state([web]), grid({ records: [web], seen: { 'box/web': there() } }), registry), {
      color: false,
    });
    expect(text).to.equal('Plan for shop (nothing applied before)\nNo changes: 1 service is as wanted.\n\n');
  });

  it('says the same with colours as without', () => {
    const coloured = printPlan(example(), { color: true });
    expect(coloured).to.include('\u001b[31m± box/web\u001b[0m');
    expect(coloured.replace(/\u001b\[\d+m/g, '')).to.equal(printPlan(example(), { color: false }));
  });

  it('shows values in full when it is verbose, with units all the way down', () => {
    const made = planned([
      service('box/new', {
        spec: { image: 'a', env: { TEXT: 'x'.repeat(150) }, mounts: [{ at: 'x', room: 2 * GiB }] },
      }),
    ]);
    const text = printPlan(made, { color: false, verbose: true, width: 60 });
    const joined = text.replaceAll(/\n {6}(?=\S)/g, '');
    expect(joined).to.include(`+ env: {"TEXT":"${'x'.repeat(150)}"}`);
    expect(joined).to.include('+ mounts: [{"at":"x","room":"2GiB"}]');
  });

  it('leaves the end of a long value out before it leaves out that the value forces a replacement', () => {
    const web = service('box/web', { spec: { image: `new-${'b'.repeat(70)}` } });
    const made = planned([web], {
      records: [web],
      seen: { 'box/web': there({ image: `old-${'a'.repeat(70)}` }) },
    });
    for (const line of printPlan(made, { color: false, width: 80 }).split('\n'))
      if (line.startsWith('    ~ image')) expect(line).to.match(/… \(forces the replacement\)$/);
  });

  it('says what was chosen where the author left a link out', () => {
    const chosen = (how: 'implicit' | 'auto' | 'stored'): string => {
      const web = service('box/web', { links: [{ to: 'disk/a', argument: 'disk', chosen: how }] });
      return item(planned([service('disk/a'), web]), 'box/web').notes.join();
    };
    expect(chosen('implicit')).to.equal('disk: a (chosen: nothing else in this blueprint would fit)');
    expect(chosen('auto')).to.equal('disk: a (chosen: made for it)');
    expect(chosen('stored')).to.equal('disk: a (kept, as chosen before)');
    expect(
      item(planned([service('disk/a'), service('box/web', { links: ['disk/a'] })]), 'box/web').notes,
    ).to.deep.equal([]);
  });

  it('keeps to the width, and shows each step with its why when it is verbose', () => {
    const text = printPlan(example(), { color: false, verbose: true, width: 60 });
    for (const line of text.split('\n')) expect([...line].length, line).to.be.at.most(60);
    expect(text).to.include('> grow: grow it [safe]\n      size: 1GiB → 2GiB');
    expect(text).to.include('    + image: c');
    expect(text).to.match(/plan [0-9a-f]{5}/);
  });

  it('lets no control character through to the terminal', () => {
    const web = service('box/web', { spec: { note: 'a\u001b[2Jb\u0007\nc\u202e' } });
    const text = printPlan(
      plan(state([web]), grid({ records: [web], seen: { 'box/web': there({ note: '\u001b]0;x\u0007' }) } }), registry),
      { color: false, verbose: true },
    );
    expect(text).to.not.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text).to.include('\\x1b[2J');
  });

  it('lists refusals with the next move, and consents with their reason', () => {
    const guarded = service('box/web', { common: { protect: true } });
    const text = printPlan(plan(state([]), grid({ records: [guarded], seen: { 'box/web': there() } }), registry), {
      color: false,
    });
    expect(text).to.include(
      'Refused; nothing can be applied until this is settled:\n  PROTECTED box/web is protected and its block is gone\n    next: put the block back',
    );
  });
});
