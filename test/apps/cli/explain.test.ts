import { expect } from 'chai';
import { explainField, explainKind, explainKinds } from '../../../apps/cli/explain/kind.ts';
import { isErrorCode, sectionOf } from '../../../apps/cli/explain/code.ts';
import { loadRegistry } from '../../../apps/cli/registry.ts';
import { Output } from '../../../apps/cli/output.ts';
import { anyActor, Registry } from '../../../engine/model/registry.ts';
import { defineActor, type Status } from '../../../engine/model/actor.ts';
import type { KindSchema } from '../../../engine/model/schema.ts';
import { CATALOGUE } from '../../../engine/model/errors.ts';
import { expectGolden } from './golden.ts';
import { ays, fakeIo } from './run-cli.ts';

const schema: KindSchema = {
  $id: 'tank.schema.json',
  title: 'tank',
  description: 'A tank of water. It may stand on another.',
  type: 'object',
  additionalProperties: false,
  required: ['volume'],
  'x-holdsData': true,
  'x-outputs': { level: { type: 'number', description: 'How full it is.' } },
  properties: {
    volume: {
      type: 'string',
      format: 'size',
      'x-min': '1MiB',
      'x-max': '1TiB',
      'x-change': 'grow',
      description: 'How much it holds.',
      examples: ['2GiB'],
    },
    lid: {
      type: 'string',
      enum: ['open', 'shut'],
      default: 'shut',
      'x-change': 'live',
      description: 'Whether it is covered.',
    },
    on: {
      type: 'string',
      'x-link': { kind: 'tank', parent: true, optional: true },
      'x-change': 'refused',
      description: 'The tank it stands on.',
    },
    taps: {
      type: 'array',
      maxItems: 4,
      'x-change': 'restart',
      description: 'Where water comes out.',
      examples: [[{ at: 'left', width: 3 }]],
      items: { $ref: '#/$defs/tap' },
    },
    notes: {
      'x-change': 'live',
      oneOf: [{ type: 'string' }, { type: 'object', additionalProperties: { type: 'string', description: 'A note.' } }],
      description: 'Anything worth knowing.',
    },
  },
  $defs: {
    tap: {
      type: 'object',
      additionalProperties: false,
      required: ['at'],
      'x-oneOf': ['width', 'narrow'],
      properties: {
        at: { type: 'string', maxLength: 20, description: 'Which side.' },
        width: { type: 'integer', minimum: 1, maximum: 9, default: 2, description: 'How wide it opens.' },
        narrow: { type: 'boolean', description: 'As small as can be.' },
      },
    },
  },
};

const tank = defineActor<object, Status, object, { fill: object; drain: object }>()({
  kind: 'tank',
  version: '1.2.0',
  schema,
  port: 'tanks',
  observe: async () => ({ presence: 'absent' }),
  diff: () => [],
  steps: {
    fill: { risk: 'safe', summary: 'fill it', run: async () => undefined },
    drain: { risk: 'destructive', summary: 'let everything out', run: async () => undefined },
  },
  rekey: async () => undefined,
  adopt: async () => undefined,
  actions: { weigh: { summary: 'say how heavy it is', risk: 'safe', run: async () => 1 } },
});

const registry = new Registry([anyActor(tank)], {
  'common.schema.json': {
    type: 'object',
    properties: { paused: { type: 'boolean', default: false, description: 'Look but do not touch.' } },
  },
});

function shown(work: (output: Output) => void, json = false): string {
  const written = { stdout: '', stderr: '' };
  work(new Output(fakeIo({}, written), { json, quiet: false, color: 'never' }));
  return written.stdout;
}

