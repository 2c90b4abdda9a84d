// New keys for an old grid, cut off anywhere and finished by whoever comes next:
//   1. one write makes the new data key current and wraps every key anew; from here on new values use it
//   2. each value under an older key is sealed again, checked against the version that was read
//   3. one write takes the older keys out, once no value needs them
// Every write checks what it saw, so two robots may do this at once, and values may be set meanwhile.

import { EngineError } from '../model/errors.ts';
import type { JsonValue } from '../model/json.ts';
import type { StoredSecret } from '../store/records.ts';
import { KEYRING_ID, openKeyring, storedKeyring, withNewDataKey, type Keyring } from './keyring.ts';
import { seal, wipe, type RandomBytes, type SealingKey } from './seal.ts';
import {
  eachSecret,
  openStored,
  readSecret,
  secretJson,
  secretPlace,
  unlessDamaged,
  type SecretStore,
} from './stored-secret.ts';

const ATTEMPTS = 50;

export async function startRekey(
  store: SecretStore,
  grid: string,
  load: () => Promise<Keyring>,
  change: { readonly wrapping: SealingKey | undefined; readonly data: boolean },
  random: RandomBytes,
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { version, wrapping: before, current, keys, root } = await load();
    const wrapping = change.wrapping ?? before;
    if (!change.data && wrapping.id === before.id) return;
    const value = change.data
      ? withNewDataKey(grid, wrapping, keys, root, random)
      : storedKeyring(grid, wrapping, current, [...keys.values()], root, random);
    const done = await store.commit({
      durable: true,
      checks: [{ collection: 'secret', id: KEYRING_ID, version }],
      puts: [{ collection: 'secret', id: KEYRING_ID, value }],
    });
    if (done.ok) return;
  }
  throw contended(grid);
}

/** Nothing to do unless a change of the data key is under way. */
export async function finishRekey(
  store: SecretStore,
  grid: string,
  keyring: Keyring,
  wrappings: readonly SealingKey[],
  random: RandomBytes,
): Promise<void> {
  let now = keyring;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (now.keys.size === 1) return;
    await sealAgain(store, grid, now, random);
    const value = storedKeyring(grid, now.wrapping, now.current, [now.current], now.root, random);
    const done = await store.commit({
      durable: true,
      checks: [{ collection: 'secret', id: KEYRING_ID, version: now.version }],
      puts: [{ collection: 'secret', id: KEYRING_ID, value }],
    });
    if (done.ok) return;
    const document = await store.get('secret', KEYRING_ID);
    if (document === undefined) throw contended(grid);
    now = openKeyring(grid, document.value, document.version, wrappings);
  }
  throw contended(grid);
}

async function sealAgain(store: SecretStore, grid: string, keyring: Keyring, random: RandomBytes): Promise<void> {
  const { current, version } = keyring;
  for await (const { id } of eachSecret(store)) {
    for (;;) {
      const document = await store.get('secret', id);
      const old = document === undefined ? undefined : openOld(grid, keyring, id, document.value);
      if (document === undefined || old === undefined) break;
      const { secret, plain } = old;
      const sealed = seal(current, secretPlace(grid, secret), plain, random);
      wipe(plain);
      const done = await store.commit({
        durable: true,
        checks: [
          { collection: 'secret', id: KEYRING_ID, version },
          { collection: 'secret', id, version: document.version },
        ],
        puts: [{ collection: 'secret', id, value: secretJson({ ...secret, keyId: current.id, sealed }) }],
      });
      if (done.ok) break;
      if (done.why === 'version' && done.check.id === KEYRING_ID) return;
    }
  }
}

/**
 * Undefined when there is nothing to seal again: it is under the current key, or under one of a later change, which whoever began that
 * finishes. What is damaged stays as it is: no key opens it, and one such value must not stop the change for ever.
 */
function openOld(
  grid: string,
  keyring: Keyring,
  id: string,
  value: JsonValue,
): { readonly secret: StoredSecret; readonly plain: Buffer } | undefined {
  return unlessDamaged(() => {
    const secret = readSecret(id, value);
    if (secret.keyId === keyring.current.id) return undefined;
    const plain = openStored(grid, keyring, secret);
    return plain === undefined ? undefined : { secret, plain };
  });
}

function contended(grid: string): EngineError {
  return new EngineError('SECRET_CONTENDED', `grid ${grid}: others kept changing its keys`, { hint: 'try again' });
}
