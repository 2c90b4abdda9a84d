// The first thing a robot does with a store: is this the grid it knows, and is it as far as it was? Time never runs backwards: a store
// that came back older, or that went another way meanwhile, begins a new epoch before any pass. An empty store is no grid without
// services but a lost one, and is refused.

import { EngineError } from '../model/errors.ts';
import type { Store, StoreMeta } from '../store/port.ts';

/** Of the documents; a program refuses what is newer than itself. */
export const FORMAT = 1;

/** A place in the log, and the entry before it: enough to tell another history from this one. */
export interface Mark {
  readonly id: string;
  readonly at: number;
  readonly before: string | null;
}

/** What a robot's data folder remembers of its grid. */
export interface Remembered {
  readonly grid: string;
  readonly mode: Store['mode'];
  /** The highest that was seen. */
  readonly epoch: number;
  readonly mark: Mark | null;
}

/** A small file in the data folder. `save` replaces it whole and resolves when it is on disk. */
export interface GridMemory {
  load(): Promise<Remembered | undefined>;
  save(remembered: Remembered): Promise<void>;
}

export interface OpenedGrid {
  readonly grid: string;
  readonly epoch: number;
  /** Nothing was there before. */
  readonly founded: boolean;
  /** Why a new epoch began, if one did. */
  readonly newEpoch?: string;
}

const TRIES = 10;

export async function openGrid(
  store: Store,
  memory: GridMemory,
  options: { readonly newGrid: () => string },
): Promise<OpenedGrid> {
  const known = await memory.load();
  if (known !== undefined && known.mode !== store.mode) {
    throw new EngineError(
      'STORE_REFUSED',
      `grid ${known.grid} of this data folder is kept in ${sayMode(known.mode)}, and this is ${sayMode(store.mode)} (${store.where})`,
      { hint: `ays migrate --to ${store.mode} moves it; or start as before` },
    );
  }
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const meta = await store.meta();
    const opened = meta === undefined ? await begin(store, known, options.newGrid) : await resume(store, known, meta);
    if (opened === undefined) continue; // another robot was faster: look again
    await remember(store, memory, opened);
    return opened;
  }
  throw new EngineError('STORE_CONFLICT', `${store.where}: other robots began it anew ${TRIES} times meanwhile`, {
    hint: 'start again',
  });
}

async function begin(
  store: Store,
  known: Remembered | undefined,
  newGrid: () => string,
): Promise<OpenedGrid | undefined> {
  if (known !== undefined) {
    throw new EngineError('STORE_REFUSED', `the store (${store.where}) is empty; grid ${known.grid} was in it`, {
      hint: '`ays restore` refills it from the copy in this data folder; or give the address of the right store',
    });
  }
  const meta = { grid: newGrid(), format: FORMAT, epoch: 1 };
  return (await store.found(meta, undefined)) ? { grid: meta.grid, epoch: 1, founded: true } : undefined;
}

async function resume(store: Store, known: Remembered | undefined, meta: StoreMeta): Promise<OpenedGrid | undefined> {
  const { grid, format, epoch } = meta;
  if (known !== undefined && known.grid !== grid) {
    throw new EngineError(
      'STORE_REFUSED',
      `the store (${store.where}) holds grid ${grid}, and this data folder belongs to ${known.grid}`,
      {
        hint: 'give the address of the right store, or another data folder',
      },
    );
  }
  if (format !== FORMAT) {
    throw new EngineError('STORE_FORMAT', `grid ${grid} has format ${format}; this program reads format ${FORMAT}`, {
      hint: format > FORMAT ? 'update ays on this machine' : 'open it once with the version of ays that wrote it',
    });
  }
  const newEpoch = known === undefined ? undefined : await behind(store, known, meta);
  if (newEpoch === undefined) return { grid, epoch, founded: false };
  const next = Math.max(epoch, known?.epoch ?? 0) + 1;
  if (!(await store.found({ grid, format, epoch: next }, meta))) return undefined;
  await store.commit({ log: [{ type: 'epoch', body: { epoch: next, reason: newEpoch } }], durable: true });
  return { grid, epoch: next, founded: false, newEpoch };
}

/** How the store is not what it was; undefined when it is. */
async function behind(store: Store, { epoch, mark }: Remembered, meta: StoreMeta): Promise<string | undefined> {
  if (meta.epoch < epoch) return `the store is at epoch ${meta.epoch}, and ${epoch} was seen`;
  if (mark === null) return undefined;
  const [newest] = await store.log({ newestFirst: true, limit: 1 });
  if (newest === undefined || newest.id < mark.id)
    return `the store ends at entry ${newest?.id ?? 'none'}, and ${mark.id} was seen`;
  const [found] = await store.log({ limit: 1, ...(mark.before !== null && { after: mark.before }) });
  // An entry behind the mark: the marked one is no longer kept, which says nothing.
  if (found === undefined || found.id > mark.id || (found.id === mark.id && found.at === mark.at)) return undefined;
  return `entry ${mark.id} is another one than was seen`;
}

/** Notes how far the store is: at the start, and now and then while the robot lives. */
export async function remember(
  store: Store,
  memory: GridMemory,
  { grid, epoch }: Pick<OpenedGrid, 'grid' | 'epoch'>,
): Promise<void> {
  const [newest, before] = await store.log({ newestFirst: true, limit: 2 });
  const mark = newest === undefined ? null : { id: newest.id, at: newest.at, before: before?.id ?? null };
  await memory.save({ grid, mode: store.mode, epoch, mark });
}

function sayMode(mode: Store['mode']): string {
  return mode === 'redis' ? 'Redis' : mode === 'journal' ? 'a journal' : 'memory';
}
