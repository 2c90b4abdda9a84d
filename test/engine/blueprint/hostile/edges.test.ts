// Single hostile inputs, each with what must come of it: names that reach into JavaScript, values at the edge of numbers, references to
// oneself, readers that lie, links that lead out, packages within packages.

import { expect } from 'chai';
import { memoryReader, type BlueprintReader } from '../../../../engine/blueprint/index.ts';
import { codes, judge } from './judge.ts';

const image = 'image: oci:a.test/a:1';
const NAMES = [
  'toString',
  'valueOf',
  'hasOwnProperty',
  'isPrototypeOf',
  '__defineGetter__',
  'then',
  'length',
  'name',
  'NaN',
  'undefined',
  'null',
  'true',
];

describe('names that JavaScript knows', () => {
  it('are names of services like any other, or refused', () => {
    for (const name of NAMES)
      expect(codes(judge(`'node__${name}':\n`)), name).to.deep.equal(/^[A-Za-z0-9]/.test(name) ? [] : ['NAME_INVALID']);
    for (const name of ['__proto__', 'constructor', 'prototype'])
      expect(codes(judge(`node__${name}:\n`)), name).to.deep.equal(['NAME_INVALID']);
  });

  it('are no kinds, sections, fields, helpers or members', () => {
    for (const name of [...NAMES, '__proto__', 'constructor', 'prototype']) {
      expect(codes(judge(`${name}__a:\n`)).length, name).to.be.greaterThan(0);
      expect(codes(judge(`'${name}': {}\n`)).length, name).to.be.greaterThan(0);
      if (name !== 'name')
        expect(codes(judge(`vdisk__a: { zerodbs: [], '${name}': 1 }\n`)), name).to.not.deep.equal([]);
      expect(codes(judge(`node__a: { hostname: '{{params.${name}}}' }\n`)), name).to.satisfy(
        (said: string[]) => said.length === 1 && /^TEMPLATE_(UNKNOWN_NAME|SYNTAX)$/.test(said[0] ?? ''),
      );
      expect(codes(judge(`node__a: { hostname: '{{${name} "x"}}' }\n`)).length, name).to.be.greaterThan(
        name === 'length' ? -1 : 0,
      );
      expect(codes(judge(`node__a:\nactions: [{ action: ${name}, kind: node }]\n`)), name).to.not.deep.equal([]);
      expect(codes(judge(`node__a:\nnode__b: { hostname: '{{status "node/a" "${name}"}}' }\n`)), name).to.deep.equal([
        'STATUS_NOT_OUTPUT',
      ]);
    }
  });

  it('may be params, secrets, outputs, labels and variables when they are not of a prototype', () => {
    for (const name of ['toString', 'valueOf', 'hasOwnProperty']) {
      const { desired } = judge(
        `params: { ${name}: { type: string, default: a } }\nsecrets: { ${name}: { generate: 16 } }\noutputs: { ${name}: '{{params.${name}}}' }\ncontainer__a: { ${image}, labels: { ${name}: x }, env: { ${name}: y } }\n`,
      );
      expect(desired?.outputs[name], name).to.equal('a');
    }
    for (const name of ['constructor', '__proto__']) {
      expect(codes(judge(`params: { ${name}: { type: string, default: a } }\nnode__a:\n`)), name).to.deep.equal([
        'NAME_INVALID',
      ]);
      expect(codes(judge(`secrets: { ${name}: { generate: 16 } }\nnode__a:\n`)), name).to.deep.equal(['NAME_INVALID']);
      expect(codes(judge(`node__a: { labels: { ${name}: x } }\n`)), name).to.deep.equal(['FIELD_VALUE']);
    }
    expect(({} as Record<string, unknown>)['x']).to.equal(undefined);
  });

  it('come through each, values files, --set and the environment without harm', () => {
    const each = judge('node__a: { each: { __proto__: 1, constructor: 2, b: 3 } }\n');
    expect(each.desired === undefined || [...each.desired.services.keys()].includes('node/a-b')).to.equal(true);
    expect(codes(judge('node__a:\n', { set: { constructor: 'x' } }))).to.deep.equal(['PARAM_UNKNOWN']);
    expect(
      codes(judge('node__a:\n', { set: JSON.parse('{"__proto__": "x"}') as Record<string, string> })),
    ).to.deep.equal(['PARAM_UNKNOWN']);
    const values = {
      '/b/shop.yaml': 'params: { a: { type: object } }\nnode__a:\n',
      '/v.yaml': 'a: { __proto__: { polluted: true } }\n',
    };
    judge(values, { path: '/b/shop.yaml', values: ['/v.yaml'] });
    judge('params: { a: { type: object } }\nnode__a:\n', { set: { a: '{"__proto__": {"polluted": true}}' } });
    judge('params: { a: { type: string, fromEnv: constructor } }\nnode__a:\n', { env: {} });
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });

  it('of the engine may not be forged', () => {
    const forged = '{ $ays: { template: x, status: [], secrets: [s], whole: true } }';
    expect(codes(judge(`container__a: { ${image}, env: ${forged} }\n`))).to.deep.equal(['FIELD_VALUE']);
    expect(codes(judge(`node__a: { labels: ${forged} }\n`))).to.deep.equal(['FIELD_VALUE']);
    expect(codes(judge(`outputs: { a: ${forged} }\nnode__a:\n`))).to.deep.equal(['FIELD_VALUE']);
    expect(
      codes(judge(`params: { a: { type: object, default: ${forged} } }\nnode__a: { hostname: '{{params.a}}' }\n`))
        .length,
    ).to.be.greaterThan(0);
    expect(
      codes(
        judge(`params: { a: { type: object } }\noutputs: { b: '{{params.a}}' }\nnode__a:\n`, {
          set: { a: '{"$ays":{"template":"x","status":[],"secrets":["s"],"whole":true}}' },
        }),
      ).length,
    ).to.be.greaterThan(0);
  });

  it('in other scripts are refused with their place', () => {
    for (const name of ['wéb', '网站', '🎉', 'a\u202eb', 'ＷＥＢ', 'a\u0301'])
      expect(codes(judge(`'node__${name}':\n`)), name).to.deep.equal(['NAME_INVALID']);
  });
});

