// The secrets of one grid. Nothing is acknowledged before it is durable, a value is in clear only while somebody holds it, and
// what is stored opens only in this grid, under its own name, with the grid's key. Any number of robots may use one
// store: each write checks the keyring it was sealed by, so a value never lands under a key that is on its way out.

import type { KeyObject } from 'node:crypto';
import { EngineError } from '../model/errors.ts';
import type { Clock } from '../model/world.ts';
import type { Author, StoredSecret } from '../store/records.ts';
import { KEYRING_ID, derive, digest, locked, newKeyring, openKeyring, type Keyring } from './keyring.ts';
import { sealParcel, type Recipient } from './parcel.ts';
import { makePrinter, type Printer } from './fingerprint.ts';
import { finishRekey, startRekey } from './rekey.ts';
import { seal, wipe, type RandomBytes, type SealingKey } from './seal.ts';
import { checkSecretName, generateSecret, secretBytes } from './secret-value.ts';
import {
  damagedSecret,
  eachSecret,
  isDamaged,
  openStored,
  readSecret,
  secretJson,
  secretPlace,
  unlessDamaged,
} from './stored-secret.ts';
import type { SecretDocument, SecretStore } from './stored-secret.ts';

export interface VaultOptions {
  readonly store: SecretStore;
  readonly grid: string;
  /** The present key first; a key that was staged for a change beside it. */
  readonly wrapping: readonly SealingKey[];
  readonly random: RandomBytes;
  readonly clock: Clock;
}

export interface SecretInfo {
  readonly name: string;
  readonly at: number;
  readonly by: Author;
  readonly keyId: string;
}

export interface Vault {
  readonly grid: string;
  /** Id of the wrapping key in force: tells which of the keys given is needed from now on. */
  wrappedBy(): string;
  /** False: it has this value already and nothing was written. */
  set(name: string, value: string | Uint8Array, by: Author): Promise<boolean>;
  /** Makes a value unless there is one; true when it was made. */
  generate(name: string, length: number, by: Author): Promise<boolean>;
  /** In name order. Values never. */
  list(): Promise<readonly SecretInfo[]>;
  /** Opens every one and names those that are damaged. */
  damaged(): Promise<readonly string[]>;
  /** False when it was not there. */
  remove(name: string): Promise<boolean>;
  /** In clear; `wipe` it after use. */
  open(name: string): Promise<Uint8Array>;
  /** Keyed digest of the value; undefined when it has none. */
  print(name: string): Promise<string | undefined>;
  /** The prints of all secrets as they are now, for fingerprints of many specs. */
  printer(): Promise<Printer>;
  /** Seals values for one node, bound to `context`, which the node must name to open them. */
  sealFor(recipient: Recipient, names: readonly string[], context: string): Promise<string>;
  /** New wrapping key, new data key, or both. A change that was cut off goes on at the next opening. */
  rekey(change: { readonly wrapping?: SealingKey; readonly data?: boolean }): Promise<void>;
  /** A key for another purpose of this grid (`token`), the same for ever. */
  derive(purpose: string): KeyObject;
}

