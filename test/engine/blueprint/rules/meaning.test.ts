// LANGUAGE rules 14 to 20 as far as reading decides them: ownership, scopes, wholeness, waiting, replicas, `was`. What
// the planner decides of these rules is proven in test/engine/plan.

import { expect } from 'chai';
import { bad, good, gridWith, keys, links, spec } from '../reading.ts';

const image = "image: 'oci:registry.test/a:1'";
const web = `container__web: { ${image} }\n`;
const pool = 'storagepool__main: { profile: single, devices: [{ file: a.img, size: 1GiB }] }\n';

describe('rule 14: one file or one folder is one blueprint', () => {
  it('takes the YAML files of a folder, sorted, not recursively, without those that begin with _', () => {
    const desired = good({
      '/b/2.yaml': 'node__two:\n',
      '/b/1.yml': 'blueprint: both\nnode__one:\n',
      '/b/_off.yaml': 'broken: [',
      '/b/sub/3.yaml': 'node__three:\n',
      '/b/readme.md': 'x',
    });
    expect(keys(desired)).to.deep.equal(['node/one', 'node/two']);
    expect(desired.blueprint).to.equal('both');
  });

  it('is named by its line, else by its base name', () => {
    expect(good('node__a:\n').blueprint).to.equal('shop');
    expect(good('blueprint: other\nnode__a:\n').blueprint).to.equal('other');
    expect(bad('node__a:\n', { path: '-', stdin: new TextEncoder().encode('node__a:\n') })).to.match(/BLUEPRINT_NAME/);
    expect(good('', { path: '-', stdin: new TextEncoder().encode('blueprint: x\nnode__a:\n') }).blueprint).to.equal(
      'x',
    );
    expect(bad({ '/b/1.yaml': 'blueprint: a\nnode__a:\n', '/b/2.yaml': 'blueprint: c\n' })).to.match(
      /BLUEPRINT_NAME .*both "a" and "c"/,
    );
  });

  it('touches only what it owns, and may link to the rest', () => {
    const grid = gridWith({ 'vdisk/rows': { blueprint: 'other' } });
    const said = bad(`${pool}vdisk__rows: { storagepool: main, size: 1GiB }\n`, { grid });
    expect(said).to.match(
      /OWNED_ELSEWHERE 2:1 .*blueprint other \(revision 4, other\.yaml:3\) = .*ays give vdisk\/rows --to shop/,
    );
    expect(
      links(good(`container__db: { ${image}, mounts: [{ vdisk: rows, at: /d }] }\n`, { grid }), 'container/db'),
    ).to.include('consume vdisk/rows');
  });

  it('refuses a folder without blueprints and a path that is not there', () => {
    expect(bad({ '/b/x.txt': '' })).to.match(/BLUEPRINT_EMPTY/);
    expect(bad({ '/b/x.txt': '' }, { path: '/nowhere' })).to.match(/FILE_NOT_FOUND/);
  });
});

describe('rule 15: scopes', () => {
  it('--as makes a separate copy whose short names stay inside, then look outside', () => {
    const grid = gridWith({ 'network/lan': { blueprint: 'base' } });
    const desired = good(
      `${pool}vdisk__rows: { storagepool: main, size: 1GiB }\ncontainer__db: { ${image}, network: lan, mounts: [{ vdisk: rows, at: /d }] }\n`,
      { as: 'shop-dev', grid },
    );
    expect(desired.blueprint).to.equal('shop-dev');
    expect(keys(desired)).to.deep.equal(['container/shop-dev.db', 'storagepool/shop-dev.main', 'vdisk/shop-dev.rows']);
    expect(links(desired, 'container/shop-dev.db')).to.include.members([
      'consume vdisk/shop-dev.rows',
      'consume network/lan',
    ]);
  });

  it('refuses a scope that is no name', () => {
    expect(bad(web, { as: 'a b' })).to.match(/BLUEPRINT_NAME/);
  });
});

describe('rule 16: a blueprint is whole', () => {
  it('fills defaults into the revision and leaves fields without default unmanaged', () => {
    const desired = good(web);
    expect(spec(desired, 'container/web')).to.have.property('stop');
    expect(spec(desired, 'container/web')).to.not.have.property('probe');
  });

  it('refuses a required field that is absent', () => {
    expect(bad('container__web: {}\n')).to.match(
      /FIELD_MISSING 1:\d+ container\/web: "image" is missing = ays explain container\.image/,
    );
  });
});

describe('rule 17: what keeps data is kept', () => {
  it('reads retain, and refuses one without a unit', () => {
    expect(
      good(`${pool.replace(' }\n', ', retain: 30d }\n')}`).services.get('storagepool/main')?.common.retainMs,
    ).to.equal(2_592_000_000);
    expect(bad(`${pool.replace(' }\n', ', retain: 30 }\n')}`)).to.match(/UNIT_MISSING/);
  });
});

describe('rule 18: after', () => {
  it('reads the list and the long form, and waits for every replica of a group', () => {
    const desired = good(
      `container__db: { ${image}, replicas: 2 }\ntask__migrate: { ${image} }\ncontainer__web: { ${image}, after: { container/db: ready, task/migrate: done } }\n`,
    );
    expect(
      desired.services
        .get('container/web')
        ?.links.filter(({ type }) => type === 'after')
        .map(({ to, until }) => `${to} ${until}`),
    ).to.deep.equal(['container/db.1 ready', 'container/db.2 ready', 'task/migrate done']);
  });

  it('refuses unknown services, unknown milestones, itself, and cycles as a path', () => {
    expect(bad(`container__a: { ${image}, after: [container/bb] }\n`)).to.match(/LINK_UNKNOWN/);
    expect(bad(`container__a: { ${image}, after: { container/b: soon } }\ncontainer__b: { ${image} }\n`)).to.match(
      /FIELD_VALUE .*ready, started, done/,
    );
    expect(bad(`container__a: { ${image}, after: [container/a] }\n`)).to.match(/CYCLE .*container\/a → container\/a/);
    expect(
      bad(
        `container__a: { ${image}, after: [container/b] }\ncontainer__b: { ${image}, after: [container/c] }\ncontainer__c: { ${image}, after: [container/a] }\n`,
      ),
    ).to.match(/CYCLE 1:57 .*container\/a → container\/b → container\/c → container\/a/);
  });
});

