// `ays plan` beside `terraform plan -refresh=false` of the same shape in the same run: a tree of fan-out 10. Terraform gets
// `terraform_data`, which is built in, so that no provider's process or network stands in its way.
// Run: npx tsx bench/terraform.ts [sizes…]. Without terraform on the machine it says so and measures nothing.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parentOf, writeBlueprint } from './generated-blueprint.ts';
import { inTemporaryFolder, measureBoth, printTable, say, wholeProcess } from './measure.ts';

const AYS = 'dist/ays.js';
const sizes = process.argv.slice(2).map(Number);
if (sizes.length === 0) sizes.push(100, 1_000, 3_000);
if (!fs.existsSync(AYS)) throw new Error(`${AYS} is not there: npm run build`);

const version = spawnSync('terraform', ['version'], { encoding: 'utf8' });
if (version.status !== 0) {
  console.log('terraform is not installed: nothing to compare with');
} else {
  const rows = [['resources', 'ays plan', 'terraform plan', 'ratio']];
  await inTemporaryFolder(async (folder) => {
    for (const size of sizes) {
      const blueprint = writeBlueprint(folder, size);
      const configuration = writeTerraform(folder, size);
      const [ours, theirs] = await measureBoth(
        size > 2_000 ? 3 : 5,
        () => wholeProcess(process.execPath, [AYS, 'plan', blueprint]),
        () =>
          wholeProcess(
            'terraform',
            ['plan', '-refresh=false', '-input=false', '-no-color', '-lock=false'],
            configuration,
          ),
      );
      rows.push([
        size.toLocaleString('en'),
        say(ours),
        say(theirs),
        `${(theirs.medianMs / ours.medianMs).toFixed(1)}×`,
      ]);
    }
  });
  printTable(`beside ${version.stdout.split('\n')[0] ?? 'terraform'}`, rows);
}

function writeTerraform(folder: string, size: number): string {
  const target = path.join(folder, `terraform-${size}`);
  fs.mkdirSync(target);
  const blocks: string[] = [];
  for (let i = 0; i < size; i++) {
    const parent = parentOf(i);
    blocks.push(`resource "terraform_data" "c${i}" {
  input = {
    image   = "oci:registry.test/shop:2.${i % 100}"
    command = ["serve", "--shard", "${i}"]
    env     = { SHARD = "${i}", MODE = "prod" }
    memory  = "256MiB"
  }
${parent === undefined ? '' : `  depends_on = [terraform_data.c${parent}]\n`}}
`);
  }
  fs.writeFileSync(path.join(target, 'main.tf'), blocks.join('\n'));
  wholeProcess('terraform', ['init', '-input=false', '-no-color'], target);
  return target;
}
