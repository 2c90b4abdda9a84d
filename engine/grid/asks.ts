// What a person asks of single services that is no wish about what they are: another try, a yes to a step, a pause. A request lies
// in the store until the service's machine has heard it; a robot that dies on the way loses none.

import { EngineError } from '../model/errors.ts';
import type { ServiceKey } from '../model/key.ts';
import { nearest } from '../model/nearest.ts';
import type { Registry } from '../model/registry.ts';
import type { Store } from '../store/port.ts';
import type { Author, Overlay, StoredObserved, StoredService, StoredTombstone } from '../store/records.ts';
import { change, type Change } from './change.ts';
import { consent } from './consents.ts';
import { find, findDeclared } from './find.ts';

export interface Asked {
  readonly keys: readonly ServiceKey[];
  readonly pokes: readonly ServiceKey[];
}

interface Asking {
  /** A service, or a group: each of its replicas. */
  readonly name: string;
  readonly author: Author;
}

export async function retry(store: Store, { name, author }: Asking): Promise<Asked> {
  return await ofEach(store, name, async (draft, { key }) => {
    await hear(draft, key, 'RETRY');
    draft.say('retry', { by: author.name }, key);
  });
}

export interface ConsentOrder extends Asking {
  readonly op: string;
  readonly reason: string;
  readonly registry: Registry;
}

/** Agrees to one destructive step of one service, as it is now; and to what its healing proposes. */
export async function agree(store: Store, { name, author, op, reason, registry }: ConsentOrder): Promise<Asked> {
  return await ofEach(store, name, async (draft, { key, uid, actor }) => {
    const steps = Object.keys(registry.actor(actor)?.steps ?? {});
    if (!steps.includes(op)) {
      const like = nearest(op, steps);
      throw new EngineError('USAGE', `${key}: ${actor} has no step "${op}"`, {
        hint: like === undefined ? `its steps: ${steps.join(', ')}` : `did you mean "${like}"?`,
      });
    }
    consent(draft, { key, uid, op, reason, by: author });
    await hear(draft, key, 'CONSENT');
  });
}

export interface PauseOrder extends Asking {
  readonly reason: string;
  /** Ends by itself after so long. */
  readonly forMs?: number;
}

/** Nothing is done to it until it is resumed or the time is over; it is not watched either. */
export async function pause(store: Store, { name, author, reason, forMs }: PauseOrder): Promise<Asked> {
  if (forMs !== undefined && !(Number.isFinite(forMs) && forMs > 0))
    throw new EngineError('USAGE', `a pause of ${forMs} ms`, { hint: 'give a duration: --for 2h' });
  return await ofEach(store, name, async (draft, { key }) => {
    const before = (await draft.see<Overlay>('overlay', key))?.value;
    const until = forMs === undefined ? null : draft.now + forMs;
    const paused = { by: author, at: draft.now, until, reason };
    draft.put('overlay', key, { ...(before ?? { key, set: {}, running: null }), paused } satisfies Overlay);
    draft.say('paused', { by: author.name, reason, ...(until !== null && { until }) }, key);
  });
}

export async function resume(store: Store, { name, author }: Asking): Promise<Asked> {
  return await ofEach(store, name, async (draft, { key, declared }) => {
    if (declared?.common.paused === true) {
      const { file, line } = declared.origin;
      throw new EngineError('CHANGE_REFUSED', `${key} is paused by its blueprint ${declared.blueprint}`, {
        hint: `take "paused: true" out (${file}:${line}) and apply`,
      });
    }
    const before = (await draft.see<Overlay>('overlay', key))?.value;
    if (before?.paused === undefined || before.paused === null) return;
    if (before.running === null && Object.keys(before.set).length === 0) draft.remove('overlay', key);
    else draft.put('overlay', key, { ...before, paused: null } satisfies Overlay);
    draft.say('resumed', { by: author.name }, key);
  });
}

/** Takes a foreign thing for the service: labelled, or where it cannot be labelled known by its native id. */
export async function adopt(store: Store, order: Asking & { readonly id: string }): Promise<Asked> {
  const { name, author, id } = order;
  const found = await findDeclared(store, name);
  if (found.isGroup)
    throw new EngineError('USAGE', `${found.key} is a group of ${found.services.length} replicas`, {
      hint: `name the one that ${id} is: ays adopt ${found.services[0]!.key} --from ${id}`,
    });
  return await ofEach(store, name, async (draft, { key }) => {
    const seen = (await draft.store.get('observed', key))?.value as unknown as StoredObserved | undefined;
    const status = seen?.status;
    if (status?.presence === 'present')
      throw new EngineError('CHANGE_REFUSED', `${key} is there and ours already`, { hint: `ays status ${key}` });
    const other = status?.foreign?.id;
    if (other !== undefined && other !== id)
      throw new EngineError('CHANGE_REFUSED', `at ${key} stands ${other}, not ${id}`, {
        hint: `ays adopt ${key} --from ${other}`,
      });
    draft.put('meta', `adopt ${key}`, { id, by: author, at: draft.now }); // plain JSON
    await hear(draft, key, 'RETRY');
    draft.say('adopt', { id, by: author.name }, key);
  });
}

interface One {
  readonly key: ServiceKey;
  readonly uid: string;
  readonly actor: string;
  /** Absent: it is retired or going. */
  readonly declared?: StoredService;
}

async function ofEach(store: Store, name: string, act: (draft: Change, one: One) => Promise<void>): Promise<Asked> {
  const { result: keys, pokes } = await change(store, async (draft) => {
    const { services, tombstones } = await find(store, name);
    const all: readonly One[] = [
      ...services.map((declared) => ({ key: declared.key, uid: declared.uid, actor: declared.actor, declared })),
      ...tombstones
        .filter(({ key }) => !services.some((one) => one.key === key))
        .map(({ key, uid, record }) => ({ key, uid, actor: record.actor })),
    ];
    for (const one of all) {
      await draft.see<StoredService | StoredTombstone>(one.declared === undefined ? 'tombstone' : 'service', one.key);
      await act(draft, one);
      draft.poke(one.key);
    }
    return all.map(({ key }) => key);
  });
  return { keys, pokes };
}

/** Adds to what the machine of this service has to hear. */
async function hear(draft: Change, key: ServiceKey, type: 'RETRY' | 'CONSENT'): Promise<void> {
  const id = `ask ${key}`;
  const before = (await draft.see<{ readonly events: readonly { readonly type: string }[] }>('meta', id))?.value;
  const events = (before?.events ?? []).filter((event) => event.type !== type);
  draft.put('meta', id, { events: [...events, { type }] });
}
