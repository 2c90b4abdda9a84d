// What is wrong with the fields of an s3 together: shards without a zerodb to lie on, a zerodb held back that is in use,
// buckets that cannot be as they are asked for.

import type { JsonObject } from '../../engine/model/json.ts';
import { entries, list, number, text, twice, when, type Found } from '../checks/reading.ts';

export function contradictionsOf(spec: JsonObject): Found {
  return [...shards(spec), ...spares(spec), ...buckets(spec)];
}

function shards(spec: JsonObject): Found {
  const [data, parity] = [number(spec['dataShards']), number(spec['parityShards'])];
  if (data === undefined || parity === undefined) return [];
  const zerodbs = Array.isArray(spec['zerodbs']) ? list(spec['zerodbs']).length : undefined;
  return [
    ...when(
      zerodbs !== undefined && data + parity > zerodbs,
      data > 1 ? '/dataShards' : '/parityShards', // the default of data is 1: the other one was written
      () =>
        `${data} + ${parity} shards need ${data + parity} zerodbs, ${zerodbs} ${zerodbs === 1 ? 'is' : 'are'} given`,
      'give it more zerodbs, or fewer shards',
    ),
    ...when(parity > data, '/parityShards', () => `${parity} parity shards are more than the ${data} data shards`),
  ];
}

function spares(spec: JsonObject): Found {
  const used = new Set(list(spec['zerodbs']).map(text));
  return list(spec['spares']).flatMap((spare, i) =>
    when(
      text(spare) !== undefined && used.has(text(spare)),
      `/spares/${i}`,
      () => `zerodb/${text(spare)} is in use; a spare is held back`,
      'leave it out of zerodbs or of spares',
    ),
  );
}

function buckets(spec: JsonObject): Found {
  const all = entries(spec, 'buckets');
  return [
    ...twice(
      all.map(({ at, entry }) => ({ at: `${at}/name`, claim: text(entry['name']) })),
      (name) => `the bucket ${name} is given twice`,
    ),
    ...all.flatMap(({ at, entry }) =>
      when(
        entry['objectLock'] === true && entry['versioning'] === false,
        `${at}/objectLock`,
        () => 'objects can be locked only where their versions are kept',
        'add versioning: true',
      ),
    ),
  ];
}
