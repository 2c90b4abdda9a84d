// Work that many ask for: never two rounds at once, and whoever asks during a round gets one more after it, however many asked.

export class Rounds {
  readonly #work: () => Promise<void>;
  #wanted = false;
  #running: Promise<void> | undefined;

  /** `work` does not throw. */
  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Resolves when a round that began after this call has ended. */
  async ask(): Promise<void> {
    this.#wanted = true;
    this.#running ??= this.#run();
    await this.#running;
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#wanted) {
      this.#wanted = false;
      await this.#work();
    }
    // In the same breath as the last look at `wanted`, so that no request falls between.
    this.#running = undefined;
  }
}
