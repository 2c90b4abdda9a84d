// Tells a callback address that an attempt has ended. At least once: the delivery has a name, so a receiver can tell two of
// the same apart from two. A receiver that does not answer well is tried again a few times, and then it is written down.

import { asEngineError } from '../model/errors.ts';
import { within } from '../model/deadline.ts';
import type { Document } from '../store/port.ts';
import { dueDocument } from './ids.ts';
import type { RunPorts } from './ports.ts';
import { callHeaders, json, type PendingCall } from './run-records.ts';

const WAITS: readonly number[] = [10_000, 60_000, 300_000];
const ANSWER_MS = 10_000;
/** Longer than an answer may take: until then nobody else tries. */
const LEASE_MS = 30_000;

/** `delivery` is run and number; `sign` the due document that holds the call. */
export async function deliver(ports: RunPorts, delivery: string, sign: Document): Promise<void> {
  const { store, timers } = ports;
  const call = sign.value as unknown as PendingCall;
  const now = await store.now();
  const lease = dueDocument(now + LEASE_MS, `call/${delivery}`);
  const taken = await store.commit({
    checks: [{ collection: 'schedule', id: sign.id, version: sign.version }],
    puts: [{ collection: 'schedule', id: lease, value: json({ ...call, tries: call.tries + 1 }) }],
    deletes: [{ collection: 'schedule', id: sign.id }],
  });
  if (!taken.ok) return;
  const problem = await post(ports, delivery, call, now).catch((error: unknown) => asEngineError(error).message);
  const [run = ''] = delivery.split('/');
  const body = json({ delivery, url: call.url, try: call.tries + 1, ...(problem !== undefined && { problem }) });
  const wait = WAITS[call.tries];
  const again = problem !== undefined && wait !== undefined;
  await store.commit({
    checks: [{ collection: 'schedule', id: lease, version: taken.versions[0]! }],
    deletes: [{ collection: 'schedule', id: lease }],
    ...(again && {
      puts: [
        {
          collection: 'schedule' as const,
          id: dueDocument((await store.now()) + wait, `call/${delivery}`),
          value: json({ ...call, tries: call.tries + 1 }),
        },
      ],
    }),
    log: [{ about: run, type: problem === undefined ? 'run.told' : again ? 'run.telling' : 'run.untold', body }],
  });

  async function post(
    { post, secret }: RunPorts,
    name: string,
    { url, secret: key, body }: PendingCall,
    at: number,
  ): Promise<string | undefined> {
    const value = key === null ? undefined : await secret(key);
    if (key !== null && value === undefined) return `the secret "${key}" that signs it is not set`;
    const headers = callHeaders(name, body, value, at);
    const { status } = await within(timers, ANSWER_MS, 'callback', undefined, (signal) =>
      post({ url, body, headers }, signal),
    );
    return status >= 200 && status < 300 ? undefined : `it answered ${status}`;
  }
}
