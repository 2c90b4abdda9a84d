// Content and folders from the author's side (rule 11): read once by the client, hashed into the revision, carried beside it. A path
// is relative to the file that declares it and never leaves the blueprint's folder, also not through a symbolic link.

import type { Place } from '../../model/diagnostic.ts';
import { isDeferred } from '../../model/expression.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { clip, place } from '../sources/draft.ts';
import type { Frame, Resolving } from '../frame.ts';
import { hashBytes, hashJson } from '../hash.ts';
import { LIMITS } from '../limits.ts';
import { folderOf, isInside, joinPath, whyUnreadable } from '../sources/reader.ts';
import type { ContentShaper, ShapeContext } from './context.ts';
import { evaluateScalar } from '../template/index.ts';
import { ScalarNode, type Node } from '../tree.ts';
import { decodeText } from '../yaml/decode.ts';

export function contentShaper(frame: Frame, resolving: Resolving): ContentShaper {
  return {
    content: (value, node, pointer, context) => readContent(value, node, pointer, context, frame, resolving),
    folder: (value, node, context) => readFolder(value, node, context, frame, resolving),
  };
}

function readContent(
  value: JsonObject,
  node: Node,
  pointer: string,
  context: ShapeContext,
  frame: Frame,
  resolving: Resolving,
): JsonValue | undefined {
  const { text, from, template, ...beside } = value;
  if (isDeferred(text)) {
    return { ...beside, sha256: hashJson(text), size: text.$ays.template.length, text };
  }
  if (typeof text === 'string') return { ...beside, ...store(text, resolving) };
  if (typeof from !== 'string') return undefined;
  const at = memberPlace(node, 'from', context);
  const path = resolvePath(from, at, context, frame, resolving, 'file');
  if (path === undefined) return undefined;
  const bytes = readBytes(path, at, context, resolving);
  if (bytes === undefined) return undefined;
  if (template !== true) return { ...beside, ...store(bytes, resolving, from) };
  const file = decodeText(path, bytes, context.report, LIMITS.contentBytes);
  if (file === undefined) return undefined;
  const whole = new ScalarNode(0, file.text.length, file.text, 'plain');
  const filled = evaluateScalar(whole, file, context.scope, context.references, context.report);
  if (filled === undefined) return undefined;
  if (isDeferred(filled)) {
    context.deferred.push({ value: filled, pointer });
    return { ...beside, sha256: hashJson(filled), size: file.text.length, text: filled };
  }
  return { ...beside, ...store(typeof filled === 'string' ? filled : JSON.stringify(filled), resolving) };
}

/** Known text stays readable in the spec, so that a plan can show what changes in it. */
function store(content: string | Uint8Array, resolving: Resolving, from?: string): JsonObject {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const sha256 = hashBytes(bytes);
  resolving.contents.set(sha256, bytes);
  return {
    sha256,
    size: bytes.length,
    ...(typeof content === 'string' && { text: content }),
    ...(from !== undefined && { from }),
  };
}

