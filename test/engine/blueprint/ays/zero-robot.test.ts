// The blueprints of 0-robot's tests: the `services:` list, template UIDs in all their forms, and the `actions:` blocks. Each test is named
// after the fixture it stands for.

import { expect } from 'chai';
import { bad, good, keys, read, spec } from '../reading.ts';
import { ays } from './kinds.ts';

const UID = 'github.com/threefoldtech/0-robot/node/0.0.1';
const services = `services:\n  - ${UID}__node1:\n      hostname: first\n  - node__node2:\n`;
const runs = (actions: string): string[] =>
  good(`${services}${actions}`, { registry: ays }).actions.map(
    ({ action, targets }) => `${action}: ${[...targets].join(', ')}`,
  );

describe('0-robot: services', () => {
  it('valid.bp: full and bare template names, and two actions expanded', () => {
    const desired = good(
      `${services}actions:\n  - { template: ${UID}, service: node1, actions: ['reboot', 'monitor'] }\n`,
      { registry: ays },
    );
    expect(keys(desired)).to.deep.equal(['node/node1', 'node/node2']);
    expect(spec(desired, 'node/node1')['hostname']).to.equal('first');
    expect(desired.actions.map(({ action, targets }) => `${action} ${[...targets].join()}`)).to.deep.equal([
      'reboot node/node1',
      'monitor node/node1',
    ]);
  });

  it('valid_with_args.bp: arguments go to every action of the block, checked against its schema', () => {
    const blueprint = (args: string): string =>
      `services: [{ args__a: {} }]\nactions: [{ template: args, actions: [test], args: ${args} }]\n`;
    expect(good(blueprint('{ bar: hello }'), { registry: ays }).actions[0]?.args).to.deep.equal({ bar: 'hello' });
    expect(bad(blueprint('{ baz: hello }'), { registry: ays })).to.match(/^FIELD_UNKNOWN 2:\d+ test of args: .*"baz"/);
  });

  it('missing_actions.bp: a block without actions is refused where it stands', () => {
    expect(bad(`${services}actions:\n  - template: ${UID}\n    service: node1\n`, { registry: ays })).to.match(
      /^ACTION_INVALID 6:5 .*names no action/,
    );
  });

  it('bad_service_key.bp: one underscore, with the key that was meant', () => {
    expect(bad('services:\n  - node_node1:\n', { registry: ays })).to.match(
      /^TOP_LEVEL_UNKNOWN 2:5 .*= did you mean node__node1\?/,
    );
  });

  it('bad_service_name.bp: a $ in a name', () => {
    expect(bad('services:\n  - node__nod$e1:\n', { registry: ays })).to.match(/^NAME_INVALID 2:5 .*nod\$e1/);
  });

  it('duplicate_name.bp: the same name of two templates is two services', () => {
    expect(keys(good('services:\n  - node__name:\n  - vm__name:\n', { registry: ays }))).to.deep.equal([
      'node/name',
      'vm/name',
    ]);
  });

  it('the same service twice is refused, where 0-robot silently kept one', () => {
    expect(bad('services:\n  - node__name:\n  - node__name:\n', { registry: ays })).to.match(/^DUPLICATE_SERVICE 3:5 /);
  });

  it('a service that does not validate takes its siblings with it', () => {
    const { desired, said } = read('services:\n  - node__good:\n  - node__bad: { nothing: x }\n', { registry: ays });
    expect(desired).to.equal(undefined);
    expect(said.map(({ code, line }) => `${code} ${line}`)).to.deep.equal(['FIELD_UNKNOWN 3']);
  });

  it('list and native blocks may stand in one blueprint', () => {
    expect(keys(good('services:\n  - node__a:\nnode__b:\n', { registry: ays }))).to.deep.equal(['node/a', 'node/b']);
  });
});

describe('0-robot: which services an action is for', () => {
  it('scheduling: by template, by name, by both, by none', () => {
    const blueprint = (filter: string): string[] => {
      const desired = good(
        `services: [{ node__a: {} }, { node__b: {} }, { vm__a: {} }]\nactions: [{ ${filter}actions: [reboot] }]\n`,
        { registry: ays },
      );
      return desired.actions.flatMap(({ targets }) => [...targets]);
    };
    expect(blueprint('template: node, service: a, ')).to.deep.equal(['node/a']);
    expect(blueprint('template: node, ')).to.deep.equal(['node/a', 'node/b']);
    expect(blueprint('service: a, ')).to.deep.equal(['node/a', 'vm/a']);
    expect(blueprint('')).to.deep.equal(['node/a', 'node/b', 'vm/a']);
  });

  it('actions may be one map, and one name', () => {
    expect(runs(`actions:\n  template: ${UID}\n  actions: reboot\n`)).to.deep.equal(['reboot: node/node1, node/node2']);
  });

  it('an unknown template or service is refused, with what was meant', () => {
    expect(
      bad(`${services}actions: [{ template: github.com/threefoldtech/0-robot/nodes/0.0.1, actions: [reboot] }]\n`, {
        registry: ays,
      }),
    ).to.match(/^KIND_UNKNOWN 5:.*did you mean node\?/);
    expect(bad(`${services}actions: [{ service: node11, actions: [reboot] }]\n`, { registry: ays })).to.match(
      /^ACTION_TARGET 5:.*did you mean node1\?/,
    );
  });
});

describe('0-robot: template UIDs', () => {
  const key = (uid: string): string[] => keys(good(`services:\n  - ${uid}__a:\n`, { registry: ays }));

  for (const uid of [
    'github.com/threefoldtech/0-robot/node/0.0.1',
    'github.com/threefoldtech/0-robot/node',
    'github.com/other/my_templates/node/12.4.0',
    'git.test/acc/repo/node/0.0.1',
    'node',
  ]) {
    it(`reads ${uid}`, () => {
      expect(key(uid)).to.deep.equal(['node/a']);
    });
  }

  for (const uid of [
    'github.com/threefoldtech/node',
    'github.com/threefoldtech/0-robot/node/0.0.1/more',
    'github.com//0-robot/nod/0.0.1',
    '/node',
    'node/0.0.1',
  ]) {
    it(`refuses ${uid}`, () => {
      expect(bad(`services:\n  - ${uid}__a:\n`, { registry: ays })).to.match(/^KIND_UNKNOWN 2:5 /);
    });
  }

  it('an underscore in a template name is the dash of a kind', () => {
    expect(bad('services:\n  - github.com/threefoldtech/0-templates/vm_pool/0.0.1__a:\n', { registry: ays })).to.match(
      /^KIND_UNKNOWN 2:5 /,
    );
  });
});
