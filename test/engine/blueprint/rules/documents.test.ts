// LANGUAGE rules 1 to 6: documents, names, references.

import { expect } from 'chai';
import { bad, good, gridWith, keys, links, notes, registryOf, spec, toyKind } from '../reading.ts';

const text = { type: 'string' } as const;

describe('rule 1: the top level of a blueprint', () => {
  it('reads every section, skips x- blocks, and takes an empty block as all defaults', () => {
    const desired = good(`
ays: 1
blueprint: shop
x-anchors: &a { LEVEL: info }
params: { n: { type: integer, default: 2 } }
secrets: { s: { generate: 16 } }
node__lan:
container__web: { image: 'oci:registry.test/a:1', env: *a }
outputs: { answer: '{{add params.n 40}}' }
actions: [{ action: restart, service: web }]
eventfilters: [{ channel: webhook, command: deploy, action: restart, service: web }]
`);
    expect(keys(desired)).to.deep.equal(['container/web', 'node/lan']);
    expect(desired.outputs).to.deep.equal({ answer: 42 });
    expect(desired.secrets).to.deep.equal({ s: { generate: 16 } });
    expect(desired.actions[0]?.targets).to.deep.equal(['container/web']);
    expect(desired.eventfilters[0]).to.include({ channel: 'webhook', command: 'deploy' });
  });

  it('reads the 0-robot services list, with long template names and one action block that is no list', () => {
    const desired = good(`
services:
  - github.com/threefoldtech/0-templates/network/0.0.1__net1: { mtu: 1400, cidr: 10.1.0.0/24 }
  - container__web: { image: 'oci:registry.test/a:1' }
actions:
  template: github.com/threefoldtech/0-templates/container/0.0.1
  service: web
  actions: ['restart']
`);
    expect(keys(desired)).to.deep.equal(['container/web', 'network/net1']);
    expect(spec(desired, 'network/net1')['mtu']).to.equal(1400);
    expect(desired.actions.map(({ action, targets }) => [action, ...targets])).to.deep.equal([
      ['restart', 'container/web'],
    ]);
  });

  it('refuses another version, an unknown word with a suggestion, and an empty file', () => {
    expect(bad('ays: 2\nnetwork__a:\n')).to.match(/^LANGUAGE_VERSION 1:6 .*expected the number 1/);
    expect(bad('param: {}\nnetwork__a:\n')).to.match(/TOP_LEVEL_UNKNOWN 1:1 .*= did you mean params\?/);
    expect(bad('container_web: {}\n')).to.match(/TOP_LEVEL_UNKNOWN 1:1 .*did you mean container__web\?/);
    expect(bad('network: {}\n')).to.match(/a block is kind__name: network__NAME/);
    expect(bad('# nothing\n')).to.match(/BLUEPRINT_EMPTY .*ays destroy shop/);
    expect(bad('- a\n- b\n')).to.match(/TOP_LEVEL_UNKNOWN 1:1 .*found a list/);
  });
});

