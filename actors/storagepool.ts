// A storage pool: devices of one node under one profile. Its diff brings in spares and devices and lets go of what is no
// longer wanted, one device at a time, and never below what the pool needs; it never makes a pool again that has members.
// Degraded without a spare is a warning, it goes on; with more gone than the profile bears a person is needed, and it is
// looked at again while parked, since a disk may come back.

import { defineActor, type StepOf, type Want } from '../engine/model/actor.ts';
import { why } from '../engine/model/drift.ts';
import { changedFields, isRefused } from '../engine/model/field-drift.ts';
import type { PoolView, StorageLabels, StoragePools } from '../drivers/storage/port.ts';
import type { StoragepoolSpec } from '../schemas/types.ts';
import { contradictionsOf } from './storagepool/contradictions.ts';
import { pick } from './storage/settings.ts';
import { deviceSteps } from './storagepool/devices.ts';
import { deviceRefusals, profileRefusals } from './storagepool/refusals.ts';
import { FEWEST, holds, schema, settingsOf, wishOf, type Ops, type StoragepoolStatus } from './storagepool/status.ts';

export const storagepool = defineActor<StoragepoolSpec, StoragepoolStatus, StoragePools & StorageLabels, Ops>()({
  kind: 'storagepool',
  version: '1.0.0',
  schema,
  port: 'storage',

  async observe(driver, { key }) {
    return statusOf(await driver.inspectPool(key));
  },

  diff(want, status) {
    if (status.presence === 'foreign') return [];
    if (typeof want === 'string' || (!want.running && status.presence === 'present')) return leave(want, status);
    const settings = settingsOf(want);
    const mount: StepOf<Ops> = { op: 'mount', args: {}, why: why('mounted', false, true) };
    if (status.presence === 'absent') {
      const from = why(
        'presence',
        'absent',
        'present',
        `the pool is not there; it is made of ${want.devices.map((device) => wishOf(device).path).join(', ')}`,
      );
      const lost = want.devices.map(wishOf).filter((wish) => wish.overwrite && holds(status, wish.path));
      return [
        {
          op: 'create',
          args: { devices: want.devices.map(wishOf), settings },
          why: from,
          ...(lost.length > 0 && { risk: 'destructive' }),
        },
        ...(want.running ? [mount] : []),
      ];
    }
    if (status.state === 'error') return []; // more is gone than can be repaired: touch nothing, see refusals
    const steps: StepOf<Ops>[] = [];
    const remount = changedFields(schema, { ...settings }, status.config).find(({ field }) => field === 'mountpoint');
    if (remount !== undefined)
      steps.push({ op: 'remount', args: { mountpoint: settings.mountpoint! }, why: remount.why }); // it drifted, so it is wanted
    else if (status.mountedAt === undefined) return [mount]; // the rest is seen then
    return [...steps, ...deviceSteps(want, status), ...settingSteps(want, status)];
  },

  refusals(want, status) {
    if (typeof want === 'string' || status.presence === 'foreign') return [];
    return [...profileRefusals(want, status), ...deviceRefusals(want, status)];
  },

  contradictions: contradictionsOf,

  stuck(want, status) {
    if (typeof want === 'string' || status.state !== 'error') return undefined;
    const [gone] = deviceRefusals(want, status);
    const hint = 'plug the devices in again; it goes on by itself then';
    return gone && { message: gone.text, hint, mayClear: true };
  },

  steps: {
    create: {
      risk: 'safe',
      summary: 'make the pool',
      timeoutMs: 300_000,
      run: (driver, { devices, settings }, { key, uid, hash, signal }) =>
        driver.createPool(key, { uid, hash }, devices, settings, signal),
    },
    mount: { risk: 'safe', summary: 'mount the pool', run: (driver, _args, { key }) => driver.mountPool(key) },
    remount: {
      risk: 'disruptive',
      summary: 'mount the pool in another place',
      async run(driver, args, { key, signal }) {
        await driver.configurePool(key, args, signal);
        await driver.unmountPool(key);
        await driver.mountPool(key);
      },
    },
    unmount: {
      risk: 'disruptive',
      summary: 'unmount the pool',
      run: (driver, _args, { key }) => driver.unmountPool(key),
    },
    addDevice: {
      risk: 'safe',
      summary: 'add a device',
      run: (driver, wish, { key, signal }) => driver.exchangeDevice(key, { in: wish }, signal),
    },
    removeDevice: {
      risk: 'disruptive',
      summary: 'empty a device and release it',
      timeoutMs: 86_400_000,
      run: (driver, { path }, { key, signal }) => driver.exchangeDevice(key, { out: path }, signal),
    },
    replaceDevice: {
      risk: 'safe',
      summary: 'replace a device',
      timeoutMs: 86_400_000,
      run: (driver, change, { key, signal }) => driver.exchangeDevice(key, change, signal),
    },
    convert: {
      risk: 'disruptive',
      summary: 'convert the pool to another profile',
      timeoutMs: 86_400_000,
      run: (driver, changes, { key, signal }) => driver.configurePool(key, changes, signal),
    },
    configure: {
      risk: 'safe',
      summary: 'change a setting',
      run: (driver, changes, { key, signal }) => driver.configurePool(key, changes, signal),
    },
    destroy: {
      risk: 'destructive',
      summary: 'destroy the pool and what is on it',
      run: (driver, _args, { key }) => driver.destroyPool(key),
    },
  },

  rekey: (driver, from, { key, uid, hash }) => driver.rekey(from, key, { uid, hash }),
  adopt: (driver, nativeId, { key, uid, hash }) => driver.adopt(key, nativeId, { uid, hash }),

  actions: {
    scrub: {
      summary: 'Read everything, check it against its checksums and repair what has a good copy.',
      risk: 'safe',
      timeoutMs: 86_400_000,
      async run(driver, _args, { key, signal }) {
        return { ...(await driver.scrubPool(key, signal)) };
      },
    },
  },
  recurring: [{ action: 'scrub', everyMs: 30 * 86_400_000 }],
  policy: { observeMs: 20_000, stepMs: 300_000, ladder: ['restart'] },
});

