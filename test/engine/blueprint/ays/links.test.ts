// Parents and producers as AYS 9 resolved them: named, the only one, created by `auto`, with a minimum and a maximum. Each test is
// named after the AYS blueprint it stands for.

import { expect } from 'chai';
import { bad, good, keys, links } from '../reading.ts';
import { ays } from './kinds.ts';

const read = (text: string): ReturnType<typeof good> => good(text, { registry: ays });
const refused = (text: string): string => bad(text, { registry: ays });

describe('AYS: parents', () => {
  it('test_auto_behavior: an auto parent that is not there is created as auto_1', () => {
    const desired = read('autoparented__a:\n');
    expect(keys(desired)).to.deep.equal(['autoparented/a', 'datacenter/auto_1']);
    expect(links(desired, 'autoparented/a')).to.deep.equal(['parent datacenter/auto_1']);
    expect(desired.services.get('datacenter/auto_1')?.auto).to.equal(true);
  });

  it('test_auto_behavior: one auto parent serves all that ask', () => {
    expect(keys(read('autoparented__a:\nautoparented__b:\n'))).to.deep.equal([
      'autoparented/a',
      'autoparented/b',
      'datacenter/auto_1',
    ]);
  });

  it('takes the only parent there is, also when auto could create one', () => {
    const desired = read('datacenter__dc:\nautoparented__a:\ncockpittesting__b:\n');
    expect(links(desired, 'autoparented/a')).to.deep.equal(['parent datacenter/dc']);
    expect(links(desired, 'cockpittesting/b')).to.deep.equal(['parent datacenter/dc']);
    expect(keys(desired)).to.have.length(3);
  });

  it('refuses to choose among several, and to go without', () => {
    expect(refused('datacenter__a:\ndatacenter__b:\ncockpittesting__c:\n')).to.match(/^LINK_AMBIGUOUS 3:1 .*a, b/);
    expect(refused('cockpittesting__c:\n')).to.match(/^LINK_MISSING 1:1 .*needs a datacenter/);
  });

  it('an optional parent may be absent, and is taken when there is one', () => {
    expect(links(read('optionalparent__a:\n'), 'optionalparent/a')).to.deep.equal([]);
    expect(links(read('datacenter__dc:\noptionalparent__a: { datacenter: dc }\n'), 'optionalparent/a')).to.deep.equal([
      'parent datacenter/dc',
    ]);
  });
});

describe('AYS: producers', () => {
  it('test_auto_behavior: min 0 creates none', () => {
    expect(keys(read('wantsnone__a:\n'))).to.deep.equal(['wantsnone/a']);
  });

  it('test_auto_behavior: min 2 with auto creates exactly two', () => {
    const desired = read('wantstwo__a:\n');
    expect(keys(desired)).to.deep.equal(['sshkey/auto_1', 'sshkey/auto_2', 'wantstwo/a']);
    expect(links(desired, 'wantstwo/a')).to.deep.equal(['consume sshkey/auto_1', 'consume sshkey/auto_2']);
  });

  it('takes what the blueprint has before it creates the rest', () => {
    expect(keys(read('sshkey__mine:\nwantstwo__a:\n'))).to.deep.equal(['sshkey/auto_1', 'sshkey/mine', 'wantstwo/a']);
    expect(keys(read('sshkey__mine:\nsshkey__other:\nwantstwo__a: { sshkeys: [mine] }\n'))).to.deep.equal([
      'sshkey/mine',
      'sshkey/other',
      'wantstwo/a',
    ]);
  });

  it('test_wrong_consume, bp_non_exists_consume: a producer that does not exist refuses the whole blueprint', () => {
    expect(refused('sshkey__a:\nneedstwo__x: { sshkeys: [a, nobody] }\n')).to.match(
      /^LINK_UNKNOWN 2:29 .*no sshkey "nobody"/,
    );
    expect(refused('cockpittesting__x: { datacenter: nobody }\n')).to.match(/^LINK_UNKNOWN 1:34 /);
  });

  it('counts the minimum and the maximum', () => {
    expect(refused('sshkey__a:\nneedstwo__x: { sshkeys: [a] }\n')).to.match(
      /^LINK_MISSING 2:\d+ .*at least 2 sshkey, found 1/,
    );
    expect(refused('sshkey__a:\nneedstwo__x:\n')).to.match(/^LINK_MISSING 2:1 .*at least 2 sshkey, found 0/);
    const four = ['a', 'b', 'c', 'd'].map((name) => `sshkey__${name}:\n`).join('');
    expect(refused(`${four}needstwo__x: { sshkeys: [a, b, c, d] }\n`)).to.match(
      /^LINK_TOO_MANY 5:\d+ .*names 4 services; at most 3/,
    );
    expect(links(read(`${four}needstwo__x: { sshkeys: [a, b, c] }\n`), 'needstwo/x')).to.have.length(3);
  });

  it('the same role may be consumed twice by two argument names', () => {
    const desired = read('sshkey__a:\nsshkey__b:\ntwofold__x: { bootkey: a, adminkeys: [a, b] }\n');
    expect(desired.services.get('twofold/x')?.links.map(({ argument, to }) => `${argument} ${to}`)).to.have.members([
      'bootkey sshkey/a',
      'adminkeys sshkey/a',
      'adminkeys sshkey/b',
    ]);
    expect(refused('sshkey__a:\ntwofold__x: { adminkeys: [a] }\n')).to.match(
      /^LINK_MISSING 2:1 .*"bootkey" needs at least 1 sshkey/,
    );
  });

  it('max 0 is no limit', () => {
    const names = Array.from({ length: 50 }, (_, i) => `n${i}`);
    const desired = read(
      `${names.map((name) => `sshkey__${name}:\n`).join('')}twofold__x: { bootkey: n0, adminkeys: [${names.join(', ')}] }\n`,
    );
    expect(desired.services.get('twofold/x')?.links).to.have.length(51);
  });

  it('test_dependecy_tree: exactly one parent, exactly the producers that were named, and nobody else', () => {
    const desired = read(`
datacenter__dc:
datacenter__unrelated:
sshkey__main:
cockpittesting__c: { datacenter: dc }
optionalparent__child: { datacenter: dc }
twofold__t: { bootkey: main, adminkeys: [main] }
`);
    const producersOf = (key: string): string[] =>
      (desired.services.get(key as 'a/b')?.links ?? []).map(({ to }) => to);
    const consumersOf = (key: string): string[] => keys(desired).filter((each) => producersOf(each).includes(key));
    expect(producersOf('cockpittesting/c')).to.deep.equal(['datacenter/dc']);
    expect(consumersOf('datacenter/dc')).to.deep.equal(['cockpittesting/c', 'optionalparent/child']);
    expect(consumersOf('datacenter/unrelated')).to.deep.equal([]);
    expect(producersOf('twofold/t')).to.deep.equal(['sshkey/main', 'sshkey/main']);
    expect(producersOf('datacenter/dc')).to.deep.equal([]);
  });
});
