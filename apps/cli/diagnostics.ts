// Prints diagnostics for people: what, where, the line with the spot underlined, and the next move. The line is cut around
// the spot when it is long, tabs and wide characters keep the caret under its character, and nothing in it can
// move the cursor.

import { Report, type Diagnostic, type Place, type Severity } from '../../engine/model/diagnostic.ts';
import { characterWidth, safeText, showCharacter } from './display.ts';
import { painter, type Paint } from './paint.ts';

export interface PrintOptions {
  readonly color: boolean;
  /** Columns there are; lines of source are cut to them. */
  readonly width?: number;
  /** Leave out what is not an error. */
  readonly quiet?: boolean;
}

const TAB = 4;
const PAINT_OF = { error: 'red', warning: 'yellow', note: 'cyan' } as const satisfies Record<Severity, keyof Paint>;

/** All diagnostics of a report in file order, each followed by an empty line; '' when there is nothing to say. */
export function printDiagnostics(report: Report, options: PrintOptions): string {
  const shown = report.sorted().filter(({ severity }) => options.quiet !== true || severity === 'error');
  return shown.map((diagnostic) => `${printDiagnostic(diagnostic, options)}\n`).join('\n');
}

export function printDiagnostic(diagnostic: Diagnostic, options: PrintOptions): string {
  const paint = painter(options.color);
  const tone = paint[PAINT_OF[diagnostic.severity]];
  const { place, related = [] } = diagnostic;
  const spot = place === undefined ? '' : ` ${paint.bold(sayPlace(place))}`;
  const gutter = Math.max(2, ...[place, ...related.map((other) => other.place)].map((other) => digits(other)));
  const lines = [
    `${tone(paint.bold(diagnostic.severity))} ${tone(diagnostic.code)}${spot} ${safeText(diagnostic.message)}`,
  ];
  if (place !== undefined) lines.push(...sourceLines(place, gutter, tone, paint, options.width));
  if (diagnostic.hint !== undefined) lines.push(hintLines(diagnostic.hint, ' '.repeat(gutter + 1), paint));
  for (const other of related) {
    lines.push(
      `${' '.repeat(gutter + 1)}${paint.dim('=')} ${paint.bold(sayPlace(other.place))} ${safeText(other.message)}`,
    );
    lines.push(...sourceLines(other.place, gutter, paint.blue, paint, options.width));
  }
  return lines.join('\n');
}

/** `3 errors, 1 warning in 2 files`; '' for a report without either. */
export function summarize(report: Report): string {
  const warnings = report.diagnostics.filter(({ severity }) => severity === 'warning').length;
  if (report.errors + warnings === 0) return '';
  const files = new Set(
    report.diagnostics
      .filter(({ severity }) => severity !== 'note')
      .flatMap(({ place }) => (place === undefined ? [] : [place.file.name])),
  );
  const parts = [
    ...(report.errors > 0 ? [count(report.errors, 'error')] : []),
    ...(warnings > 0 ? [count(warnings, 'warning')] : []),
  ];
  const where = files.size > 0 ? ` in ${count(files.size, 'file')}` : '';
  const more = report.dropped > 0 ? `; ${report.dropped} more are not shown` : '';
  return `${parts.join(', ')}${where}${more}`;
}

export function count(n: number, what: string): string {
  return `${n} ${n === 1 ? what : what.endsWith('y') ? `${what.slice(0, -1)}ies` : `${what}s`}`;
}

function sayPlace(place: Place): string {
  const { line, column } = place.file.position(place.start);
  return `${safeText(place.file.name)}:${line}:${column}`;
}

function digits(place: Place | undefined): number {
  return place === undefined ? 0 : String(place.file.position(place.start).line).length;
}

function hintLines(hint: string, margin: string, paint: Paint): string {
  const [first = '', ...rest] = safeText(hint).split('\n');
  return [
    `${margin}${paint.dim('=')} ${paint.green('hint:')} ${first}`,
    ...rest.map((line) => `${margin}        ${line}`),
  ].join('\n');
}

/** The source line and, under it, the carets. */
function sourceLines(
  place: Place,
  gutter: number,
  tone: (text: string) => string,
  paint: Paint,
  width = 100,
): string[] {
  const from = place.file.position(place.start);
  const source = place.file.line(from.line);
  // Of a file that could not be read there is nothing to show.
  if (place.file.text === '') return [];
  const length = Math.max(1, Math.min(place.end - place.start, source.length - (from.column - 1)));
  const { text, offset, columns } = cutAround(source, from.column - 1, length, Math.max(20, width - gutter - 4));
  const bar = paint.dim('|');
  return [
    `${paint.dim(String(from.line).padStart(gutter))} ${bar} ${text}`.trimEnd(),
    `${' '.repeat(gutter)} ${bar} ${' '.repeat(offset)}${tone('^'.repeat(columns))}`,
  ];
}

/** At most `room` columns of a line, with the stretch from `start` inside; where the stretch begins, how wide it is. */
function cutAround(
  source: string,
  start: number,
  length: number,
  room: number,
): { text: string; offset: number; columns: number } {
  // A line may be megabytes long: only what could be shown is looked at.
  const first = Math.max(0, start - room * 2);
  const last = Math.min(source.length, start + room * 2);
  const cells: { text: string; width: number }[] = [];
  let at = first;
  let caretFrom = 0;
  let caretTo = 0;
  let seen = false;
  let column = 0;
  for (const character of source.slice(first, last)) {
    if (at >= start && !seen) {
      caretFrom = cells.length;
      seen = true;
    }
    const tab = character === '\t' ? TAB - (column % TAB) : 0;
    const cell =
      tab > 0
        ? { text: ' '.repeat(tab), width: tab }
        : { text: showCharacter(character), width: characterWidth(character) };
    cells.push(cell);
    column += cell.width;
    at += character.length;
    if (at <= start + length) caretTo = cells.length;
  }
  if (!seen) caretFrom = caretTo = cells.length;
  let left = 0;
  let right = cells.length;
  const widthOf = (a: number, b: number): number => cells.slice(a, b).reduce((sum, cell) => sum + cell.width, 0);
  if (first > 0 || last < source.length || widthOf(0, cells.length) > room) {
    // A third of the room goes to what stands before the spot; two columns are kept for the ellipses.
    left = caretFrom;
    while (left > 0 && widthOf(left - 1, caretFrom) <= room / 3) left -= 1;
    right = left;
    for (let used = 0; right < cells.length && used + cells[right]!.width <= room - 2; right++)
      used += cells[right]!.width;
    while (left > 0 && right === cells.length && widthOf(left - 1, right) <= room - 2) left -= 1;
  }
  const before = left > 0 || first > 0 ? '…' : '';
  const after = right < cells.length || last < source.length ? '…' : '';
  const text =
    before +
    cells
      .slice(left, right)
      .map((cell) => cell.text)
      .join('') +
    after;
  const offset = before.length + widthOf(left, caretFrom);
  return { text, offset, columns: Math.max(1, widthOf(caretFrom, Math.min(caretTo, right))) };
}

/** Several reports as one; what was counted stays counted. */
export function mergeReports(reports: readonly Report[]): Report {
  if (reports.length === 1) return reports[0]!;
  const merged = new Report();
  for (const report of reports) {
    for (const diagnostic of report.diagnostics) merged.add(diagnostic);
    merged.dropped += report.dropped;
    merged.errors += report.errors - report.diagnostics.filter(({ severity }) => severity === 'error').length;
  }
  return merged;
}
