// Bytes become text here, or a diagnostic that says which byte is wrong: a file that is too large, not text or not UTF-8
// never reaches the YAML reader. Each byte is looked at once. A byte order mark is dropped, CRLF stays: all offsets are
// offsets into what is kept.

import { SourceFile } from '../../model/diagnostic.ts';
import type { Report } from '../../model/diagnostic.ts';
import { LIMITS } from '../limits.ts';

export function decodeText(
  name: string,
  bytes: Uint8Array,
  report: Report,
  maxBytes: number = LIMITS.fileBytes,
): SourceFile | undefined {
  if (bytes.length > maxBytes) {
    report.error(
      'FILE_TOO_LARGE',
      nowhere(name),
      `${name} has ${sayBytes(bytes.length)}; a blueprint file may have ${sayBytes(maxBytes)}`,
      'split it: a folder of files is one blueprint; keep large content in files of its own and name them with `from:`',
    );
    return undefined;
  }
  const foreign = foreignEncoding(bytes);
  if (foreign !== undefined) {
    report.error(
      'FILE_NOT_UTF8',
      nowhere(name),
      `${name} is ${foreign} text; a blueprint is UTF-8`,
      `convert it: iconv -f ${foreign.replace(/[BL]E$/, '')} -t UTF-8 ${name} > new.yaml`,
    );
    return undefined;
  }
  const from = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const nul = bytes.indexOf(0, from);
  if (nul >= 0) {
    const file = new SourceFile(name, decodeLoose(bytes, from, nul));
    report.error(
      'FILE_HAS_NUL',
      { file, start: file.text.length, end: file.text.length },
      `${name} has a NUL byte at ${sayPosition(file)}; a blueprint is text`,
      'is this the right file? A program or an image cannot be read as a blueprint',
    );
    return undefined;
  }
  const text = decodeStrict(bytes, from);
  if (text === undefined) {
    const bad = firstBadByte(bytes, from);
    const file = new SourceFile(name, decodeLoose(bytes, from, bad));
    const byte = (bytes[bad] ?? 0).toString(16).toUpperCase().padStart(2, '0');
    report.error(
      'FILE_NOT_UTF8',
      { file, start: file.text.length, end: file.text.length },
      `${name} is not UTF-8: the byte 0x${byte} at ${sayPosition(file)} is no character`,
      `save it as UTF-8; from Latin-1: iconv -f ISO-8859-1 -t UTF-8 ${name} > new.yaml`,
    );
    return undefined;
  }
  return new SourceFile(name, text);
}

function decodeStrict(bytes: Uint8Array, from: number): string | undefined {
  try {
    return new TextDecoder('utf-8', { ignoreBOM: true, fatal: true }).decode(bytes.subarray(from));
  } catch {
    return undefined;
  }
}

/** UTF-16 and UTF-32 are known by their byte order mark, UTF-16 also by a zero in every other byte. */
function foreignEncoding(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'UTF-32LE' : 'UTF-16LE';
  if (a === 0xfe && b === 0xff) return 'UTF-16BE';
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'UTF-32BE';
  if (bytes.length >= 4 && a !== 0 && b === 0 && c !== 0 && d === 0) return 'UTF-16LE';
  if (bytes.length >= 4 && a === 0 && b !== 0 && c === 0 && d !== 0) return 'UTF-16BE';
  return undefined;
}

function decodeLoose(bytes: Uint8Array, from: number, to: number): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(from, to));
}

/** The offset of the first byte that is not part of a well-formed UTF-8 character (no overlong forms, no surrogates). */
function firstBadByte(bytes: Uint8Array, from: number): number {
  const { length } = bytes;
  let at = from;
  while (at < length) {
    const lead = bytes[at]!;
    if (lead < 0x80) {
      at += 1;
      continue;
    }
    const more =
      lead >= 0xc2 && lead <= 0xdf ? 1 : lead >= 0xe0 && lead <= 0xef ? 2 : lead >= 0xf0 && lead <= 0xf4 ? 3 : 0;
    if (more === 0 || at + more >= length) return at;
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    const second = bytes[at + 1]!;
    if (second < low || second > high) return at;
    for (let next = at + 2; next <= at + more; next++) if ((bytes[next]! & 0xc0) !== 0x80) return at;
    at += more + 1;
  }
  return length;
}

function nowhere(name: string): { file: SourceFile; start: number; end: number } {
  return { file: new SourceFile(name, ''), start: 0, end: 0 };
}

function sayPosition(file: SourceFile): string {
  const { line, column } = file.position(file.text.length);
  return `line ${line}, column ${column}`;
}

function sayBytes(bytes: number): string {
  const mib = bytes / (1024 * 1024);
  return mib >= 1 ? `${mib < 10 ? mib.toFixed(1).replace(/\.0$/, '') : Math.round(mib)} MiB` : `${bytes} bytes`;
}
