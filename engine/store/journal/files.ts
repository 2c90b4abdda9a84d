// What a journal needs of a disk, so that tests can put one under it that loses, tears and fills up. Errors carry the `code` of
// the system (`ENOSPC`, `EIO`). Nothing is safe before `sync`; a new or changed name is not safe before `syncFolder`.

export interface JournalFile {
  write(bytes: Uint8Array, at: number): Promise<void>;
  /** What was written and the size are on the medium when it resolves. */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

export interface JournalFiles {
  /** For people: the folder. */
  readonly where: string;
  /** Makes the folder and takes it for this process; refuses with STORE_LOCKED when a living one has it. Resolves to the release. */
  lock(): Promise<() => Promise<void>>;
  list(): Promise<readonly string[]>;
  read(name: string): Promise<Uint8Array>;
  /** Makes the file when it is not there. */
  open(name: string): Promise<JournalFile>;
  rename(from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
  syncFolder(): Promise<void>;
  /** Once, after this time; the result takes it back. */
  after(ms: number, act: () => void): () => void;
}
