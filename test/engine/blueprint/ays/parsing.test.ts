// What AYS 9 read from blueprints and how it was tested: names, arguments, files and the whole blueprint failing together. Each
// test is named after the AYS blueprint it stands for.

import { expect } from 'chai';
import { bad, good, keys, links, notes, read, spec } from '../reading.ts';
import { ays } from './kinds.ts';

describe('AYS: reading a blueprint', () => {
  it('test_parse_bp: the default of the schema, its override, and UTF-8', () => {
    const desired = good(
      "datacenter__a:\ndatacenter__b:\n  description: override\ndatacenter__c:\n  description: 'Können Sie das lesen? 你好 🚀'\n",
      { registry: ays },
    );
    expect(spec(desired, 'datacenter/a')).to.deep.equal({ location: 'here', description: 'description' });
    expect(spec(desired, 'datacenter/b')['description']).to.equal('override');
    expect(spec(desired, 'datacenter/c')['description']).to.equal('Können Sie das lesen? 你好 🚀');
  });

  it('bp_args_with_dot: field.with.dot is fieldWithDot', () => {
    expect(spec(good('args__a: { field.with.dot: x }\n', { registry: ays }), 'args/a')['fieldWithDot']).to.equal('x');
  });

  it('bp_args_with_underscore: field_with_underscore is fieldWithUnderscore', () => {
    expect(
      spec(good('args__a: { field_with_underscore: x }\n', { registry: ays }), 'args/a')['fieldWithUnderscore'],
    ).to.equal('x');
  });

  it('bp_valid_args: the name of the schema itself', () => {
    const written = spec(good('args__a: { valid: x, fieldWithDot: y }\n', { registry: ays }), 'args/a');
    expect(written).to.deep.include({ valid: 'x', fieldWithDot: 'y' });
  });

  it('bp_non_exists_args: one unknown argument refuses the whole blueprint', () => {
    const { desired, said } = read('args__good: { valid: x }\nargs__bad: { nonexisting: x }\n', { registry: ays });
    expect(desired).to.equal(undefined);
    expect(said.map(({ code, line }) => `${code} ${line}`)).to.deep.equal(['FIELD_UNKNOWN 2']);
  });

  it('bp_nonexisting_services: one unknown template refuses the whole blueprint', () => {
    const { desired, said } = read('datacenter__fine:\nnonexisting__a:\n', { registry: ays });
    expect(desired).to.equal(undefined);
    expect(said.map(({ code, line }) => `${code} ${line}`)).to.deep.equal(['KIND_UNKNOWN 2']);
  });

  it('bp_conflicting_services_names: the same key twice in one file refuses it, and the last does not win', () => {
    expect(
      bad('datacenter__a: { location: x }\ndatacenter__b:\ndatacenter__a: { location: y }\n', { registry: ays }),
    ).to.match(/^YAML_DUPLICATE_KEY 3:1 /);
    expect(bad('datacenter__a: { location: x }\ndatacenter!a: { location: y }\n', { registry: ays })).to.match(
      /^DUPLICATE_SERVICE 2:1 /,
    );
  });

  it('bp_related2, bp_unrelated, _bp_related1: several files, a parent in another, the archived one left out', () => {
    const desired = good(
      {
        '/b/_bp_related1.yaml': 'datacenter__archived:\nnonexisting__x:\n',
        '/b/bp_related2.yaml': 'cockpittesting__cockpitv1: { datacenter: ovh_germany1 }\n',
        '/b/bp_related3.yaml': 'datacenter__ovh_germany1:\n  location: germany\n',
        '/b/bp_unrelated.yaml': 'sshkey__ovh_install:\n',
      },
      { registry: ays },
    );
    expect(keys(desired)).to.deep.equal(['cockpittesting/cockpitv1', 'datacenter/ovh_germany1', 'sshkey/ovh_install']);
    expect(links(desired, 'cockpittesting/cockpitv1')).to.deep.equal(['parent datacenter/ovh_germany1']);
  });

  it('reads a producer that is named before it is declared: the order in the file does not matter', () => {
    const desired = good('cockpittesting__a: { datacenter: dc }\ndatacenter__dc:\n', { registry: ays });
    expect(links(desired, 'cockpittesting/a')).to.deep.equal(['parent datacenter/dc']);
  });

  it('splits at the first __, and refuses the colon that AYS forbade', () => {
    expect(keys(good('datacenter__a__b:\n', { registry: ays }))).to.deep.equal(['datacenter/a__b']);
    expect(bad("'datacenter__a:b':\n", { registry: ays })).to.match(/^NAME_INVALID 1:1 /);
  });

  it('takes the role of node.ovc for key and links', () => {
    expect(keys(good('node.ovc__demo:\n', { registry: ays }))).to.deep.equal(['node/demo']);
    expect(bad('node.ovc__demo:\nnode__demo:\n', { registry: ays })).to.match(
      /^DUPLICATE_SERVICE 2:1 .*node\.ovc and as node/,
    );
  });

  it('bp_validate_update_propagation: a changed description is a changed spec of that service alone', () => {
    const text = (description: string): string =>
      `datacenter__dc: { description: ${description} }\ncockpittesting__t1: { datacenter: dc }\nsshkey__k:\n`;
    const before = good(text('REPLACEME'), { registry: ays });
    const after = good(text('REPLACED'), { registry: ays });
    const changed = keys(before).filter(
      (key) => before.services.get(key as 'a/b')?.hash !== after.services.get(key as 'a/b')?.hash,
    );
    expect(changed).to.deep.equal(['datacenter/dc']);
    expect(good(text('REPLACEME'), { registry: ays }).hash).to.equal(before.hash);
  });
});

describe('AYS: actions of a blueprint', () => {
  const blueprint = 'args__a:\nargs__b:\nsshkey__a:\n';
  const targets = (actions: string): string[] =>
    good(`${blueprint}actions:\n${actions}`, { registry: ays }).actions.map(
      ({ action, targets: hit, force }) => `${action}: ${[...hit].join(', ')}${force ? ' forced' : ''}`,
    );

  it('test_run_filters: an action for one actor leaves the other actor alone', () => {
    expect(targets('  - { action: test, actor: args }\n')).to.deep.equal(['test: args/a, args/b']);
    expect(targets('  - { action: test, actor: sshkey }\n')).to.deep.equal(['test: sshkey/a']);
  });

  it('filters by service, by both, and by nothing', () => {
    expect(targets('  - { action: test, service: a }\n')).to.deep.equal(['test: args/a, sshkey/a']);
    expect(targets('  - { action: test, actor: args, service: b, force: true }\n')).to.deep.equal([
      'test: args/b forced',
    ]);
    expect(targets('  - { action: test }\n')).to.deep.equal(['test: args/a, args/b, sshkey/a']);
  });

  it('takes several names with commas, each for who has it', () => {
    expect(targets("  - { action: 'test, rotate' }\n")).to.deep.equal([
      'test: args/a, args/b, sshkey/a',
      'rotate: sshkey/a',
    ]);
  });

  it('notes install and start, which applying does, and does not schedule them', () => {
    const text = `${blueprint}actions: [{ action: 'install, start' }]\n`;
    expect(good(text, { registry: ays }).actions).to.deep.equal([]);
    expect(notes(text, 'note', { registry: ays })).to.have.length(2);
  });

  it('reads recurring on a block', () => {
    const desired = good(`${blueprint}actions: [{ action: test, actor: sshkey, recurring: 30s }]\n`, { registry: ays });
    expect(desired.actions[0]?.recurring).to.deep.equal({ everyMs: 30_000 });
  });
});
