// LANGUAGE rules 7 to 13: values, templates, params, content, status and secrets.

import { expect } from 'chai';
import { bad, good, gridWith, keys, notes, registryOf, spec, toyKind } from '../reading.ts';

const text = { type: 'string' } as const;
const image = "image: 'oci:registry.test/a:1'";
const app = registryOf(
  toyKind(
    'app',
    {
      version: text,
      mode: text,
      count: { type: 'integer' },
      ratio: { type: 'number' },
      on: { type: 'boolean' },
      size: { type: 'string', format: 'size', 'x-min': '1MiB' },
      wait: { type: 'string', format: 'duration', default: '5s' },
      list: { type: 'array', items: text },
      env: { type: 'object', additionalProperties: { type: 'string', 'x-secret': 'allowed' } },
      key: { type: 'string', 'x-secret': 'required' },
      any: {},
    },
    { 'x-outputs': { address: { type: 'string' }, port: { type: 'integer' } } },
  ),
);

describe('rule 7: the schema decides the type', () => {
  it('takes an unquoted scalar exactly as written where text is wanted', () => {
    const desired = good('app__a: { version: 1.10, mode: 0644, env: { ON: yes, N: 1e3, T: true } }\n', {
      registry: app,
    });
    expect(spec(desired, 'app/a')).to.deep.include({ version: '1.10', mode: '0644' });
    expect({ ...(spec(desired, 'app/a')['env'] as object) }).to.deep.equal({ ON: 'yes', N: '1e3', T: 'true' });
  });

  it('converts sizes and durations, fills defaults, merges <<, reads several documents', () => {
    const desired = good(
      'x-base: &base { count: 3, size: 2GiB }\n---\napp__a: { <<: *base2, count: 4 }\n'.replace(
        '*base2',
        '{ size: 1.5MiB }',
      ) + '---\napp__b: { wait: 2m, ratio: 1, on: false }\n',
      { registry: app },
    );
    expect(spec(desired, 'app/a')).to.deep.include({ count: 4, size: 1_572_864, wait: 5000 });
    expect(spec(desired, 'app/b')).to.deep.include({ wait: 120_000, ratio: 1, on: false });
    const merged = good('x-base: &base { count: 3, size: 2GiB }\napp__a: { <<: *base, count: 4 }\n', { registry: app });
    expect(spec(merged, 'app/a')).to.deep.include({ count: 4, size: 2_147_483_648 });
  });

  it('refuses duplicate keys, null as text, missing units, quoted numbers and yes for true', () => {
    expect(bad('app__a:\n  count: 1\n  count: 2\n', { registry: app })).to.match(/YAML_DUPLICATE_KEY 3:3/);
    const said = bad('app__a:\n  version:\n  size: 2G\n  wait: 30\n  count: "4"\n  on: yes\n  ratio: 1.2.3\n', {
      registry: app,
    });
    expect(said).to.match(/FIELD_NULL 2:\d+ .*"version" is empty/);
    expect(bad('app__a: { size: ~ }\napp__b:\n  wait:\n', { registry: app })).to.match(
      /FIELD_NULL 1:17 .*"size" is empty; expected a size[^]*FIELD_NULL 3:\d+ .*"wait" is empty; expected a duration/,
    );
    expect(said).to.match(/UNIT_INVALID 3:9 .*did you mean 2GiB\?/);
    expect(said).to.match(/UNIT_MISSING 4:9 .*the duration 30 has no unit = did you mean 30s\?/);
    expect(said).to.match(/FIELD_TYPE 5:10 .*found text "4" = write 4 without quotes/);
    expect(said).to.match(/FIELD_TYPE 6:7 .*write true/);
    expect(said).to.match(/FIELD_TYPE 7:10 .*expected a number/);
    expect(bad('app__a: { size: 1KiB }\n', { registry: app })).to.match(/FIELD_RANGE 1:17 .*at least 1MiB/);
    expect(bad('app__a: { list: one }\n', { registry: app })).to.match(/FIELD_TYPE 1:17 .*= a list is written \[one\]/);
  });
});

