// What the command line is given of the world: streams, environment, folder. Verbs get these as parameters, so a test runs
// a verb in its own process with its own streams, and nothing but main.ts touches the real ones.

export interface Sink {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  /** Columns of the terminal; undefined where there is none. */
  readonly columns: number | undefined;
}

export interface Io {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** All of standard input, but never more than `limit` bytes plus one. */
  readonly stdin: (limit: number) => Promise<Uint8Array>;
  readonly stdinIsTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}
