// Where events come in: known filters, proof where a filter asks for it, at most once per proof, and a record of every event, also of
// those that nobody wanted. All runs of one event are made in one write.

import { asEngineError, EngineError } from '../model/errors.ts';
import type { Put } from '../store/port.ts';
import type { Author, BlueprintHead, Revision } from '../store/records.ts';
import { checkEvent, matching, requestOfFilter, type IncomingEvent, type OwnedFilter } from './events.ts';
import { runId } from './ids.ts';
import { planRun } from './plan-run.ts';
import type { RunPorts } from './ports.ts';
import { addNew, emptyDraft, json } from './run-records.ts';
import { proofId, REPLAY_WINDOW_MS, verify, type Proof } from './signature.ts';

export interface EventAnswer {
  /** The runs it began. */
  readonly runs: readonly string[];
  /** Filters that it reached and that began nothing, and why. */
  readonly refused: readonly { readonly blueprint: string; readonly reason: string }[];
}

const PAGE = 500;
const KEPT_PAYLOAD_CHARS = 4_096;

export class EventGate {
  readonly #ports: RunPorts;
  /** Filters by blueprint; revisions never change, so a number says all. */
  readonly #known = new Map<string, { readonly revision: number; readonly filters: readonly OwnedFilter[] }>();

  constructor(ports: RunPorts) {
    this.#ports = ports;
  }

  async emit(event: IncomingEvent, author: Author, proof: Proof | undefined): Promise<EventAnswer> {
    checkEvent(event);
    const { store, random, view, redact } = this.#ports;
    const hits = matching(event, await this.#filters());
    const now = await store.now();
    const current = hits.length === 0 ? undefined : await view();
    const draft = emptyDraft();
    const runs: string[] = [];
    const refused: { blueprint: string; reason: string }[] = [];
    let unproved = 0;
    let proved = false;
    for (const { blueprint, filter } of hits) {
      const reason = filter.secret === undefined ? undefined : await this.#doubt(filter.secret, proof, now);
      if (reason !== undefined) {
        unproved++;
        refused.push({ blueprint, reason });
        continue;
      }
      proved ||= filter.secret !== undefined;
      const { channel, command } = event;
      const cause = { kind: 'event' as const, channel, command, blueprint };
      try {
        const actions = requestOfFilter(filter, current!);
        if (actions.length === 0) {
          refused.push({ blueprint, reason: `none of its services is there with ${filter.actions.join(', ')}` });
          continue;
        }
        const run = planRun({ actions, cause, author }, current!, runId(now, random), now);
        addNew(draft, run);
        runs.push(run.id);
      } catch (error) {
        refused.push({ blueprint, reason: asEngineError(error).message });
      }
    }
    const memory: Put[] = [];
    if (proved) {
      const id = proofId(proof!);
      draft.checks.push({ collection: 'idempotency', id, version: 0 });
      memory.push({ collection: 'idempotency', id, value: null, ttlMs: 2 * REPLAY_WINDOW_MS });
    }
    const { channel, command, payload = null } = event;
    const text = redact(JSON.stringify(payload));
    const kept = text.length <= KEPT_PAYLOAD_CHARS ? text : `${text.slice(0, KEPT_PAYLOAD_CHARS - 1)}…`;
    const type = hits.length === 0 ? 'event.ignored' : runs.length > 0 ? 'event.accepted' : 'event.refused';
    draft.log.push({ type, body: json({ channel, command, author, runs, refused, payload: kept }) });
    const committed = await store.commit({ ...draft, puts: [...draft.puts, ...memory], durable: runs.length > 0 });
    if (!committed.ok) {
      await store.commit({
        log: [{ type: 'event.refused', body: json({ channel, command, author, reason: 'replayed' }) }],
      });
      throw refusal('it was sent before', 'sign each event anew, with the time it is sent');
    }
    if (hits.length > 0 && unproved === hits.length)
      throw refusal(refused[0]!.reason, 'sign it with the secret of the filter');
    return { runs, refused };
  }

  async #doubt(name: string, proof: Proof | undefined, now: number): Promise<string | undefined> {
    if (proof === undefined) return 'it is not signed';
    const secret = await this.#ports.secret(name);
    if (secret === undefined || secret.length === 0) return `the secret "${name}" is not set`;
    switch (verify(proof, secret, now)) {
      case 'good':
        return undefined;
      case 'late':
        return `its time is more than ${REPLAY_WINDOW_MS / 60_000} minutes off`;
      case 'malformed':
        return 'its signature cannot be read';
      case 'wrong':
        return 'its signature does not fit';
    }
  }

  /** Of the current revision of every blueprint. */
  async #filters(): Promise<readonly OwnedFilter[]> {
    const { store } = this.#ports;
    const found: OwnedFilter[] = [];
    const there = new Set<string>();
    for (let after: string | undefined; ;) {
      const page = await store.list('blueprint', { limit: PAGE, ...(after !== undefined && { after }) });
      for (const { value } of page) {
        const { blueprint, revision: number } = value as unknown as BlueprintHead;
        there.add(blueprint);
        let known = this.#known.get(blueprint);
        if (known?.revision !== number) {
          const document = await store.get('revision', revisionDocument(blueprint, number));
          const filters = (document?.value as unknown as Revision | undefined)?.eventfilters ?? [];
          known = { revision: number, filters: filters.map((filter) => ({ blueprint, filter })) };
          if (document !== undefined) this.#known.set(blueprint, known);
        }
        found.push(...known.filters);
      }
      if (page.length < PAGE) break;
      after = page.at(-1)!.id;
    }
    for (const blueprint of [...this.#known.keys()]) if (!there.has(blueprint)) this.#known.delete(blueprint);
    return found;
  }
}

function revisionDocument(blueprint: string, number: number): string {
  return `${blueprint}@${String(number).padStart(6, '0')}`;
}

function refusal(reason: string, hint: string): EngineError {
  return new EngineError('EVENT_REFUSED', `the event was refused: ${reason}`, { hint });
}