function statusOf(view: PoolView): StoragepoolStatus {
  const { devices } = view;
  if (view.presence !== 'present') return { ...view, members: [], devices };
  const { settings, mountedAt, state, members } = view;
  const { warning = 90, error = 99 } = (settings['thresholds'] ?? {}) as { warning?: number; error?: number }; // its shape is the schema's
  const percent = view.capacity > 0 ? (view.used / view.capacity) * 100 : 0;
  const bad = state === 'error' || percent >= error;
  return {
    presence: 'present',
    milestone: mountedAt === undefined ? 'exists' : 'ready',
    health: bad ? 'error' : state === 'degraded' || percent >= warning || view.uncorrectable > 0 ? 'warning' : 'ok',
    state,
    members,
    devices,
    // What is not mounted cannot be asked.
    ...(mountedAt !== undefined && {
      config: {
        dataProfile: null,
        metadataProfile: null,
        compress: null,
        scrub: null,
        thresholds: null,
        ...settings,
        mountpoint: settings['mountpoint'] ?? null,
      },
    }),
    ...(mountedAt !== undefined && { mountedAt, outputs: { mountpoint: mountedAt } }),
  };
}

function leave(want: Want<StoragepoolSpec>, status: StoragepoolStatus): readonly StepOf<Ops>[] {
  if (status.presence !== 'present') return [];
  const steps: StepOf<Ops>[] = [];
  if (status.mountedAt !== undefined) steps.push({ op: 'unmount', args: {}, why: why('mounted', true, false) });
  if (want === 'absent') steps.push({ op: 'destroy', args: {}, why: why('presence', 'present', 'absent') });
  return steps;
}

function settingSteps(want: StoragepoolSpec, status: StoragepoolStatus): readonly StepOf<Ops>[] {
  const settings = settingsOf(want);
  const members = status.members?.length ?? 0;
  const steps: StepOf<Ops>[] = [];
  for (const changed of changedFields(schema, { ...settings }, status.config)) {
    const args = pick({ ...settings }, [changed.field]);
    if (changed.field === 'mountpoint') continue;
    if (!isRefused(changed)) steps.push({ op: 'configure', args, why: changed.why });
    else if (
      want.convert &&
      status.state === 'healthy' &&
      members >= FEWEST[settings[changed.field as 'dataProfile' | 'metadataProfile']]
    )
      // only these two are refused
      steps.push({ op: 'convert', args, why: changed.why });
  }
  return steps;
}
