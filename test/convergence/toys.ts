// Two small kinds that show what the engine must be able to do, so that loop, machine and contract can be tested without a
// real kind: a `lamp` is made, lit and made again; a `jar` holds data, grows, and may be lost only by consent.

import fc from 'fast-check';
import { anyActor } from '../../engine/model/registry.ts';
import { defineActor, type Status, type StepOf, type Want } from '../../engine/model/actor.ts';
import { why } from '../../engine/model/drift.ts';
import { EngineError } from '../../engine/model/errors.ts';
import { changedFields, isRefused } from '../../engine/model/field-drift.ts';
import type { JsonObject, JsonValue } from '../../engine/model/json.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import type { KindSchema } from '../../engine/model/schema.ts';
import { MemoryTable } from '../../drivers/memory-table.ts';
import type { Identity } from '../../drivers/presence.ts';
import type { ActorCase } from './actor-case.ts';

interface Toy {
  settings: Record<string, JsonValue | undefined>;
  on: boolean;
  content: string | undefined;
  broken: boolean;
}

export interface ToyView {
  readonly on: boolean;
  readonly settings: JsonObject;
  readonly broken: boolean;
}

export interface Toys {
  inspect(key: ServiceKey): Promise<ToyView | { readonly stranger: string } | undefined>;
  make(key: ServiceKey, identity: Identity, settings: JsonObject): Promise<void>;
  turn(key: ServiceKey, on: boolean): Promise<void>;
  change(key: ServiceKey, settings: JsonObject): Promise<void>;
  drop(key: ServiceKey): Promise<void>;
  rekey(from: ServiceKey, to: ServiceKey, identity: Identity): Promise<void>;
  adopt(key: ServiceKey, id: string, identity: Identity): Promise<void>;
}

export interface ToyWorld {
  readonly calls: string[];
  turnedOff(key: ServiceKey): void;
  smash(key: ServiceKey): void;
  /** It cannot be turned on any more; only a new one helps. */
  wear(key: ServiceKey): void;
  edit(key: ServiceKey, settings: JsonObject): void;
  putForeign(key: ServiceKey): string;
  pour(key: ServiceKey, content: string): boolean;
  content(key: ServiceKey): string | undefined;
}

export function memoryToys(): Toys & { readonly world: ToyWorld } {
  const table = new MemoryTable<Toy>();
  const calls: string[] = [];
  const toy = (key: ServiceKey): Toy => {
    const found = table.own(key);
    if (found === undefined) throw new EngineError('DRIVER_FAILED', `${key}: there is no such toy`);
    return found;
  };
  return {
    async inspect(key) {
      const stranger = table.foreign(key);
      if (stranger !== undefined) return { stranger: stranger.id };
      const found = table.own(key);
      return found && { on: found.on, settings: structuredClone(found.settings), broken: found.broken };
    },
    async make(key, { uid, hash }, settings) {
      calls.push(`make ${key}`);
      if (table.own(key) !== undefined) return;
      table.put(key, uid, hash, { settings: structuredClone(settings), on: false, content: undefined, broken: false });
    },
    async turn(key, on) {
      calls.push(`turn ${key} ${on ? 'on' : 'off'}`);
      const found = toy(key);
      if (on && found.broken) throw new EngineError('DRIVER_FAILED', `${key}: it does not light up`);
      found.on = on;
    },
    async change(key, settings) {
      calls.push(`change ${key}`);
      Object.assign(toy(key).settings, structuredClone(settings));
    },
    async drop(key) {
      calls.push(`drop ${key}`);
      if (table.own(key)?.on === true) throw new EngineError('DRIVER_REFUSED', `${key}: it is on`);
      table.remove(key);
    },
    rekey: async (from, to, { uid, hash }) => table.rekey(from, to, uid, hash),
    adopt: async (key, id, { uid, hash }) => table.adopt(key, id, uid, hash),
    world: {
      calls,
      turnedOff(key) {
        const found = table.own(key);
        if (found !== undefined) found.on = false;
      },
      smash: (key) => table.vanish(key),
      wear(key) {
        const found = table.own(key);
        if (found !== undefined) Object.assign(found, { on: false, broken: true });
      },
      edit(key, settings) {
        const found = table.own(key);
        if (found !== undefined) Object.assign(found.settings, settings);
      },
      putForeign: (key) => table.putForeign(key, { settings: {}, on: true, content: undefined, broken: false }),
      pour(key, content) {
        const found = table.own(key);
        if (found !== undefined) found.content = content;
        return found !== undefined;
      },
      content: (key) => table.own(key)?.content,
    },
  };
}

