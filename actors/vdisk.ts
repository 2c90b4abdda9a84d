// A virtual disk holds data, so its diff knows no way to make it again: it grows, it is attached and detached, its parts are
// rebuilt, and what cannot be changed in place is refused with both values. Only a wish for its absence destroys it.
// With more zerodbs gone than it bears, a person is needed; one that comes back by itself is seen while it is parked.

import { defineActor, type Status, type StepOf } from '../engine/model/actor.ts';
import { why } from '../engine/model/drift.ts';
import { changedFields, isRefused, refusedFields } from '../engine/model/field-drift.ts';
import type { JsonObject } from '../engine/model/json.ts';
import { asKindSchema } from '../engine/model/schema.ts';
import type { VdiskDriver, VdiskPresent, VdiskSettings } from '../drivers/vdisks/port.ts';
import vdiskSchema from '../schemas/vdisk.schema.json' with { type: 'json' };
import type { VdiskSpec } from '../schemas/types.ts';
import { contradictionsOf } from './vdisk/contradictions.ts';
import { optionalText, textArgument } from './storage/arguments.ts';
import { pick, seen } from './storage/settings.ts';

const schema = asKindSchema(vdiskSchema);
/** What the driver keeps; the number of replicas is not a matter of one disk. */
const FIELDS = Object.keys(schema.properties).filter((field) => field !== 'replicas');

const LOST = 'more zerodbs are gone than its redundancy bears; bring one back, nothing is changed until then';

export interface VdiskStatus extends Status {
  readonly attached?: boolean;
  readonly attachedReadOnly?: boolean;
  readonly parts?: VdiskPresent['parts'];
  readonly rebuildable?: boolean;
}

type Ops = {
  create: VdiskSettings;
  grow: { readonly size: number };
  configure: JsonObject;
  repair: Record<string, never>;
  attach: { readonly readOnly: boolean };
  reattach: { readonly readOnly: boolean };
  detach: Record<string, never>;
  destroy: Record<string, never>;
};

