// The files of a journal. Generation g is `snapshot-g`, the state before the first transaction of `journal-g`; a snapshot that is
// still being written has `.new` behind its name and counts for nothing.

export type FileKind = 'journal' | 'snapshot';

const PATTERN = /^(journal|snapshot)-(\d{6,})(\.new)?$/;

export function fileName(kind: FileKind, generation: number): string {
  return `${kind}-${String(generation).padStart(6, '0')}`;
}

export function unfinished(name: string): string {
  return `${name}.new`;
}

/** Undefined for what is not ours. */
export function readName(
  name: string,
): { readonly kind: FileKind; readonly generation: number; readonly finished: boolean } | undefined {
  const match = PATTERN.exec(name);
  if (match === null) return undefined;
  const [, kind, digits, rest] = match;
  return { kind: kind as FileKind, generation: Number(digits), finished: rest === undefined }; // the pattern allows no other
}
