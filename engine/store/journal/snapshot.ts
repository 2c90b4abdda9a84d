// A snapshot: the state as one file, written beside and in pieces, so that the robot goes on meanwhile. It counts once it has its
// name, and it gets that only when it is whole and on the medium.

import type { Effect } from '../memory/state.ts';
import { encode, FORMAT } from './codec.ts';
import type { JournalFiles } from './files.ts';
import { fileName, unfinished } from './names.ts';

/** About this much text in one record. */
const PIECE = 1 << 20;

/** Writes `snapshot-g.new` and syncs it; resolves to its size. */
export async function writeSnapshot(
  files: JournalFiles,
  generation: number,
  first: number,
  effects: readonly Effect[],
): Promise<number> {
  const file = await files.open(unfinished(fileName('snapshot', generation)));
  try {
    await file.truncate(0);
    let size = 0;
    const write = async (bytes: Uint8Array): Promise<void> => {
      await file.write(bytes, size);
      size += bytes.length;
    };
    await write(encode({ ays: 'snapshot', format: FORMAT, generation, first }, []));
    let records = 0;
    for (let start = 0; start < effects.length;) {
      let end = start;
      for (let text = 0; end < effects.length && text < PIECE; end++) text += sizeOf(effects[end]!);
      await write(encode([records++, 0], effects.slice(start, end)));
      start = end;
    }
    await write(encode({ end: records }, []));
    await file.sync();
    return size;
  } finally {
    await file.close();
  }
}

function sizeOf(effect: Effect): number {
  const text = effect.kind === 'document' ? effect.kept?.text : effect.kind === 'log' ? effect.row.text : undefined;
  return 64 + (text?.length ?? 0);
}
