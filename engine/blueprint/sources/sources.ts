// Which files a blueprint is made of (rule 14): one file, or the YAML files of one folder, sorted, those beginning with
// `_` left out. Everything readable is read before anything is judged, so all errors of all files come at once.

import { SourceFile, type Report } from '../../model/diagnostic.ts';
import { nearest } from '../../model/nearest.ts';
import { LIMITS } from '../limits.ts';
import { baseOf, folderOf, joinPath, normalPath, whyUnreadable, type BlueprintReader } from './reader.ts';
import { decodeText } from '../yaml/decode.ts';

export interface Sources {
  /** Plain YAML. */
  readonly plain: readonly SourceFile[];
  /** `.yaml.hbs`: rendered once the params are known. */
  readonly templates: readonly SourceFile[];
  /** Files that the blueprint names are relative to this folder and never above it. */
  readonly folder: string;
  /** The name a blueprint has when it does not say one; undefined for standard input. */
  readonly baseName: string | undefined;
}

const PLAIN = /\.ya?ml$/;
const TEMPLATE = /\.ya?ml\.hbs$/;

export function readSources(
  path: string,
  stdin: Uint8Array | undefined,
  reader: BlueprintReader,
  report: Report,
): Sources | undefined {
  if (path === '-') {
    const file = decodeText('(standard input)', stdin ?? new Uint8Array(), report, LIMITS.fileBytes);
    return file === undefined ? undefined : { plain: [file], templates: [], folder: '', baseName: undefined };
  }
  const kind = reader.kind(path);
  if (kind === 'missing') {
    report.error(
      'FILE_NOT_FOUND',
      undefined,
      `${path}: there is no such file or folder`,
      likeName(path, reader) ?? 'ays init writes a first blueprint',
    );
    return undefined;
  }
  const baseName = baseOf(normalPath(reader.realPath(path))).replace(/\.ya?ml(\.hbs)?$/, '');
  const paths = kind === 'file' ? [path] : blueprintFiles(path, reader, report);
  if (paths === undefined) return undefined;
  const plain: SourceFile[] = [];
  const templates: SourceFile[] = [];
  for (const each of paths) {
    const file = readText(each, reader, report);
    if (file !== undefined) (TEMPLATE.test(each) ? templates : plain).push(file);
  }
  return { plain, templates, folder: kind === 'file' ? folderOf(path) : normalPath(path), baseName };
}

function likeName(path: string, reader: BlueprintReader): string | undefined {
  try {
    const folder = folderOf(path);
    if (reader.kind(folder === '' ? '.' : folder) !== 'folder') return undefined;
    const like = nearest(baseOf(path), reader.list(folder === '' ? '.' : folder));
    return like === undefined ? undefined : `did you mean ${joinPath(folder, like)}?`;
  } catch {
    return undefined;
  }
}

function blueprintFiles(folder: string, reader: BlueprintReader, report: Report): string[] | undefined {
  let listed: readonly string[];
  try {
    listed = reader.list(folder);
  } catch (error) {
    const empty = new SourceFile(folder, '');
    report.error(
      'FILE_UNREADABLE',
      { file: empty, start: 0, end: 0 },
      `${folder}: cannot be read: ${whyUnreadable(folder, error)}`,
    );
    return undefined;
  }
  const names = listed.filter(
    (name) => !name.startsWith('_') && !name.startsWith('.') && (PLAIN.test(name) || TEMPLATE.test(name)),
  );
  const files = names
    .sort()
    .map((name) => joinPath(folder, name))
    .filter((path) => reader.kind(path) === 'file');
  if (files.length === 0) {
    report.error(
      'BLUEPRINT_EMPTY',
      undefined,
      `${folder}: no blueprint files (*.yaml, *.yml, *.yaml.hbs) in this folder`,
      'folders are not searched recursively; files that begin with _ are skipped',
    );
    return undefined;
  }
  if (files.length > LIMITS.files) {
    report.error(
      'FILE_TOO_LARGE',
      undefined,
      `${folder}: ${files.length} blueprint files; at most ${LIMITS.files} are read as one blueprint`,
    );
    return undefined;
  }
  return files;
}

/** One text file, with its own error when it cannot be had. */
export function readText(
  path: string,
  reader: BlueprintReader,
  report: Report,
  limit: number = LIMITS.fileBytes,
): SourceFile | undefined {
  try {
    const size = reader.size(path);
    if (size > limit) {
      report.error(
        'FILE_TOO_LARGE',
        { file: new SourceFile(path, ''), start: 0, end: 0 },
        `${path} has ${size} bytes; at most ${limit} are read`,
        'split it: a folder of files is one blueprint',
      );
      return undefined;
    }
    return decodeText(path, reader.read(path), report, limit);
  } catch (error) {
    const empty = new SourceFile(path, '');
    report.error(
      'FILE_UNREADABLE',
      { file: empty, start: 0, end: 0 },
      `${path}: cannot be read: ${whyUnreadable(path, error)}`,
    );
    return undefined;
  }
}
