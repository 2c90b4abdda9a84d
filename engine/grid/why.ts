// Why a service is as it is: what was asked and by whom, what the loop made of it, and, through everything it waits for, where the
// reason begins. The chain ends at a cause, at something that is well, or at its bound; a circle is said once.

import type { ServiceKey } from '../model/key.ts';
import type { Store } from '../store/port.ts';
import type { Author, Revision, StoredService } from '../store/records.ts';
import { find } from './find.ts';
import { sayEntry } from './say-entry.ts';
import { revisionId } from './state.ts';
import { statusOf, type ServiceStatus, type StatusOrder } from './status.ts';

export interface WhyNode {
  readonly key: ServiceKey;
  /** Absent: there is no such service (any more). */
  readonly status?: ServiceStatus;
  /** One sentence. */
  readonly because: string;
  /** Who wanted it to be as it should be. */
  readonly wish?: { readonly revision: string; readonly by: Author; readonly at: number; readonly cause: string };
  /** What was noticed, decided and done lately, newest last. */
  readonly story: readonly { readonly at: number; readonly text: string }[];
  /** What it waits for, each with its own why; of one that is told elsewhere only the sentence. */
  readonly waitsFor: readonly WhyNode[];
}

export interface WhyOrder extends Pick<StatusOrder, 'registry'> {
  /** A service, or a group: each of its replicas. */
  readonly name: string;
  /** Log entries of each service. */
  readonly entries?: number;
}

const ENTRIES = 12;
const DEEPEST = 20;
const MOST_NODES = 200;

export async function whyOf(store: Store, order: WhyOrder): Promise<readonly WhyNode[]> {
  const { services, tombstones } = await find(store, order.name);
  const told = new Set<ServiceKey>();
  const nodes: WhyNode[] = [];
  for (const key of new Set([...services, ...tombstones].map((one) => one.key)))
    nodes.push(await nodeOf(store, order, key, told, 0));
  return nodes;
}

async function nodeOf(
  store: Store,
  order: WhyOrder,
  key: ServiceKey,
  told: Set<ServiceKey>,
  depth: number,
): Promise<WhyNode> {
  const status = await statusIfThere(store, order, key);
  if (status === undefined)
    return {
      key,
      because: 'it is not declared anywhere (any more)',
      story: await story(store, order, key),
      waitsFor: [],
    };
  const because = sentence(status);
  const seen = told.has(key);
  told.add(key);
  if (seen || depth >= DEEPEST || told.size > MOST_NODES) return { key, status, because, story: [], waitsFor: [] };
  const waitsFor: WhyNode[] = [];
  for (const producer of status.waitingOn) waitsFor.push(await nodeOf(store, order, producer, told, depth + 1));
  const wish = await wishOf(store, key);
  return { key, status, because, ...(wish !== undefined && { wish }), story: await story(store, order, key), waitsFor };
}

async function statusIfThere(
  store: Store,
  { registry }: WhyOrder,
  key: ServiceKey,
): Promise<ServiceStatus | undefined> {
  const [service, tombstone] = await store.getMany([
    { collection: 'service', id: key },
    { collection: 'tombstone', id: key },
  ]);
  if (service === undefined && tombstone === undefined) return undefined;
  const [status] = await statusOf(store, { registry, name: key, since: true });
  return status;
}

async function wishOf(store: Store, key: ServiceKey): Promise<WhyNode['wish']> {
  const service = (await store.get('service', key))?.value as unknown as StoredService | undefined;
  if (service === undefined) return undefined;
  const id = revisionId(service.blueprint, service.revision);
  const revision = (await store.get('revision', id))?.value as unknown as Revision | undefined;
  if (revision === undefined) return undefined;
  const { author: by, at, cause } = revision;
  return { revision: `${service.blueprint}@${service.revision}`, by, at, cause };
}

async function story(store: Store, { entries = ENTRIES }: WhyOrder, key: ServiceKey): Promise<WhyNode['story']> {
  const found = await store.log({ about: key, newestFirst: true, limit: entries });
  return found.map((entry) => ({ at: entry.at, text: sayEntry(entry) })).reverse();
}

function sentence({ state, waitingOn, cause, paused, drift, want, health, proposal }: ServiceStatus): string {
  const why = cause === null ? '' : `: ${cause.code}: ${cause.message}`;
  switch (state) {
    case 'due':
      return want === 'present'
        ? 'its newest wish has not been looked at yet'
        : 'it must go, and has not been looked at yet';
    case 'reconciling':
      return `it is being worked on${drift === null || drift.length === 0 ? '' : `: ${drift[0]!.text}`}`;
    case 'deleting':
      return waitingOn.length > 0 ? `it must go, and waits for ${waitingOn.join(', ')}` : `it is on its way out${why}`;
    case 'converged':
      return health === 'ok' || health === 'unknown'
        ? 'it is as it should be'
        : `it is as it should be, but its health is ${health}`;
    case 'waiting':
      return waitingOn.length > 0 ? `it waits for ${waitingOn.join(', ')}` : `it waits${why}`;
    case 'backing off':
      return `it failed and is tried again${why}`;
    case 'parked':
      return proposal.length > 0
        ? `it waits for a person to agree to ${proposal.map(({ op, text }) => `${op} (${text})`).join(', ')}`
        : `it needs a person${why}`;
    case 'paused':
      return paused === null ? 'it is paused by its blueprint' : `${paused.by.name} paused it: ${paused.reason}`;
    case 'retired':
      return 'its block is gone; it is detached and its data is kept';
  }
}

export interface WhyLine {
  readonly depth: number;
  readonly text: string;
}

/** The chain as lines for a person, the deeper the nearer to where it begins. */
export function sayWhy(node: WhyNode, depth = 0): readonly WhyLine[] {
  const { status, wish, waitsFor } = node;
  const lines: WhyLine[] = [{ depth, text: `${node.key} ${status?.state ?? 'unknown'}: ${node.because}` }];
  const say = (text: string): void => void lines.push({ depth: depth + 1, text });
  if (status?.cause?.hint !== undefined) say(`next: ${status.cause.hint}`);
  if (wish !== undefined) say(`wanted by ${wish.by.name} (${wish.cause}, ${wish.revision})`);
  for (const { field, by } of status?.overlays ?? []) say(`${field} was set by ${by.name}`);
  if (status !== undefined && status.state !== 'converged')
    for (const { text } of status.drift ?? []) say(`differs: ${text}`);
  for (const { text } of node.story) say(text);
  return [...lines, ...waitsFor.flatMap((one) => sayWhy(one, depth + 1))];
}