const lampSchema: KindSchema = {
  $id: 'lamp.schema.json',
  title: 'Lamp',
  description: 'A lamp.',
  type: 'object',
  additionalProperties: false,
  properties: {
    bulb: { type: 'string', 'x-change': 'replace' },
    colour: { type: 'string', 'x-change': 'live' },
    jar: { type: 'string', 'x-link': { kind: 'jar' }, 'x-change': 'replace' },
  },
};

const jarSchema: KindSchema = {
  $id: 'jar.schema.json',
  title: 'Jar',
  description: 'A jar.',
  type: 'object',
  additionalProperties: false,
  'x-holdsData': true,
  properties: {
    size: { type: 'integer', 'x-change': 'grow' },
    lid: { type: 'boolean', 'x-change': 'live' },
  },
};

type ToyStatus = Status & { readonly on?: boolean };

async function observe(driver: Toys, { key }: { readonly key: ServiceKey }): Promise<ToyStatus> {
  const view = await driver.inspect(key);
  if (view === undefined) return { presence: 'absent' };
  if ('stranger' in view) return { presence: 'foreign', foreign: { id: view.stranger } };
  return {
    presence: 'present',
    on: view.on,
    milestone: view.on ? 'ready' : 'exists',
    config: view.settings,
    outputs: { colour: view.settings['colour'] ?? null },
  };
}

interface Lamp {
  readonly bulb: string;
  readonly colour: string;
}
type LampOps = { create: JsonObject; start: null; stop: null; paint: { readonly colour: string }; remove: null };

export const lamp = defineActor<Lamp, ToyStatus, Toys, LampOps>()({
  kind: 'lamp',
  version: '1.0.0',
  schema: lampSchema,
  port: 'toys',
  observe,
  diff(want, status) {
    if (status.presence === 'foreign') return [];
    if (want === 'retired') return status.on === true ? [{ op: 'stop', args: null, why: why('on', true, false) }] : [];
    if (want === 'absent') return putAway(status, why('presence', 'present', 'absent'));
    if (status.presence === 'absent') return build(want);
    const changes = changedFields(lampSchema, { bulb: want.bulb, colour: want.colour }, status.config);
    const forced = changes.find(({ change }) => change === 'replace');
    if (forced !== undefined) return [...putAway(status, forced.why), ...build(want, forced.why)];
    const paint: StepOf<LampOps>[] = changes.map((changed) => ({
      op: 'paint',
      args: { colour: want.colour },
      why: changed.why,
    }));
    if (want.running && status.on !== true) return [...paint, { op: 'start', args: null, why: why('on', false, true) }];
    if (!want.running && status.on === true) return [...paint, { op: 'stop', args: null, why: why('on', true, false) }];
    return paint;
  },
  steps: {
    create: {
      risk: 'safe',
      summary: 'make it',
      run: (driver, args, context) => driver.make(context.key, context, args),
    },
    start: { risk: 'safe', summary: 'light it', run: (driver, _, { key }) => driver.turn(key, true) },
    stop: { risk: 'disruptive', summary: 'put it out', run: (driver, _, { key }) => driver.turn(key, false) },
    paint: { risk: 'safe', summary: 'paint it', run: (driver, args, { key }) => driver.change(key, args) },
    remove: { risk: 'disruptive', summary: 'put it away', run: (driver, _, { key }) => driver.drop(key) },
  },
  rekey: (driver, from, context) => driver.rekey(from, context.key, context),
  adopt: (driver, id, context) => driver.adopt(context.key, id, context),
});

function build(
  want: Lamp & { readonly running: boolean },
  reason = why('presence', 'absent', 'present'),
): readonly StepOf<LampOps>[] {
  const create: StepOf<LampOps> = { op: 'create', args: { bulb: want.bulb, colour: want.colour }, why: reason };
  return want.running ? [create, { op: 'start', args: null, why: reason }] : [create];
}

function putAway(status: ToyStatus, reason: ReturnType<typeof why>): readonly StepOf<LampOps>[] {
  if (status.presence !== 'present') return [];
  return [
    ...(status.on === true ? [{ op: 'stop', args: null, why: reason } as const] : []),
    { op: 'remove', args: null, why: reason },
  ];
}

interface Jar {
  readonly size: number;
  readonly lid: boolean;
}
type JarOps = {
  create: JsonObject;
  open: null;
  close: null;
  grow: { readonly size: number };
  configure: { readonly lid: boolean };
  destroy: null;
};

