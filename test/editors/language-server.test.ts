import { expect } from 'chai';
import fs from 'node:fs';
import path from 'node:path';
import { LanguageClient, type Completion, type EditorDiagnostic } from './language-client.ts';

const SCHEMA = 'schemas/blueprint.schema.json';
const EXAMPLES = 'blueprints/examples';

describe('the schema in a real yaml-language-server', function () {
  this.timeout(60_000);
  let client: LanguageClient;

  before(async () => {
    client = await LanguageClient.start({ [SCHEMA]: '*.yaml' });
  });
  after(() => client.stop());

  const complaints = async (text: string): Promise<string[]> => (await client.open(text)).diagnostics.map(say);

  it('marks an unknown field of a container at its place', async () => {
    const found = await complaints('container__web:\n  image: host\n  imagine: x\n');
    expect(found).to.deep.equal(['3:3 Property imagine is not allowed.']);
  });

  it('marks a value outside an enum and lists the values', async () => {
    const found = await complaints('storagepool__a:\n  devices: [{ file: a.img, size: 4GiB }]\n  profile: raid7\n');
    expect(found).to.have.length(1);
    expect(found[0]).to.match(/^3:12 .*"raid1"/);
  });

  it('says in words what a size, a duration, a number and a boolean look like', async () => {
    const found = await complaints(
      [
        'container__web:',
        '  image: host',
        '  replicas: three',
        '  running: maybe',
        '  probe: { http: /health, port: 8080, every: 5 }',
        'storagepool__a:',
        '  devices: [{ file: a.img, size: 4G }]',
        '',
      ].join('\n'),
    );
    expect(found.map((each) => each.replace(/^\d+:\d+ /, '')).sort()).to.deep.equal([
      'Expected a duration with its unit, such as 500ms, 30s, 5m, 2h, 7d or 1w.',
      'Expected a size with its unit, such as 512MiB, 2GiB or 500GB.',
      "Expected a whole number from 0 to 1000, or a template in quotes: '{{…}}'.",
      "Expected true or false, or a template in quotes: '{{…}}'.",
    ]);
  });

  it('marks a missing required field and an unknown kind', async () => {
    const found = await complaints('container__web:\n  env: { A: b }\ncontainr__db: {}\n');
    expect(found).to.deep.equal(['1:1 Missing property "image".', '3:1 Property containr__db is not allowed.']);
  });

  it('accepts templates, unquoted text, empty blocks, AYS spellings, variants and the older key form', async () => {
    const text = [
      'ays: 1',
      'blueprint: shop',
      'x-env: &env { A: b }',
      'params: { n: { type: integer, default: 3 } }',
      'secrets: { db: { generate: 32 } }',
      'container!web:',
      '  image: host',
      "  replicas: '{{params.n}}'",
      '  ports: [80, 8080:80]',
      '  env: { <<: *env, PASSWORD: \'{{secret "db"}}\', VERSION: 1.10 }',
      "  running: '{{eq params.n 3}}'",
      '  stop: { signal: SIGTERM, grace: 10s }',
      '  update: { max_unavailable: 1 }',
      '  after: { task/migrate: done }',
      'node.ovc__one:',
      'services:',
      '  - filesystem__f: { storagepool: main }',
      'actions:',
      '  - { action: snapshot, kind: vdisk, recurring: 0 3 * * *, keep: 7 }',
      '',
    ].join('\n');
    expect(await complaints(text)).to.deep.equal([]);
  });

  it("offers a container's fields, with what they are", async () => {
    const { uri } = await client.open('container__web:\n  image: host\n  \n');
    const offered = await client.complete(uri, { line: 2, character: 2 });
    const labels = offered.map((each) => each.label);
    expect(labels).to.include.members(['env', 'mounts', 'ports', 'probe', 'replicas', 'after', 'labels', 'running']);
    expect(labels).not.to.include('image');
    expect(documentation(offered, 'env')).to.match(/[Ee]nvironment/);
    for (const each of offered) expect(documentation(offered, each.label), each.label).not.to.equal('');
  });

  it('offers the values of an enum', async () => {
    const { uri } = await client.open('storagepool__a:\n  devices: []\n  profile: \n');
    const offered = await client.complete(uri, { line: 2, character: 11 });
    expect(offered.map((each) => each.label)).to.include.members(['single', 'raid1', 'raid10']);
  });

  it('offers a block of each kind at the top level, and what it inserts is a block', async () => {
    const { uri } = await client.open('\n');
    const offered = await client.complete(uri, { line: 0, character: 0 });
    const kinds = fs
      .readdirSync('docs/kinds')
      .map((name) => path.basename(name, '.md'))
      .filter((name) => name !== 'README' && name !== 'every-kind');
    expect(kinds).to.include('container');
    for (const kind of kinds) {
      const text = offered.find((each) => each.label === `${kind}__`)?.insertText ?? '';
      expect(text, kind).to.match(new RegExp(`^${kind}__\\$\\{1:name\\}:\n {2}`));
      expect(text, kind).not.to.match(/: \{\{/);
    }
  });

  it("explains a container's field on hover", async () => {
    const { uri } = await client.open('container__web:\n  image: host\n  replicas: 3\n');
    const words = await client.hover(uri, { line: 2, character: 4 });
    expect(words).to.contain('default `1`');
    expect(await client.hover(uri, { line: 0, character: 4 })).to.match(/workload/i);
  });

  it('is found through a modeline without any setting', async () => {
    const other = await LanguageClient.start({});
    try {
      const text =
        '# yaml-language-server: $schema=../../schemas/blueprint.schema.json\ncontainer__web:\n  imagine: x\n';
      const { diagnostics } = await other.open(text, `${EXAMPLES}/not-there.yaml`);
      expect(diagnostics.map(say)).to.include('3:3 Property imagine is not allowed.');
    } finally {
      await other.stop();
    }
  });

  it('has nothing to say against any example', async () => {
    const files = yamlFiles(EXAMPLES);
    expect(files, `examples in ${EXAMPLES}`).not.to.be.empty;
    for (const file of files) {
      const { diagnostics } = await client.open(fs.readFileSync(file, 'utf8'), file);
      expect(diagnostics.map(say), file).to.deep.equal([]);
    }
  });
});

function say({ range, message }: EditorDiagnostic): string {
  return `${range.start.line + 1}:${range.start.character + 1} ${message}`;
}

function documentation(offered: readonly Completion[], label: string): string {
  const words = offered.find((each) => each.label === label)?.documentation ?? '';
  return typeof words === 'string' ? words : words.value;
}

/** Every blueprint: `_` files are none, and values files hold params. */
function yamlFiles(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml') && !/^(_|values)/.test(path.basename(name)))
    .map((name) => path.join(folder, name))
    .sort();
}