/** Founds the keyring of an empty grid; else opens it, or refuses with SECRETS_LOCKED. Finishes a change of keys that was cut off. */
export async function openVault(options: VaultOptions): Promise<Vault> {
  const { store, grid, random, clock } = options;
  const wrappings = [...options.wrapping];
  let keyring = await load();
  await finishRekey(store, grid, keyring, wrappings, random);
  keyring = await load();
  const printKey = derive(keyring.root, grid, 'print');

  async function load(): Promise<Keyring> {
    for (;;) {
      const document = await store.get('secret', KEYRING_ID);
      if (document !== undefined) return openKeyring(grid, document.value, document.version, wrappings);
      await found();
    }
  }

  async function found(): Promise<void> {
    const [wrapping] = wrappings;
    if (wrapping === undefined)
      throw locked(`grid ${grid}: there is no key to lock its secrets with`, 'give a key file');
    const [orphan] = await store.list('secret', { limit: 1 });
    if (orphan !== undefined && orphan.id !== KEYRING_ID)
      throw locked(
        `grid ${grid} has secrets (${orphan.id}, …) and no keyring to open them with`,
        'ays restore brings it back from the copy that each robot keeps on disk',
      );
    await store.commit({
      durable: true,
      checks: [{ collection: 'secret', id: KEYRING_ID, version: 0 }],
      puts: [{ collection: 'secret', id: KEYRING_ID, value: newKeyring(grid, wrapping, random) }],
    });
  }

  async function read(name: string): Promise<SecretDocument | undefined> {
    checkSecretName(name);
    const document = await store.get('secret', name);
    return document === undefined ? undefined : { secret: readSecret(name, document.value), version: document.version };
  }

  async function openDocument({ secret }: SecretDocument): Promise<Buffer> {
    const plain = openStored(grid, keyring, secret);
    if (plain !== undefined) return plain;
    keyring = await load(); // another robot changed the data key
    const again = openStored(grid, keyring, secret);
    if (again === undefined) throw damagedSecret(secret.name);
    return again;
  }

  function printOfBytes(name: string, bytes: Uint8Array): string {
    return digest(printKey, ['value', name, bytes]).toString('base64url');
  }

  /** Reads what is there, decides, writes against what was read; again when another was faster. */
  async function change(
    name: string,
    decide: (before: SecretDocument | undefined) => { readonly value: Uint8Array; readonly by: Author } | undefined,
  ): Promise<boolean> {
    for (let attempt = 0; attempt < 50; attempt++) {
      const before = await readable(name);
      const wanted = decide(before);
      if (wanted === undefined) return false;
      const { current, version } = keyring;
      const { value, by } = wanted;
      const about = { name, print: printOfBytes(name, value), at: clock.now(), by };
      const sealed = seal(current, secretPlace(grid, about), value, random);
      const secret: StoredSecret = { ...about, keyId: current.id, sealed };
      const done = await store.commit({
        durable: true,
        checks: [
          { collection: 'secret', id: KEYRING_ID, version },
          { collection: 'secret', id: name, version: before?.version ?? 0 },
        ],
        puts: [{ collection: 'secret', id: name, value: secretJson(secret) }],
      });
      if (done.ok) return true;
      keyring = await load();
    }
    throw new EngineError('SECRET_CONTENDED', `secret ${name}: others kept writing it`, { hint: 'try again' });
  }

  /** What is damaged does not stand in the way of being set again. */
  async function readable(name: string): Promise<SecretDocument | undefined> {
    checkSecretName(name);
    const document = await store.get('secret', name);
    if (document === undefined) return undefined;
    const { version } = document;
    try {
      const secret = readSecret(name, document.value);
      wipe(await openDocument({ secret, version }));
      return { secret, version };
    } catch (error) {
      if (!isDamaged(error)) throw error;
      return { secret: { name, keyId: '', sealed: '', print: '', at: 0, by: { name: '', via: 'robot' } }, version };
    }
  }

  async function open(name: string): Promise<Buffer> {
    const document = await read(name);
    if (document === undefined)
      throw new EngineError('SECRET_UNKNOWN', `the secret "${name}" has no value`, { hint: `ays secret set ${name}` });
    return openDocument(document);
  }

  /** One that is damaged must not hide the others: it is left out. */
  async function documents(): Promise<readonly StoredSecret[]> {
    const found: StoredSecret[] = [];
    for await (const { id, value } of eachSecret(store)) {
      const secret = unlessDamaged(() => readSecret(id, value));
      if (secret !== undefined) found.push(secret);
    }
    return found;
  }

  return {
    grid,
    wrappedBy: () => keyring.wrapping.id,
    async set(name, value, by) {
      checkSecretName(name);
      const bytes = secretBytes(name, value);
      try {
        const print = printOfBytes(name, bytes);
        return await change(name, (before) => (before?.secret.print === print ? undefined : { value: bytes, by }));
      } finally {
        wipe(bytes);
      }
    },
    async generate(name, length, by) {
      checkSecretName(name);
      const bytes = secretBytes(name, generateSecret(name, length, random));
      try {
        return await change(name, (before) => (before === undefined ? { value: bytes, by } : undefined));
      } finally {
        wipe(bytes);
      }
    },
    async list() {
      return (await documents()).map(({ name, at, by, keyId }) => ({ name, at, by, keyId }));
    },
    async damaged() {
      const names: string[] = [];
      for await (const { id } of eachSecret(store)) {
        const plain = await open(id).catch((error: unknown) => {
          if (!isDamaged(error)) throw error;
          names.push(id);
        });
        if (plain !== undefined) wipe(plain);
      }
      return names;
    },
    async remove(name) {
      checkSecretName(name);
      const before = await store.get('secret', name);
      if (before === undefined) return false;
      await store.commit({ durable: true, deletes: [{ collection: 'secret', id: name }] });
      return true;
    },
    open,
    async print(name) {
      return (await read(name))?.secret.print;
    },
    async printer() {
      const prints = new Map((await documents()).map(({ name, print }) => [name, print]));
      return makePrinter(derive(keyring.root, grid, 'print of a value'), prints);
    },
    async sealFor(recipient, names, context) {
      const values = new Map<string, Uint8Array>();
      try {
        for (const name of new Set(names)) values.set(name, await open(name));
        return sealParcel({ grid, node: recipient.node, context }, recipient.publicKey, values, random);
      } finally {
        for (const bytes of values.values()) wipe(bytes);
      }
    },
    async rekey({ wrapping, data }) {
      if (wrapping !== undefined && !wrappings.some(({ id }) => id === wrapping.id)) wrappings.push(wrapping);
      await startRekey(store, grid, load, { wrapping, data: data === true }, random);
      keyring = await load();
      await finishRekey(store, grid, keyring, wrappings, random);
      keyring = await load();
    },
    derive: (purpose) => derive(keyring.root, grid, `use ${purpose}`),
  };
}
