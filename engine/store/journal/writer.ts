// Transactions onto the disk, in the order they were made. All that wait share one write and one sync. What could not be written
// is undone in memory too, with all that came after it, so memory is never ahead of what the disk can still get: the store then
// takes no change until a write gets through again. A durable change is acknowledged after its sync and never undone.

import { EngineError } from '../../model/errors.ts';
import type { Clock } from '../../model/world.ts';
import type { Keeper } from '../memory.ts';
import type { Effect, StoreState } from '../memory/state.ts';
import { encode } from './codec.ts';
import { writeFault } from './faults.ts';
import type { JournalFile, JournalFiles } from './files.ts';
import { fileName, readName, unfinished } from './names.ts';
import { beginJournal, type Recovered } from './recover.ts';
import { writeSnapshot } from './snapshot.ts';

/** What was acknowledged without waiting is on the medium after this long at most, and the time of a write. */
const SYNC_AFTER_MS = 500;
/** How often a disk that did not take a write is tried again, when somebody asks. */
const RETRY_AFTER_MS = 250;
/** So much must be writable before the store goes on: it would stand again at once otherwise. */
const PROBE_BYTES = 64 * 1024;
/** Changes wait for the disk when so much text waits for it already. */
const BACKLOG = 32 << 20;
const LARGEST = 64 << 20;

interface Item {
  readonly number: number;
  readonly effects: readonly Effect[];
  readonly undo: readonly Effect[];
  readonly characters: number;
  readonly durable: boolean;
  readonly settle: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
}

export class JournalWriter implements Keeper {
  readonly #files: JournalFiles;
  readonly #clock: Clock;
  readonly #state: StoreState;
  readonly #compactAt: number;
  readonly #release: () => Promise<void>;

  #file: JournalFile;
  #generation: number;
  #size: number;
  /** Bytes and transactions that are safe. */
  #synced: number;
  #safe: number;
  #number: number;
  /** Made in memory and not yet written; written and not yet safe. */
  #waiting: Item[] = [];
  #written: Item[] = [];
  #backlog = 0;

  #running: Promise<void> | undefined;
  #syncWanted = false;
  #timer: (() => void) | undefined;
  #fault: { readonly error: EngineError; readonly at: number } | undefined;
  #mending: Promise<void> | undefined;
  /** How often something was undone: a snapshot taken before may hold it. */
  #undone = 0;

  #journalBytes: number;
  #snapshotBytes: number;
  #compacting: Promise<void> | undefined;
  #safeWaiters: (() => void)[] = [];

  constructor(
    files: JournalFiles,
    clock: Clock,
    state: StoreState,
    recovered: Recovered,
    options: { readonly compactAt: number; readonly release: () => Promise<void> },
  ) {
    this.#files = files;
    this.#clock = clock;
    this.#state = state;
    this.#compactAt = options.compactAt;
    this.#release = options.release;
    this.#file = recovered.file;
    this.#generation = recovered.generation;
    this.#size = this.#synced = recovered.size;
    this.#number = this.#safe = recovered.number;
    this.#journalBytes = recovered.journalBytes;
    this.#snapshotBytes = recovered.snapshotBytes;
  }

  ready(characters: number): Promise<void> | undefined {
    if (characters > LARGEST) {
      throw new EngineError(
        'STORE_TOO_LARGE',
        `one change of ${Math.ceil(characters / 1e6)} million characters is too large; ${Math.floor(LARGEST / 1e6)} million fit`,
        { hint: 'Split the blueprint into several.' },
      );
    }
    return this.#fault === undefined ? undefined : this.#mend(this.#fault);
  }

