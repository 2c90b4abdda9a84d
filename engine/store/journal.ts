// The store of a machine without Redis: the whole of it in memory, every change in a journal on disk, one robot. What was
// acknowledged as durable is on the medium; the rest is there within a second. A crash at any moment loses nothing of the first
// kind and leaves no change half made. Opening refuses what it cannot read whole, and says where and what to do.

import type { Clock } from '../model/world.ts';
import type { Store } from './port.ts';
import { openFault } from './journal/faults.ts';
import type { JournalFiles } from './journal/files.ts';
import { recover } from './journal/recover.ts';
import { JournalWriter } from './journal/writer.ts';
import { keptStore, memoryGrid } from './memory.ts';

/** A journal of this size is worth a snapshot, unless the snapshot is large itself. */
const COMPACT_AT = 16 << 20;

export interface JournalStoreOptions {
  readonly files: JournalFiles;
  readonly clock: Clock;
  readonly logLimit?: number;
  readonly compactAt?: number;
  /** Told once, when a crash had left bytes behind the last whole record and they were cut off. */
  readonly onTorn?: (bytes: number) => void;
}

export async function journalStore(options: JournalStoreOptions): Promise<Store> {
  const { files, clock, logLimit, compactAt = COMPACT_AT } = options;
  const grid = memoryGrid({ tokensUpTo: 0, ...(logLimit !== undefined && { logLimit }) });
  let release: (() => Promise<void>) | undefined;
  try {
    release = await files.lock();
    const recovered = await recover(files, grid.state);
    // Which of them were given is not on disk: the next ones come after all that may have been.
    grid.state.token = grid.state.tokensUpTo;
    if (recovered.torn > 0) options.onTorn?.(recovered.torn);
    const writer = new JournalWriter(files, clock, grid.state, recovered, { compactAt, release });
    return keptStore(
      'journal',
      `journal in ${files.where}: survives a kill and a power cut, takes one robot`,
      grid,
      clock,
      writer,
    );
  } catch (error) {
    await release?.();
    throw openFault(files.where, error);
  }
}
