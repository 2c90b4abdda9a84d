// LANGUAGE rules 21 to 25 as far as reading decides them: actions, tasks, packages, revisions, limits. What
// the planner decides of these rules is proven in test/engine/plan.

import { expect } from 'chai';
import { bad, good, gridWith, keys, links, notes, registryOf, spec, toyKind } from '../reading.ts';

const image = "image: 'oci:registry.test/a:1'";
const web = `container__web: { ${image} }\n`;
const pool = 'storagepool__main: { profile: single, devices: [{ file: a.img, size: 1GiB }] }\n';

describe('rule 21: actions and event filters', () => {
  const withDisk = `${pool}vdisk__rows: { storagepool: main, size: 1GiB }\n`;

  it('reads names, lists, commas, targets, arguments, schedules', () => {
    const desired = good(`${withDisk}${web}actions:
  - { action: snapshot, kind: vdisk, service: rows, recurring: '0 3 * * *', keep: 7 }
  - { action: [restart], actor: container, force: true }
  - { action: 'restart, restart', service: container/web, recurring: 30s }
`);
    expect(desired.actions.map(({ action, targets }) => `${action} ${targets.join()}`)).to.deep.equal([
      'snapshot vdisk/rows',
      'restart container/web',
      'restart container/web',
      'restart container/web',
    ]);
    expect(desired.actions[0]?.recurring).to.deep.equal({ cron: '0 3 * * *', timezone: 'UTC' });
    expect(desired.actions[0]?.keep).to.equal(7);
    expect(desired.actions[1]?.force).to.equal(true);
    expect(desired.actions[2]?.recurring).to.deep.equal({ everyMs: 30_000 });
  });

  it('runs without target on all services of the blueprint that have the action', () => {
    expect(good(`${withDisk}${web}actions: [{ action: restart }]\n`).actions[0]?.targets).to.deep.equal([
      'container/web',
    ]);
  });

  it('skips what apply does, with a note', () => {
    expect(notes(`${web}actions: [{ action: 'install, init' }]\n`, 'note')).to.have.length(2);
    expect(notes(`${web}actions: [{ action: install }]\n`, 'note')[0]).to.match(/apply does this/);
  });

  it('refuses unknown actions, kinds, targets, arguments, schedules, and removal of what is declared', () => {
    expect(bad(`${web}actions: [{ action: restrat, service: web }]\n`)).to.match(
      /ACTION_UNKNOWN 2:\d+ .*did you mean restart\?/,
    );
    expect(bad(`${web}actions: [{ action: restart, kind: contaner }]\n`)).to.match(
      /KIND_UNKNOWN 2:\d+ .*did you mean container\?/,
    );
    expect(bad(`${web}actions: [{ action: restart, service: wbe }]\n`)).to.match(
      /ACTION_TARGET 2:\d+ .*did you mean web\?/,
    );
    expect(bad(`${web}actions: [{ action: restart, service: web, args: { nonsense: 1 } }]\n`)).to.match(
      /ACTION_INVALID|FIELD_UNKNOWN/,
    );
    expect(bad(`${web}actions: [{ service: web }]\n`)).to.match(/ACTION_INVALID .*names no action/);
    expect(bad(`${web}actions: [{ action: restart, recurring: often }]\n`)).to.match(/ACTION_INVALID .*5 fields/);
    expect(bad(`${web}actions: [{ action: restart, recurring: '61 * * * *' }]\n`)).to.match(/outside 0 to 59/);
    expect(bad(`${web}actions: [{ action: restart, recurring: '0 3 * * *', timezone: Mars/Base }]\n`)).to.match(
      /no timezone "Mars\/Base"/,
    );
    expect(bad(`${web}actions: [{ action: delete, service: web }]\n`)).to.match(
      /DECLARED_AND_REMOVED 2:\d+ container\/web .*remove the block/,
    );
    expect(bad(`${web}actions: [{ acion: restart }]\n`)).to.match(/FIELD_UNKNOWN .*did you mean action\?/);
    const grid = gridWith({ 'container/theirs': { blueprint: 'other' } });
    expect(bad(`${web}actions: [{ action: restart, service: theirs }]\n`, { grid })).to.match(
      /OWNED_ELSEWHERE .*other/,
    );
  });

  it('reads event filters, and refuses an incomplete one', () => {
    const desired = good(
      `secrets: { hook: { generate: 32 } }\n${web}eventfilters: [{ channel: webhook, command: deploy, actions: [restart], kind: container, secret: hook }]\n`,
    );
    expect(desired.eventfilters[0]).to.deep.include({
      actions: ['restart'],
      targets: ['container/web'],
      secret: 'hook',
    });
    expect(bad(`${web}eventfilters: [{ channel: webhook, action: restart }]\n`)).to.match(/FIELD_MISSING .*command/);
    expect(bad(`${web}eventfilters: [{ channel: fax, command: x, action: restart }]\n`)).to.match(/FIELD_VALUE/);
  });
});