describe('rule 8: templates fill scalars after parsing', () => {
  it('keeps the type of a whole expression, prints the rest, never escapes, and cannot inject structure', () => {
    const desired = good(
      `params: { n: { type: integer, default: 3 }, t: { type: string, default: "a: [b]" }, l: { type: array, default: [x, y] } }
app__a: { count: '{{params.n}}', version: 'v{{params.n}}', mode: '{{params.t}} <&>', list: '{{params.l}}', on: '{{eq params.n 3}}', any: '\\{{literal}}' }
`,
      { registry: app },
    );
    expect(spec(desired, 'app/a')).to.deep.include({
      count: 3,
      version: 'v3',
      mode: 'a: [b] <&>',
      list: ['x', 'y'],
      on: true,
      any: '{{literal}}',
    });
  });

  it('refuses unknown names with a suggestion, syntax errors, wrong types, and unquoted templates with the remedy', () => {
    const said = bad(
      `params: { stage: { type: string, default: dev } }
app__a: { version: '{{params.stge}}', mode: '{{eq params.stage}', count: '{{params.stage}}', any: '{{lookups params}}' }
`,
      { registry: app },
    );
    expect(said).to.match(/TEMPLATE_UNKNOWN_NAME 2:2\d .*did you mean params\.stage\?/);
    expect(said).to.match(/TEMPLATE_SYNTAX 2:4\d/);
    expect(said).to.match(/FIELD_TYPE 2:\d+ .*expected a whole number/);
    expect(said).to.match(/TEMPLATE_/);
    expect(
      bad('params: { n: { type: integer, default: 3 } }\napp__a:\n  count: {{params.n}}\n', { registry: app }),
    ).to.match(/TEMPLATE_UNQUOTED 3:10 .*'\{\{params\.n\}\}'/);
    expect(bad("app__a: { any: '{{@root}}' }\n", { registry: app })).to.match(
      /TEMPLATE_UNKNOWN_NAME .*@root alone is no value = begin with @root\.params/,
    );
    expect(bad("app__a: { any: '{{constructor}}', version: '{{params.__proto__}}' }\n", { registry: app })).to.match(
      /TEMPLATE_UNKNOWN_NAME 1:\d+/,
    );
  });
});

