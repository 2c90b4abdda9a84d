// What is wrong with the fields of a vdisk together: where its bytes come from, what its type promises, and whether the
// zerodbs are as many as its parts.

import type { JsonObject } from '../../engine/model/json.ts';
import { formatSize } from '../../engine/model/units.ts';
import { list, map, number, text, when, type Found } from '../checks/reading.ts';
import { checkSchedule } from '../checks/schedule.ts';

export function contradictionsOf(spec: JsonObject): Found {
  return [...blocks(spec), ...origin(spec), ...parts(spec), ...checkSchedule(spec['snapshots'], '/snapshots')];
}

function blocks(spec: JsonObject): Found {
  const [size, block] = [number(spec['size']), number(spec['blockSize'])];
  if (block === undefined) return [];
  const odd = !Number.isInteger(Math.log2(block));
  const below = 2 ** Math.floor(Math.log2(block));
  return [
    ...when(
      odd,
      '/blockSize',
      () => `a block of ${formatSize(block)} is not a power of two`,
      `for example ${formatSize(below)}`,
    ),
    ...when(
      !odd && size !== undefined && block > size,
      '/blockSize',
      () => `a block of ${formatSize(block)} is larger than the disk, which has ${formatSize(size!)}`,
    ),
  ];
}

function origin(spec: JsonObject): Found {
  const { image, template, type } = spec;
  const empty = image === undefined && template === undefined;
  const schedule = map(spec['snapshots'])['cron'] === undefined ? 'every' : 'cron';
  return [
    ...when(
      image !== undefined && template !== undefined,
      '/template',
      () => 'it cannot start both from an image and as a copy of another vdisk',
      'leave out image or template',
    ),
    ...when(
      type === 'boot' && empty,
      '/type',
      () => 'a boot disk starts from an image, and it has neither image nor template',
      'give it an image, or make it type db',
    ),
    ...when(
      type === 'tmp' && spec['snapshots'] !== undefined,
      `/snapshots/${schedule}`,
      () => 'a disk of type tmp is empty again at each start, so there is nothing to go back to',
      'leave out snapshots, or make it type db',
    ),
    ...when(
      type === 'tmp' && spec['readOnly'] === true && empty,
      '/readOnly',
      () => 'a disk of type tmp is empty again at each start, and nothing could be written to it',
    ),
    ...when(
      (type === 'tmp' || type === 'cache') && spec['log'] !== undefined,
      '/log/keep',
      () => `a disk of type ${text(type)} has no log`,
      'leave out log, or make it type db',
    ),
  ];
}

function parts(spec: JsonObject): Found {
  const redundancy = map(spec['redundancy']);
  const [replicas, data, parity] = ['replicas', 'data', 'parity'].map((field) => number(redundancy[field]));
  const field = redundancy['data'] === undefined ? 'replicas' : 'data';
  if (spec['redundancy'] !== undefined && spec['storagepool'] !== undefined) {
    return [
      {
        at: `/redundancy/${field}`,
        message: 'a disk in a pool is as safe as the profile of the pool makes it; redundancy is for zerodbs',
        hint: 'leave out redundancy, or name zerodbs instead of the storagepool',
      },
    ];
  }
  const needed = replicas ?? (data === undefined || parity === undefined ? undefined : data + parity);
  const zerodbs = Array.isArray(spec['zerodbs']) ? list(spec['zerodbs']).length : undefined;
  return [
    ...when(
      replicas !== undefined && parity !== undefined && parity > 0,
      '/redundancy/parity',
      () => 'parity goes with data; whole copies have none',
      'give data and parity, or replicas alone',
    ),
    ...when(
      needed !== undefined && zerodbs !== undefined && needed > zerodbs,
      `/redundancy/${field}`,
      () =>
        `${replicas === undefined ? `${data} + ${parity} parts` : `${replicas} copies`} need ${needed} zerodbs, ${zerodbs} ${zerodbs === 1 ? 'is' : 'are'} given`,
      'give it more zerodbs, or fewer parts',
    ),
  ];
}
