// A filesystem is a folder of its own in a pool. It is made once and then only changed in place; while its pool is not
// mounted it waits, because making another one elsewhere would look like lost data.
// Full is a matter of health: it clears as soon as somebody deletes something, so it is never given up.

import { defineActor, type Status, type StepOf } from '../engine/model/actor.ts';
import { why } from '../engine/model/drift.ts';
import { changedFields, isRefused, refusedFields } from '../engine/model/field-drift.ts';
import { asKindSchema } from '../engine/model/schema.ts';
import { formatSize } from '../engine/model/units.ts';
import type { Filesystems, FilesystemSettings, StorageLabels } from '../drivers/storage/port.ts';
import filesystemSchema from '../schemas/filesystem.schema.json' with { type: 'json' };
import type { FilesystemSpec } from '../schemas/types.ts';
import { contradictionsOf } from './filesystem/contradictions.ts';
import { optionalText, textArgument } from './storage/arguments.ts';
import { pick, seen } from './storage/settings.ts';

const schema = asKindSchema(filesystemSchema);
const SETTINGS = [
  'quota',
  'readOnly',
  'compress',
  'copyOnWrite',
  'mode',
  'owner',
  'noAccessTime',
  'snapshots',
  'thresholds',
];

export interface FilesystemStatus extends Status {
  readonly reachable?: boolean;
  readonly used?: number;
}

type Ops = {
  create: { readonly pool: string; readonly settings: FilesystemSettings };
  configure: FilesystemSettings;
  destroy: Record<string, never>;
};

export const filesystem = defineActor<FilesystemSpec, FilesystemStatus, Filesystems & StorageLabels, Ops>()({
  kind: 'filesystem',
  version: '1.0.0',
  schema,
  port: 'storage',

  async observe(driver, { key }) {
    const view = await driver.inspectFilesystem(key);
    if (view.presence !== 'present') return view;
    const { settings, used, reachable, path } = view;
    const { warning = 90, error = 99 } = (settings['thresholds'] ?? {}) as { warning?: number; error?: number }; // its shape is the schema's
    const quota = settings.quota as number | undefined; // likewise
    const percent = quota !== undefined && quota > 0 ? (used / quota) * 100 : 0;
    return {
      presence: 'present',
      milestone: reachable ? 'ready' : 'exists',
      health: percent >= error ? 'error' : percent >= warning || !reachable ? 'warning' : 'ok',
      reachable,
      used,
      config: {
        storagepool: view.pool,
        ...seen(settings, SETTINGS),
      },
      outputs: { path },
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
      const because = why(
        'presence',
        'absent',
        'present',
        `the filesystem is not there; it is made in storagepool/${want.storagepool}`,
      );
      return [{ op: 'create', args: { pool: want.storagepool!, settings: pick(want, SETTINGS) }, why: because }];
    }
    if (status.reachable === false) return [];
    const settings = pick(want, SETTINGS);
    const steps: StepOf<Ops>[] = [];
    for (const changed of changedFields(schema, want, status.config)) {
      if (isRefused(changed) || (changed.field === 'quota' && belowUse(want, status))) continue;
      steps.push({ op: 'configure', args: { [changed.field]: settings[changed.field] }, why: changed.why });
    }
    return steps;
  },

  refusals(want, status) {
    if (typeof want === 'string' || status.presence !== 'present') return [];
    const refused = refusedFields(schema, want, status.config);
    if (!belowUse(want, status)) return refused;
    const text = `quota: ${formatSize(want.quota)} is below the ${formatSize(status.used ?? 0)} in use`;
    return [...refused, why('quota', status.config?.['quota'], want.quota, text)];
  },

  contradictions: contradictionsOf,

  steps: {
    create: {
      risk: 'safe',
      summary: 'make the filesystem',
      run: (driver, { pool, settings }, { key, uid, hash }) =>
        driver.createFilesystem(key, { uid, hash }, pool, settings),
    },
    configure: {
      risk: 'safe',
      summary: 'change a setting',
      run: (driver, changes, { key }) => driver.configureFilesystem(key, changes),
    },
    destroy: {
      risk: 'destructive',
      summary: 'destroy the filesystem with its snapshots',
      run: (driver, _args, { key }) => driver.destroyFilesystem(key),
    },
  },

  rekey: (driver, from, { key, uid, hash }) => driver.rekey(from, key, { uid, hash }),
  adopt: (driver, nativeId, { key, uid, hash }) => driver.adopt(key, nativeId, { uid, hash }),

  actions: {
    snapshot: {
      summary: 'Take a snapshot that belongs to this filesystem.',
      risk: 'safe',
      args: optionalText('name', 'Name of the snapshot; without one it is called after the run.'),
      async run(driver, { name }, { key, run }) {
        const snapshot = typeof name === 'string' ? name : run;
        await driver.snapshotFilesystem(key, snapshot);
        return { name: snapshot };
      },
    },
    rollback: {
      summary: 'Put one of its snapshots back; what is there now is kept as a snapshot.',
      risk: 'disruptive',
      args: textArgument('to', 'Name of the snapshot to go back to.'),
      async run(driver, { to }, { key }) {
        return { kept: await driver.rollbackFilesystem(key, to as string) };
      },
    },
  },
  policy: { ladder: ['restart'] },
});

function belowUse(want: FilesystemSpec, status: FilesystemStatus): boolean {
  return want.quota > 0 && want.quota < (status.used ?? 0);
}