describe('rule 19: replicas', () => {
  it('makes n services; a link to the group means all; read-write disks are paired by number', () => {
    const desired = good(`${pool}vdisk__rows: { storagepool: main, size: 1GiB, replicas: 2 }
container__db: { ${image}, replicas: 2, mounts: [{ vdisk: rows, at: /d }], env: { N: '{{replica}}' } }
gateway__edge: { routes: [{ host: a.test, to: container/db, port: 80 }] }
`);
    expect(keys(desired).filter((key) => key.startsWith('container/'))).to.deep.equal([
      'container/db.1',
      'container/db.2',
    ]);
    expect(links(desired, 'container/db.2')).to.include('consume vdisk/rows.2');
    expect(links(desired, 'gateway/edge').filter((link) => link.includes('container'))).to.deep.equal([
      'consume container/db.1',
      'consume container/db.2',
    ]);
    expect({ ...(spec(desired, 'container/db.2')['env'] as object) }).to.deep.equal({ N: '2' });
    expect(desired.groups.get('container/db')).to.deep.equal(['container/db.1', 'container/db.2']);
    expect(desired.services.get('container/db.1')?.group).to.deep.equal({ key: 'container/db', index: 1, size: 2 });
  });

  it('one replica is the service itself', () => {
    expect(keys(good(`container__web: { ${image}, replicas: 1 }\n`))).to.deep.equal(['container/web']);
  });

  it('refuses unequal replicas on a read-write disk, two writers, bad numbers and host ports claimed twice', () => {
    const disk = `${pool}vdisk__rows: { storagepool: main, size: 1GiB }\n`;
    expect(bad(`${disk}container__db: { ${image}, replicas: 2, mounts: [{ vdisk: rows, at: /d }] }\n`)).to.match(
      /REPLICAS_INVALID 3:\d+ .*one writer/,
    );
    good(`${disk}container__db: { ${image}, replicas: 2, mounts: [{ vdisk: rows, at: /d, readOnly: true }] }\n`);
    expect(
      bad(
        `${disk}container__a: { ${image}, mounts: [{ vdisk: rows, at: /d }] }\ncontainer__b: { ${image}, mounts: [{ vdisk: rows, at: /d }] }\n`,
      ),
    ).to.match(/LINK_TOO_MANY 4:67 .*container\/a and by container\/b/);
    expect(bad(`container__web: { ${image}, replicas: many }\n`)).to.match(/REPLICAS_INVALID 1:\d+/);
    expect(bad(`container__web: { ${image}, replicas: -1 }\n`)).to.match(/REPLICAS_INVALID/);
    expect(
      bad(
        `node__n:\ncontainer__a: { ${image}, node: n, ports: ['80:8080'] }\ncontainer__b: { ${image}, node: n, ports: ['80:9090'] }\n`,
      ),
    ).to.match(/PORT_CONFLICT 3:66 .*container\/a and container\/b both publish the host port 80\/tcp on node n/);
    expect(bad(`container__a: { ${image}, ports: ['80:8080', '80:9090'] }\n`)).to.match(/PORT_CONFLICT .*twice/);
    expect(bad(`container__a: { ${image}, ports: ['eighty'] }\n`)).to.match(/FIELD_VALUE/);
  });

  it('takes a port on all addresses for a claim on each of them, and keeps node: local as it is written', () => {
    const two = (a: string, b: string): string =>
      `container__a: { ${image}, node: local, ports: ['${a}'] }\ncontainer__b: { ${image}, node: local, ports: ['${b}'] }\n`;
    expect(bad(two('8080:80', '127.0.0.1:8080:80'))).to.match(/PORT_CONFLICT .*8080\/tcp on node local/);
    expect(spec(good(two('127.0.0.2:8080:80', '127.0.0.1:8080:80')), 'container/a')['node']).to.equal('local');
    good(two('8080:80', '8080:80/udp'));
  });

  it('says a mistake of ten replicas once', () => {
    expect(bad(`container__web: { ${image}, replicas: 10, memry: 1GiB }\n`).match(/FIELD_UNKNOWN/g)).to.have.length(1);
  });
});

describe('rule 20: was', () => {
  it('names the former key, short or whole', () => {
    expect(
      good(`container__web: { ${image}, was: container/old }\n`).services.get('container/web')?.common.was,
    ).to.equal('container/old');
    expect(
      good(`container__web: { ${image}, was: old }\n`, { as: 'x' }).services.get('container/x.web')?.common.was,
    ).to.equal('container/x.old');
  });

  it('refuses another kind, itself, what is still declared, and nonsense', () => {
    expect(bad(`container__web: { ${image}, was: vdisk/old }\n`)).to.match(/WAS_INVALID .*keeps its kind/);
    expect(bad(`container__web: { ${image}, was: container/web }\n`)).to.match(/WAS_INVALID .*itself/);
    expect(bad(`container__old: { ${image} }\ncontainer__web: { ${image}, was: container/old }\n`)).to.match(
      /WAS_INVALID 2:\d+ .*still declared/,
    );
    expect(bad(`container__web: { ${image}, was: 'a b' }\n`)).to.match(/WAS_INVALID/);
  });
});