describe('rule 22: task', () => {
  it('is a kind of its own with retries, timeout and keep', () => {
    const desired = good(`task__t: { ${image}, retries: 3, timeout: 5m, recurring: '0 3 * * *', keep: 2 }\n`);
    expect(spec(desired, 'task/t')).to.deep.include({ retries: 3, timeout: 300_000, keep: 2 });
  });

  it('refuses a timeout without unit', () => {
    expect(bad(`task__t: { ${image}, timeout: 5 }\n`)).to.match(/UNIT_MISSING/);
  });
});

describe('rule 23: packages and outputs', () => {
  const wordpress = {
    '/b/packages/wp/wp.yaml': `params: { host: { type: string }, n: { type: integer, default: 1 } }
secrets: { pw: { generate: 24 } }
container__db: { ${image}, env: { PW: '{{secret "pw"}}' } }
container__web: { ${image}, env: { DB: '{{status "container/db" "address"}}', HOST: '{{params.host}}' } }
outputs: { url: 'http://{{status "container/web" "address"}}/', host: '{{params.host}}' }
`,
    '/b/packages/wp/_package.yaml': 'name: acme/wp\nversion: 2.1.3\n',
  };
  const using = (text: string, more: Record<string, string> = {}): Record<string, string> => ({
    '/b/shop.yaml': text,
    ...wordpress,
    ...more,
  });

  it('expands under its own scope, owned here, with outputs for others', () => {
    const desired = good(
      using(`package__blog: { from: ./packages/wp, version: ^2.1, with: { host: blog.test } }
container__monitor: { ${image}, env: { URL: '{{status "package/blog" "url"}}', HOST: '{{status "package/blog" "host"}}' } }
outputs: { blog: '{{status "package/blog" "url"}}' }
`),
    );
    expect(keys(desired)).to.deep.equal(['container/blog.db', 'container/blog.web', 'container/monitor']);
    expect(desired.services.get('container/blog.web')?.blueprint).to.equal('b');
    const env = spec(desired, 'container/monitor')['env'] as Record<string, unknown>;
    expect((env['URL'] as { $ays: { template: string } }).$ays.template).to.equal(
      '{{concat "http://" (status "container/blog.web" "address") "/"}}',
    );
    expect(env['HOST']).to.equal('blog.test');
    expect(links(desired, 'container/monitor')).to.include('status container/blog.web');
    expect(desired.packages['blog']).to.include({ from: './packages/wp', version: '2.1.3' });
    expect(
      keys(good(using(`package__blog: { from: ./packages/wp, with: { host: a.test } }\n`), { as: 'dev' })),
    ).to.deep.equal(['container/dev.blog.db', 'container/dev.blog.web']);
  });

  it('passes what is known later through a param', () => {
    const desired = good(
      using(
        `container__edge: { ${image} }\npackage__blog: { from: ./packages/wp, with: { host: '{{status "container/edge" "address"}}' } }\n`,
      ),
    );
    const env = spec(desired, 'container/blog.web')['env'] as Record<string, { $ays: { template: string } }>;
    expect(env['HOST']?.$ays.template).to.equal('{{status "container/edge" "address"}}');
    expect(links(desired, 'container/blog.web')).to.include('status container/edge');
  });

  it('refuses a folder that is not there, outside, a version that does not fit, unknown params, missing ones, cycles, and unknown outputs', () => {
    expect(bad(using('package__blog: { from: acme/wordpress }\n'))).to.match(
      /PACKAGE_UNKNOWN 1:\d+ .*for example from: \.\/packages\/wordpress/,
    );
    expect(bad(using('package__blog: { from: ./none }\n'))).to.match(/PACKAGE_UNKNOWN/);
    expect(bad(using('package__blog: { from: ../wp }\n'))).to.match(/CONTENT_OUTSIDE/);
    expect(bad(using('package__blog: { from: ./packages/wp, version: ^3, with: { host: x } }\n'))).to.match(
      /PACKAGE_VERSION .*2\.1\.3, which does not fit \^3/,
    );
    expect(bad(using('package__blog: { from: ./packages/wp, version: newest, with: { host: x } }\n'))).to.match(
      /PACKAGE_VERSION .*not a version range/,
    );
    expect(bad(using('package__blog: { from: ./packages/wp, with: { hsot: x } }\n'))).to.match(
      /PARAM_UNKNOWN .*did you mean host\?/,
    );
    expect(bad(using('package__blog: { from: ./packages/wp }\n'))).to.match(/PARAM_MISSING/);
    expect(
      bad(
        using(
          'package__blog: { from: ./packages/wp, with: { host: x } }\noutputs: { a: \'{{status "package/blog" "ulr"}}\' }\n',
        ),
      ),
    ).to.match(/STATUS_NOT_OUTPUT .*did you mean url\?/);
    expect(
      bad(
        using('package__a: { from: ./packages/loop }\n', { '/b/packages/loop/l.yaml': 'package__b: { from: ./ }\n' }),
      ),
    ).to.match(/PACKAGE_CYCLE .*loop → loop/);
    expect(bad(using('package__blog: {}\n'))).to.match(/FIELD_MISSING .*"from"/);
  });

  it('holds to ays.lock', () => {
    const lock = (version: string): Record<string, string> => ({
      '/b/ays.lock': JSON.stringify({ ays: 1, packages: { blog: { from: './packages/wp', version, digest: 'x' } } }),
    });
    const blueprint = 'package__blog: { from: ./packages/wp, with: { host: x } }\n';
    expect(bad(using(blueprint, lock('2.1.2')))).to.match(/PACKAGE_VERSION .*pins version 2\.1\.2/);
    expect(notes(using(blueprint, lock('2.1.3')), 'warning')[0]).to.match(/other bytes than ays\.lock pins/);
  });
});

