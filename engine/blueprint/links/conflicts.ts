// What is right block by block and wrong together: a service that another blueprint owns, two writers of one disk, one host
// port claimed twice on one node, and cycles (rules 14 and 19).

import { kindOf, nameOf, type ServiceKey } from '../../model/key.ts';
import type { DesiredService } from '../../model/service.ts';
import type { Place } from '../../model/diagnostic.ts';
import { findCycles } from './cycles.ts';
import { placeIn } from './links.ts';
import { meansKey } from './suggest.ts';
import { place } from '../sources/draft.ts';
import type { Resolving } from '../frame.ts';
import { linkValues, markedFields, type LinkPath } from './paths.ts';
import type { JsonValue } from '../../model/json.ts';

export function checkTogether(
  services: ReadonlyMap<ServiceKey, DesiredService>,
  paths: (actor: string) => readonly LinkPath[],
  resolving: Resolving,
): void {
  checkOwners(services, resolving);
  checkWriters(services, paths, resolving);
  checkPorts(services, resolving);
  checkCycles(services, resolving);
}

function placeOf(key: ServiceKey, resolving: Resolving): Place | undefined {
  const instance = resolving.instances.get(key);
  return instance === undefined ? undefined : place(instance.file, instance.keyNode);
}

/** The value at a pointer of a service's spec, else its block. */
function valuePlace(key: ServiceKey, pointer: string, resolving: Resolving): Place | undefined {
  const instance = resolving.instances.get(key);
  return instance === undefined ? undefined : placeIn(instance)(pointer);
}

function checkOwners(services: ReadonlyMap<ServiceKey, DesiredService>, resolving: Resolving): void {
  for (const key of services.keys()) {
    const record = resolving.grid.records.get(key);
    if (record === undefined || record.blueprint === resolving.blueprint) continue;
    const { file, line } = record.origin;
    resolving.report.error(
      'OWNED_ELSEWHERE',
      placeOf(key, resolving),
      `${key} belongs to the blueprint ${record.blueprint} (revision ${record.revision}, ${file}:${line})`,
      `use another name, link to it instead, or hand it over: ays give ${key} --to ${resolving.blueprint}`,
    );
  }
}

/** A paired producer has one read-write consumer. */
function checkWriters(
  services: ReadonlyMap<ServiceKey, DesiredService>,
  paths: (actor: string) => readonly LinkPath[],
  resolving: Resolving,
): void {
  const writers = new Map<ServiceKey, { readonly by: ServiceKey; readonly pointer: string }>();
  for (const service of services.values()) {
    for (const path of paths(service.actor)) {
      if (path.rule.paired !== true) continue;
      for (const { value, holder, pointer } of linkValues(service.spec, path)) {
        if (typeof value !== 'string' || (!Array.isArray(holder) && holder['readOnly'] === true)) continue;
        const role = typeof path.rule.kind === 'string' ? path.rule.kind : '';
        const key: ServiceKey =
          typeof value === 'string' && value.includes('/') ? (value as ServiceKey) : `${role}/${String(value)}`;
        const first = writers.get(key);
        if (first !== undefined && first.by !== service.key) {
          const at = valuePlace(service.key, pointer, resolving);
          const before = valuePlace(first.by, first.pointer, resolving);
          resolving.report.add({
            severity: 'error',
            code: 'LINK_TOO_MANY',
            message: `${kindOf(key)} "${nameOf(key)}" would be written by ${first.by} and by ${service.key}; read-write it has one writer`,
            hint: 'mount it readOnly in one of them, or give each its own',
            ...(at && { place: at }),
            ...(before && { related: [{ message: `written by ${first.by} here`, place: before }] }),
          });
        } else writers.set(key, { by: service.key, pointer });
      }
    }
  }
}