describe('rule 9: params', () => {
  const blueprint = `params:
  stage: { type: string, enum: [dev, prod], default: dev }
  n: { type: integer, default: 1, maximum: 9 }
  user: { type: string, fromEnv: SHOP_USER, default: nobody }
app__a: { mode: '{{params.stage}}', count: '{{params.n}}', version: '{{params.user}}' }
`;

  it('takes --set before the last values file before the environment before the default, and records which', () => {
    const files = { '/b/shop.yaml': blueprint, '/v/one.yaml': 'stage: prod\nn: 2\n', '/v/two.yaml': 'n: 3\n' };
    const desired = good(files, {
      registry: app,
      values: ['/v/one.yaml', '/v/two.yaml'],
      set: { n: '4' },
      env: { SHOP_USER: 'eve' },
    });
    expect(spec(desired, 'app/a')).to.deep.include({ mode: 'prod', count: 4, version: 'eve' });
    expect(desired.params).to.deep.equal({
      stage: { value: 'prod', from: 'file' },
      n: { value: 4, from: 'set' },
      user: { value: 'eve', from: 'env' },
    });
    expect(spec(good(blueprint, { registry: app }), 'app/a')).to.deep.include({
      mode: 'dev',
      count: 1,
      version: 'nobody',
    });
  });

  it('refuses unknown names, wrong values and missing ones', () => {
    expect(bad(blueprint, { registry: app, set: { stag: 'dev' } })).to.match(/PARAM_UNKNOWN .*did you mean stage\?/);
    expect(bad(blueprint, { registry: app, set: { stage: 'prd' } })).to.match(
      /FIELD_VALUE .*expected one of dev, prod = did you mean prod\?/,
    );
    expect(bad(blueprint, { registry: app, set: { n: 'many' } })).to.match(/FIELD_TYPE .*expected a whole number/);
    expect(bad(blueprint, { registry: app, set: { n: '10' } })).to.match(/FIELD_RANGE .*at most 9/);
    expect(bad('params: { a: { type: string } }\napp__a: {}\n', { registry: app })).to.match(
      /PARAM_MISSING 1:\d+ .*--set a=VALUE/,
    );
    expect(bad('params: { a: { type: strng } }\napp__a: {}\n', { registry: app })).to.match(
      /PARAM_INVALID 1:\d+ .*expected one of string/,
    );
    expect(bad('params: { a: { typ: string } }\napp__a: {}\n', { registry: app })).to.match(
      /PARAM_INVALID .*did you mean type\?/,
    );
    expect(bad('params: { a: 3 }\napp__a: {}\n', { registry: app })).to.match(
      /PARAM_INVALID .*\{ type: integer, default: 3 \}/,
    );
  });

  it('refuses to leave out what was given explicitly last time, and prints the command', () => {
    const grid = gridWith(
      {},
      {
        revisions: new Map([
          ['shop', { blueprint: 'shop', number: 7, params: { stage: { value: 'prod', from: 'set' } }, choices: {} }],
        ]),
      },
    );
    expect(bad(blueprint, { registry: app, grid })).to.match(/PARAM_OMITTED .*shop@7 .*--set stage=prod/);
    expect(spec(good(blueprint, { registry: app, grid, set: { stage: 'dev' } }), 'app/a')['mode']).to.equal('dev');
  });
});

describe('rule 10: when, each and .yaml.hbs', () => {
  it('leaves out, multiplies by value, and links to all of an each block', () => {
    const registry = registryOf(
      toyKind('disk', { size: text }),
      toyKind('app', { disks: { type: 'array', items: text, 'x-link': { kind: 'disk' } } }),
    );
    const desired = good(
      `params: { prod: { type: boolean, default: false } }
disk__d: { each: [a, b], size: '{{each.value}}-{{each.key}}' }
disk__m: { each: { x: 1, y: 2 }, size: '{{each.value}}' }
disk__gone: { when: '{{params.prod}}' }
app__all: { disks: [d, m-x] }
`,
      { registry },
    );
    expect(keys(desired)).to.deep.equal(['app/all', 'disk/d-a', 'disk/d-b', 'disk/m-x', 'disk/m-y']);
    expect(spec(desired, 'disk/d-b')['size']).to.equal('b-b');
    expect(spec(desired, 'disk/m-y')['size']).to.equal('2');
    expect(spec(desired, 'app/all')['disks']).to.deep.equal(['d-a', 'd-b', 'm-x']);
  });

  it('fills a template file from params of its header, and names the template in errors', () => {
    const header = 'params: { zones: { type: array, default: [a, b] } }\n---\n';
    const body = '{{#each params.zones}}\napp__{{this}}:\n  version: {{json this}}\n{{/each}}\n';
    expect(keys(good({ '/b/shop.yaml.hbs': header + body }, { registry: app }))).to.deep.equal(['app/a', 'app/b']);
    const said = bad({ '/b/shop.yaml.hbs': header + body.replace('version:', 'verzion:') }, { registry: app });
    expect(said).to.match(/FIELD_UNKNOWN 5:\d+ .*did you mean version\?/);
    expect(bad({ '/b/shop.yaml.hbs': `${header}{{#each params.zone}}x{{/each}}\n` }, { registry: app })).to.match(
      /TEMPLATE_UNKNOWN_NAME 3:\d+ .*zones/,
    );
  });

  it('refuses a when that is not boolean or reads a status, bad each values, and links to what is absent', () => {
    expect(bad("app__a: { when: 'maybe' }\n", { registry: app })).to.match(/WHEN_INVALID 1:17/);
    expect(bad('app__b:\napp__a: { when: \'{{eq (status "app/b" "address") "x"}}\' }\n', { registry: app })).to.match(
      /TEMPLATE_NOT_ALLOWED 2:\d+/,
    );
    expect(bad('app__a: { each: [{ x: 1 }] }\n', { registry: app })).to.match(/EACH_INVALID 1:18 .*use a map/);
    expect(bad('app__a: { each: [a b] }\n', { registry: app })).to.match(/EACH_INVALID .*makes the name "a-a b"/);
    expect(bad('app__a: { each: [x, x] }\n', { registry: app })).to.match(/EACH_INVALID .*"x" twice/);
    expect(bad('app__b: { when: false }\napp__a: { after: [app/b] }\n', { registry: app })).to.match(/LINK_UNKNOWN/);
  });
});