describe('values at the edge', () => {
  it('of numbers', () => {
    const pids = (value: string): string[] => codes(judge(`container__a: { ${image}, pids: ${value} }\n`));
    for (const value of [
      '9007199254740992',
      '-9007199254740993',
      '1e309',
      '-1e309',
      '.inf',
      '-.inf',
      '.nan',
      '0x1FFFFFFFFFFFFFF',
      '1.0000001',
      '1e-400',
      '00',
      '1_000',
      '١٢',
    ])
      expect(pids(value).length + Number(['1e-400', '00'].includes(value)), value).to.be.greaterThan(0);
    expect(pids('100')).to.deep.equal([]);
    expect(pids('1e2')).to.deep.equal([]);
  });

  it('of sizes and durations', () => {
    for (const size of [
      '99999999999999999TiB',
      '1e3GiB',
      '.5GiB',
      '1.0000001B',
      '0x10GiB',
      '1GiB1',
      ' ',
      '١GiB',
      '1 GiB ',
      '-0GiB',
    ]) {
      judge(`container__a: { ${image}, memory: '${size}' }\n`);
    }
    expect(codes(judge(`container__a: { ${image}, memory: 99999999999999TiB }\n`))).to.deep.equal(['UNIT_INVALID']);
  });

  it('of replicas', () => {
    for (const value of [
      '-0',
      '1e3',
      '1001',
      '-1',
      '0.5',
      '"3"',
      '[3]',
      '{ a: 3 }',
      '~',
      '{{',
      "'{{params.x}}'",
      "'{{replica}}'",
    ])
      judge(`container__a: { ${image}, replicas: ${value} }\n`);
    expect(codes(judge(`container__a: { ${image}, replicas: [3] }\n`))).to.deep.equal(['REPLICAS_INVALID']);
  });

  it('of text: a megabyte in one scalar, a thousand nested brackets, a key of a hundred thousand letters', () => {
    judge(`container__a: { ${image}, workdir: /${'a'.repeat(1_000_000)} }\n`);
    judge(`container__a: ${'['.repeat(1000)}\n`);
    judge(`container__a: ${'{a: '.repeat(1000)}\n`);
    judge(`${'- '.repeat(5000)}a\n`);
    judge(`${'a'.repeat(100_000)}: 1\n`);
    judge(`node__a: { ${'b'.repeat(100_000)}: 1 }\n`);
    judge(`node__a: { hostname: '${'{{('.repeat(3000)}' }\n`);
    judge(`node__a: { hostname: '${'{{#if true}}'.repeat(3000)}' }\n`);
  });

  it('of patterns: one that takes forever is the author’s own, and still ends for short text', () => {
    judge("params: { a: { type: string, pattern: '^(a+)+$', default: aaaaaaaaaaaaaaaaab } }\nnode__a:\n");
  });
});

