// The project's Markdown, as far as the tests of the docs read it: fenced blocks with their tags, headings with the anchors
// that a forge makes of them, and links.

import fs from 'node:fs';
import path from 'node:path';

export interface Fence {
  readonly file: string;
  readonly line: number;
  /** The words after the backticks: `sh`, `run`. */
  readonly tags: readonly string[];
  readonly text: string;
}

export interface Heading {
  readonly level: number;
  readonly text: string;
  readonly anchor: string;
}

export interface Link {
  readonly file: string;
  readonly line: number;
  readonly target: string;
}

export interface Page {
  readonly file: string;
  readonly fences: readonly Fence[];
  readonly headings: readonly Heading[];
  readonly links: readonly Link[];
}

export function readPages(): readonly Page[] {
  const root = fs.readdirSync('.').filter((name) => name.endsWith('.md'));
  const docs = fs.readdirSync('docs', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  return [...root, ...docs.map((name) => path.posix.join('docs', name))]
    .sort()
    .map((file) => readPage(file, fs.readFileSync(file, 'utf8')));
}

export function readPage(file: string, text: string): Page {
  const fences: Fence[] = [];
  const headings: Heading[] = [];
  const links: Link[] = [];
  const used = new Map<string, number>();
  let open: { marker: string; indent: number; line: number; tags: string[]; body: string[] } | undefined;
  text.split('\n').forEach((raw, index) => {
    const line = index + 1;
    const fence = /^( *)(`{3,}|~{3,}) *(.*)$/.exec(raw);
    if (open !== undefined) {
      if (fence?.[2]?.startsWith(open.marker) === true && fence[3] === '') {
        fences.push({ file, line: open.line, tags: open.tags, text: `${open.body.join('\n')}\n` });
        open = undefined;
      } else open.body.push(raw.slice(Math.min(open.indent, raw.length - raw.trimStart().length)));
      return;
    }
    if (fence !== null) {
      open = {
        marker: fence[2] ?? '',
        indent: fence[1]?.length ?? 0,
        line,
        tags: (fence[3] ?? '').split(/\s+/).filter((tag) => tag !== ''),
        body: [],
      };
      return;
    }
    const heading = /^(#{1,6}) +(.+?) *#*$/.exec(raw);
    if (heading !== null) headings.push(headingOf(heading[1]?.length ?? 1, heading[2] ?? '', used));
    const prose = raw.replace(/`[^`]*`/g, '');
    for (const [, target = ''] of prose.matchAll(/\[[^\]]*\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g))
      links.push({ file, line, target });
  });
  if (open !== undefined) throw new Error(`${file}:${open.line}: this fence is never closed`);
  return { file, fences, headings, links };
}

/** Anchors as GitHub makes them: lower case, punctuation gone, spaces to dashes, a number behind a second one. */
function headingOf(level: number, raw: string, used: Map<string, number>): Heading {
  const text = raw.replace(/`/g, '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  const slug = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
  const count = used.get(slug) ?? 0;
  used.set(slug, count + 1);
  return { level, text, anchor: count === 0 ? slug : `${slug}-${count}` };
}
