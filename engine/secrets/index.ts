// The door of the secrets: vault, prints, parcels for nodes, tokens, and hiding in what is written.

export { assertNoSecret } from './assert-no-secret.ts';
export { fillPrints, secretNames, type Outputs, type Printer } from './fingerprint.ts';
export { readKeyFile, settleKeys, stageKey, type KeyFileOptions, type KeyFiles } from './key-file.ts';
export { KEYRING_ID } from './keyring.ts';
export { makeNodeKey, openParcel, readNodeKey, type ParcelAddress, type Recipient } from './parcel.ts';
export { HIDDEN, redactor, type RedactedStream, type Redactor } from './redactor.ts';
export { hideSecrets, resolveSecrets, type Fill, type ResolvedSecrets } from './resolve-secrets.ts';
export { wipe, type RandomBytes, type SealingKey } from './seal.ts';
export { MIN_HIDDEN } from './secret-forms.ts';
export { MAX_SECRET_BYTES } from './secret-value.ts';
export { SCOPES, allows, type Scope } from './stored-token.ts';
export { tokens, type TokenInfo, type Tokens } from './tokens.ts';
export { openVault, type SecretInfo, type Vault, type VaultOptions } from './vault.ts';
export { keyText, readWrappingKey, wrappingKey } from './wrapping-key.ts';