export const jar = defineActor<Jar, ToyStatus, Toys, JarOps>()({
  kind: 'jar',
  version: '1.0.0',
  schema: jarSchema,
  port: 'toys',
  observe,
  diff(want, status) {
    if (status.presence === 'foreign') return [];
    if (typeof want === 'string' || !want.running) return leave(want, status);
    const open: StepOf<JarOps> = { op: 'open', args: null, why: why('on', false, true) };
    if (status.presence === 'absent') {
      return [
        { op: 'create', args: { size: want.size, lid: want.lid }, why: why('presence', 'absent', 'present') },
        open,
      ];
    }
    const steps: StepOf<JarOps>[] = [];
    for (const changed of changedFields(jarSchema, { size: want.size, lid: want.lid }, status.config)) {
      if (isRefused(changed)) continue;
      if (changed.field === 'size') steps.push({ op: 'grow', args: { size: want.size }, why: changed.why });
      else steps.push({ op: 'configure', args: { lid: want.lid }, why: changed.why });
    }
    return status.on === true ? steps : [...steps, open];
  },
  steps: {
    create: {
      risk: 'safe',
      summary: 'make it',
      run: (driver, args, context) => driver.make(context.key, context, args),
    },
    open: { risk: 'safe', summary: 'open it', run: (driver, _, { key }) => driver.turn(key, true) },
    close: { risk: 'disruptive', summary: 'close it', run: (driver, _, { key }) => driver.turn(key, false) },
    grow: { risk: 'safe', summary: 'make it larger', run: (driver, args, { key }) => driver.change(key, args) },
    configure: { risk: 'safe', summary: 'change it', run: (driver, args, { key }) => driver.change(key, args) },
    destroy: { risk: 'destructive', summary: 'break it', run: (driver, _, { key }) => driver.drop(key) },
  },
  rekey: (driver, from, context) => driver.rekey(from, context.key, context),
  adopt: (driver, id, context) => driver.adopt(context.key, id, context),
});

function leave(want: Want<Jar>, status: ToyStatus): readonly StepOf<JarOps>[] {
  if (typeof want !== 'string' && status.presence === 'absent') {
    return [{ op: 'create', args: { size: want.size, lid: want.lid }, why: why('presence', 'absent', 'present') }];
  }
  const changes =
    typeof want === 'string'
      ? []
      : changedFields(jarSchema, { size: want.size, lid: want.lid }, status.config).filter(
          (changed) => !isRefused(changed),
        );
  return [
    ...(status.on === true ? [{ op: 'close', args: null, why: why('on', true, false) } as const] : []),
    ...changes.map((changed): StepOf<JarOps> =>
      changed.field === 'size'
        ? { op: 'grow', args: { size: (want as Jar).size }, why: changed.why } // changes exist only for a spec
        : { op: 'configure', args: { lid: (want as Jar).lid }, why: changed.why },
    ),
    ...(want === 'absent' && status.presence === 'present'
      ? [{ op: 'destroy', args: null, why: why('presence', 'present', 'absent') } as const]
      : []),
  ];
}

type MemoryToys = ReturnType<typeof memoryToys>;

export const lampCase: ActorCase<MemoryToys> = {
  actor: anyActor(lamp),
  makeDriver: memoryToys,
  specs: fc.record({ bulb: fc.constantFrom('E14', 'E27'), colour: fc.constantFrom('red', 'green', 'blue') }),
  disturb: [
    { name: 'put out', act: (driver, key) => driver.world.turnedOff(key) },
    { name: 'smashed', act: (driver, key) => driver.world.smash(key) },
    { name: 'painted by hand', act: (driver, key) => driver.world.edit(key, { colour: 'grey' }) },
    { name: 'other bulb', act: (driver, key) => driver.world.edit(key, { bulb: 'GU10' }) },
  ],
  ends: ({ running }) => (running ? ['ready'] : ['exists']),
  putForeign: (driver, key) => void driver.world.putForeign(key),
};

export const jarCase: ActorCase<MemoryToys> = {
  actor: anyActor(jar),
  makeDriver: memoryToys,
  specs: fc.record({ size: fc.integer({ min: 1, max: 9 }), lid: fc.boolean() }),
  followUp: ({ size }) => fc.record({ size: fc.integer({ min: size as number, max: 20 }), lid: fc.boolean() }),
  disturb: [
    { name: 'closed by hand', act: (driver, key) => driver.world.turnedOff(key) },
    { name: 'lost', act: (driver, key) => driver.world.smash(key) },
    { name: 'lid off', act: (driver, key) => driver.world.edit(key, { lid: false }) },
  ],
  ends: ({ running }) => (running ? ['ready'] : ['exists']),
  data: {
    write: (driver, key, mark) => driver.world.pour(key, mark),
    read: (driver, key) => driver.world.content(key),
  },
};