describe('rule 11: content', () => {
  const block = (files: string): string => `container__web:\n  ${image}\n  files: [${files}]\n`;

  it('hashes text and files into the revision, and fills a template when asked', () => {
    const desired = good({
      '/b/shop.yaml': `params: { n: { type: integer, default: 7 } }\n${block('{ at: /a, text: hello }, { at: /b, from: b.conf }, { at: /c, from: c.conf, template: true }')}`,
      '/b/b.conf': 'n = {{params.n}}\n',
      '/b/c.conf': 'n = {{params.n}}\n',
    });
    const files = spec(desired, 'container/web')['files'] as readonly Record<string, unknown>[];
    expect(files.map(({ size }) => size)).to.deep.equal([5, 17, 6]);
    expect(new TextDecoder().decode(desired.contents.get(String(files[2]?.['sha256'])))).to.equal('n = 7\n');
    expect(desired.contents.size).to.equal(3);
  });

  it('ships a folder, content-addressed', () => {
    const desired = good({
      '/b/shop.yaml': `container__web:\n  ${image}\n  mounts: [{ from: ./public, at: /srv }]\n`,
      '/b/public/index.html': '<p>',
      '/b/public/css/a.css': 'p{}',
    });
    const [mount] = spec(desired, 'container/web')['mounts'] as readonly {
      from: { files: { path: string }[]; size: number };
    }[];
    expect(mount?.from.files.map(({ path }) => path)).to.deep.equal(['css/a.css', 'index.html']);
    expect(mount?.from.size).to.equal(6);
  });

  it('refuses what leaves the folder, is missing, absolute, too large, or both text and file', () => {
    const one = (files: string, more: Record<string, string> = {}): string =>
      bad({ '/b/shop.yaml': block(files), '/secret': 'x', ...more });
    expect(one('{ at: /a, from: ../secret }')).to.match(/CONTENT_OUTSIDE 3:\d+/);
    expect(one('{ at: /a, from: /secret }')).to.match(/CONTENT_OUTSIDE 3:\d+ .*absolute/);
    expect(one('{ at: /a, from: none.conf }')).to.match(/CONTENT_MISSING 3:\d+/);
    expect(one('{ at: /a, from: big }', { '/b/big': 'x'.repeat(1024 * 1024 + 1) })).to.match(/CONTENT_TOO_LARGE 3:\d+/);
    expect(one('{ at: /a, from: b, text: c }', { '/b/b': '' })).to.match(/FIELD_TWICE .*only one of text, from/);
    expect(one('{ at: /a }')).to.match(/FIELD_MISSING .*one of text, from/);
  });
});

