// `npm run bench [-- NAME…] [-- --write]`: runs the benchmarks, each in a process of its own so that none inherits another's
// heap. Every file here that is not one of the tools is a benchmark. `--write` keeps what they said in docs/figures.md.
// Figures are never asserted: a slow minute must not turn a test red.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { machineLine } from './measure.ts';

const TOOLS = ['run', 'measure', 'generated-blueprint'];
const FIGURES = 'docs/figures.md';

const args = process.argv.slice(2);
const all = fs
  .readdirSync('bench')
  .filter((name) => name.endsWith('.ts') && !name.startsWith('.'))
  .map((name) => path.basename(name, '.ts'))
  .filter((name) => !TOOLS.includes(name))
  .sort();
const wanted = args.filter((arg) => !arg.startsWith('-'));
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark is called ${unknown.join(', ')}; there are ${all.join(', ')}`);
  process.exit(2);
}

let failed = false;
const said: string[] = [];
for (const name of wanted.length > 0 ? wanted : all) {
  console.log(`== ${name}`);
  const { code, output } = await run(name);
  if (code !== 0) {
    console.error(`${name}: exit code ${code}`);
    failed = true;
  } else said.push(`## ${name}\n\n\`\`\`text\n${output.trim()}\n\`\`\`\n`);
}
if (args.includes('--write') && !failed) {
  const head = `# Figures\n\nWritten by \`npm run bench -- --write\` on ${machineLine()}.\nRatios and exponents carry over to other machines, milliseconds do not.\n`;
  fs.writeFileSync(FIGURES, [head, ...said].join('\n'));
  console.log(`wrote ${FIGURES}`);
}
process.exitCode = failed ? 1 : 0;

function run(name: string): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', `bench/${name}.ts`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      process.stdout.write(chunk);
      output += chunk.toString();
    });
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
