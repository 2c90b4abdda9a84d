// What a job said, bounded: the newest lines stay, and how many went is counted. Lines keep their numbers, so that a reader who comes
// again goes on where he was.

export interface LogLine {
  /** From 1 over all executions of the job. */
  readonly n: number;
  readonly at: number;
  readonly text: string;
}

export interface JobLog {
  readonly lines: readonly LogLine[];
  readonly dropped: number;
}

export const EMPTY_LOG: JobLog = { lines: [], dropped: 0 };

const MOST_LINES = 1_000;
const MOST_CHARS = 65_536;
const LONGEST_LINE = 4_096;

export function appendLog(log: JobLog, texts: readonly string[], now: number): JobLog {
  if (texts.length === 0) return log;
  const lines = [...log.lines];
  let n = log.dropped + log.lines.length;
  for (const text of texts) {
    for (const line of text.split('\n'))
      lines.push({ n: ++n, at: now, text: line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 1)}…` : line });
  }
  let keep = 0;
  for (let chars = 0; keep < lines.length && keep < MOST_LINES; keep++) {
    chars += lines[lines.length - 1 - keep]!.text.length;
    if (chars > MOST_CHARS) break;
  }
  const dropped = lines.length - keep;
  return { lines: lines.slice(dropped), dropped: log.dropped + dropped };
}