describe('references to oneself', () => {
  it('are cycles, however they are made', () => {
    expect(codes(judge('node__a: { hostname: \'{{status "node/a" "hostname"}}\' }\n'))).to.deep.equal(['CYCLE']);
    expect(codes(judge(`container__a: { ${image}, after: [container/a] }\n`))).to.deep.equal(['CYCLE']);
    expect(codes(judge(`container__a: { ${image}, replicas: 2, after: [container/a] }\n`))).to.deep.equal(['CYCLE']);
    expect(codes(judge(`container__a: { ${image}, each: [x, y], after: [container/a] }\n`))).to.deep.equal(['CYCLE']);
    expect(codes(judge('vdisk__a: { zerodbs: [], size: 1GiB, template: a }\n'))).to.include('CYCLE');
  });
});

describe('YAML where a template stands', () => {
  it('cannot inject structure by a value', () => {
    const { desired } = judge(
      "params: { a: { type: string } }\nnode__a: { hostname: '{{params.a}}', labels: { x: '{{params.a}}' } }\n",
      { set: { a: 'ok' } },
    );
    expect(desired?.services.get('node/a')?.spec['hostname']).to.equal('ok');
    for (const value of ['}\nnode__b:', '*a', '&a', '{{params.a}}', '\u0000', "'", '"', ': ', '- ']) {
      const injected = judge(
        "params: { a: { type: string } }\ncontainer__a: { image: 'oci:a.test/a:1', env: { X: '{{params.a}}' } }\n",
        { set: { a: value } },
      );
      expect(injected.desired?.services.size, value).to.equal(1);
      expect(
        (injected.desired?.services.get('container/a')?.spec['env'] as Record<string, string>)['X'],
        value,
      ).to.equal(value);
    }
  });

  it('in a template file makes blocks and nothing else: what it makes is read like any other text', () => {
    const files = { '/b/a.yaml.hbs': 'params: { a: { type: string } }\n---\n{{params.a}}\n' };
    expect([...(judge(files, { set: { a: 'node__x:' } }).desired?.services.keys() ?? [])]).to.deep.equal(['node/x']);
    for (const value of ['node__x: [', '"', '*a', '\t\t', '--- a\n--- b', '%YAML 9', '{{', '- '.repeat(200)])
      judge(files, { set: { a: value } });
  });

  it('stops a template file that grows without end', () => {
    const list = `[${Array.from({ length: 100 }, (_, i) => i).join(', ')}]`;
    const loops = '{{#each params.a}}'.repeat(5);
    expect(
      codes(
        judge({
          '/b/a.yaml.hbs': `params: { a: { type: array, default: ${list} } }\n---\n${loops}x{{/each}}{{/each}}{{/each}}{{/each}}{{/each}}\n`,
        }),
      ),
    ).to.include('TEMPLATE_TOO_LARGE');
  });
});

