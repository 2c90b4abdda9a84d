import { chmodSync, existsSync, lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { blueprintName } from '../../../apps/cli/verbs/init.ts';
import { starterBlueprint } from '../../../apps/cli/starter.ts';
import { ays, inFolder } from './run-cli.ts';

const STARTER = starterBlueprint('shop');
const BAD = 'blueprint: shop\ncontainer__web:\n  imgae: oci:nginx:1\n  image: oci:nginx:1\nvdisk__rows:\n  size: 1\n';

interface Document {
  readonly ok: boolean;
  readonly errors: readonly {
    readonly code: string;
    readonly file?: string;
    readonly line?: number;
    readonly column?: number;
    readonly message: string;
  }[];
}

function parse<T = Document>(text: string): T & Document {
  return JSON.parse(text) as T & Document;
}

describe('ays init', () => {
  it('writes a blueprint that validates, plans and names the schema for editors', async () => {
    await inFolder({}, async (cwd) => {
      const { code, stdout, stderr } = await ays(['init', 'my shop'], { cwd });
      expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'my shop/blueprint.yaml\n' });
      expect(stderr).to.contain('ays plan my shop/blueprint.yaml');
      const text = readFileSync(join(cwd, 'my shop/blueprint.yaml'), 'utf8');
      const schema = /^# yaml-language-server: \$schema=(.+)\n/.exec(text)?.[1] ?? '';
      expect(existsSync(schema), schema).to.equal(true);
      expect(text).to.contain('blueprint: my-shop\n');
      const valid = await ays(['validate', 'my shop'], { cwd });
      expect(valid).to.deep.equal({ code: 0, stdout: 'my-shop: 4 services, 3 kinds, valid\n', stderr: '' });
      for (const stage of ['dev', 'prod'])
        expect((await ays(['plan', 'my shop', '--set', `stage=${stage}`], { cwd })).code).to.equal(0);
    });
  });

  it('overwrites nothing unless --force says so', async () => {
    await inFolder({ 'blueprint.yaml': 'mine\n' }, async (cwd) => {
      const { code, stderr } = await ays(['init'], { cwd });
      expect(code).to.equal(2);
      expect(stderr).to.contain('FILE_EXISTS').and.to.contain('--force');
      expect(readFileSync(join(cwd, 'blueprint.yaml'), 'utf8')).to.equal('mine\n');
      expect((await ays(['init', '--force'], { cwd })).code).to.equal(0);
    });
  });

  it('writes an example by its name, and lists them when the name is unknown', async () => {
    await inFolder({}, async (cwd) => {
      expect((await ays(['init', 'q', '--example', 'quickstart'], { cwd })).code).to.equal(0);
      expect((await ays(['validate', 'q'], { cwd })).code).to.equal(0);
      expect((await ays(['init', 'r', '--example', '../../etc'], { cwd })).stderr).to.contain('there is no example');
      expect((await ays(['init', 'r', '--example', 'nothing'], { cwd })).stderr).to.contain('quickstart');
    });
  });

  it('makes any folder name fit for a blueprint', () => {
    expect(blueprintName('/a/my shop')).to.equal('my-shop');
    expect(blueprintName('/a/.hidden')).to.equal('hidden');
    expect(blueprintName('/a/日本')).to.equal('first');
    expect(blueprintName(`/a/${'x'.repeat(100)}`)).to.equal('x'.repeat(63));
    expect(blueprintName('/')).to.equal('first');
  });
});

