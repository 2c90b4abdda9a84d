// A virtual machine. What it computes with may be made again at any time, what it remembers lies on vdisks. Disks and cards come
// and go while it runs; the rest needs a restart, and only another image makes the machine anew.

import { defineActor, type Status, type StepOf, type Want } from '../engine/model/actor.ts';
import { why } from '../engine/model/drift.ts';
import { changedFields, type ChangedField } from '../engine/model/field-drift.ts';
import { jsonEqual, type JsonObject } from '../engine/model/json.ts';
import { asKindSchema } from '../engine/model/schema.ts';
import type { DiskWish, NicWish, VmDriver, VmPresent } from '../drivers/vms/port.ts';
import vmSchema from '../schemas/vm.schema.json' with { type: 'json' };
import type { VmSpec } from '../schemas/types.ts';
import { contradictionsOf } from './vm/contradictions.ts';
import { byName, pick, seen } from './storage/settings.ts';

const schema = asKindSchema(vmSchema);
/** What the driver keeps as settings; disks and cards go their own way, `node` is placement. */
const SETTINGS = Object.keys(schema.properties).filter((field) => !['node', 'disks', 'nics'].includes(field));

export interface VmStatus extends Status {
  readonly state?: VmPresent['state'];
  readonly disks?: readonly DiskWish[];
  readonly nics?: readonly NicWish[];
}

type Ops = {
  create: JsonObject;
  attachDisk: DiskWish;
  detachDisk: { readonly vdisk: string };
  attachNic: NicWish;
  detachNic: { readonly name: string };
  start: Record<string, never>;
  resume: Record<string, never>;
  stop: { readonly withinMs: number };
  configure: JsonObject;
  restart: { readonly changes: JsonObject; readonly withinMs: number };
  remove: Record<string, never>;
};

export const vm = defineActor<VmSpec, VmStatus, VmDriver, Ops>()({
  kind: 'vm',
  version: '1.0.0',
  schema,
  port: 'vms',

  async observe(driver, { key }) {
    const view = await driver.inspectVm(key);
    if (view.presence !== 'present') return view;
    const { state, settings, disks, nics, address } = view;
    return {
      presence: 'present',
      milestone: state === 'running' ? 'ready' : 'exists',
      health: state === 'crashed' ? 'error' : 'ok',
      state,
      disks,
      nics,
      config: {
        ...seen(settings, SETTINGS),
        disks: byName(disks, 'vdisk'),
        nics: byName(nics),
      },
      ...(address !== undefined && { outputs: { address } }),
    };
  },

  diff(want, status) {
    if (status.presence === 'foreign') return [];
    if (typeof want === 'string') return leave(want, status);

    const changed = changedFields(schema, want, status.config).filter(
      ({ field }) => field !== 'disks' && field !== 'nics',
    );
    const another = changed.find(({ change }) => change === 'replace');
    const start: StepOf<Ops> = {
      op: 'start',
      args: {},
      why: another?.why ?? why('state', status.state ?? 'absent', 'running'),
    };
    if (status.presence === 'absent' || another !== undefined) {
      const because = another?.why ?? why('presence', 'absent', 'present', 'the machine is not there');
      const removal: readonly StepOf<Ops>[] =
        status.presence === 'absent' ? [] : [...stop(want, status, another), { op: 'remove', args: {}, why: because }];
      const hardware = hardwareSteps(want, { presence: 'absent' });
      return [
        ...removal,
        { op: 'create', args: pick(want, SETTINGS), why: because },
        ...hardware,
        ...(want.running ? [start] : []),
      ];
    }
    const steps: StepOf<Ops>[] = [];
    const cold = changed.filter(({ change }) => change === 'restart');
    const live = status.state === 'running' || status.state === 'paused';
    for (const { field, change, why: because } of changed) {
      if (change === 'live' || !live) steps.push({ op: 'configure', args: pick(want, [field]), why: because });
    }
    steps.push(...hardwareSteps(want, status));
    if (!want.running) return [...stop(want, status), ...steps];
    if (live && cold.length > 0) {
      const changes = pick(
        want,
        cold.map(({ field }) => field),
      );
      const because = { ...cold[0]!.why, text: cold.map((field) => field.why.text).join('; ') }; // there is one
      return [...steps, { op: 'restart', args: { changes, withinMs: want.stopAfter }, why: because }];
    }
    if (status.state === 'paused') steps.push({ op: 'resume', args: {}, why: why('state', 'paused', 'running') });
    else if (!live) steps.push(start);
    return steps;
  },

  refusals(want) {
    if (typeof want === 'string') return [];
    const twice = [...repeated(want.disks.map(({ vdisk }) => vdisk)), ...repeated(want.nics.map(({ name }) => name))];
    return twice.map((name) =>
      why(name, 'twice', 'once', `${name} is given twice; a machine has each disk and each card once`),
    );
  },

  contradictions: contradictionsOf,

  steps: {
    create: {
      risk: 'safe',
      summary: 'define the machine',
      timeoutMs: 600_000,
      run: (driver, settings, { key, uid, hash, signal }) => driver.createVm(key, { uid, hash }, settings, signal),
    },
    attachDisk: {
      risk: 'safe',
      summary: 'attach a disk',
      run: (driver, disk, { key }) => driver.attachDisk(key, disk),
    },
    detachDisk: {
      risk: 'disruptive',
      summary: 'detach a disk',
      run: (driver, { vdisk }, { key }) => driver.detachDisk(key, vdisk),
    },
    attachNic: {
      risk: 'safe',
      summary: 'add a network card',
      run: (driver, nic, { key }) => driver.attachNic(key, nic),
    },
    detachNic: {
      risk: 'disruptive',
      summary: 'remove a network card',
      run: (driver, { name }, { key }) => driver.detachNic(key, name),
    },
    start: { risk: 'safe', summary: 'start the machine', run: (driver, _args, { key }) => driver.startVm(key) },
    resume: { risk: 'safe', summary: 'resume the machine', run: (driver, _args, { key }) => driver.resumeVm(key) },
    stop: {
      risk: 'disruptive',
      summary: 'shut the machine down',
      timeoutMs: 3_660_000,
      run: (driver, { withinMs }, { key, signal }) => driver.stopVm(key, withinMs, signal),
    },
    configure: {
      risk: 'safe',
      summary: 'change a setting',
      run: (driver, changes, { key }) => driver.configureVm(key, changes),
    },
    restart: {
      risk: 'disruptive',
      summary: 'restart the machine with other settings',
      timeoutMs: 3_660_000,
      async run(driver, { changes, withinMs }, { key, signal }) {
        await driver.stopVm(key, withinMs, signal);
        await driver.configureVm(key, changes);
        await driver.startVm(key);
      },
    },
    remove: {
      risk: 'disruptive',
      summary: 'remove the machine; its vdisks stay',
      run: (driver, _args, { key }) => driver.removeVm(key),
    },
  },

  rekey: (driver, from, { key, uid, hash }) => driver.rekey(from, key, { uid, hash }),
  adopt: (driver, nativeId, { key, uid, hash }) => driver.adopt(key, nativeId, { uid, hash }),

  actions: {
    reset: {
      summary: 'Press the reset button: no shutdown, it starts anew at once.',
      risk: 'disruptive',
      run: (driver, _args, { key }) => driver.resetVm(key).then(() => null),
    },
    pause: {
      summary: 'Stop its processors; pause the service as well, or it is resumed.',
      risk: 'disruptive',
      run: (driver, _args, { key }) => driver.pauseVm(key).then(() => null),
    },
    resume: {
      summary: 'Let its processors go on.',
      risk: 'safe',
      run: (driver, _args, { key }) => driver.resumeVm(key).then(() => null),
    },
  },
  policy: { stepMs: 120_000 },
});

