// A robot of one trade: commits numbers one after the other, and says each when it is acknowledged. Started by
// journal-process.test.ts, which ends it in the middle.

import { journalStore } from '../../../engine/store/journal.ts';
import { nodeFiles } from '../../../engine/store/journal/node-files.ts';

const folder = process.argv[2]!; // given by the test
const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

try {
  const store = await journalStore({ files: nodeFiles(folder), clock, compactAt: 20_000 });
  const counter = await store.get<number>('service', 'counter');
  say(`open ${counter?.value ?? 0}`);
  for (let n = (counter?.value ?? 0) + 1; ; n += 10) {
    const batch = Array.from({ length: 10 }, async (_, i) => {
      await store.commit({
        puts: [
          { collection: 'service', id: 'counter', value: n + i },
          { collection: 'observed', id: `n${n + i}`, value: n + i },
        ],
        durable: true,
      });
      say(`safe ${n + i}`);
    });
    await Promise.all(batch);
  }
} catch (error) {
  say(`refused ${(error as { code?: string }).code ?? String(error)}`);
}