export const vdisk = defineActor<VdiskSpec, VdiskStatus, VdiskDriver, Ops>()({
  kind: 'vdisk',
  version: '1.0.0',
  schema,
  port: 'vdisks',

  async observe(driver, { key }) {
    const view = await driver.inspectVdisk(key);
    if (view.presence !== 'present') return view;
    const { device, parts, url } = view;
    return {
      presence: 'present',
      milestone: device === undefined || parts === 'lost' ? 'exists' : 'ready',
      health: parts === 'lost' ? 'error' : parts === 'degraded' ? 'warning' : 'ok',
      attached: device !== undefined,
      attachedReadOnly: view.attachedReadOnly,
      parts,
      rebuildable: view.rebuildable,
      // Whether it may be written is a matter of the attachment; without one there is nothing to compare.
      config: {
        ...seen(
          view.settings,
          FIELDS.filter((field) => field !== 'readOnly'),
        ),
        ...(device !== undefined && { readOnly: view.attachedReadOnly }),
      },
      outputs: { url, ...(device !== undefined && { device }) },
    };
  },

  diff(want, status) {
    if (status.presence === 'foreign') return [];
    const detach: StepOf<Ops>[] =
      status.attached === true ? [{ op: 'detach', args: {}, why: why('attached', true, false) }] : [];
    if (want === 'retired') return detach;
    if (want === 'absent') {
      return status.presence === 'absent'
        ? []
        : [...detach, { op: 'destroy', args: {}, why: why('presence', 'present', 'absent') }];
    }
    const { readOnly, running } = want;
    const attach: StepOf<Ops> = { op: 'attach', args: { readOnly }, why: why('attached', false, true) };
    if (status.presence === 'absent') {
      const create: StepOf<Ops> = {
        op: 'create',
        args: pick(want, FIELDS) as VdiskSettings,
        why: why('presence', 'absent', 'present', 'the vdisk is not there'),
      };
      return running ? [create, attach] : [create];
    }
    if (status.parts === 'lost') return []; // nothing can be rebuilt: touch nothing, see refusals
    const steps: StepOf<Ops>[] = running ? [] : detach;
    const repair: StepOf<Ops> = {
      op: 'repair',
      args: {},
      why: why(
        'parts',
        'degraded',
        'optimal',
        'parts of it are missing; they are rebuilt on the zerodbs that are left',
      ),
    };
    if (status.parts === 'degraded' && status.rebuildable === true) steps.push(repair);
    for (const changed of changedFields(schema, want, status.config)) {
      if (isRefused(changed)) continue;
      if (changed.field === 'size') steps.push({ op: 'grow', args: { size: want.size }, why: changed.why });
      else if (changed.field === 'readOnly') {
        if (status.attached === true && running) steps.push({ op: 'reattach', args: { readOnly }, why: changed.why });
      } else
        steps.push({
          op: 'configure',
          args: pick(want, [changed.field]),
          why: changed.why,
        });
    }
    if (running && status.attached !== true) steps.push(attach);
    return steps;
  },

  refusals(want, status) {
    if (typeof want === 'string' || status.presence === 'foreign') return [];
    const blockSize = Number.isInteger(Math.log2(want.blockSize))
      ? []
      : [why('blockSize', want.blockSize, 'a power of two')];
    const lost = status.parts === 'lost' ? [why('parts', 'lost', 'optimal', `parts: ${LOST}`)] : [];
    return [...blockSize, ...lost, ...refusedFields(schema, want, status.config)];
  },

  contradictions: contradictionsOf,

  stuck(want, status) {
    if (typeof want === 'string' || status.parts !== 'lost') return undefined;
    const hint = 'bring one of its zerodbs back; it goes on by itself then';
    return { message: LOST, hint, mayClear: true };
  },

  steps: {
    create: {
      risk: 'safe',
      summary: 'make the vdisk',
      timeoutMs: 600_000,
      run: (driver, settings, { key, uid, hash, signal }) => driver.createVdisk(key, { uid, hash }, settings, signal),
    },
    grow: { risk: 'safe', summary: 'make it larger', run: (driver, { size }, { key }) => driver.growVdisk(key, size) },
    configure: {
      risk: 'safe',
      summary: 'change a setting',
      timeoutMs: 86_400_000,
      run: (driver, changes, { key, signal }) => driver.configureVdisk(key, changes, signal),
    },
    repair: {
      risk: 'safe',
      summary: 'rebuild the missing parts',
      timeoutMs: 86_400_000,
      run: (driver, _args, { key, signal }) => driver.repairVdisk(key, signal),
    },
    attach: { risk: 'safe', summary: 'attach it', run: (driver, options, { key }) => driver.attachVdisk(key, options) },
    reattach: {
      risk: 'disruptive',
      summary: 'detach it and attach it again',
      async run(driver, options, { key }) {
        await driver.detachVdisk(key);
        await driver.attachVdisk(key, options);
      },
    },
    detach: { risk: 'disruptive', summary: 'detach it', run: (driver, _args, { key }) => driver.detachVdisk(key) },
    destroy: {
      risk: 'destructive',
      summary: 'destroy the vdisk and its snapshots',
      run: (driver, _args, { key }) => driver.destroyVdisk(key),
    },
  },

  rekey: (driver, from, { key, uid, hash }) => driver.rekey(from, key, { uid, hash }),
  adopt: (driver, nativeId, { key, uid, hash }) => driver.adopt(key, nativeId, { uid, hash }),

  actions: {
    snapshot: {
      summary: 'Take a snapshot that belongs to this vdisk.',
      risk: 'safe',
      args: optionalText('name', 'Name of the snapshot; without one it is called after the run.'),
      async run(driver, { name }, { key, run }) {
        const snapshot = typeof name === 'string' ? name : run;
        await driver.snapshotVdisk(key, snapshot);
        return { name: snapshot };
      },
    },
    rollback: {
      summary: 'Go back to one of its snapshots; what is there now is kept as a snapshot.',
      risk: 'disruptive',
      args: textArgument('to', 'Name of the snapshot to go back to.'),
      async run(driver, { to }, { key }) {
        return { kept: await driver.rollbackVdisk(key, to as string) };
      },
    },
    export: {
      summary: 'Write a copy of it to a file of the node.',
      risk: 'safe',
      timeoutMs: 86_400_000,
      args: textArgument('to', 'File to write, in the data folder of the node agent.'),
      async run(driver, { to }, { key, signal }) {
        return { ...(await driver.exportVdisk(key, to as string, signal)) };
      },
    },
  },
  policy: { ladder: ['restart', 'move'] },
});
