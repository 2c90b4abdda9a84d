// The door of the blueprint reader: text and a grid in, desired state or diagnostics out.

import { Report } from '../model/diagnostic.ts';
import type { Registry } from '../model/registry.ts';
import { EMPTY_GRID, type DesiredState, type GridState } from '../model/service.ts';
import type { BlueprintReader } from './sources/reader.ts';
import { resolveBlueprint } from './resolve.ts';

export interface BlueprintInput {
  /** A file, a folder, or `-` for standard input. */
  readonly path: string;
  readonly stdin?: Uint8Array;
  /** Blueprint name and scope of a second, separate copy. */
  readonly as?: string;
  readonly set?: Readonly<Record<string, string>>;
  /** Read packages as they are, whatever ays.lock pins: the pins are about to be written anew. */
  readonly relock?: boolean;
  /** Values files, the last one wins. */
  readonly values?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface ReadContext {
  readonly reader: BlueprintReader;
  readonly registry: Registry;
  readonly grid?: GridState;
  /** Refuse secrets that have no value yet: a plan does, validation does not. Default true. */
  readonly strictSecrets?: boolean;
}

export type ResolveContext = ReadContext & { readonly grid: GridState };

export interface Resolution {
  readonly report: Report;
  /** undefined when there is any error. */
  readonly desired: DesiredState | undefined;
}

export function readBlueprint(input: BlueprintInput, context: ReadContext): Resolution {
  const report = new Report();
  const desired = resolveBlueprint(input, { ...context, grid: context.grid ?? EMPTY_GRID }, report);
  return { report, desired: report.failed ? undefined : desired };
}

export { memoryReader, type BlueprintReader } from './sources/reader.ts';
export { COMMON_SCHEMA } from './shape/common-fields.ts';
export { readGridState } from './sources/grid-file.ts';
export { formatLock, LOCK_FILE } from './expand/packages.ts';
