// The grid's keys as the store keeps them, in one document beside the secrets, so that a copy of the secrets is whole:
//   wrapping key (key file) ─opens─▶ data key ─opens─▶ values, the canary, the root
// The canary proves at start that the chain opens; who cannot open it must not start. The root never changes: prints and
// token hashes are keyed by what is derived from it, so that new keys roll no consumer and void no token.

import { createHmac, hkdfSync, type KeyObject } from 'node:crypto';
import { EngineError } from '../model/errors.ts';
import { isObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { seal, unseal, wipe, type RandomBytes, type SealingKey } from './seal.ts';
import { KEY_BYTES, secretKey } from './wrapping-key.ts';

/** Id of its document in the collection `secret`; no secret can have this name. */
export const KEYRING_ID = '.keyring';
const FORMAT = 1;

export interface StoredKeyring extends JsonObject {
  readonly format: number;
  /** Id of the wrapping key. */
  readonly wrappedBy: string;
  /** Seals what is new. */
  readonly current: string;
  /** Data keys by id. More than one only while a change of the data key is under way. */
  readonly keys: { readonly [id: string]: string };
  readonly canary: string;
  readonly root: string;
}

export interface Keyring {
  readonly stored: StoredKeyring;
  /** Version of its document. */
  readonly version: number;
  readonly wrapping: SealingKey;
  readonly current: SealingKey;
  readonly keys: ReadonlyMap<string, SealingKey>;
  readonly root: KeyObject;
}

export function newKeyring(grid: string, wrapping: SealingKey, random: RandomBytes): StoredKeyring {
  const root = random(KEY_BYTES);
  const made = withNewDataKey(grid, wrapping, new Map(), secretKey(root), random);
  wipe(root);
  return made;
}

/** The same root under a new data key; `older` keys stay in it until nothing needs them. */
export function withNewDataKey(
  grid: string,
  wrapping: SealingKey,
  older: ReadonlyMap<string, SealingKey>,
  root: KeyObject,
  random: RandomBytes,
): StoredKeyring {
  const bytes = random(KEY_BYTES);
  const data: SealingKey = { id: Buffer.from(random(8)).toString('hex'), key: secretKey(bytes) };
  wipe(bytes);
  return storedKeyring(grid, wrapping, data, [...older.values(), data], root, random);
}

export function storedKeyring(
  grid: string,
  wrapping: SealingKey,
  current: SealingKey,
  keys: readonly SealingKey[],
  root: KeyObject,
  random: RandomBytes,
): StoredKeyring {
  const wrapped = keys.map(({ id, key }) => {
    const bytes = key.export();
    const text = seal(wrapping, [grid, 'data key', id], bytes, random);
    wipe(bytes);
    return [id, text] as const;
  });
  const bytes = root.export();
  const sealedRoot = seal(current, [grid, 'root'], bytes, random);
  wipe(bytes);
  return {
    format: FORMAT,
    wrappedBy: wrapping.id,
    current: current.id,
    keys: Object.fromEntries(wrapped),
    canary: seal(current, [grid, 'canary'], Buffer.from('canary'), random),
    root: sealedRoot,
  };
}

/** Opens it with whichever of the keys fits, or refuses with SECRETS_LOCKED and the way out. */
export function openKeyring(
  grid: string,
  value: JsonValue,
  version: number,
  wrappings: readonly SealingKey[],
): Keyring {
  const stored = readStored(grid, value);
  const wrapping = wrappings.find(({ id }) => id === stored.wrappedBy);
  if (wrapping === undefined) {
    const held = wrappings.map(({ id }) => id).join(', ');
    throw locked(
      `the secrets of grid ${grid} are locked with key ${stored.wrappedBy}; this robot holds ${held === '' ? 'none' : held}`,
      `put the key file with key ${stored.wrappedBy} back, or set AYS_KEY to it; no other key opens these secrets`,
    );
  }
  const keys = new Map<string, SealingKey>();
  for (const [id, text] of Object.entries(stored.keys)) {
    const bytes = unseal(wrapping, [grid, 'data key', id], text);
    if (bytes === undefined || bytes.length !== KEY_BYTES) throw damaged(grid, `data key ${id}`);
    keys.set(id, { id, key: secretKey(bytes) });
    wipe(bytes);
  }
  const current = keys.get(stored.current);
  if (current === undefined) throw damaged(grid, `data key ${stored.current}`);
  if (unseal(current, [grid, 'canary'], stored.canary)?.toString() !== 'canary') throw damaged(grid, 'canary');
  const root = unseal(current, [grid, 'root'], stored.root);
  if (root === undefined || root.length !== KEY_BYTES) throw damaged(grid, 'root');
  const result = { stored, version, wrapping, current, keys, root: secretKey(root) };
  wipe(root);
  return result;
}

/** A key of its own for each purpose; the same for ever in one grid. */
export function derive(root: KeyObject, grid: string, purpose: string): KeyObject {
  const bytes = new Uint8Array(hkdfSync('sha256', root, grid, `ays ${purpose} v1`, KEY_BYTES));
  const key = secretKey(bytes);
  wipe(bytes);
  return key;
}

/** Keyed digest of parts, none of which can run into the next. */
export function digest(key: KeyObject, parts: readonly (string | Uint8Array)[]): Buffer {
  const mac = createHmac('sha256', key);
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    mac.update(`${bytes.length}:`).update(bytes);
  }
  return mac.digest();
}

export function locked(message: string, hint: string): EngineError {
  return new EngineError('SECRETS_LOCKED', message, { hint });
}

function damaged(grid: string, part: string): EngineError {
  return locked(
    `the keyring of grid ${grid} cannot be opened: its ${part} was changed, or belongs to another grid`,
    'ays restore brings it back from the copy that each robot keeps on disk',
  );
}

function readStored(grid: string, value: JsonValue): StoredKeyring {
  if (isObject(value) && typeof value['format'] === 'number' && value['format'] > FORMAT)
    throw locked(
      `the keyring of grid ${grid} has format ${value['format']}; this program knows ${FORMAT}`,
      'start the newer program that wrote it',
    );
  const text = (name: string): boolean => isObject(value) && typeof value[name] === 'string';
  const whole =
    isObject(value) &&
    value['format'] === FORMAT &&
    ['wrappedBy', 'current', 'canary', 'root'].every(text) &&
    isObject(value['keys']) &&
    Object.values(value['keys']).every((each) => typeof each === 'string');
  if (!whole) throw damaged(grid, 'document');
  return value as StoredKeyring; // every field was looked at above
}
