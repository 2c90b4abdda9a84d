// What a verb says, to whom. Data goes to standard output and words to standard error, so that a pipe gets data only;
// with --json the data is one document, and what went wrong is in it too.

import { toRecord, type DiagnosticRecord, type Report } from '../../engine/model/diagnostic.ts';
import type { EngineError } from '../../engine/model/errors.ts';
import { printDiagnostics, summarize } from './diagnostics.ts';
import { safeText } from './display.ts';
import type { Io } from './io.ts';
import { painter, wantsColor, type ColorChoice, type Paint } from './paint.ts';

/** One problem as `--json` gives it; `file`, `line` and `column` are there when it has a place in a file. */
export interface Problem {
  readonly code: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
  readonly hint?: string;
}

export class Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: { readonly stdout: boolean; readonly stderr: boolean };
  /** Paints what goes to standard output. */
  readonly paint: Paint;
  readonly #io: Io;

  constructor(io: Io, options: { readonly json: boolean; readonly quiet: boolean; readonly color: ColorChoice }) {
    this.#io = io;
    this.json = options.json;
    this.quiet = options.quiet;
    this.color = {
      stdout: wantsColor(options.color, io.stdout, io.env),
      stderr: wantsColor(options.color, io.stderr, io.env),
    };
    this.paint = painter(this.color.stdout && !options.json);
  }

  /** Columns to print for: the terminal's, bounded so that prose stays readable; 100 in a file. */
  get width(): number {
    return Math.max(40, Math.min(this.#io.stdout.columns ?? 100, 140));
  }

  /** Data, exactly as given. */
  data(text: string): void {
    this.#io.stdout.write(text);
  }

  line(text: string): void {
    this.data(`${text}\n`);
  }

  /** The one document of a run with --json. */
  document(value: object): void {
    this.data(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** Words for a person; silent with --quiet. */
  say(text: string): void {
    if (!this.quiet) this.#io.stderr.write(`${text}\n`);
  }

  /** Everything a report holds, and its summary; nothing with --json (the document carries it). */
  report(report: Report): void {
    if (this.json) return;
    const width = Math.max(40, Math.min(this.#io.stderr.columns ?? 100, 160));
    const text = printDiagnostics(report, { color: this.color.stderr, width, quiet: this.quiet });
    if (text === '') return;
    this.#io.stderr.write(`${text}\n`);
    const summary = summarize(report);
    if (summary !== '') this.#io.stderr.write(`${painter(this.color.stderr).bold(summary)}\n`);
  }

  /** A failure without a place in a file: wrong arguments, a file that is not there, a bug. */
  failure(error: EngineError): void {
    if (this.json) {
      this.document({ ok: false, errors: [toProblem(error)] });
      return;
    }
    const paint = painter(this.color.stderr);
    this.#io.stderr.write(`${paint.red(paint.bold('error'))} ${paint.red(error.code)} ${safeText(error.message)}\n`);
    if (error.hint !== undefined)
      this.#io.stderr.write(`   ${paint.dim('=')} ${paint.green('hint:')} ${safeText(error.hint)}\n`);
  }
}

export function toProblem(error: EngineError): Problem {
  return { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
}

/** A report as the members of a `--json` document: errors and warnings, in file order, with the number left out. */
export function reportMembers(report: Report): {
  readonly errors: readonly DiagnosticRecord[];
  readonly warnings: readonly DiagnosticRecord[];
  readonly dropped?: number;
} {
  const records = report.sorted().map(toRecord);
  return {
    errors: records.filter(({ severity }) => severity === 'error'),
    warnings: records.filter(({ severity }) => severity !== 'error'),
    ...(report.dropped > 0 && { dropped: report.dropped }),
  };
}
