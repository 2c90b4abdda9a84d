// The longest common subsequence of two lists, as a script of keeps, removals and additions. Equal ends are cut off first,
// and past a bound the middle is given as all removed, all added: a diff for people must not cost a coffee.

export type Edit = { readonly sign: '=' | '-' | '+'; readonly have: number; readonly want: number };

const MAX_CELLS = 1_000_000;

/** `same(i, j)`: is item i of the old list item j of the new one? */
export function editScript(
  haveLength: number,
  wantLength: number,
  same: (have: number, want: number) => boolean,
): readonly Edit[] {
  let start = 0;
  while (start < haveLength && start < wantLength && same(start, start)) start++;
  let haveEnd = haveLength;
  let wantEnd = wantLength;
  while (haveEnd > start && wantEnd > start && same(haveEnd - 1, wantEnd - 1)) {
    haveEnd--;
    wantEnd--;
  }
  const edits: Edit[] = [];
  for (let i = 0; i < start; i++) edits.push({ sign: '=', have: i, want: i });
  middle(start, haveEnd, wantEnd, same, edits);
  for (let i = 0; haveEnd + i < haveLength; i++) edits.push({ sign: '=', have: haveEnd + i, want: wantEnd + i });
  return edits;
}

function middle(
  start: number,
  haveEnd: number,
  wantEnd: number,
  same: (have: number, want: number) => boolean,
  edits: Edit[],
): void {
  const rows = haveEnd - start;
  const columns = wantEnd - start;
  let i = start;
  let j = start;
  if (rows > 0 && columns > 0 && rows * columns <= MAX_CELLS) {
    // lengths[r][c]: longest common run of what is left from row r and column c.
    const width = columns + 1;
    const lengths = new Uint32Array((rows + 1) * width);
    for (let r = rows - 1; r >= 0; r--) {
      for (let c = columns - 1; c >= 0; c--) {
        lengths[r * width + c] = same(start + r, start + c)
          ? lengths[(r + 1) * width + c + 1]! + 1
          : Math.max(lengths[(r + 1) * width + c]!, lengths[r * width + c + 1]!);
      }
    }
    while (i < haveEnd && j < wantEnd) {
      const here = (i - start) * width + (j - start);
      if (same(i, j)) edits.push({ sign: '=', have: i++, want: j++ });
      else if (lengths[here + width]! >= lengths[here + 1]!) edits.push({ sign: '-', have: i++, want: j });
      else edits.push({ sign: '+', have: i, want: j++ });
    }
  }
  while (i < haveEnd) edits.push({ sign: '-', have: i++, want: j });
  while (j < wantEnd) edits.push({ sign: '+', have: i, want: j++ });
}
