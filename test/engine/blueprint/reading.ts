// Reads a blueprint from text in a test: with the real kinds, or with small ones that have AYS's parents and consumers.

import { readBlueprint, memoryReader, COMMON_SCHEMA, type BlueprintInput } from '../../../engine/blueprint/index.ts';
import { actors, sharedSchemas } from '../../../actors/index.ts';
import { defineActor, type AnyActor, type Status, type Want } from '../../../engine/model/actor.ts';
import { toRecord, type DiagnosticRecord, type Severity } from '../../../engine/model/diagnostic.ts';
import type { JsonObject } from '../../../engine/model/json.ts';
import { anyActor, Registry } from '../../../engine/model/registry.ts';
import type { FieldSchema, KindSchema } from '../../../engine/model/schema.ts';
import { EMPTY_GRID, type DesiredState, type GridState } from '../../../engine/model/service.ts';
import { expect } from 'chai';

export const realRegistry = new Registry(actors, { ...COMMON_SCHEMA, ...sharedSchemas });

export interface Reading extends Partial<BlueprintInput> {
  readonly registry?: Registry;
  readonly grid?: GridState;
  readonly strictSecrets?: boolean;
}

export interface Read {
  readonly desired: DesiredState | undefined;
  readonly said: readonly DiagnosticRecord[];
}

/** `text` is one file `shop.yaml`, or several by path; the folder of several is the blueprint. */
export function read(text: string | Readonly<Record<string, string | Uint8Array>>, options: Reading = {}): Read {
  const files = typeof text === 'string' ? { '/b/shop.yaml': text } : text;
  const { registry = realRegistry, grid = EMPTY_GRID, strictSecrets, ...input } = options;
  const { report, desired } = readBlueprint(
    { path: typeof text === 'string' ? '/b/shop.yaml' : '/b', ...input },
    { reader: memoryReader(files), registry, grid, ...(strictSecrets !== undefined && { strictSecrets }) },
  );
  return { desired, said: report.sorted().map(toRecord) };
}

/** It must resolve; the diagnostics are shown when it does not. */
export function good(text: Parameters<typeof read>[0], options?: Reading): DesiredState {
  const { desired, said } = read(text, options);
  const errors = said.filter(({ severity }) => severity === 'error');
  expect(errors, JSON.stringify(errors, null, 1)).to.deep.equal([]);
  expect(desired).to.not.equal(undefined);
  return desired!;
}

/** It must be refused; gives its errors, `CODE line:column message = hint`. */
export function bad(text: Parameters<typeof read>[0], options?: Reading): string {
  const { desired, said } = read(text, options);
  expect(desired).to.equal(undefined);
  const errors = said.filter(({ severity }) => severity === 'error');
  expect(errors.length).to.be.greaterThan(0);
  return errors.map(say).join('\n');
}

export function say({ code, line, column, message, hint }: DiagnosticRecord): string {
  return `${code} ${line}:${column} ${message}${hint === undefined ? '' : ` = ${hint}`}`;
}

export function notes(text: Parameters<typeof read>[0], severity: Severity, options?: Reading): string[] {
  return read(text, options)
    .said.filter((each) => each.severity === severity)
    .map(say);
}

export function spec(desired: DesiredState, key: string): JsonObject {
  const service = desired.services.get(key as `${string}/${string}`);
  expect(service, `${key} among ${[...desired.services.keys()].join(', ')}`).to.not.equal(undefined);
  return service!.spec;
}

export function keys(desired: DesiredState): string[] {
  return [...desired.services.keys()];
}

export function links(desired: DesiredState, key: string): string[] {
  return (desired.services.get(key as `${string}/${string}`)?.links ?? []).map(({ type, to }) => `${type} ${to}`);
}

/** A kind with these fields that is made and removed and nothing else. */
export function toyKind(
  kind: string,
  properties: Readonly<Record<string, FieldSchema>>,
  more: Partial<KindSchema> & { readonly actions?: AnyActor['actions'] } = {},
): AnyActor {
  const { actions, ...schema } = more;
  type Ops = { create: null; remove: null };
  return anyActor(
    defineActor<JsonObject, Status, unknown, Ops>()({
      kind,
      version: '1.0.0',
      port: 'toys',
      schema: {
        $id: `${kind}.schema.json`,
        title: kind,
        description: kind,
        type: 'object',
        additionalProperties: false,
        properties,
        ...schema,
      },
      observe: async () => ({ presence: 'absent' }),
      diff: (want: Want<JsonObject>, status) => {
        const present = status.presence === 'present';
        const should = want !== 'absent' && want !== 'retired';
        if (present === should) return [];
        return [
          {
            op: should ? 'create' : 'remove',
            args: null,
            why: { field: 'presence', have: status.presence, want: should ? 'present' : 'absent', text: '' },
          },
        ];
      },
      steps: {
        create: { risk: 'safe', summary: 'make it', run: async () => undefined },
        remove: { risk: 'disruptive', summary: 'remove it', run: async () => undefined },
      },
      rekey: async () => undefined,
      adopt: async () => undefined,
      ...(actions && { actions }),
    }),
  );
}

export function registryOf(...kinds: readonly AnyActor[]): Registry {
  return new Registry(kinds, COMMON_SCHEMA);
}

/** A grid in which these services belong to another blueprint. */
export function gridWith(
  records: Readonly<Record<string, { readonly blueprint: string; readonly actor?: string }>>,
  more: Partial<GridState> = {},
): GridState {
  return {
    ...EMPTY_GRID,
    records: new Map(
      Object.entries(records).map(([key, { blueprint, actor }]) => [
        key as `${string}/${string}`,
        {
          key: key as `${string}/${string}`,
          kind: key.split('/')[0] ?? '',
          actor: actor ?? key.split('/')[0] ?? '',
          blueprint,
          scope: '',
          spec: {},
          common: { labels: {}, running: true, paused: false, protect: false, retainMs: 604_800_000, heal: {} },
          links: [],
          hash: 'x',
          origin: { file: `${blueprint}.yaml`, line: 3, column: 1 },
          uid: `uid-${key}`,
          generation: 1,
          revision: 4,
        },
      ]),
    ),
    ...more,
  };
}
