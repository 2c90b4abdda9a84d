// Pieces become lines again: each line indented by its first piece, at most one empty line in a row, one between the
// blocks of the top level, none at the ends, no spaces at line ends.

import type { SourceFile } from '../../model/diagnostic.ts';
import type { Piece } from './pieces.ts';

export function layOut(file: SourceFile, pieces: readonly Piece[]): string {
  const gaps = pieces.map((piece, index) => file.text.slice(pieces[index - 1]?.end ?? 0, piece.start));
  const breaks = gaps.map((gap, index) => (index === 0 ? 0 : Math.min(2, countNewlines(gap))));
  placeComments(pieces, breaks, file);
  separateBlocks(pieces, breaks);
  const parts: string[] = [];
  pieces.forEach((piece, index) => {
    const before = pieces[index - 1];
    if (before === undefined) {
      parts.push(' '.repeat(piece.column ?? 0));
    } else if (breaks[index]! > 0) {
      parts.push('\n'.repeat(breaks[index]!), ' '.repeat(piece.column ?? 0));
    } else {
      parts.push(spaceBetween(before, piece, gaps[index]!));
    }
    parts.push(piece.text);
  });
  // A kept text ends with its own line ends, all but the last.
  return pieces.length === 0 ? '' : `${parts.join('')}\n`;
}

function spaceBetween(before: Piece, piece: Piece, gap: string): string {
  const space = gap.replace(/[^ \t]/g, '').replace(/\t/g, ' ');
  switch (piece.role) {
    case 'colon':
      // `*a:` would be another alias.
      return before.role === 'alias' || before.role === 'question' ? ' ' : '';
    case 'comma':
      return before.role === 'alias' && space !== '' ? ' ' : '';
    case 'comment':
      return space === '' ? ' ' : space;
    default:
  }
  if (before.role === 'dash' || before.role === 'question') return ' ';
  if (before.role === 'colon' || before.role === 'property') return piece.role === 'close' ? space : space || ' ';
  return space;
}

function countNewlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** A comment on a line of its own stands with what follows, or with the level of its column. */
function placeComments(pieces: readonly Piece[], breaks: readonly number[], file: SourceFile): void {
  const oldColumn = (piece: Piece): number => file.position(piece.start).column - 1;
  const levels: { readonly before: number; readonly after: number }[] = [];
  let next = 0;
  pieces.forEach((piece, index) => {
    if (piece.role === 'marker') levels.length = 0;
    if (piece.level && piece.column !== undefined) {
      while (levels.length > 0 && levels.at(-1)!.after >= piece.column) levels.pop();
      levels.push({ before: oldColumn(piece), after: piece.column });
    }
    if (piece.role !== 'comment' || piece.column !== undefined || (index > 0 && breaks[index] === 0)) return;
    if (next <= index) next = index + 1;
    while (next < pieces.length && (pieces[next]!.role === 'comment' || breaks[next] === 0)) next += 1;
    const follower = pieces[next];
    const column = oldColumn(piece);
    if (follower?.column !== undefined && oldColumn(follower) === column) {
      piece.column = follower.column;
      return;
    }
    let best: { readonly before: number; readonly after: number } | undefined;
    for (const level of levels) if (level.before <= column && level.before > (best?.before ?? -1)) best = level;
    if (follower?.column !== undefined && oldColumn(follower) <= column && oldColumn(follower) > (best?.before ?? -1)) {
      best = { before: 0, after: follower.column };
    }
    piece.column = best?.after ?? 0;
  });
}

/** One empty line between top-level pairs of which one is a block; before the comments that belong to the second. */
function separateBlocks(pieces: readonly Piece[], breaks: number[]): void {
  let previous = -1;
  pieces.forEach((piece, index) => {
    if (piece.role === 'marker') previous = -1;
    if (piece.top === undefined) return;
    const before = previous;
    previous = index;
    if (before < 0 || !(piece.top.block || pieces[before]!.top!.block)) return;
    // The comments above, up to what ends the pair before.
    let first = index;
    let at = index;
    while (at > before && pieces[at - 1]!.role === 'comment' && breaks[at - 1]! > 0) {
      at -= 1;
      if (breaks[at + 1]! > 1) return;
      if (pieces[at]!.column === 0) first = at;
    }
    if (breaks[at]! > 1 || pieces[at - 1]?.keeps === true || breaks[first] === 0) return;
    breaks[first] = 2;
  });
}