describe('ays validate', () => {
  it('says one line for each valid blueprint', async () => {
    await inFolder({ 'a.yaml': STARTER, 'b.yaml': STARTER }, async (cwd) => {
      const { code, stdout, stderr } = await ays(['validate', 'a.yaml', 'b.yaml'], { cwd });
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      expect(stdout).to.equal('shop: 4 services, 3 kinds, valid\n'.repeat(2));
      expect((await ays(['validate', '-q', 'a.yaml'], { cwd })).stdout).to.equal('');
    });
  });

  it('shows all errors of all files, with line and caret, and a summary', async () => {
    await inFolder({ 'a.yaml': BAD, 'b.yaml': BAD }, async (cwd) => {
      const { code, stdout, stderr } = await ays(['validate', 'a.yaml', 'b.yaml'], { cwd });
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      for (const file of ['a.yaml', 'b.yaml']) {
        expect(stderr).to.match(
          new RegExp(`error FIELD_UNKNOWN ${file}:3:3 .*imgae.*\n 3 \\|   imgae: oci:nginx:1\n   \\|   \\^{5}\n`),
        );
        expect(stderr).to.contain(`${file}:6:`);
      }
      expect(stderr).to.match(/did you mean "?image"?/);
      expect(stderr.trimEnd().split('\n').at(-1)).to.match(/^\d+ errors in 2 files$/);
    });
  });

  it('--json gives the same as data', async () => {
    await inFolder({ 'a.yaml': BAD, 'good.yaml': STARTER }, async (cwd) => {
      const bad = await ays(['validate', '--json', 'a.yaml'], { cwd });
      expect({ code: bad.code, stderr: bad.stderr }).to.deep.equal({ code: 2, stderr: '' });
      const { ok, errors } = parse(bad.stdout);
      expect(ok).to.equal(false);
      expect(errors[0]).to.deep.include({ code: 'FIELD_UNKNOWN', file: 'a.yaml', line: 3, column: 3 });
      const good = parse<{ blueprints: readonly object[] }>(
        (await ays(['validate', '--json', 'good.yaml'], { cwd })).stdout,
      );
      expect(good).to.deep.equal({
        ok: true,
        blueprints: [{ path: 'good.yaml', blueprint: 'shop', services: 4, kinds: 3 }],
        errors: [],
        warnings: [],
      });
    });
  });

  it('reads standard input', async () => {
    expect((await ays(['validate', '-'], { stdin: STARTER })).stdout).to.equal('shop: 4 services, 3 kinds, valid\n');
    expect((await ays(['validate', '-'], { stdin: BAD })).code).to.equal(2);
  });

  it('answers bytes that are no blueprint in words, never with a stack', async () => {
    const hostile: readonly (string | Uint8Array)[] = [
      '',
      '\0',
      'a: b: c',
      '\t',
      '[',
      Uint8Array.of(0xff, 0xfe, 0x41, 0),
      '__proto__: 1',
      'a: &a [*a]',
      '{{',
      '- 1',
    ];
    for (const stdin of hostile) {
      const { code, stderr } = await ays(['validate', '-'], { stdin });
      expect(code, JSON.stringify(stdin)).to.equal(2);
      expect(stderr).not.to.match(/\n {4}at |INTERNAL/);
    }
  });
});