describe('ays explain', () => {
  it('lists the kinds with one sentence each', () => {
    expectGolden(
      'explain/kinds.txt',
      shown((output) => explainKinds(registry, output)),
    );
  });

  it('shows a kind: fields, links, outputs, steps, actions and an example', () => {
    expectGolden(
      'explain/tank.txt',
      shown((output) => explainKind(registry, registry.actor('tank')!, output)),
    );
  });

  it('shows a field with bounds, what a change does, what is inside, and an example', () => {
    const actor = registry.actor('tank')!;
    expectGolden(
      'explain/tank.volume.txt',
      shown((output) => explainField(registry, actor, ['volume'], output)),
    );
    expectGolden(
      'explain/tank.taps.txt',
      shown((output) => explainField(registry, actor, ['taps'], output)),
    );
    expectGolden(
      'explain/tank.on.txt',
      shown((output) => explainField(registry, actor, ['on'], output)),
    );
  });

  it('finds fields inside lists, refs and short forms, with or without the index', () => {
    const actor = registry.actor('tank')!;
    const path = (...parts: readonly string[]) =>
      (
        JSON.parse(shown((output) => explainField(registry, actor, parts, output), true)) as {
          field: { path: string; common?: boolean };
        }
      ).field;
    expect(path('taps', 'at').path).to.equal('taps[].at');
    expect(path('taps[0]', 'at').path).to.equal('taps[].at');
    expect(path('taps[]', 'width').path).to.equal('taps[].width');
    expect(path('notes', 'anything').path).to.equal('notes.*');
    expect(path('paused')).to.deep.include({ path: 'paused', common: true });
  });

  it('refuses a field that is not there with the nearest one', async () => {
    const { code, stderr } = await ays(['explain', 'container.mounts.vdsik']);
    expect(code).to.equal(2);
    expect(stderr)
      .to.contain('container.mounts has no field "vdsik"')
      .and.to.contain('did you mean container.mounts.vdisk?');
  });

  it('refuses an unknown topic with the nearest one', async () => {
    expect((await ays(['explain', 'contaner'])).stderr).to.contain('did you mean container?');
    expect((await ays(['explain', 'FIELD_UNKNWON'])).stderr).to.contain('did you mean FIELD_UNKNOWN?');
  });

  it('explains every kind there is and every field of it, in text and JSON', async () => {
    for (const kind of loadRegistry().kinds()) {
      const { code, stdout } = await ays(['explain', kind, '--json']);
      expect(code, kind).to.equal(0);
      const { fields, example } = JSON.parse(stdout) as {
        fields: readonly { path: string; description: string }[];
        example: string;
      };
      expect(fields.length, kind).to.be.above(0);
      expect(example).to.contain(`${kind}__example:`);
      for (const { path } of fields)
        expect((await ays(['explain', `${kind}.${path}`])).code, `${kind}.${path}`).to.equal(0);
    }
  });

  it('the example it shows for a kind is a valid block, but for the services it links to', async () => {
    for (const kind of loadRegistry().kinds()) {
      const { example } = JSON.parse((await ays(['explain', kind, '--json'])).stdout) as { example: string };
      const { stdout } = await ays(['validate', '-', '--as', 'x', '--json'], { stdin: example });
      const { errors } = JSON.parse(stdout) as { errors: readonly { code: string; message: string }[] };
      const wrong = errors.filter(
        ({ code }) => !/^(LINK_|SECRET_UNKNOWN|CONTENT_MISSING|STATUS_UNKNOWN|PACKAGE_)/.test(code),
      );
      expect(wrong, `${kind}\n${example}`).to.deep.equal([]);
    }
  });

  it('explains every error code from docs/errors.md', async () => {
    for (const code of Object.keys(CATALOGUE)) {
      const { stdout, code: exit } = await ays(['explain', code, '--json']);
      expect(exit).to.equal(0);
      expect((JSON.parse(stdout) as { text: string }).text, code).not.to.equal('');
    }
    expect(isErrorCode('constructor')).to.equal(false);
  });

  it('takes what stands below the heading of a code, up to the next heading', () => {
    const page = '# Errors\n\n### `ONE`\nfirst\n\n```sh\n# not a heading\n```\n\n### TWO: more\nsecond\n## Next\n';
    expect(sectionOf(page, 'ONE')).to.equal('first\n\n```sh\n# not a heading\n```');
    expect(sectionOf(page, 'TWO')).to.equal('second');
    expect(sectionOf(page, 'THREE')).to.equal(undefined);
  });

  it('explains the helpers of templates, each with an example', async () => {
    const { stdout } = await ays(['explain', 'templates']);
    expect(stdout).to.contain('params.NAME').and.to.contain('pick COND A B').and.to.contain('→');
    const one = await ays(['explain', 'pick']);
    expect(one.stdout).to.match(/^pick COND A B {2}a helper[^]*→/);
    expect(JSON.parse((await ays(['explain', 'pick', '--json'])).stdout)).to.deep.include({
      ok: true,
      topic: 'templates',
    });
  });
});
