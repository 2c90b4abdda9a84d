// Blueprints of any size for the benchmarks: containers in a tree of fan-out 10, each waiting for its parent, seven lines each,
// in as many files as the size limit asks for.

import fs from 'node:fs';
import path from 'node:path';

export const FAN_OUT = 10;
const BLOCKS_PER_FILE = 10_000;

/** The parent of a service in the tree; the first has none. */
export function parentOf(index: number): number | undefined {
  return index === 0 ? undefined : Math.floor((index - 1) / FAN_OUT);
}

export function containerBlock(index: number): string {
  const parent = parentOf(index);
  return `container__c${index}:
  image: oci:registry.test/shop:2.${index % 100}
  command: [serve, --shard, "${index}"]
  env: { SHARD: "${index}", MODE: prod }
  memory: 256MiB
  probe: { http: /health, port: 8080, every: 1s }
${parent === undefined ? '' : `  after: [container/c${parent}]\n`}
`;
}

/** Writes the blueprint as a folder and returns its path. */
export function writeBlueprint(folder: string, services: number): string {
  const target = path.join(folder, `grid-${services}`);
  fs.mkdirSync(target);
  for (let start = 0; start < services; start += BLOCKS_PER_FILE) {
    const blocks: string[] = [];
    for (let i = start; i < Math.min(services, start + BLOCKS_PER_FILE); i++) blocks.push(containerBlock(i));
    fs.writeFileSync(
      path.join(target, `part-${String(start / BLOCKS_PER_FILE).padStart(4, '0')}.yaml`),
      blocks.join(''),
    );
  }
  return target;
}
