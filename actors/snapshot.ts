// A snapshot is one moment of a filesystem or a vdisk. It is taken once; nothing in this file takes it again while it is there,
// because the second one would be another moment.

import { defineActor, type Status, type StepOf } from '../engine/model/actor.ts';
import { why } from '../engine/model/drift.ts';
import { changedFields, isRefused, refusedFields } from '../engine/model/field-drift.ts';
import { asKindSchema } from '../engine/model/schema.ts';
import type { JsonObject } from '../engine/model/json.ts';
import type { SnapshotSource, Snapshots, StorageLabels } from '../drivers/storage/port.ts';
import snapshotSchema from '../schemas/snapshot.schema.json' with { type: 'json' };
import type { SnapshotSpec } from '../schemas/types.ts';
import { pick, seen } from './storage/settings.ts';

const schema = asKindSchema(snapshotSchema);
const SETTINGS = ['readOnly', 'flush', 'note'];

type Ops = {
  take: { readonly source: SnapshotSource; readonly settings: JsonObject };
  configure: JsonObject;
  destroy: Record<string, never>;
};

export const snapshot = defineActor<SnapshotSpec, Status, Snapshots & StorageLabels, Ops>()({
  kind: 'snapshot',
  version: '1.0.0',
  schema,
  port: 'storage',

  async observe(driver, { key }) {
    const view = await driver.inspectSnapshot(key);
    if (view.presence !== 'present') return view;
    return {
      presence: 'present',
      milestone: 'ready',
      health: 'ok',
      config: {
        filesystem: view.source.kind === 'filesystem' ? view.source.name : null,
        vdisk: view.source.kind === 'vdisk' ? view.source.name : null,
        ...seen(view.settings, SETTINGS),
      },
      outputs: { path: view.path },
    };
  },

  diff(want, status) {
    if (status.presence === 'foreign' || want === 'retired') return [];
    if (want === 'absent') {
      return status.presence === 'present'
        ? [{ op: 'destroy', args: {}, why: why('presence', 'present', 'absent') }]
        : [];
    }
    if (status.presence === 'absent') {
      const source = sourceOf(want);
      const because = why(
        'presence',
        'absent',
        'present',
        `the snapshot is not there; it is taken of ${source.kind}/${source.name}`,
      );
      return [{ op: 'take', args: { source, settings: pick(want, SETTINGS) }, why: because }];
    }
    const settings = pick(want, SETTINGS);
    const steps: StepOf<Ops>[] = [];
    for (const changed of changedFields(schema, want, status.config)) {
      if (!isRefused(changed))
        steps.push({ op: 'configure', args: { [changed.field]: settings[changed.field] }, why: changed.why });
    }
    return steps;
  },

  refusals: (want, status) =>
    typeof want === 'string' || status.presence !== 'present' ? [] : refusedFields(schema, want, status.config),

  steps: {
    take: {
      risk: 'safe',
      summary: 'take the snapshot',
      run: (driver, { source, settings }, { key, uid, hash }) =>
        driver.takeSnapshot(key, { uid, hash }, source, settings),
    },
    configure: {
      risk: 'safe',
      summary: 'change a setting',
      run: (driver, changes, { key }) => driver.configureSnapshot(key, changes),
    },
    destroy: {
      risk: 'destructive',
      summary: 'destroy the snapshot',
      run: (driver, _args, { key }) => driver.destroySnapshot(key),
    },
  },

  rekey: (driver, from, { key, uid, hash }) => driver.rekey(from, key, { uid, hash }),
  adopt: (driver, nativeId, { key, uid, hash }) => driver.adopt(key, nativeId, { uid, hash }),

  actions: {
    restore: {
      summary: 'Put it back into the filesystem or vdisk it was taken of; the state there now is kept.',
      risk: 'disruptive',
      async run(driver, _args, { key }) {
        return { kept: await driver.restoreSnapshot(key) };
      },
    },
  },
  policy: { ladder: ['restart'] },
});

function sourceOf({ filesystem, vdisk }: SnapshotSpec): SnapshotSource {
  return filesystem !== undefined ? { kind: 'filesystem', name: filesystem } : { kind: 'vdisk', name: vdisk ?? '' };
}
