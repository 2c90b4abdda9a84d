// Values on their way to a node: sealed to its public key (X25519, HKDF-SHA-256, AES-256-GCM) with a fresh key for each parcel, so
// neither the queue nor the store between can read them, nor the node's neighbours. A parcel is bound to grid, node and a
// context (key and generation of the job). It hides and binds; it does not say who sent it: only robots may write a node's queue.

import { createPrivateKey, createPublicKey, diffieHellman, hkdfSync, type KeyObject } from 'node:crypto';
import { EngineError } from '../model/errors.ts';
import { decodeBase64url, seal, unseal, wipe, type RandomBytes } from './seal.ts';
import { secretKey } from './wrapping-key.ts';

export interface Recipient {
  readonly node: string;
  /** As `makeNodeKey` gives it. */
  readonly publicKey: string;
}

export interface ParcelAddress {
  readonly grid: string;
  readonly node: string;
  readonly context: string;
}

const PRIVATE_FORM = /^ays-node-key-1 ([A-Za-z0-9_-]{43})\s*$/;
const PUBLIC_FORM = /^x25519:([A-Za-z0-9_-]{43})$/;
const PARCEL = /^p1\.([A-Za-z0-9_-]{43})\.(v1\..+)$/;
// DER headers of RFC 8410: an X25519 key is these and its 32 bytes.
const PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex');
const SPKI = Buffer.from('302a300506032b656e032100', 'hex');

/** A node's key pair: `privateKey` is the text of a file that never leaves the node. */
export function makeNodeKey(random: RandomBytes): { readonly privateKey: string; readonly publicKey: string } {
  const bytes = random(32);
  const text = Buffer.from(bytes).toString('base64url');
  wipe(bytes);
  const privateKey = `ays-node-key-1 ${text}\n`;
  return { privateKey, publicKey: publicText(readNodeKey(privateKey)) };
}

export function readNodeKey(text: string): KeyObject {
  const bytes = decodeBase64url(PRIVATE_FORM.exec(text)?.[1] ?? '');
  if (bytes?.length !== 32)
    throw new EngineError('SECRETS_LOCKED', "the node's key file does not hold a node key", {
      hint: 'take the file away and join the grid again: ays node join',
    });
  const key = privateFrom(bytes);
  wipe(bytes);
  return key;
}

export function sealParcel(
  address: ParcelAddress,
  publicKey: string,
  values: ReadonlyMap<string, Uint8Array>,
  random: RandomBytes,
): string {
  const recipient = publicFrom(publicKey, address.node);
  const once = random(32);
  const ephemeral = privateFrom(once);
  wipe(once);
  const sender = publicText(ephemeral);
  const shared = sharedKey(ephemeral, recipient, [sender, publicKey]);
  if (shared === undefined) throw badKey(address.node);
  const content = [...values].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]);
  const plain = Buffer.from(JSON.stringify(content));
  const sealed = seal({ id: 'parcel', key: shared }, placeOf(address), plain, random);
  wipe(plain);
  return `p1.${sender.slice('x25519:'.length)}.${sealed}`;
}

/** Name → value. Refused when it is for another node, key or context, or was changed on its way. */
export function openParcel(parcel: string, privateKey: KeyObject, address: ParcelAddress): ReadonlyMap<string, string> {
  const refused = new EngineError(
    'SECRET_DAMAGED',
    `node ${address.node}: the secrets sent for ${address.context} cannot be opened`,
    {
      hint: 'they were sealed for another node key or changed on their way; the robot sends them again at the next pass',
    },
  );
  const [, sender = '', sealed = ''] = PARCEL.exec(parcel) ?? [];
  const bytes = decodeBase64url(sender);
  if (bytes?.length !== 32) throw refused;
  const shared = sharedKey(privateKey, publicFromBytes(bytes), [`x25519:${sender}`, publicText(privateKey)]);
  const plain = shared && unseal({ id: 'parcel', key: shared }, placeOf(address), sealed);
  if (plain === undefined) throw refused;
  const content = JSON.parse(plain.toString()) as readonly (readonly [string, string])[]; // authenticated: it is what sealParcel wrote
  wipe(plain);
  return new Map(content);
}

function placeOf({ grid, node, context }: ParcelAddress): readonly string[] {
  return [grid, 'parcel', node, context];
}

/** Undefined for keys of low order, which would give everyone the same secret. */
function sharedKey(
  privateKey: KeyObject,
  publicKey: KeyObject,
  salt: readonly [string, string],
): KeyObject | undefined {
  let shared: Buffer;
  try {
    shared = diffieHellman({ privateKey, publicKey });
  } catch {
    return undefined;
  }
  const bytes = new Uint8Array(hkdfSync('sha256', shared, salt.join(' '), 'ays parcel v1', 32));
  wipe(shared);
  const key = secretKey(bytes);
  wipe(bytes);
  return key;
}

function privateFrom(bytes: Uint8Array): KeyObject {
  const der = Buffer.concat([PKCS8, bytes]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  wipe(der);
  return key;
}

function publicFrom(text: string, node: string): KeyObject {
  const bytes = decodeBase64url(PUBLIC_FORM.exec(text)?.[1] ?? '');
  if (bytes?.length !== 32) throw badKey(node);
  return publicFromBytes(bytes);
}

function publicFromBytes(bytes: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI, bytes]), format: 'der', type: 'spki' });
}

function publicText(privateKey: KeyObject): string {
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return `x25519:${der.subarray(SPKI.length).toString('base64url')}`;
}

function badKey(node: string): EngineError {
  return new EngineError('SECRETS_LOCKED', `node ${node}: its public key cannot be used`, {
    hint: `let it join again: ays node rm ${node}, then ays node token`,
  });
}