  keep(effects: readonly Effect[], undo: readonly Effect[], durable: boolean): Promise<void> | undefined {
    if (effects.length === 0 && !durable) return undefined;
    if (this.#fault !== undefined) {
      for (const effect of undo) this.#state.apply(effect);
      throw again(this.#fault.error);
    }
    let characters = 0;
    for (const effect of effects) {
      if (effect.kind === 'document') characters += effect.kept?.text.length ?? 0;
      else if (effect.kind === 'log') characters += effect.row.text.length;
    }
    const add = (settle: Item['settle']): void => {
      this.#waiting.push({ number: ++this.#number, effects, undo, characters, durable, settle });
      this.#backlog += characters;
    };
    let kept: Promise<void> | undefined;
    if (durable || this.#backlog > BACKLOG) kept = new Promise((resolve, reject) => add({ resolve, reject }));
    else add(undefined);
    this.#run();
    return kept;
  }

  async close(): Promise<void> {
    this.#timer?.();
    this.#syncWanted = true;
    this.#run();
    try {
      while (this.#running !== undefined) await this.#running;
      await this.#compacting;
      // An empty last record says that all before it is safe: damage to it is then known from a torn tail.
      if (this.#fault === undefined) {
        await this.#file.write(encode([this.#number + 1, this.#synced], []), this.#size);
        await this.#file.sync();
      }
    } catch (error) {
      throw writeFault(this.#files.where, error);
    } finally {
      await this.#file.close().catch(() => undefined); // it is synced, or said above that it could not be
      await this.#release();
    }
  }

  #run(): void {
    this.#running ??= this.#write()
      .catch(async (error: unknown) => this.#fail(error))
      .finally(() => {
        this.#running = undefined;
        if (this.#fault === undefined && (this.#waiting.length > 0 || this.#syncWanted)) this.#run();
      });
  }

  async #write(): Promise<void> {
    await Promise.resolve(); // those who ask in the same breath go together
    while (this.#waiting.length > 0 || this.#syncWanted) {
      const batch = this.#waiting;
      let sync = this.#syncWanted;
      this.#waiting = [];
      this.#backlog = 0;
      this.#syncWanted = false;
      if (batch.length > 0) {
        const records: Buffer[] = [];
        for (const { number, effects, durable, settle } of batch) {
          records.push(encode([number, this.#synced], effects));
          sync ||= durable || settle !== undefined;
        }
        this.#written.push(...batch);
        const bytes = records.length === 1 ? records[0]! : Buffer.concat(records);
        await this.#file.write(bytes, this.#size);
        this.#size += bytes.length;
        this.#journalBytes += bytes.length;
      }
      if (this.#written.length === 0) continue;
      if (!sync) {
        this.#timer ??= this.#files.after(SYNC_AFTER_MS, () => {
          this.#timer = undefined;
          this.#syncWanted = true;
          this.#run();
        });
        continue;
      }
      this.#timer?.();
      this.#timer = undefined;
      await this.#file.sync();
      this.#acknowledge();
      if (this.#compacting === undefined && this.#journalBytes > Math.max(this.#compactAt, this.#snapshotBytes)) {
        await this.#rotate();
      }
    }
  }

  #acknowledge(): void {
    const safe = this.#written;
    this.#written = [];
    this.#synced = this.#size;
    this.#safe = safe.at(-1)?.number ?? this.#safe;
    for (const { settle } of safe) settle?.resolve();
    for (const tell of this.#safeWaiters.splice(0)) tell();
  }

  async #fail(cause: unknown): Promise<void> {
    const error = writeFault(this.#files.where, cause);
    const lost = [...this.#written, ...this.#waiting];
    this.#written = [];
    this.#waiting = [];
    this.#backlog = 0;
    this.#syncWanted = false;
    this.#timer?.();
    this.#timer = undefined;
    this.#fault = { error, at: this.#clock.monotonic() };
    this.#undone++;
    this.#number = this.#safe;
    for (const { undo } of lost.reverse()) for (const effect of undo) this.#state.apply(effect);
    for (const tell of this.#safeWaiters.splice(0)) tell();
    // Nobody shall find after a crash what is said here not to be made. Where even this fails, `#probe` does it later.
    await this.#file.truncate(this.#synced).catch(() => undefined);
    for (const { settle } of lost) settle?.reject(again(error));
  }

  /** Cuts off what is not safe and tries whether the disk takes writes again. */
  async #mend(fault: { readonly error: EngineError; readonly at: number }): Promise<void> {
    if (this.#mending === undefined) {
      if (this.#clock.monotonic() - fault.at < RETRY_AFTER_MS) throw again(fault.error);
      this.#mending = this.#probe().finally(() => (this.#mending = undefined));
    }
    await this.#mending;
  }

  async #probe(): Promise<void> {
    await this.#running;
    try {
      await this.#file.truncate(this.#synced);
      await this.#file.write(new Uint8Array(PROBE_BYTES), this.#synced);
      await this.#file.sync();
      await this.#file.truncate(this.#synced);
      await this.#file.sync();
      this.#size = this.#synced;
      this.#fault = undefined;
    } catch (cause) {
      const error = writeFault(this.#files.where, cause);
      this.#fault = { error, at: this.#clock.monotonic() };
      throw again(error);
    }
  }

  /** Begins a new journal, and a snapshot that will make the ones before it needless. All that was written is safe here. */
  async #rotate(): Promise<void> {
    const generation = this.#generation + 1;
    const first = this.#safe + 1;
    const name = fileName('journal', generation);
    let file: JournalFile | undefined;
    let size: number;
    try {
      file = await this.#files.open(name);
      await file.truncate(0);
      size = await beginJournal(file, generation, first);
      await this.#files.syncFolder();
    } catch {
      // No harm: the old journal goes on. Not again before it has grown as much once more.
      this.#journalBytes = 0;
      await file?.close().catch(() => undefined);
      await this.#files.remove(name).catch(() => undefined);
      return;
    }
    const old = this.#file;
    this.#file = file;
    this.#generation = generation;
    this.#size = this.#synced = size;
    this.#journalBytes = size;
    // The state may hold changes that are still waiting: they must be safe before the snapshot counts.
    const effects = [...this.#state.effects()];
    const seen = { number: this.#number, undone: this.#undone };
    this.#compacting = this.#compact(generation, first, effects, seen)
      .catch(() => this.#files.remove(unfinished(fileName('snapshot', generation))).catch(() => undefined))
      .finally(() => (this.#compacting = undefined));
    await old.close().catch(() => undefined); // all of it is safe
  }

  async #compact(
    generation: number,
    first: number,
    effects: readonly Effect[],
    seen: { readonly number: number; readonly undone: number },
  ): Promise<void> {
    const size = await writeSnapshot(this.#files, generation, first, effects);
    while (this.#safe < seen.number && this.#undone === seen.undone) {
      const safe = new Promise<void>((resolve) => this.#safeWaiters.push(resolve));
      this.#syncWanted = true;
      this.#run();
      await safe;
    }
    const name = fileName('snapshot', generation);
    if (this.#undone !== seen.undone) {
      await this.#files.remove(unfinished(name));
      return;
    }
    await this.#files.rename(unfinished(name), name);
    await this.#files.syncFolder();
    this.#snapshotBytes = size;
    for (const old of await this.#files.list()) {
      const parts = readName(old);
      if (parts !== undefined && parts.finished && parts.generation < generation) await this.#files.remove(old);
    }
  }
}

/** Each caller gets an error of his own, with his own place in the code. */
function again(error: EngineError): EngineError {
  const { code, message, hint, detail, cause } = error;
  return new EngineError(code, message, { ...(hint !== undefined && { hint }), detail: { ...detail }, cause });
}
