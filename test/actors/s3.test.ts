// What an s3's diff plans for what is seen; above all, which lost zerodbs it replaces and when it does nothing at all.

import { expect } from 'chai';
import { s3 } from '../../actors/s3.ts';
import type { S3Status } from '../../actors/s3/shards.ts';
import type { ShardView } from '../../drivers/objectstores/port.ts';
import type { Want } from '../../engine/model/actor.ts';
import type { S3Spec } from '../../schemas/types.ts';

const HOUR = 3_600_000;
const bucket = (name: string) => ({
  name,
  versioning: false,
  objectLock: false,
  publicRead: false,
  quota: 0,
  expireAfter: 0,
});
type Wanted = S3Spec & { readonly running: boolean };
const spec = (changes: Partial<Wanted> = {}): Wanted => ({
  zerodbs: ['z1', 'z2', 'z3'],
  spares: ['s1'],
  namespace: 's3',
  dataShards: 2,
  parityShards: 1,
  replaceAfter: HOUR,
  blockSize: 2 ** 20,
  login: 'shop',
  password: 'sealed',
  address: '0.0.0.0',
  port: 9000,
  region: 'us-east-1',
  buckets: [bucket('photos')],
  running: true,
  ...changes,
});
const { running: _running, buckets: _buckets, replaceAfter: _replaceAfter, ...settings } = spec();
const ok = (zerodb: string): ShardView => ({ zerodb, state: 'ok', failedForMs: 0 });
const failed = (zerodb: string, failedForMs = 2 * HOUR): ShardView => ({ zerodb, state: 'failed', failedForMs });
const present = (changes: Partial<S3Status> = {}): S3Status => ({
  presence: 'present',
  state: 'running',
  shards: [ok('z1'), ok('z2'), ok('z3')],
  answering: ['z1', 'z2', 'z3', 's1'],
  buckets: [{ settings: bucket('photos'), objects: 3 }],
  healingBlocked: false,
  config: { ...settings, namespacePassword: null, key: null, domain: null, tls: null },
  ...changes,
});
const lost = (...shards: readonly ShardView[]): Partial<S3Status> => ({
  shards,
  answering: ['s1', ...shards.filter(({ state }) => state === 'ok').map(({ zerodb }) => zerodb)],
});
const blocked = present({ ...lost(failed('z1'), failed('z2'), ok('z3')), healingBlocked: true });

