// `npm run generate`: from schemas/*.schema.json to schemas/types.ts, schemas/blueprint.schema.json and docs/kinds/.
// The same schemas give the same bytes; a test generates in memory and compares, so what is checked in is never stale.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format } from 'prettier';
import { docsOf } from './generate/docs.ts';
import { editorSchemaOf } from './generate/editor.ts';
import { readSchemas } from './generate/schemas.ts';
import { typesOf } from './generate/types.ts';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const DOCS = 'docs/kinds';

/** Path from the root → text, of everything that is generated. */
export async function generate(root = ROOT): Promise<ReadonlyMap<string, string>> {
  const schemas = readSchemas(path.join(root, 'schemas'));
  const style = JSON.parse(fs.readFileSync(path.join(ROOT, '.prettierrc.json'), 'utf8')) as object;
  const files = new Map<string, string>();
  files.set('schemas/types.ts', await format(typesOf(schemas), { ...style, parser: 'typescript' }));
  files.set('schemas/blueprint.schema.json', `${JSON.stringify(editorSchemaOf(schemas), null, 1)}\n`);
  // Loaded here and not above: an actor may be written after its schema, and what is generated is what it is typed by.
  const { actors } = await import('../actors/index.ts');
  for (const [name, text] of docsOf(schemas, actors)) files.set(`${DOCS}/${name}`, text);
  return files;
}

/** Pages of kinds that are no more. */
export function leftOver(files: ReadonlyMap<string, string>, root = ROOT): string[] {
  const folder = path.join(root, DOCS);
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .map((name) => `${DOCS}/${name}`)
    .filter((name) => !files.has(name));
}

async function main(): Promise<void> {
  const files = await generate();
  for (const name of leftOver(files)) {
    fs.rmSync(path.join(ROOT, name));
    console.log(`removed ${name}`);
  }
  for (const [name, text] of files) {
    const file = path.join(ROOT, name);
    if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === text) continue;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
    console.log(`wrote ${name}`);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
