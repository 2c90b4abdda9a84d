// How the blueprint reader reaches files: a port, so that the engine does no I/O of its own and tests need no disk.
// Reading is synchronous: it happens once, at the door, before anything runs.

export interface BlueprintReader {
  kind(path: string): 'file' | 'folder' | 'missing';
  /** Names in a folder, any order. */
  list(folder: string): readonly string[];
  /** Bytes of a file, asked before it is read. */
  size(path: string): number;
  /** Throws when it cannot be read; the message is shown. */
  read(path: string): Uint8Array;
  /** With every symbolic link followed; the path itself when it does not exist. */
  realPath(path: string): string;
}

/** The system's word on a file that cannot be read; a reader may have put the path before it. */
export function whyUnreadable(path: string, error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return words.startsWith(`${path}: `) ? words.slice(path.length + 2) : words;
}

/** Files in memory, by absolute path with `/`. */
export function memoryReader(files: Readonly<Record<string, string | Uint8Array>>): BlueprintReader {
  const folder = (path: string): string => (path.endsWith('/') ? path : `${path}/`);
  return {
    kind: (path) => {
      if (files[path] !== undefined) return 'file';
      return Object.keys(files).some((name) => name.startsWith(folder(path))) ? 'folder' : 'missing';
    },
    list: (path) => {
      const inside = Object.keys(files).filter((name) => name.startsWith(folder(path)));
      return [...new Set(inside.map((name) => name.slice(folder(path).length).split('/')[0] ?? ''))];
    },
    size: (path) => bytesOf(files[path]).length,
    read: (path) => bytesOf(files[path]),
    realPath: (path) => path,
  };
}

function bytesOf(content: string | Uint8Array | undefined): Uint8Array {
  if (content === undefined) throw new Error('no such file');
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}

/** `a/b/../c` without the detours; absolute stays absolute. */
export function normalPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '..' || !path.startsWith('/')) parts.push(part);
  }
  return (path.startsWith('/') ? '/' : '') + parts.join('/');
}

export function joinPath(folder: string, relative: string): string {
  if (relative.startsWith('/')) return normalPath(relative);
  return normalPath(folder === '' ? relative : `${folder}/${relative}`);
}

export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : slash === 0 ? '/' : path.slice(0, slash);
}

export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** True when `path` is `folder` or below it; both already normal. */
export function isInside(folder: string, path: string): boolean {
  const root = folder === '' || folder === '.' ? '' : folder.endsWith('/') ? folder : `${folder}/`;
  if (root === '') return !path.startsWith('/') && path !== '..' && !path.startsWith('../');
  return path === folder || path.startsWith(root);
}
