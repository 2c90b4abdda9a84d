// What a disk says, in the words of the catalogue.

import { EngineError } from '../../model/errors.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT']);

/** A write that did not get through: nothing of it counts, and the store takes no more until a write gets through again. */
export function writeFault(where: string, cause: unknown): EngineError {
  const code = codeOf(cause);
  const detail = { where, ...(code !== undefined && { system: code }) };
  return code !== undefined && FULL.has(code)
    ? new EngineError(
        'STORE_FULL',
        `the disk of ${where} is full; the change was not made, and nothing can be changed until there is space`,
        {
          hint: `Free some space there (\`df ${where}\`). The robot goes on by itself; what was acknowledged is safe.`,
          detail,
          cause,
        },
      )
    : new EngineError('STORE_FAILED', `${where} could not be written (${said(cause)}); the change was not made`, {
        hint: 'See the kernel log (`dmesg`) and the health of the disk. The robot tries again by itself; what was acknowledged is safe.',
        detail,
        cause,
      });
}

export function openFault(where: string, cause: unknown): EngineError {
  if (cause instanceof EngineError) return cause;
  const code = codeOf(cause);
  if (code !== undefined && FULL.has(code)) return writeFault(where, cause);
  return new EngineError('STORE_FAILED', `the journal in ${where} cannot be opened: ${said(cause)}`, {
    hint: 'The folder must belong to the user who runs the robot, on a disk that can be written.',
    detail: { where, ...(code !== undefined && { system: code }) },
    cause,
  });
}

export function corrupt(where: string, file: string, offset: number, found: string): EngineError {
  return new EngineError(
    'STORE_CORRUPT',
    `${where}/${file} is damaged at byte ${offset}: ${found}; what was acknowledged would be lost without a word, so the store is not opened`,
    {
      hint: 'Keep a copy of the folder, look at the disk, then put a backup of the folder back, or move it away and run `ays restore`.',
      detail: { where, file, offset },
    },
  );
}

export function newerFormat(where: string, file: string, format: unknown, known: number): EngineError {
  return new EngineError(
    'STORE_FORMAT',
    `${where}/${file} has the format ${String(format)}; this program knows formats up to ${known}`,
    { hint: 'A newer ays wrote it: run that version, or `ays restore` into an empty folder.', detail: { where, file } },
  );
}

function codeOf(cause: unknown): string | undefined {
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

function said(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
