// Which zerodbs of an s3 come in and which go. A spare that took a place keeps it while the zerodb it stands for would be back;
// nothing moves while more are gone than the parity bears.

import type { Status, StepOf, Why } from '../../engine/model/actor.ts';
import { why } from '../../engine/model/drift.ts';
import type { JsonObject } from '../../engine/model/json.ts';
import { formatDuration } from '../../engine/model/units.ts';
import type { BucketView, BucketWish, ObjectStorePresent, ShardView } from '../../drivers/objectstores/port.ts';
import type { S3Spec } from '../../schemas/types.ts';

export interface S3Status extends Status {
  readonly state?: ObjectStorePresent['state'];
  readonly shards?: readonly ShardView[];
  readonly answering?: readonly string[];
  readonly buckets?: readonly BucketView[];
  /** More zerodbs are gone than the parity bears. */
  readonly healingBlocked?: boolean;
}

export type Ops = {
  create: JsonObject;
  start: Record<string, never>;
  stop: Record<string, never>;
  configure: JsonObject;
  restart: { readonly changes: JsonObject };
  replaceShard: { readonly out: string; readonly in: string };
  addShard: { readonly in: string };
  removeShard: { readonly out: string };
  putBucket: BucketWish;
  removeBucket: { readonly name: string };
  destroy: Record<string, never>;
};

/** One wanted set of places; a spare that took a place keeps it while its zerodb would be back. */
export function shardSteps(want: S3Spec, status: S3Status): readonly StepOf<Ops>[] {
  if (status.healingBlocked === true) return [];
  const shards = new Map((status.shards ?? []).map((shard) => [shard.zerodb, shard]));
  const known = new Set([...want.zerodbs, ...want.spares]);
  const steps: StepOf<Ops>[] = [];
  // What the driver does not know yet is told to it first; then it is known whether it answers.
  const told = new Set(
    [status.config?.['zerodbs'], status.config?.['spares']].flatMap((list) => (list ?? []) as readonly string[]),
  ); // their shape is the schema's
  const usable = (name: string): boolean => !told.has(name) || status.answering?.includes(name) === true;
  const spare = (from: readonly string[]): string | undefined => from.find((name) => !shards.has(name) && usable(name));
  const put = (zerodb: string): void => void shards.set(zerodb, { zerodb, state: 'ok', failedForMs: 0 });
  const replace = (out: string, into: string, because: string): void => {
    shards.delete(out);
    put(into);
    steps.push({ op: 'replaceShard', args: { out, in: into }, why: why(`shards[${out}]`, because, into) });
  };
  for (const { zerodb, state, failedForMs } of status.shards ?? []) {
    const into = spare(want.spares);
    if (state === 'failed' && failedForMs >= want.replaceAfter && into !== undefined)
      replace(zerodb, into, `failed for ${formatDuration(failedForMs)}`);
  }
  for (const name of [...shards.keys()].filter((zerodb) => !known.has(zerodb))) {
    const into = spare(want.zerodbs);
    if (into !== undefined) replace(name, into, 'in use');
  }
  for (
    let name = spare(want.zerodbs);
    name !== undefined && shards.size < want.zerodbs.length;
    name = spare(want.zerodbs)
  ) {
    put(name);
    steps.push({ op: 'addShard', args: { in: name }, why: why('zerodbs', null, name) });
  }
  const least = Math.max(
    want.zerodbs.length,
    Number(status.config?.['dataShards'] ?? 1) + Number(status.config?.['parityShards'] ?? 0),
  );
  const surplus = [...shards.keys()]
    .filter((name) => !want.zerodbs.includes(name))
    .sort((a, b) => Number(known.has(a)) - Number(known.has(b)));
  for (const name of surplus) {
    if (shards.size <= least) break;
    shards.delete(name);
    steps.push({ op: 'removeShard', args: { out: name }, why: why('zerodbs', name, null) });
  }
  return steps;
}

export function blocked(status: S3Status): readonly Why[] {
  if (status.healingBlocked !== true) return [];
  const gone = (status.shards ?? []).filter(({ state }) => state === 'failed').map(({ zerodb }) => zerodb);
  return [
    why(
      'shards',
      `${gone.join(', ')} failed`,
      'ok',
      `healing blocked: ${gone.join(', ')} failed, more than the parity bears; bring one back, nothing is changed until then`,
    ),
  ];
}
