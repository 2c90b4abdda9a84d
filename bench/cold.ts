// Whole processes of the built program, as a person meets them: start, read, resolve, plan, print, exit.
// Run: npx tsx bench/cold.ts [sizes…]. Goals (docs/architecture.md): 10,000 services in 1 s each, exponent at most 1.1.

import fs from 'node:fs';
import { exponent, inTemporaryFolder, measure, ms, printTable, say, wholeProcess } from './measure.ts';
import { writeBlueprint } from './generated-blueprint.ts';

const AYS = 'dist/ays.js';
const sizes = process.argv.slice(2).map(Number);
if (sizes.length === 0) sizes.push(1_000, 10_000, 100_000);
if (!fs.existsSync(AYS)) throw new Error(`${AYS} is not there: npm run build`);

await inTemporaryFolder(async (folder) => {
  const bare = await measure(9, () => wholeProcess(process.execPath, ['-e', '0']));
  const version = await measure(9, () => wholeProcess(process.execPath, [AYS, '--version']));
  const rows = [
    ['what', 'services', 'median (spread)', 'of it beyond a bare node', 'services/s'],
    ['node -e 0', '', say(bare), '', ''],
    ['ays --version', '', say(version), ms(version.medianMs - bare.medianMs), ''],
  ];
  for (const verb of ['validate', 'plan']) {
    const points: { size: number; ms: number }[] = [];
    for (const size of sizes) {
      const target = `${folder}/grid-${size}`;
      if (!fs.existsSync(target)) writeBlueprint(folder, size);
      const sample = await measure(size > 20_000 ? 3 : 7, () => wholeProcess(process.execPath, [AYS, verb, target]));
      const net = sample.medianMs - bare.medianMs;
      points.push({ size, ms: net });
      rows.push([
        `ays ${verb}`,
        size.toLocaleString('en'),
        say(sample),
        ms(net),
        Math.round((size / sample.medianMs) * 1000).toLocaleString('en'),
      ]);
    }
    points.forEach((point, i) => {
      const before = points[i - 1];
      if (before === undefined) return;
      rows.push([
        `ays ${verb}`,
        `${before.size.toLocaleString('en')} → ${point.size.toLocaleString('en')}`,
        `exponent ${exponent([before, point]).toFixed(2)}`,
        '',
        '',
      ]);
    });
  }
  printTable('cold start, whole processes', rows);
});