describe('readers and folders', () => {
  const files = {
    '/b/shop.yaml': `package__p: { from: ./p }\ncontainer__a: { ${image}, files: [{ at: /a, from: a.txt }], mounts: [{ from: ./www, at: /www }] }\n`,
    '/b/a.txt': 'a',
    '/b/www/index.html': 'x',
    '/b/p/p.yaml': 'node__x:\n',
    '/b/p/_package.yaml': 'version: 1.0.0\n',
    '/b/ays.lock': '{}',
  };
  const honest = memoryReader(files);

  it('that are honest give a desired state', () => {
    expect(codes(judge(files, { path: '/b/shop.yaml' }))).to.deep.equal([]);
  });

  it('that fail at any call give an error of the file, never an exception', () => {
    for (const method of ['list', 'size', 'read'] as const) {
      for (let after = 0; after < 8; after++) {
        let calls = 0;
        const failing: BlueprintReader = {
          ...honest,
          [method]: (path: string) => {
            if (calls++ >= after) throw new Error('input/output error');
            return honest[method](path);
          },
        };
        for (const path of ['/b/shop.yaml', '/b']) judge(files, { path, reader: failing });
      }
    }
  });

  it('whose symbolic links lead out are refused, for files, folders and packages', () => {
    const leading = (inside: string): BlueprintReader => ({
      ...honest,
      realPath: (path) => (path === inside || path.startsWith(`${inside}/`) ? path.replace(inside, '/etc') : path),
    });
    for (const inside of ['/b/a.txt', '/b/www', '/b/www/index.html', '/b/p']) {
      expect(codes(judge(files, { path: '/b/shop.yaml', reader: leading(inside) })), inside).to.deep.equal([
        'CONTENT_OUTSIDE',
      ]);
    }
  });

  it('whose blueprint folder is itself a link are read: what counts is the folder it leads to', () => {
    const linked: BlueprintReader = { ...honest, realPath: (path) => path.replace(/^\/b/, '/real/b') };
    expect(codes(judge(files, { path: '/b/shop.yaml', reader: linked }))).to.deep.equal([]);
  });

  it('that say a file is small and give a large one, or the other way, are held to the bytes', () => {
    const lying: BlueprintReader = {
      ...honest,
      size: () => 0,
      read: (path) => (path === '/b/shop.yaml' ? new Uint8Array(9 * 1024 * 1024).fill(35) : honest.read(path)),
    };
    expect(codes(judge(files, { path: '/b/shop.yaml', reader: lying }))).to.deep.equal(['FILE_TOO_LARGE']);
    const content: BlueprintReader = {
      ...honest,
      size: () => 0,
      read: (path) => (path === '/b/a.txt' ? new Uint8Array(2 * 1024 * 1024) : honest.read(path)),
    };
    expect(codes(judge(files, { path: '/b/shop.yaml', reader: content }))).to.deep.equal(['CONTENT_TOO_LARGE']);
  });

  it('with a folder that holds itself end', () => {
    const endless: BlueprintReader = {
      ...honest,
      kind: (path) => (/^\/b\/www(\/loop)*$/.test(path) ? 'folder' : honest.kind(path)),
      list: (path) => (/^\/b\/www(\/loop)*$/.test(path) ? ['loop'] : honest.list(path)),
    };
    expect(codes(judge(files, { path: '/b/shop.yaml', reader: endless }))).to.deep.equal(['CONTENT_TOO_LARGE']);
  });

  it('are asked nothing outside for names with .., NUL and absolute paths', () => {
    for (const from of [
      '../x',
      './../../x',
      '/etc/passwd',
      'a/../../x',
      '..',
      '',
      '.',
      '"a\\0b"',
      '"..\\\\x"',
      '~/x',
      '././../b/../../x',
    ]) {
      const asked: string[] = [];
      const watching: BlueprintReader = { ...honest, read: (path) => (asked.push(path), honest.read(path)) };
      judge(
        {},
        {
          path: '/b/x.yaml',
          reader: {
            ...watching,
            kind: (path) => (path === '/b/x.yaml' ? 'file' : honest.kind(path)),
            size: () => 10,
            read: (path) =>
              path === '/b/x.yaml'
                ? new TextEncoder().encode(
                    `container__a: { ${image}, files: [{ at: /a, from: ${from === '' ? "''" : from} }] }\npackage__p: { from: ${from === '' ? "''" : from} }\n`,
                  )
                : watching.read(path),
          },
        },
      );
      expect(
        asked.filter((path) => !path.startsWith('/b/')),
        from,
      ).to.deep.equal([]);
    }
  });
});

