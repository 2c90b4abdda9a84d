// An S3 service over zerodbs. A zerodb that has failed for long enough is replaced by a spare while the parity bears it; when more
// are gone, healing is blocked: an alarm, no step and nothing destroyed, because what is left may be all there is. A person is
// needed then, to bring a zerodb back; one that comes back by itself is seen, so it is looked at again while parked.

import { defineActor, type StepOf } from '../engine/model/actor.ts';
import { driftOf, why } from '../engine/model/drift.ts';
import { changedFields, isRefused, refusedFields } from '../engine/model/field-drift.ts';
import { asKindSchema } from '../engine/model/schema.ts';
import type { ObjectStoreDriver } from '../drivers/objectstores/port.ts';
import s3Schema from '../schemas/s3.schema.json' with { type: 'json' };
import type { S3Spec } from '../schemas/types.ts';
import { contradictionsOf } from './s3/contradictions.ts';
import { blocked, shardSteps, type Ops, type S3Status } from './s3/shards.ts';
import { byName, pick, seen } from './storage/settings.ts';

const schema = asKindSchema(s3Schema);
/** What the driver keeps as settings; buckets go their own way, `node` is placement, `replaceAfter` is for diff. */
const SETTINGS = Object.keys(schema.properties).filter((field) => !['node', 'buckets', 'replaceAfter'].includes(field));