describe('rule 12: status references', () => {
  it('defers what is known later, makes a dependency, and folds in what is known now', () => {
    const desired = good(
      `params: { p: { type: integer, default: 5 } }
app__db: {}
app__web: { version: '{{status "app/db" "address"}}:{{params.p}}', count: '{{status "app/db" "port"}}' }
`,
      { registry: app },
    );
    const value = spec(desired, 'app/web')['version'] as { $ays: { template: string; status: unknown[] } };
    expect(value.$ays.template).to.equal('{{status "app/db" "address"}}:5');
    expect(value.$ays.status).to.deep.equal([{ key: 'app/db', field: 'address' }]);
    expect(desired.services.get('app/web')?.links.map(({ type, to }) => `${type} ${to}`)).to.deep.equal([
      'status app/db',
      'status app/db',
    ]);
  });

  it('refuses unknown services and fields, fields that are no outputs, wrong types, and cycles', () => {
    const said = bad(
      `app__db: {}
app__a: { version: '{{status "app/bd" "address"}}' }
app__b: { version: '{{status "app/db" "adress"}}' }
app__c: { count: '{{status "app/db" "address"}}' }
app__d: { version: '{{status "ap/db" "address"}}' }
`,
      { registry: app },
    );
    expect(said).to.match(/STATUS_UNKNOWN 2:\d+ .*did you mean app\/db\?/);
    expect(said).to.match(/STATUS_NOT_OUTPUT 3:\d+ .*did you mean address\?/);
    expect(said).to.match(/TEMPLATE_TYPE 4:\d+ .*expected a whole number/);
    expect(said).to.match(/STATUS_UNKNOWN 5:\d+ .*there is no kind "ap"/);
    expect(
      bad(`app__a: { version: '{{status "app/b" "address"}}' }\napp__b: { after: [app/a] }\n`, { registry: app }),
    ).to.match(/CYCLE 1:20 .*app\/a → app\/b → app\/a/);
  });
});

describe('rule 13: secrets', () => {
  it('keeps the expression, where a secret may stand', () => {
    const desired = good(
      `secrets: { s: { generate: 20 } }\napp__a: { key: '{{secret "s"}}', env: { P: 'x-{{secret "s"}}' } }\n`,
      { registry: app },
    );
    expect(JSON.stringify(spec(desired, 'app/a'))).to.include('{{secret \\"s\\"}}');
    const set = gridWith({}, { secrets: new Set(['t']) });
    good(`app__a: { key: '{{secret "t"}}' }\n`, { registry: app, grid: set });
    good(`app__a: { key: '{{secret "unset"}}' }\n`, { registry: app, strictSecrets: false });
  });

  it('refuses a literal, a secret in the open, an unset one with the command, and a value in the declaration', () => {
    const said = bad(
      `secrets: { s: { generate: 20 } }
app__a: { key: hunter2 }
app__b: { version: '{{secret "s"}}' }
app__c: { key: '{{secret "nope"}}' }
outputs: { leak: '{{secret "s"}}' }
`,
      { registry: app },
    );
    expect(said).to.match(/SECRET_LITERAL 2:16/);
    expect(said).to.not.include('hunter2');
    expect(said).to.match(/SECRET_FORBIDDEN 3:\d+ .*= pass it in `env`/);
    expect(said).to.match(/SECRET_UNKNOWN 4:\d+ .*ays secret set nope/);
    expect(said).to.match(/SECRET_FORBIDDEN 5:\d+/);
    expect(bad('secrets: { s: hunter2 }\napp__a: {}\n', { registry: app })).to.match(/SECRET_LITERAL 1:15/);
    expect(bad('secrets: { s: { generate: 2 } }\napp__a: {}\n', { registry: app })).to.match(/SECRET_INVALID/);
    expect(
      bad(
        `secrets: { s: { generate: 20 } }\ncontainer__w: { image: '{{secret "s"}}', command: ['{{secret "s"}}'], labels: { a: '{{secret "s"}}' } }\n`,
      ).match(/SECRET_FORBIDDEN/g),
    ).to.have.length(3);
  });

  it('says so when validation does not know which secrets are set', () => {
    expect(notes(`app__a: { key: '{{secret "x"}}' }\n`, 'error', { registry: app })).to.have.length(1);
  });
});
