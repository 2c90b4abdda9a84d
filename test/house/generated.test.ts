import { expect } from 'chai';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { generate, leftOver } from '../../scripts/generate.ts';
import { readSchemas } from '../../scripts/generate/schemas.ts';
import { typesOf } from '../../scripts/generate/types.ts';

describe('what is generated', function () {
  this.timeout(60_000);

  it('is checked in as the schemas say it now (npm run generate)', async () => {
    const files = await generate();
    expect([...files.keys()]).to.include.members([
      'schemas/types.ts',
      'schemas/blueprint.schema.json',
      'docs/kinds/container.md',
    ]);
    const stale = [...files]
      .filter(([name, text]) => !fs.existsSync(name) || fs.readFileSync(name, 'utf8') !== text)
      .map(([name]) => name);
    expect(stale, 'stale files').to.deep.equal([]);
    expect(leftOver(files), 'pages of kinds that are no more').to.deep.equal([]);
  });

  it('turns a schema into the type of its resolved spec', () => {
    const text = generateTypes({
      'common.schema.json': {
        properties: {},
        $defs: {
          probe: {
            type: 'object',
            description: 'Asks.',
            properties: { every: { type: 'string', format: 'duration', default: '2s' } },
          },
        },
      },
      'thing.schema.json': {
        description: 'A thing.',
        required: ['size'],
        properties: {
          size: { type: 'string', format: 'size', description: 'How large.', 'x-change': 'grow' },
          mode: { enum: ['a', 'b'], default: 'a', 'x-change': 'live' },
          probe: { $ref: 'common.schema.json#/$defs/probe' },
          nics: { type: 'array', items: { $ref: '#/$defs/nic' } },
          env: { type: 'object', additionalProperties: { type: 'string' } },
          either: { oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'integer' } }] },
          file: { type: 'object', 'x-content': true, properties: { text: { type: 'string' } } },
          placed: {
            type: 'object',
            'x-content': true,
            required: ['at'],
            properties: { at: { type: 'string' }, from: { type: 'string' } },
          },
          site: { type: 'string', 'x-folder': true },
        },
        $defs: { nic: { type: 'object', required: ['at'], properties: { at: { type: 'boolean' } } } },
      },
    });
    expect(text).to.contain(
      'export type Probe = {\nreadonly every: number;\n};'.replace(
        'readonly every',
        '/** In milliseconds. */\nreadonly every',
      ),
    );
    expect(text).to.contain('export type ThingNic = {\nreadonly at: boolean;\n};');
    expect(text).to.contain('/** A thing. */\nexport type ThingSpec = {');
    expect(text).to.contain('/** How large. In bytes. */\nreadonly size: number;');
    expect(text).to.contain('readonly mode: "a" | "b";');
    expect(text).to.contain('readonly probe?: Probe;');
    expect(text).to.contain('readonly nics?: readonly ThingNic[];');
    expect(text).to.contain('readonly env?: { readonly [name: string]: string };');
    expect(text).to.contain('readonly either?: string | readonly number[];');
    expect(text).to.contain('readonly file?: Content;');
    expect(text).to.contain('readonly placed?: Content & {\nreadonly at: string;\n};');
    expect(text).to.contain('readonly site?: Folder;');
    expect(text).to.contain('readonly "thing": ThingSpec;'.replaceAll('"', ''));
  });
});

function generateTypes(schemas: Record<string, object>): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ays-schemas-'));
  try {
    for (const [name, schema] of Object.entries(schemas)) {
      fs.writeFileSync(
        path.join(folder, name),
        JSON.stringify({ $id: name, type: 'object', additionalProperties: false, ...schema }),
      );
    }
    return typesOf(readSchemas(folder));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