function leave(want: Want<VmSpec>, status: VmStatus): readonly StepOf<Ops>[] {
  if (status.presence !== 'present') return [];
  const steps: StepOf<Ops>[] = [];
  if (status.state !== undefined && status.state !== 'stopped')
    steps.push({ op: 'stop', args: { withinMs: 60_000 }, why: why('state', status.state, 'stopped') });
  if (want === 'absent') steps.push({ op: 'remove', args: {}, why: why('presence', 'present', 'absent') });
  return steps;
}

function stop(want: VmSpec, status: VmStatus, because?: ChangedField): readonly StepOf<Ops>[] {
  if (status.state === 'stopped') return [];
  return [
    { op: 'stop', args: { withinMs: want.stopAfter }, why: because?.why ?? why('state', status.state, 'stopped') },
  ];
}

/** Detaches before it attaches, so that a disk can go from one place to another. */
function hardwareSteps(want: VmSpec, status: VmStatus): readonly StepOf<Ops>[] {
  const disks = status.disks ?? [];
  const nics = status.nics ?? [];
  const steps: StepOf<Ops>[] = [];
  for (const { vdisk } of disks) {
    if (!want.disks.some((disk) => disk.vdisk === vdisk))
      steps.push({ op: 'detachDisk', args: { vdisk }, why: why(`disks[${vdisk}]`, 'attached', null) });
  }
  for (const { name } of nics) {
    if (!want.nics.some((nic) => nic.name === name))
      steps.push({ op: 'detachNic', args: { name }, why: why(`nics[${name}]`, 'attached', null) });
  }
  for (const disk of want.disks.filter(
    ({ vdisk }, i) => want.disks.findIndex((other) => other.vdisk === vdisk) === i,
  )) {
    const have = disks.find(({ vdisk }) => vdisk === disk.vdisk);
    if (!jsonEqual(disk, have))
      steps.push({
        op: 'attachDisk',
        args: disk,
        why: why(`disks[${disk.vdisk}]`, have ?? null, disk),
      });
  }
  for (const nic of want.nics.filter(({ name }, i) => want.nics.findIndex((other) => other.name === name) === i)) {
    const have = nics.find(({ name }) => name === nic.name);
    if (!jsonEqual(nic, have))
      steps.push({
        op: 'attachNic',
        args: nic,
        why: why(`nics[${nic.name}]`, have ?? null, nic),
      });
  }
  return steps;
}

function repeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, i) => names.indexOf(name) !== i))];
}