export const s3 = defineActor<S3Spec, S3Status, ObjectStoreDriver, Ops>()({
  kind: 's3',
  version: '1.0.0',
  schema,
  port: 'objectstores',

  async observe(driver, { key }) {
    const view = await driver.inspectStore(key);
    if (view.presence !== 'present') return view;
    const { state, settings, shards, answering, buckets, url } = view;
    const failed = shards.filter((shard) => shard.state === 'failed').length;
    const healingBlocked = failed > Number(settings['parityShards'] ?? 0);
    return {
      presence: 'present',
      milestone: state === 'running' && !healingBlocked ? 'ready' : 'exists',
      health: healingBlocked || state === 'failed' ? 'error' : failed > 0 ? 'warning' : 'ok',
      state,
      shards,
      answering,
      ...(buckets && { buckets }),
      healingBlocked,
      config: {
        ...seen(settings, SETTINGS),
        ...(buckets && { buckets: byName(buckets.map((view) => view.settings)) }),
      },
      outputs: { url, region: settings['region'] ?? 'us-east-1' },
    };
  },

  diff(want, status) {
    if (status.presence === 'foreign') return [];
    const stop: StepOf<Ops>[] =
      status.presence === 'present' && status.state !== 'stopped'
        ? [{ op: 'stop', args: {}, why: why('state', status.state, 'stopped') }]
        : [];
    if (want === 'retired') return stop;
    if (want === 'absent')
      return status.presence === 'absent'
        ? []
        : [...stop, { op: 'destroy', args: {}, why: why('presence', 'present', 'absent') }];
    const start: StepOf<Ops> = { op: 'start', args: {}, why: why('state', status.state ?? 'absent', 'running') };
    if (status.presence === 'absent') {
      const because = why(
        'presence',
        'absent',
        'present',
        `the s3 is not there; it is made over ${want.zerodbs.join(', ')}`,
      );
      const create: StepOf<Ops> = { op: 'create', args: pick(want, SETTINGS), why: because };
      return want.running ? [create, start, ...bucketSteps(want, status)] : [create];
    }
    const steps: StepOf<Ops>[] = [];
    const running = status.state === 'running';
    const changed = changedFields(schema, want, status.config)
      .filter(({ field }) => field !== 'buckets')
      .filter((field) => !isRefused(field));
    const cold = running ? changed.filter(({ change }) => change === 'restart') : [];
    for (const field of changed)
      if (!cold.includes(field)) steps.push({ op: 'configure', args: pick(want, [field.field]), why: field.why });
    steps.push(...shardSteps(want, status));
    if (!want.running) return [...stop, ...steps];
    if (cold.length > 0) {
      const changes = pick(
        want,
        cold.map(({ field }) => field),
      );
      steps.push({
        op: 'restart',
        args: { changes },
        why: { ...cold[0]!.why, text: cold.map((field) => field.why.text).join('; ') },
      }); // there is one
    } else if (!running) steps.push(start);
    return running ? [...steps, ...bucketSteps(want, status)] : steps; // they are seen when it runs
  },

  refusals(want, status) {
    if (typeof want === 'string' || status.presence === 'foreign') return [];
    const { dataShards, parityShards, zerodbs } = want;
    const least = dataShards + parityShards;
    const few =
      zerodbs.length < least
        ? [
            why(
              'zerodbs',
              zerodbs.length,
              least,
              `zerodbs: ${dataShards} + ${parityShards} shards need ${least} zerodbs, ${zerodbs.length} are given`,
            ),
          ]
        : [];
    const parity =
      parityShards > dataShards
        ? [
            why(
              'parityShards',
              parityShards,
              dataShards,
              `parityShards: ${parityShards} is more than the ${dataShards} dataShards`,
            ),
          ]
        : [];
    return [...few, ...parity, ...blocked(status), ...refusedFields(schema, want, status.config)];
  },

  contradictions: contradictionsOf,

  stuck(want, status) {
    const [alarm] = typeof want === 'string' ? [] : blocked(status);
    if (alarm === undefined) return undefined;
    return { message: alarm.text, hint: 'bring one of these zerodbs back; it goes on by itself then', mayClear: true };
  },

  steps: {
    create: {
      risk: 'safe',
      summary: 'make the s3 and its namespaces',
      run: (driver, settings, { key, uid, hash, signal }) => driver.createStore(key, { uid, hash }, settings, signal),
    },
    start: { risk: 'safe', summary: 'start it', run: (driver, _args, { key }) => driver.startStore(key) },
    stop: {
      risk: 'disruptive',
      summary: 'stop it; its data stays',
      run: (driver, _args, { key }) => driver.stopStore(key),
    },
    configure: {
      risk: 'safe',
      summary: 'change a setting',
      run: (driver, changes, { key }) => driver.configureStore(key, changes),
    },
    restart: {
      risk: 'disruptive',
      summary: 'restart it with other settings',
      async run(driver, { changes }, { key }) {
        await driver.stopStore(key);
        await driver.configureStore(key, changes);
        await driver.startStore(key);
      },
    },
    replaceShard: {
      risk: 'safe',
      summary: 'rebuild the shards of a lost zerodb on a spare',
      timeoutMs: 86_400_000,
      run: (driver, change, { key, signal }) => driver.exchangeShard(key, change, signal),
    },
    addShard: {
      risk: 'safe',
      summary: 'spread over one more zerodb',
      run: (driver, change, { key, signal }) => driver.exchangeShard(key, change, signal),
    },
    removeShard: {
      risk: 'disruptive',
      summary: 'empty a zerodb and let it go',
      timeoutMs: 86_400_000,
      run: (driver, change, { key, signal }) => driver.exchangeShard(key, change, signal),
    },
    putBucket: {
      risk: 'safe',
      summary: 'make or change a bucket',
      run: (driver, bucket, { key }) => driver.putBucket(key, bucket),
    },
    removeBucket: {
      risk: 'destructive',
      summary: 'remove a bucket with its objects',
      run: (driver, { name }, { key }) => driver.removeBucket(key, name),
    },
    destroy: {
      risk: 'destructive',
      summary: 'destroy the s3 and every object in it',
      run: (driver, _args, { key }) => driver.destroyStore(key),
    },
  },

  rekey: (driver, from, { key, uid, hash }) => driver.rekey(from, key, { uid, hash }),
  adopt: (driver, nativeId, { key, uid, hash }) => driver.adopt(key, nativeId, { uid, hash }),

  actions: {
    check: {
      summary: 'Read every object and count what is damaged.',
      risk: 'safe',
      timeoutMs: 86_400_000,
      run: async (driver, _args, { key, signal }) => ({ ...(await driver.checkStore(key, { repair: false }, signal)) }),
    },
    repair: {
      summary: 'Read every object and rebuild what is damaged.',
      risk: 'safe',
      timeoutMs: 86_400_000,
      run: async (driver, _args, { key, signal }) => ({ ...(await driver.checkStore(key, { repair: true }, signal)) }),
    },
  },
  recurring: [{ action: 'repair', everyMs: 43_200_000 }],
  probes: ({ port }) => [
    { purpose: 'liveness', how: { tcp: Number(port) }, everyMs: 10_000, timeoutMs: 2000, failures: 3 },
  ],
  policy: { ladder: ['restart', 'move'] },
});

function bucketSteps(want: S3Spec, status: S3Status): readonly StepOf<Ops>[] {
  const have = new Map((status.buckets ?? []).map((view) => [view.settings.name, view]));
  const wanted = new Map([...want.buckets].reverse().map((bucket) => [bucket.name, bucket]));
  const steps: StepOf<Ops>[] = [];
  for (const bucket of want.buckets) {
    const { name } = bucket;
    if (wanted.get(name) !== bucket) continue; // given twice: the first counts
    const seen = have.get(name);
    const [first] = seen === undefined ? [] : driftOf(schema, { buckets: [bucket] }, { buckets: [seen.settings] });
    if (seen === undefined)
      steps.push({ op: 'putBucket', args: bucket, why: why(`buckets[${name}]`, 'absent', 'present') });
    else if (first !== undefined)
      steps.push({
        op: 'putBucket',
        args: bucket,
        why: why(first.field.replace('[0]', `[${name}]`), first.have, first.want),
      });
  }
  for (const [name, { objects }] of have) {
    if (wanted.has(name)) continue;
    steps.push({
      op: 'removeBucket',
      args: { name },
      why: why(`buckets[${name}]`, `present, ${objects} objects in it`, 'absent'),
      risk: objects > 0 ? 'destructive' : 'safe',
    });
  }
  return steps;
}