describe('rule 2: keys and names', () => {
  it('reads kind__name and role!name as the same key', () => {
    expect(keys(good('node__a:\nnode!b:\n'))).to.deep.equal(['node/a', 'node/b']);
  });

  it('takes a dotted kind as a variant whose role keys and links', () => {
    const registry = registryOf(
      toyKind('node', {}),
      toyKind('node.ovc', {}),
      toyKind('app', { node: { ...text, 'x-link': { kind: 'node', min: 1 } } }),
    );
    const desired = good('node.ovc__demo:\napp__a: { node: demo }\n', { registry });
    expect(desired.services.get('node/demo')?.actor).to.equal('node.ovc');
    expect(links(desired, 'app/a')).to.deep.equal(['consume node/demo']);
  });

  it('refuses names outside the pattern, too long names and unknown kinds, all at once', () => {
    const said = bad(
      `network__a b:\nnetwork__shop.web:\nnetwork__${'x'.repeat(64)}:\ncontaner__web:\nnetwork____proto__:\nnetwork__-a:\n`,
    );
    expect(said).to.match(/NAME_INVALID 1:1 .*for example network__a-b/);
    expect(said).to.match(/NAME_INVALID 2:1 .*engine's own/);
    expect(said).to.match(/NAME_TOO_LONG 3:1 .*64 characters/);
    expect(said).to.match(/KIND_UNKNOWN 4:1 .*did you mean container__web\?/);
    expect(said).to.match(/NAME_INVALID 5:1/);
    expect(said).to.match(/NAME_INVALID 6:1 .*for example network__a/);
  });

  it('refuses the same key twice, also as two variants of one role', () => {
    const registry = registryOf(toyKind('node', {}), toyKind('node.ovc', {}));
    expect(bad('node__a:\nnode.ovc__a:\n', { registry })).to.match(
      /DUPLICATE_SERVICE 2:1 node\/a is declared twice \(as node and as node\.ovc/,
    );
    expect(bad({ '/b/1.yaml': 'network__a:\n', '/b/2.yaml': 'network__a:\n' })).to.match(/DUPLICATE_SERVICE 1:1/);
  });
});

describe('rule 3: links', () => {
  const pool = 'storagepool__main: { profile: single, devices: [{ file: a.img, size: 1GiB }] }\n';

  it('makes a dependency of a name at any depth', () => {
    const desired = good(`${pool}vdisk__rows: { storagepool: main, size: 1GiB }
container__db: { image: 'oci:registry.test/db:1', mounts: [{ vdisk: rows, at: /data }] }
gateway__edge: { routes: [{ host: a.test, to: container/db, port: 80 }] }
`);
    expect(links(desired, 'container/db')).to.include('consume vdisk/rows');
    expect(links(desired, 'vdisk/rows')).to.include.members(['parent storagepool/main']);
    expect(links(desired, 'gateway/edge')).to.include('consume container/db');
  });

  it('refuses an unknown name with a suggestion, a wrong kind, and an open link without a kind', () => {
    const said = bad(`${pool}vdisk__rows: { storagepool: mian, size: 1GiB }
vdisk__other: { storagepool: container/main, size: 1GiB }
container__db: { image: 'oci:registry.test/db:1' }
gateway__edge: { routes: [{ host: a.test, to: db, port: 80 }] }
`);
    expect(said).to.match(/LINK_UNKNOWN 2:29 .*did you mean main\?/);
    expect(said).to.match(/LINK_KIND 3:30 .*not to container/);
    expect(said).to.match(/LINK_UNKNOWN 5:47 .*write kind\/name = did you mean container\/db\?/);
  });

  it('checks minimum and maximum of a list', () => {
    const registry = registryOf(
      toyKind('disk', {}),
      toyKind('app', { disks: { type: 'array', items: text, 'x-link': { kind: 'disk', min: 1, max: 2 } } }),
    );
    expect(links(good('disk__a:\napp__x: { disks: [a] }\n', { registry }), 'app/x')).to.deep.equal(['consume disk/a']);
    expect(bad('disk__a:\napp__x: {}\n', { registry })).to.match(/LINK_MISSING .*at least 1 disk, found 0/);
    expect(bad('disk__a:\ndisk__b:\ndisk__c:\napp__x: { disks: [a, b, c] }\n', { registry })).to.match(
      /LINK_TOO_MANY .*at most 2/,
    );
    expect(bad('disk__a:\napp__x: { disks: [a, a] }\n', { registry })).to.match(/FIELD_TWICE .*disk\/a twice/);
  });
});

describe('rule 4: implicit and auto links', () => {
  const parent = registryOf(
    toyKind('datacenter', {}),
    toyKind('cockpit', { datacenter: { ...text, 'x-link': { kind: 'datacenter', parent: true } } }),
  );
  const auto = registryOf(
    toyKind('datacenter', {}),
    toyKind('rack', { datacenter: { ...text, 'x-link': { kind: 'datacenter', parent: true, auto: true } } }),
    toyKind('cell', { keys: { type: 'array', items: text, 'x-link': { kind: 'sshkey', min: 2, auto: true } } }),
    toyKind('sshkey', {}),
  );

  it('takes the only one there is, and records the choice', () => {
    const desired = good('datacenter__x:\ncockpit__y:\n', { registry: parent });
    expect(links(desired, 'cockpit/y')).to.deep.equal(['parent datacenter/x']);
    expect(desired.choices).to.deep.equal({ 'cockpit/y#datacenter': ['datacenter/x'] });
    expect(desired.services.get('cockpit/y')?.links[0]?.chosen).to.equal('implicit');
  });

  it('creates auto_1, auto_2, … when it must, and shares what it made', () => {
    const desired = good('rack__a:\nrack__b:\n', { registry: auto });
    expect(keys(desired)).to.deep.equal(['datacenter/auto_1', 'rack/a', 'rack/b']);
    expect(links(desired, 'rack/b')).to.deep.equal(['parent datacenter/auto_1']);
    expect(desired.services.get('datacenter/auto_1')?.auto).to.equal(true);
    const two = good('cell__c:\nsshkey__mine:\n', { registry: auto });
    expect(links(two, 'cell/c')).to.deep.equal(['consume sshkey/mine', 'consume sshkey/auto_1']);
  });

  it('refuses to guess among several, and lists them', () => {
    expect(bad('datacenter__x:\ndatacenter__w:\ncockpit__y:\n', { registry: parent })).to.match(
      /LINK_AMBIGUOUS 3:1 .*2 would fit: w, x = name one: datacenter: w/,
    );
    expect(bad('cockpit__y:\n', { registry: parent })).to.match(/LINK_MISSING 1:1 .*this blueprint has none/);
  });

  it('keeps a stored choice while it is valid', () => {
    const grid = gridWith(
      {},
      {
        revisions: new Map([
          ['shop', { blueprint: 'shop', number: 1, params: {}, choices: { 'cockpit/y#datacenter': ['datacenter/x'] } }],
        ]),
      },
    );
    const desired = good('datacenter__x:\ndatacenter__w:\ncockpit__y:\n', { registry: parent, grid });
    expect(links(desired, 'cockpit/y')).to.deep.equal(['parent datacenter/x']);
    expect(bad('datacenter__z:\ndatacenter__w:\ncockpit__y:\n', { registry: parent, grid })).to.match(/LINK_AMBIGUOUS/);
  });

  it('looks only inside its own blueprint', () => {
    const grid = gridWith({ 'datacenter/theirs': { blueprint: 'other' } });
    expect(bad('cockpit__y:\n', { registry: parent, grid })).to.match(/LINK_MISSING/);
    expect(links(good('cockpit__y: { datacenter: theirs }\n', { registry: parent, grid }), 'cockpit/y')).to.deep.equal([
      'parent datacenter/theirs',
    ]);
  });
});

describe('rule 5: AYS argument spellings', () => {
  const registry = registryOf(
    toyKind('app', {
      bootDisk: text,
      diskSize: { type: 'integer' },
      env: { type: 'object', additionalProperties: text },
    }),
  );

  it('accepts dots and underscores for schema fields, and leaves free maps alone', () => {
    const desired = good('app__a: { boot.disk: x, disk_size: 5, env: { disk_size: "1", a.b: c } }\n', { registry });
    expect(spec(desired, 'app/a')).to.deep.include({ bootDisk: 'x', diskSize: 5 });
    expect({ ...(spec(desired, 'app/a')['env'] as object) }).to.deep.equal({ disk_size: '1', 'a.b': 'c' });
  });

  it('refuses the same field in two spellings and an unknown one', () => {
    expect(bad('app__a: { bootDisk: x, boot_disk: y }\n', { registry })).to.match(
      /FIELD_TWICE 1:24 .*"boot_disk" and "bootDisk" are the same field/,
    );
    expect(bad('app__a: { boot_dsk: x }\n', { registry })).to.match(/FIELD_UNKNOWN 1:11 .*did you mean bootDisk\?/);
  });
});

describe('rule 6: fields that every kind has', () => {
  it('reads them on any kind', () => {
    const desired =
      good(`node__a: { labels: { tier: front }, running: false, paused: true, protect: true, retain: 2d, heal: { mode: ask, attempts: 3 } }
node__b: { after: [node/a] }
node__c: { after: { node/a: started }, heal: off }
`);
    expect(desired.services.get('node/a')?.common).to.deep.include({
      running: false,
      paused: true,
      protect: true,
      retainMs: 172_800_000,
      heal: { mode: 'ask', attempts: 3 },
    });
    expect(desired.services.get('node/b')?.links.find(({ type }) => type === 'after')).to.include({
      to: 'node/a',
      until: 'ready',
    });
    expect(desired.services.get('node/c')?.links.find(({ type }) => type === 'after')).to.include({ until: 'started' });
    expect(desired.services.get('node/c')?.common.heal).to.deep.equal({ mode: 'off' });
  });

  it('refuses a schema that uses one, and wrong values', () => {
    expect(() => toyKind('bad', { labels: text })).to.throw(/uses "labels", which every kind has already/);
    const said = bad('node__a: { protect: yes, retain: 7, heal: atuo, labels: [x] }\n');
    expect(said).to.match(/FIELD_TYPE 1:21 .*expected true or false, found text "yes" = write true/);
    expect(said).to.match(/UNIT_MISSING 1:34 .*did you mean 7s\?/);
    expect(said).to.match(/FIELD_VALUE 1:43 .*did you mean auto\?/);
    expect(said).to.match(/FIELD_TYPE 1:57 .*expected a map of fields, found a list/);
  });
});

describe('a note is not an error', () => {
  it('leaves notes beside a good blueprint', () => {
    expect(notes('node__a:\nactions: [{ action: install }]\n', 'note')).to.have.length(1);
  });
});
