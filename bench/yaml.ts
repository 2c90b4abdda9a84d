// How fast YAML text becomes a tree: the fast reader against the `yaml` library on the same generated service lists.
// Run: npx tsx bench/yaml.ts [blocks]. The share of the library is measured on a tenth of the text, it is that slow.

import { parseAllDocuments } from 'yaml';
import { Report, SourceFile } from '../engine/model/diagnostic.ts';
import { parseFast } from '../engine/blueprint/yaml/fast.ts';
import { YAML_LIMITS, parseYaml } from '../engine/blueprint/yaml/parse.ts';
import { parseWithLibrary } from '../engine/blueprint/yaml/library.ts';

function serviceList(blocks: number): string {
  const parts: string[] = ['ays: 1\nblueprint: bench\n\n'];
  for (let index = 0; index < blocks; index++) {
    parts.push(
      `container__w${String(index).padStart(5, '0')}:\n` +
        `  image: oci:registry.test/shop:2.${index % 100}\n` +
        `  memory: 256MiB # half of what it had\n` +
        `  env: { HOST: '{{params.host}}', PORT: "80${index % 100}", MODE: prod }\n` +
        `  ports:\n    - ${8000 + (index % 1000)}:80\n` +
        `  probe: { http: /health, port: 8080, every: 1s }\n` +
        `  after:\n    task/migrate: done\n\n`,
    );
  }
  return parts.join('');
}

function measure(name: string, text: string, runs: number, run: () => void): number {
  const times: number[] = [];
  for (let index = 0; index < runs; index++) {
    const start = performance.now();
    run();
    times.push(performance.now() - start);
  }
  const median = times.sort((a, b) => a - b)[runs >> 1] ?? 0;
  const speed = text.length / 1e6 / (median / 1000);
  console.log(
    `${name.padEnd(34)} ${(text.length / 1e6).toFixed(1)} MB  ${median.toFixed(0)} ms  ${speed.toFixed(1)} MB/s`,
  );
  return speed;
}

const blocks = Number(process.argv[2] ?? 10_000);
const text = serviceList(blocks);
if (parseFast(text, YAML_LIMITS) === undefined) throw new Error('the fast reader gave up on plain text');
const fast = measure('parseYaml', text, 9, () => parseYaml(new SourceFile('bench.yaml', text), new Report()));
const large = serviceList(blocks * 8);
measure('parseYaml, eight times the text', large, 5, () =>
  parseYaml(new SourceFile('bench.yaml', large), new Report()),
);
const small = serviceList(Math.ceil(blocks / 10));
const careful = measure('parseWithLibrary, a tenth', small, 3, () => {
  parseWithLibrary(new SourceFile('bench.yaml', small), new Report(), YAML_LIMITS);
});
const bare = measure('yaml.parseAllDocuments, a tenth', small, 3, () => {
  parseAllDocuments(small, { uniqueKeys: false, prettyErrors: false });
});
console.log(
  `ratio to our library path ${(fast / careful).toFixed(0)}, to the bare library ${(fast / bare).toFixed(0)}`,
);