const rows: readonly {
  readonly it: string;
  readonly want: Want<S3Spec>;
  readonly seen: S3Status;
  readonly steps: readonly string[];
}[] = [
  {
    it: 'makes and starts what is not there',
    want: spec(),
    seen: { presence: 'absent' },
    steps: ['create', 'start', 'putBucket'],
  },
  { it: 'leaves what is as wanted', want: spec(), seen: present(), steps: [] },
  {
    it: 'replaces a zerodb that has failed for long enough',
    want: spec(),
    seen: present(lost(failed('z1'), ok('z2'), ok('z3'))),
    steps: ['replaceShard z1 s1'],
  },
  {
    it: 'gives a zerodb that has just failed its time',
    want: spec(),
    seen: present(lost(failed('z1', HOUR - 1), ok('z2'), ok('z3'))),
    steps: [],
  },
  {
    it: 'waits without a spare',
    want: spec({ spares: [] }),
    seen: present(lost(failed('z1'), ok('z2'), ok('z3'))),
    steps: ['configure spares'],
  },
  {
    it: 'passes over a spare that does not answer',
    want: spec(),
    seen: present({ ...lost(failed('z1'), ok('z2'), ok('z3')), answering: ['z2', 'z3'] }),
    steps: [],
  },
  { it: 'moves no shard when more are gone than the parity bears', want: spec(), seen: blocked, steps: [] },
  {
    it: 'leaves a spare where it took a place',
    want: spec(),
    seen: present({ shards: [ok('s1'), ok('z2'), ok('z3')] }),
    steps: [],
  },
  {
    it: 'adds a zerodb, after it has been named',
    want: spec({ zerodbs: ['z1', 'z2', 'z3', 'z4'] }),
    seen: present(),
    steps: ['configure zerodbs', 'addShard z4'],
  },
  {
    it: 'adds no zerodb that does not answer',
    want: spec({ zerodbs: ['z1', 'z2', 'z3', 'z4'] }),
    seen: present({ config: { ...settings, zerodbs: ['z1', 'z2', 'z3', 'z4'] } }),
    steps: [],
  },
  {
    it: 'empties a zerodb and lets it go',
    want: spec(),
    seen: present({ shards: [ok('z1'), ok('z2'), ok('z3'), ok('z4')] }),
    steps: ['removeShard z4'],
  },
  {
    it: 'never has fewer zerodbs than shards',
    want: spec({ zerodbs: ['z1', 'z2'] }),
    seen: present({ config: { ...settings, zerodbs: ['z1', 'z2'] } }),
    steps: [],
  },
  {
    it: 'makes a bucket',
    want: spec({ buckets: [bucket('music'), bucket('photos')] }),
    seen: present(),
    steps: ['putBucket'],
  },
  {
    it: 'changes a bucket',
    want: spec({ buckets: [{ ...bucket('photos'), versioning: true }] }),
    seen: present(),
    steps: ['putBucket'],
  },
  { it: 'removes a bucket', want: spec({ buckets: [] }), seen: present(), steps: ['removeBucket'] },
  { it: 'restarts for another port', want: spec({ port: 9001 }), seen: present(), steps: ['restart'] },
  { it: 'starts what died', want: spec(), seen: present({ state: 'failed' }), steps: ['start'] },
  {
    it: 'starts the gateway although healing is blocked',
    want: spec(),
    seen: { ...blocked, state: 'failed' },
    steps: ['start'],
  },
  {
    it: 'is never made again with other shards',
    want: spec({ dataShards: 1, namespace: 'other' }),
    seen: present(),
    steps: [],
  },
  { it: 'stops what is stopped on purpose', want: spec({ running: false }), seen: present(), steps: ['stop'] },
  { it: 'touches no stranger', want: spec(), seen: { presence: 'foreign' }, steps: [] },
  { it: 'is stopped and kept when retired', want: 'retired', seen: present(), steps: ['stop'] },
  { it: 'is stopped and destroyed when it must go', want: 'absent', seen: present(), steps: ['stop', 'destroy'] },
];

describe('an s3', () => {
  for (const row of rows)
    it(row.it, () => {
      const steps = s3.diff(row.want, row.seen).map(({ op, args }) => {
        if (op === 'replaceShard') return `${op} ${args.out} ${args.in}`;
        if (op === 'configure') return `${op} ${Object.keys(args).join()}`;
        if (op === 'addShard') return `${op} ${args.in}`;
        return op === 'removeShard' ? `${op} ${args.out}` : op;
      });
      expect(steps).to.deep.equal(row.steps);
    });

  const refused = (want: Want<S3Spec>, seen: S3Status): readonly string[] =>
    (s3.refusals?.(want, seen) ?? []).map(({ text }) => text);

  it('says that healing is blocked, and by what', () => {
    expect(refused(spec(), blocked)).to.deep.equal([
      'healing blocked: z1, z2 failed, more than the parity bears; bring one back, nothing is changed until then',
    ]);
  });

  it('refuses too few zerodbs, and more parity than data', () => {
    expect(refused(spec({ dataShards: 2, parityShards: 3 }), { presence: 'absent' })).to.deep.equal([
      'zerodbs: 2 + 3 shards need 5 zerodbs, 3 are given',
      'parityShards: 3 is more than the 2 dataShards',
    ]);
  });

  it('asks for consent to remove a bucket only when objects are in it', () => {
    const empty = present({ buckets: [{ settings: bucket('photos'), objects: 0 }] });
    expect(s3.diff(spec({ buckets: [] }), present())[0]).to.include({ risk: 'destructive' });
    expect(s3.diff(spec({ buckets: [] }), empty)[0]).to.include({ risk: 'safe' });
  });
});