describe('rule 24: revisions', () => {
  it('gives equal text one hash, whatever the order it is written in, and a change another', () => {
    const one = good(`container__a: { ${image}, memory: 1GiB }\nnode__n:\n`).hash;
    const two = good(`node__n:\ncontainer__a: { memory: 1GiB, ${image} }\n`).hash;
    const three = good(`node__n:\ncontainer__a: { memory: 2GiB, ${image} }\n`).hash;
    expect(one).to.equal(two);
    expect(one).to.not.equal(three);
  });

  it('pins the actor versions', () => {
    expect(good(web).actors['container']).to.match(/^\d+\.\d+\.\d+$/);
    expect(bad('container__web: { image: nginx }\n')).to.match(/FIELD_VALUE/);
  });
});

describe('rule 25: limits', () => {
  it('allows a lot', () => {
    expect(good(`container__w: { ${image}, replicas: 500 }\n`).services.size).to.equal(500);
  });

  it('refuses more, each with its bound', () => {
    const registry = registryOf(toyKind('app', { name: { type: 'string', maxLength: 10 } }));
    expect(bad('app__a: { name: 12345678901 }\n', { registry })).to.match(
      /VALUE_TOO_LONG 1:\d+ .*11 characters; at most 10/,
    );
    expect(bad(`container__w: { ${image}, replicas: 1001 }\n`)).to.match(/REPLICAS_INVALID .*0 to 1000/);
    expect(bad(`x: ${'['.repeat(100)}\n`)).to.match(/YAML_TOO_DEEP/);
    expect(bad({ '/b/a.yaml': `# ${'x'.repeat(9 * 1024 * 1024)}\n` })).to.match(/FILE_TOO_LARGE .*at most 8388608/);
  });
});
