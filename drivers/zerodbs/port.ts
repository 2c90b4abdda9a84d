// Zerodbs: small append-only stores that others spread their parts over. Stopping one keeps its data; namespaces that somebody
// else made on it (a vdisk, an s3) are neither reported nor touched.

import type { JsonObject, JsonValue } from '../../engine/model/json.ts';
import type { ServiceKey } from '../../engine/model/key.ts';
import type { Absent, Foreign, Identity } from '../presence.ts';

export type NamespaceWish = {
  readonly name: string;
  readonly size: number;
  /** A sealed expression. */
  readonly password?: JsonValue;
  readonly public: boolean;
  readonly worm: boolean;
  readonly locked: boolean;
};

export interface NamespaceView {
  /** As set; the password as a fingerprint. */
  readonly settings: JsonObject & { readonly name: string };
  readonly used: number;
}

export interface ZerodbPresent {
  readonly presence: 'present';
  readonly state: 'running' | 'stopped' | 'failed';
  readonly settings: JsonObject;
  /** Only those asked for by its own spec; undefined while it does not run, because then nobody can see them. */
  readonly namespaces: readonly NamespaceView[] | undefined;
  readonly address: string;
  readonly port: number;
  /** Reads and writes of its disk that failed. */
  readonly ioErrors: number;
}

export type ZerodbView = Absent | Foreign | ZerodbPresent;

export interface Zerodbs {
  inspectZerodb(key: ServiceKey): Promise<ZerodbView>;
  /** Not started. DEPENDENCY_UNREADY when what holds its data is not there. */
  createZerodb(key: ServiceKey, identity: Identity, settings: JsonObject): Promise<void>;
  startZerodb(key: ServiceKey): Promise<void>;
  stopZerodb(key: ServiceKey): Promise<void>;
  /** Address, port, sync and the admin password take effect at the next start. */
  configureZerodb(key: ServiceKey, changes: JsonObject): Promise<void>;
  /** Makes it, or gives it these settings; it must run. A size below its use is refused. */
  putNamespace(key: ServiceKey, namespace: NamespaceWish): Promise<void>;
  deleteNamespace(key: ServiceKey, name: string): Promise<void>;
  destroyZerodb(key: ServiceKey): Promise<void>;
  rekey(from: ServiceKey, to: ServiceKey, identity: Identity): Promise<void>;
  adopt(key: ServiceKey, nativeId: string, identity: Identity): Promise<void>;
}
