// Moves the lines of a multi-line scalar with the key they belong to. What the scalar means does not change: block text
// keeps its inner indentation, folded text has none.

/** The column of the key or dash a value belongs to, before and after; -1 at the root. */
export interface Frame {
  readonly oldParent: number;
  readonly newParent: number;
}

/** The lines of a `|` or `>` text, without the line end of the last. */
export function reindentBlock(source: string, header: string, { oldParent, newParent }: Frame): string {
  // A text at the root has no key to move with.
  if (oldParent < 0) return source;
  const explicit = Number(/[1-9]/.exec(header)?.[0] ?? 0);
  const lines = source.split('\n');
  const indentOf = (line: string): number => /^ */.exec(line)![0].length;
  const first = lines.find((line) => line.length > indentOf(line));
  const before = explicit > 0 ? oldParent + explicit : first === undefined ? Infinity : indentOf(first);
  const after = explicit > 0 ? newParent + explicit : newParent + 2;
  return lines
    .map((line) => {
      const indent = indentOf(line);
      // Spaces past the indentation are text, on an empty line too.
      if (indent === line.length && indent <= before) return '';
      return ' '.repeat(after + Math.max(0, indent - before)) + line.slice(indent);
    })
    .join('\n');
}

/** A plain or quoted scalar over several lines; the first stays where it is. */
export function reindentScalar(text: string, frame: Frame, inFlow: boolean): string {
  if (frame.oldParent < 0 && !inFlow) return text;
  return text
    .split('\n')
    .map((line, index) => {
      if (index === 0) return line;
      const content = line.replace(/^[ \t]+/, '');
      if (content === '') return '';
      const shift = inFlow ? line.length - content.length - frame.oldParent : 2;
      return ' '.repeat(frame.newParent + Math.max(1, shift)) + content;
    })
    .join('\n');
}
