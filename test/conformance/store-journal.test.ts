import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SimulatedClock } from '../../engine/model/world.ts';
import { journalStore } from '../../engine/store/journal.ts';
import { nodeFiles } from '../../engine/store/journal/node-files.ts';
import { storeConformance } from './store.ts';

for (const [name, compactAt] of [
  ['journal on disk', 16 << 20],
  ['journal on disk, compacted all the time', 1],
] as const) {
  storeConformance(name, async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ays-journal-'));
    const clock = new SimulatedClock(1_700_000_000_000);
    const open = () => journalStore({ files: nodeFiles(folder), clock, compactAt });
    const store = await open();
    return {
      store,
      reopen: async () => {
        await store.close();
        return open();
      },
      advance: (ms) => clock.advance(ms),
      end: () => fs.rmSync(folder, { recursive: true }),
    };
  });
}
