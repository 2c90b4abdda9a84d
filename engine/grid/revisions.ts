// One revision of a blueprint: immutable, numbered without a gap, with the whole state in it. Its services are the ones in the store
// at that moment, so that a revision can be shown, compared and taken back without asking anything else.

import type { DesiredState } from '../model/service.ts';
import type { Author, BlueprintHead, Revision } from '../store/records.ts';
import type { Change } from './change.ts';
import { desiredOf, emptyState } from './desired.ts';
import { revisionId } from './state.ts';

export interface Making {
  readonly desired: DesiredState;
  readonly author: Author;
  readonly cause: string;
  readonly planHash: string | null;
  /** Contents in the store already. */
  readonly contents: readonly string[];
}

export function revisionOf(
  { desired, author, cause, planHash, contents }: Making,
  number: number,
  at: number,
): Revision {
  return {
    blueprint: desired.blueprint,
    number,
    parent: number - 1,
    hash: desired.hash,
    author,
    at,
    cause,
    planHash,
    scope: desired.scope,
    params: desired.params,
    choices: desired.choices,
    actors: desired.actors,
    services: [...desired.services.values()],
    actions: desired.actions,
    eventfilters: desired.eventfilters,
    secrets: desired.secrets,
    outputs: desired.outputs,
    packages: desired.packages,
    contents: [...new Set([...contents, ...desired.contents.keys()])].sort(),
  };
}

/** What a change of the record alone starts from: the last revision, or nothing. */
export interface Last {
  readonly desired: DesiredState;
  readonly contents: readonly string[];
  readonly number: number;
  readonly pinned: BlueprintHead['pinned'];
}

export async function lastRevision(draft: Change, blueprint: string): Promise<Last> {
  const head = await draft.see<BlueprintHead>('blueprint', blueprint);
  if (head === undefined) return { desired: emptyState(blueprint), contents: [], number: 0, pinned: null };
  const { revision, pinned } = head.value;
  const document = await draft.see<Revision>('revision', revisionId(blueprint, revision));
  const desired = document === undefined ? emptyState(blueprint) : desiredOf(document.value);
  return { desired, contents: document?.value.contents ?? [], number: revision, pinned };
}

/** Writes the next revision of a blueprint: the record only, no service. */
export function writeRevision(
  draft: Change,
  last: Last,
  making: Omit<Making, 'planHash' | 'contents'> & { readonly contents?: readonly string[]; readonly changed: number },
): number {
  const { desired, author, cause, changed } = making;
  const { blueprint } = desired;
  const number = last.number + 1;
  const contents = making.contents ?? last.contents;
  draft.put(
    'revision',
    revisionId(blueprint, number),
    revisionOf({ desired, author, cause, planHash: null, contents }, number, draft.now),
  );
  putHead(draft, desired, number, last.pinned);
  sayRevision(draft, blueprint, { revision: number, by: author.name, cause, changed });
  return number;
}

export function putHead(draft: Change, desired: DesiredState, revision: number, pinned: BlueprintHead['pinned']): void {
  const { blueprint, hash, services } = desired;
  draft.put('blueprint', blueprint, {
    blueprint,
    revision,
    hash,
    pinned,
    services: services.size,
  } satisfies BlueprintHead);
}

export function sayRevision(
  draft: Change,
  blueprint: string,
  what: { readonly revision: number; readonly by: string; readonly cause: string; readonly changed: number },
): void {
  draft.say('revision', { blueprint, ...what }, `blueprint/${blueprint}`);
}
