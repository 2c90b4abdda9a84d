// An empty store refilled from a robot's copy: all of the grid's intent, under its old id, in a new epoch. The grid is founded last, so
// a restore that was cut off has restored nothing and is simply done again.

import { EngineError } from '../model/errors.ts';
import type { JsonValue } from '../model/json.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Collection, Put, Store, StoreMeta } from '../store/port.ts';
import { readRows, type CopyFile } from './copy-file.ts';
import { FORMAT, remember, type GridMemory } from './open.ts';

export interface Restored {
  readonly grid: string;
  readonly epoch: number;
  readonly services: number;
  readonly documents: number;
}

const AT_ONCE = 200;

export async function restoreGrid(store: Store, file: CopyFile, memory: GridMemory): Promise<Restored> {
  const there = await store.meta();
  if (there !== undefined) {
    throw new EngineError('STORE_REFUSED', `the store (${store.where}) is not empty: it holds grid ${there.grid}`, {
      hint: 'a restore fills an empty store only; `ays doctor` shows what is there',
    });
  }
  const { meta, documents } = await readCopy(file);
  const known = await memory.load();
  if (known !== undefined && known.grid !== meta.grid) {
    throw new EngineError(
      'STORE_REFUSED',
      `${file.where} is a copy of grid ${meta.grid}, and this data folder belongs to ${known.grid}`,
      {
        hint: 'use the copy of this grid, or another data folder',
      },
    );
  }
  if (meta.format > FORMAT) {
    throw new EngineError(
      'STORE_FORMAT',
      `${file.where} has format ${meta.format}; this program reads format ${FORMAT}`,
      {
        hint: 'update ays on this machine',
      },
    );
  }
  let services = 0;
  const now = await store.now();
  for (let i = 0; i < documents.length; i += AT_ONCE) {
    const puts = documents.slice(i, i + AT_ONCE);
    // What is wanted, and what must go, is looked at as soon as a robot lives.
    const keys = puts.filter(({ collection }) => collection === 'service' || collection === 'tombstone');
    services += puts.filter(({ collection }) => collection === 'service').length;
    await store.commit({ puts, hasten: keys.map(({ id }) => ({ key: id as ServiceKey, at: now })), durable: true }); // ids of services are keys
  }
  const epoch = Math.max(meta.epoch, known?.epoch ?? 0) + 1;
  if (!(await store.found({ grid: meta.grid, format: FORMAT, epoch }, undefined)))
    throw new EngineError('STORE_CONFLICT', `somebody began a grid in ${store.where} meanwhile`, {
      hint: 'stop the robots that use this store, empty it, and restore again',
    });
  const restored = { grid: meta.grid, epoch, services, documents: documents.length };
  await store.commit({ log: [{ type: 'restored', body: { ...restored } }], durable: true });
  await remember(store, memory, { grid: meta.grid, epoch });
  return restored;
}

async function readCopy(file: CopyFile): Promise<{ readonly meta: StoreMeta; readonly documents: readonly Put[] }> {
  const values = new Map<string, { collection: Collection; id: string; value: JsonValue }>();
  let meta: StoreMeta | undefined;
  await readRows(file, (row) => {
    if (row.kind === 'grid') meta = row.meta;
    else if (row.kind === 'put') values.set(`${row.collection} ${row.id}`, row);
    else if (row.kind === 'delete') values.delete(`${row.collection} ${row.id}`);
  });
  if (meta === undefined)
    throw new EngineError('FILE_NOT_FOUND', `${file.where}: there is no copy of a grid`, {
      hint: 'take the copy from another robot of the grid',
    });
  return { meta, documents: [...values.values()].map(({ collection, id, value }) => ({ collection, id, value })) };
}