/** A fixed host port on a node that both services name. Where the robot places, it keeps them apart. */
function checkPorts(services: ReadonlyMap<ServiceKey, DesiredService>, resolving: Resolving): void {
  const claims = new Map<string, { readonly by: ServiceKey; readonly pointer: string; readonly address: string }[]>();
  for (const service of services.values()) {
    const schema = resolving.registry.actor(service.actor)?.schema;
    if (schema === undefined) continue;
    for (const name of markedFields(schema, resolving.registry).ports) {
      const node = placementOf(service);
      const ports = service.spec[name];
      if (!Array.isArray(ports)) continue;
      for (const [i, port] of (ports as readonly JsonValue[]).entries()) {
        const pointer = `/${name}/${i}`;
        const claim = hostPort(port);
        if (claim === undefined) continue;
        // Within one service the port is wrong on any node; between two only on a node both name.
        for (const [scope, where] of [
          [service.key, 'here'],
          ...(node === undefined ? [] : [[`node ${node}`, node] as const]),
        ] as const) {
          const id = `${scope} ${claim.port}`;
          const others = claims.get(id) ?? [];
          const first = others.find(
            ({ address }) => address === '' || claim.address === '' || address === claim.address,
          );
          others.push({ by: service.key, pointer, address: claim.address });
          claims.set(id, others);
          if (first === undefined) continue;
          if (first.by !== service.key || where === 'here') {
            const twice = first.by === service.key;
            const at = valuePlace(service.key, pointer, resolving);
            const before = valuePlace(first.by, first.pointer, resolving);
            resolving.report.add({
              severity: 'error',
              code: 'PORT_CONFLICT',
              message: twice
                ? `${service.key} publishes the host port ${claim.port} twice`
                : `${first.by} and ${service.key} both publish the host port ${claim.port} on node ${node}`,
              hint: twice
                ? 'give one of them another host port'
                : 'give one of them another host port, or another node',
              ...(at && { place: at }),
              ...(before && { related: [{ message: 'first published here', place: before }] }),
            });
            break;
          }
        }
      }
    }
  }
}

function placementOf(service: DesiredService): string | undefined {
  const node = service.spec['node'];
  return typeof node === 'string' ? node : undefined;
}

/** `[addr:]host:container[/udp]` → `host/tcp` and the address, empty for all of them; a lone container port claims nothing. */
function hostPort(value: JsonValue): { readonly port: string; readonly address: string } | undefined {
  if (typeof value !== 'string') return undefined;
  const match = /^(?:(\[[^\]]+\]|[^:]+):)?(\d+):\d+(?:\/(tcp|udp))?$/.exec(value);
  if (match === null) return undefined;
  const address = (match[1] ?? '').replace(/^\[|\]$/g, '');
  return {
    port: `${match[2]}/${match[3] ?? 'tcp'}`,
    address: address === '0.0.0.0' || address === '::' ? '' : address,
  };
}

function checkCycles(services: ReadonlyMap<ServiceKey, DesiredService>, resolving: Resolving): void {
  const edges = new Map<ServiceKey, readonly ServiceKey[]>();
  for (const service of services.values())
    if (service.links.length > 0)
      edges.set(
        service.key,
        service.links.map(({ to }) => to),
      );
  const shown = new Set<string>();
  for (const cycle of findCycles(edges, 200)) {
    // What one block makes, by number or by value, is in the same cycle: one of them tells it.
    const blocks = cycle.map((key) => {
      const at = placeOf(key, resolving);
      return at === undefined ? key : `${at.file.name}:${at.start}`;
    });
    const id = [...new Set(blocks)].sort().join(' ');
    if (shown.has(id) || shown.size === 20) continue;
    shown.add(id);
    tellCycle(cycle, services, resolving);
  }
}

function tellCycle(
  cycle: readonly ServiceKey[],
  services: ReadonlyMap<ServiceKey, DesiredService>,
  resolving: Resolving,
): void {
  // A cycle of thousands is shown by its beginning and its end.
  const shown =
    cycle.length <= 16 ? cycle : [...cycle.slice(0, 8), `… ${cycle.length - 12} more …`, ...cycle.slice(-4)];
  const links = cycle.slice(0, 16).flatMap((key, i) => {
    const next = cycle[(i + 1) % cycle.length]!;
    const link = services.get(key)?.links.find(({ to }) => to === next);
    const at =
      link === undefined
        ? undefined
        : link.type === 'after'
          ? afterPlace(key, link.to, link.path, resolving)
          : valuePlace(key, link.path, resolving);
    return at === undefined ? [] : [{ message: `${key} needs ${next} (${link?.argument ?? 'link'})`, place: at }];
  });
  const path = [...shown, cycle[0]!].join(' → ');
  const [first, ...related] = links;
  resolving.report.add({
    severity: 'error',
    code: 'CYCLE',
    message: cycle.length === 1 ? `${cycle[0]} waits for itself` : `services wait for each other: ${path}`,
    hint: cycle.length === 1 ? 'a service is not ready before its own value is known' : 'take one of these links away',
    ...(first && { place: first.place }),
    related,
  });
}

/** In the long form of `after` the services are the keys of a map. */
function afterPlace(key: ServiceKey, to: ServiceKey, pointer: string, resolving: Resolving): Place | undefined {
  const instance = resolving.instances.get(key);
  const written = instance?.body?.get('after');
  const pair = written?.kind === 'map' ? written.pairs.find((each) => meansKey(each.key.text, to)) : undefined;
  return instance === undefined || pair === undefined
    ? valuePlace(key, pointer, resolving)
    : place(instance.file, pair.key);
}
