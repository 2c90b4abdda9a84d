// What an error code means, from the text of docs/errors.md: the heading of the code and what stands below it.

import { CATALOGUE, EngineError, type ErrorCode } from '../../../engine/model/errors.ts';
import { readFileSync } from 'node:fs';
import { wrap } from '../display.ts';
import { shippedFile } from '../package-files.ts';
import type { Output } from '../output.ts';

const ANSWERS = {
  retry: 'tries again, with growing pauses, until the cause clears',
  wait: 'waits for another service; nothing is counted against this one',
  park: 'stops and waits for a person',
  bug: 'stops; this is a mistake of ays itself, please report it',
} as const;

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(CATALOGUE, text);
}

export function explainCode(code: ErrorCode, output: Output): void {
  const { disposition, exit } = CATALOGUE[code];
  const text = sectionOf(errorPage(), code);
  if (output.json) return output.document({ ok: true, code, disposition, exit, text: text ?? '' });
  const { bold, dim } = output.paint;
  output.line(bold(code));
  if (text !== undefined) output.line(`\n${layOut(text, output.width)}\n`);
  output.line(dim(`The loop ${ANSWERS[disposition]}. Exit code ${exit}.`));
}

/** The text below a code's heading, up to the next heading. */
export function sectionOf(page: string, code: string): string | undefined {
  const lines = page.split('\n');
  const heading = lines.findIndex(
    (line) => /^#{2,4} /.test(line) && line.replace(/^#+ /, '').replaceAll('`', '').trim().split(/[\s:]/)[0] === code,
  );
  if (heading < 0) return undefined;
  let fenced = false;
  const section: string[] = [];
  for (const line of lines.slice(heading + 1)) {
    if (line.startsWith('```')) fenced = !fenced;
    if (!fenced && /^#{1,4} /.test(line)) break;
    section.push(line);
  }
  const text = section.join('\n').trim();
  return text === '' ? undefined : text;
}

/** Prose is wrapped; lists, tables and fenced code stay as they are, without the fences. */
function layOut(text: string, width: number): string {
  let fenced = false;
  const paragraphs: string[] = [];
  let prose: string[] = [];
  const flush = (): void => {
    if (prose.length > 0) paragraphs.push(`  ${wrap(prose.join(' '), width, '  ')}`);
    prose = [];
  };
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) {
      flush();
      fenced = !fenced;
    } else if (fenced) paragraphs.push(`    ${line}`);
    else if (line.trim() === '') {
      flush();
      if (paragraphs.at(-1) !== '') paragraphs.push('');
    } else if (/^([-*|]|\d+\.) ?/.test(line)) {
      flush();
      paragraphs.push(`  ${wrap(line, width, '    ')}`);
    } else prose.push(line.trim());
  }
  flush();
  return paragraphs.join('\n').trimEnd();
}

function errorPage(): string {
  try {
    return readFileSync(shippedFile('docs/errors.md'), 'utf8');
  } catch (error) {
    throw new EngineError(
      'FILE_UNREADABLE',
      'the page of error codes (docs/errors.md) is missing from this installation of ays',
      {
        hint: 'install ays again',
        cause: error,
      },
    );
  }
}
