// Signatures of what goes out and of what comes in: HMAC-SHA-256 over `timestamp.body`, so that neither can be changed or sent again
// much later. Comparison takes the same time wherever the difference is.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export const TIMESTAMP_HEADER = 'x-ays-timestamp';
export const SIGNATURE_HEADER = 'x-ays-signature';
/** How far the clocks of sender and receiver may be apart. */
export const REPLAY_WINDOW_MS = 300_000;

const FORM = /^v1=([0-9a-f]{64})$/;

export interface Proof {
  /** Milliseconds since 1970, as sent. */
  readonly timestamp: string;
  /** `v1=` and the HMAC in hex. */
  readonly signature: string;
  /** The bytes that were received, not what they were parsed to. */
  readonly body: string | Uint8Array;
}

export type Verdict = 'good' | 'malformed' | 'late' | 'wrong';

export function sign(secret: string | Uint8Array, timestamp: number, body: string | Uint8Array): string {
  return `v1=${mac(secret, String(timestamp), body).toString('hex')}`;
}

export function verify(proof: Proof, secret: string | Uint8Array, now: number): Verdict {
  const given = FORM.exec(proof.signature)?.[1];
  if (given === undefined || !/^\d{1,15}$/.test(proof.timestamp)) return 'malformed';
  if (!timingSafeEqual(Buffer.from(given, 'hex'), mac(secret, proof.timestamp, proof.body))) return 'wrong';
  return Math.abs(now - Number(proof.timestamp)) <= REPLAY_WINDOW_MS ? 'good' : 'late';
}

/** What a proof is remembered by, so that it counts once. */
export function proofId(proof: Proof): string {
  return `webhook/${createHash('sha256').update(proof.signature).digest('hex')}`;
}

function mac(secret: string | Uint8Array, timestamp: string, body: string | Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
}