describe('ays plan', () => {
  it('shows what would be done and exits 0, or 3 when asked', async () => {
    await inFolder({ 'b.yaml': STARTER }, async (cwd) => {
      const { code, stdout, stderr } = await ays(['plan', 'b.yaml'], { cwd });
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      expect(stdout).to.contain('Plan for shop').and.to.contain('container/db').and.to.contain('create');
      expect((await ays(['plan', 'b.yaml', '--exit-code'], { cwd })).code).to.equal(3);
    });
  });

  it('--json is one document with the plan in it, --out writes the plan alone', async () => {
    await inFolder({ 'b.yaml': STARTER }, async (cwd) => {
      const { stdout, stderr } = await ays(['plan', 'b.yaml', '--json', '--out', 'plan.json'], { cwd });
      expect(stderr).to.equal('');
      const { ok, plan } = parse<{ plan: { hash: string; items: readonly object[] } }>(stdout);
      expect(ok).to.equal(true);
      expect(plan.items).to.have.length(4);
      expect(JSON.parse(readFileSync(join(cwd, 'plan.json'), 'utf8'))).to.deep.equal(plan);
      expect((await ays(['plan', 'b.yaml', '--out', 'no/such/plan.json'], { cwd })).stderr).to.contain(
        'FILE_UNWRITABLE no/such/plan.json cannot be written: its folder is not there',
      );
    });
  });

  it('names a choice once where one of several links is missing, and shows what it chose itself', async () => {
    const pools = (names: string): string =>
      [...names].map((name) => `storagepool__${name}: { devices: [{ file: ${name}.img, size: 1GiB }] }\n`).join('');
    await inFolder(
      {
        'several.yaml': `${pools('ab')}vdisk__x: { size: 1GiB }\n`,
        'one.yaml': `${pools('a')}filesystem__f:\n`,
      },
      async (cwd) => {
        const several = (await ays(['plan', 'several.yaml'], { cwd })).stderr;
        expect(several).to.contain('FIELD_MISSING').and.contain('1 error in 1 file');
        expect((await ays(['plan', 'one.yaml'], { cwd })).stdout).to.contain('storagepool: a (chosen');
      },
    );
  });

  it('reads what was observed from standard input, but not the blueprint as well', async () => {
    await inFolder({ 'b.yaml': STARTER }, async (cwd) => {
      const stdin = JSON.stringify({ ays: 1, services: { 'vdisk/stray': { status: { presence: 'present' } } } });
      const { stdout, code } = await ays(['plan', 'b.yaml', '--observed', '-'], { cwd, stdin });
      expect(code).to.equal(0);
      expect(stdout).to.contain('Unknown, never touched:\n  vdisk/stray');
      expect((await ays(['plan', '-', '--observed', '-'], { cwd, stdin })).stderr).to.contain('USAGE');
    });
  });

  it('says what is wrong with an observed file at its place, with a suggestion', async () => {
    const observed = `ays: 1
revisions: { shop: { number: 0 } }
services:
  container/a b: {}
  container/db: { blueprnt: shop, status: { presence: presnt } }
  vdisk/x: { blueprint: shop, links: [{ to: pool, argument: storagepool }] }
  vdisk/y: []
tombstone: {}
`;
    await inFolder({ 'b.yaml': STARTER, 'o.yaml': observed }, async (cwd) => {
      const { stdout, code } = await ays(['plan', 'b.yaml', '--observed', 'o.yaml', '--json'], { cwd });
      expect(code).to.equal(2);
      const { errors } = parse<{
        errors: readonly { line: number; column: number; message: string; hint?: string }[];
      }>(stdout);
      expect(errors.map(({ line, column, message, hint }) => `${line}:${column} ${message} = ${hint}`)).to.deep.equal([
        '2:30 "revisions.shop.number" must be >= 1 = see schemas/observed.schema.json',
        '4:3 "container/a b" is not a key; expected kind/name = for example container/web',
        '5:19 "services.container/db" has no field "blueprnt" = did you mean blueprint?',
        '5:55 "services.container/db.status.presence" is "presnt"; expected one of absent, present, foreign = did you mean present?',
        '6:45 "pool" is not a key; expected kind/name = for example container/web',
        '7:12 "services.vdisk/y": expected a map, found a list = see schemas/observed.schema.json',
        '8:1 the file has no field "tombstone" = did you mean tombstones?',
      ]);
    });
  });

  it('gives the place of the block with what it refuses, on paper and as data', async () => {
    const blueprint =
      'blueprint: shop\nstoragepool__p:\n  devices: [{ file: a.img, size: 4GiB }]\nvdisk__x:\n  storagepool: p\n  size: 1GiB\n';
    const observed = JSON.stringify({
      ays: 1,
      services: {
        'vdisk/x': {
          blueprint: 'shop',
          spec: { storagepool: 'p', size: 2147483648 },
          status: { presence: 'present', config: { size: 2147483648 } },
        },
      },
    });
    await inFolder({ 'b.yaml': blueprint, 'o.json': observed }, async (cwd) => {
      const args = ['plan', 'b.yaml', '--observed', 'o.json'];
      expect((await ays(args, { cwd })).stdout).to.contain('CHANGE_REFUSED b.yaml:4:1 vdisk/x');
      const { errors } = parse<{ errors: readonly object[] }>((await ays([...args, '--json'], { cwd })).stdout);
      expect(errors[0]).to.include({ code: 'CHANGE_REFUSED', key: 'vdisk/x', file: 'b.yaml', line: 4, column: 1 });
    });
  });

  it('takes params from --set and values files, and makes a copy with --as', async () => {
    await inFolder({ 'b.yaml': STARTER, 'v.yaml': 'stage: prod\n' }, async (cwd) => {
      expect((await ays(['plan', 'b.yaml', '-f', 'v.yaml'], { cwd })).stdout).to.contain('container/web.3');
      expect((await ays(['plan', 'b.yaml', '-f', 'v.yaml', '--set', 'stage=dev'], { cwd })).stdout).not.to.contain(
        'web.3',
      );
      expect((await ays(['plan', 'b.yaml', '--as', 'two'], { cwd })).stdout).to.contain('container/two.web');
      expect((await ays(['plan', 'b.yaml', '--set', 'stage'], { cwd })).stderr).to.contain('--set takes NAME=VALUE');
      expect((await ays(['plan', 'b.yaml', '--set', 'stag=dev'], { cwd })).stderr).to.contain('PARAM_UNKNOWN');
    });
  });

  it('compares with an observed state, and refuses one that is wrong', async () => {
    const observed = JSON.stringify({
      ays: 1,
      services: {
        'container/old': { blueprint: 'shop', spec: { image: 'oci:nginx:1' }, status: { presence: 'present' } },
      },
    });
    await inFolder({ 'b.yaml': STARTER, 'o.json': observed, 'wrong.json': '{"sevices": {}}' }, async (cwd) => {
      const { stdout, code } = await ays(['plan', 'b.yaml', '--observed', 'o.json'], { cwd });
      expect(code).to.equal(0);
      expect(stdout).to.contain('container/old').and.to.contain('delete');
      const wrong = await ays(['plan', 'b.yaml', '--observed', 'wrong.json'], { cwd });
      expect(wrong.code).to.equal(2);
      expect(wrong.stderr).to.contain('OBSERVED_INVALID');
      expect((await ays(['plan', 'b.yaml', '--observed', 'nothing.json'], { cwd })).stderr).to.contain(
        'FILE_NOT_FOUND',
      );
    });
  });

  it('of an invalid blueprint shows the errors and no plan', async () => {
    await inFolder({ 'b.yaml': BAD }, async (cwd) => {
      const { code, stdout, stderr } = await ays(['plan', 'b.yaml'], { cwd });
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.contain('FIELD_UNKNOWN');
      expect(parse((await ays(['plan', 'b.yaml', '--json'], { cwd })).stdout).ok).to.equal(false);
    });
  });
});

