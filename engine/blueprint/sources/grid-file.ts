// The `--observed` file: what is known of a grid, for planning without one. Checked against its own schema with places, because
// a person writes it in a test or copies it from a report.

import { Ajv2020 } from 'ajv/dist/2020.js';
import schema from '../../../schemas/observed.schema.json' with { type: 'json' };
import type { Report, SourceFile } from '../../model/diagnostic.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { kindOf, type ServiceKey } from '../../model/key.ts';
import type { Registry } from '../../model/registry.ts';
import type {
  GridState,
  Observed,
  Origin,
  RevisionRecord,
  ServiceLink,
  ServiceRecord,
  Tombstone,
} from '../../model/service.ts';
import type { Status } from '../../model/actor.ts';
import { keyPlace, reportGridProblems } from './grid-problems.ts';
import { hashJson } from '../hash.ts';
import { toPlain, type MapNode } from '../tree.ts';
import { parseYaml } from '../yaml/parse.ts';

interface GridFile {
  readonly secrets?: readonly string[];
  readonly revisions?: Readonly<Record<string, Omit<RevisionRecord, 'blueprint'>>>;
  readonly services?: Readonly<Record<ServiceKey, ServiceEntry>>;
  readonly tombstones?: Readonly<Record<ServiceKey, TombstoneEntry>>;
}

interface ServiceEntry {
  readonly blueprint?: string;
  readonly revision?: number;
  readonly generation?: number;
  readonly uid?: string;
  readonly actor?: string;
  readonly spec?: JsonObject;
  readonly running?: boolean;
  readonly protect?: boolean;
  readonly paused?: boolean;
  readonly retain?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly links?: readonly (Partial<ServiceLink> & Pick<ServiceLink, 'to' | 'argument'>)[];
  readonly status?: Status;
  readonly seen?: number;
}

interface TombstoneEntry extends Pick<ServiceEntry, 'uid' | 'actor' | 'spec'> {
  readonly state: Tombstone['state'];
  readonly until?: number;
  readonly blueprint: string;
}

export function readGridState(file: SourceFile, registry: Registry, report: Report): GridState | undefined {
  const before = report.errors;
  const [root] = parseYaml(file, report);
  if (report.errors !== before) return undefined;
  if (root?.kind !== 'map') {
    report.error(
      'OBSERVED_INVALID',
      { file, start: 0, end: 0 },
      'expected a map with ays: 1 and services',
      'see schemas/observed.schema.json',
    );
    return undefined;
  }
  const plain = toPlain(root);
  const validate = new Ajv2020({
    allErrors: true,
    strict: true,
    strictTypes: false,
    validateSchema: false,
    verbose: true,
  }).compile(schema);
  if (!validate(plain)) {
    reportGridProblems(validate.errors ?? [], root, file, report);
    return undefined;
  }
  const grid = plain as unknown as GridFile;
  const origins = originsIn(root, file);
  const originOf = (key: ServiceKey): Origin => origins.get(key) ?? { file: file.name, line: 1, column: 1 };
  for (const [key, entry] of Object.entries(grid.services ?? {}) as [ServiceKey, ServiceEntry][]) {
    const kind = entry.actor ?? kindOf(key);
    if (registry.actor(kind) === undefined && entry.blueprint !== undefined) {
      const like = registry.nearestKind(kind);
      report.error(
        'OBSERVED_INVALID',
        keyPlace(root, ['services', key], file),
        `${key} has the kind "${kind}", for which there is no actor`,
        like === undefined ? undefined : `did you mean ${like}?`,
      );
    }
  }
  if (report.errors !== before) return undefined;
  return {
    revisions: new Map(
      Object.entries(grid.revisions ?? {}).map(([blueprint, { number, params = {}, choices = {} }]) => [
        blueprint,
        { blueprint, number, params, choices },
      ]),
    ),
    records: new Map(
      entries(grid.services).flatMap(([key, entry]) =>
        entry.blueprint === undefined ? [] : [[key, recordOf(key, entry, originOf(key))]],
      ),
    ),
    tombstones: new Map(entries(grid.tombstones).map(([key, entry]) => [key, tombstoneOf(key, entry, originOf(key))])),
    observed: new Map(
      entries(grid.services).flatMap(([key, { status, seen = 0 }]): [ServiceKey, Observed][] =>
        status === undefined ? [] : [[key, { key, status, seenAt: seen }]],
      ),
    ),
    secrets: new Set(grid.secrets ?? []),
  };
}

function entries<T>(map: Readonly<Record<ServiceKey, T>> | undefined): [ServiceKey, T][] {
  return Object.entries(map ?? {}) as [ServiceKey, T][];
}

function recordOf(key: ServiceKey, entry: ServiceEntry, origin: Origin): ServiceRecord {
  const actor = entry.actor ?? kindOf(key);
  const spec = entry.spec ?? {};
  const { paused = false, protect = false, running = true, retain = 604_800_000, labels = {} } = entry;
  const common = { labels, running, paused, protect, retainMs: retain, heal: {} };
  const [, scope = ''] = /^[^/]+\/(?:(.+)\.)?[^.]+$/.exec(key) ?? [];
  return {
    key,
    kind: kindOf(key),
    actor,
    blueprint: entry.blueprint ?? '',
    scope: /\.\d+$/.test(key) ? '' : scope,
    spec,
    common,
    links: (entry.links ?? []).map((link) => ({
      type: link.type ?? 'consume',
      path: link.path ?? `/${link.argument}`,
      role: kindOf(link.to),
      argument: link.argument,
      to: link.to,
      until: link.until ?? 'ready',
      onReplace: link.onReplace ?? 'nothing',
      min: link.min ?? 0,
    })),
    hash: hashJson({ actor, spec, common: common as unknown as JsonValue }),
    origin,
    uid: entry.uid ?? `uid-${key}`,
    generation: entry.generation ?? 1,
    revision: entry.revision ?? 1,
  };
}

function tombstoneOf(key: ServiceKey, entry: TombstoneEntry, origin: Origin): Tombstone {
  const record = recordOf(key, { ...entry, blueprint: entry.blueprint }, origin);
  return { key, uid: record.uid, record, state: entry.state, ...(entry.until !== undefined && { until: entry.until }) };
}

/** Where each entry stands: an owner elsewhere is shown with its place. */
function originsIn(root: MapNode, file: SourceFile): ReadonlyMap<string, Origin> {
  const origins = new Map<string, Origin>();
  for (const section of ['services', 'tombstones']) {
    const node = root.get(section);
    if (node?.kind !== 'map') continue;
    for (const { key } of node.pairs) origins.set(key.text, { file: file.name, ...file.position(key.start) });
  }
  return origins;
}