function readFolder(
  relative: string,
  node: Node,
  context: ShapeContext,
  frame: Frame,
  resolving: Resolving,
): JsonValue | undefined {
  const at = place(context.file, node);
  const root = resolvePath(relative, at, context, frame, resolving, 'folder');
  if (root === undefined) return undefined;
  const files: { path: string; sha256: string; size: number }[] = [];
  let total = 0;
  // Folders count too: one that holds itself has no files and no end.
  let entries = 0;
  const pending = [''];
  while (pending.length > 0) {
    const folder = pending.pop() ?? '';
    for (const name of [...listFolder(joinPath(root, folder), at, context, resolving)].sort()) {
      const inside = folder === '' ? name : `${folder}/${name}`;
      const path = joinPath(root, inside);
      if (!isInside(resolving.reader.realPath(frame.folder), resolving.reader.realPath(path))) {
        context.report.error(
          'CONTENT_OUTSIDE',
          at,
          `${context.subject}: ${clip(inside)} in ${clip(relative)} is a link that leaves the blueprint's folder`,
        );
        return undefined;
      }
      entries += 1;
      if (
        resolving.reader.kind(path) === 'folder' &&
        entries <= LIMITS.folderFiles &&
        inside.length <= LIMITS.pathLength
      ) {
        pending.push(inside);
        continue;
      }
      if (entries > LIMITS.folderFiles || inside.length > LIMITS.pathLength) {
        context.report.error(
          'CONTENT_TOO_LARGE',
          at,
          `${context.subject}: the folder ${clip(relative)} is too large; at most ${LIMITS.folderFiles} files and folders`,
          'ship what is needed; larger data belongs in an image or a vdisk',
        );
        return undefined;
      }
      const bytes = readBytes(path, at, context, resolving, LIMITS.folderBytes);
      if (bytes === undefined) return undefined;
      total += bytes.length;
      if (total > LIMITS.folderBytes) {
        context.report.error(
          'CONTENT_TOO_LARGE',
          at,
          `${context.subject}: the folder ${clip(relative)} is too large; at most ${LIMITS.folderBytes} bytes`,
        );
        return undefined;
      }
      const sha256 = hashBytes(bytes);
      resolving.contents.set(sha256, bytes);
      files.push({ path: inside, sha256, size: bytes.length });
    }
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { sha256: hashJson(files), size: total, files };
}

function resolvePath(
  relative: string,
  at: Place,
  context: ShapeContext,
  frame: Frame,
  resolving: Resolving,
  wanted: 'file' | 'folder',
): string | undefined {
  const { reader } = resolving;
  const say = (code: 'CONTENT_OUTSIDE' | 'CONTENT_MISSING', message: string, hint?: string): undefined => {
    context.report.error(code, at, `${context.subject}: ${message}`, hint);
    return undefined;
  };
  if (relative.includes('\0')) return say('CONTENT_OUTSIDE', 'a path may not hold a NUL byte');
  if (relative.startsWith('/'))
    return say(
      'CONTENT_OUTSIDE',
      `"${clip(relative)}" is absolute; "from" is relative to the file that declares it`,
      `for files of the node use host: (it needs the node's allow-list)`,
    );
  const home = context.file.name.startsWith('(') ? frame.folder : folderOf(context.file.name);
  const path = joinPath(home, relative);
  if (!isInside(frame.folder, path))
    return say(
      'CONTENT_OUTSIDE',
      `"${clip(relative)}" leads out of the blueprint's folder`,
      'copy the file beside the blueprint',
    );
  const kind = reader.kind(path);
  if (kind === 'missing') return say('CONTENT_MISSING', `there is no ${wanted} ${path}`);
  if (kind !== wanted) return say('CONTENT_MISSING', `${path} is a ${kind}; expected a ${wanted}`);
  if (!isInside(reader.realPath(frame.folder === '' ? '.' : frame.folder), reader.realPath(path)))
    return say('CONTENT_OUTSIDE', `"${clip(relative)}" is a link that leads out of the blueprint's folder`);
  return path;
}

function readBytes(
  path: string,
  at: Place,
  context: ShapeContext,
  resolving: Resolving,
  limit: number = LIMITS.contentBytes,
): Uint8Array | undefined {
  try {
    const size = resolving.reader.size(path);
    if (size > limit) {
      context.report.error(
        'CONTENT_TOO_LARGE',
        at,
        `${context.subject}: ${path} has ${size} bytes; at most ${limit}`,
        'larger data belongs in an image or a vdisk',
      );
      return undefined;
    }
    const bytes = resolving.reader.read(path);
    if (bytes.length <= limit) return bytes;
    context.report.error(
      'CONTENT_TOO_LARGE',
      at,
      `${context.subject}: ${path} has ${bytes.length} bytes; at most ${limit}`,
      'larger data belongs in an image or a vdisk',
    );
    return undefined;
  } catch (error) {
    context.report.error(
      'FILE_UNREADABLE',
      at,
      `${context.subject}: ${path} cannot be read: ${whyUnreadable(path, error)}`,
    );
    return undefined;
  }
}

function listFolder(path: string, at: Place, context: ShapeContext, resolving: Resolving): readonly string[] {
  try {
    return resolving.reader.list(path);
  } catch (error) {
    context.report.error(
      'FILE_UNREADABLE',
      at,
      `${context.subject}: ${path} cannot be read: ${whyUnreadable(path, error)}`,
    );
    return [];
  }
}

function memberPlace(node: Node, name: string, context: ShapeContext): Place {
  return place(context.file, node.kind === 'map' ? (node.get(name) ?? node) : node);
}