describe('ays graph', () => {
  it('prints text, Mermaid, dot and JSON', async () => {
    await inFolder({ 'b.yaml': STARTER }, async (cwd) => {
      expect((await ays(['graph', 'b.yaml'], { cwd })).stdout).to.match(/^wave 1\n {2}storagepool\/main\n/);
      expect((await ays(['graph', 'b.yaml', '--format', 'mermaid'], { cwd })).stdout).to.match(/^flowchart BT\n/);
      expect((await ays(['graph', 'b.yaml', '--format', 'dot'], { cwd })).stdout).to.match(/^digraph "shop" \{\n/);
      const json = parse<{ services: readonly { key: string }[] }>(
        (await ays(['graph', 'b.yaml', '--format', 'json'], { cwd })).stdout,
      );
      expect(json.services).to.have.length(4);
      expect((await ays(['graph', 'b.yaml', '--json'], { cwd })).stdout).to.equal(
        (await ays(['graph', 'b.yaml', '--format', 'json'], { cwd })).stdout,
      );
    });
  });

  it('--focus takes any spelling of a key, a group, and refuses what is not there', async () => {
    await inFolder({ 'b.yaml': STARTER }, async (cwd) => {
      const focus = async (key: string, ...more: readonly string[]) =>
        ays(['graph', 'b.yaml', '--focus', key, ...more], { cwd });
      expect((await focus('vdisk__rows')).stdout).to.equal((await focus('vdisk/rows')).stdout);
      expect((await focus('container/web', '--set', 'stage=prod')).stdout).to.contain('web.3');
      const wrong = await focus('container/wbe');
      expect(wrong.code).to.equal(2);
      expect(wrong.stderr).to.contain('KEY_UNKNOWN').and.to.contain('did you mean container/web?');
    });
  });
});

describe('ays machine', () => {
  it('prints the lifecycle of a kind and of a key of a kind', async () => {
    const kind = await ays(['machine', 'container']);
    expect(kind.code).to.equal(0);
    expect(kind.stdout).to.contain('converged').and.to.contain('parked');
    expect((await ays(['machine', 'container/any'])).code).to.equal(0);
    expect((await ays(['machine', 'container', '--format', 'mermaid'])).stdout).to.match(/^stateDiagram-v2\n/);
    expect(
      parse<{ states: readonly object[] }>((await ays(['machine', 'container', '--json'])).stdout).states.length,
    ).to.be.above(5);
  });

  it('takes the heal settings of a service from its blueprint', async () => {
    const blueprint =
      'blueprint: b\ncontainer__web:\n  image: oci:docker.io/library/nginx:1\n  heal: { mode: ask, attempts: 42 }\n';
    const { stdout } = await ays(['machine', 'container/web', '-'], { stdin: blueprint });
    expect(stdout).to.contain('healing ask').and.to.contain('42 attempts');
  });

  it('refuses a kind or a key that is not there', async () => {
    expect((await ays(['machine', 'contaner'])).stderr).to.contain('did you mean container?');
    expect((await ays(['machine', 'container/wbe', '-'], { stdin: STARTER })).stderr).to.contain(
      'did you mean container/web?',
    );
  });
});

describe('ays fmt', () => {
  const LOOSE = 'blueprint:   shop\ncontainer!web:\n    image:   "oci:docker.io/library/nginx:1"   # why\n';

  it('prints the canonical form of one file, and of standard input', async () => {
    await inFolder({ 'a.yaml': LOOSE }, async (cwd) => {
      const { code, stdout, stderr } = await ays(['fmt', 'a.yaml'], { cwd });
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      expect(stdout).to.contain('container__web:\n  image:').and.to.contain('# why');
      expect((await ays(['fmt', '-'], { stdin: LOOSE })).stdout).to.equal(stdout);
      expect(readFileSync(join(cwd, 'a.yaml'), 'utf8')).to.equal(LOOSE);
    });
  });

  it('--check lists what is not formatted and exits 3; --write replaces it, keeping mode and link', async () => {
    await inFolder({ 'a.yaml': LOOSE, 'sub/real.yaml': LOOSE }, async (cwd) => {
      symlinkSync('sub/real.yaml', join(cwd, 'link.yaml'));
      chmodSync(join(cwd, 'a.yaml'), 0o640);
      const check = await ays(['fmt', '--check', '.'], { cwd });
      expect({ code: check.code, stdout: check.stdout }).to.deep.equal({ code: 3, stdout: 'a.yaml\nlink.yaml\n' });
      const write = await ays(['fmt', '-w', '.'], { cwd });
      expect({ code: write.code, stdout: write.stdout }).to.deep.equal({ code: 0, stdout: 'a.yaml\nlink.yaml\n' });
      expect(statSync(join(cwd, 'a.yaml')).mode & 0o777).to.equal(0o640);
      expect(lstatSync(join(cwd, 'link.yaml')).isSymbolicLink()).to.equal(true);
      expect(await ays(['fmt', '--check', '.'], { cwd })).to.deep.equal({ code: 0, stdout: '', stderr: '' });
      expect((await ays(['fmt', '-w', '.'], { cwd })).stdout).to.equal('');
    });
  });

  it('a file that is not YAML is an error with its place, and stays as it is', async () => {
    await inFolder({ 'a.yaml': 'a: [1\n', 'b.yaml': LOOSE }, async (cwd) => {
      const { code, stdout, stderr } = await ays(['fmt', '-w', 'a.yaml', 'b.yaml'], { cwd });
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: 'b.yaml\n' });
      expect(stderr).to.contain('a.yaml:');
      expect(readFileSync(join(cwd, 'a.yaml'), 'utf8')).to.equal('a: [1\n');
    });
  });

  it('refuses what cannot be meant', async () => {
    await inFolder({ 'a.yaml': LOOSE, 'b.yaml': LOOSE }, async (cwd) => {
      expect((await ays(['fmt', 'a.yaml', 'b.yaml'], { cwd })).stderr).to.contain('--write');
      expect((await ays(['fmt', '-w', '--check', 'a.yaml'], { cwd })).stderr).to.contain('exclude each other');
      expect((await ays(['fmt', '-w', '-'], { cwd })).stderr).to.contain('standard input');
      expect((await ays(['fmt', 'c.yaml'], { cwd })).stderr).to.contain('FILE_NOT_FOUND');
      writeFileSync(join(cwd, 'a.yaml'), LOOSE);
    });
  });

  it('--fix repairs an unquoted template', async () => {
    const { stdout, code } = await ays(['fmt', '--fix', '-'], {
      stdin:
        'params:\n  n: { type: integer, default: 1 }\ncontainer__web:\n  image: oci:nginx:1\n  replicas: {{params.n}}\n',
    });
    expect(code).to.equal(0);
    expect(stdout).to.contain("replicas: '{{params.n}}'");
  });

  it('what ays init writes is in its canonical form', async () => {
    await inFolder({}, async (cwd) => {
      await ays(['init'], { cwd });
      expect((await ays(['fmt', '--check', 'blueprint.yaml'], { cwd })).code).to.equal(0);
    });
  });
});
