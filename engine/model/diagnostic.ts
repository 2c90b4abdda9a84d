// What is wrong with a blueprint, and where. A diagnostic is data: the same record is printed with a caret,
// sent as JSON and shown by an editor. All diagnostics of all files are collected before anything is refused.

import type { ErrorCode } from './errors.ts';

export type Severity = 'error' | 'warning' | 'note';

/** A stretch of one file, by character offsets (UTF-16 code units, end exclusive). */
export interface Place {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** A text with a name; line starts are found once, when the first position is asked for. */
export class SourceFile {
  readonly name: string;
  readonly text: string;
  #lineStarts: number[] | undefined;

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text;
  }

  /** 1-based line and column of an offset. */
  position(offset: number): { readonly line: number; readonly column: number } {
    const starts = this.lineStarts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  }

  /** The text of a 1-based line, without its line break. */
  line(number: number): string {
    const starts = this.lineStarts();
    const start = starts[number - 1] ?? this.text.length;
    const end = starts[number] ?? this.text.length + 1;
    return this.text.slice(start, end - 1).replace(/\r$/, '');
  }

  private lineStarts(): number[] {
    if (this.#lineStarts === undefined) {
      const starts = [0];
      for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1)) starts.push(at + 1);
      this.#lineStarts = starts;
    }
    return this.#lineStarts;
  }
}

export interface Diagnostic {
  readonly severity: Severity;
  readonly code: ErrorCode;
  /** What is wrong, naming the thing, what was found and what was expected. */
  readonly message: string;
  /** The next move: "did you mean", a command, the corrected text. */
  readonly hint?: string;
  readonly place?: Place;
  /** Other places that belong to it: the first of two duplicates, the steps of a cycle. */
  readonly related?: readonly { readonly message: string; readonly place: Place }[];
}

/** The wire form of a diagnostic, as `--json` prints it. */
export interface DiagnosticRecord {
  readonly severity: Severity;
  readonly code: ErrorCode;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly message: string;
  readonly hint?: string;
}

/** A report is bounded: past this many the rest is only counted. */
export const MAX_DIAGNOSTICS = 1000;

/** Collects; never throws. The first MAX_DIAGNOSTICS are kept, the rest counted. */
export class Report {
  readonly diagnostics: Diagnostic[] = [];
  errors = 0;
  dropped = 0;

  add(diagnostic: Diagnostic): void {
    if (diagnostic.severity === 'error') this.errors += 1;
    if (this.diagnostics.length < MAX_DIAGNOSTICS) this.diagnostics.push(diagnostic);
    else this.dropped += 1;
  }

  error(code: ErrorCode, place: Place | undefined, message: string, hint?: string): void {
    this.add({ severity: 'error', code, message, ...(place && { place }), ...(hint !== undefined && { hint }) });
  }

  warning(code: ErrorCode, place: Place | undefined, message: string, hint?: string): void {
    this.add({ severity: 'warning', code, message, ...(place && { place }), ...(hint !== undefined && { hint }) });
  }

  note(code: ErrorCode, place: Place | undefined, message: string, hint?: string): void {
    this.add({ severity: 'note', code, message, ...(place && { place }), ...(hint !== undefined && { hint }) });
  }

  /** What comes now is only counted: nobody needs to find good words for it. */
  get full(): boolean {
    return this.diagnostics.length >= MAX_DIAGNOSTICS;
  }

  get failed(): boolean {
    return this.errors > 0;
  }

  /** By file, then by place; what has no place comes last. */
  sorted(): readonly Diagnostic[] {
    return this.diagnostics
      .map((diagnostic, index) => ({ diagnostic, index }))
      .sort((a, b) => {
        const left = a.diagnostic.place;
        const right = b.diagnostic.place;
        if (left === undefined || right === undefined) {
          return left === right ? a.index - b.index : left === undefined ? 1 : -1;
        }
        if (left.file.name !== right.file.name) return left.file.name < right.file.name ? -1 : 1;
        return left.start - right.start || a.index - b.index;
      })
      .map(({ diagnostic }) => diagnostic);
  }
}

export function toRecord(diagnostic: Diagnostic): DiagnosticRecord {
  const { place } = diagnostic;
  const start = place?.file.position(place.start) ?? { line: 1, column: 1 };
  const end = place?.file.position(place.end) ?? start;
  return {
    severity: diagnostic.severity,
    code: diagnostic.code,
    file: place?.file.name ?? '',
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
    message: diagnostic.message,
    ...(diagnostic.hint !== undefined && { hint: diagnostic.hint }),
  };
}