describe('packages within packages', () => {
  it('may be eight deep, and no deeper', () => {
    const nested = (depth: number): Record<string, string> => {
      const files: Record<string, string> = { '/b/shop.yaml': 'package__p: { from: ./p }\n' };
      for (let i = 1; i <= depth; i++)
        files[`/b/${'p/'.repeat(i)}x.yaml`] = i === depth ? 'node__x:\n' : 'package__p: { from: ./p }\n';
      return files;
    };
    expect(codes(judge(nested(8), { path: '/b/shop.yaml' }))).to.deep.equal([]);
    expect(codes(judge(nested(9), { path: '/b/shop.yaml' }))).to.deep.equal(['PACKAGE_CYCLE']);
    expect(codes(judge(nested(60), { path: '/b/shop.yaml' }))).to.deep.equal(['PACKAGE_CYCLE']);
  });

  it('that double at every level stop at the limit of services', () => {
    const files: Record<string, string> = { '/b/shop.yaml': '' };
    const ten = Array.from({ length: 10 }, (_, i) => `package__p${i}: { from: ./p }\n`).join('');
    files['/b/shop.yaml'] = ten;
    for (let i = 1; i <= 6; i++) files[`/b/${'p/'.repeat(i)}x.yaml`] = i === 6 ? 'node__x:\n' : ten;
    expect(codes(judge(files, { path: '/b/shop.yaml' })).length).to.be.greaterThan(0);
  });

  it('that contain each other by a symbolic link are a cycle', () => {
    const files = { '/b/shop.yaml': 'package__p: { from: ./p }\n', '/b/p/x.yaml': 'package__q: { from: ./q }\n' };
    const reader: BlueprintReader = {
      ...memoryReader(files),
      kind: (path) => (/^\/b\/p(\/q)*$/.test(path) ? 'folder' : memoryReader(files).kind(path.replace(/(\/q)+/, ''))),
      list: () => ['x.yaml'],
      size: () => 20,
      read: (path) => memoryReader(files).read(path.replace(/(\/q)+/, '')),
      realPath: (path) => path.replace(/(\/q)+/, ''),
    };
    expect(codes(judge(files, { path: '/b/shop.yaml', reader }))).to.deep.equal(['PACKAGE_CYCLE']);
  });
});

describe('blueprint names', () => {
  it('from the command line, the file and standard input are judged alike', () => {
    for (const as of ['', ' ', '__proto__', 'constructor', 'a.b', 'a/b', '../a', 'x'.repeat(64), '🎉', 'a\nb'])
      expect(codes(judge('node__a:\n', { as })), as).to.deep.equal(['BLUEPRINT_NAME']);
    expect(codes(judge('', { path: '-' }))).to.include('BLUEPRINT_NAME');
    judge('', { path: '-', stdin: new Uint8Array(100_000) });
    for (const path of ['', '/', '.', '..', '/b/', '/b/../b/shop.yaml', '/nowhere', '\u0000'])
      judge('node__a:\n', { path });
  });
});
